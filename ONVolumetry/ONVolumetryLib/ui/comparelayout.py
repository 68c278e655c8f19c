"""Layouts of the module: the visit that is being outlined beside 3D, one slice view a visit, and 3D views."""

from __future__ import annotations

import slicer

from .regressionlayout import isRegressionLayout, regressionLayouts

OUTLINE_LAYOUT = 7300
FIRST_COMPARE_LAYOUT = 7301
MOST_VISITS = 6
VIEWS_IN_ROW = 3
OUTLINE_VIEW = "Red"
COMPARE_VIEW = "ONVolumetry"
COLORS = ("#F34A33", "#4A9F5A", "#EDD54C", "#5B8FD9", "#C27BD0", "#E08A3C")
# Slicer's four views, SlicerLayoutFourUpView.
STANDARD_LAYOUT = 3

OUTLINE_DESCRIPTION = f"""
<layout type="horizontal" split="true">
 <item splitSize="700"><view class="vtkMRMLSliceNode" singletontag="{OUTLINE_VIEW}">
  <property name="viewlabel" action="default">R</property>
  <property name="viewcolor" action="default">#F34A33</property></view></item>
 <item splitSize="300"><view class="vtkMRMLViewNode" singletontag="1">
  <property name="viewlabel" action="default">1</property></view></item>
</layout>"""


def registerLayouts():
    """Make the layouts known to Slicer; to be called at startup, before any scene is loaded."""
    node = _layoutNode()
    if node is None:
        return
    descriptions = {OUTLINE_LAYOUT: OUTLINE_DESCRIPTION, **regressionLayouts()}
    for count in range(1, MOST_VISITS + 1):
        descriptions[compareLayout(count)] = _compareDescription(count)
    # The window is rebuilt at every change of this node, so change it once.
    wasModified = node.StartModify()
    for number, description in descriptions.items():
        if not node.IsLayoutDescription(number):
            node.AddLayoutDescription(number, description)
    node.EndModify(wasModified)


def compareLayout(visitCount: int) -> int:
    """Number of the layout that compares so many visits."""
    return FIRST_COMPARE_LAYOUT + visitCount - 1


def compareViewName(index: int) -> str:
    """Name of the slice view of the n-th visit."""
    return f"{COMPARE_VIEW}{index + 1}"


def isOwnLayout(number: int) -> bool:
    """Whether a layout is one of this module."""
    return OUTLINE_LAYOUT <= number < FIRST_COMPARE_LAYOUT + MOST_VISITS or isRegressionLayout(number)


def currentLayout() -> int:
    """Number of the layout that is shown."""
    return _layoutNode().GetViewArrangement()


def showLayout(number: int):
    """Show a layout; registers those of this module if nobody has done so.

    While it is one of this module, the scene is saved without its layout: not every way of saving a scene tells before
    it starts, and a Slicer that does not know the layout would open the scene with a blank window.
    """
    registerLayouts()
    node = _layoutNode()
    node.SetSaveWithScene(not isOwnLayout(number))
    node.SetViewArrangement(number)


def leaveLayout():
    """Save scenes with their layout again."""
    _layoutNode().SetSaveWithScene(True)


def otherSliceViewIds() -> list[str]:
    """IDs of the slice views that are not of the compare layouts."""
    return [node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLSliceNode")
            if not node.GetLayoutName().startswith(COMPARE_VIEW)]


def prepareForSave():
    """Show a standard layout if one of this module is shown: a Slicer without the module opens others blank.

    To be called when a scene starts to be saved. A second call before afterSave() does nothing.
    """
    number = currentLayout()
    if isOwnLayout(number):
        _saved["layout"] = number
        showLayout(STANDARD_LAYOUT)


def afterSave():
    """Show again what prepareForSave() has put away; to be called when the scene was saved."""
    number = _saved.pop("layout", None)
    if number is not None:
        showLayout(number)


_saved: dict[str, int] = {}


def _layoutNode():
    manager = slicer.app.layoutManager()
    return None if manager is None else manager.layoutLogic().GetLayoutNode()


def _compareDescription(count: int) -> str:
    views = [_sliceView(index) for index in range(count)]
    rows = [views[start:start + VIEWS_IN_ROW] for start in range(0, count, VIEWS_IN_ROW)]
    lines = [f'<layout type="horizontal" split="true">{"".join(row)}</layout>' for row in rows]
    if len(lines) == 1:
        return lines[0]
    return '<layout type="vertical" split="true">' + "".join(f"<item>{line}</item>" for line in lines) + "</layout>"


def _sliceView(index: int) -> str:
    return (f'<item><view class="vtkMRMLSliceNode" singletontag="{compareViewName(index)}">'
            '<property name="orientation" action="default">Coronal</property>'
            f'<property name="viewlabel" action="default">{index + 1}</property>'
            f'<property name="viewcolor" action="default">{COLORS[index]}</property></view></item>')
