"""Section Registration: how each follow-up lies on the baseline, to be looked at, judged and corrected."""

from __future__ import annotations

import html

import slicer
import vtk
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..core.registration.result import ACCEPTED, DOUBTFUL, REJECTED
from ..core.registration.rigid import requireRigid
from ..mrml.changenodes import updateChangeNodes
from ..mrml.pairnodes import forgetUserTransform, ownedPairs, pairFor, setUserTransform
from ..mrml.pairsummary import PairSummary, pairSummaries
from ..mrml.patienttree import arrange
from ..mrml.visittransforms import NOT_JUDGED, NOT_REGISTERED, baselineOfChange, pairNode
from ..mrml.worldtransforms import arrayOfMatrix
from .cancelabletask import CancelableTask, TaskCanceledError
from .hipstate import sentence
from .registrationadjust import RegistrationAdjust
from .registrationlook import RegistrationLook
from .registrationtable import RegistrationTable, reasonText, statusText
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText
from .sections import insertSection

# Parameter of the hip's node; absent in scenes of earlier versions, and then as if it were on.
ON_MEASURE_PARAMETER = "ONVolumetry.registerWhenMeasuring"


class RegistrationSection:
    """Binds the widgets of this section.

    :param ui: widgets of the panel by name; gets those of this section.
    :param state: HipState of the panel.
    :param panel: ModulePanel.
    """

    def __init__(self, ui, state, panel):
        insertSection(ui, "RegistrationSection.ui", before="measureSection")
        self.ui, self.state, self.panel = ui, state, panel
        self.message = ""
        self.look = RegistrationLook(ui, state, self._selectedVisit)
        self._table = RegistrationTable(ui.registrationTable)
        self._adjust = RegistrationAdjust(ui, self._judge)
        self._isUpdating = False
        self.task = CancelableTask(ui.registrationProgress, ui.cancelRegistrationButton)
        for button, action in ((ui.registerButton, self.register), (ui.useTransformButton, self.useTransform),
                               (ui.automaticButton, self.registerAutomatically)):
            button.connect("clicked(bool)", lambda checked=False, action=action: action())
        ui.registerOnMeasureCheckBox.connect("toggled(bool)", self._onOnMeasure)
        ui.transformSelector.connect("currentNodeChanged(vtkMRMLNode*)", lambda node: self._showButtons())
        ui.registrationTable.connect("itemSelectionChanged()", self._onSelected)
        ui.registrationSection.connect("contentsCollapsed(bool)", lambda isCollapsed: self._onFolded())

    @property
    def registersOnMeasure(self) -> bool:
        """Whether Measure registers first what is missing."""
        node = self.state.parameters.parameterNode
        return node.GetParameter(ON_MEASURE_PARAMETER) != "0"

    def show(self):
        """Bring the section up to date."""
        ui, state = self.ui, self.state
        ui.registrationSection.setVisible(state.hip is not None)
        if state.hip is None or slicer.mrmlScene.IsClosing():
            self.leave()
            self._table.show(())
            self._adjust.release()
            return
        self._isUpdating = True
        try:
            ui.registerOnMeasureCheckBox.checked = self.registersOnMeasure
            self._table.show(self._pairs())
        finally:
            self._isUpdating = False
        self._showSelected()
        setText(ui.registrationStatus, self.message or html.escape(self._reasonNotToRegister()))
        setMark(ui.registrationSection, self._mark())

    def _pairs(self) -> list[PairSummary]:
        state = self.state
        try:
            known = state.logic.registrations(state.hip, state.segments) if state.segments else {}
            return pairSummaries(state.hip, state.segments, known)
        except ONVolumetryError:
            return []  # What is wrong is said by the section Visits.

    def _mark(self) -> str:
        pairs = [pair for pair in self._table.pairs if pair.canRegister]
        if any(pair.status == REJECTED for pair in pairs):
            return LOOK
        isDone = all(pair.isCurrent and pair.status in (ACCEPTED, DOUBTFUL) for pair in pairs)
        return DONE if pairs and isDone else TO_DO

    def _reasonNotToRegister(self) -> str:
        if self.task.isRunning:
            return _("Registering.")
        reason = self.state.reasonNotToMeasure()
        if reason:
            return reason
        if not self._table.pairs:
            return _("There is no follow-up with outlines after a visit before surgery.")
        if not any(pair.canRegister for pair in self._table.pairs):
            return _("Outline the head at the baseline and at a follow-up first.")
        return ""

    def _showSelected(self):
        pair, ui = self._table.selected, self.ui
        setText(ui.registrationReason, "" if pair is None else html.escape(self._explained(pair)))
        visit = self._selectedVisit()
        node = None if visit is None else pairNode(self.state.hip, visit)
        self._adjust.turnTo(node, self.look.center())
        self._showButtons()
        # The buttons that hold the views are disabled meanwhile.
        if self.look.views.isShowing and not self.task.isRunning:
            self.look.show()

    def _explained(self, pair: PairSummary) -> str:
        if not pair.canRegister or pair.status == NOT_REGISTERED:
            return reasonText(pair) or _("Press Register, or Measure with the tick below it.")
        text = f"{pair.label}: {statusText(pair)}. "
        return text if pair.status == NOT_JUDGED else text + reasonText(pair)

    def _showButtons(self):
        ui, pair = self.ui, self._table.selected
        if self.state.hip is None:
            return
        reason = self._reasonNotToRegister()
        isAll = all(pair.isCurrent or not pair.canRegister for pair in self._table.pairs)
        already = _("All follow-ups are registered as they are.") if isAll else ""
        enable(ui.registerButton, reason or already,
               _("Lay every follow-up on the baseline by the images of the femur (a few seconds a visit)."))
        self.task.enableButton(_("Nothing is being registered."),
                               _("Stop after the visit at hand; what was found stays."))
        none = reason or ("" if pair is not None else _("Select a visit in the table first."))
        notYet = none or ("" if pair.status != NOT_REGISTERED else _("Register the visit first."))
        noViews = "" if slicer.app.layoutManager() is not None else _("There are no views.")
        enable(ui.viewRegisteredButton, noViews or notYet,
               _("Show the follow-up laid on the baseline; the outlines that are edited stay where they are."))
        enable(ui.changeMapButton, noViews or none or self._reasonNotToShowChange(pair),
               _("Show what regenerated, what persists and what is new, on the baseline."))
        self._adjust.enable(notYet)
        node = ui.transformSelector.currentNode()
        noNode = "" if node is not None else _("Choose a linear transform first.")
        if node is not None and node in ownedPairs(self.state.hip.owner):
            noNode = _("This is a transform of the table already; choose one of your own.")
        enable(ui.useTransformButton, none or noNode,
               _("Take this transform instead of the one that was found; it is judged likewise."))
        isUsers = pair is not None and pair.isUsers
        enable(ui.automaticButton, none or ("" if isUsers else _("The transform was found automatically.")),
               _("Forget the transform of your own, and register by the images."))

    def _reasonNotToShowChange(self, pair: PairSummary) -> str:
        outlines = next((visit for visit in self.state.segments if visit.label == pair.label), None)
        if outlines is not None and outlines.lesionAbsent:
            return ""
        if pair.status not in (ACCEPTED, DOUBTFUL):
            return _("The registration is {status}: what changed where is not measured.").format(
                status=statusText(pair))
        if not pair.isCurrent:
            return _("The registration is out of date: press Register.")
        baseline = baselineOfChange(self.state.hip.visits)
        for visit in self.state.segments:
            if visit.label in (baseline.label, pair.label) and visit.lesion is None:
                return _("No lesion is outlined at {visit}.").format(visit=visit.label)
        return ""

    def _selectedVisit(self):
        pair = self._table.selected
        if pair is None:
            return None
        return next((visit for visit in self.state.hip.visits if visit.label == pair.label), None)

    def register(self, labels=None):
        """Register what is missing or out of date; refusals are said in the panel.

        :param labels: of the visits; all where None.
        """
        failure = _("The registration failed unexpectedly.")
        with slicer.util.tryWithErrorDisplay(failure, waitCursor=True), self.task.running():
            self.message = ""
            self._showButtons()
            try:
                self.state.logic.register(self.state.hip, self.task.progress, labels)
                arrange(slicer.mrmlScene, self.state.hip)
            except TaskCanceledError:
                self.message = _("Canceled: what was registered until then is kept.")
            except ONVolumetryError as error:
                self.message = f"<b>{_('Not registered.')}</b> {html.escape(sentence(str(error)))}"
        self.panel.update()

    def _judge(self):
        """The user moved the transform of the selected visit."""
        pair = self._table.selected
        if pair is not None and not self._reasonNotToRegister():
            self.register((pair.label,))

    def useTransform(self):
        """Take the transform that the user chose for the selected visit."""
        visit, chosen = self._selectedVisit(), self.ui.transformSelector.currentNode()
        matrix = vtk.vtkMatrix4x4()
        chosen.GetMatrixTransformToWorld(matrix)
        self.message = ""
        try:
            rigid = requireRigid(arrayOfMatrix(matrix))
            setUserTransform(pairFor(slicer.mrmlScene, self.state.hip, visit), rigid)
        except ONVolumetryError as error:
            self.message = f"<b>{_('Not used.')}</b> {html.escape(sentence(str(error)))}"
            self.panel.update()
            return
        self.register((visit.label,))

    def registerAutomatically(self):
        """Forget the user's transform of the selected visit."""
        visit = self._selectedVisit()
        forgetUserTransform(pairNode(self.state.hip, visit))
        self.register((visit.label,))

    def measured(self, measurement):
        """The hip was measured: change maps that are in the scene are to show that."""
        updateChangeNodes(slicer.mrmlScene, self.state.hip, measurement)

    def leave(self):
        """Give the views back."""
        self.look.leave()

    def _onSelected(self):
        if not self._isUpdating and self.state.hip is not None:
            self._showSelected()

    def _onOnMeasure(self, isOn: bool):
        if not self._isUpdating and self.state.parameters is not None:
            self.state.parameters.parameterNode.SetParameter(ON_MEASURE_PARAMETER, "1" if isOn else "0")

    def _onFolded(self):
        if self.ui.registrationSection.collapsed:
            self.leave()
