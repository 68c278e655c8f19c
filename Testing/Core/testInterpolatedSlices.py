"""Which slices are still as they were interpolated, and their outlines along voxel edges, whole and as dashes."""

import dataclasses

import numpy as np
import pytest
from ONVolumetryLib.core.errors import OutliningError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.outlining.interpolated import (
    InterpolatedSlices,
    interpolatedSlices,
    withoutEditedSlices,
)
from ONVolumetryLib.core.outlining.origin import FILLED_SLICES, LESION_FROM_STROKES, OutlineOrigin, originOfText
from ONVolumetryLib.core.sliceoutline import dashes, edgeLoops, sliceOutlines
from ONVolumetryLib.files.outlining import outliningOf
from ONVolumetryLib.files.segment import Segment


def areaWithin(loops) -> float:
    """Signed: outlines run around their inside in one way, holes in the other."""
    return sum(0.5 * float(np.sum(loop[:, 0] * np.roll(loop[:, 1], -1) - loop[:, 1] * np.roll(loop[:, 0], -1)))
               for loop in loops)


@pytest.fixture
def grid():
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ np.diag([0.5, 0.8, 3.0])
    matrix[:3, 3] = (20.0, -7.0, 11.0)
    return GridGeometry((12, 10, 9), matrix)


@pytest.fixture
def mask(grid):
    array = np.zeros(grid.shapeKji, dtype=bool)
    array[1:8, 2:7, 3:9] = True
    return Mask.fromArray(array, grid)


@pytest.fixture
def origin(mask):
    slices = InterpolatedSlices(2, (2, 4, 6))
    return OutlineOrigin(FILLED_SLICES, slices.asDetails(), mask)


def withVoxel(mask, ijk, value=True):
    array = mask.fullArray().astype(bool)
    array[ijk[::-1]] = value
    return Mask.fromArray(array, mask.grid)


def testOutlineFollowsTheEdgesOfPixels():
    inside = np.random.default_rng(1).random((30, 40)) < 0.5
    loops = edgeLoops(inside)
    assert abs(areaWithin(loops)) == inside.sum()
    for loop in loops:
        assert np.all(np.abs(loop % 1) == 0.5), "corners lie between pixels"
        assert np.all(np.count_nonzero(np.roll(loop, -1, axis=0) != loop, axis=1) == 1), "along rows and columns"


def testPartsThatTouchAtACornerAndHolesAreApart():
    assert [len(loop) for loop in edgeLoops(np.eye(2, dtype=bool))] == [4, 4]
    ring = np.ones((3, 3), dtype=bool)
    ring[1, 1] = False
    outer, hole = sorted((areaWithin([loop]) for loop in edgeLoops(ring)), key=abs, reverse=True)
    assert (abs(outer), abs(hole)) == (9, 1) and outer * hole < 0
    assert edgeLoops(np.zeros((4, 4), dtype=bool)) == []


@pytest.mark.parametrize("axis", [0, 1, 2])
def testOutlinesOfASliceLieInItsMiddle(mask, axis):
    index = 4
    loop, = sliceOutlines(mask, axis, index)
    ijk = mask.grid.toIjk(loop)
    others = [other for other in range(3) if other != axis]
    np.testing.assert_allclose(ijk[:, axis], index, atol=1e-9)
    box = np.array([[3, 2, 1], [8, 6, 7]])
    np.testing.assert_allclose(ijk.min(axis=0)[others], box[0, others] - 0.5, atol=1e-9)
    np.testing.assert_allclose(ijk.max(axis=0)[others], box[1, others] + 0.5, atol=1e-9)
    assert sliceOutlines(mask, axis, 11) == []


def testDashesAreEvenlySpacedAndFollowCorners():
    square = np.array([[0.0, 0.0], [0.0, 50.0], [50.0, 50.0], [50.0, 0.0]])
    drawn = dashes(square, 12, 8)
    lengths = [np.linalg.norm(np.diff(dash, axis=0), axis=1).sum() for dash in drawn]
    assert len(drawn) == 10
    np.testing.assert_allclose(lengths, 12.0)
    assert any(len(dash) == 3 for dash in dashes(square, 12, 9)), "a dash goes around a corner"
    assert len(dashes(square / 100, 12, 8)) == 1, "an outline smaller than a dash is seen"


def testEditedSliceIsTheReadersOwn(origin, mask):
    assert withoutEditedSlices(origin, mask) is origin
    for edited, left in ((withVoxel(mask, (9, 3, 4)), (2, 6)), (withVoxel(mask, (3, 2, 2), False), (4, 6)),
                         (withVoxel(mask, (9, 9, 3)), (2, 4, 6))):
        slices = interpolatedSlices(withoutEditedSlices(origin, edited))
        assert slices.indices == left
        assert slices.reviewed == tuple(sorted({2, 4, 6} - set(left)))


def testRemovedSliceIsEdited(origin, mask):
    array = mask.fullArray().astype(bool)
    array[6:] = False
    assert interpolatedSlices(withoutEditedSlices(origin, Mask.fromArray(array, mask.grid))).indices == (2, 4)


def testSlicesAreKeptInTheNoteOfTheSegment(origin, mask):
    slices = interpolatedSlices(origin).without([4, 5])
    assert slices.asDetails() == {"interpolated_slices": [3, 7], "slice_axis": "K", "reviewed_slices": [5]}
    kept = dataclasses.replace(origin, details=slices.asDetails()).asText()
    assert interpolatedSlices(originOfText(kept, mask.grid)) == slices
    assert slices.including([4, 8]) == InterpolatedSlices(2, (2, 4, 6, 8))
    assert interpolatedSlices(OutlineOrigin(LESION_FROM_STROKES, {})) is None
    assert interpolatedSlices(OutlineOrigin(FILLED_SLICES, {"interpolated_slices": [3]})) is None
    for damaged in ({"slice_axis": "X"}, {"slice_axis": "K", "interpolated_slices": ["a"]}):
        with pytest.raises(OutliningError, match="damaged"):
            interpolatedSlices(OutlineOrigin(FILLED_SLICES, damaged))


def testMeasurementNamesOnlyWhatIsStillInterpolated(origin, mask):
    edited = withVoxel(mask, (9, 3, 4))
    report, = outliningOf(Segment("Femoral head", edited, origin=origin.asText()), None)
    assert report.details["interpolated_slices"] == [3, 7]
    assert report.details["reviewed_slices"] == [5]
    assert report.editedPercent > 0
