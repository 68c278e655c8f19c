"""cohort.json and cohort.csv: every statistic with its n, definition and software."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from ..files.results import softwareRecord
from .figurestyle import CohortFigure
from .plotrecord import plotRecord
from .results import Cell, CohortResults, StatisticsTable, snakeCase

COHORT_SCHEMA = "onvolumetry-cohort/1"
CSV_COLUMNS = ("table", "group", "visit", "statistic", "value", "n")


def softwareVersions() -> dict[str, str]:
    """Versions of the program and of every library behind the statistics."""
    import matplotlib as mpl
    import pandas as pd
    import statsmodels

    return {**softwareRecord(), "pandas": pd.__version__, "statsmodels": statsmodels.__version__,
            "matplotlib": mpl.__version__}


def cohortJson(results: CohortResults, figures: Sequence[CohortFigure] = ()) -> str:
    """Text of cohort.json.

    :param figures: whose numbers are written too, for programs that draw them themselves.
    """
    table = results.table
    document: dict[str, Any] = {"schema": COHORT_SCHEMA, "software": softwareVersions(),
                                "settings": {snakeCase(key): _plain(value)
                                             for key, value in vars(results.settings).items()}}
    if table is not None:
        document |= {
            "synthetic": table.isSynthetic, "hips": len(table.hips), "patients": int(table.hips["patient"].nunique()),
            "visits": [{"label": visit.label, "month": visit.month} for visit in table.visits],
            "notes": list(table.notes)}
    document["tables"] = [_tableRecord(entry) for entry in results.tables]
    document["plots"] = [plotRecord(figure.plot) for figure in figures if figure.plot is not None]
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def cohortCsv(results: CohortResults) -> str:
    """Text of cohort.csv: one row a number; a note in place of a statistic has the statistic "note"."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    for table in results.tables:
        for cell in table.cells:
            prefix = f"{itemKey(cell.item)}." if cell.item else ""
            start, count = (table.key, cell.group, cell.visit), "" if cell.count is None else cell.count
            for key, value in cell.fields():
                if isinstance(value, (int, float)) and key != "n" and _isFinite(value):
                    writer.writerow([*start, prefix + key, repr(_plain(value)), count])
            if cell.note:
                writer.writerow([*start, f"{prefix}note", cell.note, count])
    return text.getvalue()


def itemKey(item: str) -> str:
    """What tells cells apart, as part of a key: "paired t test" becomes "paired_t_test"."""
    return re.sub(r"[^\w<>=.%+/-]+", "_", item).strip("_")


def _tableRecord(table: StatisticsTable) -> dict[str, Any]:
    return {"key": table.key, "section": table.section, "title": table.title, "definition": table.definition,
            "notes": list(table.notes), "entries": [_cellRecord(cell) for cell in table.cells]}


def _cellRecord(cell: Cell) -> dict[str, Any]:
    record: dict[str, Any] = {"group": cell.group, "visit": cell.visit}
    if cell.item:
        record["item"] = cell.item
    record["n"] = cell.count
    record["statistics"] = None if cell.statistics is None else {key: _plain(value) for key, value in cell.fields()
                                                                 if key != "n"}
    if cell.note:
        record["note"] = cell.note
    return record


def _plain(value: Any) -> Any:
    """A value as JSON knows it; what is not a finite number is "not measured"."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if hasattr(value, "item"):
        value = value.item()
    return value if not isinstance(value, float) or math.isfinite(value) else None


def _isFinite(value) -> bool:
    return math.isfinite(value)
