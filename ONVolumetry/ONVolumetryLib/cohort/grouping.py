"""Who is in which group, and values of the groups at the visits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from .results import ALL, HEALED, NON_HEALED
from .table import CohortTable
from .visitkeys import CohortVisit

FEW = 3


def healing(table: CohortTable) -> tuple[np.ndarray, np.ndarray]:
    """Masks over the hips: healed, and not healed; hips whose healing is not known are in neither."""
    values = table.hips["healed"].tolist()
    return np.array([value is True for value in values]), np.array([value is False for value in values])


def groups(table: CohortTable) -> Iterator[tuple[str, np.ndarray]]:
    """All hips, then the healing groups where healing is known: name and mask over the hips."""
    yield ALL, np.ones(len(table.hips), dtype=bool)
    if table.hasHealing:
        healed, nonHealed = healing(table)
        yield HEALED, healed
        yield NON_HEALED, nonHealed


def wide(table: CohortTable, column: str) -> np.ndarray:
    """One column as (hips, visits), NaN = not measured."""
    return table.values(column).to_numpy(dtype=float)


def pairsOfVisits(table: CohortTable) -> Iterator[tuple[int, int, CohortVisit, CohortVisit]]:
    """Every pair of visits, the earlier first: positions and visits."""
    for (first, firstVisit), (later, laterVisit) in combinations(enumerate(table.visits), 2):
        yield first, later, firstVisit, laterVisit


def smallGroupCaution(*samples: Sequence[float]) -> str | None:
    """A caution where a group that was compared has only two values."""
    sizes = [int(np.sum(~np.isnan(np.asarray(sample, dtype=float)))) for sample in samples]
    small = [size for size in sizes if 0 < size < FEW]
    return f"caution: a group has only {min(small)} values" if small else None
