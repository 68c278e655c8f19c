"""Section Hip: which hip, what is known of it, and its case folder."""

from __future__ import annotations

import html
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import CaseError, ONVolumetryError
from ..files.fields import requireFileName
from ..mrml.caseopening import openCase
from ..mrml.casesaving import filesLeftOut, saveCase
from ..mrml.casesource import sourceFolder
from ..mrml.otherhip import otherHip
from ..mrml.sides import otherSide
from .hipparameters import HIP_ATTRIBUTE, NODE_CLASS, Side, newHip
from .hipstate import sentence
from .samplehip import PRESETS, SampleHip
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText


class HipSection:
    """Binds the widgets of this section.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param panel: ModulePanel, to turn to another hip.
    """

    def __init__(self, ui, state, panel):
        self.ui, self.state, self.panel = ui, state, panel
        self.message = ""
        self.sample = SampleHip(self._onSampleProgress, self._onSampleDone, self._onSampleError)
        ui.hipSelector.addAttribute(NODE_CLASS, HIP_ATTRIBUTE, "1")
        ui.hipSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._onHipSelected)
        for button, action in ((ui.newHipButton, self.addHip), (ui.openCaseButton, self._onOpen),
                               (ui.saveCaseButton, self.chooseFolderAndSave), (ui.otherHipButton, self.addOtherHip),
                               (ui.removeHipButton, self._onRemove), (ui.swapSideButton, self.swapSide)):
            button.connect("clicked(bool)", lambda checked=False, action=action: action())
        self._fillSampleMenu()

    def _fillSampleMenu(self):
        menu = qt.QMenu(self.ui.sampleButton)
        for preset, title in zip(PRESETS, (_("A hip that heals (101)"), _("A hip that does not heal (203)"),
                                           _("A cone of closed-form volume"))):
            menu.addAction(title).connect("triggered(bool)", lambda checked=False, preset=preset:
                                          self.loadSample(preset))
        self.ui.sampleButton.setMenu(menu)
        self.ui.sampleButton.connect("clicked(bool)", lambda checked=False: self.loadSample(PRESETS[0]))

    def show(self):
        """Bring the section up to date."""
        ui, hip = self.ui, self.state.hip
        noHip = "" if hip is not None else _("There is no hip yet: add one, open a case folder or load the sample hip.")
        ui.hipForm.setVisible(hip is not None)
        wrongName = _wrongName(hip)
        missing = noHip or wrongName or self._missing()
        enable(ui.saveCaseButton, missing or sentence(self.state.problem),
               _("Save this hip as a case folder that the program measures with the same numbers."))
        enable(ui.removeHipButton, noHip,
               _("Remove the hip and its results from the scene; volumes and outlines stay."))
        enable(ui.otherHipButton, noHip or ("" if hip.side else _("Select the side of this hip first.")),
               _("The patient's other hip: same volumes and months, its own outlines and results."))
        enable(ui.sampleButton, _("The sample hip is being made.") if self.sample.isRunning else "",
               _("Make a synthetic hip on this computer and load it (about 10 seconds)."))
        ended = hip is not None and bool(self.state.parameters.endReason.value)
        enable(ui.endMonthEdit, "" if ended else _("The hip is in follow-up: select why it ended first."),
               _("Months since surgery at which the follow-up ended."))
        wrong = self.state.isSideWrong
        ui.swapSideButton.setVisible(wrong)
        setText(ui.hipStatus, self._sideText() if wrong else wrongName or self.message or missing)
        setMark(ui.hipSection, LOOK if wrong or wrongName else TO_DO if missing else DONE)

    def _missing(self) -> str:
        hip = self.state.hip
        for value, text in ((hip.hip.strip(), _("Enter the name of the hip.")), (hip.side, _("Select the side.")),
                            (hip.sex, _("Select the sex: the sphere-adjusted volume depends on it."))):
            if not value:
                return text
        return ""

    def _sideText(self) -> str:
        sides = {"left": _("left"), "right": _("right")}
        text = _("The head lies on the patient's {found} side, but the side of this hip is {chosen}. Nothing is "
                 "measured until one of the two is corrected.").format(
            found=sides[self.state.sideFound], chosen=sides[self.state.hip.side])
        return f"<b>{html.escape(text)}</b>"

    def addHip(self):
        """Add an empty hip and show it."""
        self.message = ""
        self.panel.selectHip(newHip(slicer.mrmlScene).parameterNode)

    def addOtherHip(self):
        """Add the hip of the other side and show it."""
        self._attempt(lambda: self._show(otherHip(self.state.hip)), _("Not added."))

    def swapSide(self):
        """Set the side on which the head lies."""
        self.state.parameters.side = Side(otherSide(self.state.hip.side))
        self.panel.update()

    def openFolder(self, path):
        """Open a case folder and show its hip.

        :param path: the folder or its case.json.
        """
        self._attempt(lambda: self._show(openCase(slicer.mrmlScene, path, self._progress)), _("Not opened."))

    def saveFolder(self, path):
        """Save the hip as a case folder."""
        def save():
            saved = saveCase(self.state.hip, path, self._progress)
            self.message = html.escape(_("Saved: {path}").format(path=saved))
            leftOut = filesLeftOut(self.state.hip, path)
            if leftOut:
                self.message += "<br>" + html.escape(_("Not found, so left out of the case: {files}").format(
                    files=", ".join(leftOut)))

        self._attempt(save, _("Not saved."))

    def loadSample(self, preset: str):
        """Make a synthetic hip in the background and show it."""
        self.message = _("The sample hip is being made...")
        self.ui.hipProgress.setVisible(True)
        self.ui.hipProgress.value = 0
        self.sample.start(preset)
        self.panel.update()

    def _show(self, hip):
        parameters = newHip(slicer.mrmlScene, hip)
        self.message = ""
        self.panel.selectHip(parameters.parameterNode)
        self.panel.showActiveVisit()

    def _attempt(self, action, failure: str):
        with slicer.util.tryWithErrorDisplay(failure, waitCursor=True):
            try:
                action()
            except ONVolumetryError as error:
                self.message = f"<b>{failure}</b> {html.escape(sentence(str(error)))}"
            finally:
                self.ui.hipProgress.setVisible(self.sample.isRunning)
        self.panel.update()

    def _progress(self, fraction: float, text: str):
        self.ui.hipProgress.setVisible(True)
        self.ui.hipProgress.value = round(100 * fraction)
        slicer.app.processEvents(qt.QEventLoop.ExcludeUserInputEvents)

    def _onHipSelected(self, node):
        self.message = ""
        self.panel.onHipSelected(node)

    def _onOpen(self):
        path = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Open a case folder"))
        if path:
            self.openFolder(path)

    def chooseFolderAndSave(self):
        """Ask for the folder to save the hip in."""
        folder = sourceFolder(self.state.parameters.parameterNode)
        path = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Save as a case folder"),
                                                   folder if Path(folder or "-").is_dir() else "")
        if path:
            self.saveFolder(path)

    def _onRemove(self):
        text = _("Remove the hip {hip} and its results from the scene? Volumes and outlines stay.").format(
            hip=self.state.hip.hip)
        if slicer.util.confirmYesNoDisplay(text):
            self.panel.removeHip()

    def _onSampleProgress(self, fraction: float):
        self.ui.hipProgress.value = round(100 * fraction)

    def _onSampleDone(self, folder: Path):
        self.openFolder(folder)

    def _onSampleError(self, text: str):
        self.ui.hipProgress.setVisible(False)
        self.message = f"<b>{_('No sample hip.')}</b> {html.escape(sentence(text))}"
        self.panel.update()


def _wrongName(hip) -> str:
    """Why the hip's name cannot be that of a folder, in red, and what to enter instead; "" where it can."""
    if hip is None or not hip.hip.strip():
        return ""
    try:
        requireFileName(hip.hip, _("Name of the hip"))
    except CaseError as error:
        return f'<span style="color:#d03030">{html.escape(sentence(str(error)))}</span>'
    return ""
