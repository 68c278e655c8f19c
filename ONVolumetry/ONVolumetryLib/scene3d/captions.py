"""What pictures and movie say of a visit in words."""

from __future__ import annotations

from ..core.hip import CaseEnd, VisitMeasurement
from ..core.ratios import SHARE
from .regressionscene import RegressionScene, SceneVisit

MM3_PER_CM3 = 1000.0


def title(hip: str, scene: RegressionScene) -> str:
    """Heading of a picture."""
    return f"Hip {hip} ({scene.side}): regression of the osteonecrosis"


def visitName(measurement: VisitMeasurement) -> str:
    """Label of a visit, with its month where the label has no number."""
    hasNumber = any(character.isdigit() for character in measurement.label)
    return measurement.label if hasNumber else f"{measurement.label} (month {measurement.month:g})"


def visitLines(measurement: VisitMeasurement) -> tuple[str, str]:
    """ONV % with its 95 % interval, and the volumes behind it."""
    if not measurement.done:
        return "not done", ""
    lesion, percent = measurement.lesionVolume, measurement.onvPercent
    if lesion is None:
        return "lesion not measured", _headText(measurement)
    first = "ONV % not known" if percent is None else f"ONV {percent.value:.1f} %"
    ends = percent and percent.confidenceInterval(SHARE)
    if ends is not None:
        first += f" ({ends[0]:.1f} to {ends[1]:.1f})"
    second = f"{lesion.volumeMm3 / MM3_PER_CM3:.2f} cm3"
    if measurement.lesion is None:
        second = "no lesion left, as read"
    change = measurement.changeFromBaseline
    if change is not None and change.regenerationPercent is not None:
        second += f", net regeneration {change.regenerationPercent.value:.0f} %"
    return first, second


def footnotes(scene: RegressionScene) -> list[str]:
    """Sentences under a picture: how the visits lie to each other, and how true the surfaces are."""
    from .styles import NEW, REGENERATED

    notes = [scene.note]
    keys = {layer.key for visit in scene.visits for layer in visit.layers}
    if keys & {REGENERATED, NEW}:
        notes.append("Regenerated or new parts thinner than 1.5 mm or smaller than 0.03 cm3 are not drawn.")
    notes.append(driftText(scene))
    if scene.end is not None and not any(_isAfter(scene.end, visit.measurement) for visit in scene.visits):
        notes.append(endSentence(scene.end))
    return [note for note in notes if note]


def driftText(scene: RegressionScene) -> str:
    """How far the drawn volumes are from the measured ones."""
    drifts = [abs(drift) for visit in scene.visits for drift in (visit.headDriftPercent, visit.lesionDriftPercent)
              if drift is not None]
    return f"The drawn surfaces hold the measured volumes to within {max(drifts):.1f} %." if drifts else ""


def visitRemark(visit: SceneVisit, end: CaseEnd | None = None) -> str:
    """What to know of the visit's place, or why nothing is drawn.

    :param end: why and when the hip left the follow-up; None where it did not.
    """
    if visit.layers:
        return visit.remark
    if visit.measurement.done:
        return "nothing outlined"
    return f"{_endWords(end)} (follow-up ended)" if end is not None and _isAfter(end, visit.measurement) else ""


def endSentence(end: CaseEnd | None) -> str:
    """Why and when follow-up ended; empty where it did not."""
    return "" if end is None else f"Follow-up ended: {_endWords(end)}."


def _endWords(end: CaseEnd) -> str:
    return f"{end.reason} at month {end.month:g}"


def _isAfter(end: CaseEnd, measurement: VisitMeasurement) -> bool:
    """Whether a visit was not done since follow-up had ended."""
    return not measurement.done and measurement.month >= end.month


def _headText(measurement: VisitMeasurement) -> str:
    head = measurement.head
    return "" if head is None else f"head {head.volumeMm3 / MM3_PER_CM3:.1f} cm3"
