"""Reads and moves slice and 3D views."""

from __future__ import annotations

import numpy as np
import slicer
import vtk

from ..mrml.worldtransforms import arrayOfMatrix

LABEL_MARGIN_PIXELS = 6


def sliceNode(viewName: str):
    """Node of a slice view that is shown."""
    return slicer.app.layoutManager().sliceWidget(viewName).mrmlSliceNode()


def sliceNodesInLayout() -> list:
    """Nodes of the slice views of the layout that is shown."""
    return [node for node in slicer.util.getNodesByClass("vtkMRMLSliceNode") if node.IsMappedInLayout()]


def isSegmentSeen(segmentationNode, segmentId: str, node) -> bool:
    """Whether a slice view displays a segment.

    :param node: of the slice view.
    """
    display = segmentationNode.GetDisplayNode()
    return (display is not None and bool(display.GetVisibility()) and bool(display.GetVisibility2D())
            and display.IsDisplayableInView(node.GetID()) and bool(display.GetSegmentVisibility(segmentId)))


def threeDViewIds() -> list[str]:
    """IDs of all 3D views' nodes."""
    return [node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLViewNode")]


def showWholeLabel(viewName: str):
    """Give the label of a slice view the room that it needs, which the slider beside it would take."""
    widget = slicer.app.layoutManager().sliceWidget(viewName)
    label = slicer.util.findChild(widget, "ViewLabel")
    label.setMinimumWidth(label.fontMetrics().horizontalAdvance(label.text) + LABEL_MARGIN_PIXELS)
    # Linked views have one zoom, so nobody misses it.
    widget.sliceController().fitToWindowToolButton().hide()


def centerThreeDView():
    """Look at what is shown in 3D, wherever in the patient it lies."""
    manager = slicer.app.layoutManager()
    if manager.threeDViewCount > 0:
        view = manager.threeDWidget(0).threeDView()
        view.resetFocalPoint()
        view.resetCamera()


def poseOf(node) -> np.ndarray:
    """SliceToRAS of a slice node, 4x4."""
    return arrayOfMatrix(node.GetSliceToRAS())


def setPose(node, pose: np.ndarray):
    """Set SliceToRAS of a slice node."""
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy([float(value) for value in pose.ravel()])
    node.GetSliceToRAS().DeepCopy(matrix)
    node.UpdateMatrices()


def setPixelSize(node, sizeMm: float):
    """Zoom a slice view so that a pixel of the screen is so many mm wide and high."""
    width, height = node.GetDimensions()[:2]
    node.SetFieldOfView(sizeMm * width, sizeMm * height, node.GetFieldOfView()[2])
    node.UpdateMatrices()
