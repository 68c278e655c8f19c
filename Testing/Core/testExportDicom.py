"""`onvolumetry export --dicom`: objects that a PACS stores, with the voxels and numbers of the case."""

import dataclasses
import json
import shutil
import subprocess
from types import SimpleNamespace

import numpy as np
import pydicom
import pytest
from ONVolumetryLib import cli
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.outlining.origin import HEAD_FROM_CLICK, OutlineOrigin, OutlineReport
from ONVolumetryLib.files.case import readCase
from ONVolumetryLib.files.casedata import Case, CaseVisit
from ONVolumetryLib.files.dicomexport import dicomObjects, writeDicomObjects
from ONVolumetryLib.files.dicomsegexport import ExportedVisit
from ONVolumetryLib.files.dicomsource import sourceOfVisit
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.files.results import hipRecord
from ONVolumetryLib.files.segmentations import Segment, Segmentation, readSegmentation, writeSegmentation
from ONVolumetryLib.files.transforms import writeTransformToBaseline
from ONVolumetryLib.program.casemeasurement import measureCase
from ONVolumetryLib.program.exportdicom import exportedVisits

hd = pytest.importorskip("highdicom")
DATES, LABELS = ("20230116", "20230503"), ("preop", "3 months")
RADII_MM = (12.0, 8.0)


def outlines(grid, lesionRadiusMm, centerRas=(0.0, 0.0, 0.0)):
    """A ball as head, and a lesion in its upper half that sticks out of it a little."""
    k, j, i = np.indices(grid.shapeKji)
    points = grid.toRas(np.stack([i, j, k], axis=-1)) - centerRas
    masks = (np.linalg.norm(points, axis=-1) < 22.0, np.linalg.norm(points - (0, 0, 12.0), axis=-1) < lesionRadiusMm)
    return Segmentation(tuple(Segment(name, Mask.fromArray(inside, grid), name, status="completed") for name, inside in
                              zip(("Femoral head", "Osteonecrosis lesion"), masks)), grid)


@pytest.fixture(scope="module")
def patient(tmp_path_factory, dicom):
    """An imported and outlined case of two visits, its originals, and what was exported of it."""
    folder = tmp_path_factory.mktemp("patient")
    generator = np.random.default_rng(5)
    for number, date in enumerate(DATES):
        grid = dicom.grid(shiftMm=(number, 0, 0))
        dicom.writeSeries(folder / "cd" / f"{number}", generator.integers(0, 900, grid.shapeKji), grid, date)
    assert cli.main(["import", str(folder / "cd"), "--output", str(folder / "case"), "--side", "right",
                     "--surgery-date", "2023-02-01", "--hip", "101"]) == 0
    case = readCase(folder / "case" / "case.json")
    for number, visit in enumerate(case.visits):
        grid = readImage(visit.image).geometry
        writeSegmentation(visit.segmentation, outlines(grid, RADII_MM[number], (number, 0, 0)))
    shift = np.eye(4)
    shift[0, 3] = -1.0
    writeTransformToBaseline(folder / "case" / "m3.tfm", shift)
    data = json.loads(case.path.read_text(encoding="utf-8"))
    data["visits"][1]["transform_to_baseline"] = "m3.tfm"
    data["visits"][0]["reader"] = "AB"
    case.path.write_text(json.dumps(data), encoding="utf-8")
    measured, measurement, loaded = measureCase(case.path)
    record = hipRecord(measured, measurement)
    writeDicomObjects(folder / "dicom" / "101", dicomObjects(record, exportedVisits(measured, loaded)))
    return SimpleNamespace(folder=folder, case=case, record=record, out=folder / "dicom" / "101",
                           groups=groupsOf(folder / "dicom" / "101"),
                           rows={row["visit"]: row for row in record["visits"]})


