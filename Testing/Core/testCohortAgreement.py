"""Agreement of two measurements and of readers against published numbers and a second way to compute them."""

import math

import numpy as np
import pytest

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")

from ONVolumetryLib.cohort.agreement import blandAltman, bradleyBlackwood, concordance
from ONVolumetryLib.cohort.agreementtables import agreementCells
from ONVolumetryLib.cohort.icc import analysisOfVariance, intraclassCorrelations, measurementError

# Bland and Altman 1986: peak expiratory flow by two meters, l/min.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
# Shrout and Fleiss 1979: four judges rate six subjects.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def six(value):
    return pytest.approx(value, rel=1e-6)


def testConcordanceOfThePeakFlowMeters():
    result = concordance(WRIGHT, MINI)
    assert result.rhoC == six(0.9427424314274845)
    assert result.se == six(0.02861673746064907)
    assert (result.ciLow, result.ciHigh) == (six(0.8504918731685603), six(0.9787262791701224))
    assert (result.asymptoticCiLow, result.asymptoticCiHigh) == (six(0.8866546566495741), six(0.9988302062053949))
    assert (result.pearsonR, result.biasCorrection) == (six(0.943279446890946), six(0.999430693136343))
    assert (result.locationShift, result.scaleShift) == (six(-0.019030250091597076), six(1.0282679905624332))
    assert (result.slope, result.intercept) == (six(1.0282679905624332), six(-14.908081376837458))


@pytest.mark.parametrize(("y", "rhoC"), [(np.arange(2, 12), 0.9428571428571428), (2 * np.arange(1, 11), 6 / 13),
                                         (np.arange(10, 0, -1), -1.0)], ids=["shifted", "doubled", "reversed"])
def testConcordanceOfAnalyticCases(y, rhoC):
    assert concordance(np.arange(1, 11), y).rhoC == six(rhoC)


def testConcordanceIsOneMinusMeanSquaredDifferenceOverThatOfIndependence():
    x, y = np.array(WRIGHT, dtype=float), np.array(MINI, dtype=float)
    # Second way: expected squared difference of all pairs of subjects if x and y were independent.
    independent = np.mean((x[:, None] - y[None, :]) ** 2)
    assert concordance(x, y).rhoC == six(1 - np.mean((x - y) ** 2) / independent)


def testErrorOfConcordanceAgreesWithResampling():
    generator = np.random.default_rng(5)
    x = generator.normal(50, 10, 400)
    y = x + generator.normal(1, 5, 400)
    resampled = []
    for _ in range(600):
        index = generator.integers(0, 400, 400)
        resampled.append(concordance(x[index], y[index]).rhoC)
    assert concordance(x, y).se == pytest.approx(np.std(resampled), rel=0.15)


def testBlandAltmanOfThePeakFlowMeters():
    result = blandAltman(WRIGHT, MINI)
    assert (result.meanDifference, result.sdDifference) == (six(-2.1176470588235294), six(38.76512987360738))
    assert (result.loaLow, result.loaHigh) == (six(-78.0959054671117), six(73.86061134946466))
    assert (result.pitmanR, result.pitmanP) == (six(0.08367972168056985), six(0.7494985336492941))


@pytest.mark.parametrize(("x", "y", "f", "p"), [
    (WRIGHT, MINI, 0.0768354084942136, 0.9264043307010076),
    ([52, 53, 59, 60, 59, 59, 57, 53, 54], [58, 55, 56, 54, 59, 60, 59, 58, 52], 0.19674556213017738,
     0.8257901428905039)], ids=["peak flow", "eye pressure"])
def testBradleyBlackwood(x, y, f, p):
    result = bradleyBlackwood(x, y)
    assert (result.f, result.p) == (six(f), six(p))


def testBradleyBlackwoodIsTheRegressionFTestOfSlopeAndIntercept():
    import statsmodels.api as sm

    x, y = np.array(WRIGHT, dtype=float), np.array(MINI, dtype=float)
    fit = sm.OLS(x - y, sm.add_constant((x + y) / 2)).fit()
    test = fit.f_test(np.eye(2))
    assert bradleyBlackwood(x, y).f == six(float(test.fvalue))
    assert bradleyBlackwood(x, y).p == six(float(test.pvalue))


