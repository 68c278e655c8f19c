"""Difference in differences, cluster-robust errors and the clustered probit against Stata's printed numbers."""

import json

import numpy as np
import pytest
from scipy import optimize, stats

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")

from ONVolumetryLib.cohort.did import allDifferences, differenceInDifferences
from ONVolumetryLib.cohort.errors import StatisticError
from ONVolumetryLib.cohort.goodness import hosmerLemeshow, pearsonFit
from ONVolumetryLib.cohort.probit import fitProbit
from ONVolumetryLib.cohort.regression import ordinaryLeastSquares
from ONVolumetryLib.cohort.separation import isSeparated

FIRST = np.array([20.0, 15, 12, 18, 30, 26])
LATER = np.array([8.0, 9, 4, 11, 22, 17])
TREATED = np.array([1, 1, 1, 1, 0, 0])
PATIENTS = np.arange(6)


def six(value):
    return pytest.approx(value, rel=1e-6)


def nine(values):
    """Numbers that were printed with nine digits or so."""
    return pytest.approx(values, rel=2e-8)


@pytest.fixture(scope="module")
def auto(sharedMethod):
    """Stata's auto data with the results of probit foreign weight mpg."""
    return json.loads((sharedMethod / "vectors.json").read_text(encoding="utf-8"))["probit_auto"]


@pytest.fixture(scope="module")
def autoFit(auto):
    data = auto["data"]
    design = np.column_stack([np.ones(74), data["weight"], data["mpg"]])
    return fitProbit(data["foreign"], design, auto["order"], data["make"]), design


def estimates(result):
    return [coefficient.estimate for coefficient in result.coefficients[:4]]


def testDifferenceInDifferencesByLeastSquares():
    result = differenceInDifferences(FIRST, LATER, TREATED)
    assert estimates(result) == pytest.approx([28.0, -11.75, -8.5, 0.25])
    assert [c.se for c in result.coefficients[:4]] == nine([2.28103595, 2.79368708, 3.22587198, 3.95087016])
    assert [c.p for c in result.coefficients[:4]] == nine([1.80341367e-06, 0.00297241644, 0.0299473231, 0.951098248])
    assert result.estimate.df == 8
    assert result.coefficients[4].estimate == pytest.approx(-11.5), "group difference at the later visit is b1 + b3"


def testDifferenceInDifferencesClusteredByPatient():
    result = differenceInDifferences(FIRST, LATER, TREATED, PATIENTS)
    assert [c.se for c in result.coefficients[:4]] == nine([1.81659021, 2.66267605, 0.45414755, 1.53169636])
    assert [c.p for c in result.coefficients[:4]] == nine([2.08645686e-05, 0.00693806844, 8.01681448e-06, 0.876738954])


def testChangeScoresAreATTestOfTheChanges():
    result = allDifferences(FIRST, LATER, TREATED, PATIENTS)
    assert (result.changeScore.t, result.changeScore.p) == (six(0.1252448582170299), six(0.9063720703125))
    assert any("6 patients" in note for note in result.notes), "few clusters must be warned of"


def testCompletePairsLeaveOutHipsSeenOnce():
    later = LATER.copy()
    later[0] = np.nan
    result = allDifferences(FIRST, later, TREATED, PATIENTS)
    assert (result.allRows.n, result.completePairs.n) == (11, 10)
    cells = differenceInDifferences(FIRST, later, TREATED)
    # Second way: difference of the four cell means.
    treated = TREATED == 1
    expected = (np.nanmean(later[treated]) - FIRST[treated].mean()) - (later[~treated].mean() - FIRST[~treated].mean())
    assert cells.estimate.estimate == six(expected)


def testCardAndKruegerFromTheirRoundedMeans():
    first, later = np.array([23.33, 23.33, 20.44, 20.44]), np.array([21.17, 21.17, 21.03, 21.03])
    spread = np.array([-0.5, 0.5, -0.5, 0.5])
    result = differenceInDifferences(first + spread, later + spread, [0, 0, 1, 1])
    assert result.estimate.estimate == pytest.approx(2.75)


