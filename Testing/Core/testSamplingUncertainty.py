"""Uncertainty from sampling a body by slices: it covers the truth as often as it says."""

import numpy as np
import pytest
from ONVolumetryLib.core.geometry import sliceStackOfGrid
from ONVolumetryLib.core.uncertainty import (
    correlatedDifference,
    hasFlatEnd,
    isWithinMeasurementError,
    rootSumOfSquares,
    samplingRelativeUncertainty,
)
from ONVolumetryLib.core.volume import measureVolume

PHASES = 400
PITCHES_MM = (3.0, 4.0, 5.2)
FACTOR = 1.96


def outcomes(areasAt, lowMm, highMm, trueMm3, pitchMm):
    """Relative error and relative standard uncertainty for slices at PHASES positions within one pitch.

    :param areasAt: function from positions along the slice axis to areas, 0 outside [lowMm, highMm].
    """
    errors, uncertainties = [], []
    for phase in (np.arange(PHASES) + 0.5) / PHASES:
        positions = (np.arange(np.floor(lowMm / pitchMm) - 1, np.ceil(highMm / pitchMm) + 1) + phase) * pitchMm
        areas = areasAt(positions)
        hit = np.flatnonzero(areas > 0)
        if hit.size == 0:
            continue
        areas = areas[hit[0]:hit[-1] + 1]
        volume = areas.sum() * pitchMm
        errors.append(volume / trueMm3 - 1)
        uncertainties.append(volume / trueMm3 * samplingRelativeUncertainty(areas))
    return np.array(errors), np.array(uncertainties)


def ballOutcomes(radiusMm, pitchMm):
    return outcomes(lambda z: np.pi * np.maximum(radiusMm ** 2 - z ** 2, 0), -radiusMm, radiusMm,
                    4 / 3 * np.pi * radiusMm ** 3, pitchMm)


def capOutcomes(radiusMm, heightMm, pitchMm):
    face = radiusMm - heightMm
    return outcomes(lambda z: np.where(z >= face, np.pi * np.maximum(radiusMm ** 2 - z ** 2, 0), 0), face, radiusMm,
                    np.pi * heightMm ** 2 * (radiusMm - heightMm / 3), pitchMm)


def coneOutcomes(radiusMm, halfAngle, pitchMm):
    """Cone from the center of a ball to its surface, along the slice axis."""
    def areas(z):
        ring = np.minimum((z * np.tan(halfAngle)) ** 2, np.maximum(radiusMm ** 2 - z ** 2, 0))
        return np.where(z > 0, np.pi * ring, 0)
    return outcomes(areas, 0, radiusMm, 2 / 3 * np.pi * radiusMm ** 3 * (1 - np.cos(halfAngle)), pitchMm)


def pooled(results):
    errors, uncertainties = (np.concatenate(parts) for parts in zip(*results))
    coverage = np.mean(np.abs(errors) <= FACTOR * uncertainties)
    width = np.sqrt(np.mean((2 * FACTOR * uncertainties) ** 2)) / (2 * FACTOR * np.sqrt(np.mean(errors ** 2)))
    return coverage, width


@pytest.mark.parametrize("pitchMm", PITCHES_MM)
def testIntervalCoversSpheresOfAllSizes(pitchMm):
    coverage, _ = pooled([ballOutcomes(radius, pitchMm) for radius in np.arange(6, 24.1, 0.5)])
    assert coverage >= 0.90


@pytest.mark.parametrize("pitchMm", [3.0, 4.0])
def testIntervalOfLargeSpheresIsNeitherTooNarrowNorTooWide(pitchMm):
    # From 16 to 24 mm, so that every position gives eight slices or more.
    coverage, width = pooled([ballOutcomes(radius, pitchMm) for radius in np.arange(16, 24.01, 0.25)])
    assert 0.93 <= coverage <= 0.99
    assert width <= 1.5


@pytest.mark.parametrize("pitchMm", PITCHES_MM)
def testIntervalCoversCapsWithAFaceParallelToTheSlices(pitchMm):
    coverage, _ = pooled([capOutcomes(radius, share * radius, pitchMm)
                          for radius in np.arange(8, 24.1, 1.0) for share in (0.4, 0.6, 0.8)])
    assert coverage >= 0.90


@pytest.mark.parametrize("pitchMm", PITCHES_MM)
def testIntervalCoversConesAlongTheSliceAxis(pitchMm):
    coverage, _ = pooled([coneOutcomes(radius, np.radians(angle), pitchMm)
                          for radius in np.arange(8, 24.1, 1.0) for angle in (30, 45, 60)])
    assert coverage >= 0.90


