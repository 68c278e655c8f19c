"""Statistics of two groups, pairs and agreement against published numbers and against a second way to compute them."""

import itertools
import json
import math

import numpy as np
import pytest
from scipy import integrate, stats

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")

from ONVolumetryLib.cohort.fisher import fisherExact, mcNemarExact
from ONVolumetryLib.cohort.power import pairedPower, powerOfChange, twoSamplePower
from ONVolumetryLib.cohort.ranktests import mannWhitney
from ONVolumetryLib.cohort.roc import rocArea, rocCurve, youdenCutoff
from ONVolumetryLib.cohort.samples import describe
from ONVolumetryLib.cohort.ttests import Summary, pairedT, unpairedT, unpairedTFromSummaries

SIX_DIGITS = 1e-6
# Bland and Altman 1986: peak expiratory flow by two meters, l/min.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
# Student 1908: hours of sleep gained by two drugs.
SLEEP1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2.0]
SLEEP2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
# Stata's fuel data.
FUEL1 = [20, 23, 21, 25, 18, 17, 18, 24, 20, 24, 23, 19]
FUEL2 = [24, 25, 21, 22, 23, 18, 17, 28, 24, 27, 21, 23]
# R's help of wilcox.test: permeability.
PERMEABILITY1 = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
PERMEABILITY2 = [1.15, 0.88, 0.9, 0.74, 1.21]
JOB_SATISFACTION = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]


def six(value):
    return pytest.approx(value, rel=SIX_DIGITS)


@pytest.fixture(scope="module")
def vectors(sharedMethod):
    return json.loads((sharedMethod / "vectors.json").read_text(encoding="utf-8"))


def testPairedTOfSleep():
    result = pairedT(SLEEP1, SLEEP2)
    assert (result.t, result.df, result.p) == (six(-4.062127683382037), 9, six(0.002832890197384273))
    assert (result.ciLow, result.ciHigh) == (six(-2.4598857632769824), six(-0.7001142367230176))
    assert pairedT(WRIGHT, MINI).p == six(0.8246476735303766)


def testStudentAndWelchOfSleep():
    student, welch = unpairedT(SLEEP1, SLEEP2), unpairedT(SLEEP1, SLEEP2, useWelch=True)
    assert (student.t, student.df, student.p) == (six(-1.8608134674868524), 18, six(0.07918671421593822))
    assert (welch.t, welch.df, welch.p) == (six(-1.8608134674868526), six(17.776473516178488), six(0.0793941401873583))


def testTTestsOfFuel():
    assert pairedT(FUEL1, FUEL2).p == six(0.046341648597604174)
    assert unpairedT(FUEL1, FUEL2).p == six(0.16734390253389633)


@pytest.mark.parametrize("useWelch", [False, True])
def testTTestAgreesWithScipyAndWithItsOwnSummaries(useWelch):
    other = stats.ttest_ind(PERMEABILITY1, PERMEABILITY2, equal_var=not useWelch)
    interval = other.confidence_interval()
    result = unpairedT(PERMEABILITY1, PERMEABILITY2, useWelch)
    assert (result.t, result.p, result.df) == (six(other.statistic), six(other.pvalue), six(other.df))
    assert (result.ciLow, result.ciHigh) == (six(interval.low), six(interval.high))
    summaries = [Summary(np.mean(x), np.std(x, ddof=1), len(x)) for x in (PERMEABILITY1, PERMEABILITY2)]
    assert unpairedTFromSummaries(*summaries, useWelch=useWelch).p == six(result.p)


def testPairedTAgreesWithAPermutationTest():
    difference = np.subtract(SLEEP1, SLEEP2)
    signs = np.array(list(itertools.product((-1, 1), repeat=len(difference))))
    share = np.mean(np.abs(signs @ difference) >= abs(difference.sum()) - 1e-12)
    assert pairedT(SLEEP1, SLEEP2).p == pytest.approx(share, abs=0.003)


def testRankSumOfFuelHasStatasZ():
    result = mannWhitney(FUEL1, FUEL2)
    assert (result.z, result.p) == (six(-1.278817949868369), six(0.20096117142482584))
    assert result.exactP is None, "these data have ties"


