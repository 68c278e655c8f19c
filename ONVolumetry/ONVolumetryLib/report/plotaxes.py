"""Axes of a plot as scalable graphics: nice ticks, grid lines, labels with units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .formats import short
from .markup import Element, append, element

DECIMAL_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MONTH_STEPS = (1.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0)
LEFT, RIGHT, TOP, BOTTOM = 52.0, 14.0, 14.0, 46.0


@dataclass(frozen=True)
class Scale:
    """Maps values to places in the picture.

    :param ticks: values at which the axis is marked.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def niceStep(span: float, count: int, steps: Sequence[float] | None = None) -> float:
    """A round step that divides a span into at most `count` parts.

    :param steps: steps to choose from; powers of ten times 1, 2, 2.5 and 5 where None or where all are too small.
    """
    least = span / count
    for step in steps or ():
        if step >= least:
            return step
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in DECIMAL_STEPS if factor * power >= least * (1 - 1e-9))


def ticksBetween(low: float, high: float, step: float) -> tuple[float, ...]:
    """Multiples of a step from low to high."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(index * step for index in range(first, last + 1))


def upwardScale(highest: float, length: float, start: float) -> Scale:
    """Scale of an axis from 0 up that ends at a tick above the highest value.

    :param length: of the axis in the picture; `start` its lower end.
    """
    highest = highest if highest > 0 else 1.0
    step = niceStep(highest, 5)
    high = math.ceil(highest / step - 1e-9) * step
    return Scale(0.0, high, start, start - length, ticksBetween(0.0, high, step))


@dataclass(frozen=True)
class Frame:
    """The area of a plot.

    :param width: of the whole picture; `height` likewise.
    """

    width: float
    height: float

    @property
    def plotWidth(self) -> float:
        return self.width - LEFT - RIGHT

    @property
    def plotHeight(self) -> float:
        return self.height - TOP - BOTTOM

    @property
    def bottom(self) -> float:
        return self.height - BOTTOM

    def picture(self, description: str) -> Element:
        """An empty picture with its alternative text."""
        return element("svg", {"class": "plot", "viewBox": f"0 0 {self.width:g} {self.height:g}", "role": "img",
                               "aria-label": description})

    def drawAxes(self, picture: Element, x: Scale, y: Scale, xLabel: str, yLabel: str):
        """Draw grid lines, ticks with numbers, and the axes' labels."""
        for tick in y.ticks:
            place = y.place(tick)
            append(picture, element("path", {"class": "grid", "d": f"M{LEFT:g},{place:.2f}h{self.plotWidth:g}"}),
                   element("text", {"class": "tick", "x": LEFT - 7, "y": place + 4, "text-anchor": "end"}, short(tick)))
        for tick in x.ticks:
            place = x.place(tick)
            append(picture, element("path", {"class": "axis", "d": f"M{place:.2f},{self.bottom:g}v5"}),
                   element("text", {"class": "tick", "x": place, "y": self.bottom + 18, "text-anchor": "middle"},
                           short(tick)))
        middle = TOP + self.plotHeight / 2
        append(picture,
               element("path", {"class": "axis", "d": f"M{LEFT:g},{self.bottom:g}h{self.plotWidth:g}"}),
               element("text", {"class": "axis-label", "x": LEFT + self.plotWidth / 2, "y": self.height - 8,
                                "text-anchor": "middle"}, xLabel),
               element("text", {"class": "axis-label", "transform": f"translate(15 {middle:g}) rotate(-90)",
                                "text-anchor": "middle"}, yLabel))
