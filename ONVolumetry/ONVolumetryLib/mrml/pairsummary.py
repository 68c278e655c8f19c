"""What a reader is shown of each pair: how the follow-up lies on the baseline, and how far that may be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..core.hip import VisitSegments
from ..core.registration.result import RegistrationResult
from .hipnodes import HipNodes
from .pairnodes import isUsers
from .visittransforms import NOT_REGISTERED, baselineOfChange, pairNode, statusOf, storedRegistration


@dataclass(frozen=True)
class PairSummary:
    """One follow-up; numbers are None where they are not known.

    :param status: as VisitTransform.status.
    :param isUsers: whether the transform is the user's own.
    :param isCurrent: whether it was found from the outlines, images and transform at hand.
    :param reason: why it was judged so, or why it cannot be registered, in plain words; "" where nothing is to be said.
    :param canRegister: whether heads are outlined at the baseline and at the follow-up.
    """

    label: str
    status: str
    isUsers: bool = False
    isCurrent: bool = False
    reason: str = ""
    canRegister: bool = True
    errorMm: float | None = None
    metricBefore: float | None = None
    metricAfter: float | None = None
    headSurfaceDistanceMm: float | None = None
    sphereCenterDistanceMm: float | None = None


def pairSummaries(hip: HipNodes, segments: Sequence[VisitSegments],
                  known: Mapping[str, RegistrationResult]) -> list[PairSummary]:
    """The follow-ups of a hip in order of time.

    :param segments: outlines as read from the scene.
    :param known: registrations by label that are up to date.
    """
    baseline = baselineOfChange(hip.visits)
    if baseline is None:
        return []
    hasHead = {visit.label for visit in segments if visit.head is not None}
    followups = [visit for visit in sorted(hip.visits, key=lambda visit: visit.month)
                 if visit.done and visit.month > baseline.month]
    return [_summary(hip, visit, known.get(visit.label), _missing(visit.label, baseline.label, hasHead))
            for visit in followups]


def _missing(label: str, baselineLabel: str, hasHead: set[str]) -> str:
    lacking = [f'"{name}"' for name in (baselineLabel, label) if name not in hasHead]
    return f"no head is outlined at {' and '.join(lacking)}" if lacking else ""


def _summary(hip: HipNodes, visit, known: RegistrationResult | None, missing: str) -> PairSummary:
    node = pairNode(hip, visit)
    if node is None:
        return PairSummary(visit.label, NOT_REGISTERED, reason=missing, canRegister=not missing)
    stored = storedRegistration(node)
    return PairSummary(
        visit.label, statusOf(node), isUsers(node), known is not None, missing or stored.get("reason", ""), not missing,
        *(stored.get(key) for key in ("error_mm", "metric_before", "metric_after", "head_surface_distance_mm",
                                      "sphere_center_distance_mm")))
