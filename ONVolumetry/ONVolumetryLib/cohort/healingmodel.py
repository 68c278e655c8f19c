"""The probit of healing on ONV %, visit, months since diagnosis and age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .errors import StatisticError
from .probit import ProbitFit, fitProbit
from .samples import TWO_SIDED_Z
from .settings import CohortSettings
from .table import CohortTable

CONSTANT, ONV = "constant", "ONV %"


@dataclass(frozen=True, eq=False)
class HealingModel:
    """The fitted probability of healing.

    :param outcome: (n,) 1 = healed; `onvPercent`, `visit` (label) and `design` of the same rows.
    :param names: of the columns of `design`: constant, ONV %, visits but the first, months, age.
    :param visits: labels in the model, the reference first.
    :param notes: what was left out, one sentence each.
    """

    fit: ProbitFit
    outcome: np.ndarray
    onvPercent: np.ndarray
    visit: np.ndarray
    design: np.ndarray
    names: tuple[str, ...]
    visits: tuple[str, ...]
    notes: tuple[str, ...]

    def curve(self, visit: str, onvPercent) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Probability of healing at a visit, averaged over the rows' other covariates, with its 95 % band.

        The band is computed on the probit scale of the average by the delta method, so that it stays within 0 and 1.

        :param onvPercent: values along the curve.
        :return: probability, low, high.
        """
        others = slice(1 + len(self.visits), None)
        patterns, counts = np.unique(self.design[:, others], axis=0, return_counts=True)
        weights = counts / counts.sum()
        base = np.zeros((len(patterns), self.design.shape[1]))
        base[:, 0], base[:, others] = 1.0, patterns
        if visit != self.visits[0]:
            base[:, 1 + self.visits.index(visit)] = 1.0
        b = np.array([coefficient.estimate for coefficient in self.fit.coefficients])
        rows = np.repeat(base[None], len(onvPercent), axis=0)
        rows[:, :, 1] = np.asarray(onvPercent)[:, None]
        linear = rows @ b
        mean = np.clip(stats.norm.cdf(linear) @ weights, 1e-12, 1 - 1e-12)
        gradient = np.einsum("ij,ijk,j->ik", stats.norm.pdf(linear), rows, weights)
        center = stats.norm.ppf(mean)
        se = np.sqrt(np.einsum("ij,jk,ik->i", gradient, self.fit.covariance, gradient)) / stats.norm.pdf(center)
        return mean, stats.norm.cdf(center - TWO_SIDED_Z * se), stats.norm.cdf(center + TWO_SIDED_Z * se)


def fitHealing(table: CohortTable, settings: CohortSettings) -> HealingModel:
    """Fit the probit from every hip and visit that has all predictors; nothing is imputed.

    :raises StatisticError: healing is not known, or these rows do not determine the model.
    """
    if not table.hasHealing:
        raise StatisticError("not computed: no column healed tells which hips healed")
    notes: list[str] = []
    rows = table.rows[table.rows["onv_percent"].notna() & table.rows["healed"].notna()]
    splits = []
    for column, split, isBelow in (("months_since_diagnosis", settings.monthsSplit, True),
                                   ("age_years", settings.ageSplit, False)):
        if column not in table.hips.columns:
            notes.append(f"{column} is not in the tables and is left out of the model")
            continue
        values = rows["hip"].map(table.hips[column].astype(float))
        rows = rows[values.notna()]
        values = values[values.notna()]
        name = f"{column} < {split:g}" if isBelow else f"{column} >= {split:g}"
        splits.append((name, ((values < split) if isBelow else (values >= split)).astype(float)))
    rows, visits = _visitsWithBothOutcomes(table, rows, notes)
    columns = [(CONSTANT, np.ones(len(rows))), (ONV, rows["onv_percent"].to_numpy(dtype=float))]
    columns += [(f"visit {label}", (rows["visit"] == label).to_numpy(dtype=float)) for label in visits[1:]]
    for name, values in splits:
        kept = values.reindex(rows.index).to_numpy(dtype=float)
        if len(kept) and kept.min() == kept.max():
            notes.append(f"{name} is the same for all rows and is left out of the model")
        else:
            columns.append((name, kept))
    if len(rows) == 0:
        raise StatisticError("not computed: no visit has measured hips of both outcomes")
    names, design = tuple(name for name, _ in columns), np.column_stack([values for _, values in columns])
    outcome = np.array([float(value) for value in rows["healed"]])
    fit = fitProbit(outcome, design, names, rows["patient"].to_numpy())
    return HealingModel(fit, outcome, design[:, 1], rows["visit"].to_numpy(), design, names, tuple(visits),
                        tuple(notes))


def _visitsWithBothOutcomes(table: CohortTable, rows, notes: list[str]):
    visits = []
    for visit in table.visits:
        outcomes = set(rows.loc[rows["visit"] == visit.label, "healed"])
        if len(outcomes) == 2:
            visits.append(visit.label)
        elif outcomes:
            only = "healed" if True in outcomes else "non-healed"
            notes.append(f"visit {visit.label} has {only} hips only and is left out of the model")
    return rows[rows["visit"].isin(visits)], visits
