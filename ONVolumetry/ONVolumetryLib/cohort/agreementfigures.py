"""Bland-Altman plot and concordance of two measurements."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .agreement import blandAltman, completePairs, concordance
from .agreementplots import blandAltmanPlot, concordancePlot
from .agreementtables import baselineValues
from .errors import orNote
from .figurestyle import INK, SOFT, CohortFigure, finished, gridLines, markSynthetic, newFigure, style
from .table import CohortTable

MOST_VECTOR_POINTS = 2000


def fhvSavFigures(table: CohortTable) -> list[CohortFigure]:
    """Agreement of FHV and SAV at baseline; empty where the rows do not have both."""
    if not {"fhv_cm3", "sav_cm3"} <= table.columns:
        return []
    fhv, sav = completePairs(*baselineValues(table, "fhv_cm3", "sav_cm3"))
    return agreementFigures(Comparison(fhv, sav, ("FHV", "SAV"), "cm\u00b3", "fhv_sav", table.isSynthetic))


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two measurements of the same subjects.

    :param first: values of complete pairs; `second` likewise.
    :param names: of the two measurements.
    :param key: beginning of the file names.
    """

    first: np.ndarray
    second: np.ndarray
    names: tuple[str, str]
    unit: str
    key: str
    isSynthetic: bool = False


def agreementFigures(pairs: Comparison) -> list[CohortFigure]:
    """Bland-Altman plot and concordance; each left out where its statistic cannot be computed."""
    made = []
    with style():
        for draw, plot, statistic in ((_blandAltmanFigure, blandAltmanPlot, blandAltman),
                                      (_concordanceFigure, concordancePlot, concordance)):
            result, _ = orNote(statistic, pairs.first, pairs.second)
            if result is not None:
                made.append(replace(draw(pairs, result), plot=plot(pairs, result)))
    return made


def _points(axes, x, y):
    many = len(x) > 200
    axes.plot(x, y, linestyle="none", marker="o", markersize=1.5 if many else 4, markerfacecolor="white",
              markeredgecolor=INK, markeredgewidth=0.4 if many else 0.8, alpha=0.35 if many else 1,
              rasterized=len(x) > MOST_VECTOR_POINTS, zorder=3)


def _blandAltmanFigure(pairs: Comparison, limits) -> CohortFigure:
    first, second, names, unit = pairs.first, pairs.second, pairs.names, pairs.unit
    figure = newFigure(4.4, 3.0)
    axes = figure.subplots()
    _points(axes, (first + second) / 2, first - second)
    axes.axhline(0, color=SOFT, linewidth=0.7, linestyle=(0, (1, 2)))
    for value, low, high, name, dash in (
            (limits.meanDifference, limits.ciLow, limits.ciHigh, "mean", "-"),
            (limits.loaLow, limits.loaLowCiLow, limits.loaLowCiHigh, "\u22121.96 SD", (0, (5, 3))),
            (limits.loaHigh, limits.loaHighCiLow, limits.loaHighCiHigh, "+1.96 SD", (0, (5, 3)))):
        axes.axhline(value, color=INK, linewidth=1, linestyle=dash)
        axes.axhspan(low, high, color="#dfe5ea", alpha=0.6, linewidth=0, zorder=0)
        axes.annotate(f"{name}\n{value:.2f}".replace("-", "\u2212"), (1, value), xycoords=("axes fraction", "data"),
                      xytext=(3, 0), textcoords="offset points", va="center", fontsize=7, annotation_clip=False)
    axes.set_xlabel(f"Mean of {names[0]} and {names[1]} ({unit})")
    axes.set_ylabel(f"{names[0]} \u2212 {names[1]} ({unit})")
    axes.text(0.02, 0.98, f"n = {limits.n}", transform=axes.transAxes, va="top", fontsize=7.5)
    axes.margins(y=0.12)
    axes.locator_params(axis="x", nbins=7, steps=[1, 2, 5, 10])
    markSynthetic(figure, pairs.isSynthetic)
    return finished(figure, f"{pairs.key}_bland_altman", f"{names[0]} and {names[1]}: Bland-Altman",
                    f"Difference of {names[0]} and {names[1]} against their mean (n = {limits.n}); solid line: mean "
                    "difference, dashed lines: 95 % limits of agreement, bands: their 95 % confidence intervals.")


def _concordanceFigure(pairs: Comparison, result) -> CohortFigure:
    first, second, names, unit = pairs.first, pairs.second, pairs.names, pairs.unit
    figure = newFigure(3.4, 3.3)
    axes = figure.subplots()
    _points(axes, second, first)
    low, high = float(min(first.min(), second.min())), float(max(first.max(), second.max()))
    pad = 0.05 * (high - low)
    ends = np.array([low - pad, high + pad])
    axes.plot(ends, ends, color=INK, linewidth=0.9, label="equality")
    axes.plot(ends, result.intercept + result.slope * ends, color=INK, linewidth=1.1, linestyle=(0, (5, 3)),
              label="reduced major axis")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_aspect("equal")
    axes.set_xticks(ticks := [tick for tick in axes.get_yticks() if ends[0] <= tick <= ends[1]])
    axes.set_yticks(ticks)
    gridLines(axes)
    axes.set_xlabel(f"{names[1]} ({unit})")
    axes.set_ylabel(f"{names[0]} ({unit})")
    interval = "" if result.ciLow is None else f" ({result.ciLow:.3f} to {result.ciHigh:.3f})"
    axes.text(0.03, 0.97, f"$\\rho_c$ = {result.rhoC:.3f}{interval}\nn = {result.n}".replace("-", "\u2212"),
              transform=axes.transAxes, va="top", fontsize=7.5)
    axes.legend(loc="lower right")
    markSynthetic(figure, pairs.isSynthetic)
    return finished(figure, f"{pairs.key}_concordance", f"{names[0]} and {names[1]}: concordance",
                    f"{names[0]} against {names[1]} (n = {result.n}) with the line of equality and the reduced major "
                    "axis; \u03c1c: Lin's concordance correlation with its 95 % confidence interval.")
