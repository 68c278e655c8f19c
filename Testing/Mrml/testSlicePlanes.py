"""Views along the acquired slices, and the same place at another head."""

import numpy as np
import pytest
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.outlining.origin import HEAD_FROM_BASELINE, HEAD_FROM_CLICK, ORIGIN_TAG, OutlineOrigin

pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.readingmode import BLINDED, NOT_HIDDEN, OPEN, noteReading, readingOf
from ONVolumetryLib.mrml.sliceplanes import (
    acquisitionAxes,
    onNearestSlice,
    poseAtOtherHead,
    poseAtSamePlace,
    shownSlice,
    slicePose,
)


def gridOf(axes, spacingMm=(0.6, 0.6, 4.0)) -> GridGeometry:
    matrix = np.eye(4)
    matrix[:3, :3] = np.asarray(axes, dtype=float).T @ np.diag(spacingMm)
    matrix[:3, 3] = (5.0, -7.0, 11.0)
    return GridGeometry((100, 100, 20), matrix)


@pytest.mark.parametrize("axes, right, up", [
    # I, J, K of the volume; then what must point to the right and up on the screen.
    ([(-1, 0, 0), (0, -1, 0), (0, 0, 1)], (-1, 0, 0), (0, 1, 0)),
    ([(-1, 0, 0), (0, 0, -1), (0, 1, 0)], (-1, 0, 0), (0, 0, 1)),
    ([(0, -1, 0), (0, 0, -1), (-1, 0, 0)], (0, -1, 0), (0, 0, 1)),
])
def testScreenIsOrientedAsRadiologistsLookAtPatients(axes, right, up):
    found = acquisitionAxes(gridOf(axes))
    assert found[:, 0] == pytest.approx(np.array(right))
    assert found[:, 1] == pytest.approx(np.array(up))
    assert abs(found[:, 2] @ np.array(axes[2])) == pytest.approx(1.0)


def testObliqueSlicesAreShownAsAcquired(obliqueMasks):
    grid = obliqueMasks[0].grid
    found = acquisitionAxes(grid)
    assert abs(found[:, 2] @ grid.axisDirections[:, 2]) == pytest.approx(1.0)
    assert found.T @ found == pytest.approx(np.eye(3), abs=1e-9)


def testShownSliceIsTheNearestOfThoseThatTheViewIsAlong(obliqueMasks):
    grid = obliqueMasks[0].grid
    for axis in range(3):
        axes = acquisitionAxes(grid, axis)
        place = np.array([40.0, 40.0, 10.0])
        place[axis] = 7.4
        assert shownSlice(slicePose(axes, grid.toRas(place)), grid, axis) == 7
        assert shownSlice(slicePose(axes[:, [0, 2, 1]], grid.toRas(place)), grid, axis) is None


def testNearestSlice():
    grid = gridOf([(-1, 0, 0), (0, -1, 0), (0, 0, 1)])
    pose = slicePose(acquisitionAxes(grid), (1.0, 2.0, 11.0 + 4.0 * 3 + 1.9))
    moved = onNearestSlice(pose, grid)
    assert moved[:3, 3] == pytest.approx((1.0, 2.0, 11.0 + 4.0 * 3))
    assert onNearestSlice(slicePose(acquisitionAxes(grid), (0.0, 0.0, 500.0)), grid)[2, 3] == pytest.approx(87.0)
    turned = slicePose(np.roll(acquisitionAxes(grid), 1, axis=1), (1.0, 2.0, 3.3))
    assert np.array_equal(onNearestSlice(turned, grid), turned)


def testSamePlaceAtAnotherHead(obliqueMasks):
    axes = acquisitionAxes(gridOf([(-1, 0, 0), (0, -1, 0), (0, 0, 1)]))
    other = acquisitionAxes(obliqueMasks[0].grid)
    pose = slicePose(axes, (10.0, 20.0, 30.0) + axes @ [3.0, 4.0, 5.0])
    found = poseAtOtherHead(pose, (10.0, 20.0, 30.0), other, (-1.0, -2.0, -3.0))
    assert found[:3, :3] == pytest.approx(other)
    assert other.T @ (found[:3, 3] - (-1.0, -2.0, -3.0)) == pytest.approx((3.0, 4.0, 5.0))


def testOneEditInSightOfOtherOutlinesMakesTheReadingOpen(drawnHip):
    assert readingOf(drawnHip.node) is None
    noteReading(drawnHip.node, BLINDED)
    assert readingOf(drawnHip.node) == "blinded"
    noteReading(drawnHip.node, OPEN)
    for reading in (BLINDED, NOT_HIDDEN):
        noteReading(drawnHip.node, reading)
        assert readingOf(drawnHip.node) == "open"


def testOneEditThatHidNothingIsNeitherBlindedNorOpen(drawnHip):
    for reading in (BLINDED, NOT_HIDDEN, BLINDED):
        noteReading(drawnHip.node, reading)
    assert readingOf(drawnHip.node) is None


def testHeadFromTheBaselineIsNeverBlinded(drawnHip):
    noteReading(drawnHip.node, BLINDED)
    head = drawnHip.node.GetSegmentation().GetSegment(drawnHip.headId)
    head.SetTag(ORIGIN_TAG, OutlineOrigin(HEAD_FROM_CLICK).asText())
    assert readingOf(drawnHip.node) == "blinded"
    head.SetTag(ORIGIN_TAG, OutlineOrigin(HEAD_FROM_BASELINE, {"baseline": "preop"}).asText())
    assert readingOf(drawnHip.node) == "open"


def testSamePlaceIsCarriedByTheTransformAndKeepsTheOtherAxes():
    grid = gridOf([(-1, 0, 0), (0, -1, 0), (0, 0, 1)])
    axes, otherAxes = acquisitionAxes(grid), acquisitionAxes(gridOf([(-1, 0, 0), (0, 0, -1), (0, 1, 0)]))
    toOther = np.eye(4)
    toOther[:3, :3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    toOther[:3, 3] = (1.0, 2.0, 3.0)
    pose = poseAtSamePlace(slicePose(axes, (10.0, 20.0, 30.0)), toOther, otherAxes)
    assert pose[:3, 3] == pytest.approx(np.array([-19.0, 12.0, 33.0]))
    assert pose[:3, :3] == pytest.approx(otherAxes)
