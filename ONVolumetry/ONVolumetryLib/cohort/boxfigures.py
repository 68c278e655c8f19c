"""Box plots of ONV %, and the course of every hip."""

from __future__ import annotations

import numpy as np

from .figurestyle import (
    GROUP_COLORS,
    GROUP_LINES,
    GROUP_MARKERS,
    GROUP_NAMES,
    INK,
    SOFT,
    CohortFigure,
    finished,
    gridLines,
    markSynthetic,
    newFigure,
    style,
)
from .grouping import groups, wide
from .results import ALL, HEALED, NON_HEALED
from .samples import spread
from .table import CohortTable

ONV_LABEL = "ONV (% of femoral head volume)"
MOST_POINTS = 150
MOST_LINES = 300
BOX_CAPTION = ("Box: quartiles and median; whiskers: farthest values within 1.5 interquartile ranges; diamond: mean; "
               "points: hips. n below each box is the number of hips measured.")


def boxesByVisit(table: CohortTable) -> CohortFigure:
    """ONV % of all hips by visit."""
    values = wide(table, "onv_percent")
    with style():
        figure = newFigure()
        axes = figure.subplots()
        for index in range(len(table.visits)):
            _box(axes, values[:, index], index, 0.5, ALL)
        _labelVisits(axes, table, [f"n = {int(np.sum(~np.isnan(values[:, index])))}"
                                   for index in range(len(table.visits))])
        markSynthetic(figure, table.isSynthetic)
        return finished(figure, "onv_percent_by_visit", "ONV % by visit", f"ONV % by visit. {BOX_CAPTION}")


def boxesByHealing(table: CohortTable) -> CohortFigure | None:
    """ONV % by visit and healing; None where healing is not known."""
    if not table.hasHealing:
        return None
    values = wide(table, "onv_percent")
    with style():
        figure = newFigure(4.6)
        axes = figure.subplots()
        counts = [[] for _ in table.visits]
        for name, mask in groups(table):
            if name == ALL:
                continue
            shift = -0.21 if name == HEALED else 0.21
            for index in range(len(table.visits)):
                sample = values[mask, index]
                _box(axes, sample, index + shift, 0.34, name)
                counts[index].append((index + shift, int(np.sum(~np.isnan(sample)))))
        _labelVisits(axes, table, None)
        for entries in counts:
            for position, count in entries:
                axes.annotate(f"n = {count}", (position, 0), xycoords=("data", "axes fraction"), xytext=(0, -13),
                              textcoords="offset points", ha="center", va="top", fontsize=6.5, color=INK)
        axes.tick_params(axis="x", pad=16)
        _groupLegend(axes)
        markSynthetic(figure, table.isSynthetic)
        return finished(figure, "onv_percent_by_visit_and_healing", "ONV % by visit and healing",
                        f"ONV % by visit of healed and non-healed hips. {BOX_CAPTION}")


def spaghetti(table: CohortTable) -> CohortFigure:
    """Course of ONV % of every hip over time."""
    values, months = wide(table, "onv_percent"), wide(table, "month")
    with style():
        figure = newFigure(4.6, 3.1)
        axes = figure.subplots()
        for name, group in groups(table):
            mask = table.hips["healed"].isna().to_numpy() if name == ALL and table.hasHealing else group
            if mask.any():
                _courses(axes, months[mask], values[mask], name)
        _arthroplasties(axes, table, months, values)
        axes.set_xlabel("Months since surgery")
        axes.set_ylabel(ONV_LABEL)
        axes.set_xticks([visit.month for visit in table.visits])
        axes.set_ylim(bottom=0)
        gridLines(axes)
        axes.legend(loc="upper right", handlelength=2.6)
        markSynthetic(figure, table.isSynthetic)
        return finished(figure, "onv_percent_of_every_hip", "ONV % of every hip",
                        "ONV % of every hip over time, by healing (evenly chosen hips where there are more than "
                        f"{MOST_LINES} in a group). A cross marks the last measurement of a hip that "
                        "had an arthroplasty later.")


