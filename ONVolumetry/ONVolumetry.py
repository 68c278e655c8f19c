"""ONVolumetry, a module of 3D Slicer: volume of osteonecrosis of the femoral head with its uncertainty."""

import os
import sys

import slicer
from slicer import vtkMRMLScriptedModuleNode
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

OLDEST_SLICER = (5, 12)
LIBRARY = "ONVolumetryLib"
TERMINOLOGY_FILE = "ONVolumetry.term.json"
TERMINOLOGY_CONTEXT = "Segmentation category and type - ONVolumetry"


class ONVolumetry(ScriptedLoadableModule):
    """The module as Slicer lists it."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("ONVolumetry")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["Segmentations", "Terminologies"]
        self.parent.contributors = ["ONVolumetry contributors"]
        self.parent.helpText = _(
            "Measures osteonecrosis of the femoral head on outlines of an MRI: the lesion's volume, its share of the "
            "head, the sphere of the head and the sphere-adjusted volume, each with its measurement uncertainty. See "
            '<a href="https://github.com/onvolumetry/SlicerONVolumetry">the documentation</a>.')
        self.parent.acknowledgementText = _(
            "The method follows Gómez-Barrena et al., Bone & Joint Research 2022;11(12):881-889.")
        slicer.app.connect("startupCompleted()", registerTerminology)
        slicer.app.connect("startupCompleted()", registerLayouts)
        slicer.app.connect("startupCompleted()", registerEffects)
        slicer.app.connect("startupCompleted()", awaitInterpolatedSlices)
        slicer.app.connect("aboutToQuit()", unmarkInterpolatedSlices)


@parameterNodeWrapper
class ONVolumetryParameterNode:
    """What the module keeps in the scene beside the hips.

    schemaVersion - which of these fields a stored scene has; raised with every change of them.
    hip - node of the hip that the panel shows; see HipParameters of ONVolumetryLib.ui.hipparameters.
    """

    schemaVersion: int = 1
    hip: vtkMRMLScriptedModuleNode


class ONVolumetryWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The module's panel."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None
        self._parameterNode = None

    def setup(self):
        """Build the panel, or say why the module cannot work here."""
        ScriptedLoadableModuleWidget.setup(self)
        problem = problemOfInstallation()
        if problem:
            self._showOnly(problem)
            return
        from ONVolumetryLib.ui.modulepanel import ModulePanel

        registerTerminology()
        markInterpolatedSlices()
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/ONVolumetry.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = ONVolumetryLogic()
        self.panel = ModulePanel(self.ui, self.logic, ONVolumetryTest)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartImportEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndImportEvent, self.onSceneEndImport)
        self.initializeParameterNode()

    def _showOnly(self, text):
        import qt

        label = qt.QLabel(text)
        label.objectName = "installationProblem"
        label.wordWrap = True
        label.setTextInteractionFlags(qt.Qt.TextSelectableByMouse)
        self.layout.addWidget(label)
        self.layout.addStretch(1)

    def cleanup(self):
        """Called when the panel is destroyed or reloaded."""
        if self.panel is not None:
            self.panel.cleanup()
        unmarkInterpolatedSlices()
        self.removeObservers()

    def enter(self):
        """Called when the user opens the module."""
        self.initializeParameterNode()
        if self.panel is not None:
            self.panel.enter()

    def exit(self):
        """Called when the user opens another module."""
        if self.panel is not None:
            self.panel.exit()
        self.setParameterNode(None)

    def onSceneStartClose(self, caller, event):
        """Let go of the parameters before the scene's nodes vanish, or others come."""
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event):
        """Take the parameters of the scene that is there now."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneEndImport(self, caller, event):
        """Take the parameters of the scene once every node selector has taken the new nodes into its list."""
        import qt

        # A change of widgets in the midst of these lists' update ends Slicer.
        qt.QTimer.singleShot(0, self._afterImport)

    def _afterImport(self):
        # The end of an import that has begun meanwhile comes here again.
        if self._isObserving() and not slicer.mrmlScene.IsBatchProcessing():
            self.onSceneEndClose(slicer.mrmlScene, None)

    def _isObserving(self):
        """Whether the panel has not been destroyed meanwhile."""
        scene = slicer.mrmlScene
        return scene is not None and self.hasObserver(scene, scene.EndImportEvent, self.onSceneEndImport)

    def initializeParameterNode(self):
        """Show the parameters of the scene, or why they cannot be shown."""
        if self.logic is None:
            return
        from ONVolumetryLib.core.errors import ONVolumetryError

        try:
            self.setParameterNode(self.logic.getParameterNode())
        except ONVolumetryError as error:
            self.setParameterNode(None)
            self.panel.showProblem(str(error))

    def setParameterNode(self, parameterNode):
        """Connect the panel to parameters, or disconnect it (None)."""
        if self.panel is None:
            return
        self._parameterNode = parameterNode
        self.panel.setParameters(parameterNode)

    def onReload(self):
        """Developer's Reload button: read the library again too, which is imported anew where it is used."""
        for name in [name for name in sys.modules if name.split(".")[0] == LIBRARY]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)


