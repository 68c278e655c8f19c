"""The lesion over the months: its share of the head, and its volume."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.ratios import SHARE, SIZE, Estimate, Limits
from .formats import NOT_DONE, NOT_MEASURED, inCm3, interval, number, short
from .markup import Element, element
from .plotaxes import LEFT, MONTH_STEPS, RIGHT, TOP, Frame, Scale, niceStep, ticksBetween, upwardScale
from .reportinput import ReportSubject

FRAME = Frame(460.0, 300.0)
CAP = 5.0


@dataclass(frozen=True)
class _Quantity:
    """What a plot shows.

    :param estimateOf: gives its value at a visit; None = not measured.
    :param limits: lowest and highest value that is possible.
    """

    title: str
    axis: str
    estimateOf: Callable[[VisitMeasurement], Estimate | None]
    decimals: int
    limits: Limits


def timePlots(measurement: HipMeasurement, subject: ReportSubject) -> list[Element]:
    """Both plots as figures."""
    return [
        _figure(measurement, subject, _Quantity(
            "Lesion in the head", "ONV (% of the head)", lambda visit: visit.onvPercent, 1, SHARE)),
        _figure(measurement, subject, _Quantity("Volume of the lesion", "ONV (cm\u00b3)", lesionCm3, 2, SIZE)),
    ]


def lesionCm3(visit: VisitMeasurement) -> Estimate | None:
    """Lesion volume in cm3; None = not measured."""
    volume = visit.lesionVolume
    return None if volume is None else inCm3(volume.estimate)


def _figure(measurement: HipMeasurement, subject: ReportSubject, quantity: _Quantity) -> Element:
    estimates = [(visit, quantity.estimateOf(visit)) for visit in measurement.visits]
    known = [(visit, estimate) for visit, estimate in estimates if estimate is not None]
    highest = max((estimate.value + (estimate.confidenceHalfWidth or 0.0) for _, estimate in known), default=0.0)
    x = _monthScale(measurement, subject)
    y = upwardScale(highest * 1.05, FRAME.plotHeight, FRAME.bottom)
    picture = FRAME.picture(_description(quantity, subject.monthsSince, estimates))
    FRAME.drawAxes(picture, x, y, subject.monthsSince.capitalize(), quantity.axis)
    for visit, estimate in estimates:
        if estimate is None:
            state = NOT_MEASURED if visit.done else NOT_DONE
            _drawMark(picture, x.place(visit.month), f"{visit.label}: {state}", "gap")
    if subject.endReason and subject.endMonth is not None:
        _drawMark(picture, x.place(subject.endMonth), f"{subject.endReason}, month {short(subject.endMonth)}", "end")
    points = [(x.place(visit.month), y.place(estimate.value)) for visit, estimate in known]
    if len(points) > 1:
        picture.append(element("path", {"class": "course", "d": "M" + "L".join(f"{a:.2f},{b:.2f}" for a, b in points)}))
    for visit, estimate in known:
        _drawPoint(picture, x.place(visit.month), y, estimate, quantity)
    caption = element("figcaption", {}, element("strong", {}, quantity.title), ": points with 95 % interval.")
    return element("figure", {"class": "plot-figure"}, picture, caption)


def _monthScale(measurement: HipMeasurement, subject: ReportSubject) -> Scale:
    months = [visit.month for visit in measurement.visits]
    if subject.endReason and subject.endMonth is not None:
        months.append(subject.endMonth)
    low, high = min(0.0, *months), max(months)
    if high <= low:
        high = low + 1.0
    step = niceStep(high - low, 8, MONTH_STEPS)
    room = 0.07 * (high - low)
    return Scale(low - room, high + 1.8 * room, LEFT, FRAME.width - RIGHT, ticksBetween(low, high, step))


def _drawPoint(picture: Element, x: float, y: Scale, estimate: Estimate, quantity: _Quantity):
    ends = estimate.confidenceInterval(quantity.limits)
    place = y.place(estimate.value)
    if ends is not None:
        low, high = map(y.place, ends)
        picture.append(element("path", {
            "class": "error-bar", "d": f"M{x:.2f},{high:.2f}V{low:.2f}M{x - CAP:.2f},{high:.2f}h{2 * CAP:g}"
                                       f"M{x - CAP:.2f},{low:.2f}h{2 * CAP:g}"}))
    picture.append(element("circle", {"class": "point" if ends is not None else "point hollow", "cx": x, "cy": place,
                                      "r": 4.5, "data-value": f"{estimate.value:.4f}"}))
    picture.append(element("text", {"class": "value-label", "x": x + 8, "y": place - 6},
                           number(estimate.value, quantity.decimals)))


def _drawMark(picture: Element, x: float, text: str, kind: str):
    picture.append(element("path", {"class": f"mark {kind}", "d": f"M{x:.2f},{TOP:g}V{FRAME.bottom:g}"}))
    picture.append(element("text", {"class": f"mark-label {kind}", "text-anchor": "end",
                                    "transform": f"translate({x - 5:.2f} {TOP + 2:g}) rotate(-90)"}, text))


def _description(quantity: _Quantity, monthsSince: str, estimates) -> str:
    parts = []
    for visit, estimate in estimates:
        if estimate is None:
            value = NOT_MEASURED if visit.done else NOT_DONE
        else:
            span = interval(estimate, quantity.decimals, quantity.limits)
            value = number(estimate.value, quantity.decimals) + (f" (95 % interval {span})" if span else "")
        parts.append(f"{visit.label}, month {short(visit.month)}: {value}")
    return f"{quantity.axis} over the {monthsSince}. " + "; ".join(parts) + "."
