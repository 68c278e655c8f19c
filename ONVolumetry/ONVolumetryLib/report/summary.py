"""The result of each visit in plain words."""

from __future__ import annotations

from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.ratios import Change
from .formats import inCm3, interval, number, plural, short
from .markup import Element, element
from .reportinput import ReportSubject

CM3 = "cm\u00b3"


def summarySection(measurement: HipMeasurement, subject: ReportSubject) -> list[Element]:
    """One card a visit: its key figure and what that means."""
    cards = element("div", {"class": "cards"})
    for visit in measurement.visits:
        isBaseline = visit.label == measurement.baseline
        month = f"month {short(visit.month)}" + (", baseline" if isBaseline else "")
        card = element("article", {"class": "card"}, element(
            "h3", {}, visit.label, element("span", {"class": "month"}, month)))
        card.append(_keyFigure(visit))
        card.append(element("p", {}, " ".join(visitSentences(visit, subject))))
        if visit.notes:
            link = element("a", {"href": "#notes"}, plural(len(visit.notes), "note"))
            card.append(element("p", {"class": "note-link"}, link))
        cards.append(card)
    return [cards]


def visitSentences(visit: VisitMeasurement, subject: ReportSubject) -> list[str]:
    """What was found at a visit, in sentences."""
    if not visit.done:
        ended = subject.endReason and subject.endMonth is not None and subject.endMonth <= visit.month
        reason = f" (follow-up ended with {subject.endReason} at month {short(subject.endMonth)})" if ended else ""
        return [f"This visit was not done{reason}."]
    if visit.lesionVolume is None:
        return ["The lesion is not measured at this visit."]
    sentences = [_sizeSentence(visit)]
    if visit.changeFromBaseline is not None and visit.changeFromBaseline.regenerationPercent is not None:
        sentences += changeSentences(visit.changeFromBaseline)
    return sentences


def changeSentences(change: Change) -> list[str]:
    """How the lesion changed from an earlier visit, and whether that is more than measurement error."""
    regeneration = change.regenerationPercent
    words = _withInterval(regeneration, 0, "%", (None, 100.0))
    if change.onvWithinMeasurementError:
        sentences = [f"Its change since {change.fromVisit} is within measurement error; net regeneration is {words}."]
    elif regeneration.value >= 0:
        sentences = [f"Net regeneration since {change.fromVisit} is {words}, beyond measurement error."]
    else:
        sentences = [f"It is larger than at {change.fromVisit}, beyond measurement error; net regeneration is {words}."]
    percentWithin = change.onvPercentWithinMeasurementError
    if percentWithin is not None and percentWithin != change.onvWithinMeasurementError:
        place = "within" if percentWithin else "beyond"
        sentences.append(f"The change of its share of the head is {place} measurement error.")
    return sentences


def _sizeSentence(visit: VisitMeasurement) -> str:
    if visit.lesionAbsent:
        return "The reader states that no lesion is left: its volume is 0."
    volume = _withInterval(inCm3(visit.lesionVolume.estimate), 2, CM3)
    if visit.onvPercent is None:
        return f"The lesion measures {volume}; its share of the head is not measured."
    reference = visit.headReference
    head = {"baseline": f"the head of {reference.visit}",
            "sphere-adjusted": "the sphere-adjusted head"}.get(reference.kind, "the femoral head")
    share = _withInterval(visit.onvPercent, 1, "%")
    return f"The lesion fills {share.replace('(', f'of {head} (', 1)}. It measures {volume}."


def _withInterval(estimate, decimals: int, unit: str, limits=(0.0, None)) -> str:
    span = interval(estimate, decimals, limits)
    detail = f"95\u00a0% interval {span}\u00a0{unit}" if span else "uncertainty not known"
    return f"{number(estimate.value, decimals)}\u00a0{unit} ({detail})"


def _keyFigure(visit: VisitMeasurement) -> Element:
    if visit.onvPercent is not None:
        return element("p", {"class": "figure"}, number(visit.onvPercent.value, 1),
                       element("span", {"class": "unit"}, " % of the head"))
    if visit.lesionVolume is not None:
        return element("p", {"class": "figure"}, number(inCm3(visit.lesionVolume.estimate).value, 2),
                       element("span", {"class": "unit"}, f" {CM3}"))
    return element("p", {"class": "figure absent"}, "not measured" if visit.done else "not done")
