"""A user's way through the panel: open a hip, look at its visits, measure, approve, save, open again."""

import csv
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import qt
import slicer
import vtk

HEAD_ROW, LESION_ROW = "Head volume (FHV)", "Lesion volume (ONV)"
FIRST_VALUE = 2
LONGEST_SAMPLE_SECONDS = 120


def setUpModule():
    import importguard

    importguard.install()


class PanelTest(unittest.TestCase):
    """Drives the widgets of the panel in the main window."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        slicer.util.selectModule("ONVolumetry")
        self.takePanel()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.addCleanup(slicer.mrmlScene.Clear, 0)

    def takePanel(self):
        self.widget = slicer.modules.onvolumetry.widgetRepresentation().self()
        self.ui, self.panel = self.widget.ui, self.widget.panel

    def openCase(self, **changes):
        """Open a case of three visits as a user does, but for the dialog."""
        from ballcase import makeCase

        path = makeCase(self.folder / "case", **changes)
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(path.parent)):
            self.ui.openCaseButton.click()
        settle()
        self.assertIsNotNone(self.panel.state.hip, self.ui.hipStatus.text)
        return path

    def measure(self):
        self.assertTrue(self.ui.measureButton.enabled, self.ui.measureButton.toolTip)
        self.ui.measureButton.click()
        settle()

    def approve(self, reader="AB"):
        self.ui.readerEdit.text = reader
        settle()
        self.assertTrue(self.ui.approveButton.enabled, self.ui.approveButton.toolTip)
        self.ui.approveButton.click()
        settle()

    def shownRows(self):
        """Text of the table: {quantity: [unit, one text a visit]}."""
        table = self.ui.resultTable
        texts = [[table.item(row, column).text() for column in range(table.columnCount)]
                 for row in range(table.rowCount)]
        return {quantity: rest for quantity, *rest in texts}

    def visit(self, row=0):
        return self.panel.state.hip.visits[row]

    def eraseSlice(self, row=0):
        """Erase the lesion of a visit in one slice, with undo, as the Segment Editor does."""
        visit = self.visit(row)
        array = slicer.util.arrayFromSegmentBinaryLabelmap(visit.segmentation, visit.lesionSegmentId, visit.volume)
        changed = array.copy()
        changed[np.flatnonzero(array.any(axis=(1, 2)))[0]] = 0
        self.setLesion(row, changed)
        return array

    def setLesion(self, row, array):
        visit = self.visit(row)
        slicer.util.updateSegmentBinaryLabelmapFromArray(array, visit.segmentation, visit.lesionSegmentId, visit.volume)
        settle(0.5)


class HipSectionTest(PanelTest):
    """Section 1."""

    def testEmptyPanelOffersThreeWaysToBegin(self):
        for button in (self.ui.newHipButton, self.ui.openCaseButton, self.ui.sampleButton):
            self.assertTrue(button.enabled)
        for section in (self.ui.visitsSection, self.ui.measureSection, self.ui.approveSection):
            self.assertFalse(section.visible)
        self.assertIn("no hip yet", self.ui.hipStatus.text)

    def testNewHipHasTheUsualVisits(self):
        self.ui.newHipButton.click()
        settle()
        self.assertEqual([(visit.label, visit.month) for visit in self.panel.state.hip.visits],
                         [("preop", 0.0), ("3 months", 3.0), ("12 months", 12.0)])
        self.ui.hipEdit.text = "12"
        self.ui.sideSelector.setCurrentText("Left")
        self.ui.sexSelector.setCurrentText("Female")
        self.ui.ageEdit.text = "44,5"
        settle()
        hip = self.panel.state.hip
        self.assertEqual((hip.hip, hip.side, hip.sex, dict(hip.subject)), ("12", "left", "female", {"age_years": 44.5}))

    def testSampleHipIsMadeInTheBackgroundAndMeasured(self):
        self.ui.sampleButton.click()
        settle()
        self.assertFalse(self.ui.sampleButton.enabled)
        end = time.monotonic() + LONGEST_SAMPLE_SECONDS
        while self.panel.hipSection.sample.isRunning and time.monotonic() < end:
            settle(0.1)
        settle()
        self.assertEqual(self.panel.state.hip.hip, "101", self.ui.hipStatus.text)
        self.measure()
        values = [float(text.split()[0]) for text in self.shownRows()["Lesion share (ONV %)"][1:]]
        for value, truth in zip(values, (19.9, 12.6, 7.5)):
            self.assertAlmostEqual(value, truth, delta=1.0)

    def testWrongSideIsRefusedWithAnOfferToSwap(self):
        self.openCase(side="left")
        self.assertTrue(self.ui.swapSideButton.visible)
        self.assertIn("right", self.ui.hipStatus.text)
        self.assertFalse(self.ui.measureButton.enabled)
        self.ui.swapSideButton.click()
        settle()
        self.assertFalse(self.ui.swapSideButton.visible)
        self.assertEqual(self.ui.sideSelector.currentText, "Right")
        self.measure()

    def testOtherHipSharesScansAndNothingElse(self):
        self.openCase()
        first = self.panel.state.hip
        self.measure()
        self.ui.otherHipButton.click()
        settle()
        other = self.panel.state.hip
        self.assertEqual((other.hip, other.side, other.patient), ("7 left", "left", "P-7"))
        self.assertEqual([visit.volume for visit in other.visits], [visit.volume for visit in first.visits])
        self.assertTrue(all(visit.segmentation is None for visit in other.visits))
        self.assertIsNone(self.panel.state.record)
        self.ui.hipSelector.setCurrentNode(first.owner)
        settle()
        self.assertIsNotNone(self.panel.state.record)

    def testDamagedCaseIsRefusedInThePanelAndLeavesNothing(self):
        path = self.openCase()
        slicer.mrmlScene.Clear(0)
        (path.parent / "12-months.nrrd").write_text("damaged")
        before = slicer.mrmlScene.GetNumberOfNodes()
        self.panel.hipSection.openFolder(path.parent)
        self.assertIn("12-months.nrrd", self.ui.hipStatus.text)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)

    def testRemovedHipTakesItsResultsWithIt(self):
        self.openCase()
        nodes = slicer.mrmlScene.GetNumberOfNodes()
        self.measure()
        with mock.patch.object(slicer.util, "confirmYesNoDisplay", return_value=True):
            self.ui.removeHipButton.click()
        settle()
        self.assertIsNone(self.panel.state.hip)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode"), 3)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLPlotSeriesNode"), 0)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTextNode"), 0)
        self.assertLess(slicer.mrmlScene.GetNumberOfNodes(), nodes + 1)


class VisitsSectionTest(PanelTest):
    """Section 2."""

    def testCellsAreBoundToTheScene(self):
        self.openCase()
        table = self.ui.visitsTable
        table.item(1, 1).setText("4,5")
        table.item(1, 0).setText("early")
        settle()
        self.assertEqual((self.visit(1).label, self.visit(1).month), ("early", 4.5))
        table.item(1, 1).setText("soon")
        settle()
        self.assertEqual(table.item(1, 1).text(), "4.5")
        self.panel.visitsSection.table.nodeSelector(1, 2).setCurrentNode(self.visit(2).volume)
        settle()
        self.assertIs(self.visit(1).volume, self.visit(2).volume)

    def testVisitThatWasNotDone(self):
        self.openCase()
        states = self.panel.visitsSection.table.stateSelector(2)
        states.setCurrentIndex(states.findData("withdrawn"))
        settle()
        self.assertFalse(self.visit(2).done)
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][3], "not done")
        self.assertEqual(self.panel.state.record["visits"][2]["not_done_reason"], "withdrawn")

    def testAddRemoveAndReorder(self):
        self.openCase()
        nodes = [visit.volume for visit in self.panel.state.hip.visits]
        self.ui.addVisitButton.click()
        settle()
        self.assertEqual((self.visit(3).label, self.visit(3).month), ("24 months", 24.0))
        self.ui.visitUpButton.click()
        settle()
        self.assertEqual([visit.label for visit in self.panel.state.hip.visits],
                         ["preop", "3 months", "24 months", "12 months"])
        self.assertEqual([visit.volume for visit in self.panel.state.hip.visits], [*nodes[:2], None, nodes[2]])
        with mock.patch.object(slicer.util, "confirmYesNoDisplay", return_value=True):
            self.ui.visitsTable.setCurrentCell(0, 0)
            self.ui.removeVisitButton.click()
        settle()
        self.assertEqual([visit.label for visit in self.panel.state.hip.visits], ["3 months", "24 months", "12 months"])
        self.assertIn("no visit before surgery", self.ui.visitsStatus.text)
        self.assertTrue(slicer.mrmlScene.IsNodePresent(nodes[0]))

    def testShownVolumeIsUsed(self):
        self.openCase()
        wanted = self.visit(2).volume
        slicer.util.setSliceViewerLayers(background=wanted)
        self.panel.visitsSection.useShownVolume()
        settle()
        self.assertIs(self.visit(0).volume, wanted)

    def testSelectedVisitIsShown(self):
        self.openCase()
        self.ui.visitsTable.setCurrentCell(1, 0)
        settle()
        shown = slicer.app.layoutManager().sliceWidget("Red").sliceLogic().GetBackgroundLayer().GetVolumeNode()
        self.assertIs(shown, self.visit(1).volume)
        visible = [bool(visit.segmentation.GetDisplayNode().GetVisibility()) for visit in self.panel.state.hip.visits]
        self.assertEqual(visible, [False, True, False])

    def testSegmentsAreSuggestedAndCanBeChanged(self):
        self.openCase()
        visit = self.visit()
        self.ui.visitsTable.setCurrentCell(0, 0)
        self.assertEqual(self.ui.headSelector.currentSegmentID(), visit.headSegmentId)
        self.ui.lesionSelector.setCurrentSegmentID("")
        settle()
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][1], "not measured")

    def testSubjectHierarchyHoldsPatientAndVisits(self):
        self.openCase()
        self.measure()
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        study = tree.GetItemParent(tree.GetItemByDataNode(self.visit(1).segmentation))
        self.assertEqual(tree.GetItemName(study), "3 months")
        self.assertEqual(tree.GetItemName(tree.GetItemParent(study)), "P-7")


class MeasureSectionTest(PanelTest):
    """Section 4."""

    def testNumbersAreTheProgramsForTheSameCase(self):
        from ONVolumetryLib.program.casemeasurement import measureCase

        path = self.openCase()
        self.measure()
        compareRecords(self, self.panel.state.record, measureCase(path)[1])
        rows = self.shownRows()
        first = measureCase(path)[1].visits[0]
        self.assertEqual(rows[HEAD_ROW][1],
                         f"{first.head.volumeMm3 / 1000:.2f} ± {first.head.combinedSeMm3 / 1000:.2f}")
        self.assertEqual(rows["Regeneration"][1], "baseline")
        self.assertFalse(self.ui.statusLabel.visible)

    def testSavedFolderGivesTheProgramTheSameNumbers(self):
        from ONVolumetryLib.program.casemeasurement import measureCase

        self.openCase(settings={"contour_sd_mm": 0.7})
        self.eraseSlice(1)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Moved")
        move = vtk.vtkTransform()
        move.RotateWXYZ(20, 1, 2, 3)
        transform.SetMatrixTransformToParent(move.GetMatrix())
        for node in (self.visit(2).volume, self.visit(2).segmentation):
            node.SetAndObserveTransformNodeID(transform.GetID())
        settle(0.5)
        self.measure()
        saved = self.folder / "saved"
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(saved)):
            self.ui.saveCaseButton.click()
        self.assertIn(str(saved), self.ui.hipStatus.text)
        case, measurement, _ = measureCase(saved / "case.json")
        compareRecords(self, self.panel.state.record, measurement)
        self.assertEqual((case.subject["smoker"], case.subject["healed"], case.subject["age_years"]), (False, True, 43))
        self.assertEqual(measurement.settings.contourSdMm, 0.7)

    def testEditMakesTheResultOutOfDateAndUndoMakesItCurrent(self):
        self.openCase()
        self.measure()
        array = self.eraseSlice(1)
        self.assertIn("Out of date", self.ui.statusLabel.text)
        self.assertIn("3 months", self.ui.statusLabel.text)
        self.assertNotIn("preop", self.ui.statusLabel.text)
        self.assertFalse(self.ui.exportCsvButton.enabled)
        self.setLesion(1, array)
        self.assertFalse(self.ui.statusLabel.visible)
        self.assertTrue(self.ui.exportCsvButton.enabled)

    def testOnlyTheChangedVisitIsMeasuredAgain(self):
        from ONVolumetryLib.core import visitmeasurement

        self.openCase()
        self.widget.logic.measure.__self__._measured.clear()
        self.measure()
        self.eraseSlice(1)
        with mock.patch.object(visitmeasurement, "measureVisit", wraps=visitmeasurement.measureVisit) as measured:
            self.measure()
        self.assertEqual([call.args[0].label for call in measured.call_args_list], ["3 months"])

    def testCancelKeepsTheFormerResult(self):
        self.openCase()
        self.measure()
        before = self.panel.state.record
        self.eraseSlice(0)
        self.panel.measureSection._measure = self.canceled
        self.panel.measureSection.measure()
        del self.panel.measureSection._measure
        settle()
        self.assertEqual(self.panel.state.record, before)
        self.assertIn("Canceled", self.ui.statusLabel.text)

    def canceled(self):
        self.assertTrue(self.ui.cancelButton.enabled)
        self.ui.cancelButton.click()
        self.panel.measureSection._progress(0.5, "preop")

    def testSexMatters(self):
        self.openCase()
        self.measure()
        woman = float(self.shownRows()["Sphere-adjusted (SAV)"][1].split()[0])
        self.ui.sexSelector.setCurrentText("Male")
        settle()
        self.assertIn("Out of date", self.ui.statusLabel.text)
        self.measure()
        man = float(self.shownRows()["Sphere-adjusted (SAV)"][1].split()[0])
        self.assertAlmostEqual(woman / man, 0.71 / 0.78, delta=0.001)

    def testRefusalIsSaidInThePanel(self):
        self.openCase()
        self.measure()
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Enlarged")
        matrix = vtk.vtkMatrix4x4()
        matrix.SetElement(0, 0, 2.0)
        transform.SetMatrixTransformToParent(matrix)
        self.visit(1).segmentation.SetAndObserveTransformNodeID(transform.GetID())
        settle(0.5)
        self.assertFalse(self.ui.measureButton.enabled)
        self.assertIn("scales or shears", self.ui.measureButton.toolTip)
        self.assertIn("3 months", self.ui.visitsStatus.text)

    def testPlotsAreShown(self):
        self.openCase()
        self.measure()
        for button, title in ((self.ui.courseButton, "Lesion in the head"), (self.ui.areaButton, "Area of the lesion")):
            button.click()
            settle()
            chart = slicer.app.layoutManager().plotWidget(0).mrmlPlotViewNode().GetPlotChartNode()
            self.assertIn(title, chart.GetTitle())
            self.assertGreaterEqual(chart.GetNumberOfPlotSeriesNodes(), 3)

    def testNumbersStandUnderEachOther(self):
        self.openCase()
        self.measure()
        cell = self.ui.resultTable.item(0, FIRST_VALUE)
        self.assertTrue(cell.textAlignment() & int(qt.Qt.AlignRight))
        self.assertTrue(cell.toolTip())


class ApproveSectionTest(PanelTest):
    """Section 5."""

    def testApprovalIsStoredAndALaterEditIsSaidEverywhere(self):
        self.openCase()
        self.measure()
        self.assertIn("initials", self.ui.approveButton.toolTip)
        self.approve()
        self.assertEqual(self.ui.approvalTable.item(0, 3).text()[:3], "AB,")
        self.assertFalse(self.ui.approveButton.enabled)
        self.assertEqual(self.csvColumn("approved")[1][:3], "AB ")
        self.assertIn("approved by AB", self.report())
        self.eraseSlice(1)
        self.assertIn("Changed after approval", self.ui.approveStatus.text)
        self.assertIn("changed after approval", self.ui.approvalTable.item(1, 3).text())
        self.measure()
        self.assertEqual([text.startswith("changed after approval") for text in self.csvColumn("approved")],
                         [False, True, False])
        self.assertIn("changed after approval (AB", self.report())
        self.approve("CD")
        self.assertEqual([text[:2] for text in self.csvColumn("approved")], ["AB", "CD", "AB"])

    def testApprovedOutlinesAreLockedUntilWithdrawn(self):
        self.openCase()
        self.measure()
        self.approve()
        self.assertEqual(self.visit().segmentation.GetAttribute("ONVolumetry.approved"), "1")
        with mock.patch.object(slicer.util, "confirmYesNoDisplay", return_value=True):
            self.ui.withdrawButton.click()
        settle()
        self.assertIsNone(self.visit().segmentation.GetAttribute("ONVolumetry.approved"))
        self.assertEqual(self.csvColumn("approved"), ["", "", ""])

    def testApprovalTravelsWithTheCaseFolder(self):
        self.openCase()
        self.measure()
        self.approve()
        self.panel.hipSection.saveFolder(self.folder / "saved")
        slicer.mrmlScene.Clear(0)
        self.panel.hipSection.openFolder(self.folder / "saved")
        self.measure()
        self.assertEqual([text[:3] for text in self.csvColumn("approved")], ["AB "] * 3)

    def csvColumn(self, name):
        path = self.folder / "measurements.csv"
        with mock.patch.object(qt.QFileDialog, "getSaveFileName", return_value=str(path)):
            self.ui.exportCsvButton.click()
        with path.open(encoding="utf-8", newline="") as file:
            return [row[name] for row in csv.DictReader(file)]

    def report(self):
        path = self.folder / "report.html"
        with mock.patch.object(qt.QFileDialog, "getSaveFileName", return_value=str(path)):
            self.ui.exportReportButton.click()
        return path.read_text(encoding="utf-8")


class WholePanelTest(PanelTest):
    """What holds for all sections."""

    def testEveryDisabledButtonSaysWhy(self):
        def check():
            for button in self.widget.parent.findChildren(qt.QAbstractButton):
                if button.objectName.endswith("Button") and button.visible and not button.enabled:
                    self.assertTrue(button.toolTip, button.objectName)
                    reasons.add((button.objectName, button.toolTip))

        reasons = set()
        check()
        self.ui.newHipButton.click()
        settle()
        check()
        self.assertIn("Enter the name of the hip", self.ui.measureButton.toolTip)
        self.openCase()
        check()
        self.measure()
        check()
        self.assertGreater(len(reasons), 8)

    def testSceneIsSavedAndOpenedAgain(self):
        self.openCase()
        self.measure()
        self.approve()
        self.ui.visitsTable.setCurrentCell(1, 0)
        settle()
        before = self.wholeState()
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        settle()
        self.assertIsNone(self.panel.state.hip)
        slicer.util.loadScene(path)
        settle()
        self.assertEqual(self.wholeState(), before)
        self.assertEqual(self.panel.state.changed, [])
        self.assertEqual(self.ui.approvalTable.item(0, 3).text()[:3], "AB,")

    def wholeState(self):
        hip, record = self.panel.state.hip, self.panel.state.record
        visits = [(visit.label, visit.month, visit.volume.GetName(), visit.segmentation.GetName(),
                   visit.headSegmentId, visit.lesionSegmentId, visit.done, visit.approval) for visit in hip.visits]
        return (hip.hip, hip.patient, hip.side, hip.sex, dict(hip.subject), dict(hip.settings), visits, dict(record),
                self.shownRows(), self.panel.state.parameters.activeVisit, self.ui.readerEdit.text,
                dict(self.panel.state.outlines))

    def testClosingScenesLeavesNothingBehind(self):
        def count():
            self.openCase()
            self.measure()
            slicer.mrmlScene.Clear(0)
            settle()
            watch = self.panel._watch
            return slicer.mrmlScene.GetNumberOfNodes(), len(self.widget.Observations), len(watch.Observations)

        count()
        self.assertEqual(count(), count())

    def testRenamedAndRemovedNodes(self):
        self.openCase()
        self.measure()
        self.visit(1).segmentation.SetName("Renamed")
        self.visit(1).volume.SetName("Renamed too")
        settle()
        self.assertFalse(self.ui.statusLabel.visible)
        slicer.mrmlScene.RemoveNode(slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLTableNode"))
        slicer.mrmlScene.RemoveNode(self.visit(2).segmentation)
        settle(0.5)
        self.assertIsNone(self.visit(2).segmentation)
        self.assertIn("Out of date", self.ui.statusLabel.text)
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][3], "not measured")
        self.visit(0).segmentation.GetSegmentation().RemoveSegment(self.visit(0).lesionSegmentId)
        settle(0.5)
        self.assertEqual(self.visit(0).lesionSegmentId, "")
        slicer.mrmlScene.RemoveNode(self.panel.state.hip.owner)
        settle(0.5)
        self.assertIsNone(self.panel.state.hip)

    def testTwoHipsKeepTheirResults(self):
        self.openCase()
        self.measure()
        first = self.panel.state.hip.owner
        self.openCase(hip="8")
        self.assertIsNone(self.panel.state.record)
        self.measure()
        self.ui.hipSelector.setCurrentNode(first)
        settle()
        self.assertEqual(self.panel.state.record["hip"], "7")
        self.assertEqual(self.ui.hipEdit.text, "7")

    def testLeavingAndEnteringChangesNothing(self):
        self.openCase()
        self.measure()
        rows = self.shownRows()
        slicer.util.selectModule("Data")
        slicer.util.selectModule("ONVolumetry")
        settle()
        self.assertEqual(self.shownRows(), rows)
        self.assertTrue(self.ui.measureButton.enabled)

    def testHipOfANewerVersionIsRefusedInThePanel(self):
        self.openCase()
        node = self.panel.state.hip.owner
        self.widget.exit()
        node.SetParameter("schemaVersion", "99")
        self.widget.enter()
        self.assertIn("newer version of ONVolumetry", self.ui.hipStatus.text)
        self.assertFalse(self.ui.measureSection.visible)

    def testReloadKeepsThePanelWorking(self):
        self.widget.onReload()
        self.takePanel()
        self.widget.enter()
        self.openCase()
        self.measure()
        self.assertNotEqual(self.shownRows()[LESION_ROW][1], "not measured")

    def testInstallationIsChecked(self):
        nodes = slicer.mrmlScene.GetNumberOfNodes()
        self.ui.checkButton.click()
        settle()
        self.assertIn("all 3 checks passed", self.ui.checkBrowser.plainText)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), nodes)


def settle(seconds=0.05):
    """Let timers and events do their work."""
    end = time.monotonic() + seconds
    while True:
        slicer.app.processEvents()
        if time.monotonic() >= end:
            return
        time.sleep(0.01)


def compareRecords(test, record, measurement):
    """Voxel counts are equal and volumes agree to 1e-9."""
    test.assertEqual(len(record["visits"]), len(measurement.visits))
    for shown, program in zip(record["visits"], measurement.visits):
        for role in ("head", "lesion"):
            test.assertEqual(shown[role]["voxel_count"], getattr(program, role).voxelCount)
            expected = getattr(program, role).volumeMm3
            test.assertLess(abs(shown[role]["volume_mm3"] / expected - 1), 1e-9)
        test.assertLess(abs(shown["onv_percent"] / program.onvPercent.value - 1), 1e-9)
        test.assertLess(abs(shown["sphere_radius_mm"] / program.sphere.radiusMm - 1), 1e-6)


if __name__ == "__main__":
    unittest.main()