def testSegmentationsHoldTheSameVoxelsFrameByFrame(patient):
    for number, visit in enumerate(patient.case.visits):
        image = readImage(patient.folder / "cd" / f"{number}")
        written = readSegmentation(visit.segmentation)
        head, lesion = (segment.mask for segment in written.segments)
        seg = hd.seg.segread(patient.out / f"{LABELS[number].replace(' ', '-')}-seg.dcm")
        assert seg.NumberOfFrames == 2 * written.grid.sizeIjk[2]
        volume = seg.get_volume(combine_segments=False)
        array = np.moveaxis(volume.array, -1, 0)
        affine = np.diag([-1, -1, 1, 1]) @ volume.affine
        for index, mask in enumerate((head | lesion, lesion)):
            found = np.argwhere(array[index])
            points = found @ affine[:3, :3].T + affine[:3, 3]
            assert len(found) == mask.voxelCount
            assert np.allclose(np.sort(points, axis=0), np.sort(mask.pointsRas(), axis=0), atol=0.01)
        for segment, mask in zip(readSegmentation(patient.out / f"{LABELS[number].replace(' ', '-')}-seg.dcm",
                                                  image).segments, (head | lesion, lesion)):
            assert np.array_equal(segment.mask.fullArray(), mask.fullArray())


def testObjectsBelongToThePatientStudyAndFrameOfTheirSource(patient):
    for number, label in enumerate(LABELS):
        source = pydicom.dcmread(patient.folder / "cd" / f"{number}" / "IM000")
        seg = pydicom.dcmread(patient.out / f"{label.replace(' ', '-')}-seg.dcm")
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "StudyInstanceUID", "FrameOfReferenceUID",
                        "AccessionNumber"):
            assert seg[keyword].value == source[keyword].value, keyword
        assert seg.SeriesInstanceUID != source.SeriesInstanceUID
    report = pydicom.dcmread(patient.out / "measurements-sr.dcm")
    assert report.PatientID == source.PatientID and report.StudyInstanceUID == source.StudyInstanceUID


def testSegmentsAreCoded(patient):
    seg = pydicom.dcmread(patient.out / "preop-seg.dcm")
    head, lesion = seg.SegmentSequence
    assert (head.SegmentedPropertyTypeCodeSequence[0].CodeValue, head.SegmentLabel) == ("2812003", "Femoral head")
    modifier = head.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence[0]
    assert modifier.CodeMeaning == "Right"
    assert lesion.SegmentedPropertyTypeCodeSequence[0].CodeValue == "6574001"
    assert lesion.AnatomicRegionSequence[0].AnatomicRegionModifierSequence[0].CodeValue == "24028007"
    later = pydicom.dcmread(patient.out / "3-months-seg.dcm")
    assert later.SegmentSequence[1].TrackingUID == lesion.TrackingUID != head.TrackingUID


def groupsOf(out):
    """Groups of the report by visit and role."""
    report = hd.sr.srread(out / "measurements-sr.dcm")
    groups = {}
    for group in report.content.get_volumetric_roi_measurement_groups():
        texts = {item.name.meaning: item for item in group[0].ContentSequence}
        role = "lesion" if group.finding_type.value == "6574001" else "head"
        groups[texts["Time Point"].value, role] = group
    return groups


