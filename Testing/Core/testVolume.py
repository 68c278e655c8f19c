"""The volume estimators against closed forms."""

import dataclasses

import numpy as np
import pytest
from ONVolumetryLib.core.errors import SegmentError
from ONVolumetryLib.core.geometry import GridGeometry, SliceStack, sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.volume import cavalieriVolume, measureVolume, trapezoidVolume, voxelSummation

SLICED_SPACING_MM = (0.6, 0.6, 4.0)
PITCH_MM = SLICED_SPACING_MM[2]
TILTED = (0.48, 0.6, 0.64)


def ballAreas(radiusMm, positionsMm):
    return np.pi * (radiusMm ** 2 - np.asarray(positionsMm, dtype=float) ** 2)


def positionsWithin(radiusMm, pitchMm, phase):
    """Slices that meet a ball when one lies at `phase` pitches from its center."""
    positions = (np.arange(-100, 101) + phase) * pitchMm
    return positions[np.abs(positions) < radiusMm]


def inPlaneShifts(count):
    return np.random.default_rng(5).uniform(-0.3, 0.3, size=(count, 2))


def meanVoxelSummation(shapes, inside, radiusMm, phases):
    """Mean over slice positions equally spaced within one pitch; the place in the plane varies too."""
    volumes = []
    for phase, inPlane in zip((np.arange(phases) + 0.5) / phases, inPlaneShifts(phases)):
        shift = (*inPlane, phase * PITCH_MM)
        volumes.append(voxelSummation(shapes.maskOf(inside, shapes.gridAround(radiusMm + 2, SLICED_SPACING_MM,
                                                                              shiftMm=shift))))
    return np.mean(volumes)


@pytest.mark.parametrize("radiusMm, positions, trueMm3, cavalieriMm3, trapezoidMm3", [
    # Closed forms: 4/3 pi R^3, T sum pi(R^2 - z^2), and that without half of the two end slabs.
    (24.0, np.arange(-22, 23, 4), 57905.83579096706, 58106.89772079681, 56950.79162427577),
    (8.0, np.arange(-6, 7, 4), 2144.660584850632, 1.03125 * 2144.660584850632, 0.8671875 * 2144.660584850632),
])
def testSpheresOnGivenSlicesHaveTheirClosedForms(radiusMm, positions, trueMm3, cavalieriMm3, trapezoidMm3):
    areas = ballAreas(radiusMm, positions)
    assert 4 / 3 * np.pi * radiusMm ** 3 == pytest.approx(trueMm3, rel=1e-12)
    assert cavalieriVolume(areas, PITCH_MM) == pytest.approx(cavalieriMm3, rel=1e-12)
    assert trapezoidVolume(areas, PITCH_MM) == pytest.approx(trapezoidMm3, rel=1e-12)


@pytest.mark.parametrize("pitchMm", [3.0, 4.0, 5.2])
@pytest.mark.parametrize("radiusMm", [6.0, 8.0, 12.0, 16.0, 24.0])
def testTrapezoidIsBiasedLowByTheClosedForm(radiusMm, pitchMm):
    trueMm3 = 4 / 3 * np.pi * radiusMm ** 3
    volumes = [trapezoidVolume(ballAreas(radiusMm, positionsWithin(radiusMm, pitchMm, phase)), pitchMm)
               for phase in (np.arange(200) + 0.5) / 200]
    bias = 100 * (np.mean(volumes) / trueMm3 - 1)
    ratio = pitchMm / radiusMm
    assert bias == pytest.approx(-75 * ratio ** 2 * (1 - ratio / 3), abs=0.5)


def testTrapezoidBiasAtThePitchOfAHipSeries(shapes):
    # Gomez-Barrena 2022's sizes at 4 mm: -2.0 % for a head of R 24, -7.4 % for a lesion of R 12.
    for radiusMm, biasPercent in ((24.0, -2.0), (12.0, -7.4)):
        measured = []
        for phase in (np.arange(20) + 0.5) / 20:
            grid = shapes.gridAround(radiusMm + 2, SLICED_SPACING_MM, shiftMm=(0.1, 0.2, phase * PITCH_MM))
            measured.append(measureVolume(shapes.maskOf(shapes.ball(radiusMm), grid), sliceStackOfGrid(grid), 0.5)
                            .trapezoidMm3)
        assert 100 * (np.mean(measured) / (4 / 3 * np.pi * radiusMm ** 3) - 1) == pytest.approx(biasPercent, abs=0.5)


@pytest.mark.parametrize("radiusMm, limitPercent", [(24.0, 0.5), (12.0, 1.0)])
def testVoxelSummationOfSpheresIsUnbiased(shapes, radiusMm, limitPercent):
    mean = meanVoxelSummation(shapes, shapes.ball(radiusMm), radiusMm, phases=24)
    assert abs(100 * (mean / (4 / 3 * np.pi * radiusMm ** 3) - 1)) < limitPercent


@pytest.mark.parametrize("direction", [(0.0, 0.0, 1.0), TILTED], ids=["along", "tilted"])
@pytest.mark.parametrize("solid, radiusMm, limitPercent", [("cone", 24.0, 0.5), ("cone", 12.0, 1.0),
                                                           ("cap", 24.0, 0.5), ("cap", 12.0, 1.0)])
