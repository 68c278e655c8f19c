"""Placing one landmark after the other with clicks in the slice views."""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer
from slicer.util import VTKObservationMixin

from ..mrml.landmarknodes import indexOfLandmark, labelOfField, nextLandmark


class LandmarkPlacing(VTKObservationMixin):
    """Leads through the landmarks that are missing.

    :param onChanged: called when another landmark is to be placed, and when placing ended.
    """

    def __init__(self, onChanged: Callable[[], None]):
        VTKObservationMixin.__init__(self)
        self._onChanged = onChanged
        self._node = None
        self.field: str | None = None

    def start(self, node, field: str | None):
        """Let the next click in a slice view place a landmark.

        :param node: vtkMRMLMarkupsFiducialNode of the hip.
        :param field: of the landmark; None ends placing.
        """
        self.removeObservers()
        self._node, self.field = node, field
        if field is None:
            self._end()
            return
        node.SetControlPointPlacementStartIndex(self._indexToPlace(node, field))
        selection = slicer.app.applicationLogic().GetSelectionNode()
        selection.SetReferenceActivePlaceNodeClassName("vtkMRMLMarkupsFiducialNode")
        selection.SetActivePlaceNodeID(node.GetID())
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        interaction.SetPlaceModePersistence(1)
        interaction.SetCurrentInteractionMode(interaction.Place)
        self.addObserver(node, node.PointPositionDefinedEvent, self._onPlaced)
        self.addObserver(interaction, interaction.InteractionModeChangedEvent, self._onModeChanged)
        self._onChanged()

    def stop(self):
        """End placing."""
        if self.field is not None:
            self.start(self._node, None)

    def _end(self):
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        if interaction.GetCurrentInteractionMode() == interaction.Place:
            interaction.SetCurrentInteractionMode(interaction.ViewTransform)
        self._onChanged()

    def _indexToPlace(self, node, field: str) -> int:
        index = indexOfLandmark(node, field)
        if index is None:
            index = node.AddControlPoint(0.0, 0.0, 0.0)
            node.SetNthControlPointLabel(index, labelOfField(field))
            node.UnsetNthControlPointPosition(index)
        return index

    def _onPlaced(self, caller, event):
        # The view is still at work with the point.
        qt.QTimer.singleShot(0, self._goOn)

    def _goOn(self):
        if self.field is not None and slicer.mrmlScene.IsNodePresent(self._node):
            self.start(self._node, nextLandmark(self._node))

    def _onModeChanged(self, caller, event):
        if caller.GetCurrentInteractionMode() != caller.Place:
            self.stop()
