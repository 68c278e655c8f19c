"""Replaces the voxels of one segment by a mask, wherever its layer is and whatever shares it."""

from __future__ import annotations

import numpy as np

from ..core.errors import SegmentError
from ..core.geometry import GridGeometry
from ..core.mask import Mask
from .segments import readSegments
from .segmentwriting import labelImage
from .worldtransforms import rigidToWorld


def segmentMask(segmentationNode, segmentId: str) -> Mask:
    """One segment in the world's RAS, on the grid that the segmentation is drawn on.

    :raises ONVolumetryError: the segment is not there or cannot be measured.
    """
    return readSegments(segmentationNode, [segmentId]).segments[0].mask


def replaceVoxels(segmentationNode, segmentId: str, mask: Mask):
    """Let a segment consist of the voxels of a mask; other segments stay as they are.

    :param mask: in the world's RAS; a rigid parent transform of the node is undone.
    :raises GeometryError: the parent transform is not rigid.
    :raises SegmentError: Slicer refuses the voxels.
    """
    import slicer

    grid = GridGeometry(mask.grid.sizeIjk, np.linalg.inv(rigidToWorld(segmentationNode)) @ mask.grid.ijkToRas)
    segmentation = segmentationNode.GetSegmentation()
    # A layer that holds several segments would keep the voxels that this one gives up.
    segmentation.SeparateSegmentLabelmap(segmentId)
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    image = labelImage(Mask(mask.voxels, mask.offsetIjk, grid))
    if not logic.SetBinaryLabelmapToSegment(image, segmentationNode, segmentId, logic.MODE_REPLACE):
        name = segmentation.GetSegment(segmentId).GetName()
        raise SegmentError(f'the voxels of "{name}" could not be written; check that its segmentation is not locked')