def _box(axes, sample: np.ndarray, position: float, width: float, group: str):
    sample = sample[~np.isnan(sample)]
    if len(sample) == 0:
        return
    color = GROUP_COLORS[group]
    axes.boxplot(sample, positions=[position], widths=width, patch_artist=True, showfliers=len(sample) > MOST_POINTS,
                 showmeans=True, manage_ticks=False,
                 boxprops={"facecolor": color, "edgecolor": INK, "linewidth": 0.9, "alpha": 0.75,
                           "hatch": "////" if group == NON_HEALED else None},
                 medianprops={"color": INK, "linewidth": 1.8}, whiskerprops={"color": INK, "linewidth": 0.9},
                 capprops={"color": INK, "linewidth": 0.9},
                 flierprops={"marker": ".", "markersize": 2, "markeredgecolor": SOFT, "rasterized": True},
                 meanprops={"marker": "D", "markerfacecolor": "white", "markeredgecolor": INK, "markersize": 4.2,
                            "zorder": 5})
    if len(sample) <= MOST_POINTS:
        axes.plot(position + spread(sample, width), sample, linestyle="none", marker=GROUP_MARKERS[group],
                  markersize=3, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=0.6, alpha=0.85, zorder=4)


def _labelVisits(axes, table: CohortTable, counts: list[str] | None):
    labels = [visit.label for visit in table.visits]
    if counts:
        labels = [f"{label}\n{count}" for label, count in zip(labels, counts)]
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(ONV_LABEL)
    axes.set_xlabel("Visit")
    gridLines(axes)


def _groupLegend(axes):
    from matplotlib.patches import Patch

    axes.legend(handles=[Patch(facecolor=GROUP_COLORS[name], edgecolor=INK, alpha=0.75, label=GROUP_NAMES[name],
                               hatch="////" if name == NON_HEALED else None) for name in (HEALED, NON_HEALED)],
                loc="upper right")


def _courses(axes, months, values, name: str):
    """Lines of a group as one path, evenly chosen where they are too many; visits not measured are bridged."""
    count, xs, ys = len(values), [], []
    if count > MOST_LINES:
        chosen = np.linspace(0, count - 1, MOST_LINES).round().astype(int)
        months, values = months[chosen], values[chosen]
    for month, value in zip(months, values):
        isMeasured = ~np.isnan(value)
        xs += [*month[isMeasured], np.nan]
        ys += [*value[isMeasured], np.nan]
    color = INK if name == NON_HEALED else "#2f7fb5" if name == HEALED else SOFT
    many = len(values) > 60
    axes.plot(xs, ys, color=color, linestyle=GROUP_LINES[name], linewidth=0.4 if many else 1.0,
              marker=GROUP_MARKERS[name], markersize=2.2 if many else 3.4,
              markerfacecolor="white" if name == HEALED else color, markeredgewidth=0.4 if many else 0.7,
              alpha=0.5 if many else 0.9, label=f"{GROUP_NAMES[name]} ("
              + (f"{MOST_LINES} of {count} shown)" if count > MOST_LINES else f"n = {count})"))


def _arthroplasties(axes, table: CohortTable, months, values):
    reason = table.hips["end_reason"].to_numpy()
    points = []
    for index in np.flatnonzero(reason == "arthroplasty"):
        measured = np.flatnonzero(~np.isnan(values[index]))
        if len(measured):
            points.append((months[index, measured[-1]], values[index, measured[-1]]))
    if points and len(values) <= MOST_LINES:
        axes.plot(*zip(*points), linestyle="none", marker="x", markersize=7, markeredgewidth=1.4, color=INK, zorder=6,
                  label=f"Arthroplasty later (n = {int(np.sum(reason == 'arthroplasty'))})")
