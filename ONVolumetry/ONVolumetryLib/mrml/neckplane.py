"""The plane that parts head from neck: defined once, and put at the same place of the head at every visit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import SegmentError
from ..core.mask import Mask
from ..core.sphereadjusted import planeCutDistance
from .drawings import PLANE_CLASS, drawingOf, removeDrawings
from .segmentediting import replaceVoxels, segmentMask

PLANE_ATTRIBUTE = "ONVolumetry.neckPlane"
SHOWN_PLANE_ROLE = "ONVolumetry.neckPlaneAtVisit"
BASELINE_ROLE = "ONVolumetry.baseline"
# From the center of the head: the neck falls by 37 degrees (neck-shaft angle 127) and runs 10 degrees backward.
NECK_DIRECTION = (0.786, -0.139, -0.602)
RIGHT, LEFT = "right", "left"
COLOR = (0.95, 0.75, 0.2)


@dataclass(frozen=True)
class NeckPlane:
    """Plane between head and neck.

    :param originRas: a point of the plane, mm.
    :param normalRas: unit vector across it, in either direction.
    """

    originRas: tuple[float, float, float]
    normalRas: tuple[float, float, float]

    def movedWithHead(self, fromCenterRas, toCenterRas) -> NeckPlane:
        """The plane at the same place of a head whose center lies elsewhere; the head is taken as not turned."""
        shift = np.subtract(toCenterRas, fromCenterRas)
        return NeckPlane(tuple(float(value) for value in np.add(self.originRas, shift)), self.normalRas)

    def heights(self, pointsRas, headCenterRas) -> np.ndarray:
        """Signed distances from the plane in mm, positive on the side of the neck.

        :param headCenterRas: tells the two sides apart.
        """
        normal, origin = np.asarray(self.normalRas), np.asarray(self.originRas)
        sign = -1.0 if (np.asarray(headCenterRas) - origin) @ normal > 0 else 1.0
        return sign * ((np.asarray(pointsRas) - origin) @ normal)


def defaultNeckPlane(centerRas, radiusMm: float, side: str | None, capFraction: float = 0.25) -> NeckPlane:
    """A plane to start with, across a neck of ordinary direction.

    :param side: "left" or "right"; where None, the side of the patient on which the center lies.
    :param capFraction: share of the head's sphere beyond the plane.
    """
    lateral = {RIGHT: 1.0, LEFT: -1.0}.get(side, 1.0 if centerRas[0] >= 0 else -1.0)
    normal = np.array(NECK_DIRECTION) * (lateral, 1.0, 1.0)
    normal /= np.linalg.norm(normal)
    origin = np.asarray(centerRas) + planeCutDistance(capFraction) * radiusMm * normal
    return NeckPlane(tuple(map(float, origin)), tuple(map(float, normal)))


def cutHead(segmentationNode, headId: str, plane: NeckPlane, headCenterRas) -> int:
    """Remove the voxels of the head that lie beyond the plane.

    :param headCenterRas: center of the head, whose side of the plane is kept.
    :return: number of voxels that were removed.
    :raises SegmentError: the head is empty, or nothing of it would be left.
    """
    mask = segmentMask(segmentationNode, headId)
    if mask.isEmpty:
        raise SegmentError("the femoral head is empty; outline it before it is cut")
    beyond = np.zeros(mask.voxels.shape, dtype=bool)
    beyond[mask.voxels] = plane.heights(mask.pointsRas(), headCenterRas) > 0.0
    count = int(np.count_nonzero(beyond))
    if count == mask.voxelCount:
        raise SegmentError("nothing of the head would be left; move the plane between head and neck")
    if count:
        replaceVoxels(segmentationNode, headId, Mask(mask.voxels & ~beyond, mask.offsetIjk, mask.grid))
    return count


def findPlaneNode(scene, baselineSegmentation):
    """The markups plane that was defined on a baseline, or None."""
    return next((node for node in _planeNodes(scene) if node.GetAttribute(PLANE_ATTRIBUTE)
                 and node.GetNodeReference(BASELINE_ROLE) is baselineSegmentation), None)


def addPlaneNode(scene, baselineSegmentation, plane: NeckPlane, sizeMm: float):
    """Add the plane of a hip, which a reader moves until it parts head and neck.

    :param sizeMm: edge of the square that is drawn.
    :return: vtkMRMLMarkupsPlaneNode.
    """
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsPlaneNode", "Head-neck plane")
    node.SetAttribute(PLANE_ATTRIBUTE, "1")
    node.SetNodeReferenceID(BASELINE_ROLE, baselineSegmentation.GetID())
    _prepare(node)
    _place(node, plane, sizeMm)
    return node


def planeOfNode(node) -> NeckPlane:
    """Where a markups plane lies in the world."""
    origin, normal = np.zeros(3), np.zeros(3)
    node.GetOriginWorld(origin)
    node.GetNormalWorld(normal)
    return NeckPlane(tuple(map(float, origin)), tuple(map(float, normal)))


def showPlaneAtVisit(scene, segmentationNode, plane: NeckPlane, sizeMm: float):
    """Draw the plane of the baseline at another visit, locked and not saved: it is moved at the baseline only.

    :return: vtkMRMLMarkupsPlaneNode.
    """
    node = shownPlane(scene, segmentationNode)
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLMarkupsPlaneNode", f"Head-neck plane at {segmentationNode.GetName()}")
        _prepare(node)
        node.SetSaveWithScene(False)
        node.GetDisplayNode().SetSaveWithScene(False)
        node.GetDisplayNode().SetHandlesInteractive(False)
        node.SetAttribute(SHOWN_PLANE_ROLE, "1")
        node.SetNodeReferenceID(SHOWN_PLANE_ROLE, segmentationNode.GetID())
    node.SetLocked(False)
    _place(node, plane, sizeMm)
    node.SetLocked(True)
    return node


def shownPlane(scene, segmentationNode):
    """What draws the plane at a visit that is not the baseline, or None."""
    return drawingOf(segmentationNode, PLANE_CLASS, SHOWN_PLANE_ROLE, scene)


def removeShownPlanes(scene):
    """Take all these drawings out of the scene; the plane of the baseline stays."""
    removeDrawings(scene, PLANE_CLASS, SHOWN_PLANE_ROLE)


def _planeNodes(scene) -> list:
    count = scene.GetNumberOfNodesByClass("vtkMRMLMarkupsPlaneNode")
    return [scene.GetNthNodeByClass(index, "vtkMRMLMarkupsPlaneNode") for index in range(count)]


def _prepare(node):
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetSelectedColor(*COLOR)
    display.SetColor(*COLOR)
    display.SetOpacity(0.4)
    display.SetPointLabelsVisibility(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetHandlesInteractive(True)


def _place(node, plane: NeckPlane, sizeMm: float):
    node.SetPlaneType(node.PlaneTypePointNormal)
    node.SetSizeMode(node.SizeModeAbsolute)
    node.SetSize(sizeMm, sizeMm)
    node.SetOriginWorld(plane.originRas)
    node.SetNormalWorld(plane.normalRas)
