"""Legend of the 3D views: Slicer's own, hung on a model that is nothing but the room that all visits are shown in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..scene3d.styles import HEAD, LESION, PERSISTENT, STYLES
from .hipnodes import VisitNodes
from .regressionparts import PartModel, ownColor, segmentLook, visitOf

LEGEND_ROLE = "ONVolumetry.regressionColors"
ROOM_MM = 4.0
COLOR_STEPS = 255
LABEL_PIXELS, TITLE_PIXELS = 14, 14
# Shares of the view: width and height, and where in the room that they leave (right, below).
SIZE, PLACE = (0.25, 0.2), (0.95, 0.1)
INK = (0.11, 0.15, 0.19)


def addRoom(scene, name: str, centerRas, radiusMm: float):
    """Add a model without a surface that spans the room around the head.

    Views frame what they show: with it they frame every visit in the same way, and words of direction stand clear.

    :return: the vtkMRMLModelNode.
    """
    import vtk

    points = vtk.vtkPoints()
    reach = radiusMm + ROOM_MM
    for sign in (-1.0, 1.0):
        points.InsertNextPoint([value + sign * reach for value in centerRas])
    data = vtk.vtkPolyData()
    data.SetPoints(points)
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", scene.GenerateUniqueName(name))
    node.SetAndObservePolyData(data)
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().SetVisibility(False)
    node.GetDisplayNode().SetVisibility2D(False)
    node.SetSelectable(False)
    return node


def addLegend(scene, room, name: str):
    """Add a legend to the room; setLegend() fills it.

    :return: the vtkMRMLColorLegendDisplayNode.
    """
    colors = scene.AddNewNodeByClass("vtkMRMLColorTableNode", scene.GenerateUniqueName(name))
    colors.SetTypeToUser()
    # Slicer warns of a table without any.
    colors.SetNumberOfColors(1)
    colors.SetHideFromEditors(True)
    display = room.GetDisplayNode()
    display.SetAndObserveColorNodeID(colors.GetID())
    display.SetScalarVisibility(False)
    room.SetNodeReferenceID(LEGEND_ROLE, colors.GetID())
    return _addLegendDisplay(scene, room)


def renewLegend(scene, room):
    """Add the legend once more: a 3D view draws only legends that are added after the view was made."""
    for index in reversed(range(room.GetNumberOfDisplayNodes())):
        if room.GetNthDisplayNode(index).IsA("vtkMRMLColorLegendDisplayNode"):
            scene.RemoveNode(room.GetNthDisplayNode(index))
    if room.GetNodeReference(LEGEND_ROLE) is not None:
        _addLegendDisplay(scene, room)


def _addLegendDisplay(scene, room):
    import slicer

    legend = scene.AddNode(slicer.vtkMRMLColorLegendDisplayNode())
    legend.SetAndObservePrimaryDisplayNode(room.GetDisplayNode())
    room.AddAndObserveDisplayNodeID(legend.GetID())
    legend.SetUseColorNamesForLabels(True)
    legend.SetLabelFormat("%s")
    legend.SetTitleText("")
    legend.SetVisibility(False)
    legend.SetVisibility3D(True)
    legend.SetSize(*SIZE)
    legend.SetPosition(*PLACE)
    for text, size in ((legend.GetLabelTextProperty(), LABEL_PIXELS), (legend.GetTitleTextProperty(), TITLE_PIXELS)):
        text.SetColor(*INK)
        text.SetShadow(False)
        text.SetFontSize(size)
    return legend


def setLegend(room, models: Sequence[PartModel], visits: Sequence[VisitNodes],
              titleOfKey: Callable[[str], str] | None = None):
    """Name the parts that there are, each with the color that it meets the eye with.

    :param room: as addRoom() returns it.
    :param titleOfKey: title of a part in the user's language.
    """
    from ..scene3d.panels import legendKeys

    titleOfKey = titleOfKey or (lambda key: STYLES[key].title)
    colors = room.GetNodeReference(LEGEND_ROLE)
    keys = legendKeys({model.key for model in models})
    if colors is None or not keys:
        return
    # The bar counts from below.
    wanted = [(titleOfKey(key), *_inSteps(shownColor(key, models, visits))) for key in reversed(keys)]
    if _entries(colors) == wanted:
        return
    wasModified = colors.StartModify()
    colors.SetNumberOfColors(len(keys))
    for index, (title, *steps) in enumerate(wanted):
        colors.SetColor(index, title, *(step / COLOR_STEPS for step in steps), 1.0)
    colors.SetAllColorsDefined()
    colors.EndModify(wasModified)
    for index in range(room.GetNumberOfDisplayNodes()):
        # Legends look at their colors only when they change themselves.
        room.GetNthDisplayNode(index).Modified()


def _entries(colors) -> list[tuple]:
    """Names and colors of a table."""
    found = []
    for index in range(colors.GetNumberOfColors()):
        color = [0.0] * 4
        colors.GetColor(index, color)
        found.append((colors.GetColorName(index), *_inSteps(color[:3])))
    return found


def _inSteps(color) -> list[int]:
    """A color as tables keep it."""
    return [round(COLOR_STEPS * part) for part in color]


def shownColor(key: str, models: Sequence[PartModel], visits: Sequence[VisitNodes]) -> tuple[float, float, float]:
    """Color of a part on white as it meets the eye through the head, in the color of its first segment."""
    style = STYLES[key]
    cover = 1.0 - (1.0 - style.farOpacity) * (1.0 - style.nearOpacity)
    shown = tuple(1.0 + (part - 1.0) * cover for part in _color(key, models, visits))
    if key == HEAD or all(model.key != HEAD for model in models):
        return shown
    veil = STYLES[HEAD].nearOpacity
    return tuple((1.0 - veil) * part + veil * over for part, over in zip(shown, _color(HEAD, models, visits)))


def _color(key: str, models: Sequence[PartModel], visits: Sequence[VisitNodes]) -> tuple[float, float, float]:
    model = next((model for model in models if model.key == key), None)
    visit = None if model is None else visitOf(model, visits)
    color = None
    if visit is not None and key in (HEAD, LESION, PERSISTENT):
        color, _ = segmentLook(visit.segmentation, visit.headSegmentId if key == HEAD else visit.lesionSegmentId)
    return color or ownColor(key)
