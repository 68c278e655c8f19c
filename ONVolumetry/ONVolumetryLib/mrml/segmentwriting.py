"""Masks to segments of a segmentation node."""

from __future__ import annotations

import numpy as np

from ..core.geometry import GridGeometry
from ..core.mask import Mask
from ..core.outlining.origin import ORIGIN_TAG
from ..files.segment import Segment
from ..files.segnrrd import STATUS_TAG, TERMINOLOGY_TAG


def addSegment(segmentationNode, segment: Segment) -> str:
    """Add a segment with its voxels, name, color, code and status.

    :param segmentationNode: vtkMRMLSegmentationNode; its parent transform is not applied.
    :param segment: mask in the RAS of the node; an empty mask makes an empty segment.
    :return: ID of the new segment.
    """
    import slicer

    vtkSegment = slicer.vtkSegment()
    vtkSegment.SetName(segment.name)
    vtkSegment.SetColor(*segment.colorRgb)
    for tag, value in ((STATUS_TAG, segment.status), (TERMINOLOGY_TAG, segment.terminologyEntry),
                       (ORIGIN_TAG, segment.origin)):
        if value:
            vtkSegment.SetTag(tag, value)
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    vtkSegment.AddRepresentation(name, labelImage(segment.mask))
    segmentation = segmentationNode.GetSegmentation()
    segmentId = segmentation.GenerateUniqueSegmentID(segment.identifier or segment.name)
    segmentation.AddSegment(vtkSegment, segmentId)
    return segmentId


def setReferenceGrid(segmentationNode, grid: GridGeometry):
    """State the grid on which a segmentation is drawn.

    :param grid: in the RAS of the node.
    """
    import slicer

    image = slicer.vtkOrientedImageData()
    image.SetExtent(*_extent((0, 0, 0), grid.sizeIjk))
    image.SetImageToWorldMatrix(vtkMatrix(grid.ijkToRas))
    converter = slicer.vtkSegmentationConverter
    segmentationNode.GetSegmentation().SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(), converter.SerializeImageGeometry(image))


def labelImage(mask: Mask):
    """A vtkOrientedImageData of label 1 that covers the bounding box of a mask."""
    import slicer
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    image = slicer.vtkOrientedImageData()
    image.SetExtent(*_extent(mask.offsetIjk, mask.voxels.shape[::-1]))
    scalars = numpy_to_vtk(mask.voxels.astype(np.uint8).ravel(), deep=True, array_type=vtk.VTK_UNSIGNED_CHAR)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)
    image.SetImageToWorldMatrix(vtkMatrix(mask.grid.ijkToRas))
    return image


def vtkMatrix(array: np.ndarray):
    """A 4x4 array as a vtkMatrix4x4."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy([float(value) for value in np.asarray(array).ravel()])
    return matrix


def _extent(startIjk, sizeIjk) -> list[int]:
    return [int(value) for start, size in zip(startIjk, sizeIjk) for value in (start, start + size - 1)]
