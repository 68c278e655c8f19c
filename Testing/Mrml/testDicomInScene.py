"""DICOM files to visits of a scene, and a hip of the scene to DICOM objects, without an application."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from ONVolumetryLib.core.errors import CaseError, FileError
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.dicomtree import filesOfTree
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.files.importplan import SeriesRule
from ONVolumetryLib.files.segment import Segment, Segmentation
from ONVolumetryLib.files.segmentations import readSegmentation
from ONVolumetryLib.mrml.caseopening import addSegmentation
from ONVolumetryLib.mrml.dicomexport import exportHip
from ONVolumetryLib.mrml.dicomvisits import INSTANCES_ATTRIBUTE, addPlannedVolume, planStudies
from ONVolumetryLib.mrml.grids import volumeGrid
from ONVolumetryLib.mrml.hipnodes import HipNodes, VisitNodes
from ONVolumetryLib.mrml.logic import MeasurementLogic


@pytest.fixture
def studies(tmp_path, dicom):
    """Two studies of a patient, and the file of each instance."""
    files = {}
    for number, date in enumerate(("20230116", "20230503")):
        grid = dicom.grid(shiftMm=(90, number, 0))
        voxels = np.arange(np.prod(grid.shapeKji)).reshape(grid.shapeKji) % 500
        for index, dataset in enumerate(dicom.writeSeries(tmp_path / "cd" / date, voxels, grid, date)):
            files[str(dataset.SOPInstanceUID)] = str(tmp_path / "cd" / date / f"IM{index:03d}")
    return files


def hipOf(scene, tmp_path):
    planned = planStudies(filesOfTree(tmp_path / "cd"), dt.date(2023, 2, 1), SeriesRule())
    visits = []
    for visit in planned:
        volume = addPlannedVolume(scene, visit)
        grid = volumeGrid(volume)
        k, j, i = np.indices(grid.shapeKji)
        points = grid.toRas(np.stack([i, j, k], axis=-1)) - (90, 0, 0)
        masks = (np.linalg.norm(points, axis=-1) < 22, np.linalg.norm(points - (0, 0, 12), axis=-1) < 9)
        node, ids = addSegmentation(scene, Segmentation(tuple(
            Segment(name, Mask.fromArray(mask, grid), name, status="completed")
            for name, mask in zip(("head", "lesion"), masks)), grid), visit.label)
        visits.append(VisitNodes(node, *ids, volume, visit.label, visit.month))
    return HipNodes("7", "female", tuple(visits), "right")


def export(scene, hip, folder, files):
    logic = MeasurementLogic(scene)
    record = logic.record(hip, logic.measure(hip))
    return exportHip(folder, hip, record, logic.segmentsOf(hip), lambda uid: files.get(uid, ""))


def testStudiesBecomeVolumesThatKnowTheirInstances(scene, tmp_path, studies):
    hip = hipOf(scene, tmp_path)
    assert [(visit.label, visit.month) for visit in hip.visits] == [("preop", -0.5), ("3 months", 3.0)]
    for visit, date in zip(hip.visits, ("20230116", "20230503")):
        image = readImage(tmp_path / "cd" / date)
        assert volumeGrid(visit.volume).isSameLattice(image.geometry)
        instances = visit.volume.GetAttribute(INSTANCES_ATTRIBUTE).split()
        assert len(instances) == 16 and all(date in studies[uid] for uid in instances)


def testExportFindsTheOriginalsByTheirInstances(scene, tmp_path, studies):
    pytest.importorskip("highdicom")
    hip = hipOf(scene, tmp_path)
    written = export(scene, hip, tmp_path / "out", studies)
    assert [path.name for path in written] == ["preop-seg.dcm", "3-months-seg.dcm", "measurements-sr.dcm"]
    segments = MeasurementLogic(scene).segmentsOf(hip)[0]
    head, lesion = readSegmentation(written[0], readImage(tmp_path / "cd" / "20230116")).segments
    assert lesion.mask.voxelCount == segments.lesion.voxelCount
    assert head.mask.voxelCount == (segments.head | segments.lesion).voxelCount


def testExportNamesNoSurgeryWhoseDateNobodyGave(scene, tmp_path, studies):
    pytest.importorskip("highdicom")
    import pydicom

    hip = hipOf(scene, tmp_path)
    for monthsFrom, isNamed in (("surgery", True), ("first scan", False)):
        known = dataclasses.replace(hip, monthsFrom=monthsFrom)
        report = str(pydicom.dcmread(export(scene, known, tmp_path / monthsFrom, studies)[-1]))
        assert ("Longitudinal Temporal Offset" in report) == isNamed


def testExportWithoutTheDatabaseIsRefused(scene, tmp_path, studies):
    with pytest.raises(FileError, match="no longer there; import them again"):
        export(scene, hipOf(scene, tmp_path), tmp_path / "out", {})
    hip = hipOf(scene, tmp_path)
    for visit in hip.visits:
        visit.volume.RemoveAttribute(INSTANCES_ATTRIBUTE)
    with pytest.raises(FileError, match="the original DICOM series is not known"):
        export(scene, hip, tmp_path / "out", studies)
    assert not (tmp_path / "out").exists()


def testStudiesOfSeveralPatientsAreRefused(tmp_path, dicom, studies):
    dicom.writeSeries(tmp_path / "cd" / "other", np.zeros(dicom.grid().shapeKji), dicom.grid(), PatientID="HOSP-9")
    with pytest.raises(CaseError, match="different patients"):
        planStudies(filesOfTree(tmp_path / "cd"), None, SeriesRule())
