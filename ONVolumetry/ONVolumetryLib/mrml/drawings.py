"""Nodes that draw something of a visit's outlines: each names its role, and refers to the segmentation by it."""

from __future__ import annotations

MODEL_CLASS = "vtkMRMLModelNode"
PLANE_CLASS = "vtkMRMLMarkupsPlaneNode"


def drawingsInScene(scene, className: str, role: str) -> list:
    """All nodes of a class that draw something in a role."""
    count = scene.GetNumberOfNodesByClass(className)
    nodes = [scene.GetNthNodeByClass(index, className) for index in range(count)]
    return [node for node in nodes if node.GetAttribute(role)]


def drawingOf(segmentationNode, className: str, role: str, scene=None):
    """What draws something of a segmentation in a role, or None.

    :param scene: where the segmentation's own is not known.
    """
    nodes = drawingsInScene(scene or segmentationNode.GetScene(), className, role)
    return next((node for node in nodes if node.GetNodeReference(role) is segmentationNode), None)


def removeDrawings(scene, className: str, role: str):
    """Take all drawings of a role out of the scene."""
    for node in drawingsInScene(scene, className, role):
        scene.RemoveNode(node.GetDisplayNode())
        scene.RemoveNode(node)
