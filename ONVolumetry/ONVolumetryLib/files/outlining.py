"""What a segment keeps of how it was outlined."""

from __future__ import annotations

from ..core.hip import UNCONFIRMED, ReadingWarning
from ..core.outlining.interpolated import withoutEditedSlices
from ..core.outlining.origin import OutlineReport, originOfText
from .segment import Segment

IN_PROGRESS = "inprogress"
ROLES = ("head", "lesion")


def outliningOf(head: Segment | None, lesion: Segment | None) -> tuple[OutlineReport, ...]:
    """How head and lesion came about, as far as they were outlined with help.

    :raises OutliningError: what a segment keeps of it is damaged.
    """
    reports = []
    for role, segment in zip(ROLES, (head, lesion)):
        origin = None if segment is None or segment.mask.isEmpty else originOfText(segment.origin, segment.mask.grid)
        if origin is not None:
            origin = withoutEditedSlices(origin, segment.mask)
            reports.append(OutlineReport(role, origin.method, origin.details, origin.editedPercent(segment.mask)))
    return tuple(reports)


def unconfirmedWarnings(head: Segment | None, lesion: Segment | None) -> tuple[str, ...]:
    """A warning for each outline that a program made and nobody has confirmed: its status is still in progress."""
    return tuple(ReadingWarning(UNCONFIRMED, f'Nobody has confirmed the outline "{segment.name}", which was made with '
                                             "assistance: look at it and set its status to completed, or approve the "
                                             "visit.") for segment in (head, lesion)
                 if segment is not None and segment.origin and segment.status == IN_PROGRESS
                 and not segment.mask.isEmpty)
