"""A segment on its bounding box is the same segment as on its full grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from ONVolumetryLib.core.errors import SegmentError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask

GRID = GridGeometry((5, 4, 3), np.array([[0, 0, 4, 10], [0.6, 0, 0, 20], [0, 0.7, 0, 30], [0, 0, 0, 1.0]]))
OTHER_GRID = GridGeometry((5, 4, 3), np.diag([0.6, 0.7, 4, 1]))
labelArrays = arrays(np.uint8, (3, 4, 5), elements=st.integers(0, 1))


@given(labelArrays)
def testCroppingLosesAndMovesNothing(array):
    mask = Mask.fromArray(array, GRID)
    np.testing.assert_array_equal(mask.fullArray(), array)
    assert mask.voxelCount == array.sum()
    assert mask.isEmpty == (not array.any())
    expected = GRID.toRas(np.argwhere(array)[:, ::-1])
    np.testing.assert_allclose(mask.pointsRas(), expected, atol=1e-9)
    if array.any():
        assert mask.voxels.any(axis=(1, 2))[[0, -1]].all(), "the box is not tight"
        np.testing.assert_allclose(mask.geometry.toRas(np.argwhere(mask.voxels)[:, ::-1]), expected, atol=1e-9)


@given(labelArrays, labelArrays)
def testUnionAndSharedVoxelsAreThoseOfTheArrays(first, second):
    one, two = Mask.fromArray(first, GRID), Mask.fromArray(second, GRID)
    np.testing.assert_array_equal((one | two).fullArray(), first | second)
    assert one.countInside(two) == (first & second).sum()


def testEveryNonZeroLabelBelongsToTheSegment():
    array = np.zeros((3, 4, 5))
    array[1, 2, 3], array[0, 0, 0] = 7.0, -1.0
    assert Mask.fromArray(array, GRID).voxelCount == 2


def testArrayOfAnotherSizeIsRefused():
    with pytest.raises(SegmentError, match=r"\(3, 4, 5\).*\(5, 4, 3\)"):
        Mask.fromArray(np.ones((5, 4, 3)), GRID)


def testSegmentsOnDifferentGridsAreNotMixed():
    one, two = Mask.fromArray(np.ones((3, 4, 5)), GRID), Mask.fromArray(np.ones((3, 4, 5)), OTHER_GRID)
    with pytest.raises(SegmentError, match="different grids"):
        one | two
    with pytest.raises(SegmentError, match="different grids"):
        one.countInside(two)


def testEmptySegmentHasNoPlace():
    with pytest.raises(SegmentError, match="empty"):
        _ = Mask.fromArray(np.zeros((3, 4, 5)), GRID).geometry
