"""Probit regression with errors clustered by patient, as Stata's probit, vce(cluster)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.discrete.discrete_model import Probit
from statsmodels.tools.sm_exceptions import ConvergenceWarning, HessianInversionWarning, PerfectSeparationError

from .errors import StatisticError
from .goodness import Classification, classify
from .regression import SMALLEST_SHARE, Coefficient
from .samples import TWO_SIDED_Z
from .separation import isSeparated

MOST_ITERATIONS = 100


@dataclass(frozen=True, eq=False)
class ProbitFit:
    """P(outcome) = Phi(design b), by maximum likelihood.

    :param n: rows; `clusters` patients.
    :param coefficients: with cluster-robust errors, factor G/(G-1), and z tests.
    :param modelSe: errors from the observed information, if all rows were independent.
    :param probability: predicted, one a row.
    """

    n: int
    clusters: int
    coefficients: tuple[Coefficient, ...]
    modelSe: tuple[float, ...]
    logLikelihood: float
    nullLogLikelihood: float
    likelihoodRatio: float
    pseudoRSquared: float
    classification: Classification
    probability: np.ndarray
    covariance: np.ndarray


def fitProbit(outcome, design, names: Sequence[str], clusters) -> ProbitFit:
    """Fit a probit.

    :param outcome: (n,) of 0 and 1.
    :param design: (n, k) with its constant; `names` of its columns.
    :param clusters: patient of each row.
    :raises StatisticError: one outcome only, collinear columns, one patient, or separation.
    """
    y, x = np.asarray(outcome, dtype=float), np.asarray(design, dtype=float)
    codes = np.unique(np.asarray(clusters).astype(str), return_inverse=True)[1] if len(y) else np.zeros(0, dtype=int)
    _check(y, x, codes)
    scale = np.where(np.max(np.abs(x), axis=0) > 0, np.max(np.abs(x), axis=0), 1.0)
    model = Probit(y, x / scale)
    estimate = _maximumLikelihood(model)
    bread = np.linalg.inv(-model.hessian(estimate))
    scores = model.score_obs(estimate)
    sums = np.zeros((codes.max() + 1, x.shape[1]))
    np.add.at(sums, codes, scores)
    count = len(sums)
    covariance = bread @ (sums.T @ sums) @ bread * (count / (count - 1)) / np.outer(scale, scale)
    modelVariances = np.diag(bread) / scale ** 2
    if np.any(np.diag(covariance) <= SMALLEST_SHARE * modelVariances):
        raise StatisticError("not computed: too few patients for clustered errors")
    logLikelihood, share = float(model.loglike(estimate)), float(np.mean(y))
    null = len(y) * (share * np.log(share) + (1 - share) * np.log(1 - share))
    probability = model.predict(estimate)
    coefficients = tuple(_coefficient(name, value, variance)
                         for name, value, variance in zip(names, estimate / scale, np.diag(covariance)))
    return ProbitFit(len(y), count, coefficients, tuple(float(se) for se in np.sqrt(modelVariances)),
                     logLikelihood, float(null), float(2 * (logLikelihood - null)), float(1 - logLikelihood / null),
                     classify(y, probability), probability, covariance)


def _check(y: np.ndarray, x: np.ndarray, codes: np.ndarray):
    if len(y) <= x.shape[1]:
        raise StatisticError(f"not computed: {len(y)} rows do not determine {x.shape[1]} coefficients")
    if y.min() == y.max():
        raise StatisticError("not computed: all rows have the same outcome")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise StatisticError("not computed: the predictors are collinear")
    if codes.max() < 1:
        raise StatisticError("not computed: all rows belong to one patient")
    if isSeparated(y, x):
        raise StatisticError("not computed: the predictors separate the outcomes completely or nearly so, for which "
                             "no finite estimate exists; use fewer predictors or more hips")


def _maximumLikelihood(model: Probit) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", HessianInversionWarning)
        try:
            return np.asarray(model.fit(method="newton", maxiter=MOST_ITERATIONS, tol=1e-12, disp=0).params)
        except (ConvergenceWarning, HessianInversionWarning, PerfectSeparationError, np.linalg.LinAlgError) as error:
            raise StatisticError("not computed: the likelihood has no clear maximum; use fewer predictors or more "
                                 "hips") from error


def _coefficient(name: str, value: float, variance: float) -> Coefficient:
    se = float(np.sqrt(variance))
    z = float(value / se)
    return Coefficient(name, float(value), se, z, None, float(2 * stats.norm.sf(abs(z))),
                       float(value - TWO_SIDED_Z * se), float(value + TWO_SIDED_Z * se))
