"""Segments of a segmentation node as masks in the world's RAS."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.errors import SegmentError
from ..core.geometry import GridGeometry
from ..core.mask import Mask
from ..core.outlining.origin import ORIGIN_TAG
from ..files.labels import emptyMask, masksOfLabels
from ..files.segment import Segment, Segmentation
from ..files.segnrrd import STATUS_TAG, TERMINOLOGY_TAG
from .grids import LabelBox, commonBox
from .worldtransforms import rigidToWorld


def readSegments(segmentationNode, segmentIds: Sequence[str]) -> Segmentation:
    """Read some segments, hidden or not, on one grid.

    Layers that several segments share are taken apart, cropped layers are put in their place, and a rigid parent
    transform is applied to the grid. No voxel is resampled.

    :param segmentationNode: vtkMRMLSegmentationNode.
    :param segmentIds: segment IDs; the result keeps their order.
    :return: segments on the grid that the segmentation was drawn on (widened where a segment reaches beyond it).
    :raises SegmentError: a segment is not there, has no voxels to count, or lies on another grid than the first.
    :raises GeometryError: the parent transform is not rigid, or the grid cannot be measured.
    """
    toWorld = rigidToWorld(segmentationNode)
    segments = [(segmentId, _segment(segmentationNode, segmentId)) for segmentId in segmentIds]
    images = {segmentId: _labelImage(segmentationNode, segment) for segmentId, segment in segments}
    boxes = [(segment.GetName(), LabelBox.ofImage(images[segmentId])) for segmentId, segment in segments]
    filled = [(name, box) for name, box in boxes if not box.isEmpty]
    reference = _referenceBox(segmentationNode)
    if not filled and reference is None:
        raise SegmentError(f'the segmentation "{segmentationNode.GetName()}" has no voxel grid yet; choose its source '
                           "volume in the Segment Editor")
    whole = commonBox(reference, filled) if filled else reference
    grid = _gridInWorld(whole, toWorld)
    layers: dict[int, dict[int, Mask]] = {}
    found = []
    for (segmentId, segment), (_, box) in zip(segments, boxes):
        image = images[segmentId]
        key = id(image)
        if key not in layers:
            layers[key] = _masks(image, box, whole, grid)
        mask = layers[key].get(segment.GetLabelValue(), emptyMask(grid))
        found.append(_described(segmentId, segment, mask))
    return Segmentation(tuple(found), grid)


def describeSegments(segmentationNode) -> Segmentation:
    """All segments of a node without their voxels: what there is to choose from, at no cost."""
    grid = GridGeometry((1, 1, 1), np.eye(4))
    segmentation = segmentationNode.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(index) for index in range(segmentation.GetNumberOfSegments())]
    return Segmentation(tuple(_described(segmentId, segmentation.GetSegment(segmentId), emptyMask(grid))
                              for segmentId in ids), grid)


def segmentTag(segment, name: str) -> str:
    """Tag of a vtkSegment, "" where it has none."""
    import vtk

    value = vtk.reference("")
    return str(value) if segment.GetTag(name, value) else ""


def _segment(segmentationNode, segmentId: str):
    segmentation = segmentationNode.GetSegmentation()
    segment = segmentation.GetSegment(segmentId)
    if segment is None:
        names = [segmentation.GetNthSegment(index).GetName() for index in range(segmentation.GetNumberOfSegments())]
        raise SegmentError(f'the segment "{segmentId}" is no longer in "{segmentationNode.GetName()}"; choose one of: '
                           + (", ".join(names) or "none"))
    return segment


def _labelImage(segmentationNode, segment):
    import slicer

    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    image = segment.GetRepresentation(name)
    if image is None:
        raise SegmentError(f'the segment "{segment.GetName()}" of "{segmentationNode.GetName()}" has no voxels (a '
                           "surface or contours only); in the Segmentations module, create its binary labelmap")
    return image


def _referenceBox(segmentationNode) -> LabelBox | None:
    """Grid of the volume that the segmentation was drawn on, or None where the node does not tell."""
    import slicer

    converter = slicer.vtkSegmentationConverter
    text = segmentationNode.GetSegmentation().GetConversionParameter(
        converter.GetReferenceImageGeometryParameterName())
    image = slicer.vtkOrientedImageData()
    if not text or not converter.DeserializeImageGeometry(text, image, False):
        return None
    box = LabelBox.ofImage(image)
    return None if box.isEmpty else box


def _gridInWorld(box: LabelBox, toWorld: np.ndarray) -> GridGeometry:
    origin = np.eye(4)
    origin[:3, 3] = box.startIjk
    return GridGeometry(tuple(box.sizeIjk), toWorld @ box.indexToRas @ origin)


def _masks(image, box: LabelBox, whole: LabelBox, grid: GridGeometry) -> dict[int, Mask]:
    """Masks of all labels of one layer, by label value."""
    from vtk.util.numpy_support import vtk_to_numpy

    scalars = image.GetPointData().GetScalars()
    if box.isEmpty or scalars is None:
        return {}
    array = vtk_to_numpy(scalars).reshape(tuple(box.sizeIjk)[::-1])
    if not np.issubdtype(array.dtype, np.integer):
        array = array.astype(np.int32)
    shift = box.startIjk + box.shiftTo(whole) - whole.startIjk
    own = grid.cropped(shift, box.sizeIjk)
    return {label: Mask(mask.voxels, tuple(int(value) for value in shift + mask.offsetIjk), grid)
            for label, mask in masksOfLabels(array, own).items()}


def _described(segmentId: str, segment, mask: Mask) -> Segment:
    return Segment(
        name=segment.GetName(), mask=mask, identifier=segmentId, colorRgb=tuple(segment.GetColor()),
        status=segmentTag(segment, STATUS_TAG), terminologyEntry=segmentTag(segment, TERMINOLOGY_TAG),
        labelValue=segment.GetLabelValue(), origin=segmentTag(segment, ORIGIN_TAG),
    )
