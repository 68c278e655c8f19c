"""Interpolated slices of the segments of a scene: which are still to be looked at, and what a reader did with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..core.errors import ONVolumetryError
from ..core.mask import Mask
from ..core.outlining.interpolated import (
    InterpolatedSlices,
    interpolatedSlices,
    withoutEditedSlices,
    withSlices,
)
from ..core.outlining.origin import FILLED_SLICES, ORIGIN_TAG, OutlineOrigin, originOfText
from ..files.outlines import COMPLETED
from ..files.segnrrd import STATUS_TAG
from .segmentediting import segmentMask
from .segments import segmentTag


@dataclass(frozen=True, eq=False)
class InterpolatedOutline:
    """A segment with slices that nobody has looked at since they were interpolated.

    :param segmentId: of the segment.
    :param name: of the segment.
    :param colorRgb: 0 to 1.
    :param mask: its voxels in the world's RAS.
    :param slices: of the mask's grid.
    """

    segmentId: str
    name: str
    colorRgb: tuple[float, float, float]
    mask: Mask
    slices: InterpolatedSlices


def interpolatedOutlines(segmentationNode) -> list[InterpolatedOutline]:
    """Segments of a node that have interpolated slices to be looked at; none of those whose status is completed."""
    found = []
    for segmentId, segment in _filledSegments(segmentationNode):
        known = None if segmentTag(segment, STATUS_TAG) == COMPLETED else _known(segmentationNode, segmentId)
        if known is not None and known.slices.indices:
            found.append(InterpolatedOutline(segmentId, segment.GetName(), tuple(segment.GetColor()), known.mask,
                                             known.slices))
    return found


def slicesOfSegment(segmentationNode, segmentId: str) -> InterpolatedSlices | None:
    """Interpolated slices of a segment as its voxels are now; None where it has none."""
    known = _known(segmentationNode, segmentId)
    return None if known is None else known.slices


def noteEditedSlices(segmentationNode):
    """Keep with the segments of a node that slices which were edited are the reader's own."""
    for segmentId, _segment in _filledSegments(segmentationNode):
        known = _known(segmentationNode, segmentId)
        if known is not None:
            known.write(segmentationNode, segmentId)


def confirmSlices(segmentationNode, segmentId: str, indices: Iterable[int]):
    """Keep with a segment that a reader has looked at slices and found them right.

    :param indices: of slices of the segment's grid, from 0.
    """
    known = _known(segmentationNode, segmentId)
    if known is not None:
        replace(known, slices=known.slices.without(indices)).write(segmentationNode, segmentId)


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of a segment whose slices were filled.

    :param stored: what it keeps.
    :param mask: its voxels.
    :param slices: those that are still as they were interpolated.
    """

    stored: OutlineOrigin
    mask: Mask
    slices: InterpolatedSlices

    def write(self, segmentationNode, segmentId: str):
        """Keep the slices with the segment, where it keeps others."""
        if self.slices != interpolatedSlices(self.stored):
            segment = segmentationNode.GetSegmentation().GetSegment(segmentId)
            segment.SetTag(ORIGIN_TAG, withSlices(self.stored, self.slices).asText())


def _known(segmentationNode, segmentId: str) -> _Known | None:
    """None of a segment that was not filled, or that cannot be measured, which is said where its visit is."""
    text = segmentTag(segmentationNode.GetSegmentation().GetSegment(segmentId), ORIGIN_TAG)
    if FILLED_SLICES not in text:
        return None
    try:
        mask = segmentMask(segmentationNode, segmentId)
        stored = originOfText(text, mask.grid)
        slices = interpolatedSlices(withoutEditedSlices(stored, mask))
    except ONVolumetryError:
        return None
    return None if slices is None else _Known(stored, mask, slices)


def _filledSegments(segmentationNode) -> list:
    """ID and segment of those whose slices were filled at some time."""
    segmentation = segmentationNode.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(index) for index in range(segmentation.GetNumberOfSegments())]
    return [(segmentId, segmentation.GetSegment(segmentId)) for segmentId in ids
            if FILLED_SLICES in segmentTag(segmentation.GetSegment(segmentId), ORIGIN_TAG)]