def testReportHoldsTheNumbersOfTheRecord(patient):
    keys = {
        "head": [("118565006", "YEKZ", "fhv_cm3"), ("118565006", "TRAPEZOID", "fhv_trapezoid_cm3"),
                 ("118565006", "RNU0", "fhv_surface_cm3"), ("118565006", "SAV", "sav_cm3"),
                 ("131190003", None, "sphere_radius_mm")],
        "lesion": [("118565006", "YEKZ", "onv_cm3"), ("118565006", "TRAPEZOID", "onv_trapezoid_cm3"),
                   ("118565006", "RNU0", "onv_surface_cm3"), ("113288", "ONV_PERCENT", "onv_percent"),
                   ("113288", "ONV_PERCENT_SAV", "onv_percent_sav"), ("REGENERATION", None, "regeneration_percent"),
                   ("RESIDUAL", None, "residual_percent"), ("RATE", None, "rate_percent_per_month")]}
    groups = patient.groups
    assert set(groups) == {(label, role) for label in LABELS for role in ("head", "lesion")}
    for (label, role), group in groups.items():
        found = {(item.name.value, item.method and item.method.value): item for item in group.get_measurements()
                 if item.name.value != "126073"}
        row = patient.rows[label]
        for name, method, key in keys[role]:
            if row[key] is None:
                assert (name, method) not in found
                continue
            assert found[name, method].value == pytest.approx(row[key], rel=1e-9), key
            assert found[name, method].unit.value in ("cm3", "mm", "%", "%/mo")
    sphere = next(item for item in groups["preop", "head"].get_measurements() if item.name.value == "121222")
    assert sphere.value == pytest.approx(4 / 3 * np.pi * patient.rows["preop"]["sphere_radius_mm"]**3 / 1000)
    assert patient.rows["3 months"]["regeneration_percent"] is not None


def testUncertaintyIsHalfOfThe95PercentIntervalInTheUnitOfItsValue(patient):
    group = patient.groups["preop", "lesion"]
    volume = next(item for item in group.get_measurements() if item.method and item.method.value == "YEKZ")
    ranges = [item for item in volume[0].ContentSequence if "uncertainty" in item.name.meaning]
    assert len(ranges) == 2
    for item in ranges:
        assert item.value == pytest.approx(1.96 * patient.rows["preop"]["onv_se_cm3"], rel=1e-3)
        assert item.unit.value == "cm3"


def testReportPlacesEachVisitInTime(patient):
    for order, (label, month) in enumerate(zip(LABELS, (-0.5, 3.0)), start=1):
        items = {item.name.meaning: item for item in patient.groups[label, "lesion"][0].ContentSequence}
        assert items["Time Point Order"].value == order
        assert items["Longitudinal Temporal Offset from Event"].value == month
        assert items["Time Point Type"].value.meaning == ("Pre-operative" if month < 0 else "Post-operative")
        site = items["Finding Site"]
        assert site.value.value == "2812003" and site.ContentSequence[0].value.meaning == "Right"


def testReportNamesNoSurgeryWhoseDateNobodyGave(patient, tmp_path):
    def first(data, folder):
        data["months_from"] = "first scan"
    assert cli.main(["export", str(edited(patient, tmp_path, first)), "--dicom", str(tmp_path / "out")]) == 0
    report = pydicom.dcmread(tmp_path / "out" / "101" / "measurements-sr.dcm")
    text = str(report)
    assert "Time Point Order" in text
    for name in ("operative", "Surgical procedure", "Longitudinal Temporal Offset"):
        assert name not in text


def testReportRefersToSegmentsAndSourceImages(patient):
    report = pydicom.dcmread(patient.out / "measurements-sr.dcm")
    referenced = {item.ReferencedSOPInstanceUID
                  for name in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence")
                  for study in report.get(name, []) for series in study.ReferencedSeriesSequence
                  for item in series.ReferencedSOPSequence}
    sources = {pydicom.dcmread(path).SOPInstanceUID for path in (patient.folder / "cd").rglob("IM*")}
    assert referenced >= sources
    for label in LABELS:
        seg = pydicom.dcmread(patient.out / f"{label.replace(' ', '-')}-seg.dcm")
        group = patient.groups[label, "lesion"]
        segment, = (item for item in group[0].ContentSequence if item.name.meaning == "Referenced Segment")
        assert segment.referenced_sop_instance_uid == seg.SOPInstanceUID in referenced
        assert segment.referenced_segment_numbers == [2]


def testDicomValidatorAcceptsTheObjects(patient):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (package dicom3tools)")
    requireValid(patient.out)


def requireValid(folder):
    for path in sorted(folder.iterdir()) if shutil.which("dciodvfy") else ():
        done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        assert "Error" not in done.stdout + done.stderr, (path.name, done.stderr)
        assert done.returncode == 0


