"""Probability of healing and ROC curves."""

from __future__ import annotations

import numpy as np

from .errors import StatisticError
from .figurestyle import INK, SOFT, CohortFigure, finished, gridLines, legendBelow, markSynthetic, newFigure, style
from .grouping import healing, wide
from .healingmodel import HealingModel
from .roc import rocArea, rocCurve
from .table import CohortTable

LINES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (8, 3)))
SHADES = ("#1c2630", "#2f7fb5", "#b2430b", "#3f8f5f", "#6b7c89")
MOST_RUG_LINES = 400


def healingProbability(table: CohortTable, model: HealingModel | None) -> CohortFigure | None:
    """Predicted probability of healing against ONV %, one curve a visit; None without a model."""
    if model is None:
        return None
    with style():
        figure = newFigure(4.6, 3.1)
        axes = figure.subplots()
        for order, visit in enumerate(model.visits):
            isThere = model.visit == visit
            own = model.onvPercent[isThere]
            along = np.linspace(own.min(), own.max(), 120)
            probability, low, high = model.curve(visit, along)
            color = SHADES[order % len(SHADES)]
            axes.fill_between(along, low, high, color=color, alpha=0.12, linewidth=0)
            axes.plot(along, probability, color=color, linestyle=LINES[order % len(LINES)], linewidth=1.6,
                      label=f"{visit} (n = {int(isThere.sum())})")
        if len(model.onvPercent) <= MOST_RUG_LINES:
            for outcome, place in ((1, 1.025), (0, -0.025)):
                values = model.onvPercent[model.outcome == outcome]
                axes.plot(values, np.full(len(values), place), linestyle="none", marker="|", markersize=5, color=INK,
                          alpha=0.6, clip_on=False)
        axes.axhline(0.5, color=SOFT, linewidth=0.7, linestyle=(0, (1, 2)))
        axes.set_ylim(-0.05, 1.05)
        axes.set_xlim(left=0)
        axes.set_xlabel("ONV (% of femoral head volume)")
        axes.set_ylabel("Predicted probability of healing")
        gridLines(axes)
        legendBelow(figure, axes, handlelength=3)
        markSynthetic(figure, table.isSynthetic)
        return finished(
            figure, "probability_of_healing", "Predicted probability of healing",
            "Probability of healing predicted by the probit, by ONV % and visit, averaged over the hips' other "
            "predictors, within the range of the measured values; bands: 95 % confidence. Ticks above and below: "
            "measured rows of healed and non-healed hips. The curves describe these hips and are no advice for others.")


def rocCurves(table: CohortTable) -> CohortFigure | None:
    """ROC of ONV % at every visit that has one; None where there is none."""
    values = wide(table, "onv_percent")
    healed, nonHealed = healing(table)
    with style():
        figure = newFigure(3.5, 3.6)
        axes = figure.subplots()
        count = 0
        for index, visit in enumerate(table.visits):
            known = (healed | nonHealed) & ~np.isnan(values[:, index])
            try:
                area = rocArea(values[known, index], healed[known])
                curve = rocCurve(values[known, index], healed[known])
            except StatisticError:
                continue
            interval = "" if area.ciLow is None else f" ({area.ciLow:.2f} to {area.ciHigh:.2f})"
            axes.plot(100 * curve.falsePositiveRate, 100 * curve.truePositiveRate, color=SHADES[index % len(SHADES)],
                      linestyle=LINES[index % len(LINES)], linewidth=1.6,
                      label=f"{visit.label}: {area.auc:.2f}{interval}, n = {area.healed} + {area.nonHealed}")
            count += 1
        if count == 0:
            return None
        axes.plot([0, 100], [0, 100], color=SOFT, linewidth=0.7, linestyle=(0, (1, 2)))
        axes.set_aspect("equal")
        axes.set_xlim(-1, 101)
        axes.set_ylim(-1, 101)
        axes.set_xlabel("100 \u2212 specificity (%)")
        axes.set_ylabel("Sensitivity (%)")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=1, handlelength=3,
                      title="AUC (95 % CI), n = healed + non-healed", title_fontsize=7)
        markSynthetic(figure, table.isSynthetic)
        return finished(figure, "roc", "ROC of ONV % for healing",
                        "Receiver operating characteristic of ONV % (low = healed) at each visit, with area under the "
                        "curve and DeLong 95 % confidence interval.")
