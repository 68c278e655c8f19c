"""Display surfaces: smooth, closed, of the measured volume, and where the body is."""

import numpy as np
import pytest

pytest.importorskip("vtkmodules", reason="vtk is not installed")

from ONVolumetryLib.core.errors import SegmentError
from ONVolumetryLib.core.geometry import GridGeometry, SliceStack, sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.volume import voxelSummation
from ONVolumetryLib.scene3d.mesh import openEdgeCount, vtkVolumeMm3
from ONVolumetryLib.scene3d.smoothfield import fieldOfMask
from ONVolumetryLib.scene3d.surfaces import displaySurface, fieldAtVolume, isosurface

CENTER = np.array([20.0, -35.0, 12.0])


def grid(spacing, axis: int = 2, turnDegrees: float = 0.0, phase: float = 0.0, isMirrored: bool = False):
    """A grid about CENTER whose slices lie across one of its axes."""
    turn = np.radians(turnDegrees)
    directions = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    directions = np.roll(directions, axis - 2, axis=1)
    if isMirrored:
        directions[:, 0] *= -1
    steps = np.full(3, spacing[0])
    steps[axis] = spacing[1]
    size = np.ceil(64.0 / steps).astype(int)
    matrix = np.eye(4)
    matrix[:3, :3] = directions * steps
    start = -0.5 * (size - 1.0)
    start[axis] += phase
    matrix[:3, 3] = CENTER + matrix[:3, :3] @ start
    return GridGeometry(tuple(size), matrix)


def bodyMask(geometry: GridGeometry, isInside) -> Mask:
    points = geometry.toRas(np.moveaxis(np.indices(geometry.shapeKji), 0, -1)[..., ::-1])
    return Mask.fromArray(isInside(points - CENTER), geometry)


def ball(radius: float):
    return lambda points: np.linalg.norm(points, axis=-1) < radius


def cap(points):
    """A lens under the top of a ball of 24 mm, like a lesion."""
    return (np.linalg.norm(points, axis=-1) < 24) & (points @ np.array([0.36, 0.48, 0.8]) > 11)


@pytest.mark.parametrize("spacing, axis, turn, isMirrored", [
    ((0.6, 4.0), 2, 0.0, False), ((0.9, 5.2), 1, 12.0, False), ((0.6, 3.0), 0, -7.0, True), ((1.0, 1.0), 2, 0.0, True)])
@pytest.mark.parametrize("isInside", [ball(12.0), ball(8.5), cap], ids=["ball 12", "ball 8.5", "cap"])
def testSurfaceHoldsTheVolumeAndIsClosed(spacing, axis, turn, isMirrored, isInside):
    mask = bodyMask(grid(spacing, axis, turn, 0.3, isMirrored), isInside)
    surface = displaySurface(mask, sliceStackOfGrid(mask.grid))
    assert surface.targetMm3 == voxelSummation(mask)
    assert vtkVolumeMm3(surface.mesh) == pytest.approx(voxelSummation(mask), rel=0.02)
    assert surface.mesh.volumeMm3 == pytest.approx(vtkVolumeMm3(surface.mesh), rel=1e-4)
    assert abs(surface.driftPercent) < 2
    assert surface.mesh.isWatertight
    assert openEdgeCount(surface.mesh) == 0


@pytest.mark.parametrize("phase", [0.0, 0.25, 0.5])
def testBallOfThickSlicesIsRound(phase):
    mask = bodyMask(grid((0.6, 4.0), 2, 10.0, phase), ball(14.0))
    mesh = displaySurface(mask, sliceStackOfGrid(mask.grid)).mesh
    radii = np.linalg.norm(mesh.points - CENTER, axis=1)
    # Voxel faces would be up to 3.3 mm off.
    assert np.sqrt(np.mean((radii - 14.0) ** 2)) < 0.45
    assert np.max(np.abs(radii - 14.0)) < 1.6
    assert np.linalg.norm(mesh.points.mean(axis=0) - CENTER) < 0.6


