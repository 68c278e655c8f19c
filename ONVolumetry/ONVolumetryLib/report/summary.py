"""The result of each visit at a glance."""

from __future__ import annotations

from ..core.hip import SAME_OUTLINES, UNCONFIRMED, WRONG_SIDE, HipMeasurement, VisitMeasurement
from ..core.ratios import REGENERATION, SHARE, SIZE, Change, Estimate, Limits
from .formats import inCm3, interval, number, plural, short
from .markup import Element, element
from .reportinput import ReportSubject

CM3 = "cm\u00b3"
# What a card says of the gravest notes, by their code.
WARNING_WORDS = {WRONG_SIDE: "Outlines on the other side than the case says",
                 UNCONFIRMED: "Outlines not confirmed by a reader",
                 SAME_OUTLINES: "Same image or outlines as another visit"}


def summarySection(measurement: HipMeasurement, subject: ReportSubject) -> list[Element]:
    """One card a visit: its key figure and what that means."""
    cards = element("div", {"class": "cards"})
    for visit in measurement.visits:
        isBaseline = visit.label == measurement.baseline
        month = f"month {short(visit.month)}" + (", baseline" if isBaseline else "")
        card = element("article", {"class": "card"}, element(
            "h3", {}, visit.label, element("span", {"class": "month"}, month)))
        card.append(_keyFigure(visit))
        for name, text in visitLines(visit, subject):
            card.append(element("p", {"class": "line"}, element("strong", {}, f"{name} ") if name else None, text))
        if visit.notes:
            codes = {note.code for note in visit.notes}
            card.extend(element("p", {"class": "line"}, element("strong", {}, words))
                        for code, words in WARNING_WORDS.items() if code in codes)
            link = element("a", {"href": "#notes"}, plural(len(visit.notes), "note"))
            card.append(element("p", {"class": "note-link"}, link))
        cards.append(card)
    error = element("a", {"href": "#term-within-error"}, "Measurement error")
    return [cards, element("p", {"class": "hint"}, "In parentheses: 95\u00a0% intervals. Regeneration and change are "
                           "since baseline. ", error, " is explained in the definitions.")]


def visitLines(visit: VisitMeasurement, subject: ReportSubject) -> list[list[str]]:
    """What stands below the key figure of a visit: short lines, each of its name and its value."""
    if not visit.done:
        ended = subject.endReason and subject.endMonth is not None and subject.endMonth <= visit.month
        return [["", f"Follow-up ended with {subject.endReason} at month {short(subject.endMonth)}."]] if ended else []
    if visit.lesionVolume is None:
        return [["", "No lesion is outlined at this visit."]]
    lines = _sizeLines(visit)
    if visit.changeFromBaseline is not None and visit.changeFromBaseline.regenerationPercent is not None:
        lines += changeLines(visit.changeFromBaseline)
    return lines


def changeLines(change: Change) -> list[list[str]]:
    """How the lesion changed since baseline, and whether that is more than measurement error."""
    regeneration = change.regenerationPercent
    lines = [["Net regeneration", _withInterval(regeneration, 0, "%", REGENERATION)]]
    within, percentWithin = change.onvWithinMeasurementError, change.onvPercentWithinMeasurementError
    if percentWithin is not None and percentWithin != within:
        cubic, share = ("within" if isWithin else "beyond" for isWithin in (within, percentWithin))
        return [*lines, ["Change", f"in {CM3} {cubic}, in % of the head {share} measurement error"]]
    if within:
        return [*lines, ["Change", "within measurement error"]]
    grown = "larger than at baseline, " if regeneration.value < 0 else ""
    return [*lines, ["Change", f"{grown}beyond measurement error"]]


def _sizeLines(visit: VisitMeasurement) -> list[list[str]]:
    if visit.lesionAbsent:
        return [["", "The reader states that no lesion is left."]]
    volume = inCm3(visit.lesionVolume.estimate)
    if visit.onvPercent is None:
        return [["95\u00a0% interval", _span(volume, 2, CM3)], ["Share of the head", "not measured"]]
    lines = [["95\u00a0% interval", _span(visit.onvPercent, 1, "%", SHARE)], ["Lesion", _withInterval(volume, 2, CM3)]]
    reference = visit.headReference
    head = {"baseline": f"that of {reference.visit}", "sphere-adjusted": "sphere-adjusted"}.get(reference.kind)
    return [*lines, ["Head", head]] if head else lines


def _span(estimate: Estimate, decimals: int, unit: str, limits: Limits = SIZE) -> str:
    span = interval(estimate, decimals, limits)
    return _unbroken(f"{span} {unit}") if span else "not known"


def _withInterval(estimate: Estimate, decimals: int, unit: str, limits: Limits = SIZE) -> str:
    span = interval(estimate, decimals, limits)
    return _unbroken(f"{number(estimate.value, decimals)} {unit}") + (f" {_unbroken(f'({span})')}" if span else "")


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def _keyFigure(visit: VisitMeasurement) -> Element:
    if visit.onvPercent is not None:
        return element("p", {"class": "figure"}, number(visit.onvPercent.value, 1),
                       element("span", {"class": "unit"}, " % of the head"))
    if visit.lesionVolume is not None:
        return element("p", {"class": "figure"}, number(inCm3(visit.lesionVolume.estimate).value, 2),
                       element("span", {"class": "unit"}, f" {CM3}"))
    return element("p", {"class": "figure absent"}, "not measured" if visit.done else "not done")
