"""3D views of the regression: how they look, what stands in them, and cameras that move together."""

from __future__ import annotations

import numpy as np
import slicer

from ..scene3d.viewpoints import Viewpoint
from .regressionlayout import VIEW

# Views of this group follow the mouse in any of them; the standard views are of group 0.
VIEW_GROUP = 73
WHITE, INK = (1.0, 1.0, 1.0), (0.11, 0.15, 0.19)
LETTER_SIZE = 0.036
CAMERA_DISTANCE_MM = 300.0
# Around everything that is drawn: room for the words of direction.
MARGIN_MM = 19.0
UPPER_LEFT = 2


def isOwnView(viewNode) -> bool:
    """Whether a 3D view is one of the regression."""
    return (viewNode.GetLayoutName() or "").startswith(VIEW)


def threeDWidget(viewName: str):
    """The widget of a 3D view, or None."""
    manager = slicer.app.layoutManager()
    widgets = (manager.threeDWidget(index) for index in range(manager.threeDViewCount))
    return next((widget for widget in widgets if widget.mrmlViewNode().GetLayoutName() == viewName), None)


def evenOut(viewNames):
    """Give views in a row the same width, and rows the same height: the former layout leaves them others."""
    for widget in filter(None, map(threeDWidget, viewNames)):
        splitter = widget.parentWidget()
        while splitter is not None and splitter.inherits("QSplitter"):
            splitter.setSizes([splitter.width + splitter.height] * splitter.count())
            splitter = splitter.parentWidget()


def otherViewIds() -> list[str]:
    """IDs of all slice and 3D views but those of the regression."""
    nodes = [*slicer.util.getNodesByClass("vtkMRMLSliceNode"), *slicer.util.getNodesByClass("vtkMRMLViewNode")]
    return [node.GetID() for node in nodes if not (node.IsA("vtkMRMLViewNode") and isOwnView(node))]


def setUpView(viewNode, label: str):
    """White ground, Slicer's ruler, room for words of direction, parallel projection, cameras linked.

    :param label: of the view's bar.
    """
    wasModified = viewNode.StartModify()
    # Views that only this module shows are made again by its layouts.
    viewNode.SetSaveWithScene(False)
    viewNode.SetBackgroundColor(*WHITE)
    viewNode.SetBackgroundColor2(*WHITE)
    viewNode.SetBoxVisible(False)
    viewNode.SetLetterSize(LETTER_SIZE)
    viewNode.SetAxisLabelsVisible(True)
    viewNode.SetRenderMode(viewNode.Orthographic)
    viewNode.SetRulerType(viewNode.RulerTypeThin)
    viewNode.SetRulerColor(viewNode.RulerColorBlack)
    viewNode.SetUseDepthPeeling(True)
    viewNode.SetLayoutLabel(label)
    viewNode.SetViewGroup(VIEW_GROUP)
    viewNode.SetLinkedControl(True)
    viewNode.EndModify(wasModified)


def setCaption(viewName: str, text: str):
    """Write into the upper left corner of a view, where Screen Capture sees it too."""
    widget = threeDWidget(viewName)
    if widget is None:
        return
    view = widget.threeDView()
    annotation = view.cornerAnnotation()
    if annotation.GetText(UPPER_LEFT) != text:
        annotation.GetTextProperty().SetColor(*INK)
        annotation.GetTextProperty().SetShadow(False)
        annotation.SetMaximumFontSize(16)
        annotation.SetText(UPPER_LEFT, text)
        view.scheduleRender()


def lookFrom(viewpoint: Viewpoint, centerRas, radiusMm: float, viewNames):
    """Let the cameras of all these views look from one place.

    :param viewpoint: direction to look from.
    :param centerRas: what they look at.
    :param radiusMm: of a ball about it that is to be seen.
    """
    center = np.asarray(centerRas, dtype=float)
    widgets = [widget for widget in map(threeDWidget, viewNames) if widget is not None]
    halfHeight = max((_halfHeight(widget, radiusMm + MARGIN_MM) for widget in widgets), default=radiusMm)
    for widget in widgets:
        viewNode = widget.mrmlViewNode()
        # Slicer sets the camera's scale from this field at every change of the view's node.
        viewNode.SetFieldOfView(halfHeight)
        camera = slicer.modules.cameras.logic().GetViewActiveCameraNode(viewNode)
        camera.SetSaveWithScene(False)
        wasModified = camera.StartModify()
        camera.SetFocalPoint(*center)
        camera.SetPosition(*(center + CAMERA_DISTANCE_MM * viewpoint.towardViewerRas))
        camera.SetViewUp(*viewpoint.upRas)
        camera.SetParallelScale(halfHeight)
        camera.EndModify(wasModified)
        camera.ResetClippingRange()


def _halfHeight(widget, reachMm: float) -> float:
    width, height = max(widget.threeDView().width, 1), max(widget.threeDView().height, 1)
    return reachMm * max(1.0, height / width)