def testIntervalCoversTiltedCones(shapes):
    results = {pitch: [] for pitch in PITCHES_MM}
    for tilt in np.radians([15, 30, 45, 60, 75, 90]):
        for radiusMm in (12.0, 20.0):
            grid = shapes.gridAround(radiusMm + 1, (0.5, 0.5, 0.25))
            inside = shapes.cone(radiusMm, 45, (np.sin(tilt), 0.0, np.cos(tilt)))
            areas = shapes.maskOf(inside, grid).fullArray().sum(axis=(1, 2)) * 0.25
            planes = grid.toRas([[0, 0, k] for k in range(len(areas))])[:, 2]
            for pitch, result in results.items():
                result.append(outcomes(lambda z, a=areas, p=planes: np.interp(z, p, a, left=0, right=0), -radiusMm,
                                       radiusMm, areas.sum() * 0.25, pitch))
    for pitch, result in results.items():
        assert pooled(result)[0] >= 0.90, f"pitch {pitch}"


def testVoxelsAndClosedFormGiveTheSameUncertainty(shapes):
    radiusMm, pitchMm = 20.0, 4.0
    for phase in (0.1, 0.35, 0.6, 0.85):
        grid = shapes.gridAround(24, (0.4, 0.4, pitchMm), shiftMm=(0.1, 0.15, phase * pitchMm))
        measured = measureVolume(shapes.maskOf(shapes.ball(radiusMm), grid), sliceStackOfGrid(grid), 0.0)
        positions = (np.arange(-10, 10) + phase) * pitchMm
        areas = np.pi * (radiusMm ** 2 - positions[np.abs(positions) < radiusMm] ** 2)
        assert measured.areas.areasMm2 == pytest.approx(areas, rel=0.01, abs=3)
        assert measured.samplingSeMm3 == pytest.approx(areas.sum() * pitchMm * samplingRelativeUncertainty(areas),
                                                       rel=0.05)


@pytest.mark.parametrize("radiusMm, positions, relative", [
    # Gundersen & Jensen 1987 with k = 240, from pi(R^2 - z^2).
    (24.0, np.arange(-22, 23, 4), 0.001883682382996406),
    (8.0, np.arange(-6, 7, 4), 0.01566369176373886),
])
def testTaperingBodiesHaveTheSmoothFormula(radiusMm, positions, relative):
    areas = np.pi * (radiusMm ** 2 - positions ** 2)
    assert not hasFlatEnd(areas)
    assert samplingRelativeUncertainty(areas) == pytest.approx(relative, rel=1e-9)


@pytest.mark.parametrize("radiusMm, positions", [(24.0, np.arange(2, 23, 4)), (8.0, np.arange(-6, 3, 4))])
def testBodiesWithAFlatEndAreFarLessCertain(radiusMm, positions):
    areas = np.pi * (radiusMm ** 2 - positions.astype(float) ** 2)
    assert hasFlatEnd(areas)
    assert hasFlatEnd(areas[::-1])
    variance = 3 * (areas @ areas) - 4 * (areas[1:] @ areas[:-1]) + areas[2:] @ areas[:-2]
    assert samplingRelativeUncertainty(areas) == pytest.approx(np.sqrt(variance / 12) / areas.sum(), rel=1e-9)


@pytest.mark.parametrize("endArea, isFlat", [(64.0, False), (66.0, True)])
def testEndSliceAboveSixtyFivePercentOfItsNeighborIsFlat(endArea, isFlat):
    assert hasFlatEnd([10.0, 60.0, 100.0, endArea]) is isFlat
    assert hasFlatEnd([endArea, 100.0, 60.0, 10.0]) is isFlat


def testOneSliceIsUncertainByFortyOnePercent():
    assert samplingRelativeUncertainty([123.0]) == pytest.approx(1 / np.sqrt(6))


def testSlicesAreTakenTogetherWhateverTheirOrderOrUnit():
    areas = np.array([20.0, 90.0, 120.0, 70.0, 15.0])
    assert samplingRelativeUncertainty(areas[::-1]) == pytest.approx(samplingRelativeUncertainty(areas))
    assert samplingRelativeUncertainty(100 * areas) == pytest.approx(samplingRelativeUncertainty(areas))


def testUncertaintyIsANumberForEveryRowOfAreas():
    random = np.random.default_rng(3)
    for _ in range(200):
        areas = random.uniform(0, 100, random.integers(1, 9))
        assert 0 <= samplingRelativeUncertainty(areas) < 1.5


def testBodyWithoutAreaHasNoUncertainty():
    with pytest.raises(ValueError):
        samplingRelativeUncertainty([])


def testCombinationsOfUncertainties():
    assert rootSumOfSquares(3.0, 4.0) == pytest.approx(5.0)
    assert correlatedDifference(5.0, 3.0, 1.0) == pytest.approx(2.0)
    assert correlatedDifference(4.0, 3.0, 0.0) == pytest.approx(5.0)
    assert correlatedDifference(4.0, 3.0, 0.5) == pytest.approx(np.sqrt(13.0))
    assert correlatedDifference(0.3, 0.3, 1.0) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("change, expected", [(1.95, True), (-1.95, True), (1.97, False), (-1.97, False), (0.0, True)])
def testChangeBelowItsIntervalIsWithinMeasurementError(change, expected):
    assert isWithinMeasurementError(change, 1.0) is expected


def testNoChangeIsWithinMeasurementErrorEvenWhereNothingIsUncertain():
    assert isWithinMeasurementError(0.0, 0.0) is True