def testExactRankSumOfPermeability():
    result = mannWhitney(PERMEABILITY1, PERMEABILITY2)
    assert result.u == 35
    assert result.exactP == six(0.2544122544122544)
    everything = np.array(PERMEABILITY1 + PERMEABILITY2)
    ranks = stats.rankdata(everything)
    sums = np.array([ranks[list(chosen)].sum() for chosen in itertools.combinations(range(15), 10)])
    assert result.exactP == six(np.mean(np.abs(sums - 80) >= abs(result.rankSum - 80)))


def testNoExactRankSumBeyondFiftyHips():
    assert mannWhitney(np.arange(30.0), np.arange(30) + 0.5).exactP is None
    assert mannWhitney(np.arange(25.0), np.arange(25) + 0.5).exactP is not None


@pytest.mark.parametrize(("table", "p"), [([[3, 1], [1, 3]], 0.4857142857142857),
                                          ([[2, 15], [10, 3]], 0.0005367241191434358),
                                          (JOB_SATISFACTION, 0.7826849389639)], ids=["tea", "convictions", "job 4x4"])
def testFisherExact(table, p):
    assert fisherExact(table).p == six(p)


@pytest.mark.parametrize("table", [[[3, 1, 4], [1, 5, 2]], [[0, 2, 1], [2, 1, 0], [1, 0, 2]], [[5, 0], [1, 4], [2, 2]]])
def testFisherOfLargerTablesAgreesWithListingAllTables(table):
    table = np.array(table)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    found = {}
    for cells in itertools.product(*(range(min(row, column) + 1) for row in rows for column in columns)):
        candidate = np.array(cells).reshape(table.shape)
        if (candidate.sum(axis=1) == rows).all() and (candidate.sum(axis=0) == columns).all():
            found[cells] = math.exp(-sum(math.lgamma(cell + 1) for cell in cells))
    total = sum(found.values())
    own = found[tuple(int(cell) for cell in table.ravel())]
    assert fisherExact(table).p == six(sum(w for w in found.values() if w <= own * (1 + 1e-7)) / total)


def testFisherIsTheSameForAColumnThatNobodyIsIn():
    assert fisherExact([[3, 0, 1], [1, 0, 3]]).p == six(0.4857142857142857)


def testFisherStaysFiniteForThousandsOfHips():
    p = fisherExact([[1200, 900, 700], [300, 260, 170]]).p
    assert p == pytest.approx(stats.chi2_contingency([[1200, 900, 700], [300, 260, 170]]).pvalue, abs=0.01)


@pytest.mark.parametrize(("lost", "p"), [(5, 0.0625), (6, 0.03125)])
def testExactMcNemar(lost, p):
    before, after = [True] * (lost + 4), [False] * lost + [True] * 4
    result = mcNemarExact(before, after)
    assert (result.n, result.lost, result.gained, result.p) == (lost + 4, lost, 0, six(p))


@pytest.mark.parametrize(("dz", "power"), [(0.2, 0.1359562887679666), (0.5, 0.5645044184390209),
                                           (0.8, 0.9238987553785781)])
def testPowerOfThePairedTest(dz, power):
    assert pairedPower(dz, 20) == six(power)


def testPowerReachesEightyPercentAtThePublishedNumberOfPairs():
    assert pairedPower(0.5, 33.36713118431779) == six(0.8)


def testPowerByIntegrationOverTheSpread():
    # Second way: t exceeds its limit, averaged over the chi distribution of the estimated SD.
    n, dz = 20, 0.5
    limit = stats.t.ppf(0.975, n - 1)
    def exceeded(spread):
        shift = dz * math.sqrt(n)
        return stats.chi2.pdf(spread, n - 1) * (stats.norm.sf(limit * math.sqrt(spread / (n - 1)) - shift)
                                                + stats.norm.cdf(-limit * math.sqrt(spread / (n - 1)) - shift))
    assert pairedPower(dz, n) == six(integrate.quad(exceeded, 0, 120)[0])
    assert twoSamplePower(0.0, 10, 10) == six(0.05)


