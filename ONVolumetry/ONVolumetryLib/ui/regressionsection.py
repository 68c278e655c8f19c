"""Section Regression in 3D: build it, look at it visit by visit or over time, and export it."""

from __future__ import annotations

import html
from contextlib import contextmanager

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..core.errors import ONVolumetryError
from ..mrml.regressionlegend import shownColor
from ..mrml.regressionnodes import Regression, removeRegression
from .comparelayout import afterSave, currentLayout, isOwnLayout, prepareForSave
from .displaystates import restoreDisplays
from .hipstate import sentence
from .partswitches import PartSwitches
from .regressionfiles import RegressionFiles
from .regressionlayout import MOST_VISITS, TIMELINE_VIEW
from .regressionplayer import Player
from .regressionstate import RegressionState, timelineCaption
from .regressiontexts import directionWord, driftNote, placeNote
from .regressionviews import START, RegressionViews, Shown, visitsInViews
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText
from .sections import insertSection
from .threedviews import setCaption

PRESETS = {"regressionStartButton": START, "regressionAnteriorButton": "anterior",
           "regressionPosteriorButton": "posterior", "regressionSuperiorButton": "superior",
           "regressionInferiorButton": "inferior", "regressionLateralButton": "lateral",
           "regressionMedialButton": "medial"}