def testClusteredErrorsOfGrunfeldsInvestments():
    from statsmodels.datasets import grunfeld

    data = grunfeld.load_pandas().data.iloc[:200]
    design = np.column_stack([data["value"], data["capital"], np.ones(200)])
    rows = ordinaryLeastSquares(data["invest"], design, ("mvalue", "kstock", "_cons"), data["firm"])
    # Printed by Stata from data in single precision.
    assert [row.estimate for row in rows] == pytest.approx([0.11556215606596, 0.23067848754982, -42.714369016733],
                                                           rel=1e-7)
    assert [row.se for row in rows] == pytest.approx([0.01589433647768, 0.08496711097464, 20.425202580078], rel=1e-7)
    assert [row.p for row in rows] == pytest.approx([4.710548549e-05, 0.02380515903536, 0.06604843284516], rel=1e-6)


def testProbitOfSpectorsStudents():
    from statsmodels.datasets import spector

    data = spector.load_pandas()
    design = np.column_stack([data.exog, np.ones(32)])
    fit = fitProbit(data.endog, design, ("gpa", "tuce", "psi", "_cons"), np.arange(32))
    assert [c.estimate for c in fit.coefficients] == pytest.approx([1.62581004, 0.05172895, 1.42633234, -7.45231965],
                                                                   rel=2e-7)
    assert fit.modelSe == pytest.approx([0.69388249, 0.08389026, 0.5950379, 2.54247232], rel=2e-7)
    assert (fit.logLikelihood, fit.nullLogLikelihood) == (six(-12.81880406888944), six(-20.59172969661733))
    counts = fit.classification
    assert (counts.truePositive, counts.falsePositive, counts.falseNegative, counts.trueNegative) == (8, 3, 3, 18)


def testProbitOfTheAutomobiles(auto, autoFit):
    fit, _ = autoFit
    assert [c.estimate for c in fit.coefficients] == pytest.approx(auto["b"], rel=1e-6)
    assert fit.modelSe == pytest.approx(auto["se_oim"], rel=1e-6)
    # The reference prints ten decimals, of which the smallest error has six digits.
    assert [c.se for c in fit.coefficients] == pytest.approx(auto["se_cluster_make_G/(G-1)"], rel=1e-6)
    assert fit.clusters == auto["G"]
    assert (fit.logLikelihood, fit.nullLogLikelihood) == (six(auto["ll"]), six(auto["ll0"]))
    assert (fit.likelihoodRatio, fit.pseudoRSquared) == (six(auto["lr"]), six(auto["pseudo_r2"]))
    counts = fit.classification
    assert [counts.truePositive, counts.falsePositive, counts.falseNegative, counts.trueNegative] == [
        auto["class"][key] for key in ("TP", "FP", "FN", "TN")]


def testProbitWithEveryRowItsOwnClusterIsRobust(auto):
    data = auto["data"]
    design = np.column_stack([np.ones(74), data["weight"], data["mpg"]])
    fit = fitProbit(data["foreign"], design, auto["order"], np.arange(74))
    assert [c.se for c in fit.coefficients] == pytest.approx(auto["se_robust_n/(n-1)"], rel=1e-6)


def testFitOfTheAutomobiles(auto, autoFit):
    fit, design = autoFit
    outcome = auto["data"]["foreign"]
    pearson = pearsonFit(outcome, fit.probability, design)
    assert (pearson.chiSquare, pearson.df, pearson.p) == (
        six(auto["pearson_gof"]["chi2"]), auto["pearson_gof"]["df"], six(auto["pearson_gof"]["p"]))
    for key, groups in (("HL10", 10), ("HL5", 5)):
        result = hosmerLemeshow(outcome, fit.probability, groups)
        assert (result.chiSquare, result.df, result.p) == (six(auto[key]["chi2"]), auto[key]["df"], six(auto[key]["p"]))


