"""Agreement of two measurements as plain numbers."""

from __future__ import annotations

import numpy as np

from .plotrecord import DASHED, DOTTED, SOLID, Plot, PlotSeries, points

INK, SOFT, BLUE = "#1c2630", "#5b6770", "#2f7fb5"


def blandAltmanPlot(pairs, limits) -> Plot:
    """Differences against means with the limits of agreement.

    :param pairs: Comparison of agreementfigures.
    :param limits: BlandAltman.
    """
    first, second, names, unit = pairs.first, pairs.second, pairs.names, pairs.unit
    mean = (first + second) / 2
    ends = [float(mean.min()), float(mean.max())]
    lines = [PlotSeries(f"{name} {value:.2f} ({low:.2f} to {high:.2f})".replace("-", "\u2212"), ends, [value, value],
                        INK, line)
             for name, value, low, high, line in (
                 ("mean", limits.meanDifference, limits.ciLow, limits.ciHigh, SOLID),
                 ("\u22121.96 SD", limits.loaLow, limits.loaLowCiLow, limits.loaLowCiHigh, DASHED),
                 ("+1.96 SD", limits.loaHigh, limits.loaHighCiLow, limits.loaHighCiHigh, DASHED))]
    shown = points(f"n = {limits.n}", mean, first - second, BLUE)
    return Plot(f"{pairs.key}_bland_altman", f"{names[0]} and {names[1]}: Bland-Altman",
                f"Mean of {names[0]} and {names[1]} ({unit})", f"{names[0]} \u2212 {names[1]} ({unit})",
                (shown, *lines))


def concordancePlot(pairs, result) -> Plot:
    """One measurement against the other with the line of equality.

    :param pairs: Comparison of agreementfigures.
    :param result: Concordance.
    """
    first, second, names, unit = pairs.first, pairs.second, pairs.names, pairs.unit
    ends = np.array([min(first.min(), second.min()), max(first.max(), second.max())], dtype=float)
    interval = "" if result.ciLow is None else f" ({result.ciLow:.3f} to {result.ciHigh:.3f})"
    return Plot(f"{pairs.key}_concordance", f"{names[0]} and {names[1]}: concordance", f"{names[1]} ({unit})",
                f"{names[0]} ({unit})",
                (points(f"n = {result.n}, \u03c1c = {result.rhoC:.3f}{interval}", second, first, BLUE),
                 PlotSeries("equality", ends, ends, SOFT, DOTTED),
                 PlotSeries("reduced major axis", ends, result.intercept + result.slope * ends, INK, DASHED)))
