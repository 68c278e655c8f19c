"""Agreement of readers: tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from .agreement import completePairs
from .agreementfigures import Comparison, agreementFigures
from .agreementtables import DEFINITION, agreementCells, intraclassCells
from .errors import orNote
from .figurestyle import CohortFigure
from .icc import measurementError
from .readercases import HEAD, LESION, ReaderStudy, readStudy, requireReaders
from .results import Cell, StatisticsTable, merge, snakeCase
from .samples import describe

SECTION = "Agreement of readers"
QUANTITIES = {"onvCm3": ("ONV", "cm\u00b3"), "fhvCm3": ("FHV", "cm\u00b3"), "onvPercent": ("ONV %", "% of the head")}
ALL_VISITS, ALL_READERS = "all visits", "all readers"
NOT_INDEPENDENT = "visits of the same hip are not independent"
OVERLAP_NAMES = {"dice": "Dice", "hausdorffMm": "Hausdorff distance, mm",
                 "hausdorff95Mm": "Hausdorff distance 95 %, mm", "averageDistanceMm": "average surface distance, mm"}


def readerAgreement(folders: Sequence[Path]) -> tuple[tuple[StatisticsTable, ...], tuple[CohortFigure, ...]]:
    """Compare the readers' folders of cases.

    :raises ONVolumetryError: see readStudy.
    """
    requireReaders(folders)
    study = readStudy(folders)
    tables = [_quantityTable(study, field) for field in QUANTITIES]
    return (*tables, _overlapTable(study), _outlineTable(study)), tuple(_figures(study))


def readings(study: ReaderStudy, field: str) -> np.ndarray:
    """(visits, readers) values of a quantity, NaN = not measured."""
    def value(reading) -> float:
        found = None if reading is None else getattr(reading, field)
        return np.nan if found is None else found
    return np.array([[value(reading) for reading in visit.readings] for visit in study.visits])


def _quantityTable(study: ReaderStudy, field: str) -> StatisticsTable:
    name, unit = QUANTITIES[field]
    values = readings(study, field)
    cells = []
    error, note = orNote(measurementError, values)
    cells.append(Cell(ALL_READERS, ALL_VISITS, error, merge(note, NOT_INDEPENDENT if error else None),
                      "measurement error"))
    # Those of two readers stand with their other statistics of agreement.
    if len(study.readers) > 2:
        cells += intraclassCells(ALL_READERS, ALL_VISITS, values)
    for first, second in combinations(range(len(study.readers)), 2):
        cells += agreementCells(f"{study.readers[first]} \u2212 {study.readers[second]}", ALL_VISITS,
                                values[:, first], values[:, second])
    return StatisticsTable(
        f"readers_{snakeCase(field)}", SECTION, f"{name} of the readers, {unit}",
        f"Every visit that all compared readers read is one subject; {NOT_INDEPENDENT}. {DEFINITION} Standard error of "
        "measurement with (agreement) and without (consistency) the readers' offsets; smallest detectable change = "
        "1.96 x \u221a2 x SEM.", tuple(cells), study.notes)


def _overlapTable(study: ReaderStudy) -> StatisticsTable:
    cells = []
    for segment in (LESION, HEAD):
        for pair in combinations(study.readers, 2):
            found = [outline.overlap for visit in study.visits for outline in visit.outlines
                     if outline.readers == pair and outline.segment == segment]
            for field, name in OVERLAP_NAMES.items():
                values = [np.nan if entry is None else getattr(entry, field) for entry in found]
                cells.append(Cell(" \u2212 ".join(pair), ALL_VISITS, describe(values), None, f"{segment}: {name}"))
    return StatisticsTable(
        "readers_overlap", SECTION, "Overlap of the readers' outlines",
        "Dice = 2 |A and B| / (|A| + |B|). Distances between the sub-voxel surfaces: the largest (Hausdorff), the "
        "larger of the two 95th percentiles by area, and the average over both surfaces (average symmetric surface "
        f"distance). One value a visit; {NOT_INDEPENDENT}.", tuple(cells))


def _outlineTable(study: ReaderStudy) -> StatisticsTable:
    cells = [Cell(" \u2212 ".join(outline.readers), visit.visit, outline.overlap, outline.note,
                  f"hip {visit.hip}, {outline.segment}", 1)
             for visit in study.visits for outline in visit.outlines]
    return StatisticsTable("readers_outlines", SECTION, "Overlap visit by visit",
                           "The values behind the table above.", tuple(cells))


def _figures(study: ReaderStudy) -> list[CohortFigure]:
    values = readings(study, "onvCm3")
    made = []
    for first, second in combinations(range(len(study.readers)), 2):
        x, y = completePairs(values[:, first], values[:, second])
        names = (f"ONV by {study.readers[first]}", f"ONV by {study.readers[second]}")
        key = f"readers_{first + 1}_{second + 1}"
        made += agreementFigures(Comparison(x, y, names, "cm\u00b3", key))
    return made
