"""Counts of zones with their denominators, and their exact tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import orNote
from .fisher import fisherExact, mcNemarExact
from .grouping import groups, healing, pairsOfVisits
from .results import COMPARED, Cell, StatisticsTable, pairLabel
from .settings import CohortSettings
from .table import CohortTable
from .zones import SYSTEMS, ZoneStates, zoneStates

SECTION = "Zones of the lesion"


@dataclass(frozen=True)
class ZoneCount:
    """Hips whose lesion reaches a zone.

    :param n: hips whose zones were read; `present` those with the zone.
    :param notImaged: hips without a scan at the visit; `notMeasurable` with a scan on which zones were not read.
    """

    n: int
    present: int
    percent: float | None
    notImaged: int
    notMeasurable: int


@dataclass(frozen=True)
class RegeneratedCount:
    """Hips in which a zone was present at the earlier visit and absent at the later one.

    :param n: hips with the zone at the earlier visit whose zones were read at both.
    :param seenOnce: hips with the zone at the earlier visit that were not read at the later one; never counted.
    """

    n: int
    regenerated: int
    percent: float | None
    seenOnce: int


def zoneTables(table: CohortTable, settings: CohortSettings) -> list[StatisticsTable]:
    """Zone tables of both systems; a system that no row has is left out."""
    made = []
    for system in SYSTEMS:
        states = zoneStates(table, system)
        if not states.known.any():
            continue
        made += [_presenceTable(table, states), _regeneratedTable(table, states), _pairedTable(table, states)]
        if settings.useIndependentFisher:
            made.append(_independentTable(table, states))
    return made


def _presenceTable(table: CohortTable, states: ZoneStates) -> StatisticsTable:
    cells = []
    for index, visit in enumerate(table.visits):
        known, imaged = states.known[:, index], states.imaged[:, index]
        for zoneIndex, zone in enumerate(states.system.zones):
            present = states.present[:, index, zoneIndex]
            for name, group in groups(table):
                n, count = int(np.sum(known & group)), int(np.sum(present & known & group))
                cells.append(Cell(name, visit.label, ZoneCount(
                    n, count, 100 * count / n if n else None, int(np.sum(group & ~imaged)),
                    int(np.sum(group & imaged & ~known))), None, zone))
            if table.hasHealing:
                cells.append(_healingFisher(table, visit.label, zone, present, known))
    name = states.system.name
    return StatisticsTable(
        f"{name.lower()}_zones", SECTION, f"{name} zones present",
        "Hips whose lesion reaches the zone, of those whose zones were read at the visit; hips without a scan are not "
        "imaged, hips whose zones could not be read on a scan not measurable. Fisher's exact test of healed against "
        "non-healed hips.", tuple(cells))


def _healingFisher(table: CohortTable, visit: str, zone: str, isYes: np.ndarray, among: np.ndarray) -> Cell:
    counts = [[int(np.sum(isYes & among & group)), int(np.sum(~isYes & among & group))] for group in healing(table)]
    result, note = orNote(fisherExact, counts)
    return Cell(COMPARED, visit, result, note, f"{zone}, Fisher's exact test", int(np.sum(counts)))


def _regeneratedTable(table: CohortTable, states: ZoneStates) -> StatisticsTable:
    cells = []
    for first, later, firstVisit, laterVisit in pairsOfVisits(table):
        pair = pairLabel(firstVisit.label, laterVisit.label)
        both = states.known[:, first] & states.known[:, later]
        for zoneIndex, zone in enumerate(states.system.zones):
            start = states.present[:, first, zoneIndex] & states.known[:, first]
            gone = start & both & ~states.present[:, later, zoneIndex]
            for name, group in groups(table):
                n, count = int(np.sum(start & both & group)), int(np.sum(gone & group))
                cells.append(Cell(name, pair, RegeneratedCount(
                    n, count, 100 * count / n if n else None, int(np.sum(start & ~both & group))), None, zone))
            if table.hasHealing:
                cells.append(_healingFisher(table, pair, zone, gone, start & both))
    name = states.system.name
    return StatisticsTable(
        f"{name.lower()}_regenerated", SECTION, f"{name} zones regenerated",
        "Hips with the zone at the earlier visit and without it at the later one, of those with the zone at the "
        "earlier visit that were read at both. A missing visit, such as after an arthroplasty, is never regeneration. "
        "Fisher's exact test of healed against non-healed hips.", tuple(cells))


def _pairedTable(table: CohortTable, states: ZoneStates) -> StatisticsTable:
    cells = []
    for first, later, firstVisit, laterVisit in pairsOfVisits(table):
        both = states.known[:, first] & states.known[:, later]
        for zoneIndex, zone in enumerate(states.system.zones):
            result, note = orNote(mcNemarExact, states.present[both, first, zoneIndex],
                                  states.present[both, later, zoneIndex])
            cells.append(Cell("all", pairLabel(firstVisit.label, laterVisit.label), result, note, zone,
                              int(both.sum())))
    name = states.system.name
    return StatisticsTable(
        f"{name.lower()}_mcnemar", SECTION, f"{name} zones: change in the same hips",
        "Exact McNemar test of the hips that were read at both visits: lost = present then absent, gained = absent "
        "then present.", tuple(cells))


def _independentTable(table: CohortTable, states: ZoneStates) -> StatisticsTable:
    cells = []
    for first, later, firstVisit, laterVisit in pairsOfVisits(table):
        for zoneIndex, zone in enumerate(states.system.zones):
            counts = []
            for index in (first, later):
                known = states.known[:, index]
                count = int(np.sum(states.present[known, index, zoneIndex]))
                counts.append([count, int(known.sum()) - count])
            result, note = orNote(fisherExact, counts)
            cells.append(Cell("all", pairLabel(firstVisit.label, laterVisit.label), result, note, zone,
                              int(np.sum(counts))))
    name = states.system.name
    return StatisticsTable(
        f"{name.lower()}_independent_fisher", SECTION, f"{name} zones: change as if the hips were different ones",
        "Fisher's exact test of the counts at two visits as if they came from different hips, as the paper computed "
        "it. The hips are the same; the exact McNemar test is the right one.", tuple(cells))
