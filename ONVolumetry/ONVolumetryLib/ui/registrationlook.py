"""Looking at a pair: the registered view with its fade and tiles, and the change map, of the selected visit."""

from __future__ import annotations

from collections.abc import Callable

import slicer
from slicer.i18n import tr as _

from ..files.changefile import SEGMENTS
from ..mrml.changenodes import changeNode, makeChangeNode
from ..mrml.patienttree import arrange
from ..mrml.visittransforms import baselineOfChange, pairNode
from .registrationviews import Blend, RegistrationViews, ShownPair
from .sectionmarks import enable, setText


class RegistrationLook:
    """Binds the buttons, slider and check boxes that arrange the views.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param selectedVisit: gives the VisitNodes that is selected in the table, or None.
    """

    def __init__(self, ui, state, selectedVisit: Callable):
        self.ui, self.state, self._selectedVisit = ui, state, selectedVisit
        self.views = RegistrationViews()
        self._change = None
        ui.viewRegisteredButton.connect("clicked(bool)", lambda isOn: self._onClicked(isOn, ui.changeMapButton))
        ui.changeMapButton.connect("clicked(bool)", lambda isOn: self._onClicked(isOn, ui.viewRegisteredButton))
        ui.fadeSlider.connect("valueChanged(double)", lambda value: self._blend())
        for box in (ui.checkerboardCheckBox, ui.asScannedCheckBox):
            box.connect("toggled(bool)", lambda isChecked: self._blend())

    def show(self):
        """Show in the views what the pressed button says, of the selected visit; nothing where it cannot be shown."""
        ui, hip = self.ui, self.state.hip
        visit = None if hip is None else self._selectedVisit()
        pressed = next((button for button in (ui.viewRegisteredButton, ui.changeMapButton) if button.checked), None)
        if visit is None or pressed is None or not pressed.enabled:
            self.leave()
            return
        if pressed is ui.viewRegisteredButton:
            self.views.showPair(self._pair(visit))
            self._blend()
        else:
            self._showChange(visit)
        self._showWidgets()

    def leave(self):
        """Give the views back."""
        self.views.leave()
        self._change = None
        self.ui.viewRegisteredButton.checked = self.ui.changeMapButton.checked = False
        self._showWidgets()

    def center(self):
        """Center of the baseline's head, or of what is outlined there; None where nothing is."""
        baseline = baselineOfChange(self.state.hip.visits)
        outlines = next((visit for visit in self.state.segments
                         if baseline is not None and visit.label == baseline.label), None)
        mask = None if outlines is None else outlines.head or outlines.lesion
        return None if mask is None else mask.geometry.cornersRas().mean(axis=0)

    def _onClicked(self, isOn: bool, other):
        other.checked = False
        if not isOn:
            self.leave()
            return
        # Only one section arranges the views at a time.
        self.ui.segmentSection.collapsed = True
        with slicer.util.tryWithErrorDisplay(_("It could not be shown."), waitCursor=True):
            self.show()

    def _showChange(self, visit):
        hip = self.state.hip
        change = self.state.logic.measure(hip).visit(visit.label).changeMap
        node = changeNode(hip, visit)
        # The logic gives the same map as long as nothing has changed.
        if node is None or change is not self._change:
            node = makeChangeNode(slicer.mrmlScene, hip, visit, change)
            arrange(slicer.mrmlScene, hip)
            self._change = change
        self.views.showChange(hip, node, self.center())

    def _blend(self):
        ui, hip = self.ui, self.state.hip
        visit = None if hip is None else self._selectedVisit()
        if visit is None or not ui.viewRegisteredButton.checked or not self.views.isShowing:
            return
        self.views.blend(self._pair(visit), Blend(ui.fadeSlider.value, ui.checkerboardCheckBox.checked,
                                                  ui.asScannedCheckBox.checked))
        self._showWidgets()

    def _pair(self, visit) -> ShownPair:
        return ShownPair(self.state.hip, visit, pairNode(self.state.hip, visit), self.center())

    def _showWidgets(self):
        ui = self.ui
        ui.registrationViewBox.setVisible(ui.viewRegisteredButton.checked)
        enable(ui.fadeSlider, _("The checkerboard shows both.") if ui.checkerboardCheckBox.checked else "",
               _("Fade from the baseline (0) to the follow-up laid on it (1)."))
        setText(ui.changeLegend, legend() if ui.changeMapButton.checked else "")


def legend() -> str:
    """Names and colors of a change map, as HTML."""
    words = {"regenerated": _("regenerated"), "persistent": _("persistent"), "new": _("new"),
             "uncertain": _("uncertain (near an outline)")}
    marks = (f'<span style="color:#{"".join(f"{round(255 * part):02x}" for part in color)}">■</span> {words[key]}'
             for key, _name, color in SEGMENTS)
    return "&nbsp;&nbsp; ".join(marks)
