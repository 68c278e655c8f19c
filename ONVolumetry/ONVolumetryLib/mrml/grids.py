"""Voxel grids of MRML volumes and of the layers of a segmentation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import GeometryError, SegmentError
from ..core.geometry import GridGeometry
from .worldtransforms import arrayOfMatrix, rigidToWorld

LATTICE_TOLERANCE_VOXELS = 1e-3


@dataclass(frozen=True, eq=False)
class LabelBox:
    """Voxels of an oriented image, whose indices need not start at 0.

    :param startIjk: index of the first voxel.
    :param sizeIjk: number of voxels along I, J, K.
    :param indexToRas: 4x4 from these indices to the RAS of the node, mm.
    """

    startIjk: np.ndarray
    sizeIjk: np.ndarray
    indexToRas: np.ndarray

    @classmethod
    def ofImage(cls, image) -> LabelBox:
        """Box of a vtkOrientedImageData."""
        import vtk

        matrix = vtk.vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        extent = np.array(image.GetExtent()).reshape(3, 2)
        return cls(extent[:, 0], np.maximum(extent[:, 1] - extent[:, 0] + 1, 0), arrayOfMatrix(matrix))

    @property
    def isEmpty(self) -> bool:
        return bool(np.any(self.sizeIjk == 0))

    def shiftTo(self, other: LabelBox) -> np.ndarray | None:
        """Whole voxels to add to this box's indices to get the other lattice's; None where the lattices differ."""
        try:
            between = np.linalg.inv(other.indexToRas) @ self.indexToRas
        except np.linalg.LinAlgError as error:
            raise GeometryError("the voxel spacing is zero; import the segmentation again") from error
        shift = np.round(between[:3, 3])
        ends = np.array([self.startIjk, self.startIjk + self.sizeIjk])
        corners = np.array(np.meshgrid(*ends.T, indexing="ij")).reshape(3, -1).T
        misplaced = corners @ between[:3, :3].T + between[:3, 3] - corners - shift
        if np.max(np.abs(misplaced)) > LATTICE_TOLERANCE_VOXELS:
            return None
        return shift.astype(int)


def volumeGrid(volumeNode) -> GridGeometry:
    """Grid of a scalar volume in the world. Slicer loads a series so that its third axis goes across the slices.

    :raises GeometryError: the volume has no voxels, a sheared grid, or a parent transform that is not rigid.
    """
    import vtk

    data = volumeNode.GetImageData()
    if data is None or data.GetNumberOfPoints() == 0:
        raise GeometryError(f'the volume "{volumeNode.GetName()}" is empty; load it again or choose another one')
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    return GridGeometry(data.GetDimensions(), rigidToWorld(volumeNode) @ arrayOfMatrix(matrix))


def volumeVoxels(node) -> np.ndarray:
    """Voxels of a scalar volume as a view in KJI order."""
    from vtk.util.numpy_support import vtk_to_numpy

    data = node.GetImageData()
    return vtk_to_numpy(data.GetPointData().GetScalars()).reshape(data.GetDimensions()[::-1])


def commonBox(reference: LabelBox | None, boxes: list[tuple[str, LabelBox]]) -> LabelBox:
    """The smallest box that holds the reference and all boxes, on one lattice.

    :param reference: grid that the segmentation was drawn on, or None; left out where the segments lie on another
        lattice.
    :param boxes: name of a segment and the box of its layer; not empty.
    :raises SegmentError: the segments lie on different lattices.
    """
    base = boxes[0][1]
    starts, ends = [base.startIjk], [base.startIjk + base.sizeIjk]
    for name, box in boxes[1:]:
        shift = box.shiftTo(base)
        if shift is None:
            raise SegmentError(f'the segments "{boxes[0][0]}" and "{name}" lie on different voxel grids; in the '
                               "Segment Editor, use Specify geometry with resampling to bring them to one grid")
        starts.append(box.startIjk + shift)
        ends.append(box.startIjk + shift + box.sizeIjk)
    shift = None if reference is None or reference.isEmpty else reference.shiftTo(base)
    if shift is not None:
        starts.append(reference.startIjk + shift)
        ends.append(reference.startIjk + shift + reference.sizeIjk)
    start = np.min(starts, axis=0)
    return LabelBox(start, np.max(ends, axis=0) - start, base.indexToRas)