def testPowerOfChangeNamesBothEffectSizes():
    result = powerOfChange(FUEL1, FUEL2)
    difference = np.subtract(FUEL1, FUEL2)
    assert result.dz == six(difference.mean() / difference.std(ddof=1))
    assert result.d == six(difference.mean() / math.sqrt((np.var(FUEL1, ddof=1) + np.var(FUEL2, ddof=1)) / 2))
    assert result.pairedPower == six(pairedPower(result.dz, 12))


def testDescriptionKeepsMissingApart():
    result = describe([1.0, np.nan, 2.0, 6.0])
    assert (result.n, result.missing, result.mean, result.median) == (3, 1, 3.0, 2.0)
    interval = stats.t.interval(0.95, 2, loc=3.0, scale=stats.sem([1.0, 2.0, 6.0]))
    assert (result.ciLow, result.ciHigh) == (six(interval[0]), six(interval[1]))
    nobody = describe([np.nan])
    assert (nobody.n, nobody.missing, nobody.mean, nobody.sd) == (0, 1, None, None)


def testRocAreaIsTheShareOfConcordantPairs():
    generator = np.random.default_rng(3)
    healed = np.arange(40) < 25
    values = np.round(generator.normal(15, 6, 40) + np.where(healed, 0, 5))
    pairs = values[healed][:, None] - values[~healed][None, :]
    area = rocArea(values, healed)
    assert area.auc == six(np.mean((pairs < 0) + 0.5 * (pairs == 0)))
    curve = rocCurve(values, healed)
    assert area.auc == six(integrate.trapezoid(curve.truePositiveRate, curve.falsePositiveRate))


def testDeLongErrorAgreesWithItsDefinitionAndWithResampling():
    generator = np.random.default_rng(4)
    healed = np.arange(300) < 200
    values = generator.normal(15, 6, 300) + np.where(healed, 0, 6)
    wins = (values[healed][:, None] < values[~healed][None, :]).astype(float)
    variance = np.var(wins.mean(axis=1), ddof=1) / 200 + np.var(wins.mean(axis=0), ddof=1) / 100
    area = rocArea(values, healed)
    assert area.se == six(math.sqrt(variance))
    areas = []
    for _ in range(400):
        index = np.concatenate([generator.integers(0, 200, 200), generator.integers(200, 300, 100)])
        areas.append(rocArea(values[index], healed[index]).auc)
    assert area.se == pytest.approx(np.std(areas), rel=0.15)


def testYoudenCutoffIsTheBestOfAllCutoffsAndTheSameEveryTime():
    generator = np.random.default_rng(6)
    healed = np.arange(60) < 40
    values = np.round(generator.normal(15, 6, 60) + np.where(healed, 0, 8), 1)
    patients = np.arange(60) // 2
    result = youdenCutoff(values, healed, patients, 200, seed=7)
    best = max(np.mean(values[healed] <= cut) - np.mean(values[~healed] <= cut) for cut in values)
    assert result.youdenIndex == six(best)
    assert result.ciLow <= result.cutoff <= result.ciHigh
    assert youdenCutoff(values, healed, patients, 200, seed=7) == result
    assert youdenCutoff(values, healed, patients, 200, seed=8) != result


def testWholePatientsAreDrawnForTheCutoff():
    generator = np.random.default_rng(8)
    healed = np.arange(40) < 25
    values = generator.normal(15, 6, 40) + np.where(healed, 0, 4)
    result = youdenCutoff(values, healed, ["one patient"] * 40, 50, seed=1)
    assert result.ciLow == result.cutoff == result.ciHigh, "there is only one way to draw one patient"
    single = youdenCutoff(values, healed, np.arange(40), 50, seed=1)
    twice = youdenCutoff(np.repeat(values, 2), np.repeat(healed, 2), np.repeat(np.arange(40), 2), 50, seed=1)
    assert (twice.ciLow, twice.ciHigh) == (single.ciLow, single.ciHigh), "a second equal hip adds nothing"


def testLiteralsAreThoseOfTheTableOfReferenceNumbers(vectors):
    assert vectors["pefr"]["wright"] == WRIGHT
    assert mannWhitney(FUEL1, FUEL2).z == six(vectors["fuel"]["ranksum_z"])
    assert vectors["fisher"]["job_4x4"]["table"] == JOB_SATISFACTION
