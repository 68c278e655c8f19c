"""Help with outlining: the head from one click, and slices filled between outlined ones."""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..mrml.headsphere import clickedPoints
from .marrowchoice import MarrowChoice
from .sectionmarks import approvedReason, enable

POINT_NAME = "Middle of the femoral head"


class AssistSection(VTKObservationMixin):
    """Buttons that make an outline to be corrected.

    :param layout: of the panel, which gets the widgets.
    :param onClicked: called with the point (RAS, mm) that was clicked in the head.
    :param onBaseline: called when the head is to be found from the baseline's.
    :param onFill: called when the slices between the outlined ones are to be filled.
    """

    def __init__(self, layout, onClicked: Callable, onBaseline: Callable[[], None], onFill: Callable[[], None]):
        VTKObservationMixin.__init__(self)
        self._onClicked = onClicked
        self._node = None
        self._notice = self._text = ""
        row = qt.QHBoxLayout()
        self.headButton = qt.QPushButton(_("Head from one click"))
        self.headButton.objectName = "headFromClickButton"
        self.headButton.checkable = True
        self.headButton.connect("toggled(bool)", self._onToggled)
        self.baselineButton = qt.QPushButton(_("Head from the baseline"))
        self.baselineButton.objectName = "headFromBaselineButton"
        self.baselineButton.connect("clicked()", onBaseline)
        self.fillButton = qt.QPushButton(_("Fill between outlined slices"))
        self.fillButton.objectName = "fillSlicesButton"
        self.fillButton.connect("clicked()", onFill)
        for button in (self.headButton, self.baselineButton, self.fillButton):
            row.addWidget(button)
        layout.addLayout(row)
        self.marrow = MarrowChoice(layout)
        self.label = qt.QLabel()
        self.label.objectName = "assistLabel"
        self.label.wordWrap = True
        self.label.hide()
        layout.addWidget(self.label)

    def update(self, volume, isEditable: bool, whyNoBaseline: str):
        """Enable what can be used.

        :param volume: of the visit, to find the head in; None where it has none.
        :param whyNoBaseline: why no head can be found from the baseline's, "" where it can.
        """
        approved = "" if isEditable else approvedReason()
        noVolume = approved or ("" if volume is not None else _("Choose the MR volume of this visit first."))
        self.marrow.update(volume, isEditable)
        enable(self.baselineButton, noVolume or whyNoBaseline,
               _("Find the head of this visit from that of the baseline, without a click; it is kept only if the two "
                 "visits register."))
        enable(self.headButton, noVolume,
               _("Click near the middle of the femoral head in a slice or 3D view: its outline is found in the image "
                 "and replaces the one that is there; Undo brings that back. Parts that are not sure, without a clear "
                 "edge or over a lesion, are marked."))
        enable(self.fillButton, approved,
               _("Interpolate the slices between those that you outlined of the selected segment; outlined slices stay "
                 "as they are."))

    def say(self, text: str):
        """Show what was done; "" shows nothing."""
        self._text = text
        self._show()

    def notice(self, text: str):
        """Show what happened beside, before what was done; "" shows nothing."""
        self._notice = text
        self._show()

    def stop(self):
        """End placing the point."""
        self.headButton.checked = False

    def _show(self):
        text = " ".join(part for part in (self._notice, self._text) if part)
        self.label.text = text
        self.label.setVisible(bool(text))

    def release(self):
        """Let go of the scene's nodes."""
        self.stop()
        self.say("")
        self.notice("")
        self.marrow.release()

    def _onToggled(self, isPlacing: bool):
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        self.removeObservers()
        if not isPlacing:
            if interaction.GetCurrentInteractionMode() == interaction.Place:
                interaction.SetCurrentInteractionMode(interaction.ViewTransform)
            self._removePoint()
            self.say("")
            return
        self._node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", _(POINT_NAME))
        self._node.SetSaveWithScene(False)
        self._node.CreateDefaultDisplayNodes()
        self.addObserver(self._node, self._node.PointPositionDefinedEvent, self._onPoint)
        selection = slicer.app.applicationLogic().GetSelectionNode()
        selection.SetReferenceActivePlaceNodeClassName("vtkMRMLMarkupsFiducialNode")
        selection.SetActivePlaceNodeID(self._node.GetID())
        interaction.SetPlaceModePersistence(0)
        interaction.SetCurrentInteractionMode(interaction.Place)
        self.addObserver(interaction, interaction.InteractionModeChangedEvent, self._onModeChanged)
        self.say(_("Click near the middle of the femoral head."))

    def _onModeChanged(self, caller, event):
        # Placing also ends by the click itself, whose event must be seen first.
        qt.QTimer.singleShot(0, self._stopUnlessPlacing)

    def _stopUnlessPlacing(self):
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        if self._node is not None and interaction.GetCurrentInteractionMode() != interaction.Place:
            self.stop()

    def _onPoint(self, caller, event):
        # The markups widget still works on the node.
        qt.QTimer.singleShot(0, self._usePoint)

    def _usePoint(self):
        points = [] if self._node is None else clickedPoints(self._node)
        self.stop()
        if len(points):
            self._onClicked(points[-1])

    def _removePoint(self):
        node, self._node = self._node, None
        if node is not None and slicer.mrmlScene.IsNodePresent(node):
            slicer.mrmlScene.RemoveNode(node)
