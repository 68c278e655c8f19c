"""Thousands of broken files: each is refused in one sentence or read right, in little time and memory."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pydicom
import pytest
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.case import Case, CaseEnd, CaseVisit, writeCase
from ONVolumetryLib.files.images import writeImage
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

KINDS = ("mrk.json", "case", "seg.nrrd", "nifti", "dicom", "multi-frame", "seg", "rtstruct", "csv")
pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited with Linux' means")


@pytest.fixture(scope="module")
def sound(tmp_path_factory, dicom):
    """A small sound file of every kind."""
    folder = tmp_path_factory.mktemp("sound")
    grid = dicom.grid((24, 20, 6))
    k, j, i = np.indices(grid.shapeKji)
    distances = np.linalg.norm(grid.toRas(np.stack([i, j, k], axis=-1)), axis=-1)
    voxels = (500 * np.exp(-distances / 10)).astype(np.uint16)
    datasets = dicom.writeSeries(folder / "series", voxels, grid, RescaleSlope=1, RescaleIntercept=0)
    segmentation = Segmentation(tuple(Segment(name, Mask.fromArray(distances < radius, grid), name, status="completed")
                                      for name, radius in (("head", 9.0), ("lesion", 5.0))), grid)
    writeSegmentation(folder / "preop.seg.nrrd", segmentation)
    writeImage(folder / "image.nii", voxels, grid)
    writeCase(folder / "case.json", Case("101", "P", "left", "male", (
        CaseVisit("preop", 0.0, image=folder / "image.nii", segmentation=folder / "preop.seg.nrrd"),
        CaseVisit("3 months", 3.0, done=False, notDoneReason="ill")), {"age_years": 43}, CaseEnd("lost", 12.0)))
    multiFrame(datasets, voxels).save_as(folder / "multiframe.dcm", enforce_file_format=True)
    segObject(datasets, segmentation).save_as(folder / "seg.dcm", enforce_file_format=True)
    structureSet().save_as(folder / "rtstruct.dcm", enforce_file_format=True)
    (folder / "landmarks.mrk.json").write_text(json.dumps(markups()), encoding="utf-8")
    header = "hip,side,sex,visit,month,onv_percent,onv_cm3,regeneration_percent,patient,healed,age_years"
    rows = [f"{hip},left,male,{visit},{month},{20.5 - month},{7.25 - month / 4},{'' if not month else 30.5},P{hip},"
            f"yes,4{hip}" for hip in range(5) for visit, month in (("preop", 0), ("3 months", 3))]
    (folder / "measurements.csv").write_text("\r\n".join([header, *rows]) + "\r\n", encoding="utf-8")
    return folder


def markups():
    labels = ("lateral acetabular edge", "teardrop", "anterior acetabular edge", "posterior acetabular edge")
    points = [{"label": label, "position": [10.0 * index, 5.5, -3.25], "positionStatus": "defined"}
              for index, label in enumerate(labels)]
    return {"markups": [{"type": "Fiducial", "coordinateSystem": "LPS", "coordinateUnits": "mm",
                         "controlPoints": points}]}


def newObject(source, uid):
    """An object of the same patient."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = uid
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    if source is not None:
        for keyword in ("PatientID", "FrameOfReferenceUID", "StudyInstanceUID", "Rows", "Columns", "SamplesPerPixel",
                        "PhotometricInterpretation", "PixelRepresentation"):
            setattr(dataset, keyword, source[keyword].value)
        dataset.SeriesInstanceUID, dataset.SeriesNumber = generate_uid(), 9
    return dataset


def groups(dataset, source):
    """Shared functional groups of an object on the slices of a series."""
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = source.PixelSpacing, source.SliceThickness
    measures.SpacingBetweenSlices = source.SliceThickness
    orientation.ImageOrientationPatient = source.ImageOrientationPatient
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    dataset.SharedFunctionalGroupsSequence = [shared]


def frameGroup(source, segment=None):
    group, position = Dataset(), Dataset()
    position.ImagePositionPatient = source.ImagePositionPatient
    group.PlanePositionSequence = [position]
    if segment is not None:
        identification = Dataset()
        identification.ReferencedSegmentNumber = segment
        group.SegmentIdentificationSequence = [identification]
    return group


def multiFrame(datasets, voxels):
    made = newObject(datasets[0], "1.2.840.10008.5.1.4.1.1.4.1")
    made.Modality, made.NumberOfFrames = "MR", len(datasets)
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    groups(made, datasets[0])
    made.PerFrameFunctionalGroupsSequence = [frameGroup(dataset) for dataset in datasets]
    made.PixelData = voxels.tobytes()
    return made


