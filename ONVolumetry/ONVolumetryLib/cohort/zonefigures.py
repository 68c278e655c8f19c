"""Bars of the zones by visit."""

from __future__ import annotations

import numpy as np

from .figurestyle import (
    INK,
    VISIT_HATCHES,
    VISIT_SHADES,
    CohortFigure,
    finished,
    gridLines,
    legendBelow,
    markSynthetic,
    newFigure,
    style,
)
from .table import CohortTable
from .zones import SYSTEMS, ZoneSystem, zoneStates

# Larger counts would run into one another above the bars.
MOST_COUNTED = 1000


def zoneBars(table: CohortTable) -> list[CohortFigure]:
    """One figure for each system of zones that the rows have."""
    return [figure for system in SYSTEMS if (figure := _bars(table, system))]


def _bars(table: CohortTable, system: ZoneSystem) -> CohortFigure | None:
    states = zoneStates(table, system)
    shown = [index for index in range(len(table.visits)) if states.known[:, index].any()]
    if not shown:
        return None
    with style():
        figure = newFigure(4.6, 3.0)
        axes = figure.subplots()
        width = 0.8 / len(shown)
        for order, index in enumerate(shown):
            known = states.known[:, index]
            counts = states.present[known, index].sum(axis=0)
            n = int(known.sum())
            positions = np.arange(len(system.zones)) + (order - (len(shown) - 1) / 2) * width
            axes.bar(positions, 100 * counts / n, width * 0.92, color=VISIT_SHADES[order % len(VISIT_SHADES)],
                     edgecolor=INK, linewidth=0.7, hatch=VISIT_HATCHES[order % len(VISIT_HATCHES)],
                     label=f"{table.visits[index].label} (n = {n})")
            for position, count in zip(positions, counts if n < MOST_COUNTED else ()):
                axes.annotate(f"{count}", (position, 100 * count / n), xytext=(0, 1.5), textcoords="offset points",
                              ha="center", va="bottom", fontsize=6.5)
        axes.set_xticks(range(len(system.zones)), system.zones)
        axes.set_xlabel(f"{system.name} zone")
        axes.set_ylabel("Hips with lesion in the zone (%)")
        axes.set_ylim(0, 100)
        axes.spines["left"].set_bounds(0, 100)
        gridLines(axes)
        legendBelow(figure, axes)
        markSynthetic(figure, table.isSynthetic)
        return finished(
            figure, f"{system.name.lower()}_zones", f"{system.name} zones by visit",
            f"Share of hips whose lesion reaches each {system.name} zone, by visit; the figure above a bar is the "
            "number of hips. n is the number of hips whose zones were read at the visit; hips without a scan count "
            "neither as present nor as absent.")
