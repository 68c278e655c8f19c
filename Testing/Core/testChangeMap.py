"""What regenerated, what persists and what is new, voxel by voxel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ONVolumetryLib.core.changemap import LesionAtVisit, changeMap
from ONVolumetryLib.core.errors import SegmentError
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.ratios import NO_LESION, Volume
from ONVolumetryLib.core.registration.rigid import inverseOf, rigidMatrix
from ONVolumetryLib.core.shapefield import ShapeField
from ONVolumetryLib.core.volume import measureVolume
from ONVolumetryLib.phantom.masks import rasterize, uniformGrid
from ONVolumetryLib.phantom.primitives import Sphere

RADIUS_MM = 12.0
CONTOUR_SD_MM = 0.5
SPACING_MM = (0.8, 0.8, 4.0)


def lesionOf(shape, phase=0.0, spacingMm=SPACING_MM) -> LesionAtVisit:
    grid = uniformGrid([[-40.0] * 3, [40.0] * 3], spacingMm, (0.2, 0.3, phase))
    mask, stack = rasterize(shape, grid), sliceStackOfGrid(grid)
    return LesionAtVisit(mask, stack, Volume.ofSegment(measureVolume(mask, stack, CONTOUR_SD_MM)))


def ball(radiusMm=RADIUS_MM, centerRas=(0.0, 0.0, 0.0)) -> Sphere:
    return Sphere(np.array(centerRas, dtype=float), radiusMm)


def mapped(before, after, followupToBaseline=None, errorMm=0.2):
    matrix = np.eye(4) if followupToBaseline is None else followupToBaseline
    return changeMap(before, after, matrix, errorMm, CONTOUR_SD_MM)


@settings(max_examples=15, deadline=None)
@given(st.floats(4, 14), st.floats(3, 14), st.tuples(*[st.floats(-6, 6)] * 3), st.floats(0, 1))
def testVolumesBalanceExactly(first, second, shift, phase):
    change = mapped(lesionOf(ball(first)), lesionOf(ball(second, shift), phase))
    voxel = change.grid.voxelVolumeMm3
    balance = change.baselineMm3 - change.regeneratedMm3 + change.newMm3
    assert round(balance / voxel) == round(change.followupMm3 / voxel)
    assert change.regenerated.countInside(change.persistent) == 0
    assert change.new.countInside(change.persistent) == 0


@pytest.mark.parametrize("pitchMm", [4.0, 5.0])
def testUnchangedLesionAtOtherPhasesShowsNoChangeOutsideTheShell(pitchMm):
    spacing = (0.8, 0.8, pitchMm)
    baseline = lesionOf(ball(), 0.1, spacing)
    changes = [mapped(baseline, lesionOf(ball(), phase, spacing)) for phase in np.arange(8) / 8]
    assert np.mean([change.netRegenerationPercent for change in changes]) == pytest.approx(0.0, abs=3.0)
    assert max(abs(change.netRegenerationPercent) for change in changes) < 6.0
    for change in changes:
        assert change.regeneratedOutsideShellMm3 <= 0.01 * change.baselineMm3
        assert change.newOutsideShellMm3 <= 0.01 * change.baselineMm3


def testShrunkBallRegeneratedTheShellBetween():
    change = mapped(lesionOf(ball(12.0), 0.3), lesionOf(ball(9.0), 0.8))
    assert change.grossRegenerationPercent.value == pytest.approx(100 * (1 - (9 / 12) ** 3), abs=3.0)
    assert change.newLesionPercent.value < 1.0
    assert change.persistentMm3 == pytest.approx(4 / 3 * np.pi * 9 ** 3, rel=0.03)


def testShiftedBallRegeneratesOnOneSideAndIsNewOnTheOther():
    change = mapped(lesionOf(ball()), lesionOf(ball(centerRas=(8.0, 0, 0))))
    # Two balls of equal radius R whose centers are d apart share 1 - 3d/4R + d^3/16R^3 of each.
    shared = 1 - 3 * 8 / (4 * RADIUS_MM) + 8 ** 3 / (16 * RADIUS_MM ** 3)
    assert change.grossRegenerationPercent.value == pytest.approx(100 * (1 - shared), abs=2.0)
    assert change.newLesionPercent.value == pytest.approx(100 * (1 - shared), abs=2.0)
    assert np.mean(change.regenerated.pointsRas()[:, 0]) < 0 < np.mean(change.new.pointsRas()[:, 0])


def testFollowupIsCarriedToTheBaselineAndNotTheOtherWay():
    baselineToFollowup = rigidMatrix([0.1, -0.15, 0.1], [6.0, -8.0, 5.0], np.zeros(3))
    offCenter = ball(10.0, (10.0, 4.0, 6.0))
    baseline, followup = lesionOf(offCenter), lesionOf(offCenter.moved(baselineToFollowup), 0.4)
    right = mapped(baseline, followup, inverseOf(baselineToFollowup))
    wrong = mapped(baseline, followup, baselineToFollowup)
    assert right.persistentMm3 > 0.93 * right.baselineMm3
    assert wrong.persistentMm3 < 0.2 * wrong.baselineMm3


def testHealedLesionRegeneratedWhole():
    change = mapped(lesionOf(ball()), LesionAtVisit(None, None, NO_LESION))
    assert change.grossRegenerationPercent.value == 100.0
    assert change.newLesionPercent.value == 0.0
    assert change.followupMm3 == 0.0
    assert change.new.isEmpty


def testGridIsIsotropicAndNoCoarserThanThePixels():
    change = mapped(lesionOf(ball(), spacingMm=(0.5, 0.6, 4.0)), lesionOf(ball()))
    assert np.allclose(change.grid.spacingMm, 0.5)


def testRegistrationErrorWidensShellAndUncertainty():
    lesions = lesionOf(ball()), lesionOf(ball(10.0), 0.5)
    good, poor = mapped(*lesions, errorMm=0.1), mapped(*lesions, errorMm=1.4)
    assert poor.uncertain.voxelCount > 1.2 * good.uncertain.voxelCount
    assert poor.grossRegenerationPercent.standardUncertainty > good.grossRegenerationPercent.standardUncertainty
    assert poor.registrationErrorMm == 1.4
    assert poor.grossRegenerationPercent.value == good.grossRegenerationPercent.value


def testShellIsThickestWhereTheSurfaceFacesTheSlices():
    """Half-width 1.96 sqrt(reg^2 + 2 sigma_c^2 + T^2/6 cos^2) on either side of a ball's surface."""
    change = mapped(lesionOf(ball()), lesionOf(ball()), errorMm=0.2)
    points = change.uncertain.pointsRas()
    radii = np.linalg.norm(points, axis=1)
    cosine = np.abs(points[:, 2]) / radii
    across, along = radii[cosine > 0.95], radii[cosine < 0.1]
    assert RADIUS_MM - along.min() == pytest.approx(1.96 * np.sqrt(0.04 + 0.5), abs=0.9)
    assert RADIUS_MM - across.min() == pytest.approx(1.96 * np.sqrt(0.04 + 0.5 + 16 / 6 * 0.95), abs=0.9)