def segObject(datasets, segmentation):
    made = newObject(datasets[0], "1.2.840.10008.5.1.4.1.1.66.4")
    made.Modality, made.SegmentationType = "SEG", "BINARY"
    made.BitsAllocated, made.BitsStored, made.HighBit = 1, 1, 0
    groups(made, datasets[0])
    made.SegmentSequence, made.PerFrameFunctionalGroupsSequence, frames = [], [], []
    for number, segment in enumerate(segmentation.segments, start=1):
        item = Dataset()
        item.SegmentNumber, item.SegmentLabel, item.SegmentAlgorithmType = number, segment.name, "MANUAL"
        made.SegmentSequence.append(item)
        array = segment.mask.fullArray()
        made.PerFrameFunctionalGroupsSequence.extend(frameGroup(dataset, number) for dataset in datasets)
        frames.append(array)
    made.NumberOfFrames = 2 * len(datasets)
    made.PixelData = np.packbits(np.concatenate(frames).ravel(), bitorder="little").tobytes()
    return made


def structureSet():
    made = newObject(None, "1.2.840.10008.5.1.4.1.1.481.3")
    made.Modality, made.PatientID = "RTSTRUCT", "HOSP-4711-X"
    made.StructureSetROISequence, made.ROIContourSequence = [], []
    for number, (name, radius) in enumerate((("femoral head", 15.0), ("necrosis", 6.0)), start=1):
        roi, item = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, item.ReferencedROINumber, item.ContourSequence = number, name, number, []
        for index in range(2, 6):
            contour, angles = Dataset(), np.linspace(0, 2 * np.pi, 24, endpoint=False)
            contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(angles)
            points = np.column_stack([20 + radius * np.cos(angles), 20 + radius * np.sin(angles),
                                      np.full(len(angles), 4.0 * index)])
            contour.ContourData = [f"{value:.3f}" for value in points.ravel()]
            item.ContourSequence.append(contour)
        made.StructureSetROISequence.append(roi)
        made.ROIContourSequence.append(item)
    return made


def readBroken(folder, repository, kind, first, count):
    """Outcomes of `count` broken copies; a process that died counts as one and is started again behind it."""
    outcomes, number = [], first
    while number < first + count:
        script = repository / "Testing" / "Core" / "brokenfiles.py"
        paths = os.pathsep.join([str(repository / "ONVolumetry"), *filter(None, [os.environ.get("PYTHONPATH")])])
        sound = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        command = [sys.executable, str(script), str(folder), kind, str(number), str(first + count - number)]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              env={**os.environ, "PYTHONPATH": paths})
        for path, content in sound.items():
            path.write_bytes(content)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        for asked, answer in zip(lines[::2], lines[1::2]):
            outcomes.append((asked, answer["outcome"]))
        number = first + len(outcomes)
        if done.returncode != 0:
            assert lines, done.stderr
            outcomes.append((lines[-1], f"the process ended with {done.returncode}: {done.stderr[-2000:]}"))
            number += 1
    return outcomes


def requireGood(outcomes):
    bad = [f"{asked}: {outcome}" for asked, outcome in outcomes if outcome not in ("refused", "same", "other")]
    counts = Counter((asked["kind"], outcome) for asked, outcome in outcomes if outcome in ("refused", "same", "other"))
    print(dict(counts))
    assert not bad, f"{len(bad)} of {len(outcomes)} broken files:\n" + "\n\n".join(bad[:10])
    assert counts[outcomes[0][0]["kind"], "refused"] > len(outcomes) / 10, counts


@pytest.mark.parametrize("kind", KINDS)
def testBrokenFilesAreRefusedOrReadRight(sound, repository, kind):
    requireGood(readBroken(sound, repository, kind, 0, 25))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def testManyBrokenFilesAreRefusedOrReadRight(sound, repository, kind):
    requireGood(readBroken(sound, repository, kind, 1000, 400))


def testSoundFilesAreReadBack(sound, repository):
    """The files themselves are sound: nothing of the above is refused for another reason."""
    assert pydicom.dcmread(sound / "seg.dcm").NumberOfFrames == 12
    for kind in KINDS:
        assert readBroken(sound, repository, kind, 0, 0) == []
    assert GridGeometry((1, 1, 1), np.eye(4)).voxelVolumeMm3 == 1.0
