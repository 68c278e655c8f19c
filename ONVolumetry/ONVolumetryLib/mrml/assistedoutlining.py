"""Outlines of head and lesion that the program makes in a scene, for a reader to correct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ONVolumetryError, OutliningError
from ..core.geometry import GridGeometry, sliceStackOfSegmentation
from ..core.mask import Mask
from ..core.outlining.interpolated import InterpolatedSlices
from ..core.outlining.origin import (
    FILLED_SLICES,
    HEAD_FROM_BASELINE,
    HEAD_FROM_CLICK,
    LESION_FROM_STROKES,
    ORIGIN_TAG,
    OutlineOrigin,
)
from ..files.outlining import IN_PROGRESS
from ..files.segnrrd import STATUS_TAG
from .grids import volumeGrid
from .interpolatedslices import slicesOfSegment
from .readingmode import OPEN, noteReading
from .segmentediting import replaceVoxels, segmentMask
from .segments import segmentTag
from .uncertainedge import showUncertainEdge

if TYPE_CHECKING:
    from ..core.outlining.headoutline import HeadOutline, HeadSettings
    from ..core.outlining.lesiongrowth import LesionOutline
    from .hipnodes import VisitNodes


def volumeVoxels(volumeNode) -> np.ndarray:
    """Voxels of a scalar volume in KJI order, not copied."""
    from vtk.util.numpy_support import vtk_to_numpy

    image = volumeNode.GetImageData()
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])


def outlineHeadOnClick(segmentationNode, headId: str, volumeNode, clickRas: Sequence[float],
                       settings: HeadSettings) -> HeadOutline:
    """Let the head's segment be the head around a point, and mark where its edge is weak.

    :param clickRas: within 8 mm of the head's center, in the world's RAS, mm.
    :return: what was found.
    :raises ONVolumetryError: no whole head is recognized there; nothing is written.
    """
    from ..core.outlining.headoutline import outlineHead

    grid = segmentMask(segmentationNode, headId).grid
    outline = outlineHead(volumeVoxels(volumeNode), volumeGrid(volumeNode), clickRas, settings, grid)
    _writeHead(segmentationNode, headId, outline, HEAD_FROM_CLICK,
               {"click_ras_mm": [round(float(value), 2) for value in clickRas]})
    return outline


def outlineHeadFromBaseline(baseline: VisitNodes, visit: VisitNodes, settings: HeadSettings) -> HeadOutline:
    """Let the head of a follow-up be found from the baseline's, without a click; kept only if the two register.

    :param baseline: with its volume and its head outlined.
    :param visit: with its volume.
    :raises ONVolumetryError: the head is not recognized, or the registration is not accepted; nothing is written.
    """
    from ..core.outlining.followuphead import outlineFollowupHead
    from ..core.registration.result import RegistrationVisit
    from ..core.sphere import fitSphereToMask
    from .visits import visitSegments

    drawn = visitSegments(baseline, True)
    if drawn.head is None:
        raise OutliningError(f'the head is not outlined at "{baseline.label}"; outline it there first')
    head = drawn.head if drawn.lesion is None else drawn.head | drawn.lesion
    start = RegistrationVisit(head, drawn.lesion, drawn.stack, fitSphereToMask(head, drawn.stack),
                              volumeVoxels(baseline.volume), volumeGrid(baseline.volume))
    grid = segmentMask(visit.segmentation, visit.headSegmentId).grid
    outline = outlineFollowupHead(start, volumeVoxels(visit.volume), volumeGrid(visit.volume), settings, maskGrid=grid)
    _writeHead(visit.segmentation, visit.headSegmentId, outline, HEAD_FROM_BASELINE, {"baseline": baseline.label})
    noteReading(visit.segmentation, OPEN)
    return outline


def _writeHead(segmentationNode, headId: str, outline: HeadOutline, method: str, details: Mapping[str, Any]):
    known = {**details, "polarity": outline.polarity, "uncertain_share": round(outline.uncertainShare, 3)}
    writeAssisted(segmentationNode, headId, outline.mask, method, known)
    showUncertainEdge(segmentationNode, outline)


def grownLesion(segmentationNode, headId: str, volumeNode, strokes: Sequence[Sequence[np.ndarray]],
                *, brushMm: float, isRimIncluded: bool) -> LesionOutline:
    """The lesion that strokes ask for, its mask on the head's grid; nothing is written.

    :param strokes: strokes inside the lesion, and strokes outside it, points (n, 3) in the world's RAS each.
    :param brushMm: radius of the brush.
    :raises ONVolumetryError: there is no head, or no stroke inside it.
    """
    from ..core.outlining.lesiongrowth import Strokes, outlineLesion
    from ..core.outlining.strokemask import strokeMask

    head = segmentMask(segmentationNode, headId)
    inside, outside = (strokeMask(kind, head.grid, brushMm) for kind in strokes)
    return outlineLesion(volumeVoxels(volumeNode), volumeGrid(volumeNode), head, Strokes(inside, outside),
                         isRimIncluded)


def writeLesion(segmentationNode, lesionId: str, mask: Mask, strokeCounts: Sequence[int], isRimIncluded: bool):
    """Let the lesion's segment be what strokes asked for.

    :param strokeCounts: strokes inside and outside.
    """
    details = {"strokes_inside": strokeCounts[0], "strokes_outside": strokeCounts[1], "rim_included": isRimIncluded}
    writeAssisted(segmentationNode, lesionId, mask, LESION_FROM_STROKES, details)


def fillSlices(segmentationNode, segmentId: str, volumeNode) -> tuple[int, ...]:
    """Fill the slices between those that are outlined; they stay as they are.

    :param volumeNode: image that was outlined, whose slices count.
    :return: numbers of the filled slices, from 1.
    :raises ONVolumetryError: there is nothing to fill.
    """
    from ..core.outlining.betweenslices import fillBetweenSlices

    mask = segmentMask(segmentationNode, segmentId)
    image = None if volumeNode is None else volumeGrid(volumeNode)
    axis = sliceStackOfSegmentation(mask.grid, image).axis
    filled = fillBetweenSlices(mask, axis)
    earlier = slicesOfSegment(segmentationNode, segmentId)
    slices = earlier if earlier is not None and earlier.axis == axis else InterpolatedSlices(axis)
    details = slices.including(filled.interpolatedSlices).asDetails()
    writeAssisted(segmentationNode, segmentId, filled.mask, FILLED_SLICES, details)
    return tuple(index + 1 for index in filled.interpolatedSlices)


def writeAssisted(segmentationNode, segmentId: str, mask: Mask, method: str, details: Mapping[str, Any]):
    """Replace a segment, say that it is in progress, and keep how it came about with it."""
    replaceVoxels(segmentationNode, segmentId, mask)
    segment = segmentationNode.GetSegmentation().GetSegment(segmentId)
    now = segmentMask(segmentationNode, segmentId)
    segment.SetTag(STATUS_TAG, IN_PROGRESS)
    segment.SetTag(ORIGIN_TAG, replace(OutlineOrigin(method, details), mask=now).asText())


def gridOfSegment(segmentationNode, segmentId: str) -> GridGeometry:
    """Grid that a segment is drawn on, in the world."""
    return segmentMask(segmentationNode, segmentId).grid


def outlineState(segmentationNode, segmentId: str) -> tuple[str, bool] | None:
    """How an outline came about and whether anything is left of it, which tells an undone one.

    None stands for a segment that is gone or cannot be read; editing by hand changes nothing.
    """
    segment = segmentationNode.GetSegmentation().GetSegment(segmentId)
    if segment is None:
        return None
    try:
        return segmentTag(segment, ORIGIN_TAG), segmentMask(segmentationNode, segmentId).isEmpty
    except ONVolumetryError:
        return None