def testBaselineWithoutLesionIsRefused():
    with pytest.raises(SegmentError, match="baseline"):
        mapped(LesionAtVisit(None, None, NO_LESION), lesionOf(ball()))


@pytest.mark.parametrize("radiusMm, pitchMm", [(12.0, 4.0), (10.0, 4.0), (14.0, 5.0)])
def testInterpolatedBallHasTheVolumeOfTheBall(radiusMm, pitchMm):
    ratios = []
    for phase in (np.arange(6) + 0.5) / 6:
        lesion = lesionOf(ball(radiusMm), phase, (0.8, 0.8, pitchMm))
        field = ShapeField(lesion.mask, lesion.stack)
        fine = uniformGrid([[-20.0] * 3, [20.0] * 3], 0.8)
        k, j, i = np.meshgrid(*(np.arange(size) for size in fine.shapeKji), indexing="ij")
        inside = field.at(fine.toRas(np.stack([i, j, k], axis=-1))) > 0
        ratios.append(np.count_nonzero(inside) * fine.voxelVolumeMm3 / (4 / 3 * np.pi * radiusMm ** 3))
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.02)


def testSlicesAlongAnotherAxisGiveTheSameMap():
    """The same voxels with the axes of the array exchanged."""
    straight = lesionOf(ball(10.0, (2.0, 1.0, 0.0)))
    mask = straight.mask
    swap = np.eye(4)[[2, 1, 0, 3]]
    grid = GridGeometry(mask.grid.sizeIjk[::-1], mask.grid.ijkToRas @ swap)
    turned = type(mask)(np.transpose(mask.voxels, (2, 1, 0)), mask.offsetIjk[::-1], grid)
    first = ShapeField(mask, straight.stack)
    second = ShapeField(turned, sliceStackOfGrid(grid))
    points = np.random.default_rng(0).uniform(-12, 12, (200, 3))
    assert np.allclose(first.at(points), second.at(points), atol=1e-3)
