"""Triangle meshes in patient coordinates, to and from VTK."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkFeatureEdges, vtkMassProperties, vtkPolyDataNormals


@dataclass(frozen=True, eq=False)
class Mesh:
    """A surface of triangles, seen counter-clockwise from outside.

    :param points: (n, 3) float32, RAS in mm.
    :param triangles: (m, 3) int32 indices of points.
    """

    points: np.ndarray
    triangles: np.ndarray

    @property
    def isEmpty(self) -> bool:
        return len(self.triangles) == 0

    @property
    def volumeMm3(self) -> float:
        """Enclosed volume by the divergence theorem; that of vtkMassProperties to rounding."""
        if self.isEmpty:
            return 0.0
        origin = self.points.mean(axis=0, dtype=float)
        first, second, third = np.moveaxis((self.points - origin)[self.triangles], 1, 0)
        return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6.0)

    @property
    def isWatertight(self) -> bool:
        """Whether every edge belongs to exactly two triangles."""
        edges = np.sort(self.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        keys = edges[:, 0].astype(np.int64) * (len(self.points) + 1) + edges[:, 1]
        return bool(np.all(np.unique(keys, return_counts=True)[1] == 2))

    def moved(self, matrix) -> Mesh:
        """The mesh carried by a rigid 4x4."""
        matrix = np.asarray(matrix, dtype=float)
        return Mesh((self.points @ matrix[:3, :3].T + matrix[:3, 3]).astype(np.float32), self.triangles)

    def normals(self) -> np.ndarray:
        """Unit normals at the points, outward, (n, 3) float32."""
        filter_ = vtkPolyDataNormals()
        filter_.SetInputData(polyDataOf(self))
        filter_.SplittingOff()
        filter_.ConsistencyOff()
        filter_.Update()
        return vtk_to_numpy(filter_.GetOutput().GetPointData().GetNormals()).astype(np.float32)


EMPTY_MESH = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))


def polyDataOf(mesh: Mesh) -> vtkPolyData:
    """The mesh as vtkPolyData (its own copy of the numbers)."""
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(mesh.points, dtype=np.float32), deep=True))
    cells = vtkCellArray()
    offsets = np.arange(0, 3 * len(mesh.triangles) + 1, 3, dtype=np.int64)
    cells.SetData(numpy_to_vtkIdTypeArray(offsets, deep=True),
                  numpy_to_vtkIdTypeArray(np.ascontiguousarray(mesh.triangles, dtype=np.int64).ravel(), deep=True))
    data = vtkPolyData()
    data.SetPoints(points)
    data.SetPolys(cells)
    return data


def meshOf(data: vtkPolyData) -> Mesh:
    """Mesh of a vtkPolyData that holds only triangles."""
    if data.GetNumberOfPolys() == 0:
        return EMPTY_MESH
    points = vtk_to_numpy(data.GetPoints().GetData()).astype(np.float32)
    triangles = vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int32)
    return Mesh(points, triangles)


def vtkVolumeMm3(mesh: Mesh) -> float:
    """Enclosed volume as vtkMassProperties computes it."""
    properties = vtkMassProperties()
    properties.SetInputData(polyDataOf(mesh))
    return float(properties.GetVolume())


def openEdgeCount(mesh: Mesh) -> int:
    """Edges that belong to one triangle or to more than two, as vtkFeatureEdges counts them."""
    edges = vtkFeatureEdges()
    edges.SetInputData(polyDataOf(mesh))
    edges.FeatureEdgesOff()
    edges.ManifoldEdgesOff()
    edges.BoundaryEdgesOn()
    edges.NonManifoldEdgesOn()
    edges.Update()
    return int(edges.GetOutput().GetNumberOfCells())
