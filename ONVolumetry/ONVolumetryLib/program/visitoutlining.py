"""Outline one visit of a case from seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..core.bodyside import sideOfPoint
from ..core.errors import CaseError, SegmentError
from ..core.geometry import GridGeometry
from ..core.mask import Mask
from ..core.outlining.followuphead import outlineFollowupHead
from ..core.outlining.headoutline import HeadOutline, HeadSettings, outlineHead
from ..core.outlining.lesiongrowth import LesionOutline, Strokes, outlineLesion
from ..core.outlining.origin import HEAD_FROM_BASELINE, HEAD_FROM_CLICK, LESION_FROM_STROKES, OutlineOrigin
from ..core.outlining.strokemask import strokeMask
from ..core.registration.result import RegistrationVisit
from ..core.settings import MeasurementSettings
from ..core.sphere import fitSphereToMask
from ..files.case import Case, CaseVisit
from ..files.images import readImage
from ..files.keys import SETTING_FIELDS
from ..files.labels import emptyMask
from ..files.outlining import IN_PROGRESS
from ..files.segment import Segment, Segmentation
from ..files.segmentations import readSegmentation, writeSegmentation
from ..files.segmentnames import HEAD, LESION, StandardSegment, findHeadAndLesion
from ..files.transforms import readTransformToBaseline
from ..files.visits import baselineVisit, loadVisit
from ..files.volumeimage import VolumeImage

SEED_RADIUS_MM = 1.5
NOT_STARTED = "notstarted"


@dataclass(frozen=True)
class Seeds:
    """What is known of a visit.

    :param head: point in the head, RAS mm; None starts from the baseline or keeps the head that is there.
    :param lesion: points inside the lesion.
    :param background: points of the head outside it.
    :param polarity: "bright" or "dark" marrow; None recognizes it.
    :param isRimIncluded: whether the sclerotic rim belongs to the lesion.
    """

    head: Sequence[float] | None
    lesion: tuple[tuple[float, ...], ...] = ()
    background: tuple[tuple[float, ...], ...] = ()
    polarity: str | None = None
    isRimIncluded: bool = True


def outlineVisit(case: Case, visit: CaseVisit, seeds: Seeds, target: Path, isReplacing: bool) -> list[str]:
    """Outline head and lesion and write them.

    :param target: .seg.nrrd to write.
    :param isReplacing: whether outlines that are there may be replaced.
    :return: what was done, one sentence a segment.
    :raises ONVolumetryError: something cannot be outlined; nothing is written.
    """
    image = readImage(visit.image)
    _requireSide(case.side, seeds, image.geometry)
    segments = _Segments.of(case, visit, image.geometry)
    lines = []
    if seeds.head is not None or segments.head.mask.isEmpty:
        _requireFree(segments.head, isReplacing)
        outline, origin = _head(case, visit, image, seeds, segments.grid)
        _requireSide(case.side, Seeds(outline.sphere.centerRas), image.geometry)
        segments.head = _made(segments.head, HEAD, outline.mask, origin)
        lines.append(_headLine(outline))
    if seeds.lesion:
        _requireFree(segments.lesion, isReplacing)
        outline = _lesion(image, segments.head.mask, seeds)
        mask = outline.mask
        origin = OutlineOrigin(LESION_FROM_STROKES, {"seeds_ras_mm": list(map(list, seeds.lesion)),
                                                     "background_ras_mm": list(map(list, seeds.background)),
                                                     "rim_included": seeds.isRimIncluded}, mask)
        segments.lesion = _made(segments.lesion, LESION, mask, origin)
        lines.append(f"Lesion: {mask.voxelCount * mask.grid.voxelVolumeMm3 / 1000:.2f} cm3. {outline.caution}".strip())
    if not lines:
        raise CaseError("the head is outlined already and no point of the lesion is given, so there is nothing to do; "
                        "give --seed-lesion, or --seed-head with --replace")
    writeSegmentation(target, Segmentation((*segments.others, segments.head, segments.lesion), segments.grid))
    return lines


@dataclass(eq=False)
class _Segments:
    """Segments of a visit while it is outlined."""

    head: Segment
    lesion: Segment
    others: tuple[Segment, ...]
    grid: GridGeometry

    @classmethod
    def of(cls, case: Case, visit: CaseVisit, imageGrid: GridGeometry) -> _Segments:
        if visit.segmentation is None:
            found, grid, others = (None, None), imageGrid, ()
        else:
            segmentation = readSegmentation(visit.segmentation)
            found, grid = findHeadAndLesion(segmentation, visit.segments, case.side), segmentation.grid
            others = tuple(segment for segment in segmentation.segments if segment not in found)
        head, lesion = (segment or _empty(standard, grid) for segment, standard in zip(found, (HEAD, LESION)))
        return cls(head, lesion, others, grid)


def _empty(standard: StandardSegment, grid: GridGeometry) -> Segment:
    return Segment(standard.name, emptyMask(grid), standard.name, standard.colorRgb, NOT_STARTED,
                   standard.terminologyEntry)


def _made(segment: Segment, standard: StandardSegment, mask: Mask, origin: OutlineOrigin) -> Segment:
    cropped = Mask.fromArray(mask.fullArray(), mask.grid)
    return replace(segment, mask=cropped, status=IN_PROGRESS, origin=replace(origin, mask=cropped).asText(),
                   terminologyEntry=segment.terminologyEntry or standard.terminologyEntry)


def _requireSide(side: str, seeds: Seeds, image: GridGeometry):
    """Refuse points of the other hip."""
    for name, points in (("head", () if seeds.head is None else (seeds.head,)), ("lesion", seeds.lesion)):
        for point in points:
            found = sideOfPoint(float(point[0]), image)
            if found not in (None, side):
                raise CaseError(f"the point of the {name} lies in the {found} half of the image, but the case says "
                                f'{side}; correct "side" of the case or the point (R is positive on the patient\'s '
                                "right: where a program shows L and P, change the signs of the first two)")


def _requireFree(segment: Segment, isReplacing: bool):
    if not segment.mask.isEmpty and not isReplacing:
        raise SegmentError(f'"{segment.name}" is outlined already; give --replace to replace it')


def _head(case: Case, visit: CaseVisit, image: VolumeImage, seeds: Seeds,
          grid: GridGeometry) -> tuple[HeadOutline, OutlineOrigin]:
    settings = MeasurementSettings.fromMapping(case.settings, SETTING_FIELDS)
    known = HeadSettings(case.side, settings.capFraction(case.sex), seeds.polarity)
    if seeds.head is not None:
        outline = outlineHead(image.voxels, image.geometry, seeds.head, known, grid)
        return outline, OutlineOrigin(HEAD_FROM_CLICK, {"click_ras_mm": list(seeds.head), **_details(outline)})
    baseline = baselineVisit(case)
    if baseline is None or baseline is visit or baseline.image is None:
        raise CaseError(f'there is no outlined baseline to start "{visit.label}" from; give --seed-head R A S')
    loaded = loadVisit(case, baseline)
    head = loaded.segments.head
    if head is None:
        raise CaseError(f'the head of the baseline "{baseline.label}" is not outlined; give --seed-head R A S')
    start = RegistrationVisit(head, loaded.segments.lesion, loaded.segments.stack,
                              fitSphereToMask(head, loaded.segments.stack), loaded.image.voxels, loaded.image.geometry)
    transform = None if visit.transformToBaseline is None else readTransformToBaseline(visit.transformToBaseline)
    outline = outlineFollowupHead(start, image.voxels, image.geometry, known,
                                  followupToBaselineRas=transform, maskGrid=grid)
    return outline, OutlineOrigin(HEAD_FROM_BASELINE, {"baseline": baseline.label, **_details(outline)})


def _details(outline: HeadOutline) -> dict:
    return {"polarity": outline.polarity, "uncertain_share": round(outline.uncertainShare, 3)}


def _headLine(outline: HeadOutline) -> str:
    volume = outline.mask.voxelCount * outline.mask.grid.voxelVolumeMm3 / 1000
    return (f"Femoral head: {volume:.1f} cm3, sphere of radius {outline.sphere.radiusMm:.1f} mm; "
            f"{100 * outline.uncertainShare:.0f} % of its surface is not sure (no clear edge, or a lesion under it).")


def _lesion(image: VolumeImage, head: Mask, seeds: Seeds) -> LesionOutline:
    background = _dots(seeds.background, head.grid) if seeds.background else None
    return outlineLesion(image.voxels, image.geometry, head, Strokes(_dots(seeds.lesion, head.grid), background),
                         seeds.isRimIncluded)


def _dots(points, grid: GridGeometry) -> Mask:
    """Voxels around points on the slice that each lies on."""
    return strokeMask([np.array([point]) for point in points], grid, SEED_RADIUS_MM)