def testNormalsPointOutward():
    mask = bodyMask(grid((0.6, 4.0), isMirrored=True), ball(14.0))
    mesh = displaySurface(mask, sliceStackOfGrid(mask.grid)).mesh
    outward = np.einsum("ij,ij->i", mesh.normals(), mesh.points - CENTER)
    assert np.mean(outward > 0) > 0.999


def testFlatFaceStaysFlat():
    """A body cut parallel to the slices does not grow a dome."""
    geometry = grid((0.6, 4.0), phase=0.5)
    mask = bodyMask(geometry, lambda points: (np.linalg.norm(points[..., :2], axis=-1) < 12)
                    & (np.abs(points[..., 2]) < 10))
    mesh = displaySurface(mask, sliceStackOfGrid(geometry)).mesh
    heights = (mesh.points - CENTER)[:, 2]
    middle = np.linalg.norm((mesh.points - CENTER)[:, :2], axis=1) < 7
    assert np.ptp(heights[middle & (heights > 0)]) < 1.0
    assert np.max(heights) == pytest.approx(10, abs=1.2)


def testSeparatePartsStaySeparateAndOneSliceIsShown():
    geometry = grid((0.6, 4.0))
    both = bodyMask(geometry, lambda points: (np.linalg.norm(points - np.array([0, 0, 13]), axis=-1) < 8)
                    | (np.linalg.norm(points - np.array([0, 0, -13]), axis=-1) < 8))
    mesh = displaySurface(both, sliceStackOfGrid(geometry)).mesh
    assert np.min(np.abs((mesh.points - CENTER)[:, 2])) > 1.5
    voxels = np.zeros(geometry.shapeKji, dtype=bool)
    voxels[8, 40:60, 40:60] = True
    single = Mask.fromArray(voxels, geometry)
    surface = displaySurface(single, sliceStackOfGrid(geometry))
    assert surface.mesh.isWatertight
    assert abs(surface.driftPercent) < 2


def testSegmentationFinerThanItsSlicesIsSmoothed():
    geometry = grid((0.6, 1.0))
    coarse = bodyMask(grid((0.6, 4.0)), ball(14.0))
    sampled = np.round(coarse.grid.toIjk(geometry.toRas(
        np.moveaxis(np.indices(geometry.shapeKji), 0, -1)[..., ::-1]))).astype(int)
    full = coarse.fullArray()
    sampled = np.clip(sampled, 0, np.array(full.shape[::-1]) - 1)
    fine = Mask.fromArray(full[sampled[..., 2], sampled[..., 1], sampled[..., 0]], geometry)
    mesh = displaySurface(fine, SliceStack(2, 4.0, "of the image")).mesh
    assert mesh.isWatertight
    assert np.std(np.linalg.norm(mesh.points - CENTER, axis=1)) < 1.0


def testVolumeFollowsTheTargetWithinACeiling():
    mask = bodyMask(grid((0.6, 4.0)), ball(12.0))
    field = fieldOfMask(mask, sliceStackOfGrid(mask.grid))
    middle = CENTER + np.array([0, 0, 5])
    points = field.geometry.toRas(np.moveaxis(np.indices(field.geometry.shapeKji), 0, -1)[..., ::-1])
    ceiling = 9.0 - np.linalg.norm(points - middle, axis=-1)
    for target in (500.0, 1500.0, 2500.0):
        mesh = isosurface(fieldAtVolume(field, target, ceiling.astype(np.float32)))
        assert mesh.volumeMm3 == pytest.approx(target, rel=0.01)
        assert np.max(np.linalg.norm(mesh.points - middle, axis=1)) < 9.05


def testEmptySegmentIsRefused():
    geometry = grid((0.6, 4.0))
    with pytest.raises(SegmentError, match="empty"):
        fieldOfMask(Mask.fromArray(np.zeros(geometry.shapeKji), geometry), sliceStackOfGrid(geometry))
