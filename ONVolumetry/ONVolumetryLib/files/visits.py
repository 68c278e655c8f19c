"""From a visit of a case to what the core measures."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.bodyside import sideInPelvisImage
from ..core.errors import SegmentError
from ..core.geometry import GridGeometry, sliceStackOfSegmentation
from ..core.hip import WRONG_SIDE, ReadingWarning, VisitSegments
from ..core.mask import Mask
from .casedata import Case, CaseVisit
from .filecontext import namedFile
from .images import readImage
from .outlines import judgeOutlines, placementWarnings
from .outlining import outliningOf, unconfirmedWarnings
from .segment import Segment, Segmentation
from .segmentations import readSegmentation
from .segmentnames import findHeadAndLesion, listNames
from .volumeimage import VolumeImage

NO_SEGMENTATION = "There is no segmentation of this visit, so nothing is measured."


@dataclass(frozen=True, eq=False)
class LoadedVisit:
    """A visit read from its files.

    :param segments: what the core measures.
    :param image: the image, for pictures; None where the case gives none.
    """

    segments: VisitSegments
    image: VolumeImage | None


def loadVisit(case: Case, visit: CaseVisit) -> LoadedVisit:
    """Read the image and the outlines of a visit.

    :param case: the case, for the side of the hip and to know its baseline.
    :param visit: one of its visits.
    :return: head and lesion, each None where it is "not measured".
    :raises ONVolumetryError: a file cannot be read, or the outlines contradict each other; the text begins with the
        path of the file.
    """
    if not visit.done:
        return LoadedVisit(VisitSegments(visit.label, visit.month, done=False), None)
    image = None if visit.image is None else readImage(visit.image, visit.series)
    if visit.segmentation is None:
        return LoadedVisit(VisitSegments(visit.label, visit.month, lesionAbsent=visit.lesionAbsent,
                                         warnings=(NO_SEGMENTATION,)), image)
    segmentation = readSegmentation(visit.segmentation, image)
    with namedFile(visit.segmentation):
        return LoadedVisit(_segments(case, visit, segmentation, image), image)


def _segments(case: Case, visit: CaseVisit, segmentation: Segmentation, image: VolumeImage | None) -> VisitSegments:
    head, lesion = findHeadAndLesion(segmentation, visit.segments, case.side)
    notes = _unrecognized(segmentation, head, lesion)
    outlines = judgeOutlines(head, lesion, visit.lesionAbsent, visit == baselineVisit(case))
    grid = image and image.geometry
    if image is not None:
        notes += placementWarnings({"femoral head": outlines.head, "lesion": outlines.lesion}, grid)
        notes += _sideWarning(case.side, outlines.head if outlines.head is not None else outlines.lesion, grid)
    if visit.approval is None:
        notes += unconfirmedWarnings(head, lesion)
    stack = sliceStackOfSegmentation(segmentation.grid, grid, image and image.acquisitionNormalRas)
    return VisitSegments(visit.label, visit.month, head=outlines.head, lesion=outlines.lesion,
                         lesionAbsent=outlines.lesionAbsent, stack=stack, warnings=notes + outlines.warnings,
                         outlining=outliningOf(head, lesion))


def _sideWarning(side: str | None, outline: Mask | None, image: GridGeometry) -> tuple[str, ...]:
    found = None if outline is None else sideInPelvisImage(outline, image)
    if side is None or found in (None, side):
        return ()
    return (ReadingWarning(WRONG_SIDE, f"The outlines lie in the {found} half of the image, but the case says {side}: "
                                       "check the side."),)


def baselineVisit(case: Case) -> CaseVisit | None:
    """The last visit at month 0 or earlier that was done and has a segmentation."""
    visits = [visit for visit in case.visits if visit.month <= 0 and visit.done and visit.segmentation is not None]
    return visits[-1] if visits else None


def _unrecognized(segmentation: Segmentation, head: Segment | None, lesion: Segment | None) -> tuple[str, ...]:
    """Refuse a segmentation in which nothing is recognized although something is drawn; else tell what was left."""
    others = [segment for segment in segmentation.segments
              if segment is not head and segment is not lesion and not segment.mask.isEmpty]
    if head is None and lesion is None and others:
        raise SegmentError(f"no segment is recognized as femoral head or lesion; there are: {listNames(others)}; "
                           'rename them "Femoral head" and "Osteonecrosis lesion", or name them with "segments" in '
                           "the case")
    if head is None and lesion is None:
        return ("Nothing is outlined at this visit, so nothing is measured.",)
    if others and (head is None or lesion is None):
        return (f"Not recognized as femoral head or lesion, and left out: {listNames(others)}.",)
    return ()
