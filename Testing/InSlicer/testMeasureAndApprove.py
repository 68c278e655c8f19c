"""Sections 4 and 5: the numbers are the program's, and nobody changes approved outlines unnoticed."""

import csv
import unittest
from unittest import mock

import qt
import quickregistration
import slicer
import vtk
from paneltest import PanelTest, settle

HEAD_ROW = "Head volume (FHV)"
FIRST_VALUE = 2


def setUpModule():
    import importguard

    importguard.install()


class MeasureSectionTest(PanelTest):
    """Section 4."""

    def testNumbersAreTheProgramsForTheSameCase(self):
        from ONVolumetryLib.program.casemeasurement import measureCase

        path = self.openCase()
        self.measure()
        # How the visits are registered is not what this is about, and takes long.
        with quickregistration.patched():
            measurement = measureCase(path)[1]
        compareRecords(self, self.panel.state.record, measurement)
        rows = self.shownRows()
        first = measurement.visits[0]
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
        settle()
        self.measure()
        saved = self.folder / "saved"
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(saved)):
            self.ui.saveCaseButton.click()
        self.assertIn(str(saved), self.ui.hipStatus.text)
        with quickregistration.patched():
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
        logic = self.widget.logic.measure.__self__
        logic._measured.clear()
        logic._wholes.clear()
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
        self.panel.measureSection.task.progress(0.5, "preop")

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
        settle()
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

    def testApprovalConfirmsOutlinesInProgress(self):
        self.openCase()
        head = self.visit().segmentation.GetSegmentation().GetSegment(self.visit().headSegmentId)
        head.SetTag("Segmentation.Status", "inprogress")
        self.measure()
        texts = [self.ui.approvalTable.item(0, column).text() for column in (1, 2)]
        self.assertEqual(texts, ["in progress", "completed"])
        with mock.patch.object(slicer.util, "confirmYesNoDisplay", return_value=True) as asked:
            self.approve()
        self.assertIn("at preop is still in progress.", asked.call_args.args[0])
        texts = [self.ui.approvalTable.item(0, column).text() for column in (1, 2)]
        self.assertEqual(texts, ["confirmed", "completed"])
        self.panel.approveSection.withdraw()
        settle()
        self.assertEqual(self.ui.approvalTable.item(0, 1).text(), "in progress")

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
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(self.folder / "saved")):
            self.ui.exportFolderButton.click()
        self.assertIn("Saved", self.ui.approveStatus.text)
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
