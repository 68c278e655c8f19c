"""Linear regression with classical and cluster-robust errors, by statsmodels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from .errors import StatisticError

# A clustered variance this small beside the classical one is rounding of zero.
SMALLEST_SHARE = 1e-12


@dataclass(frozen=True)
class Coefficient:
    """An estimate of a regression with its test against 0.

    :param df: degrees of freedom of t; None for a z test.
    """

    name: str
    estimate: float
    se: float
    statistic: float
    df: float | None
    p: float
    ciLow: float
    ciHigh: float


def ordinaryLeastSquares(y, design, names: Sequence[str], clusters=None, contrasts=()) -> list[Coefficient]:
    """Coefficients of y = design b, and of further combinations of them.

    :param design: (n, k) with its constant.
    :param names: of the columns, then of the contrasts.
    :param clusters: cluster of each row for cluster-robust errors as Stata's vce(cluster): factor
        G/(G-1) (N-1)/(N-k), t on G - 1 df; None for classical errors and t on N - k df.
    :param contrasts: (m, k) weights of further combinations.
    :raises StatisticError: no rows are left for the errors, the columns are collinear, the fit is perfect, or the
        patients are too few for clustered errors.
    """
    y, design = np.asarray(y, dtype=float), np.asarray(design, dtype=float)
    n, k = design.shape
    if n <= k:
        raise StatisticError(f"not computed: {n} rows do not determine {k} coefficients and their errors")
    if np.linalg.matrix_rank(design) < k:
        raise StatisticError("not computed: a group has no row at one of the visits")
    model = sm.OLS(y, design)
    if clusters is None:
        fit = model.fit()
    else:
        codes = np.unique(np.asarray(clusters).astype(str), return_inverse=True)[1]
        if codes.max() < 1:
            raise StatisticError("not computed: all rows belong to one patient")
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": codes, "use_correction": True, "df_correction": True},
                        use_t=True)
    if fit.ssr <= 1e-20 * float(y @ y):
        raise StatisticError("not computed: the values do not vary within the groups")
    df = float(fit.df_resid) if clusters is None else float(codes.max())
    weights = np.vstack([np.eye(k), np.reshape(contrasts, (-1, k))])
    _requireErrors(weights, fit.cov_params(), fit.normalized_cov_params * fit.scale)
    test = fit.t_test(weights)
    limits = test.conf_int()
    return [Coefficient(name, float(test.effect[i]), float(np.ravel(test.sd)[i]), float(np.ravel(test.tvalue)[i]), df,
                        float(np.ravel(test.pvalue)[i]), float(limits[i, 0]), float(limits[i, 1]))
            for i, name in enumerate(names)]


def _requireErrors(weights: np.ndarray, covariance: np.ndarray, classical: np.ndarray):
    """Refuse clustered errors that vanish because the patients are too few for them."""
    variances, usual = (np.einsum("ij,jk,ik->i", weights, matrix, weights) for matrix in (covariance, classical))
    if np.any(variances <= SMALLEST_SHARE * usual):
        raise StatisticError("not computed: too few patients for clustered errors")
