"""Percentages and changes with their propagated uncertainty."""

import numpy as np
import pytest
from ONVolumetryLib.core.ratios import (
    NO_LESION,
    Estimate,
    LesionState,
    Volume,
    changeBetween,
    driftPercent,
    percentDifference,
    percentOf,
)
from ONVolumetryLib.core.sphere import fitSphereToBoundary
from ONVolumetryLib.core.sphereadjusted import sphereAdjustedVolume

OFFSET_SD_MM = 0.5


def sphereVolume(radiusMm, samplingRelative=0.0, offsetSdMm=OFFSET_SD_MM):
    volumeMm3 = 4 / 3 * np.pi * radiusMm ** 3
    return Volume(volumeMm3, samplingRelative * volumeMm3, 4 * np.pi * radiusMm ** 2 * offsetSdMm)


def stateOf(label, month, lesion, onvPercent=None):
    return LesionState(label, month, lesion, onvPercent)


def testPercentIsLesionOverHead():
    assert percentOf(sphereVolume(12), sphereVolume(24), 1.0).value == pytest.approx(12.5)


@pytest.mark.parametrize("correlation, contourRelative", [
    # One offset for both: sigma |S_L/V_L - S_H/V_H|; two independent ones: root of the sum of squares.
    (1.0, 0.5 * abs(3 / 12 - 3 / 24)), (0.0, 0.5 * np.hypot(3 / 12, 3 / 24)),
    (0.5, 0.5 * np.sqrt((3 / 12) ** 2 + (3 / 24) ** 2 - (3 / 12) * (3 / 24)))])
def testUncertaintyOfThePercentage(correlation, contourRelative):
    percent = percentOf(sphereVolume(12, 0.03), sphereVolume(24, 0.01), correlation)
    expected = 12.5 * np.sqrt(contourRelative ** 2 + 0.03 ** 2 + 0.01 ** 2)
    assert percent.standardUncertainty == pytest.approx(expected)
    assert percent.confidenceHalfWidth == pytest.approx(1.96 * expected)


@pytest.mark.parametrize("correlation", [1.0, 0.0])
def testUncertaintyOfThePercentageAgreesWithRandomOutlines(correlation):
    # Both outlines moved along their normals by one draw (or by two) of the same standard deviation.
    sd = 0.2
    random = np.random.default_rng(4)
    lesionOffset = random.normal(scale=sd, size=200_000)
    headOffset = lesionOffset if correlation else random.normal(scale=sd, size=200_000)
    drawn = 100 * ((12 + lesionOffset) / (24 + headOffset)) ** 3
    percent = percentOf(sphereVolume(12, offsetSdMm=sd), sphereVolume(24, offsetSdMm=sd), correlation)
    assert percent.standardUncertainty == pytest.approx(np.std(drawn), rel=0.03)
    assert percent.value == pytest.approx(np.mean(drawn), rel=0.01)


def testHeadAndLesionOfOneShapeShareTheirOffset():
    assert percentOf(sphereVolume(24), sphereVolume(24), 1.0).standardUncertainty == pytest.approx(0, abs=1e-9)


def testSphereAdjustedVolumeAsReferenceKeepsItsUncertainty(shapes):
    noise = np.random.default_rng(2).normal(scale=0.4, size=(60, 1))
    sphere = fitSphereToBoundary(shapes.directionsOnSphere(60) * (24 + noise))
    adjusted = sphereAdjustedVolume(sphere, 0.22, OFFSET_SD_MM)
    volume = Volume.ofSphere(adjusted, sphere.radiusMm, OFFSET_SD_MM)
    assert volume.estimate.standardUncertainty == pytest.approx(adjusted.seMm3)
    assert volume.contourSeMm3 == pytest.approx(3 * OFFSET_SD_MM / sphere.radiusMm * adjusted.volumeMm3)
    assert volume.samplingSeMm3 == pytest.approx(3 * sphere.radiusSeMm / sphere.radiusMm * adjusted.volumeMm3)


def testChangeIsResidualAndWhatIsLeftOfAHundred():
    change = changeBetween(stateOf("preop", 0, sphereVolume(12, 0.04)), stateOf("3 months", 3, sphereVolume(9, 0.06)))
    assert (change.fromVisit, change.toVisit, change.months) == ("preop", "3 months", 3)
    assert change.residualPercent.value == pytest.approx(100 * (9 / 12) ** 3)
    assert change.regenerationPercent.value == pytest.approx(100 - 100 * (9 / 12) ** 3)
    relative = np.sqrt(0.04 ** 2 + (0.5 * 3 / 12) ** 2 + 0.06 ** 2 + (0.5 * 3 / 9) ** 2)
    assert change.regenerationPercent.standardUncertainty == pytest.approx(100 * (9 / 12) ** 3 * relative)
    assert change.residualPercent.standardUncertainty == pytest.approx(100 * (9 / 12) ** 3 * relative)


def testRegenerationUncertaintyAgreesWithRandomVolumes():
    random = np.random.default_rng(6)
    first, second = Volume(7200.0, 200.0, 0.0), Volume(4500.0, 150.0, 0.0)
    drawn = 100 - 100 * random.normal(4500, 150, 200_000) / random.normal(7200, 200, 200_000)
    regeneration = changeBetween(stateOf("a", 0, first), stateOf("b", 3, second)).regenerationPercent
    assert regeneration.value == pytest.approx(np.mean(drawn), abs=0.1)
    assert regeneration.standardUncertainty == pytest.approx(np.std(drawn), rel=0.02)