class ONVolumetryLogic(ScriptedLoadableModuleLogic):
    """Measures hips of the application's scene; see ONVolumetryLib.mrml.logic, which does the work.

    In Python: `ONVolumetryLogic().measure(HipNodes("101", "male", (VisitNodes(segmentation, head, lesion, volume),)))`
    with HipNodes and VisitNodes of ONVolumetryLib.mrml.hipnodes.

    :raises RuntimeError: the module is not installed so that it can work; the text says what to do.
    """

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)
        problem = problemOfInstallation()
        if problem:
            raise RuntimeError(problem)
        from ONVolumetryLib.mrml.logic import MeasurementLogic

        inScene = MeasurementLogic(slicer.mrmlScene)
        self.measure = inScene.measure
        self.register = inScene.register
        self.registrations = inScene.registrations
        self.segmentsOf = inScene.segmentsOf
        self.changedVisits = inScene.changedVisits
        self.record = inScene.record
        self.store = inScene.store
        self.storedRecord = inScene.storedRecord
        self.suggestSegments = inScene.suggestSegments
        self.suggestVolume = inScene.suggestVolume

    def getParameterNode(self):
        """Parameters of the module in the application's scene."""
        from ONVolumetryLib.mrml.casesource import takePathsOutOfScene
        from ONVolumetryLib.mrml.parameterschema import migrateParameters

        takePathsOutOfScene(slicer.mrmlScene)
        node = super().getParameterNode()
        migrateParameters(node)
        return ONVolumetryParameterNode(node)


class ONVolumetryTest(ScriptedLoadableModuleTest):
    """Self-test: measures hips of closed-form volume in a scene of its own; the user's scene is left alone."""

    def setUp(self):
        """Make a scene that nobody else sees."""
        from ONVolumetryLib.mrml.logic import MeasurementLogic

        self.nodesOfUser = slicer.mrmlScene.GetNumberOfNodes()
        self.scene = slicer.vtkMRMLScene()
        self.logic = MeasurementLogic(self.scene)

    def tearDown(self):
        """Check that the user's scene is as it was."""
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), self.nodesOfUser)

    def test_knownVolumes(self):
        """Volumes, sphere and share of the head are those of geometry."""
        from ONVolumetryLib.mrml import ballhip

        hip = ballhip.addBallHip(self.scene)
        visit = self.logic.measure(hip).visits[0]
        self.assertLess(abs(visit.head.volumeMm3 / ballhip.HEAD_MM3 - 1), 0.01)
        self.assertLess(abs(visit.lesion.volumeMm3 / ballhip.LESION_MM3 - 1), 0.03)
        self.assertLess(abs(visit.sphere.radiusMm - ballhip.RADIUS_MM), 0.2)
        self.assertLess(max(abs(found - true) for found, true in zip(visit.sphere.centerRas, ballhip.CENTER_RAS)), 0.2)

    def test_notMeasuredIsNeverZero(self):
        """A lesion that nobody has drawn is not measured; one that is completed and empty is none."""
        from ONVolumetryLib.mrml import ballhip

        for status, volume in (("notstarted", None), ("completed", 0.0)):
            hip = ballhip.addBallHip(self.scene, lesionStatus=status)
            record = self.logic.record(hip, self.logic.measure(hip))
            self.assertEqual(record["visits"][0]["onv_cm3"], volume)

    def test_resultIsKeptInTheScene(self):
        """The text node gives back what was measured, and a table is made of it."""
        from ONVolumetryLib.mrml import ballhip

        hip = ballhip.addBallHip(self.scene)
        record = self.logic.record(hip, self.logic.measure(hip))
        table = self.logic.store(hip, record)[1]
        self.assertEqual(self.logic.storedRecord(hip).record, record)
        self.assertEqual(table.GetCellText(0, table.GetColumnIndex("onv_cm3")), f"{record['visits'][0]['onv_cm3']:.2f}")


