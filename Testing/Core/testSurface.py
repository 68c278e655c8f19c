"""Area and volume of the sub-voxel surface, and the signed distance behind it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ONVolumetryLib.core.errors import SegmentError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.signeddistance import signedDistanceMm
from ONVolumetryLib.core.surface import surfaceMeasures
from scipy import ndimage


@pytest.mark.parametrize("spacingMm, areaPercent, volumePercent", [((1, 1, 1), 1.0, 2.0), ((0.6, 0.6, 4.0), 6.0, 8.0)])
@pytest.mark.parametrize("radiusMm", [12.0, 24.0])
def testBallHasTheAreaAndVolumeOfASphere(shapes, radiusMm, spacingMm, areaPercent, volumePercent):
    for shift in ((0.0, 0.0, 0.0), (0.1, 0.3, 1.3)):
        grid = shapes.gridAround(radiusMm + 4, spacingMm, shiftMm=shift)
        areaMm2, volumeMm3 = surfaceMeasures(shapes.maskOf(shapes.ball(radiusMm), grid))
        # Faces of voxels would give 150 % of a sphere's area.
        assert 100 * areaMm2 / (4 * np.pi * radiusMm ** 2) == pytest.approx(100, abs=areaPercent)
        assert 100 * volumeMm3 / (4 / 3 * np.pi * radiusMm ** 3) == pytest.approx(100, abs=volumePercent)


def testObliqueConeAndBoxHaveTheirClosedFormArea(shapes):
    direction = np.array([0.48, 0.6, 0.64])
    cone = shapes.maskOf(shapes.cone(24, 45, direction), shapes.gridAround(26, (0.8, 0.8, 0.8)))
    areaMm2, volumeMm3 = surfaceMeasures(cone)
    cosine = np.cos(np.pi / 4)
    assert areaMm2 == pytest.approx(np.pi * 24 ** 2 * (2 * (1 - cosine) + np.sin(np.pi / 4)), rel=0.02)
    assert volumeMm3 == pytest.approx(2 / 3 * np.pi * 24 ** 3 * (1 - cosine), rel=0.02)
    box = shapes.maskOf(lambda points: np.all(np.abs(points) < (10, 12, 14), axis=-1),
                        shapes.gridAround(18, (0.5, 0.5, 0.5), shiftMm=(0.25, 0.25, 0.25)))
    assert surfaceMeasures(box)[0] == pytest.approx(8 * (10 * 12 + 12 * 14 + 14 * 10), rel=0.03)


@pytest.mark.parametrize("halfHeightMm", [2.0, 6.0, 10.0])
def testFlatPlatesHaveBothFaces(shapes, halfHeightMm):
    # Of one, three and five slices: both faces of the plate count, and so does its rim (voxel edges round it off).
    grid = shapes.gridAround(16, (0.6, 0.6, 4.0))
    mask = shapes.maskOf(lambda points: (np.linalg.norm(points[..., :2], axis=-1) <= 10)
                         & (np.abs(points[..., 2]) < halfHeightMm), grid)
    areaMm2, _ = surfaceMeasures(mask)
    assert areaMm2 == pytest.approx(2 * np.pi * 100 + 2 * np.pi * 10 * 2 * halfHeightMm, rel=0.2)


def testSmallLesionsLoseVolumeToTheSurface(shapes):
    # Why the surface is never the headline: at 4 mm slices it loses several percent of a small lesion.
    grid = shapes.gridAround(12, (0.6, 0.6, 4.0), shiftMm=(0, 0, 1.0))
    _, volumeMm3 = surfaceMeasures(shapes.maskOf(shapes.ball(6.0), grid))
    assert 0.75 < volumeMm3 / (4 / 3 * np.pi * 6 ** 3) < 0.98


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10 ** 6), st.tuples(*[st.sampled_from([0.6, 1.0, 1.3, 4.0])] * 3))
def testSignedDistanceIsExactNearTheBoundary(seed, spacing):
    array = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(7, 9, 8)), 1.0) > 0.05
    array[3, 4, 4] = True
    mask = Mask.fromArray(array, GridGeometry((8, 9, 7), np.diag([*spacing, 1.0])))
    distance = signedDistanceMm(mask)
    padded = np.pad(mask.voxels, 3)
    assert distance.shape == padded.shape
    sampling = spacing[::-1]
    exact = ndimage.distance_transform_edt(padded, sampling) - ndimage.distance_transform_edt(~padded, sampling)
    near = np.abs(exact) < max(spacing)
    np.testing.assert_allclose(distance[near], exact[near], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(distance > 0, padded)


def testSurfaceIsWholeWhereTheSegmentTouchesTheEdgeOfTheImage():
    inner = np.zeros((14, 14, 14), dtype=bool)
    inner[4:10, 4:10, 4:10] = True
    whole = surfaceMeasures(Mask.fromArray(inner, GridGeometry((14, 14, 14), np.eye(4))))
    full = surfaceMeasures(Mask.fromArray(np.ones((6, 6, 6)), GridGeometry((6, 6, 6), np.eye(4))))
    assert full == pytest.approx(whole)


def testOneVoxelHasASurface():
    areaMm2, volumeMm3 = surfaceMeasures(Mask.fromArray(np.ones((1, 1, 1)), GridGeometry((1, 1, 1), np.eye(4))))
    assert 2.0 < areaMm2 <= 6.0
    assert 0.1 < volumeMm3 <= 1.0


def testEmptySegmentHasNoSurface():
    with pytest.raises(SegmentError, match="empty"):
        surfaceMeasures(Mask.fromArray(np.zeros((3, 3, 3)), GridGeometry((3, 3, 3), np.eye(4))))