def testSecondExportFollowsTheSameLesion(patient, tmp_path):
    assert cli.main(["export", str(patient.case.path.parent), "--dicom", str(tmp_path)]) == 0
    first, second = (pydicom.dcmread(folder / "preop-seg.dcm") for folder in (patient.out, tmp_path / "101"))
    assert first.SegmentSequence[1].TrackingUID == second.SegmentSequence[1].TrackingUID
    assert first.SOPInstanceUID != second.SOPInstanceUID


def exported(patient, grid, lesion=10.0, **record):
    """One visit on a grid of its own, exported with the record of the case."""
    source = sourceOfVisit(patient.case, patient.case.visits[0], None)
    head, spot = (segment.mask for segment in outlines(grid, lesion).segments)
    visit = ExportedVisit("preop", -0.5, head, spot, False, source)
    objects = dicomObjects({**patient.record, "visits": [{**patient.rows["preop"], **record}]}, [visit])
    return head, spot, objects


def testFinerOutlinesKeepTheirOwnGrid(patient, tmp_path, dicom):
    grid = dicom.grid((100, 90, 40), (0.5, 0.6, 1.3))
    head, spot, objects = exported(patient, grid)
    objects["preop-seg.dcm"].save_as(tmp_path / "seg.dcm")
    read = readSegmentation(tmp_path / "seg.dcm", readImage(patient.folder / "cd" / "0"))
    assert read.grid.isSameLattice(grid, 0.01)
    for segment, mask in zip(read.segments, (head, spot)):
        assert np.array_equal(segment.mask.fullArray(), mask.fullArray())


def testFlippedOutlinesLandOnTheSourceSlices(patient, tmp_path, dicom):
    grid = dicom.grid()
    matrix = np.array(grid.ijkToRas)
    matrix[:3, 3] = grid.toRas([63, 0, 15])
    matrix[:3, 0] *= -1
    matrix[:3, 2] *= -1
    head, _, objects = exported(patient, GridGeometry(grid.sizeIjk, matrix))
    objects["preop-seg.dcm"].save_as(tmp_path / "seg.dcm")
    image = readImage(patient.folder / "cd" / "0")
    read = readSegmentation(tmp_path / "seg.dcm", image)
    assert read.grid is image.geometry
    assert np.array_equal(read.segments[0].mask.fullArray(), head.fullArray()[::-1, :, ::-1])


def testZonesAndAnglesOfTheRecordAreExported(patient, tmp_path):
    _, _, objects = exported(patient, readImage(patient.case.visits[0].image).geometry, kerboul_degrees=213.5,
                             koo_kim_index=33.25, jic_type="C1", jic_zones="A B C1", acp_zones="-",
                             steinberg_class="15-30 %")
    objects["measurements-sr.dcm"].save_as(tmp_path / "sr.dcm")
    lesion = hd.sr.srread(tmp_path / "sr.dcm").content.get_volumetric_roi_measurement_groups()[1]
    values = {item.name.value: item.value for item in lesion.get_measurements()}
    assert (values["KERBOUL"], values["KOO_KIM_INDEX"]) == (213.5, 33.25)
    found = [(item.name.value, item.value.value) for item in lesion.get_qualitative_evaluations()]
    assert [pair for pair in found if pair[0] in ("JIC_TYPE", "JIC_ZONES", "ACP_ZONES", "STEINBERG_CLASS")] == [
        ("JIC_TYPE", "C1"), ("JIC_ZONES", "A"), ("JIC_ZONES", "B"), ("JIC_ZONES", "C1"), ("ACP_ZONES", "NONE"),
        ("STEINBERG_CLASS", "15-30 %")]


