"""From the nodes of a visit to what the core measures."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager

from ..core.errors import ONVolumetryError, SegmentError
from ..core.geometry import GridGeometry, sliceStackOfSegmentation
from ..core.hip import VisitSegments
from ..files.outlines import judgeOutlines, placementWarnings
from ..files.outlining import outliningOf, unconfirmedWarnings
from ..files.segment import Segment
from .grids import volumeGrid
from .hipnodes import VisitNodes
from .segments import readSegments


def visitSegments(visit: VisitNodes, isBaseline: bool) -> VisitSegments:
    """Read the outlines of a visit.

    A segment that is empty is one that nobody has drawn yet; a lesion that is empty and whose status is "completed"
    says that no lesion is left.

    :param isBaseline: no other visit could lend its head.
    :raises ONVolumetryError: a node or segment cannot be measured; the text says what to do.
    """
    if not visit.done or visit.segmentation is None:
        return VisitSegments(visit.label, visit.month, done=visit.done)
    head, lesion, grid = _headAndLesion(visit)
    outlines = judgeOutlines(head, lesion, False, isBaseline)
    image = None if visit.volume is None else volumeGrid(visit.volume)
    placement = ()
    if image is not None:
        placement = placementWarnings({"femoral head": outlines.head, "lesion": outlines.lesion}, image)
    stack = sliceStackOfSegmentation(grid, image)
    if visit.approval is None:
        placement += unconfirmedWarnings(head, lesion)
    return VisitSegments(visit.label, visit.month, head=outlines.head, lesion=outlines.lesion,
                         lesionAbsent=outlines.lesionAbsent, stack=stack, warnings=placement + outlines.warnings,
                         outlining=outliningOf(head, lesion))


@contextmanager
def namedVisit(visit: VisitNodes, visitCount: int):
    """Put the visit in front of the text of every error that the user can mend, where there are several visits."""
    try:
        yield
    except ONVolumetryError as error:
        if visitCount < 2:
            raise
        raise type(error)(f"{visit.label}: {error}") from error


def baselineOf(visits: Sequence[VisitNodes]) -> VisitNodes | None:
    """The last visit at month 0 or earlier that was done and has a segmentation."""
    candidates = [visit for visit in sorted(visits, key=lambda visit: visit.month)
                  if visit.month <= 0 and visit.done and visit.segmentation is not None]
    return candidates[-1] if candidates else None


def _headAndLesion(visit: VisitNodes) -> tuple[Segment | None, Segment | None, GridGeometry]:
    if visit.headSegmentId and visit.headSegmentId == visit.lesionSegmentId:
        raise SegmentError("head and lesion are the same segment; choose two different ones")
    wanted = {"head": visit.headSegmentId, "lesion": visit.lesionSegmentId}
    present = {role: segmentId for role, segmentId in wanted.items() if segmentId}
    segmentation = readSegments(visit.segmentation, list(present.values()))
    found = dict(zip(present, segmentation.segments))
    return found.get("head"), found.get("lesion"), segmentation.grid
