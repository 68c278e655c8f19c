"""Further columns of the rows as baseline covariates: one value a hip, numeric or categorical."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..core.errors import FileError, ONVolumetryError
from ..files.keys import VISIT_COLUMNS
from .cellvalues import NOT_MEASURED, NumberReader
from .csvtext import TextTable

NOT_COVARIATES = frozenset({"healed", "synthetic"})
OFFERED_FIXED_COLUMNS = ("sex", "side")
ALWAYS_NUMERIC = ("age_years", "months_since_diagnosis")
# A few texts among numbers are slips of the pen; many are the names of categories.
LARGEST_SHARE_OF_SLIPS = 0.25


@dataclass(frozen=True)
class Covariate:
    """A baseline covariate.

    :param name: column in the file.
    :param isNumeric: compared by mean and rank; else by the counts of its categories.
    """

    name: str
    isNumeric: bool


@dataclass(frozen=True)
class _Cell:
    text: str
    table: TextTable
    row: int


def readCovariates(tables: Sequence[TextTable], hipOfRow: Sequence[str], wanted: Sequence[str] | None
                   ) -> tuple[tuple[Covariate, ...], pd.DataFrame, list[str]]:
    """Covariates of the hips.

    :param hipOfRow: hip of every row, in the order of the tables and their rows.
    :param wanted: columns to take; None takes sex and all columns that are not measurements.
    :return: the covariates, their values (one row a hip, numbers or texts), and notes.
    :raises ONVolumetryError: a wanted column is absent, or differs between the rows of one hip.
    """
    names = _names(tables, wanted)
    covariates, columns, notes = [], {}, []
    for name in dict.fromkeys((*names, *(known for known in ALWAYS_NUMERIC if _isThere(tables, known)))):
        isNamed = wanted is not None and name in wanted
        cells = _cellOfHip(tables, hipOfRow, name, isNamed or name in ALWAYS_NUMERIC)
        if cells is None:
            notes.append(f"Column {name} varies between the visits of a hip and is left out of the baseline table.")
            continue
        values, isNumeric = _typed(tables, name, cells)
        columns[name] = values
        if name in names:
            covariates.append(Covariate(name, isNumeric))
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()
                          if name not in OFFERED_FIXED_COLUMNS})
    return tuple(covariates), frame, notes


def _names(tables, wanted) -> list[str]:
    if wanted is None:
        found = [name for table in tables for name in table.columns
                 if name not in VISIT_COLUMNS and name not in NOT_COVARIATES]
        return list(dict.fromkeys((["sex"] if _isThere(tables, "sex") else []) + found))
    for name in wanted:
        if not _isThere(tables, name):
            taken = {*VISIT_COLUMNS, *NOT_COVARIATES} - {*OFFERED_FIXED_COLUMNS}
            offered = [known for table in tables for known in table.columns if known not in taken]
            raise ONVolumetryError(f"--covariates {name}: no table has this column; there are "
                                   + (", ".join(dict.fromkeys(offered)) or "none"))
        if name in NOT_COVARIATES or (name in VISIT_COLUMNS and name not in OFFERED_FIXED_COLUMNS):
            raise ONVolumetryError(f"--covariates {name}: this column is not a property of the hip before treatment")
    return list(dict.fromkeys(wanted))


def _isThere(tables, name: str) -> bool:
    return any(name in table.columns for table in tables)


def _cellOfHip(tables, hipOfRow, name: str, isStrict: bool) -> dict[str, _Cell] | None:
    """The cell of each hip; None where it varies within a hip and may be left out."""
    cells: dict[str, _Cell] = {}
    position = 0
    for table in tables:
        place = table.columns.index(name) if name in table.columns else None
        for row, record in zip(table.rowNumbers, table.cells):
            hip = hipOfRow[position]
            position += 1
            text = "" if place is None else record[place]
            if text.casefold() in NOT_MEASURED:
                continue
            known = cells.setdefault(hip, _Cell(text, table, row))
            if known.text != text:
                if not isStrict:
                    return None
                raise FileError(f"{table.where(row, name)}: {text!r} differs from {known.text!r} in row {known.row}; a "
                                "covariate has one value for all rows of a hip")
    return cells


def _typed(tables: Sequence[TextTable], name: str, cells: dict[str, _Cell]) -> tuple[dict[str, float | str], bool]:
    readers = {table.path: NumberReader(table, (name,)) for table in tables if name in table.columns}
    numbers, firstSlip, slips = {}, None, 0
    for hip, cell in cells.items():
        try:
            numbers[hip] = readers[cell.table.path].number(cell.text, cell.row, name)
        except FileError as error:
            firstSlip = firstSlip or error
            slips += 1
    if firstSlip and (name in ALWAYS_NUMERIC or slips <= LARGEST_SHARE_OF_SLIPS * len(cells)):
        raise firstSlip
    isBinary = set(numbers.values()) <= {0.0, 1.0}
    if firstSlip or (isBinary and name not in ALWAYS_NUMERIC):
        return {hip: _category(cell.text) for hip, cell in cells.items()}, False
    return {hip: value for hip, value in numbers.items() if not math.isnan(value)}, True


def _category(text: str) -> str:
    """Name of a category; the spellings of yes and no are one."""
    key = text.casefold()
    if key in ("true", "yes", "1", "1.0"):
        return "yes"
    if key in ("false", "no", "0", "0.0"):
        return "no"
    return " ".join(text.split())