def testGrowthIsNegativeRegeneration():
    change = changeBetween(stateOf("a", 0, sphereVolume(9)), stateOf("b", 3, sphereVolume(12)))
    assert change.regenerationPercent.value == pytest.approx(100 - 100 * (12 / 9) ** 3)


@pytest.mark.parametrize("later, isWithin", [(1000 - 270, True), (1000 - 285, False), (1270, True), (1285, False)])
def testVolumeChangeIsJudgedAgainstBothUncertainties(later, isWithin):
    # 1.96 sqrt(100^2 + 100^2) = 277.
    change = changeBetween(stateOf("a", 0, Volume(1000, 60, 80)), stateOf("b", 3, Volume(later, 80, 60)))
    assert change.onvWithinMeasurementError is isWithin
    assert change.onvPercentWithinMeasurementError is None


@pytest.mark.parametrize("later, isWithin", [(7.3, True), (7.1, False)])
def testPercentChangeIsJudgedSeparately(later, isWithin):
    # 1.96 sqrt(1 + 1) = 2.77 points, while the volumes differ far beyond their error.
    change = changeBetween(stateOf("a", 0, Volume(9000, 10, 0), Estimate(10.0, 1.0)),
                           stateOf("b", 3, Volume(4000, 10, 0), Estimate(later, 1.0)))
    assert change.onvWithinMeasurementError is False
    assert change.onvPercentWithinMeasurementError is isWithin


def testRateIsTheFallOfThePercentageAMonth():
    change = changeBetween(stateOf("3 months", 3, sphereVolume(10), Estimate(10.2, 1.2)),
                           stateOf("12 months", 12, sphereVolume(8), Estimate(3.6, 0.9)))
    assert change.ratePercentPerMonth.value == pytest.approx((10.2 - 3.6) / 9)
    assert change.ratePercentPerMonth.standardUncertainty == pytest.approx(1.5 / 9)
    unknown = changeBetween(stateOf("a", 3, sphereVolume(10)), stateOf("b", 12, sphereVolume(8), Estimate(3.6, 0.9)))
    assert unknown.ratePercentPerMonth is None


def testLesionThatIsGoneHasRegeneratedWhollyWithoutMadeUpUncertainty():
    change = changeBetween(stateOf("a", 0, sphereVolume(12), Estimate(12.5, 1.0)),
                           stateOf("b", 12, NO_LESION, percentOf(NO_LESION, sphereVolume(24), 1.0)))
    assert change.residualPercent == Estimate(0.0, None)
    assert change.regenerationPercent == Estimate(100.0, None)
    assert change.onvWithinMeasurementError is False
    assert change.ratePercentPerMonth == Estimate(pytest.approx(12.5 / 12), None)
    assert NO_LESION.estimate == Estimate(0.0, None)


def testChangeFromNoLesionHasNoPercentage():
    change = changeBetween(stateOf("a", 0, NO_LESION), stateOf("b", 12, sphereVolume(8)))
    assert change.residualPercent is None
    assert change.regenerationPercent is None


def testTwoVisitsWithoutALesionDoNotDiffer():
    percent = percentOf(NO_LESION, sphereVolume(24), 1.0)
    change = changeBetween(stateOf("a", 6, NO_LESION, percent), stateOf("b", 12, NO_LESION, percent))
    assert change.onvWithinMeasurementError is True
    assert change.onvPercentWithinMeasurementError is True


def testDifferenceIsInPercentOfTheMean():
    for first, second, expected in ((44.0, 36.0, 20.0), (36.0, 44.0, -20.0), (40.0, 40.0, 0.0)):
        difference = percentDifference(Volume(first, 1.0, 2.0), Volume(second, 1.0, 2.0), 1.0)
        assert difference.value == pytest.approx(expected)


def testDifferenceOfHeadAndSphereIsAsUncertainAsRepeatedOutlining():
    random = np.random.default_rng(4)
    offsets = random.normal(0.0, 0.3, 20000)
    for correlation in (0.0, 1.0):
        others = offsets if correlation else random.normal(0.0, 0.3, 20000)
        heads = 45000.0 + 6000.0 * offsets + random.normal(0.0, 300.0, 20000)
        spheres = 44000.0 + 5400.0 * others + random.normal(0.0, 100.0, 20000)
        repeated = 200.0 * (heads - spheres) / (heads + spheres)
        stated = percentDifference(Volume(45000.0, 300.0, 1800.0), Volume(44000.0, 100.0, 1620.0), correlation)
        assert stated.standardUncertainty == pytest.approx(np.std(repeated), rel=0.05)


def testHeadDriftHasTheUncertaintyOfBothVisits():
    drift = driftPercent(Volume(40000.0, 300.0, 400.0), Volume(42000.0, 0.0, 630.0))
    assert drift.value == pytest.approx(5.0)
    assert drift.standardUncertainty == pytest.approx(105.0 * np.hypot(500 / 40000, 630 / 42000))
