"""The module as Slicer finds it: what it says of itself, what it costs, and how it refuses to work wrongly."""

import importlib
import importlib.util
import sys
import time
import types
import unittest
from unittest import mock

import slicer

LIBRARY_WAS_LOADED = "ONVolumetryLib.core" in sys.modules
LONGEST_LOAD_SECONDS = 0.2


def setUpModule():
    import importguard

    importguard.install()


class ModuleInSlicerTest(unittest.TestCase):
    """What does not depend on a scene."""

    def testMetadata(self):
        module = slicer.modules.onvolumetry
        self.assertEqual(module.title, "ONVolumetry")
        self.assertEqual(list(module.categories), ["Quantification"])
        self.assertTrue(module.contributors)
        self.assertIn("uncertainty", module.helpText)
        self.assertIn("Barrena", module.acknowledgementText)
        self.assertFalse(module.icon.isNull())

    def testNothingIsLoadedBeforeItIsUsed(self):
        self.assertFalse(LIBRARY_WAS_LOADED)

    def testLoadingIsFast(self):
        spec = importlib.util.spec_from_file_location("ONVolumetryAgain", slicer.modules.onvolumetry.path)
        start = time.process_time()
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        self.assertLess(time.process_time() - start, LONGEST_LOAD_SECONDS)

    def testConstructorsComputeNothing(self):
        """The module, its widget before setup and its logic take no time, whatever the scene holds."""
        import qt

        import ONVolumetry

        parent = slicer.qMRMLWidget()
        parent.setLayout(qt.QVBoxLayout())
        self.addCleanup(parent.deleteLater)
        start = time.process_time()
        ONVolumetry.ONVolumetryWidget(parent)
        ONVolumetry.ONVolumetryLogic()
        self.assertLess(time.process_time() - start, LONGEST_LOAD_SECONDS)

    def testUnbundledPackagesAreRefusedHere(self):
        with self.assertRaisesRegex(ModuleNotFoundError, "not bundled"):
            importlib.import_module("pandas")

    def testTerminologyIsOffered(self):
        import vtk

        logic = slicer.modules.terminologies.logic()
        names = vtk.vtkStringArray()
        logic.GetLoadedTerminologyNames(names)
        loaded = [names.GetValue(index) for index in range(names.GetNumberOfValues())]
        self.assertEqual(loaded.count("Segmentation category and type - ONVolumetry"), 1)

    def testSelfTestLeavesTheUsersSceneAlone(self):
        slicer.mrmlScene.Clear(0)
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Patient")
        before = slicer.mrmlScene.GetNumberOfNodes()
        slicer.selfTests["ONVolumetry"]()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)
        self.assertIs(slicer.util.getNode("Patient"), node)

    def testLogicWorksWithoutPanel(self):
        from ONVolumetryLib.mrml import ballhip

        from ONVolumetry import ONVolumetryLogic

        slicer.mrmlScene.Clear(0)
        measurement = ONVolumetryLogic().measure(ballhip.addBallHip(slicer.mrmlScene))
        self.assertAlmostEqual(measurement.visits[0].sphere.radiusMm, ballhip.RADIUS_MM, delta=0.2)


class InstallationTest(unittest.TestCase):
    """Where the module cannot work, its panel holds one message and nothing else."""

    def panelText(self):
        panel = slicer.util.getNewModuleWidget("ONVolumetry")
        self.addCleanup(panel.parent.deleteLater)
        self.addCleanup(panel.cleanup)
        self.assertIsNone(panel.logic)
        return slicer.util.findChild(panel.parent, "installationProblem").text

    def testSlicerThatIsTooOld(self):
        import ONVolumetry

        with mock.patch.object(ONVolumetry, "OLDEST_SLICER", (99, 1)):
            text = self.panelText()
            with self.assertRaisesRegex(RuntimeError, "needs 3D Slicer 99.1 or newer"):
                ONVolumetry.ONVolumetryLogic()
        self.assertIn("99.1", text)
        self.assertIn("newer", text)

    def testAnotherCopyOfTheLibrary(self):
        other = types.ModuleType("ONVolumetryLib")
        other.__file__ = "/elsewhere/site-packages/ONVolumetryLib/__init__.py"
        with mock.patch.dict(sys.modules, {"ONVolumetryLib": other}):
            text = self.panelText()
        self.assertIn("elsewhere", text)
        self.assertIn("pip_uninstall", text)


if __name__ == "__main__":
    unittest.main()