def testVoxelSummationOfConesAndCapsIsUnbiased(shapes, solid, radiusMm, limitPercent, direction):
    height = 0.4 * radiusMm
    if solid == "cone":
        inside, rimDegrees = shapes.cone(radiusMm, 35, direction), 35
        trueMm3 = 2 / 3 * np.pi * radiusMm ** 3 * (1 - np.cos(np.radians(35)))
    else:
        inside, rimDegrees = shapes.cap(radiusMm, height, direction), np.degrees(np.arccos(0.6))
        trueMm3 = np.pi * height ** 2 * (radiusMm - height / 3)
    # Box around the rim, the top and, of the cone, the tip.
    tilt = np.arccos(direction)
    ends = np.radians(rimDegrees)
    low = radiusMm * np.cos(np.minimum(tilt + ends, np.pi))
    low = np.minimum(low, 0) if solid == "cone" else low
    high = radiusMm * np.cos(np.maximum(tilt - ends, 0))
    shifts = np.column_stack([inPlaneShifts(400), ((np.arange(400) + 0.5) / 400 - 1) * PITCH_MM])
    volumes = [voxelSummation(shapes.maskOf(inside, gridFrom(low + shift, high))) for shift in shifts]
    assert abs(100 * (np.mean(volumes) / trueMm3 - 1)) < limitPercent


def gridFrom(lowRas, highRas):
    """Grid of sliced spacing from one corner to beyond the other."""
    matrix = np.diag([*SLICED_SPACING_MM, 1.0])
    matrix[:3, 3] = lowRas - 0.3 * np.array([1, 1, 0])
    size = np.ceil((highRas - lowRas) / SLICED_SPACING_MM).astype(int) + 3
    return GridGeometry(tuple(size), matrix)


@pytest.mark.parametrize("sliceCount", [1, 2])
def testTrapezoidIsUndefinedForASingleSlice(sliceCount):
    array = np.zeros((4, 6, 6), dtype=bool)
    array[1:1 + sliceCount, 2:4, 2:4] = True
    mask = Mask.fromArray(array, GridGeometry((6, 6, 4), np.diag([1, 1, 4, 1.0])))
    measured = measureVolume(mask, SliceStack(2, 4.0, ""), 0.5)
    assert measured.volumeMm3 == pytest.approx(16.0 * sliceCount)
    assert measured.trapezoidMm3 == (None if sliceCount == 1 else pytest.approx(16.0))


def testPitchWithGapsIsPartOfTheVolume():
    # 4 mm slices every 5.2 mm: the pitch counts, not the thickness.
    mask = Mask.fromArray(np.ones((3, 5, 5)), GridGeometry((5, 5, 3), np.diag([0.8, 0.8, 5.2, 1])))
    assert measureVolume(mask, sliceStackOfGrid(mask.grid), 0.5).volumeMm3 == pytest.approx(75 * 0.64 * 5.2)


@pytest.mark.parametrize("volumeCm3, relativePercent", [(7.2, 12.5), (1.5, 21.0)])
def testContourUncertaintyIsAboutThreeOffsetsOverTheRadius(shapes, volumeCm3, relativePercent):
    radiusMm = (3000 * volumeCm3 / (4 * np.pi)) ** (1 / 3)
    grid = shapes.gridAround(radiusMm + 2, (0.6, 0.6, 0.6))
    measured = measureVolume(shapes.maskOf(shapes.ball(radiusMm), grid), sliceStackOfGrid(grid), 0.5)
    assert 100 * measured.contourSeMm3 / measured.volumeMm3 == pytest.approx(relativePercent, rel=0.02)
    assert measured.contourSeMm3 == pytest.approx(0.5 * measured.surfaceAreaMm2)


def testCombinedUncertaintyIsTheRootOfTheSumOfSquares(shapes):
    grid = shapes.gridAround(14)
    mask = shapes.maskOf(shapes.ball(12), grid)
    measured = measureVolume(mask, sliceStackOfGrid(grid), 0.3)
    assert measured.samplingSeMm3 > 0
    assert measured.combinedSeMm3 ** 2 == pytest.approx(measured.samplingSeMm3 ** 2 + measured.contourSeMm3 ** 2)
    assert measured.relativeSe == pytest.approx(measured.combinedSeMm3 / measured.volumeMm3)
    without = measureVolume(mask, sliceStackOfGrid(grid), 0.0)
    assert without.combinedSeMm3 == pytest.approx(measured.samplingSeMm3)


def testEmptySegmentHasNoVolume():
    grid = GridGeometry((5, 5, 3), np.diag([0.8, 0.8, 5.2, 1]))
    with pytest.raises(SegmentError, match="empty"):
        measureVolume(Mask.fromArray(np.zeros((3, 5, 5)), grid), SliceStack(2, 5.2, ""), 0.5)


def testMeasuredVolumeCannotBeChangedAfterwards(shapes):
    grid = shapes.gridAround(8)
    measured = measureVolume(shapes.maskOf(shapes.ball(6), grid), sliceStackOfGrid(grid), 0.5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        measured.volumeMm3 = 1.0


def testFlatFaceIsSeenThoughAnEndSliceIsPartlyFilled():
    array = np.zeros((24, 40, 40), dtype=bool)
    array[6:17, 5:35, 5:35] = True
    mask = Mask.fromArray(array, GridGeometry((40, 40, 24), np.eye(4)))
    # 11 planes of 1 mm over slices of 4 mm: the last slice holds few planes and seems to taper off.
    for firstSliceMm in (0.0, 1.0, 2.0, 3.0):
        assert measureVolume(mask, SliceStack(2, 4.0, "", firstSliceMm), 0.5).flatEnd
