"""The two segments of a visit, made empty for a reader to outline, and what is said of an empty lesion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.errors import SegmentError
from ..core.mask import Mask
from ..files.outlines import COMPLETED
from ..files.segment import Segment
from ..files.segmentnames import HEAD, LESION, StandardSegment, findHeadAndLesion
from ..files.segnrrd import STATUS_TAG
from .grids import volumeGrid
from .hipnodes import VisitNodes
from .segmentediting import segmentMask
from .segments import describeSegments, segmentTag
from .segmentwriting import addSegment

NOT_STARTED = "notstarted"
STATUS_BEFORE = "ONVolumetry.statusBefore"


def addVisitSegmentation(scene, volumeNode, name: str):
    """Add a segmentation on the grid of a volume, with the two segments of a visit, empty.

    :param volumeNode: vtkMRMLScalarVolumeNode that will be outlined.
    :return: the vtkMRMLSegmentationNode and the IDs of head and lesion.
    :raises GeometryError: the volume has no grid that can be measured.
    """
    volumeGrid(volumeNode)
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", scene.GenerateUniqueName(name))
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    transform = volumeNode.GetParentTransformNode()
    if transform is not None:
        node.SetAndObserveTransformNodeID(transform.GetID())
    return (node, *addMissingSegments(node))


def addMissingSegments(segmentationNode, headId: str = "", lesionId: str = "") -> tuple[str, str]:
    """Add those of the two segments that a segmentation lacks, in this software's colors and codes.

    :param headId: ID of the head's segment where it is known; found by name or code where "".
    :param lesionId: likewise of the lesion.
    :return: IDs of head and lesion.
    :raises SegmentError: several segments could be the head or the lesion.
    """
    found = {HEAD.role: headId, LESION.role: lesionId}
    if not headId or not lesionId:
        for standard, segment in zip((HEAD, LESION), findHeadAndLesion(describeSegments(segmentationNode))):
            taken = set(found.values())
            if not found[standard.role] and segment is not None and segment.identifier not in taken:
                found[standard.role] = segment.identifier
    for standard in (HEAD, LESION):
        found[standard.role] = found[standard.role] or _addEmpty(segmentationNode, standard)
    return found[HEAD.role], found[LESION.role]


def visitWithSegments(scene, visit: VisitNodes) -> VisitNodes:
    """The visit with its segmentation and both segments, made where they are missing.

    :param visit: with a volume, or with a segmentation.
    :return: the visit itself where nothing is missing.
    :raises ONVolumetryError: the volume cannot be measured, or several segments could be the head or the lesion.
    """
    node, ids = visit.segmentation, (visit.headSegmentId, visit.lesionSegmentId)
    if node is None:
        node, *ids = addVisitSegmentation(scene, visit.volume, visit.label)
    elif not hasSegments(visit):
        present = [segmentId if node.GetSegmentation().GetSegment(segmentId) else "" for segmentId in ids]
        ids = addMissingSegments(node, *present)
    else:
        return visit
    return replace(visit, segmentation=node, headSegmentId=ids[0], lesionSegmentId=ids[1])


def hasSegments(visit: VisitNodes) -> bool:
    """Whether the segments of head and lesion are in the visit's segmentation."""
    segmentation = visit.segmentation.GetSegmentation()
    return all(segmentation.GetSegment(segmentId) for segmentId in (visit.headSegmentId, visit.lesionSegmentId))


def _addEmpty(segmentationNode, standard: StandardSegment) -> str:
    grid = describeSegments(segmentationNode).grid
    empty = Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), grid)
    return addSegment(segmentationNode, Segment(standard.name, empty, standard.name, standard.colorRgb, NOT_STARTED,
                                                standard.terminologyEntry))


def isSaidAbsent(segmentationNode, lesionId: str) -> bool:
    """Whether a reader says that no lesion is left: the segment is empty and its status is "completed"."""
    segment = segmentationNode.GetSegmentation().GetSegment(lesionId)
    if segment is None or segmentTag(segment, STATUS_TAG) != COMPLETED:
        return False
    return segmentMask(segmentationNode, lesionId).isEmpty


def sayNoLesionIsLeft(segmentationNode, lesionId: str, isAbsent: bool = True):
    """Say that no lesion is left at this visit (its volume is then 0), or take that back (not measured).

    :param isAbsent: False gives the segment the status back that it had before.
    :raises SegmentError: there are outlines of a lesion.
    """
    if not segmentMask(segmentationNode, lesionId).isEmpty:
        raise SegmentError("a lesion is outlined at this visit; clear the segment before you say that none is left")
    segment = segmentationNode.GetSegmentation().GetSegment(lesionId)
    if isAbsent:
        before = segmentTag(segment, STATUS_TAG)
        segment.SetTag(STATUS_BEFORE, NOT_STARTED if before in ("", COMPLETED) else before)
        segment.SetTag(STATUS_TAG, COMPLETED)
        return
    segment.SetTag(STATUS_TAG, segmentTag(segment, STATUS_BEFORE) or NOT_STARTED)
    segment.RemoveTag(STATUS_BEFORE)
