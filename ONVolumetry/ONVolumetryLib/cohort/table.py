"""The rows of one or many measurements.csv files as one checked table of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..core.errors import FileError
from .cellvalues import NOT_MEASURED, NumberReader, yesOrNo
from .covariates import Covariate, readCovariates
from .csvtext import TextTable, readTextTable
from .settings import CohortSettings
from .visitkeys import CohortVisit, canonicalLabels, orderedVisits

REQUIRED_COLUMNS = ("hip", "visit", "month", "onv_percent")
NUMBER_COLUMNS = ("month", "onv_percent", "onv_cm3", "fhv_cm3", "sav_cm3", "onv_percent_sav", "residual_percent",
                  "regeneration_percent", "fhv_sav_difference_percent", "end_month")
TEXT_COLUMNS = ("patient", "side", "sex", "visit_status", "end_reason", "jic_zones", "acp_zones")
HIP_COLUMNS = ("patient", "side", "sex", "end_reason", "end_month")
NOT_DONE = "not done"


@dataclass(frozen=True, eq=False)
class CohortTable:
    """A cohort ready for its statistics.

    :param rows: one row a hip and visit; columns hip, patient, visit (canonical label), healed (True, False or None),
        the numbers (NaN = not measured) and texts under their file names.
    :param hips: one row a hip in order of first appearance, indexed by hip: patient, side, sex, healed, end_reason,
        end_month and the covariates.
    :param visits: in order of time.
    :param columns: names of the columns that the files have.
    :param covariates: columns of the baseline table.
    :param notes: what a reader of the statistics should know about the rows, one sentence each.
    :param isSynthetic: whether any row is marked as synthetic.
    """

    rows: pd.DataFrame
    hips: pd.DataFrame
    visits: tuple[CohortVisit, ...]
    columns: frozenset[str]
    covariates: tuple[Covariate, ...]
    notes: tuple[str, ...]
    isSynthetic: bool

    @property
    def hasHealing(self) -> bool:
        return bool(self.hips["healed"].notna().any())

    def values(self, column: str) -> pd.DataFrame:
        """One column as hips (rows) by visits (columns, labels in order of time); NaN or None = not measured."""
        labels = [visit.label for visit in self.visits]
        wide = self.rows.pivot(index="hip", columns="visit", values=column)
        return wide.reindex(index=self.hips.index, columns=labels)


def readCohort(paths: Sequence[Path], settings: CohortSettings | None = None) -> CohortTable:
    """Read the rows of a cohort.

    :param paths: measurements.csv files; their rows are put together.
    :raises FileError: something is missing, ambiguous or there twice; the text names file, row and column.
    """
    settings = settings or CohortSettings()
    tables = [readTextTable(Path(path), REQUIRED_COLUMNS) for path in paths]
    frames = [_frame(table) for table in tables]
    rows = pd.concat(frames, ignore_index=True)
    places = [(table, row) for table in tables for row in table.rowNumbers]
    rows["visit"] = canonicalLabels(rows["visit"].tolist(), settings.visitGroups)
    _refuseRepeatedRows(rows, places)
    visits = orderedVisits(rows["visit"].tolist(), rows["month"].tolist(), settings.visitGroups)
    hips = _hips(rows, places)
    columns = frozenset(name for table in tables for name in table.columns)
    covariates, covariateFrame, notes = readCovariates(tables, rows["hip"].tolist(), settings.covariates)
    hips = hips.join(covariateFrame)
    rows["healed"] = rows["hip"].map(hips["healed"])
    rows["patient"] = rows["hip"].map(hips["patient"])
    synthetic = _anySynthetic(tables)
    return CohortTable(rows, hips, visits, columns, covariates, tuple(notes), synthetic)


def _frame(table: TextTable) -> pd.DataFrame:
    present = [name for name in NUMBER_COLUMNS if name in table.columns]
    reader = NumberReader(table, present)
    data = {"hip": _required(table, "hip"), "visit": _required(table, "visit")}
    for name in NUMBER_COLUMNS:
        data[name] = np.array(reader.column(name)) if name in present else np.full(len(table.cells), np.nan)
    for name in TEXT_COLUMNS:
        data[name] = _texts(table, name)
    data["healed"] = _healing(table)
    _requireMonths(table, data["month"])
    return pd.DataFrame({name: pd.Series(values, dtype=object if name not in NUMBER_COLUMNS else float)
                         for name, values in data.items()})


def _required(table: TextTable, column: str) -> list[str]:
    place = table.columns.index(column)
    for row, cells in zip(table.rowNumbers, table.cells):
        if not cells[place]:
            raise FileError(f"{table.where(row, column)} is empty; every row needs its {column}")
    return [cells[place] for cells in table.cells]


def _texts(table: TextTable, column: str) -> list[str | None]:
    if column not in table.columns:
        return [None] * len(table.cells)
    place = table.columns.index(column)
    # Zones are the one text in which "-" and letters mean something; "not measured" is empty there too.
    return [None if cells[place].casefold() in NOT_MEASURED else cells[place] for cells in table.cells]


def _healing(table: TextTable) -> list[bool | None]:
    if "healed" not in table.columns:
        return [None] * len(table.cells)
    place = table.columns.index("healed")
    return [yesOrNo(cells[place], table.where(row, "healed")) for row, cells in zip(table.rowNumbers, table.cells)]


def _requireMonths(table: TextTable, months: np.ndarray):
    for row, month in zip(table.rowNumbers, months):
        if np.isnan(month):
            raise FileError(f"{table.where(row, 'month')} is empty; give the months since surgery (0 before it)")


def _refuseRepeatedRows(rows: pd.DataFrame, places):
    first: dict[tuple[str, str], int] = {}
    spelling: dict[str, str] = {}
    for index, (hip, visit) in enumerate(zip(rows["hip"], rows["visit"])):
        known = spelling.setdefault(hip.casefold(), hip)
        if known != hip:
            table, row = places[index]
            raise FileError(f"{table.where(row, 'hip')}: {hip!r} is also written {known!r}; write it one way")
        if (hip, visit) in first:
            table, row = places[index]
            otherTable, otherRow = places[first[hip, visit]]
            raise FileError(f"{table.where(row, 'visit')}: hip {hip!r} has a second row for the visit {visit!r}, the "
                            f"first is row {otherRow} of {otherTable.path.name}; keep one of them")
        first[hip, visit] = index


def _hips(rows: pd.DataFrame, places) -> pd.DataFrame:
    """One row a hip; what belongs to the hip must not differ between its rows."""
    known: dict[str, dict] = {}
    columns = {name: rows[name].tolist() for name in (*HIP_COLUMNS, "healed")}
    for index, hip in enumerate(rows["hip"]):
        record = known.setdefault(hip, dict.fromkeys(columns))
        for name, values in columns.items():
            value = values[index]
            if pd.isna(value):
                continue
            if record[name] is not None and record[name] != value:
                table, row = places[index]
                raise FileError(f"{table.where(row, name)}: {value!r} differs from {record[name]!r} in another row of "
                                f"hip {hip!r}; make it the same in all rows of the hip")
            record[name] = value
    frame = pd.DataFrame.from_dict(known, orient="index", dtype=object)
    frame.index.name = "hip"
    frame["patient"] = [hip if patient is None else patient for hip, patient in zip(frame.index, frame["patient"])]
    frame["end_month"] = frame["end_month"].astype(float)
    return frame


def _anySynthetic(tables: Sequence[TextTable]) -> bool:
    for table in tables:
        if "synthetic" in table.columns:
            place = table.columns.index("synthetic")
            if any(yesOrNo(cells[place], table.where(row, "synthetic"))
                   for row, cells in zip(table.rowNumbers, table.cells)):
                return True
    return False

