"""What is measured does not depend on how the hip lies in the scanner, nor on how the array is stored."""

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ONVolumetryLib.core.geometry import GridGeometry, SliceStack
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.core.settings import MeasurementSettings
from ONVolumetryLib.core.sphere import fitSphereToMask
from ONVolumetryLib.core.volume import measureVolume
from scipy import ndimage
from scipy.spatial.transform import Rotation

LESION_SHAPE_KJI = (9, 14, 13)
turns = st.tuples(*[st.floats(-3, 3)] * 3)
places = st.tuples(*[st.floats(-300, 300)] * 3)
seeds = st.integers(0, 10 ** 6)
spacings = st.sampled_from([(0.6, 0.6, 4.0), (1.0, 1.2, 3.0), (1.0, 1.0, 1.0), (5.2, 0.8, 0.8)])


def randomLesion(seed, spacing):
    """An irregular blob, and the stack it was sliced by."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=LESION_SHAPE_KJI), 1.2)
    axes = np.meshgrid(*(np.linspace(-1, 1, size) for size in LESION_SHAPE_KJI), indexing="ij")
    array = 4 * noise + 0.7 - np.sqrt(sum(axis ** 2 for axis in axes)) > 0
    array[4, 6:8, 6:8] = True
    grid = GridGeometry(LESION_SHAPE_KJI[::-1], np.diag([*spacing, 1.0]))
    axis = int(np.argmax(spacing)) if max(spacing) > 1.5 * min(spacing) else 2
    return Mask.fromArray(array, grid), SliceStack(axis, spacing[axis], "")


def headMask():
    """A head cut at the neck, with a dent, so that no axis or side of it is like another."""
    grid = GridGeometry((48, 46, 15), np.diag([1.1, 1.2, 4.0, 1.0]))
    k, j, i = np.meshgrid(*(np.arange(size) for size in grid.shapeKji), indexing="ij")
    points = grid.toRas(np.stack([i, j, k], axis=-1)) - (26.2, 27.1, 28.3)
    inside = (np.linalg.norm(points, axis=-1) < 23.0) & (points @ [0.6, 0.3, -0.74] < 9.0)
    return Mask.fromArray(inside & (np.linalg.norm(points - (-3, 20, 11), axis=-1) > 6.0), grid)


HEAD = headMask()
HEAD_STACK = SliceStack(2, 4.0, "")
HEAD_SPHERE = fitSphereToMask(HEAD, HEAD_STACK)


def moved(mask, transform):
    """The same array on a grid moved by a 4x4 transform of RAS."""
    return Mask.fromArray(mask.fullArray(), GridGeometry(mask.grid.sizeIjk, transform @ mask.grid.ijkToRas))


def rigid(turn, place, mirrored=False):
    transform = np.eye(4)
    transform[:3, :3] = Rotation.from_rotvec(turn).as_matrix() @ np.diag([-1.0 if mirrored else 1.0, 1, 1])
    transform[:3, 3] = place
    return transform


def flipped(mask, axis):
    """The same voxels at the same places, stored from the other end of one axis."""
    matrix = np.array(mask.grid.ijkToRas)
    matrix[:3, 3] += matrix[:3, axis] * (mask.grid.sizeIjk[axis] - 1)
    matrix[:3, axis] *= -1
    return Mask.fromArray(np.flip(mask.fullArray(), 2 - axis), GridGeometry(mask.grid.sizeIjk, matrix))


def permuted(mask, stack, order):
    """The same voxels at the same places, with the axes I, J, K stored in another order."""
    matrix = np.array(mask.grid.ijkToRas)
    matrix[:3, :3] = matrix[:3, list(order)]
    array = np.transpose(mask.fullArray().T, order).T
    grid = GridGeometry(tuple(np.array(mask.grid.sizeIjk)[list(order)]), matrix)
    return Mask.fromArray(array, grid), SliceStack(order.index(stack.axis), stack.pitchMm, "")


def requireSame(measured, expected, surfaceTolerance=1e-4):
    assert measured.volumeMm3 == pytest.approx(expected.volumeMm3, rel=1e-9)
    assert measured.trapezoidMm3 == (expected.trapezoidMm3 and pytest.approx(expected.trapezoidMm3, rel=1e-9))
    assert measured.samplingSeMm3 == pytest.approx(expected.samplingSeMm3, rel=1e-6, abs=1e-9)
    assert measured.surfaceAreaMm2 == pytest.approx(expected.surfaceAreaMm2, rel=surfaceTolerance)
    assert measured.surfaceMm3 == pytest.approx(expected.surfaceMm3, rel=surfaceTolerance)
    assert measured.contourSeMm3 == pytest.approx(expected.contourSeMm3, rel=surfaceTolerance)
    assert measured.combinedSeMm3 == pytest.approx(expected.combinedSeMm3, rel=surfaceTolerance)
    assert measured.sliceCount == expected.sliceCount
    assert measured.flatEnd == expected.flatEnd


def requireSameSphere(sphere, center, radius=HEAD_SPHERE.radiusMm, tolerance=1e-3):
    assert sphere.radiusMm == pytest.approx(radius, abs=tolerance)
    np.testing.assert_allclose(sphere.centerRas, center, atol=tolerance)
    assert sphere.rmsMm == pytest.approx(HEAD_SPHERE.rmsMm * radius / HEAD_SPHERE.radiusMm, rel=0.01)
    assert sphere.inlierFraction == pytest.approx(HEAD_SPHERE.inlierFraction, abs=0.01)
    assert sphere.coverage == pytest.approx(HEAD_SPHERE.coverage, abs=0.02)


@settings(max_examples=20, deadline=None)
@given(seeds, spacings, turns, places, st.booleans())
@example(0, (1.0, 1.2, 3.0), (0.0, 0.0, 2.0), (0.0, 0.0, 0.0), False)
def testVolumeDoesNotDependOnPlaceTurnOrMirror(seed, spacing, turn, place, mirrored):
    mask, stack = randomLesion(seed, spacing)
    measured = measureVolume(moved(mask, rigid(turn, place, mirrored)), stack, 0.5)
    expected = measureVolume(mask, stack, 0.5)
    requireSame(measured, expected)
    np.testing.assert_allclose(measured.areas.areasMm2, expected.areas.areasMm2)


@settings(max_examples=20, deadline=None)
@given(seeds, spacings, st.integers(0, 2))
def testVolumeDoesNotDependOnTheEndFromWhichAnAxisIsStored(seed, spacing, axis):
    mask, stack = randomLesion(seed, spacing)
    measured = measureVolume(flipped(mask, axis), stack, 0.5)
    expected = measureVolume(mask, stack, 0.5)
    # The surface's tetrahedra stand on the other diagonal then.
    requireSame(measured, expected, surfaceTolerance=1e-4)
    areas = expected.areas.areasMm2[::-1] if axis == stack.axis else expected.areas.areasMm2
    np.testing.assert_allclose(measured.areas.areasMm2, areas)


@settings(max_examples=20, deadline=None)
@given(seeds, spacings, st.permutations([0, 1, 2]))
def testVolumeDoesNotDependOnTheOrderOfTheAxes(seed, spacing, order):
    mask, stack = randomLesion(seed, spacing)
    turned, turnedStack = permuted(mask, stack, order)
    np.testing.assert_allclose(np.sort(turned.pointsRas(), axis=0), np.sort(mask.pointsRas(), axis=0), atol=1e-9)
    measured, expected = measureVolume(turned, turnedStack, 0.5), measureVolume(mask, stack, 0.5)
    requireSame(measured, expected, surfaceTolerance=1e-3)
    np.testing.assert_allclose(measured.areas.areasMm2, expected.areas.areasMm2)


@settings(max_examples=20, deadline=None)
@given(seeds, spacings, st.floats(0.2, 8.0))
@example(0, (1.0, 1.2, 3.0), 1.3619342291717138)
def testVolumeAndUncertaintyGrowWithTheCubeOfTheUnit(seed, spacing, scale):
    mask, stack = randomLesion(seed, spacing)
    larger = moved(mask, np.diag([scale, scale, scale, 1.0]))
    measured = measureVolume(larger, SliceStack(stack.axis, stack.pitchMm * scale, ""), 0.5 * scale)
    expected = measureVolume(mask, stack, 0.5)
    cube, square = scale ** 3, scale ** 2
    requireSame(measured, dataclasses.replace(
        expected, volumeMm3=expected.volumeMm3 * cube, surfaceMm3=expected.surfaceMm3 * cube,
        trapezoidMm3=expected.trapezoidMm3 and expected.trapezoidMm3 * cube,
        surfaceAreaMm2=expected.surfaceAreaMm2 * square, samplingSeMm3=expected.samplingSeMm3 * cube,
        contourSeMm3=expected.contourSeMm3 * cube, combinedSeMm3=expected.combinedSeMm3 * cube))


@settings(max_examples=15, deadline=None)
@given(turns, places, st.booleans())
def testSphereMovesWithTheHead(turn, place, mirrored):
    transform = rigid(turn, place, mirrored)
    sphere = fitSphereToMask(moved(HEAD, transform), HEAD_STACK)
    requireSameSphere(sphere, transform[:3, :3] @ HEAD_SPHERE.centerRas + transform[:3, 3])
    assert sphere.radiusSeMm == pytest.approx(HEAD_SPHERE.radiusSeMm, rel=0.01)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2), st.permutations([0, 1, 2]))
def testSphereDoesNotDependOnHowTheArrayIsStored(axis, order):
    stored, stack = permuted(flipped(HEAD, axis), HEAD_STACK, order)
    sphere = fitSphereToMask(stored, stack)
    requireSameSphere(sphere, HEAD_SPHERE.centerRas)
    assert sphere.collapseDepthMm == pytest.approx(HEAD_SPHERE.collapseDepthMm, abs=0.01)
    assert sphere.radiusSeMm == pytest.approx(HEAD_SPHERE.radiusSeMm, rel=0.01)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.7, 1.4))
def testSphereGrowsWithTheUnit(scale):
    larger = moved(HEAD, np.diag([scale, scale, scale, 1.0]))
    sphere = fitSphereToMask(larger, SliceStack(2, 4.0 * scale, ""), toleranceMm=1.25 * scale)
    requireSameSphere(sphere, np.multiply(HEAD_SPHERE.centerRas, scale), HEAD_SPHERE.radiusMm * scale, 1e-3 * scale)


@settings(max_examples=5, deadline=None)
@given(turns, places, st.booleans(), st.floats(0.8, 1.2))
def testPercentagesDoNotDependOnPlaceTurnMirrorOrUnit(shapes, turn, place, mirrored, scale):
    visits = [shapes.visit("preop", 0, 12.0), shapes.visit("3 months", 3, 9.0)]
    transform = rigid(turn, place, mirrored) @ np.diag([scale, scale, scale, 1.0])
    turned = [dataclasses.replace(visit, head=moved(visit.head, transform), lesion=moved(visit.lesion, transform),
                                  stack=SliceStack(visit.stack.axis, visit.stack.pitchMm * scale, ""))
              for visit in visits]
    expected = measureHip(visits, "female")
    scaled = MeasurementSettings(contourSdMm=0.5 * scale, sphereToleranceMm=1.25 * scale)
    measured = measureHip(turned, "female", scaled)
    for one, other in zip(measured.visits, expected.visits):
        for name in ("onvPercent", "onvPercentSav"):
            first, second = getattr(one, name), getattr(other, name)
            assert first.value == pytest.approx(second.value, rel=1e-4)
            assert first.standardUncertainty == pytest.approx(second.standardUncertainty, rel=1e-3)
        assert one.fhvSavDifferencePercent.value == pytest.approx(other.fhvSavDifferencePercent.value, abs=0.02)
    first, second = (hip.visit("3 months").changeFromBaseline for hip in (measured, expected))
    assert first.regenerationPercent.value == pytest.approx(second.regenerationPercent.value, rel=1e-6)
    assert first.regenerationPercent.standardUncertainty == pytest.approx(
        second.regenerationPercent.standardUncertainty, rel=1e-3)
