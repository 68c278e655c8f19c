"""A segment that is moved onto other slices keeps its place and size."""

import numpy as np
import pytest
from ONVolumetryLib.core.errors import SegmentError
from ONVolumetryLib.core.geometry import sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.movedsegment import movedSegment
from ONVolumetryLib.core.registration.rigid import applyTo, rigidMatrix

MOVE = rigidMatrix(np.radians([12.0, -8.0, 5.0]), [7.0, -4.0, 9.0], np.array([3.0, 2.0, 1.0]))


@pytest.mark.parametrize("spacing", [(0.8, 0.8, 4.0), (0.7, 5.0, 0.7), (1.0, 1.0, 1.0)])
def testMovedBallKeepsPlaceAndVolume(shapes, spacing):
    source = shapes.gridAround(30.0)
    target = shapes.gridAround(34.0, spacing, shapes.rotationOf([0.1, 0.2, -0.1]), applyTo(MOVE, np.zeros(3)))
    center = np.array([0.3, -0.2, 1.3])
    mask = shapes.maskOf(shapes.ball(20.0, center), source)
    moved = movedSegment(mask, sliceStackOfGrid(source), MOVE, target)
    assert moved.grid is target
    assert np.allclose(moved.pointsRas().mean(axis=0), applyTo(MOVE, center), atol=0.3)
    volume = moved.voxelCount * target.voxelVolumeMm3
    assert volume == pytest.approx(4 / 3 * np.pi * 20.0 ** 3, rel=0.02)


def testPartOutsideTheGridIsLeftOutAndNothingLeftIsRefused(shapes):
    source = shapes.gridAround(30.0)
    mask = shapes.maskOf(shapes.ball(20.0), source)
    half = shapes.gridAround(20.0, shiftMm=(20.0, 0.0, 0.0))
    moved = movedSegment(mask, sliceStackOfGrid(source), np.eye(4), half)
    assert 0.4 * mask.voxelCount < moved.voxelCount < 0.6 * mask.voxelCount
    with pytest.raises(SegmentError, match="outside"):
        movedSegment(mask, sliceStackOfGrid(source), np.eye(4), shapes.gridAround(20.0, shiftMm=(90.0, 0.0, 0.0)))


def testEmptySegmentIsRefused(shapes):
    grid = shapes.gridAround(30.0)
    with pytest.raises(SegmentError, match="no outline"):
        movedSegment(Mask.fromArray(np.zeros(grid.shapeKji), grid), sliceStackOfGrid(grid), np.eye(4), grid)
