"""Reads and moves slice and 3D views."""

from __future__ import annotations

import numpy as np
import slicer
import vtk

from ..mrml.worldtransforms import arrayOfMatrix

LABEL_MARGIN_PIXELS = 6
BALL_MARGIN = 1.3


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


def lookIn3D(ball=None):
    """Look at what is shown in the first 3D view, wherever in the patient it lies.

    :param ball: SphereFit of a head to look at; a head is small and off the middle in what a whole scan fills.
    """
    manager = slicer.app.layoutManager()
    if manager.threeDViewCount == 0:
        return
    view = manager.threeDWidget(0).threeDView()
    view.resetFocalPoint()
    view.resetCamera()
    if ball is not None:
        camera = slicer.modules.cameras.logic().GetViewActiveCameraNode(view.mrmlViewNode())
        _aim(camera, ball.centerRas, BALL_MARGIN * ball.radiusMm * max(1.0, view.height / max(view.width, 1)))


def _aim(camera, centerRas, halfHeightMm: float):
    """Turn a camera to a point without going around it, so that so much above and below is seen."""
    center = np.asarray(centerRas, dtype=float)
    toward = np.subtract(camera.GetPosition(), camera.GetFocalPoint())
    distance = halfHeightMm / np.tan(np.radians(camera.GetViewAngle()) / 2)
    wasModified = camera.StartModify()
    camera.SetFocalPoint(*center)
    camera.SetPosition(*(center + distance * toward / np.linalg.norm(toward)))
    camera.SetParallelScale(halfHeightMm)
    camera.EndModify(wasModified)
    camera.ResetClippingRange()


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