def registerTerminology():
    """Offer the codes of head and lesion in Slicer's terminology selector."""
    logic = slicer.modules.terminologies.logic()
    if not logic.IsTerminologyContextLoaded(TERMINOLOGY_CONTEXT):
        logic.LoadTerminologyFromFile(os.path.join(os.path.dirname(__file__), "Resources", TERMINOLOGY_FILE))


def registerEffects():
    """Offer the tool "Lesion from strokes" in the Segment Editor module too."""
    if not problemOfInstallation():
        from ONVolumetryLib.ui.effectregistration import registerEffects as register

        register()


def registerLayouts():
    """Make our layouts known before a scene that uses one is loaded."""
    if slicer.app.layoutManager() is not None and not problemOfInstallation():
        from ONVolumetryLib.ui.comparelayout import registerLayouts as register

        register()


def awaitInterpolatedSlices():
    """Mark interpolated slices wherever they are looked at, in the Segment Editor module too, once there are any."""
    if slicer.app.layoutManager() is not None and not problemOfInstallation():
        from ONVolumetryLib.ui.markstart import markStart

        markStart().start()


def markInterpolatedSlices():
    """Mark interpolated slices from now on."""
    if slicer.app.layoutManager() is not None:
        from ONVolumetryLib.ui.interpolatedmarks import marks
        from ONVolumetryLib.ui.markstart import markStart

        markStart().stop()
        marks().start()


def unmarkInterpolatedSlices():
    """Let go of the views and of the scene, before Slicer ends or the module is loaded anew."""
    for name, stop in (("markstart", lambda module: module.markStart().stop()),
                       ("interpolatedmarks", lambda module: module.marks().stop())):
        module = sys.modules.get(f"{LIBRARY}.ui.{name}")
        if module is not None:
            stop(module)


def problemOfInstallation():
    """Why the module cannot work in this Slicer and what to do, "" when it can."""
    version = (slicer.app.majorVersion, slicer.app.minorVersion)
    if version < OLDEST_SLICER:
        return _("ONVolumetry needs 3D Slicer {needed} or newer; this is {found}. Install a newer 3D Slicer and then "
                 "ONVolumetry from its Extensions Manager.").format(
            needed="{}.{}".format(*OLDEST_SLICER), found="{}.{}".format(*version))
    import ONVolumetryLib

    own = os.path.join(os.path.dirname(os.path.realpath(__file__)), LIBRARY)
    found = os.path.dirname(os.path.realpath(ONVolumetryLib.__file__))
    if os.path.normcase(found) != os.path.normcase(own):
        return _("Another copy of ONVolumetry hides this one: {found}. Remove it (in the Python console: "
                 "slicer.util.pip_uninstall('onvolumetry')) and start 3D Slicer again.").format(found=found)
    return ""
