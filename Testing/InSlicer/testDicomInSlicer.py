"""Studies of the DICOM database become visits, and a hip leaves as DICOM objects that Slicer's own module reads."""

import unittest
from unittest import mock

import numpy as np
import qt
import slicer
from ballcase import MONTHS, RIGHT_OF_MIDDLE_MM, masksOfVisit
from dicomseries import writeSeries
from paneltest import PanelTest, settle

DATES = ("20230116", "20230503", "20240202")


def setUpModule():
    import importguard

    importguard.install()


class DicomTest(PanelTest):
    """With a database of its own that holds three studies of an invented patient."""

    def setUp(self):
        if not hasattr(slicer.modules, "dicom"):
            raise unittest.SkipTest("this Slicer was built without its DICOM module")
        from DICOMLib import DICOMUtils

        super().setUp()
        for label, date in zip(MONTHS, DATES):
            head, lesion = coronalMasks(label)
            voxels = 200 * head.fullArray().astype(np.uint16) - 120 * lesion.fullArray()
            writeSeries(self.folder / "cd" / label, voxels, head.grid, date)
        database = DICOMUtils.TemporaryDICOMDatabase(str(self.folder / "database"))
        database.__enter__()
        self.addCleanup(database.__exit__, None, None, None)
        DICOMUtils.importDicom(str(self.folder / "cd"))
        self.panel.update()

    def addVisits(self, isDated=True):
        """Make a hip of the studies, as a user does but for the dialog."""
        from ONVolumetryLib.ui.dicomstudies import studiesInDatabase

        self.ui.newHipButton.click()
        settle()
        self.ui.hipEdit.text = "7"
        self.ui.sideSelector.setCurrentText("Right")
        self.ui.sexSelector.setCurrentText("Female")
        for date in (qt.QDate.currentDate(), qt.QDate(2023, 2, 1)) if isDated else ():
            self.ui.surgeryDateEdit.setDate(date)
        settle()
        self.assertTrue(self.ui.fromDicomButton.enabled, self.ui.fromDicomButton.toolTip)
        studies = studiesInDatabase()
        self.assertEqual(len(studies), 3)
        self.assertIn("2023-01-16", studies[0][1])
        with mock.patch("ONVolumetryLib.ui.visitdates.StudiesDialog") as dialog:
            dialog.return_value.ask.return_value = ([study for study, text in studies], None)
            self.ui.fromDicomButton.click()
        settle()

    def outline(self):
        """Give every visit its outlines."""
        from ONVolumetryLib.files.segment import Segment, Segmentation
        from ONVolumetryLib.files.segmentnames import HEAD, LESION
        from ONVolumetryLib.mrml.caseopening import addSegmentation

        for row, label in enumerate(MONTHS):
            masks = coronalMasks(label)
            node, _ = addSegmentation(slicer.mrmlScene, Segmentation(tuple(
                Segment(standard.name, mask, standard.role, standard.colorRgb, "completed", standard.terminologyEntry)
                for standard, mask in zip((HEAD, LESION), masks)), masks[0].grid), label)
            self.panel.visitsSection.setFields(row, {"segmentation": node})
        settle()

    def testStudiesBecomeVisitsWithMonths(self):
        self.addVisits()
        visits = self.panel.state.hip.visits
        self.assertEqual([(visit.label, visit.month) for visit in visits],
                         [("preop", -0.5), ("3 months", 3.0), ("12 months", 12.0)], self.ui.visitsStatus.text)
        for visit, label in zip(visits, MONTHS):
            head, _ = coronalMasks(label)
            self.assertEqual(visit.volume.GetImageData().GetDimensions(), head.grid.sizeIjk)
            self.assertTrue(visit.volume.GetAttribute("DICOM.instanceUIDs"))
        self.assertIn("date of surgery", self.ui.visitsStatus.text)
        self.assertFalse(self.ui.firstScanCheckBox.checked)
        self.assertEqual(self.savedCase().monthsFrom, "surgery")

    def savedCase(self):
        """The hip as the program reads it from the folder that the module saves."""
        from ONVolumetryLib.files.case import readCase

        self.panel.hipSection.saveFolder(self.folder / "case")
        return readCase(self.folder / "case" / "case.json")

    def testMonthsWithoutADateOfSurgeryAreSaidToCountFromTheFirstScan(self):
        self.addVisits(isDated=False)
        self.assertEqual([(visit.label, visit.month) for visit in self.panel.state.hip.visits],
                         [("first scan", 0.0), ("4 months", 3.5), ("13 months", 12.6)], self.ui.visitsStatus.text)
        self.assertTrue(self.ui.firstScanCheckBox.checked)
        self.assertEqual(self.savedCase().monthsFrom, "first scan")
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(path)
        settle(0.3)
        self.assertTrue(self.ui.firstScanCheckBox.checked)
        self.ui.otherHipButton.click()
        settle()
        self.assertEqual(self.panel.state.hip.monthsFrom, "first scan")
        self.panel.hipSection.openFolder(self.folder / "case")
        settle()
        self.assertTrue(self.ui.firstScanCheckBox.checked)
        self.ui.firstScanCheckBox.click()
        settle()
        self.assertEqual(self.savedCase().monthsFrom, "surgery")

    def testDateOfSurgeryThatIsEnteredLaterIsCountedFrom(self):
        self.addVisits(isDated=False)
        self.ui.surgeryDateEdit.setDate(qt.QDate(2023, 2, 1))
        self.ui.monthsButton.click()
        settle()
        self.assertEqual(self.panel.state.hip.visits[0].month, -0.5)
        self.assertFalse(self.ui.firstScanCheckBox.checked)

    def testNotesOfTheExportAreSaid(self):
        from ONVolumetryLib.core.outlining.origin import ORIGIN_TAG, OutlineOrigin

        self.addVisits()
        self.outline()
        visit = self.visit(1)
        head = visit.segmentation.GetSegmentation().GetSegment(visit.headSegmentId)
        head.SetTag(ORIGIN_TAG, OutlineOrigin("head from one click").asText())
        head.SetTag("Segmentation.Status", "inprogress")
        settle(0.3)
        self.measure()
        with mock.patch("ONVolumetryLib.ui.approvesection.exportHip") as written:
            self.panel.approveSection.exportDicom(self.folder / "out")
        self.assertTrue(written.called)
        said = self.ui.approveStatus.text
        self.assertIn("Written", said)
        self.assertIn("Note: visit &quot;3 months&quot;: Nobody has confirmed the outline", said)
        self.panel.approveSection.exportCsv(self.folder / "measurements.csv")
        self.assertNotIn("Note", self.ui.approveStatus.text)

    def testDialogListsTheStudiesAndReturnsTheChosenOnes(self):
        from ONVolumetryLib.ui.dicomstudies import StudiesDialog

        dialog = StudiesDialog(slicer.util.mainWindow())
        texts = [dialog.list.item(row).text() for row in range(dialog.list.count)]
        self.assertEqual([text.split()[1] for text in texts], ["2023-01-16", "2023-05-03", "2024-02-02"])
        dialog.list.item(1).setSelected(True)
        dialog.contrast.setCurrentIndex(1)
        qt.QTimer.singleShot(200, dialog.widget.accept)
        studies, contrast = dialog.ask()
        self.assertEqual((len(studies), contrast), (1, "T1"))
        other = StudiesDialog(slicer.util.mainWindow())
        qt.QTimer.singleShot(200, other.widget.reject)
        self.assertEqual(other.ask()[0], [])

    def testStudiesWithoutMrAreRefusedInTheStatus(self):
        self.addVisits()
        self.panel.visitsSection.dates.addStudies([], None)
        settle()
        self.assertIn("no DICOM images", self.ui.visitsStatus.text)
        self.assertEqual(len(self.panel.state.hip.visits), 3)

    def testExportIsReadBackBySlicersOwnModule(self):
        import pydicom

        highdicom = self.wholeHighdicom()
        self.addVisits()
        self.outline()
        self.measure()
        record = self.panel.state.record
        self.assertTrue(self.ui.exportDicomButton.enabled, self.ui.exportDicomButton.toolTip)
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(self.folder / "out")):
            self.ui.exportDicomButton.click()
        settle()
        self.assertIn("Written", self.ui.approveStatus.text)
        files = sorted((self.folder / "out").rglob("*.dcm"))
        self.assertEqual(len(files), 4, files)
        report = highdicom.sr.srread(next(file for file in files if "sr" in file.name))
        volumes = [item.value for group in report.content.get_volumetric_roi_measurement_groups()
                   for item in group.get_measurements() if item.method and item.method.value == "YEKZ"]
        expected = [visit[key] for visit in record["visits"] for key in ("fhv_cm3", "onv_cm3")]
        np.testing.assert_allclose(volumes, expected, rtol=1e-9)
        self.requireSameVoxels(pydicom.dcmread(next(file for file in files if file.name.startswith("preop"))))

    def wholeHighdicom(self):
        """The package, unless this Slicer lacks it or the tables that it reads."""
        try:
            import highdicom
            from highdicom._module_utils import get_module_usage

            get_module_usage("frame-of-reference", "1.2.840.10008.5.1.4.1.1.4")
        except (ImportError, OSError) as error:
            self.skipTest(f"the highdicom of this Slicer is missing or incomplete ({type(error).__name__})")
        return highdicom

    def requireSameVoxels(self, dataset):
        """Load an exported segmentation with Slicer's plugin and compare it with what was outlined."""
        from DICOMLib import DICOMUtils
        from ONVolumetryLib.mrml.segments import readSegments

        DICOMUtils.importDicom(str(self.folder / "out"))
        loaded = DICOMUtils.loadSeriesByUID([dataset.SeriesInstanceUID])
        nodes = [slicer.mrmlScene.GetNodeByID(nodeId) for nodeId in loaded]
        nodes = [node for node in nodes if node is not None and node.IsA("vtkMRMLSegmentationNode")]
        if not nodes:
            self.skipTest("this Slicer has no plugin that reads DICOM segmentations")
        head, lesion = coronalMasks("preop")
        segmentation = nodes[0].GetSegmentation()
        ids = [segmentation.GetNthSegmentID(index) for index in range(segmentation.GetNumberOfSegments())]
        found = {segment.name: segment.mask for segment in readSegments(nodes[0], ids).segments}
        self.assertEqual(set(found), {"Femoral head", "Osteonecrosis lesion"})
        for name, mask in (("Femoral head", head | lesion), ("Osteonecrosis lesion", lesion)):
            points, expected = (np.round(part.pointsRas(), 2) + 0.0 for part in (found[name], mask))
            np.testing.assert_allclose(points[np.lexsort(points.T)], expected[np.lexsort(expected.T)], atol=0.02)


def coronalMasks(label):
    """Head and lesion of a visit on coronal slices."""
    from ONVolumetryLib.core.geometry import GridGeometry
    from ONVolumetryLib.core.mask import Mask

    masks = masksOfVisit(label)
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]]).T * masks[0].grid.spacingMm
    matrix[:3, 3] = (RIGHT_OF_MIDDLE_MM, 0, 0) - matrix[:3, :3] @ ((np.array(masks[0].grid.sizeIjk) - 1) / 2)
    grid = GridGeometry(masks[0].grid.sizeIjk, matrix)
    return tuple(Mask.fromArray(mask.fullArray(), grid) for mask in masks)
