"""What pictures and movie say of a visit in words."""

from __future__ import annotations

from ..core.hip import VisitMeasurement
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
    half = percent and percent.confidenceHalfWidth
    if half is not None:
        first += f" ({max(percent.value - half, 0.0):.1f} to {min(percent.value + half, 100.0):.1f})"
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
    return [note for note in notes if note]


def driftText(scene: RegressionScene) -> str:
    """How far the drawn volumes are from the measured ones."""
    drifts = [abs(drift) for visit in scene.visits for drift in (visit.headDriftPercent, visit.lesionDriftPercent)
              if drift is not None]
    return f"The drawn surfaces hold the measured volumes to within {max(drifts):.1f} %." if drifts else ""


def visitRemark(visit: SceneVisit) -> str:
    """What to know of the visit's place, or why nothing is drawn."""
    if visit.layers:
        return visit.remark
    return "" if not visit.measurement.done else "nothing outlined"


def _headText(measurement: VisitMeasurement) -> str:
    head = measurement.head
    return "" if head is None else f"head {head.volumeMm3 / MM3_PER_CM3:.1f} cm3"