def testIntraclassCorrelationsOfTheSixSubjects():
    table = analysisOfVariance(JUDGES)
    assert (table.betweenSubjects, table.withinSubjects) == (six(11.241666666666669), six(6.2638888888888875))
    assert (table.betweenReaders, table.residual) == (six(32.486111111111114), six(1.019444444444442))
    values = {form.form: form.value for form in intraclassCorrelations(JUDGES)}
    assert values == {"ICC(1,1)": six(0.16574176840547553), "ICC(2,1)": six(0.2897637795275592),
                      "ICC(3,1)": six(0.7148407148407154), "ICC(1,k)": six(0.4427971336792688),
                      "ICC(2,k)": six(0.6200505475989893), "ICC(3,k)": six(0.9093155423770697)}


def testIntervalsOfTheSixSubjectsAsPublished():
    # Shrout and Fleiss 1979 / McGraw and Wong 1996, as printed to two or three digits.
    intervals = {form.form: (form.ciLow, form.ciHigh) for form in intraclassCorrelations(JUDGES)}
    assert intervals["ICC(1,1)"] == pytest.approx((-0.133, 0.723), abs=0.001)
    assert intervals["ICC(2,1)"] == pytest.approx((0.019, 0.761), abs=0.001)
    assert intervals["ICC(3,1)"] == pytest.approx((0.342, 0.946), abs=0.001)


def testIntraclassCorrelationFromVarianceComponents():
    # Second way: variance components of a mixed model's moments, by covariance of the readers.
    table = np.array(JUDGES, dtype=float)
    covariance = np.cov(table.T)
    k = len(covariance)
    between = (covariance.sum() - np.trace(covariance)) / (k * (k - 1))
    consistency = between / (np.trace(covariance) / k)
    readers = np.var(table.mean(axis=0), ddof=1)
    agreement = between / (np.trace(covariance) / k + readers - (np.trace(covariance) / k - between) / len(table))
    values = {form.form: form.value for form in intraclassCorrelations(JUDGES)}
    assert values["ICC(3,1)"] == six(consistency)
    assert values["ICC(2,1)"] == six(agreement)


def testSmallestDetectableChangeOfTwoReadersIsThatOfTheirDifferences():
    error = measurementError(np.column_stack([WRIGHT, MINI]))
    assert error.semConsistency == six(np.std(np.subtract(WRIGHT, MINI), ddof=1) / math.sqrt(2))
    assert error.sdcConsistency == six(1.959963984540054 * 38.76512987360738)


@pytest.mark.parametrize(("x", "y"), [
    ([40] * 3, [40.5] * 3), ([40.3] * 7, [41.1] * 7), ([1, 2, 3], [3, 2, 1]), ([1, 2, 4], [3, 2, 1]),
    ([1, 2, 3], [1, 2, 3]), ([1, 2, 3], [1 + 1e-10, 2, 3]), ([0, 0, 10], [10, 10.001, 0]), ([0, 0, 10], [20, 10, 10]),
    ([1, 2, 3], [2, 3, 4])])
def testWhatTheReadingsDoNotDetermineIsANote(x, y):
    cells = agreementCells("all", "baseline", x, y)
    assert any(cell.item.startswith("ICC") for cell in cells)
    for cell in cells:
        assert cell.statistics is not None or cell.note.startswith("not computed")
        assert all(value is None or math.isfinite(value) for _, value in cell.fields() if not isinstance(value, str))
        if cell.item.startswith("ICC") and cell.statistics:
            assert cell.statistics.value <= 1
            assert cell.statistics.ciLow is not None or "no interval" in cell.note


def testReadersWhoseSubjectsAreAllAlikeHaveNoIntraclassCorrelation():
    (cell,) = [cell for cell in agreementCells("all", "", [40] * 3, [40.5] * 3) if cell.item.startswith("ICC")]
    assert cell.statistics is None and "not computed" in cell.note


def testAnIntervalThatMissesItsOwnValueIsNotPrinted():
    x, y = [4.583, 41.591, 29.817, 14.536], [3.931, -41.634, -23.153, 8.0]
    (cell,) = [cell for cell in agreementCells("all", "", x, y) if cell.item == "ICC(2,1)"]
    assert cell.statistics.value == six(-0.42396357236206333)
    assert cell.statistics.ciLow is None and "no interval" in cell.note