def testAbsentLesionIsExportedEmptyAndAsZero(patient, tmp_path, dicom):
    source = sourceOfVisit(patient.case, patient.case.visits[0], None)
    head = outlines(dicom.grid(), 10.0).segments[0].mask
    row = {**patient.rows["preop"], "onv_cm3": 0.0, "onv_percent": 0.0, "onv_se_cm3": None}
    objects = dicomObjects({**patient.record, "visits": [row]}, [ExportedVisit("preop", 0, head, None, True, source)])
    assert [item.SegmentLabel for item in objects["preop-seg.dcm"].SegmentSequence] == ["Femoral head",
                                                                                       "Osteonecrosis lesion"]
    objects["measurements-sr.dcm"].save_as(tmp_path / "sr.dcm")
    lesion = hd.sr.srread(tmp_path / "sr.dcm").content.get_volumetric_roi_measurement_groups()[1]
    assert [item.value for item in lesion.get_measurements() if item.method and item.method.value == "YEKZ"] == [0.0]


def testHeadWithoutMeasuredLesionIsExportedAlone(patient, tmp_path, dicom):
    source = sourceOfVisit(patient.case, patient.case.visits[0], None)
    head = outlines(dicom.grid(), 10.0).segments[0].mask
    row = {key: None if key.startswith("onv") else value for key, value in patient.rows["preop"].items()}
    objects = dicomObjects({**patient.record, "visits": [row]}, [ExportedVisit("preop", 0, head, None, False, source)])
    writeDicomObjects(tmp_path, objects)
    seg = hd.seg.segread(tmp_path / "preop-seg.dcm")
    assert [item.SegmentLabel for item in seg.SegmentSequence] == ["Femoral head"]
    found = readSegmentation(tmp_path / "preop-seg.dcm", readImage(patient.folder / "cd" / "0")).segments[0].mask
    assert found.voxelCount == head.voxelCount
    (label, role), = groupsOf(tmp_path)
    assert (label, role) == ("preop", "head")
    requireValid(tmp_path)


def testAssistedOutlinesAndWhatToKnowOfThemAreStated(patient, tmp_path, dicom):
    source = sourceOfVisit(patient.case, patient.case.visits[0], None)
    head, spot = (segment.mask for segment in outlines(dicom.grid(), 10.0).segments)
    text = "Nobody has confirmed the outline."
    row = {**patient.rows["preop"], "notes": [{"code": "reading", "text": text}]}
    visit = ExportedVisit("preop", 0, head, spot, False, source,
                          outlining=(OutlineReport("head", HEAD_FROM_CLICK, {}, 3.25),))
    writeDicomObjects(tmp_path, dicomObjects({**patient.record, "visits": [row]}, [visit]))
    first, second = hd.seg.segread(tmp_path / "preop-seg.dcm").SegmentSequence
    assert (first.SegmentAlgorithmType, second.SegmentAlgorithmType) == ("SEMIAUTOMATIC", "MANUAL")
    assert "head from one click" in first.SegmentAlgorithmName and "SegmentAlgorithmName" not in second
    for group in groupsOf(tmp_path).values():
        assert [item.value for item in group[0].ContentSequence if item.name.meaning == "Comment"] == [text]
    requireValid(tmp_path)


def testMultiFrameSourceKeepsItsFrames(sharedData, tmp_path, patient):
    folder = sharedData / "dicom-hard" / "dcm_qa_xa30-enhanced-mr"
    image = readImage(folder)
    center = image.geometry.toRas(np.array(image.geometry.sizeIjk) / 2)
    head, spot = (segment.mask for segment in outlines(image.geometry, 9.0, center).segments)
    visit = CaseVisit("preop", 0.0, image=folder)
    source = sourceOfVisit(Case("1", "1", "right", "male", (visit,)), visit, image.geometry)
    exportedVisit = ExportedVisit("preop", 0.0, head, spot, False, source)
    objects = dicomObjects({**patient.record, "visits": [patient.rows["preop"]]}, [exportedVisit])
    objects["preop-seg.dcm"].save_as(tmp_path / "seg.dcm")
    read = readSegmentation(tmp_path / "seg.dcm", image)
    assert [segment.mask.voxelCount for segment in read.segments] == [head.voxelCount, spot.voxelCount]
    assert np.array_equal(read.segments[1].mask.fullArray(), spot.fullArray())


