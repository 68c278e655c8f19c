"""A figure as plain numbers, for programs that draw it themselves, such as the plot views of 3D Slicer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SOLID, DASHED, DASH_DOT, DASH_DOT_DOT, DOTTED, NO_LINE = "solid", "dash", "dash-dot", "dash-dot-dot", "dot", "none"
CIRCLE, DIAMOND, SQUARE, CROSS, TICK, NO_MARKER = "circle", "diamond", "square", "cross", "plus", "none"
MOST_DRAWN_POINTS = 2000


@dataclass(frozen=True)
class PlotSeries:
    """One line, or several with gaps, or a set of points.

    :param x: positions; None begins a new line.
    :param y: values; None where x is None.
    :param color: "#rrggbb".
    """

    name: str
    x: Sequence[float | None]
    y: Sequence[float | None]
    color: str
    line: str = SOLID
    marker: str = NO_MARKER
    inLegend: bool = True


@dataclass(frozen=True)
class Plot:
    """A figure.

    :param key: as of the figure's files.
    """

    key: str
    title: str
    xTitle: str
    yTitle: str
    series: tuple[PlotSeries, ...] = field(default_factory=tuple)


def plotRecord(plot: Plot) -> dict[str, Any]:
    """The plot as it stands in cohort.json."""
    return {"key": plot.key, "title": plot.title, "x_title": plot.xTitle, "y_title": plot.yTitle,
            "series": [{"name": series.name, "x": numbers(series.x), "y": numbers(series.y), "color": series.color,
                        "line": series.line, "marker": series.marker, "in_legend": series.inLegend}
                       for series in plot.series]}


def numbers(values) -> list[float | None]:
    """Numbers as JSON knows them; NaN becomes None."""
    return [None if value is None or np.isnan(value) else round(float(value), 6) for value in values]


def points(name: str, x, y, color: str, *, marker: str = CIRCLE, inLegend: bool = True) -> PlotSeries:
    """Points without a line; evenly chosen where there are too many to draw."""
    return PlotSeries(name, *thinned(x, y), color, NO_LINE, marker, inLegend)


def thinned(x, y) -> tuple[np.ndarray, np.ndarray]:
    """Points, evenly chosen with the first and the last where there are too many to draw."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(x) <= MOST_DRAWN_POINTS:
        return x, y
    chosen = np.linspace(0, len(x) - 1, MOST_DRAWN_POINTS).round().astype(int)
    return x[chosen], y[chosen]


def polyline(name: str, strokes: Sequence[Sequence[tuple[float, float]]], color: str, line: str = SOLID,
             inLegend: bool = True) -> PlotSeries:
    """Several lines as one series, with a gap between them."""
    x, y = [], []
    for stroke in strokes:
        x += [*([None] if x else []), *(point[0] for point in stroke)]
        y += [*([None] if y else []), *(point[1] for point in stroke)]
    return PlotSeries(name, x, y, color, line, inLegend=inLegend)
