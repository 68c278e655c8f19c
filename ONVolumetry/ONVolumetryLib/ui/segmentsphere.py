"""Start of the head's outline: points clicked on its contour, the sphere through them, a ball of voxels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..core.errors import ONVolumetryError
from ..core.sphere import fitSphereToClickedPoints
from ..mrml.headsphere import clickedPoints, showSphere, sphereModel
from ..mrml.hipnodes import VisitNodes
from .sectionmarks import approvedReason, enable
from .segmentviews import Drawing

POINTS_ROLE = "ONVolumetry.headPoints"
LEAST_POINTS = 4


class SphereStart(VTKObservationMixin):
    """Buttons to place points and to start the head from their sphere.

    :param layout: of the panel, which gets the widgets.
    :param onPointsChanged: called when a point was placed, moved or removed.
    :param onStart: called with the SphereFit when the user asks for the ball.
    """

    def __init__(self, layout, onPointsChanged: Callable[[], None], onStart: Callable):
        VTKObservationMixin.__init__(self)
        self._onPointsChanged, self._onStart = onPointsChanged, onStart
        self._segmentation = self._points = None
        self._isEditable = True
        self.sphere = None
        row = qt.QHBoxLayout()
        self.placeButton = _button("placePointsButton", _("Place points on the head"), row)
        self.placeButton.checkable = True
        self.placeButton.connect("toggled(bool)", self._onPlaceToggled)
        self.clearButton = _button("clearPointsButton", _("Clear points"), row)
        self.clearButton.connect("clicked()", self._onClearClicked)
        self.startButton = _button("startHeadButton", _("Start from the sphere"), row)
        self.startButton.connect("clicked()", self._onStartClicked)
        layout.addLayout(row)
        self.label = qt.QLabel()
        self.label.objectName = "spherePointsLabel"
        self.label.wordWrap = True
        layout.addWidget(self.label)

    @property
    def pointsNode(self):
        """Markups of the visit at hand, or None while no point was placed."""
        return self._points

    def setSegmentation(self, segmentation, isEditable: bool):
        """Turn to the points of a visit.

        :param segmentation: its vtkMRMLSegmentationNode, or None.
        :param isEditable: False while the visit may not be changed.
        """
        if segmentation is not self._segmentation:
            self.stopPlacing()
        self._segmentation = segmentation
        self._observe(None if segmentation is None else segmentation.GetNodeReference(POINTS_ROLE))
        self._isEditable = isEditable
        self.update()

    def update(self):
        """Fit the sphere and say what is missing."""
        points = 0 if self._points is None else len(clickedPoints(self._points))
        self.sphere, text = None, _("{count} of at least {least} points, better 6 to 12, all around the head.").format(
            count=points, least=LEAST_POINTS)
        if points >= LEAST_POINTS:
            try:
                self.sphere = fitSphereToClickedPoints(clickedPoints(self._points))
                text = _("Sphere through {count} points: radius {radius:.1f} mm, points off it by {rms:.1f} mm.")
                text = text.format(count=points, radius=self.sphere.radiusMm, rms=self.sphere.rmsMm)
            except ONVolumetryError as error:
                text = str(error)[:1].upper() + str(error)[1:] + "."
        self.label.text = text
        reason = "" if self._isEditable else approvedReason()
        if self._segmentation is None:
            reason = _("Outline a visit first.")
        enable(self.placeButton, reason, _("Click on the head's contour in slices all around it; right-click to end."))
        enable(self.startButton, reason or ("" if self.sphere is not None else text),
               _("Replace the head's outline by the sphere; Undo brings the former outline back."))
        enable(self.clearButton, reason or ("" if points else _("There are no points.")), _("Remove all points."))

    def shownAt(self, label: str, spheres: Mapping) -> Mapping:
        """Spheres to draw: that of the clicked points where the head of the visit at hand has none of its own yet.

        :param label: of the visit at hand.
        :param spheres: SphereFit by label of the visit.
        """
        return spheres if self.sphere is None else {label: self.sphere, **spheres}

    def stopPlacing(self):
        """End placing points."""
        self.placeButton.checked = False

    def release(self):
        """Let go of the scene's nodes."""
        self.stopPlacing()
        self.removeObservers()
        self._segmentation = self._points = None
        self.sphere = None

    def _observe(self, points):
        if points is self._points:
            return
        if self._points is not None:
            self.removeObservers(self._onPointEvent)
        self._points = points
        if points is not None:
            for event in (points.PointPositionDefinedEvent, points.PointPositionUndefinedEvent,
                          points.PointRemovedEvent, points.PointEndInteractionEvent):
                self.addObserver(points, event, self._onPointEvent)

    def _onPointEvent(self, caller, event):
        self.update()
        self._onPointsChanged()

    def _onPlaceToggled(self, isPlacing: bool):
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        self.removeObservers(self._onInteractionChanged)
        if not isPlacing:
            if interaction.GetCurrentInteractionMode() == interaction.Place:
                interaction.SetCurrentInteractionMode(interaction.ViewTransform)
            return
        if self._points is None:
            self._observe(self._newPoints())
        selection = slicer.app.applicationLogic().GetSelectionNode()
        selection.SetReferenceActivePlaceNodeClassName("vtkMRMLMarkupsFiducialNode")
        selection.SetActivePlaceNodeID(self._points.GetID())
        interaction.SetPlaceModePersistence(1)
        interaction.SetCurrentInteractionMode(interaction.Place)
        self.addObserver(interaction, interaction.InteractionModeChangedEvent, self._onInteractionChanged)
        self._onPointsChanged()

    def _onInteractionChanged(self, caller, event):
        if caller.GetCurrentInteractionMode() != caller.Place:
            self.stopPlacing()

    def _newPoints(self):
        name = _("Head points of {name}").format(name=self._segmentation.GetName())
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
        node.SetControlPointLabelFormat("%d")
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetPointLabelsVisibility(False)
        self._segmentation.SetNodeReferenceID(POINTS_ROLE, node.GetID())
        return node

    def _onStartClicked(self):
        self.stopPlacing()
        self._onStart(self.sphere)

    def _onClearClicked(self):
        self._points.RemoveAllControlPoints()


def sphereDrawings(visits: Sequence[VisitNodes], spheres: Mapping, isShown: bool) -> list[Drawing]:
    """What draws the spheres of the heads at the visits.

    :param spheres: SphereFit by label of the visit.
    """
    found = []
    for visit in visits:
        if visit.segmentation is None:
            continue
        sphere = spheres.get(visit.label)
        if isShown and sphere is not None:
            showSphere(slicer.mrmlScene, visit.segmentation, sphere)
        model = sphereModel(slicer.mrmlScene, visit.segmentation)
        if model is not None:
            found.append(Drawing(visit.label, model.GetDisplayNode(), isShown and sphere is not None))
    return found


def _button(name: str, text: str, row):
    button = qt.QPushButton(text)
    button.objectName = name
    row.addWidget(button)
    return button
