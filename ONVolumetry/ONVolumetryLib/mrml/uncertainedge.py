"""The parts of a head's surface that are not sure, drawn over the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .drawings import MODEL_CLASS, drawingOf, removeDrawings

if TYPE_CHECKING:
    from ..core.outlining.headoutline import HeadOutline

UNCERTAIN_ROLE = "ONVolumetry.uncertainEdge"
COLOR = (0.95, 0.2, 0.9)


def showUncertainEdge(segmentationNode, outline: HeadOutline):
    """Draw where the head's edge is weak, in slice and 3D views; the drawing is not saved with the scene.

    :return: vtkMRMLModelNode; empty where the whole edge is clear.
    """
    scene = segmentationNode.GetScene()
    model = uncertainEdge(segmentationNode) or _addModel(scene, segmentationNode)
    model.SetAndObservePolyData(_surface(outline))
    return model


def uncertainEdge(segmentationNode):
    """What draws the weak edge of a segmentation's head, or None."""
    return drawingOf(segmentationNode, MODEL_CLASS, UNCERTAIN_ROLE)


def removeUncertainEdges(scene):
    """Take all these drawings out of the scene."""
    removeDrawings(scene, MODEL_CLASS, UNCERTAIN_ROLE)


def _surface(outline: HeadOutline):
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    triangles = outline.surface.mesh.triangles
    shown = triangles[outline.isUncertain[triangles].sum(axis=1) >= 2]
    points = vtk.vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(outline.surface.pointsRas), deep=True))
    cells = vtk.vtkCellArray()
    for triangle in shown:
        cells.InsertNextCell(3, [int(corner) for corner in triangle])
    surface = vtk.vtkPolyData()
    surface.SetPoints(points)
    surface.SetPolys(cells)
    return surface


def _addModel(scene, segmentationNode):
    model = scene.AddNewNodeByClass("vtkMRMLModelNode", f"Uncertain edge of {segmentationNode.GetName()}")
    model.SetAttribute(UNCERTAIN_ROLE, "1")
    model.SetNodeReferenceID(UNCERTAIN_ROLE, segmentationNode.GetID())
    model.CreateDefaultDisplayNodes()
    display = model.GetDisplayNode()
    display.SetColor(*COLOR)
    display.SetBackfaceCulling(False)
    display.SetVisibility2D(True)
    display.SetSliceIntersectionThickness(4)
    for node in (model, display):
        node.SetSaveWithScene(False)
    model.SetSelectable(False)
    return model
