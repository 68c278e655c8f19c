"""Visits from the DICOM module: volumes by study date, months from the date of surgery, and no date in the scene."""

import unittest

import numpy as np
import qt
import slicer
from paneltest import PanelTest, settle

DATES = {"preop": "20240110", "3 months": "20240415", "12 months": "20250118"}
SURGERY = qt.QDate(2024, 1, 15)


def setUpModule():
    import importguard

    importguard.install()


def writeSeries(folder, date, number):
    """A small T1 series of one study."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

    study, series = generate_uid(), generate_uid()
    folder.mkdir(parents=True)
    for index in range(4):
        item = Dataset()
        item.file_meta = FileMetaDataset()
        item.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        item.file_meta.MediaStorageSOPClassUID = item.SOPClassUID = MRImageStorage
        item.file_meta.MediaStorageSOPInstanceUID = item.SOPInstanceUID = generate_uid()
        item.PatientName, item.PatientID, item.Modality, item.StudyDate = "Doe^John", "77", "MR", date
        item.StudyInstanceUID, item.SeriesInstanceUID = study, series
        item.SeriesDescription, item.SeriesNumber, item.InstanceNumber = f"T1 {number}", number, index + 1
        item.ImageOrientationPatient, item.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [-80.0, -10.0, 4.0 * index]
        item.PixelSpacing, item.SliceThickness = [1.0, 1.0], 4.0
        item.Rows = item.Columns = 24
        item.SamplesPerPixel, item.PhotometricInterpretation = 1, "MONOCHROME2"
        item.BitsAllocated, item.BitsStored, item.HighBit, item.PixelRepresentation = 16, 16, 15, 0
        item.PixelData = np.full((24, 24), 100 * number, dtype=np.uint16).tobytes()
        item.save_as(folder / f"{index}.dcm", enforce_file_format=True)


class DicomVisitsTest(PanelTest):
    """What the DICOM module loads, and what it leaves in the subject hierarchy."""

    def newHip(self):
        self.ui.newHipButton.click()
        self.ui.hipEdit.text = "77"
        self.ui.sideSelector.setCurrentText("Right")
        self.ui.sexSelector.setCurrentText("Male")
        settle()

    def addStudy(self, date, name="T1"):
        """A volume below a study of that date, as the DICOM module leaves it, without the database."""
        volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", f"{name} {date}")
        slicer.util.updateVolumeFromArray(volume, np.zeros((3, 8, 8), dtype=np.int16))
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        study = tree.CreateStudyItem(tree.GetSceneItemID(), f"Study {name} {date}")
        constants = slicer.vtkMRMLSubjectHierarchyConstants
        tree.SetItemUID(study, constants.GetDICOMUIDName(), f"1.2.{date}.{len(name)}")
        tree.SetItemAttribute(study, constants.GetDICOMStudyDateAttributeName(), date)
        tree.SetItemParent(tree.GetItemByDataNode(volume), study)
        return volume

    def volumes(self):
        return [visit.volume and visit.volume.GetName() for visit in self.panel.state.hip.visits]

    def months(self):
        return [visit.month for visit in self.panel.state.hip.visits]

    def testSeriesOfTheDicomModuleAreOfferedByDate(self):
        from DICOMLib import DICOMUtils

        for number, (label, date) in enumerate(reversed(DATES.items()), start=1):
            writeSeries(self.folder / "dicom" / label, date, number)
        # Not the context manager: where no database was open, that one makes an empty one in the current folder.
        DICOMUtils.openTemporaryDatabase(str(self.folder / "database"))
        database = slicer.dicomDatabase
        self.addCleanup(database.closeDatabase)
        DICOMUtils.importDicom(str(self.folder / "dicom"), database)
        for patient in database.patients():
            DICOMUtils.loadPatientByUID(patient)
        self.newHip()
        self.assertTrue(self.ui.useSeriesButton.enabled, self.ui.useSeriesButton.toolTip)
        self.ui.useSeriesButton.click()
        settle()
        # The earliest study was written last.
        levels = [int(slicer.util.arrayFromVolume(visit.volume).max()) for visit in self.panel.state.hip.visits]
        self.assertEqual(levels, [300, 200, 100])
        self.assertIn("preop: study of 2024-01-10", self.ui.visitsStatus.text)
        self.assertFalse(self.ui.monthsButton.enabled)
        self.assertIn("date of surgery", self.ui.monthsButton.toolTip)
        self.ui.surgeryDateEdit.setDate(SURGERY)
        self.ui.monthsButton.click()
        settle()
        self.assertEqual(self.months(), [-0.2, 3.0, 12.1])
        stored = "".join(slicer.mrmlScene.GetNodeByID(node.GetID()).GetParameter(name)
                         for node in (self.panel.state.hip.owner,) for name in node.GetParameterNames())
        for date in (*DATES.values(), "2024-01-15", "20240115"):
            self.assertNotIn(date, stored)

    def testDatesAreKnownWithoutTheDatabase(self):
        for date in sorted(DATES.values(), reverse=True):
            self.addStudy(date)
        self.newHip()
        self.ui.useSeriesButton.click()
        settle()
        self.assertEqual(self.volumes(), [f"T1 {date}" for date in sorted(DATES.values())])
        self.assertIn("study of 2024-04-15", self.panel.visitsSection.table.nodeSelector(1, 2).toolTip)

    def testFilledCellsAndUsedStudiesAreLeftAlone(self):
        middle = self.addStudy("20240415")
        self.newHip()
        self.panel.visitsSection.setFields(1, {"volume": middle})
        self.addStudy("20250118")
        self.addStudy("20240110")
        self.addStudy("20240415", "T2")
        self.panel.update()
        self.ui.useSeriesButton.click()
        settle()
        self.assertEqual(self.volumes(), ["T1 20240110", "T1 20240415", "T1 20250118"])

    def testStudyWithSeveralSeriesIsLeftToTheReader(self):
        self.addStudy("20240110")
        self.addStudy("20240110", "T2")
        self.addStudy("20240415")
        self.newHip()
        self.ui.useSeriesButton.click()
        settle()
        self.assertEqual(self.volumes(), [None, "T1 20240415", None])
        self.assertIn("preop: 2 series of 2024-01-10, choose one", self.ui.visitsStatus.text)

    def testReasonsAreSaid(self):
        self.newHip()
        for button in (self.ui.useSeriesButton, self.ui.monthsButton):
            self.assertFalse(button.enabled)
            self.assertIn("No DICOM series", button.toolTip)

    def testDateOfSurgeryBelongsToOneHip(self):
        self.addStudy("20240415")
        self.newHip()
        self.ui.useSeriesButton.click()
        settle()
        self.ui.surgeryDateEdit.setDate(SURGERY.addDays(1))
        self.assertTrue(self.ui.monthsButton.enabled, self.ui.monthsButton.toolTip)
        self.ui.otherHipButton.click()
        settle()
        self.assertIn("date of surgery", self.ui.monthsButton.toolTip)


if __name__ == "__main__":
    unittest.main()
