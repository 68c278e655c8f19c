"""What a reader is asked before outlines are approved that nobody has said to be right."""

from __future__ import annotations

from collections.abc import Iterable

from slicer.i18n import tr as _

from ..files.outlining import IN_PROGRESS
from ..files.segnrrd import STATUS_TAG
from ..mrml.hipnodes import VisitNodes
from ..mrml.interpolatedslices import interpolatedOutlines
from ..mrml.segments import segmentTag


def questionBeforeApproval(visits: Iterable[VisitNodes]) -> str:
    """A question that names interpolated slices and outlines in progress; "" where there are none.

    :param visits: that are to be approved.
    """
    lines = [line for visit in visits for line in _linesOf(visit)]
    return "\n".join([*lines, _("Approve them as they are?")]) if lines else ""


def _linesOf(visit: VisitNodes) -> list[str]:
    slices = {outline.segmentId: [index + 1 for index in outline.slices.indices]
              for outline in interpolatedOutlines(visit.segmentation)}
    found = []
    for segmentId in (visit.headSegmentId, visit.lesionSegmentId):
        segment = visit.segmentation.GetSegmentation().GetSegment(segmentId) if segmentId else None
        if segmentId in slices:
            found.append(_interpolatedLine(slices[segmentId], segment.GetName(), visit.label))
        elif segment is not None and segmentTag(segment, STATUS_TAG) == IN_PROGRESS:
            found.append(_("The outline of \"{segment}\" at {visit} is still in progress.").format(
                segment=segment.GetName(), visit=visit.label))
    return found


def _interpolatedLine(numbers: list[int], segment: str, visit: str) -> str:
    text = (_("Slices {slices} of \"{segment}\" at {visit} are interpolated and were not confirmed.")
            if len(numbers) > 1
            else _("Slice {slices} of \"{segment}\" at {visit} is interpolated and was not confirmed."))
    return text.format(slices=", ".join(map(str, numbers)), segment=segment, visit=visit)
