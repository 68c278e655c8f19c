"""A user's way through the panel: choose, press Measure, read, save, open again."""

import tempfile
import unittest
from pathlib import Path

import qt
import slicer
import vtk

HEAD_ROW, LESION_ROW = "Head volume (FHV)", "Lesion volume (ONV)"


def setUpModule():
    import importguard

    importguard.install()


class WorkflowTest(unittest.TestCase):
    """Drives the widgets of the panel in the main window."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        slicer.util.selectModule("ONVolumetry")
        self.widget = slicer.modules.onvolumetry.widgetRepresentation().self()
        self.ui = self.widget.ui

    def tearDown(self):
        slicer.mrmlScene.Clear(0)

    def drawHip(self, **options):
        from ONVolumetryLib.mrml.ballhip import addBallHip

        hip = addBallHip(slicer.mrmlScene, **options)
        slicer.app.processEvents()
        return hip

    def choose(self, hip, sex="Male"):
        """Turn to a segmentation and choose the sex, as a user does."""
        self.ui.segmentationSelector.setCurrentNode(hip.visits[0].segmentation)
        self.ui.sexSelector.setCurrentText(sex)
        slicer.app.processEvents()

    def measure(self):
        self.assertTrue(self.ui.measureButton.enabled, self.ui.measureButton.toolTip)
        self.ui.measureButton.click()
        slicer.app.processEvents()

    def shownRows(self):
        """Text of the table: {quantity: (value, uncertainty, unit)}."""
        table = self.ui.resultTable
        texts = [[table.item(row, column).text() for column in range(table.columnCount)]
                 for row in range(table.rowCount)]
        return {quantity: tuple(rest) for quantity, *rest in texts}

    def testFromOutlinesToNumbers(self):
        from ONVolumetryLib.mrml.logic import MeasurementLogic

        hip = self.drawHip()
        self.choose(hip)
        self.measure()
        expected = MeasurementLogic(slicer.vtkMRMLScene()).measure(hip).visits[0]
        rows = self.shownRows()
        self.assertEqual(rows[HEAD_ROW], (f"{expected.head.volumeMm3 / 1000:.2f}",
                                          f"{expected.head.combinedSeMm3 / 1000:.2f}", "cm³"))
        self.assertEqual(rows[LESION_ROW][0], f"{expected.lesion.volumeMm3 / 1000:.2f}")
        self.assertEqual(rows["Sphere radius"][0], f"{expected.sphere.radiusMm:.2f}")
        self.assertTrue(self.ui.resultButton.visible)
        self.assertFalse(self.ui.statusLabel.visible)

    def testSegmentsAreSuggestedAndCanBeChanged(self):
        hip = self.drawHip()
        self.choose(hip)
        visit = hip.visits[0]
        self.assertEqual(self.ui.headSelector.currentSegmentID(), visit.headSegmentId)
        self.assertEqual(self.ui.lesionSelector.currentSegmentID(), visit.lesionSegmentId)
        self.ui.lesionSelector.setCurrentSegmentID("")
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW], ("not measured", "", "cm³"))

    def testEveryDisabledButtonSaysWhy(self):
        def reason():
            slicer.app.processEvents()
            self.assertFalse(self.ui.measureButton.enabled)
            # Slicer wraps tool tips in a paragraph.
            self.assertIn(self.ui.statusLabel.text, self.ui.measureButton.toolTip)
            return self.ui.statusLabel.text

        hip = self.drawHip()
        self.ui.segmentationSelector.setCurrentNode(None)
        self.assertIn("Select the segmentation", reason())
        self.ui.segmentationSelector.setCurrentNode(hip.visits[0].segmentation)
        self.assertIn("sex", reason())
        self.ui.sexSelector.setCurrentText("Female")
        self.ui.headSelector.setCurrentSegmentID("")
        self.assertIn("femoral head", reason())
        self.ui.headSelector.setCurrentSegmentID(hip.visits[0].lesionSegmentId)
        self.assertIn("same segment", reason())

    def testSexMatters(self):
        hip = self.drawHip()
        self.choose(hip, "Male")
        self.measure()
        man = float(self.shownRows()["Sphere-adjusted (SAV)"][0])
        self.ui.sexSelector.setCurrentText("Female")
        slicer.app.processEvents()
        self.assertIn("other inputs", self.ui.statusLabel.text)
        self.measure()
        self.assertNotIn("other inputs", self.ui.statusLabel.text)
        woman = float(self.shownRows()["Sphere-adjusted (SAV)"][0])
        self.assertAlmostEqual(woman / man, 0.71 / 0.78, delta=0.001)

    def testUndrawnLesionIsNotMeasured(self):
        self.choose(self.drawHip(lesionStatus="notstarted"))
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][0], "not measured")
        self.assertIn("not measured", self.ui.notesBrowser.plainText)

    def testNoLesionLeftIsZero(self):
        self.choose(self.drawHip(lesionStatus="completed"))
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][0], "0.00")

    def testRefusalIsSaidInThePanel(self):
        hip = self.drawHip()
        self.choose(hip)
        self.measure()
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Enlarged")
        matrix = vtk.vtkMatrix4x4()
        matrix.SetElement(0, 0, 2.0)
        transform.SetMatrixTransformToParent(matrix)
        hip.visits[0].segmentation.SetAndObserveTransformNodeID(transform.GetID())
        self.measure()
        self.assertIn("scales or shears", self.ui.statusLabel.text)
        self.assertTrue(self.ui.statusLabel.visible)
        self.assertFalse(self.ui.resultButton.visible)

    def testEachSegmentationKeepsItsResult(self):
        first, second = self.drawHip(name="Right"), self.drawHip(name="Left", lesionStatus="completed")
        for hip in (first, second):
            self.choose(hip)
            self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][0], "0.00")
        self.choose(first)
        self.assertNotEqual(self.shownRows()[LESION_ROW][0], "0.00")
        self.assertIn("Right", self.ui.notesBrowser.plainText)

    def testSceneIsSavedAndOpenedAgain(self):
        self.choose(self.drawHip(), "Female")
        self.measure()
        rows, caption = self.shownRows(), self.ui.notesBrowser.plainText
        record = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLTextNode").GetText()
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "scene.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            slicer.mrmlScene.Clear(0)
            slicer.app.processEvents()
            self.assertFalse(self.ui.resultButton.visible)
            slicer.util.loadScene(path)
            slicer.app.processEvents()
        self.assertEqual(slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLTextNode").GetText(), record)
        self.assertEqual(self.shownRows(), rows)
        self.assertEqual(self.ui.notesBrowser.plainText, caption)
        self.assertEqual(self.ui.sexSelector.currentText, "Female")
        self.assertTrue(self.ui.measureButton.enabled)

    def testRemovedSegmentIsNotReplacedByAnother(self):
        hip = self.drawHip()
        self.choose(hip)
        hip.visits[0].segmentation.GetSegmentation().RemoveSegment(hip.visits[0].headSegmentId)
        slicer.app.processEvents()
        self.assertEqual(self.ui.headSelector.currentSegmentID(), "")
        self.assertEqual(self.ui.lesionSelector.currentSegmentID(), hip.visits[0].lesionSegmentId)
        self.assertFalse(self.ui.measureButton.enabled)

    def testRemovedAndRenamedNodes(self):
        hip = self.drawHip()
        self.choose(hip)
        self.measure()
        hip.visits[0].segmentation.SetName("Renamed")
        self.measure()
        self.assertIn("Renamed", self.ui.notesBrowser.plainText)
        slicer.mrmlScene.RemoveNode(slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLTableNode"))
        self.measure()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTextNode"), 1)
        slicer.mrmlScene.RemoveNode(hip.visits[0].segmentation)
        slicer.app.processEvents()
        self.assertFalse(self.ui.measureButton.enabled)
        self.assertFalse(self.ui.resultButton.visible)

    def testLeavingAndEnteringChangesNothing(self):
        self.choose(self.drawHip())
        self.measure()
        rows = self.shownRows()
        slicer.util.selectModule("Data")
        slicer.util.selectModule("ONVolumetry")
        slicer.app.processEvents()
        self.assertEqual(self.shownRows(), rows)
        self.assertTrue(self.ui.measureButton.enabled)

    def testClosingScenesLeavesNothingBehind(self):
        def count():
            self.choose(self.drawHip())
            self.measure()
            slicer.mrmlScene.Clear(0)
            slicer.app.processEvents()
            return slicer.mrmlScene.GetNumberOfNodes(), len(self.widget.Observations)

        count()
        self.assertEqual(count(), count())

    def testSceneOfANewerVersionIsRefusedInThePanel(self):
        node = self.widget.logic.getParameterNode().parameterNode
        self.widget.exit()
        node.SetParameter("schemaVersion", "99")
        self.widget.enter()
        self.assertIn("newer version of ONVolumetry", self.ui.statusLabel.text)
        self.assertFalse(self.ui.measureButton.enabled)

    def testReloadKeepsThePanelWorking(self):
        self.widget.onReload()
        self.widget = slicer.modules.onvolumetry.widgetRepresentation().self()
        self.ui = self.widget.ui
        self.widget.enter()
        self.choose(self.drawHip())
        self.measure()
        self.assertNotEqual(self.shownRows()[LESION_ROW][0], "not measured")

    def testNumbersStandUnderEachOther(self):
        self.choose(self.drawHip())
        self.measure()
        table = self.ui.resultTable
        for column in (1, 2):
            self.assertTrue(table.item(0, column).textAlignment() & int(qt.Qt.AlignRight))
        self.assertTrue(table.item(0, 0).toolTip())


if __name__ == "__main__":
    unittest.main()
