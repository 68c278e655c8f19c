"""A hip of the scene as a case, the form in which the files and the tables know it."""

from __future__ import annotations

from dataclasses import replace

from ..core.errors import CaseError
from ..files.casedata import Case, CaseVisit
from .hipnodes import HipNodes, VisitNodes

BASELINE_REMEDY = "give one visit the month 0 (or less, before surgery)"


def caseOfHip(hip: HipNodes) -> Case:
    """The hip without the paths of its images and outlines, which stay in the scene.

    What the scene does not hold (landmarks, stages, zones, transforms) comes from the case that was opened.
    """
    known = {} if hip.source is None else {visit.label: visit for visit in hip.source.visits}
    visits = tuple(_caseVisit(visit, known.get(visit.label)) for visit in sorted(hip.visits, key=_month))
    base = hip.source or Case(hip.hip, hip.hip, hip.side, hip.sex, visits)
    return replace(base, hip=hip.hip, patient=hip.patient or hip.hip, side=hip.side, sex=hip.sex, visits=visits,
                   subject=dict(hip.subject), end=hip.end, settings=dict(hip.settings), path=None,
                   monthsFrom=hip.monthsFrom)


def requireMeasurable(hip: HipNodes):
    """Refuse a hip whose visits contradict each other, before anything is read.

    :raises CaseError: the text says what to do.
    """
    if hip.sex not in ("male", "female"):
        raise CaseError(f"unknown sex {hip.sex!r}; select male or female (the sphere-adjusted volume depends on it)")
    if not hip.visits:
        raise CaseError("the hip has no visits; add at least one")
    months: dict[float, str] = {}
    labels: set[str] = set()
    for visit in hip.visits:
        if not visit.label.strip():
            raise CaseError("a visit has no name; give it one")
        if visit.label.casefold() in labels:
            raise CaseError(f'two visits are called "{visit.label}"; rename one of them')
        if visit.month in months:
            raise CaseError(f'the visits "{months[visit.month]}" and "{visit.label}" have the same month '
                            f"{visit.month:g}; correct one of them")
        labels.add(visit.label.casefold())
        months[visit.month] = visit.label
    if min(months) > 0:
        raise CaseError(f"there is no visit before surgery to compare with; {BASELINE_REMEDY}")
    if not any(visit.segmentation is not None and visit.done for visit in hip.visits):
        raise CaseError("no visit has outlines; outline one in the section Segment, or choose its segmentation")


def _month(visit: VisitNodes) -> float:
    return visit.month


def _caseVisit(visit: VisitNodes, known: CaseVisit | None) -> CaseVisit:
    base = known or CaseVisit(visit.label, visit.month)
    reader, reason = visit.reader or None, visit.notDoneReason or None
    if not visit.done:
        return CaseVisit(visit.label, visit.month, done=False, reader=reader, stage=base.stage, notDoneReason=reason)
    return replace(base, month=visit.month, done=True, image=None, segmentation=None, segments={}, lesionAbsent=False,
                   reader=reader, approval=visit.approval, notDoneReason=None)
