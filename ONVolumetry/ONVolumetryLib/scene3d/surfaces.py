"""Surfaces to be looked at: smooth, closed, and of the volume that was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkQuadricDecimation

from ..core.geometry import GridGeometry, SliceStack
from ..core.mask import Mask
from ..core.volume import voxelSummation
from .mesh import EMPTY_MESH, Mesh, meshOf, polyDataOf
from .smoothfield import SmoothField, fieldOfMask

DISPLAY_TRIANGLES = 6000
LEVEL_STEPS = 6
LEAST_MOVING_SHARE = 0.1
# Values below this are too far outside for the wanted level, unless the segment grows very much.
NEAR_MM = -2.0
# A lesion at the head's surface is drawn this far below it, so that the two do not flicker through each other.
SKIN_MM = 0.35


@dataclass(frozen=True, eq=False)
class DisplaySurface:
    """A surface with its own check.

    :param mesh: the surface.
    :param targetMm3: volume that it should enclose.
    """

    mesh: Mesh
    targetMm3: float

    @property
    def driftPercent(self) -> float:
        """Deviation of the enclosed volume from the measured one."""
        return 100.0 * (self.mesh.volumeMm3 / self.targetMm3 - 1.0)


def displaySurface(mask: Mask, stack: SliceStack, triangles: int = DISPLAY_TRIANGLES) -> DisplaySurface:
    """The surface of a segment as it is shown.

    :param stack: slice axis and pitch of the segment's grid.
    :param triangles: to reduce it to, about.
    :raises SegmentError: the segment is empty.
    """
    target = voxelSummation(mask)
    return surfaceOfField(fieldAtVolume(fieldOfMask(mask, stack), target), target, triangles)


def surfaceOfField(field: SmoothField, targetMm3: float, triangles: int = DISPLAY_TRIANGLES) -> DisplaySurface:
    """The surface where a field is zero, reduced for display."""
    return DisplaySurface(decimated(isosurface(field), triangles), targetMm3)


def fieldAtVolume(field: SmoothField, targetMm3: float, ceiling: np.ndarray | None = None) -> SmoothField:
    """The field shifted so that its zero surface encloses a volume.

    :param ceiling: values that the shifted field may not exceed (such as those of the head around a lesion).
    """
    def shifted(level: float) -> SmoothField:
        values = field.values - np.float32(level)
        return SmoothField(values if ceiling is None else np.minimum(values, ceiling), field.geometry)

    limited = field.values if ceiling is None else field.values[ceiling > 0]
    level = levelOfVolume(limited, targetMm3 / field.voxelVolumeMm3)
    last = None
    for _ in range(LEVEL_STEPS):
        surface = isosurface(shifted(level))
        excess = surface.volumeMm3 - targetMm3
        if abs(excess) < 1e-3 * targetMm3 or surface.isEmpty:
            break
        # The volume changes with the level by the surface's area, as the field's slope is about 1; less where the
        # ceiling holds a part of it, which the step before tells.
        slope = area = areaMm2(surface)
        if last is not None and level != last[0]:
            slope = np.clip((last[1] - excess) / (level - last[0]), LEAST_MOVING_SHARE * area, 2.0 * area)
        last = level, excess
        level += excess / slope
    return shifted(level)


def levelOfVolume(values: np.ndarray, count: float) -> float:
    """Level above which a number of the values lie."""
    flat = values[values > NEAR_MM]
    if flat.size < count:
        flat = values.ravel()
    index = int(np.clip(flat.size - round(count), 0, flat.size - 1))
    return float(np.partition(flat, index)[index])


def areaMm2(mesh: Mesh) -> float:
    """Area of a mesh in mm2."""
    first, second, third = np.moveaxis(mesh.points[mesh.triangles], 1, 0)
    return float(np.sum(np.linalg.norm(np.cross(second - first, third - first), axis=1)) / 2.0)


def isosurface(field: SmoothField) -> Mesh:
    """The closed surface where a field is zero, in RAS; the field is taken as negative at the border of its grid."""
    values = np.pad(field.values, 1, constant_values=-1.0)
    image = vtkImageData()
    image.SetDimensions(*values.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(values.ravel(), deep=False))
    contour = vtkFlyingEdges3D()
    contour.SetInputData(image)
    contour.ComputeNormalsOff()
    contour.ComputeGradientsOff()
    contour.ComputeScalarsOff()
    contour.SetValue(0, 0.0)
    contour.Update()
    mesh = meshOf(contour.GetOutput())
    if mesh.isEmpty:
        return EMPTY_MESH
    points = field.geometry.toRas(mesh.points - 1.0).astype(np.float32)
    found = Mesh(points, mesh.triangles)
    return found if found.volumeMm3 > 0 else Mesh(points, mesh.triangles[:, ::-1].copy())


def coarser(field: SmoothField, targetMm3: float) -> SmoothField:
    """The field on every second voxel, its zero surface still enclosing the volume: enough for a large round body."""
    return fieldAtVolume(halved(field), targetMm3)


def halved(field: SmoothField) -> SmoothField:
    """Every second voxel of a field."""
    matrix = np.array(field.geometry.ijkToRas)
    matrix[:3, :3] *= 2.0
    values = np.ascontiguousarray(field.values[::2, ::2, ::2])
    return SmoothField(values, GridGeometry(values.shape[::-1], matrix))


def decimated(mesh: Mesh, triangles: int) -> Mesh:
    """The mesh with fewer triangles, its volume kept; as it was where that would open it."""
    if len(mesh.triangles) <= triangles:
        return mesh
    reduction = vtkQuadricDecimation()
    reduction.SetInputData(polyDataOf(mesh))
    reduction.SetTargetReduction(1.0 - triangles / len(mesh.triangles))
    reduction.VolumePreservationOn()
    reduction.Update()
    reduced = meshOf(reduction.GetOutput())
    return reduced if reduced.isWatertight else mesh