def testFitStatisticsByTheirDefinitions():
    generator = np.random.default_rng(11)
    p = generator.uniform(0.05, 0.95, 200)
    y = (generator.uniform(size=200) < p).astype(float)
    pearson = pearsonFit(y, p, np.column_stack([np.ones(200), p]))
    assert pearson.chiSquare == six(np.sum((y - p) ** 2 / (p * (1 - p)))), "every row has predictors of its own"
    order = np.argsort(p)
    total = 0.0
    for tenth in np.split(order, 10):
        mean = p[tenth].mean()
        total += (y[tenth].sum() - 20 * mean) ** 2 / (20 * mean * (1 - mean))
    result = hosmerLemeshow(y, p, 10)
    assert (result.chiSquare, result.p) == (six(total), six(stats.chi2.sf(total, 8)))


def testProbitIsWhereTheLikelihoodIsHighest():
    generator = np.random.default_rng(1)
    x = generator.normal(0, 1, 200)
    design = np.column_stack([np.ones(200), x])
    y = (0.3 + 0.8 * x + generator.normal(0, 1, 200) > 0).astype(float)
    fit = fitProbit(y, design, ("_cons", "x"), np.arange(200) // 2)

    def negative(b):
        return -np.sum(stats.norm.logcdf(np.where(y > 0, 1, -1) * (design @ b)))

    other = optimize.minimize(negative, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11})
    assert [c.estimate for c in fit.coefficients] == pytest.approx(other.x, rel=1e-5)


def testClusteredErrorAgreesWithResamplingOfPatients():
    generator = np.random.default_rng(2)
    patients = np.repeat(np.arange(150), 2)
    x = generator.normal(0, 1, 300)
    y = (0.8 * x + np.repeat(generator.normal(0, 0.7, 150), 2) + generator.normal(0, 0.7, 300) > 0).astype(float)
    design = np.column_stack([np.ones(300), x])
    slopes = []
    for _ in range(150):
        index = np.concatenate([[2 * patient, 2 * patient + 1] for patient in generator.integers(0, 150, 150)])
        slopes.append(fitProbit(y[index], design[index], ("c", "x"), patients).coefficients[1].estimate)
    assert fitProbit(y, design, ("c", "x"), patients).coefficients[1].se == pytest.approx(np.std(slopes), rel=0.2)


@pytest.mark.parametrize(("x", "y", "expected"), [
    ([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1], True),
    ([1, 2, 3, 3, 5, 6], [0, 0, 0, 1, 1, 1], True),
    ([1, 2, 4, 3, 5, 6], [0, 0, 0, 1, 1, 1], False),
], ids=["complete", "quasi-complete", "overlap"])
def testSeparationIsFound(x, y, expected):
    design = np.column_stack([np.ones(6), x])
    assert isSeparated(y, design) is expected
    if expected:
        with pytest.raises(StatisticError, match="separate"):
            fitProbit(y, design, ("c", "x"), np.arange(6))


def testSeparationByACategoryIsFoundBesideAMeasure():
    generator = np.random.default_rng(9)
    x = generator.normal(0, 1, 60)
    y = (x + generator.normal(0, 1, 60) > 0).astype(float)
    category = np.zeros(60)
    category[np.flatnonzero(y > 0)[:5]] = 1.0
    assert not isSeparated(y, np.column_stack([np.ones(60), x]))
    assert isSeparated(y, np.column_stack([np.ones(60), x, category]))


@pytest.mark.parametrize(("outcome", "clusters", "text"), [
    ([1, 1, 1, 1, 1, 1], range(6), "same outcome"),
    ([0, 1, 0, 1, 0, 1], [1] * 6, "one patient")])
def testProbitRefusesWhatItCannotEstimate(outcome, clusters, text):
    design = np.column_stack([np.ones(6), [1, 2, 3, 3, 2, 1]])
    with pytest.raises(StatisticError, match=text):
        fitProbit(outcome, design, ("c", "x"), list(clusters))
