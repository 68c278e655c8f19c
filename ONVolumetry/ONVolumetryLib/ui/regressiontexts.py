"""Words of the 3D regression in the user's language: captions of views, legend, notes, exports."""

from __future__ import annotations

from collections.abc import Sequence

from slicer.i18n import tr as _

from ..mrml.hipnodes import VisitNodes
from ..mrml.regressionnodes import Regression, VisitSummary
from ..mrml.regressiontimeline import TimelineFrame
from ..scene3d.styles import HEAD, LESION, NEW, ORIGINAL, PERSISTENT, REGENERATED

MM3_PER_CM3 = 1000.0
DOUBTFUL, UNREGISTERED = "doubtful", "unregistered"


def partTitle(key: str) -> str:
    """Name of a part in legend and switches."""
    return {HEAD: _("Femoral head"), LESION: _("Osteonecrosis"), PERSISTENT: _("Persistent osteonecrosis"),
            NEW: _("New osteonecrosis"), REGENERATED: _("Regenerated"), ORIGINAL: _("Original lesion")}[key]


def directionWord(word: str) -> str:
    """A direction of the patient."""
    return {"superior": _("superior"), "inferior": _("inferior"), "anterior": _("anterior"),
            "posterior": _("posterior"), "lateral": _("lateral"), "medial": _("medial")}[word]


def visitCaption(visit: VisitNodes, summary: VisitSummary | None) -> str:
    """What stands in the view of a visit."""
    if summary is None:
        return visit.label
    lines = [visit.label, _onv(summary.percent, summary.halfWidth), _volume(summary)]
    return "\n".join(line for line in (*lines, placementText(summary.placement)) if line)


def placementText(placement: str) -> str:
    """What to know of a visit's place; "" where it lies on the baseline."""
    return {UNREGISTERED: _("own space: no accepted registration"),
            DOUBTFUL: _("registration doubtful")}.get(placement, "")


def frameCaption(frame: TimelineFrame, visits: Sequence[VisitNodes], isRegistered: bool) -> str:
    """What stands in the view of the timeline."""
    visit = next((visit for visit in visits if frame.isMeasured and visit.month == frame.month), None)
    name = _("month {month:.1f}, interpolated").format(month=frame.month) if visit is None else visit.label
    lines = [name, _onv(frame.percent, None), _("{volume:.2f} cm³").format(volume=frame.volumeMm3 / MM3_PER_CM3),
             "" if isRegistered else placementText(UNREGISTERED)]
    return "\n".join(line for line in lines if line)


def placeNote(regression: Regression, drawnVisits: int) -> str:
    """One sentence on how the visits lie to each other."""
    if drawnVisits < 2:
        return _("One visit is outlined.")
    if regression.isRegistered:
        return _("All visits are registered to the baseline: the same place of the femur lies at the same spot.")
    return _("Visits without an accepted registration are shown as they were scanned: only the center of the head was "
             "aligned, so their lesions may not be compared point by point.")


def driftNote(regression: Regression) -> str:
    """How true the drawn surfaces are."""
    return _("The drawn surfaces hold the measured volumes to within {drift:.1f} %.").format(
        drift=regression.driftPercent)


def _onv(percent: float | None, halfWidth: float | None) -> str:
    if percent is None:
        return ""
    text = _("ONV {percent:.1f} %").format(percent=percent)
    if halfWidth is None:
        return text
    return text + " " + _("({low:.1f} to {high:.1f})").format(low=max(percent - halfWidth, 0.0),
                                                             high=min(percent + halfWidth, 100.0))


def _volume(summary: VisitSummary) -> str:
    if summary.volumeMm3 is None:
        return _("lesion not measured")
    if summary.volumeMm3 == 0:
        return _("no lesion left, as read")
    text = _("{volume:.2f} cm³").format(volume=summary.volumeMm3 / MM3_PER_CM3)
    if summary.regenerationPercent is None:
        return text
    return text + ", " + _("net regeneration {percent:.0f} %").format(percent=summary.regenerationPercent)
