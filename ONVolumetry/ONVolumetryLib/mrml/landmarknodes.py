"""Landmarks of a hip as one markups node of a scene."""

from __future__ import annotations

import numpy as np

from ..core.location.landmarks import Landmarks
from ..files.keys import LANDMARK_FIELDS

LANDMARKS_ROLE = "ONVolumetry.landmarks"
MOVED_ATTRIBUTE = "ONVolumetry.movedLandmarks"
COLOR, MOVED_COLOR = (0.94, 0.89, 0.26), (0.62, 0.60, 0.35)


def addLandmarks(scene, landmarks: Landmarks, name: str):
    """Add a node with one control point for each landmark, in the order of the labels; those not placed are unset.

    :return: vtkMRMLMarkupsFiducialNode.
    """
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", scene.GenerateUniqueName(name))
    node.SetControlPointLabelFormat("%N")
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    if display is not None:
        display.SetSelectedColor(*COLOR)
        display.SetColor(*COLOR)
        display.SetTextScale(2.5)
    setLandmarks(node, landmarks)
    return node


def setLandmarks(node, landmarks: Landmarks):
    """Let a node hold these landmarks; its other control points are removed."""
    placed = landmarks.placed
    node.RemoveAllControlPoints()
    for label, field in LANDMARK_FIELDS.items():
        point = placed.get(field, np.zeros(3))
        index = node.AddControlPointWorld(*point)
        node.SetNthControlPointLabel(index, label)
        if field not in placed:
            node.UnsetNthControlPointPosition(index)


def placeLandmark(node, field: str, pointRas):
    """Place one landmark.

    :param pointRas: in the world's RAS, mm.
    """
    index = indexOfLandmark(node, field)
    if index is None:
        index = node.AddControlPointWorld(*pointRas)
        node.SetNthControlPointLabel(index, labelOfField(field))
    node.SetNthControlPointPositionWorld(index, *pointRas)


def labelOfField(field: str) -> str:
    """Label of a landmark in files and scenes."""
    return next(label for label, known in LANDMARK_FIELDS.items() if known == field)


def indexOfLandmark(node, field: str) -> int | None:
    """Control point of a landmark; None where somebody removed it."""
    for index in range(node.GetNumberOfControlPoints()):
        if _fieldAt(node, index) == field:
            return index
    return None


def landmarksOfNode(node) -> Landmarks | None:
    """Landmarks that are placed, in the world's RAS; None where none is. Of two with one label the first counts."""
    points: dict[str, np.ndarray] = {}
    if node is None:
        return None
    for index in range(node.GetNumberOfControlPoints()):
        field = _fieldAt(node, index)
        if field is None or field in points:
            continue
        if node.GetNthControlPointPositionStatus(index) != node.PositionDefined:
            continue
        point = np.zeros(3)
        node.GetNthControlPointPositionWorld(index, point)
        points[field] = point
    return Landmarks(**points) if points else None


def nextLandmark(node) -> str | None:
    """Field of the first landmark that is not placed yet; None when all are."""
    placed = landmarksOfNode(node)
    known = {} if placed is None else placed.placed
    return next((field for field in LANDMARK_FIELDS.values() if field not in known), None)


def showMovedLandmarks(scene, ownerId: str, landmarks: Landmarks | None, name: str):
    """Show landmarks that a registration carried to another visit; they cannot be dragged and are not saved.

    :param ownerId: ID of the node that the landmarks were placed in.
    :param landmarks: None takes them away.
    :return: the node that shows them, or None.
    """
    count = scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode")
    nodes = [scene.GetNthNodeByClass(index, "vtkMRMLMarkupsFiducialNode") for index in range(count)]
    node = next((node for node in nodes if node.GetAttribute(MOVED_ATTRIBUTE) == ownerId), None)
    if landmarks is None:
        if node is not None:
            scene.RemoveNode(node)
        return None
    if node is None:
        node = addLandmarks(scene, landmarks, name)
        node.SetAttribute(MOVED_ATTRIBUTE, ownerId)
        node.SetSaveWithScene(False)
        if node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetSelectedColor(*MOVED_COLOR)
            node.GetDisplayNode().SetSaveWithScene(False)
    node.SetLocked(False)
    setLandmarks(node, landmarks)
    node.SetName(name)
    node.SetLocked(True)
    return node


def _fieldAt(node, index: int) -> str | None:
    return LANDMARK_FIELDS.get(" ".join(node.GetNthControlPointLabel(index).casefold().split()))