def edited(patient, tmp_path, change):
    """A copy of the case with a changed case.json."""
    folder = tmp_path / "copy"
    shutil.copytree(patient.folder / "case", folder)
    data = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    change(data, folder)
    (folder / "case.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def testUnconfirmedOutlinesAreTold(patient, tmp_path, capsys):
    def unconfirmed(data, folder):
        path = folder / data["visits"][0]["segmentation"]
        written = readSegmentation(path)
        origin = OutlineOrigin(HEAD_FROM_CLICK, {}, written.segments[0].mask).asText()
        head = dataclasses.replace(written.segments[0], status="inprogress", origin=origin)
        writeSegmentation(path, dataclasses.replace(written, segments=(head, *written.segments[1:])))
    folder = edited(patient, tmp_path, unconfirmed)
    assert cli.main(["export", str(folder), "--dicom", str(tmp_path / "out")]) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert [note for note in notes if 'visit "preop": Nobody has confirmed the outline "Femoral head"' in note]
    seg = pydicom.dcmread(tmp_path / "out" / "101" / "preop-seg.dcm")
    assert [item.SegmentAlgorithmType for item in seg.SegmentSequence] == ["SEMIAUTOMATIC", "MANUAL"]
    assert b"Nobody has confirmed the outline" in (tmp_path / "out" / "101" / "measurements-sr.dcm").read_bytes()


def requireRefusal(capsys, folder, tmp_path, *texts):
    assert cli.main(["export", str(folder), "--dicom", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith("error: ") and "\n" not in error and "ROSSI" not in error
    for text in texts:
        assert text in error, error
    assert not (tmp_path / "out").exists()


def testExportWithoutTheOriginalsIsRefused(patient, tmp_path, capsys):
    folder = edited(patient, tmp_path, lambda data, folder: (folder / "identifiers.json").unlink())
    requireRefusal(capsys, folder, tmp_path, 'visit "preop"', "not known", '"source_dicom"')


def testMovedOriginalsAreNotNamed(patient, tmp_path, capsys):
    def move(data, folder):
        path = folder / "identifiers.json"
        path.write_text(path.read_text(encoding="utf-8").replace("/cd", "/ROSSI"), encoding="utf-8")
    requireRefusal(capsys, edited(patient, tmp_path, move), tmp_path, "not in the folder noted for it any more")


def testOtherOriginalsAreRefused(patient, tmp_path, capsys):
    def swap(data, folder):
        data["visits"][0]["source_dicom"] = str(patient.folder / "cd" / "1")
    requireRefusal(capsys, edited(patient, tmp_path, swap), tmp_path, "not the one that the image was made from")


def testOriginalsOfSeveralPatientsAreRefused(patient, tmp_path, capsys, dicom):
    def other(data, folder):
        dicom.writeSeries(tmp_path / "other", np.zeros(dicom.grid().shapeKji), dicom.grid(), PatientID="HOSP-9")
        data["visits"][0]["source_dicom"] = str(tmp_path / "other")
    requireRefusal(capsys, edited(patient, tmp_path, other), tmp_path, "different patients")


def testSourceOfTheCaseIsFoundByItsPlace(patient, tmp_path):
    def whole(data, folder):
        (folder / "identifiers.json").unlink()
        data["source_dicom"] = str(patient.folder / "cd")
    case = readCase(edited(patient, tmp_path, whole) / "case.json")
    for number, visit in enumerate(case.visits):
        source = pydicom.dcmread(patient.folder / "cd" / f"{number}" / "IM000")
        found = sourceOfVisit(case, visit, readImage(visit.image).geometry)
        assert found.header.StudyInstanceUID == source.StudyInstanceUID
