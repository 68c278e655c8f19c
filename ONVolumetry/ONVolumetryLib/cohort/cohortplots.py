"""The figures of a cohort as plain numbers; the agreement of two measurements has its own in agreementplots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .errors import StatisticError
from .grouping import groups, healing, wide
from .healingmodel import HealingModel
from .plotrecord import (
    CIRCLE,
    CROSS,
    DASH_DOT,
    DASH_DOT_DOT,
    DASHED,
    DIAMOND,
    DOTTED,
    SOLID,
    SQUARE,
    TICK,
    Plot,
    PlotSeries,
    points,
    polyline,
    thinned,
)
from .results import ALL, HEALED, NON_HEALED, CohortResults
from .roc import rocArea, rocCurve
from .samples import measured, spread
from .table import CohortTable
from .zones import SYSTEMS, zoneStates

INK, SOFT = "#1c2630", "#5b6770"
COLORS = {ALL: "#5b6770", HEALED: "#2f7fb5", NON_HEALED: "#b2430b"}
NAMES = {ALL: "All hips", HEALED: "Healed", NON_HEALED: "Non-healed"}
LINES = {ALL: SOLID, HEALED: SOLID, NON_HEALED: DASHED}
MARKERS = {ALL: CIRCLE, HEALED: CIRCLE, NON_HEALED: SQUARE}
VISIT_COLORS = ("#1c2630", "#2f7fb5", "#b2430b", "#3f8f5f", "#6b7c89")
VISIT_LINES = (SOLID, DASHED, DASH_DOT, DASH_DOT_DOT)
ZONE_COLORS = ("#1c2630", "#2f7fb5", "#b2430b", "#3f8f5f")
ZONE_LINES, ZONE_MARKERS = (SOLID, DASHED, DASH_DOT, DASH_DOT_DOT), (CIRCLE, SQUARE, DIAMOND, CROSS)
ONV, MONTHS = "ONV (% of femoral head volume)", "Months since surgery"
MOST_LINES, MOST_POINTS = 300, 150
ONLY_VISIT_WIDTH = 1.0


def cohortPlots(results: CohortResults) -> list[Plot]:
    """Every figure that the rows allow."""
    table = results.table
    made = [_boxes(table, "onv_percent_by_visit", "ONV % by visit", (ALL,))]
    if table.hasHealing:
        made.append(_boxes(table, "onv_percent_by_visit_and_healing", "ONV % by visit and healing",
                           (HEALED, NON_HEALED)))
    made += [_courses(table), *_zones(table)]
    if results.healing is not None:
        made.append(_probability(results.healing))
    made.append(_roc(table))
    return [plot for plot in made if plot is not None and plot.series]


def _boxes(table: CohortTable, key: str, title: str, shown: Sequence[str]) -> Plot:
    values, months = wide(table, "onv_percent"), [visit.month for visit in table.visits]
    width = 0.5 * min(np.diff(months)) if len(months) > 1 else ONLY_VISIT_WIDTH
    series = []
    masks = {name: mask for name, mask in groups(table) if name in shown}
    for order, name in enumerate(shown):
        samples = [measured(values[masks[name], index]) for index in range(len(months))]
        shift = (order - (len(shown) - 1) / 2) * width
        places = [month + shift for month in months]
        counts = ", ".join(str(len(sample)) for sample in samples)
        strokes = [stroke for place, sample in zip(places, samples) for stroke in _box(place, sample, width * 0.8)]
        series.append(polyline(f"{NAMES[name]} (n = {counts})", strokes, COLORS[name], LINES[name]))
        drawn = [(place, sample) for place, sample in zip(places, samples) if 0 < len(sample) <= MOST_POINTS]
        series.append(points(f"{NAMES[name]}: hips", *_flat([(place + spread(sample, width * 0.8), sample)
                                                             for place, sample in drawn]), COLORS[name],
                             marker=MARKERS[name], inLegend=False))
        means = [(place, np.mean(sample)) for place, sample in zip(places, samples) if len(sample)]
        series.append(points(f"{NAMES[name]}: mean", *_flat([([x], [y]) for x, y in means]), INK,
                             marker=DIAMOND, inLegend=False))
    return Plot(key, title, MONTHS, ONV, tuple(part for part in series if len(part.x)))


def _flat(pairs) -> tuple[np.ndarray, np.ndarray]:
    if not pairs:
        return np.empty(0), np.empty(0)
    return tuple(np.concatenate([np.asarray(pair[side], dtype=float) for pair in pairs]) for side in (0, 1))


def _box(place: float, sample: np.ndarray, width: float) -> list[list[tuple[float, float]]]:
    """Quartiles and median, and whiskers to the farthest values within 1.5 interquartile ranges."""
    if len(sample) == 0:
        return []
    first, median, third = np.quantile(sample, (0.25, 0.5, 0.75))
    reach = 1.5 * (third - first)
    low, high = sample[sample >= first - reach].min(), sample[sample <= third + reach].max()
    left, right, cap = place - width / 2, place + width / 2, width / 4
    return [[(left, first), (right, first), (right, third), (left, third), (left, first)],
            [(left, median), (right, median)], [(place, first), (place, low)], [(place, third), (place, high)],
            [(place - cap, low), (place + cap, low)], [(place - cap, high), (place + cap, high)]]


def _courses(table: CohortTable) -> Plot:
    values, months = wide(table, "onv_percent"), wide(table, "month")
    series = []
    for name, mask in groups(table):
        own = np.flatnonzero(table.hips["healed"].isna().to_numpy() if name == ALL and table.hasHealing else mask)
        if len(own) == 0:
            continue
        label = f"{NAMES[name]} (n = {len(own)})"
        if len(own) > MOST_LINES:
            label = f"{NAMES[name]} ({MOST_LINES} of {len(own)} shown)"
            own = own[np.linspace(0, len(own) - 1, MOST_LINES).round().astype(int)]
        strokes = [[(months[hip, index], values[hip, index]) for index in np.flatnonzero(~np.isnan(values[hip]))]
                   for hip in own]
        line = polyline(label, [stroke for stroke in strokes if stroke], COLORS[name], LINES[name])
        series.append(PlotSeries(line.name, line.x, line.y, line.color, line.line, MARKERS[name]))
    return Plot("onv_percent_of_every_hip", "ONV % of every hip", MONTHS, ONV,
                (*series, *_arthroplasties(table, months, values)))


def _arthroplasties(table: CohortTable, months, values) -> list[PlotSeries]:
    places = []
    for hip in np.flatnonzero(table.hips["end_reason"].to_numpy() == "arthroplasty"):
        known = np.flatnonzero(~np.isnan(values[hip]))
        if len(known):
            places.append((months[hip, known[-1]], values[hip, known[-1]]))
    if not places or len(values) > MOST_LINES:
        return []
    return [points(f"Arthroplasty later (n = {len(places)})", *zip(*places), INK, marker=CROSS)]


def _zones(table: CohortTable) -> list[Plot]:
    """Shares of hips over time, a line for each zone: axes of numbers cannot carry the names of zones."""
    made = []
    for system in SYSTEMS:
        states = zoneStates(table, system)
        shown = [index for index in range(len(table.visits)) if states.known[:, index].any()]
        months = [table.visits[index].month for index in shown]
        percent = np.array([100.0 * states.present[states.known[:, index], index].mean(axis=0) for index in shown])
        counts = ", ".join(str(int(states.known[:, index].sum())) for index in shown)
        series = [PlotSeries(f"zone {zone}", months, percent[:, order], ZONE_COLORS[order], ZONE_LINES[order],
                             ZONE_MARKERS[order]) for order, zone in enumerate(system.zones if shown else ())]
        made.append(Plot(f"{system.name.lower()}_zones", f"{system.name} zones by visit", f"{MONTHS} (n = {counts})",
                         "Hips with lesion in the zone (%)", tuple(series)))
    return made


def _probability(model: HealingModel) -> Plot:
    series = []
    for order, visit in enumerate(model.visits):
        own = model.onvPercent[model.visit == visit]
        along = np.linspace(own.min(), own.max(), 60)
        probability, low, high = model.curve(visit, along)
        color, line = VISIT_COLORS[order % len(VISIT_COLORS)], VISIT_LINES[order % len(VISIT_LINES)]
        series.append(PlotSeries(f"{visit} (n = {len(own)})", along, probability, color, line))
        series.append(polyline(f"{visit} 95 %", [list(zip(along, low)), list(zip(along, high))], color, DOTTED, False))
    for outcome, place, name in ((1, 1.02, "healed rows"), (0, -0.02, "non-healed rows")):
        values = model.onvPercent[model.outcome == outcome]
        series.append(points(name, values, np.full(len(values), place), INK, marker=TICK, inLegend=False))
    return Plot("probability_of_healing", "Predicted probability of healing", ONV, "Predicted probability of healing",
                tuple(series))


def _roc(table: CohortTable) -> Plot | None:
    values = wide(table, "onv_percent")
    healed, nonHealed = healing(table)
    series = []
    for index, visit in enumerate(table.visits):
        known = (healed | nonHealed) & ~np.isnan(values[:, index])
        try:
            area, curve = (call(values[known, index], healed[known]) for call in (rocArea, rocCurve))
        except StatisticError:
            continue
        series.append(PlotSeries(f"{visit.label}: AUC {area.auc:.2f} (n = {area.healed} + {area.nonHealed})",
                                 *thinned(100 * curve.falsePositiveRate, 100 * curve.truePositiveRate),
                                 VISIT_COLORS[index % len(VISIT_COLORS)], VISIT_LINES[index % len(VISIT_LINES)]))
    if not series:
        return None
    chance = PlotSeries("no information", [0, 100], [0, 100], SOFT, DOTTED, inLegend=False)
    return Plot("roc", "ROC of ONV % for healing", "100 \u2212 specificity (%)", "Sensitivity (%)", (*series, chance))
