"""The statistics of a cohort as flat tables, which all outputs are written from."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .settings import CohortSettings
from .table import CohortTable

ALL, HEALED, NON_HEALED, COMPARED = "all", "healed", "non-healed", "healed vs non-healed"


@dataclass(frozen=True)
class Cell:
    """One statistic of one group at one visit, or the note in its place.

    :param group: such as "healed".
    :param visit: label, or "first to later" for a pair of visits; "" where it is not about one.
    :param statistics: a frozen dataclass of scalars, or None where it was not computed.
    :param note: why there is none, or what to be careful about.
    :param item: what tells the cell from others of its table, group and visit, such as a zone or a coefficient.
    :param n: number of values behind it where `statistics` has no field n.
    """

    group: str
    visit: str
    statistics: Any = None
    note: str | None = None
    item: str = ""
    n: int | None = None

    @property
    def count(self) -> int | None:
        return getattr(self.statistics, "n", self.n)

    def fields(self) -> Iterator[tuple[str, Any]]:
        """File keys and values of the statistics."""
        if self.statistics is not None:
            for field in dataclasses.fields(self.statistics):
                yield snakeCase(field.name), getattr(self.statistics, field.name)


@dataclass(frozen=True)
class StatisticsTable:
    """Statistics of one kind.

    :param key: name in the files.
    :param section: heading under which it is shown.
    :param definition: what is computed from what, and how; a sentence or two that a paper could print.
    """

    key: str
    section: str
    title: str
    definition: str
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CohortResults:
    """Everything that was computed of a cohort.

    :param table: the rows it was computed from; None where only readers were compared.
    :param fit: the probit of healing where there is one, for its figure.
    """

    table: CohortTable | None
    settings: CohortSettings
    tables: tuple[StatisticsTable, ...]
    healing: Any = None

    def find(self, key: str) -> StatisticsTable:
        return next(table for table in self.tables if table.key == key)


def snakeCase(name: str) -> str:
    """A name of the code as a key of the files."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def pairLabel(first: str, later: str) -> str:
    """How two visits are named together."""
    return f"{first} to {later}"


def merge(*notes: str | None) -> str | None:
    """Notes of a cell as one text, None where there is none."""
    return "; ".join(note for note in notes if note) or None
