"""The head's outline of the previous visit, carried over to a visit through accepted registrations."""

from __future__ import annotations

from ..core.errors import SegmentError
from ..core.geometry import sliceStackOfSegmentation
from ..core.mask import Mask
from ..core.movedsegment import movedSegment
from ..core.registration.result import ACCEPTED
from ..core.registration.rigid import inverseOf, requireRigid
from .grids import volumeGrid
from .hipnodes import HipNodes, VisitNodes
from .readingmode import OPEN, noteReading
from .segmentediting import replaceVoxels, segmentMask
from .visittransforms import BASELINE, followUpToBaseline

TRUSTED = (BASELINE, ACCEPTED)


def previousHead(hip: HipNodes, visit: VisitNodes) -> VisitNodes | None:
    """The last visit before this one whose head is outlined, or None."""
    earlier = [other for other in sorted(hip.visits, key=lambda other: other.month)
               if other.month < visit.month and other.done and _hasHead(other)]
    return earlier[-1] if earlier else None


def copiedHead(hip: HipNodes, visit: VisitNodes) -> Mask:
    """The previous visit's head on the grid that this visit is outlined on.

    :param visit: with a head's segment, in which what is outlined lies near the head: its registration started there.
    :raises SegmentError: there is no previous head, or the registration of either visit is not accepted.
    """
    reason = reasonNotToCopyHead(hip, visit)
    if reason:
        raise SegmentError(reason)
    source = previousHead(hip, visit)
    fromSource, fromVisit = (requireRigid(followUpToBaseline(hip, end).toBaselineRas) for end in (source, visit))
    mask = segmentMask(source.segmentation, source.headSegmentId)
    stack = sliceStackOfSegmentation(mask.grid, None if source.volume is None else volumeGrid(source.volume))
    grid = segmentMask(visit.segmentation, visit.headSegmentId).grid
    return movedSegment(mask, stack, inverseOf(fromVisit) @ fromSource, grid)


def copyHead(hip: HipNodes, visit: VisitNodes):
    """Replace the head's outline of a visit by that of the previous visit, for a reader to correct.

    :raises SegmentError: as copiedHead().
    """
    replaceVoxels(visit.segmentation, visit.headSegmentId, copiedHead(hip, visit))
    noteReading(visit.segmentation, OPEN)


def reasonNotToCopyHead(hip: HipNodes, visit: VisitNodes) -> str:
    """Why the head cannot be carried over, in plain words; "" when it can."""
    source = previousHead(hip, visit)
    if source is None:
        return "no earlier visit has its head outlined"
    for end in (source, visit):
        status = followUpToBaseline(hip, end).status
        if status not in TRUSTED:
            return (f'the registration of "{end.label}" to the baseline is {status}; the head is carried over through '
                    "accepted registrations only")
    return ""


def _hasHead(visit: VisitNodes) -> bool:
    node, segmentId = visit.segmentation, visit.headSegmentId
    if node is None or not segmentId or node.GetSegmentation().GetSegment(segmentId) is None:
        return False
    return not segmentMask(node, segmentId).isEmpty
