"""A follow-up laid on the baseline for looking: copies for display that nobody edits and no scene is saved with."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..core.registration.boxes import boxAround
from ..files.segment import Segment
from ..files.volumeimage import VolumeImage
from .caseopening import fillVolume
from .grids import volumeGrid, volumeVoxels
from .hipnodes import VisitNodes
from .segments import readSegments
from .segmentwriting import addSegment, setReferenceGrid, vtkMatrix

COPY_ATTRIBUTE = "ONVolumetry.displayCopy"
OUTLINE_COLOR = (0.34, 0.71, 0.91)
TILE_MM, HALF_WIDTH_MM = 18.0, 90.0
# Shares of the voxels whose brightness is matched between the two scans.
PERCENTILES = (5.0, 95.0)


def addVolumeCopy(scene, volume, transformNode):
    """A second node for the voxels of a volume, under a transform; the voxels themselves are not copied.

    :param transformNode: vtkMRMLLinearTransformNode, or None to show the volume where it lies.
    :return: vtkMRMLScalarVolumeNode.
    """
    node = _addCopy(scene, "vtkMRMLScalarVolumeNode", f"{volume.GetName()} on the baseline")
    node.SetAndObserveImageData(volume.GetImageData())
    node.SetIJKToRASMatrix(vtkMatrix(volumeGrid(volume).ijkToRas))
    _showLike(node, volume)
    setTransform(node, transformNode)
    return node


def addOutlineCopy(scene, visit: VisitNodes, transformNode, colorRgb=None):
    """The outlines of a visit as lines that leave the image to be seen, under a transform.

    :param visit: with a segmentation.
    :param transformNode: vtkMRMLLinearTransformNode, or None to show them where they lie.
    :param colorRgb: of the lines; each segment's own where None.
    :return: vtkMRMLSegmentationNode.
    """
    ids = [segmentId for segmentId in (visit.headSegmentId, visit.lesionSegmentId) if segmentId]
    read = readSegments(visit.segmentation, ids)
    # The subject hierarchy fails on segmentations that are hidden from editors.
    node = _addCopy(scene, "vtkMRMLSegmentationNode", f"{visit.segmentation.GetName()} on the baseline", False)
    node.CreateDefaultDisplayNodes()
    setReferenceGrid(node, read.grid)
    for segment in read.segments:
        addSegment(node, Segment(segment.name, segment.mask, segment.name, colorRgb or segment.colorRgb))
    display = node.GetDisplayNode()
    display.SetSaveWithScene(False)
    display.SetVisibility2DFill(False)
    display.SetVisibility3D(False)
    setTransform(node, transformNode)
    return node


def setTransform(node, transformNode):
    """Put a copy under a transform, or (None) where the original lies."""
    wanted = None if transformNode is None else transformNode.GetID()
    if node.GetTransformNodeID() != wanted:
        node.SetAndObserveTransformNodeID(wanted)


def checkerboard(baseline, followup, toBaseline: np.ndarray, centerRas) -> VolumeImage:
    """Tiles of the baseline and of the follow-up in turn, around a point, on the baseline's grid.

    The follow-up's brightness is stretched to the baseline's, since scanners differ.

    :param baseline: vtkMRMLScalarVolumeNode.
    :param followup: likewise.
    :param toBaseline: 4x4 from follow-up to baseline, world's RAS in mm.
    """
    grid, voxels = volumeGrid(baseline), volumeVoxels(baseline)
    corners = grid.toIjk(boxAround(centerRas, HALF_WIDTH_MM, 10.0).cornersRas())
    size = np.array(grid.sizeIjk)
    low = np.clip(np.floor(corners.min(axis=0)), 0, size - 1).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), low + 1, size).astype(int)
    field = grid.cropped(low, high - low)
    box = tuple(slice(start, end) for start, end in zip(low[::-1], high[::-1]))
    first = np.array(voxels[box], dtype=np.float32)
    matrix = np.linalg.inv(toBaseline @ volumeGrid(followup).ijkToRas) @ field.ijkToRas
    second = ndimage.affine_transform(np.asarray(volumeVoxels(followup), dtype=np.float32), matrix[2::-1, 2::-1],
                                      matrix[2::-1, 3], field.shapeKji, order=1, cval=np.nan)
    isCovered = np.isfinite(second)
    isFollowup = _tiles(field) & isCovered
    if isCovered.any():
        first[isFollowup] = _stretched(second, first, isCovered)[isFollowup]
    return VolumeImage(first, field)


def addCheckerboard(scene, image: VolumeImage, like):
    """Show a checkerboard as a volume.

    :param like: vtkMRMLScalarVolumeNode whose window and level are taken.
    """
    node = _addCopy(scene, "vtkMRMLScalarVolumeNode", "Checkerboard")
    fillVolume(node, image)
    _showLike(node, like)
    return node


def copiesOf(scene) -> list:
    """All copies for display in a scene."""
    return [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())
            if scene.GetNthNode(index).GetAttribute(COPY_ATTRIBUTE)]


def removeCopies(scene):
    """Take all copies for display out of a scene."""
    for node in copiesOf(scene):
        displays = [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]
        for part in (*displays, node):
            scene.RemoveNode(part)


def _addCopy(scene, className: str, name: str, isHidden: bool = True):
    node = scene.CreateNodeByClass(className)
    node.UnRegister(None)
    node.SetName(scene.GenerateUniqueName(name))
    node.SetAttribute(COPY_ATTRIBUTE, "1")
    node.SetHideFromEditors(isHidden)
    node.SetSaveWithScene(False)
    node.SetSelectable(False)
    return scene.AddNode(node)


def _showLike(node, volume):
    """Window and level of another volume."""
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetSaveWithScene(False)
    if volume.GetDisplayNode() is not None:
        display.SetAutoWindowLevel(False)
        display.SetWindowLevel(volume.GetDisplayNode().GetWindow(), volume.GetDisplayNode().GetLevel())


def _tiles(grid) -> np.ndarray:
    k, j, i = (np.floor(np.arange(size) * spacing / TILE_MM).astype(int)
               for size, spacing in zip(grid.shapeKji, grid.spacingMm[::-1]))
    return (k[:, None, None] + j[:, None] + i) % 2 == 1


def _stretched(second: np.ndarray, first: np.ndarray, isCovered: np.ndarray) -> np.ndarray:
    low, high = np.percentile(second[isCovered], PERCENTILES)
    lowest, highest = np.percentile(first[isCovered], PERCENTILES)
    return lowest + (second - low) * (highest - lowest) / max(float(high - low), 1e-6)
