"""Reads and moves slice views."""

from __future__ import annotations

import numpy as np
import slicer
import vtk

from ..mrml.worldtransforms import arrayOfMatrix


def sliceNode(viewName: str):
    """Node of a slice view that is shown."""
    return slicer.app.layoutManager().sliceWidget(viewName).mrmlSliceNode()


def threeDViewIds() -> list[str]:
    """IDs of all 3D views' nodes."""
    return [node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLViewNode")]


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
