"""Grids in the patient: positions, volume of a voxel, slice axis and pitch."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ONVolumetryLib.core.errors import GeometryError
from ONVolumetryLib.core.geometry import GridGeometry, SliceStack, sliceStackOfGrid, sliceStackOfSegmentation
from scipy.spatial.transform import Rotation

finite = st.floats(-500, 500, allow_nan=False)
spacings = st.tuples(*[st.floats(0.3, 6.0)] * 3)
turns = st.tuples(*[st.floats(-3, 3)] * 3)


def gridOf(spacing, size=(20, 20, 20), directions=None, origin=(0, 0, 0)):
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(3) if directions is None else directions) * np.asarray(spacing, dtype=float)
    matrix[:3, 3] = origin
    return GridGeometry(size, matrix)


@given(spacings, turns, st.tuples(finite, finite, finite), st.booleans())
def testObliqueAndMirroredGridsKeepTheirPlaceAndVolume(spacing, turn, origin, mirrored):
    directions = Rotation.from_rotvec(turn).as_matrix() * (-1 if mirrored else 1)
    grid = gridOf(spacing, directions=directions, origin=origin)
    assert grid.voxelVolumeMm3 == pytest.approx(np.prod(spacing), rel=1e-9)
    np.testing.assert_allclose(grid.spacingMm, spacing, rtol=1e-9)
    np.testing.assert_allclose(grid.toRas([0, 0, 0]), origin, atol=1e-9)
    step = grid.toRas([1, 0, 0]) - grid.toRas([0, 0, 0])
    np.testing.assert_allclose(step, directions[:, 0] * spacing[0], atol=1e-9)
    points = np.array([[0, 0, 0], [3.5, 7.25, 1.0], [19, 0, 4]])
    np.testing.assert_allclose(grid.toIjk(grid.toRas(points)), points, atol=1e-6)


def testCropKeepsVoxelsInPlace():
    grid = gridOf((0.6, 0.7, 4), directions=Rotation.from_rotvec([0.3, -0.2, 0.1]).as_matrix(), origin=(5, 6, 7))
    part = grid.cropped((4, 5, 2), (3, 3, 3))
    np.testing.assert_allclose(part.toRas([1, 2, 0]), grid.toRas([5, 7, 2]), atol=1e-9)
    assert part.shapeKji == (3, 3, 3)


@pytest.mark.parametrize("change, text", [
    (lambda matrix: matrix.__setitem__((0, 0), np.nan), "not a number"),
    (lambda matrix: matrix.__setitem__((slice(None), 1), 0.0), "spacing is zero"),
    (lambda matrix: matrix.__setitem__((1, 2), 0.5), "sheared"),
])
def testUnusableMatrixIsRefusedInOneLine(change, text):
    matrix = np.diag([0.6, 0.6, 4.0, 1.0])
    change(matrix)
    with pytest.raises(GeometryError, match=text) as caught:
        GridGeometry((10, 10, 10), matrix)
    assert "\n" not in str(caught.value)
    assert "; " in str(caught.value), "no remedy"


@pytest.mark.parametrize("size", [(10, 10), (10, 10, 0)])
def testGridThatIsNotThreeDimensionalIsRefused(size):
    with pytest.raises(GeometryError, match="not three-dimensional"):
        GridGeometry(size, np.eye(4))


def testDirectionCosinesRoundedToThreeDigitsPass():
    rounded = np.round(Rotation.from_rotvec([0.2, 0.4, -0.3]).as_matrix(), 4)
    gridOf((0.6, 0.6, 4), directions=rounded)


def testGridCannotBeChangedAfterwards():
    grid = gridOf((1, 1, 1))
    with pytest.raises(ValueError):
        grid.ijkToRas[0, 0] = 2.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        grid.sizeIjk = (1, 1, 1)


@pytest.mark.parametrize("spacing, axis", [((0.6, 0.6, 4.0), 2), ((4.0, 0.6, 0.6), 0), ((0.6, 5.2, 0.6), 1),
                                           ((1.5, 1.0, 1.0), 0)])
def testThickSlicesLieAlongTheLargestSpacing(spacing, axis):
    stack = sliceStackOfGrid(gridOf(spacing), acquisitionNormalRas=np.roll([0, 0, 1], axis))
    assert (stack.axis, stack.pitchMm) == (axis, max(spacing))
    assert stack.axisName == "IJK"[axis]
    assert "largest spacing" in stack.reason


def testNearlyEqualSpacingTakesTheAcquisitionAxisElseTheThird():
    turned = gridOf((1.4, 1.0, 1.0), directions=Rotation.from_rotvec([0, 0, 0.3]).as_matrix())
    acquired = sliceStackOfGrid(turned, acquisitionNormalRas=-turned.axisDirections[:, 1])
    assert acquired.axis == 1
    assert acquired.pitchMm == pytest.approx(1.0)
    assert "acquisition" in acquired.reason
    unknown = sliceStackOfGrid(turned)
    assert unknown.axis == 2
    assert unknown.pitchMm == pytest.approx(1.0)
    assert "third axis" in unknown.reason


def testSegmentationFinerThanItsImageTakesTheImagesPitch():
    image = gridOf((0.6, 0.6, 4.0))
    # The segmentation's first axis runs along the image's slices.
    finer = gridOf((1.0, 1.0, 1.0), directions=np.eye(3)[:, [2, 0, 1]])
    stack = sliceStackOfSegmentation(finer, image)
    assert (stack.axis, stack.pitchMm) == (0, 4.0)
    assert "image" in stack.reason
    turned = gridOf((1.0, 1.0, 1.0), directions=Rotation.from_rotvec([0.3, 0.1, 0.0]).as_matrix())
    assert sliceStackOfSegmentation(turned, image) == dataclasses.replace(stack, axis=2)


def testSegmentationOnItsImagesGridTakesItsAxis():
    image = gridOf((1.0, 1.0, 1.0))
    stack = sliceStackOfSegmentation(gridOf((1.0, 1.0, 1.0)), image, acquisitionNormalRas=(1, 0, 0))
    assert (stack.axis, stack.pitchMm) == (0, 1.0)


def testSegmentationWithoutImageIsItsOwnMeasure():
    assert sliceStackOfSegmentation(gridOf((3.0, 1, 1)), None) == SliceStack(0, 3.0, "largest spacing")


def testSegmentationCoarserThanItsImageIsSlicedByItself():
    image = gridOf((1.0, 1.0, 1.0))
    stack = sliceStackOfSegmentation(gridOf((1.0, 5.0, 1.0)), image, acquisitionNormalRas=(0, 0, 1))
    assert (stack.axis, stack.pitchMm) == (1, 5.0)


def testCoarserSegmentationWithEqualSpacingKeepsTheAcquisitionAxis():
    image = gridOf((1.0, 1.0, 1.0))
    stack = sliceStackOfSegmentation(gridOf((2.0, 2.0, 2.0)), image, acquisitionNormalRas=(1, 0, 0))
    assert (stack.axis, stack.pitchMm) == (0, 2.0)


def testSameLatticeMeansEveryVoxelAtTheSamePlace():
    grid = gridOf((0.6, 0.6, 4.0), origin=(1, 2, 3))
    assert grid.isSameLattice(gridOf((0.6, 0.6, 4.0), origin=(1, 2, 3.0005)))
    assert not grid.isSameLattice(gridOf((0.6, 0.6, 4.0), origin=(1, 2, 3.1)))
    assert not grid.isSameLattice(gridOf((0.6, 0.6, 4.001), origin=(1, 2, 3)))
    assert not grid.isSameLattice(gridOf((0.6, 0.6, 4.0), size=(20, 20, 19), origin=(1, 2, 3)))


def testOuterCornersAreVoxelFaces():
    corners = gridOf((1, 1, 4), size=(10, 10, 5), origin=(0, 0, 0)).cornersRas()
    np.testing.assert_allclose(corners.min(axis=0), (-0.5, -0.5, -2))
    np.testing.assert_allclose(corners.max(axis=0), (9.5, 9.5, 18))
