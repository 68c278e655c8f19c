"""The sphere of the head in a scene: from clicked points, as voxels to start an outline with, and as a surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.geometry import GridGeometry
from ..core.mask import Mask
from .drawings import MODEL_CLASS, drawingOf, removeDrawings
from .segmentediting import replaceVoxels, segmentMask

if TYPE_CHECKING:
    from ..core.sphere import SphereFit

SPHERE_ROLE = "ONVolumetry.sphere"
PLACE_ATTRIBUTE = "ONVolumetry.spherePlace"
SPHERE_COLOR = (0.25, 0.75, 0.95)
SURFACE_STEPS = 72


def clickedPoints(markupsNode) -> np.ndarray:
    """Points of a markups node that are placed (not just previewed), in the world's RAS, shape (n, 3)."""
    placed = [index for index in range(markupsNode.GetNumberOfControlPoints())
              if markupsNode.GetNthControlPointPositionStatus(index) == markupsNode.PositionDefined]
    points = np.zeros((len(placed), 3))
    for row, index in enumerate(placed):
        markupsNode.GetNthControlPointPositionWorld(index, points[row])
    return points


def ballMask(centerRas, radiusMm: float, grid: GridGeometry) -> Mask:
    """Voxels of a grid whose centers lie inside a sphere.

    :param centerRas: mm, in the RAS of the grid.
    """
    center = np.asarray(centerRas, dtype=float)
    middle, reach = grid.toIjk(center), radiusMm / grid.spacingMm
    size = np.array(grid.sizeIjk)
    start = np.clip(np.floor(middle - reach), 0, size).astype(int)
    end = np.clip(np.ceil(middle + reach) + 1, start, size).astype(int)
    i, j, k = (np.arange(first, last) for first, last in zip(start, end))
    # Along the axes of the grid, which are at right angles, squared distances add up.
    squared = [((indices - at) * step) ** 2 for indices, at, step in zip((i, j, k), middle, grid.spacingMm)]
    inside = squared[2][:, None, None] + squared[1][:, None] + squared[0] < radiusMm ** 2
    if inside.size == 0:
        return Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), grid)
    return Mask(inside, tuple(int(value) for value in start), grid)


def startHead(segmentationNode, headId: str, sphere: SphereFit) -> Mask:
    """Let the head's segment be a ball, for a reader to correct.

    :return: the ball, in the world's RAS.
    :raises ONVolumetryError: the segmentation has no grid, or a parent transform that is not rigid.
    """
    grid = segmentMask(segmentationNode, headId).grid
    ball = ballMask(sphere.centerRas, sphere.radiusMm, grid)
    replaceVoxels(segmentationNode, headId, ball)
    return ball


def showSphere(scene, segmentationNode, sphere: SphereFit | None):
    """Draw the sphere of a segmentation's head as a see-through surface with its outline in slice views.

    The surface is made anew when it is needed and not saved with the scene; the caller makes it visible.

    :param sphere: None leaves nothing to see.
    :return: the vtkMRMLModelNode.
    """
    import vtk

    model = sphereModel(scene, segmentationNode) or _addModel(scene, segmentationNode)
    place = "" if sphere is None else repr((*sphere.centerRas, sphere.radiusMm))
    # All views that show the surface are drawn anew when it changes.
    if model.GetAttribute(PLACE_ATTRIBUTE) == place:
        return model
    model.SetAttribute(PLACE_ATTRIBUTE, place)
    surface = vtk.vtkPolyData()
    if sphere is not None:
        source = vtk.vtkSphereSource()
        source.SetCenter(*sphere.centerRas)
        source.SetRadius(sphere.radiusMm)
        source.SetThetaResolution(SURFACE_STEPS)
        source.SetPhiResolution(SURFACE_STEPS // 2)
        source.Update()
        surface = source.GetOutput()
    model.SetAndObservePolyData(surface)
    return model


def sphereModel(scene, segmentationNode):
    """The surface that shows the sphere of a segmentation's head, or None."""
    return drawingOf(segmentationNode, MODEL_CLASS, SPHERE_ROLE, scene)


def removeSpheres(scene):
    """Take all these surfaces out of the scene."""
    removeDrawings(scene, MODEL_CLASS, SPHERE_ROLE)


def _addModel(scene, segmentationNode):
    model = scene.AddNewNodeByClass("vtkMRMLModelNode", f"Sphere of {segmentationNode.GetName()}")
    # The surface refers to the segmentation and not the other way round: a saved node would refer to nothing.
    model.SetAttribute(SPHERE_ROLE, "1")
    model.SetNodeReferenceID(SPHERE_ROLE, segmentationNode.GetID())
    model.CreateDefaultDisplayNodes()
    display = model.GetDisplayNode()
    display.SetVisibility(False)
    display.SetColor(*SPHERE_COLOR)
    display.SetOpacity(0.25)
    display.SetVisibility2D(True)
    display.SetSliceIntersectionThickness(2)
    for node in (model, display):
        node.SetSaveWithScene(False)
    model.SetSelectable(False)
    return model
