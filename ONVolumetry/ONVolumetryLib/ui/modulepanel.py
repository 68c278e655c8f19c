"""The panel as a whole: which hip is shown, and when its sections are brought up to date."""

from __future__ import annotations

import html

import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..mrml.changenodes import removeRegistrations
from ..mrml.plots import chartsOfRecord, removeParts
from ..mrml.recordlinks import RECORD_ROLE, tableOfRecord
from .approvesection import ApproveSection
from .checksection import CheckSection
from .cohortscene import SceneHips
from .cohortsection import CohortSection
from .focusorder import orderFocus
from .hipparameters import hipParameters, isHipNode
from .hipsection import HipSection
from .hipstate import HipState, sentence
from .landmarkssection import LandmarksSection
from .measuresection import MeasureSection
from .outlinesection import OutlineSection
from .registrationsection import RegistrationSection
from .regressionsection import RegressionSection
from .scenewatch import SceneWatch
from .sectionmarks import setText
from .sections import insertSection, numberSections
from .showvisit import showVisit
from .visitssection import VisitsSection


class ModulePanel:
    """Binds the widgets of the panel to the hip of the scene that is shown.

    :param ui: widgets of the panel by name.
    :param logic: ONVolumetryLogic of the application's scene.
    :param testCase: class of the self-test.
    """

    def __init__(self, ui, logic, testCase):
        self.ui = ui
        self.state = HipState(logic)
        self.hipSection = HipSection(ui, self.state, self)
        self.visitsSection = VisitsSection(ui, self.state, self)
        self.registrationSection = RegistrationSection(ui, self.state, self)
        self.measureSection = MeasureSection(ui, self.state, self)
        self.approveSection = ApproveSection(ui, self.state, self)
        self.checkSection = CheckSection(ui, testCase)
        self.outlineSection = OutlineSection(ui, self.state, self)
        insertSection(ui, "LandmarksSection.ui", before="registrationSection")
        self.landmarksSection = LandmarksSection(ui, self.state, self)
        self.regressionSection = RegressionSection(ui, self.state, self)
        self.cohortSection = CohortSection(ui, SceneHips(logic, hipNodesOfScene))
        numberSections(ui.hipSection)
        self._watch = SceneWatch(self._onSceneChanged)
        self._module = None
        self._guiTag = None
        self._isUpdating = False
        self._orderedFor = None

    def setParameters(self, parameters):
        """Show the hip that the module's parameters name, or nothing while there are no parameters (None)."""
        self._module = parameters
        node = None if parameters is None else parameters.hip
        self.hipSection.message = ""
        self._showHip(node if isHipNode(node) else None)
        if parameters is not None:
            self.cohortSection.sceneChanged()

    def cleanup(self):
        """Let go of everything before the panel is destroyed."""
        self.hipSection.sample.stop()
        self.outlineSection.cleanup()
        self.registrationSection.leave()
        self.landmarksSection.cleanup()
        self.regressionSection.cleanup()
        self.cohortSection.cleanup()
        self.setParameters(None)

    def enter(self):
        """The user opened the module."""
        self.outlineSection.enter()

    def exit(self):
        """The user opened another module."""
        self.outlineSection.exit()
        self.registrationSection.leave()
        self.landmarksSection.exit()

    def selectHip(self, node):
        """Show a hip and remember it in the scene.

        :param node: vtkMRMLScriptedModuleNode of a hip, or None.
        """
        if self._module is not None:
            self._module.hip = node
            self._showHip(node)

    def onHipSelected(self, node):
        """The user chose a hip in the selector."""
        if not self._isUpdating and self._module is not None and node is not self._activeNode():
            self.selectHip(node)
            self.showActiveVisit()

    def showActiveVisit(self):
        """Show the visit that is selected, or the first one with something to show, unless it is being outlined."""
        hip = self.state.hip
        if hip is None or self.outlineSection.isOpen:
            return
        shown = [visit for visit in hip.visits if visit.volume is not None or visit.segmentation is not None]
        active = [visit for visit in shown if visit.label == self.state.parameters.activeVisit]
        if shown:
            showVisit(hip, (active or shown)[0])

    def removeHip(self):
        """Remove the hip that is shown with its results; volumes and outlines stay."""
        node = self._activeNode()
        textNode = node.GetNodeReference(RECORD_ROLE)
        removeRegistrations(slicer.mrmlScene, self.state.hip)
        self.regressionSection.remove(node)
        self.selectHip(None)
        if textNode is not None:
            removeParts(slicer.mrmlScene, textNode)
            for part in (*chartsOfRecord(textNode), tableOfRecord(textNode), textNode):
                if part is not None:
                    slicer.mrmlScene.RemoveNode(part)
        slicer.mrmlScene.RemoveNode(node)
        self.selectHip(next(iter(hipNodesOfScene()), None))

    def update(self):
        """Bring all sections up to date, once."""
        if self._isUpdating:
            return
        self._isUpdating = True
        try:
            self.state.refresh()
            self.ui.hipSelector.setCurrentNode(self._activeNode())
            for section in (self.hipSection, self.visitsSection, self.outlineSection, self.landmarksSection,
                            self.registrationSection, self.measureSection, self.regressionSection,
                            self.approveSection):
                section.show()
            self._watch.watch(self.state.hip)
            self._orderFocus()
        finally:
            self._isUpdating = False

    def _orderFocus(self):
        """Order the widgets for the Tab key, again when those of the visits were made anew."""
        madeFor = None if self.state.hip is None else tuple(visit.label for visit in self.state.hip.visits)
        if self._orderedFor != (madeFor, self.outlineSection.isOpen):
            self._orderedFor = (madeFor, self.outlineSection.isOpen)
            orderFocus(self.ui.hipSection.parentWidget())

    def showProblem(self, text: str):
        """Say in the panel why it cannot work with this scene.

        :param text: of an error, one line.
        """
        setText(self.ui.hipStatus, f"<b>{_('Not shown.')}</b> {html.escape(sentence(text))}")

    def _activeNode(self):
        return None if self.state.parameters is None else self.state.parameters.parameterNode

    def _showHip(self, node):
        if self.state.parameters is not None:
            self.state.parameters.disconnectGui(self._guiTag)
        self._watch.stop()
        self.measureSection.failure = self.approveSection.message = ""
        self.visitsSection.message = self.registrationSection.message = ""
        problem, parameters = "", None
        try:
            parameters = None if node is None else hipParameters(node)
        except ONVolumetryError as error:
            problem = str(error)
        self.state.setParameters(parameters)
        if parameters is not None:
            self._guiTag = parameters.connectGui(self.ui)
        self.update()
        if problem:
            self.showProblem(problem)

    def _onSceneChanged(self, isEdited: bool):
        if not slicer.mrmlScene.IsNodePresent(self._activeNode()):
            self.selectHip(next(iter(hipNodesOfScene()), None))
            return
        if isEdited:
            self.state.outlinesChanged()
            self.measureSection.failure = self.registrationSection.message = ""
        self.update()


def hipNodesOfScene() -> list:
    """Nodes of all hips of the scene."""
    nodes = (slicer.mrmlScene.GetNthNodeByClass(index, "vtkMRMLScriptedModuleNode")
             for index in range(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode")))
    return [node for node in nodes if isHipNode(node)]