class RegressionSection(VTKObservationMixin):
    """Puts the section into the panel and binds its widgets.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param panel: ModulePanel.
    """

    def __init__(self, ui, state, panel):
        VTKObservationMixin.__init__(self)
        self.ui, self.state, self.panel = ui, state, panel
        insertSection(ui, "RegressionSection.ui", before="approveSection")
        ui.regressionSection.collapsed = True
        self.message = ""
        self.known = RegressionState(state)
        self.views = RegressionViews()
        self.player = Player(ui.regressionTimelineBox.layout(), self._onFrame)
        self.switches = PartSwitches(ui.regressionPartsBox.layout(), self._onPartsSwitched)
        self.files = RegressionFiles(ui, self)
        self._isBusy = False
        self._owner = None
        self._looks: list = []
        self._shown: Shown | None = None
        self._connect()

    def _connect(self):
        ui, scene = self.ui, slicer.mrmlScene
        for button, action in ((ui.regressionBuildButton, self.build), (ui.regressionVisitsButton, self.showVisits),
                               (ui.regressionTimelineButton, self.showTimeline),
                               (ui.regressionLeaveButton, self.leave)):
            button.connect("clicked(bool)", lambda checked=False, action=action: action())
        for name, view in PRESETS.items():
            getattr(ui, name).connect("clicked(bool)", lambda checked=False, view=view: self.lookFrom(view))
        ui.regressionSection.connect("contentsCollapsed(bool)", lambda isCollapsed: self.show())
        self.addObserver(scene, scene.StartSaveEvent, self._onStartSave)
        self.addObserver(scene, scene.EndSaveEvent, self._onEndSave)
        self.addObserver(scene, scene.StartCloseEvent, self._onStartClose)
        self.addObserver(scene, scene.EndImportEvent, self._onEndImport)
        manager = slicer.app.layoutManager()
        if manager is not None:
            self.addObserver(manager.layoutLogic().GetLayoutNode(), vtk.vtkCommand.ModifiedEvent, self._onLayout)

    def cleanup(self):
        """The panel is being destroyed."""
        self.leave()
        self.player.setBrowser(None)
        self.removeObservers()

    def show(self):
        """Bring the section, and the views where they show it, up to date."""
        hip = self.state.hip
        self.ui.regressionSection.setVisible(hip is not None)
        if hip is None:
            # The module was left, but its views stay for other modules; a closed scene has left them itself.
            return
        if hip.owner is not self._owner:
            self._owner, self.message = hip.owner, ""
        regression = self.known.regression
        self._watchLooks(hip.visits if regression is not None else ())
        if regression is not None:
            self.known.followSegments(regression)
        self._arrange(regression)
        if not self.ui.regressionSection.collapsed:
            self._showWidgets(regression)
        isOld = regression is not None and regression.fingerprint != self.known.fingerprint
        setMark(self.ui.regressionSection, TO_DO if regression is None else LOOK if isOld else DONE)

    def _watchLooks(self, visits):
        """Follow the opacity of the segments, which their display nodes hold."""
        nodes = [visit.segmentation.GetDisplayNode() for visit in visits if visit.segmentation is not None]
        nodes = [node for node in nodes if node is not None]
        if nodes != self._looks:
            for node in self._looks:
                self.removeObserver(node, vtk.vtkCommand.ModifiedEvent, self._onLook)
            self._looks = nodes
            for node in nodes:
                self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._onLook)

    def _onLook(self, caller, event):
        regression = self.known.regression
        if regression is not None:
            self.known.followSegments(regression)

    def _arrange(self, regression: Regression | None):
        if self.views.isShown and regression is None:
            self.views.leave()
        self._shown = None if regression is None else self.known.whatToShow(regression)
        if self._shown is not None and self.views.isShown:
            self.views.arrange(self._shown)
        self.player.setBrowser(None if regression is None else regression.browser)

    def _showWidgets(self, regression: Regression | None):
        ui = self.ui
        reason = _("Something is being drawn.") if self._isBusy else self.state.reasonNotToMeasure()
        enable(ui.regressionBuildButton, reason,
               _("Make 3D models of every visit and a timeline from the outlines as they are now (about two seconds)."))
        noViews = self._reasonNotToShow(regression)
        enable(ui.regressionVisitsButton, noViews, _("Show one 3D view a visit; their cameras move together."))
        noTime = noViews or self._reasonWithoutTimeline(regression)
        enable(ui.regressionTimelineButton, noTime, _("Show the lesion over time, between the visits too."))
        isShown = self.views.isShown
        enable(ui.regressionLeaveButton, "" if isShown else _("The views show something else already."),
               _("Show the views that were there before."))
        for name, view in PRESETS.items():
            title = _("Turn all views to where they began.") if view == START else \
                _("Look from {direction} in all views.").format(direction=directionWord(view))
            enable(getattr(ui, name), "" if isShown else _("Show the visits or the timeline first."), title)
        ui.regressionTimelineBox.setVisible(not noTime and self.views.isTimeline)
        self._showParts(regression)
        self.files.show(reason)
        setText(ui.regressionStatus, self._status(regression, reason))

    def _reasonNotToShow(self, regression: Regression | None) -> str:
        if slicer.app.layoutManager() is None:
            return _("There are no views to show it in.")
        return _("Press Build first.") if regression is None else ""

    def _reasonWithoutTimeline(self, regression: Regression) -> str:
        if not self.player.isAvailable:
            return _("This Slicer was started without its module Sequences.")
        return _("It takes two visits with a measured lesion.") if regression.browser is None else ""

    def _showParts(self, regression: Regression | None):
        self.ui.regressionPartsBox.setVisible(regression is not None)
        if regression is not None:
            keys = [model.key for model in regression.models]
            colors = {key: shownColor(key, regression.models, self.state.hip.visits) for key in keys}
            self.switches.show(keys, self.known.hidden, colors)

    def _status(self, regression: Regression | None, reason: str) -> str:
        if self.message:
            return self.message
        if regression is None:
            return html.escape(reason)
        drawn = visitsInViews(regression, self.state.hip.visits)
        lines = [placeNote(regression, len(drawn)), driftNote(regression)]
        if len({visit.label for visit in self.state.hip.visits if regression.modelsOf(visit)}) > MOST_VISITS:
            lines.insert(0, _("The first visit and the last {count} are shown.").format(count=MOST_VISITS - 1))
        if regression.fingerprint != self.known.fingerprint:
            lines.insert(0, "<b>" + _("Out of date.") + "</b> " + _("Outlines or registrations are others now: press "
                                                                    "Build."))
        return " ".join(lines)

    def build(self):
        """Make the models and the timeline anew, and show them; refusals are said in the panel."""
        self.message = ""
        with slicer.util.tryWithErrorDisplay(_("The regression was not built."), waitCursor=True), self.busy():
            try:
                # The former browser goes away.
                self.player.setBrowser(None)
                self.known.build()
            except ONVolumetryError as error:
                self.message = f"<b>{_('Not built.')}</b> {html.escape(sentence(str(error)))}"
        self.panel.update()
        if not self.message and not self.views.isShown and slicer.app.layoutManager() is not None:
            self.showVisits()

    def remove(self, owner):
        """Take the regression of a hip out of the scene and the views."""
        self.leave()
        removeRegression(slicer.mrmlScene, owner)

    def showVisits(self):
        """Show one 3D view a visit."""
        self._leaveOutlines()
        self.views.enterVisits(self._shown)
        self.show()

    def showTimeline(self):
        """Show the timeline."""
        self._leaveOutlines()
        self.views.enterTimeline(self._shown)
        self.show()

    def _leaveOutlines(self):
        """Other sections that arrange the views give them back first."""
        self.ui.segmentSection.collapsed = True
        self.panel.registrationSection.leave()
        self._arrange(self.known.regression)

    def leave(self):
        """Show the views that were there before."""
        self.player.pause()
        self.views.leave()
        self.show()

    def lookFrom(self, name: str):
        """Turn the cameras of all views."""
        self.views.lookFrom(name, self._shown.regression)

    @contextmanager
    def busy(self):
        """Let nothing else be begun meanwhile."""
        self._isBusy = True
        self.player.pause()
        self.show()
        try:
            yield
        finally:
            self._isBusy = False

    def _onFrame(self):
        if self._shown is not None and self.views.isTimeline:
            setCaption(TIMELINE_VIEW, timelineCaption(self._shown.regression, self._shown.visits))

    def _onPartsSwitched(self, hidden: frozenset[str]):
        self.known.hidden = hidden
        self.show()

    def _onLayout(self, caller, event):
        if self.views.isShown and self._shown is not None:
            self.views.arrange(self._shown)
        else:
            self.views.putAway()

    def _onStartSave(self, caller, event):
        if self.views.isShown:
            prepareForSave()

    def _onEndSave(self, caller, event):
        afterSave()

    def _onEndImport(self, caller, event):
        # Not every way of saving a scene tells before it starts: what was shown then is put away now.
        if slicer.app.layoutManager() is not None and not isOwnLayout(currentLayout()):
            restoreDisplays()

    def _onStartClose(self, caller, event):
        self.player.setBrowser(None)
        self._watchLooks(())
        self._shown = None
        self.known.forget()
        self.views.leave()
