"""Models of the regression in the scene: which part of which visit each is, and how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..scene3d.styles import HEAD, LESION, NEW, ORIGINAL, PERSISTENT, REGENERATED, STYLES, Style
from .hipnodes import VisitNodes

# Fainter near sides are left out, as a display node has one opacity for both sides.
FAINTEST_NEAR_SIDE = 0.1
# Parts that are a segment of their own, and take its color.
HEAD_PARTS, LESION_PARTS = (HEAD,), (LESION, PERSISTENT)
# Parts that the lesion at baseline is shown by.
BASELINE_PARTS = (ORIGINAL, REGENERATED, NEW)


@dataclass(frozen=True, eq=False)
class PartModel:
    """One model.

    :param node: vtkMRMLModelNode.
    :param key: which part, one of scene3d.styles.STYLES.
    :param segmentation: outlines of its visit; of the first visit in a timeline; None where they are gone.
    :param isTimeline: whether it shows the time that is chosen, and not one visit.
    """

    node: Any
    key: str
    segmentation: Any
    isTimeline: bool = False

    @property
    def display(self):
        return self.node.GetDisplayNode()


def addPart(scene, mesh, key: str, name: str, segmentation, *, isTimeline: bool = False) -> PartModel:
    """Add the model of a part; it is hidden until somebody shows it.

    :param mesh: scene3d Mesh, RAS in mm.
    :param segmentation: outlines of its visit.
    """
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", scene.GenerateUniqueName(name))
    node.SetAndObservePolyData(surfaceOf(mesh))
    node.CreateDefaultDisplayNodes()
    _setLook(node.GetDisplayNode(), STYLES[key])
    return PartModel(node, key, segmentation, isTimeline)


def surfaceOf(mesh):
    """A mesh as vtkPolyData with normals, so that it is shaded smoothly."""
    from vtk.util.numpy_support import numpy_to_vtk

    from ..scene3d.mesh import polyDataOf

    data = polyDataOf(mesh)
    if not mesh.isEmpty:
        normals = numpy_to_vtk(mesh.normals(), deep=True)
        normals.SetName("Normals")
        data.GetPointData().SetNormals(normals)
    return data


def followSegments(models: Sequence[PartModel], visits: Sequence[VisitNodes]):
    """Give the models the colors and the opacity of their segments.

    Parts that are no segment of their own (original, regenerated and new lesion) keep their colors and take the
    opacity of the lesion.

    :param visits: of the hip.
    """
    for model in models:
        visit = visitOf(model, visits)
        if visit is None or model.display is None:
            continue
        segmentId = visit.headSegmentId if model.key in HEAD_PARTS else visit.lesionSegmentId
        color, opacity = segmentLook(visit.segmentation, segmentId)
        opacity *= _opacity(STYLES[model.key])
        isSegment = model.key in HEAD_PARTS + LESION_PARTS
        color = color if isSegment and color is not None else ownColor(model.key)
        if color != tuple(model.display.GetColor()):
            model.display.SetColor(*color)
        if opacity != model.display.GetOpacity():
            model.display.SetOpacity(opacity)


def visitOf(model: PartModel, visits: Sequence[VisitNodes]) -> VisitNodes | None:
    """The visit that a model belongs to, whatever it is called now."""
    return next((visit for visit in visits
                 if visit.segmentation is not None and visit.segmentation is model.segmentation), None)


def segmentLook(segmentation, segmentId: str) -> tuple[tuple[float, float, float] | None, float]:
    """Color (None where there is no such segment) and opacity in 3D of a segment."""
    segment = segmentation.GetSegmentation().GetSegment(segmentId) if segmentId else None
    if segment is None:
        return None, 1.0
    display = segmentation.GetDisplayNode()
    opacity = 1.0 if display is None else display.GetSegmentOpacity3D(segmentId) * display.GetOpacity3D()
    return tuple(segment.GetColor()), opacity


def ownColor(key: str) -> tuple[float, float, float]:
    """Color of a part that no segment gives one."""
    return tuple(part / 255.0 for part in STYLES[key].colorRgb)


def _setLook(display, style: Style):
    isFarSideOnly = style.nearOpacity < FAINTEST_NEAR_SIDE
    display.SetVisibility(False)
    display.SetVisibility2D(False)
    display.SetColor(*(part / 255.0 for part in style.colorRgb))
    display.SetOpacity(_opacity(style))
    display.SetFrontfaceCulling(isFarSideOnly)
    display.SetBackfaceCulling(False)
    # What only tints the ground is as flat as its patch in the legend.
    display.SetLighting(style.nearOpacity > 0)
    display.SetAmbient(0.35)
    display.SetDiffuse(0.7)
    display.SetSpecular(0.15 if style.isOpaque else 0.0)
    display.SetPower(20.0)
    display.SetScalarVisibility(False)


def _opacity(style: Style) -> float:
    return style.farOpacity
