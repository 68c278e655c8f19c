"""`onvolumetry import`: from the DICOM files of a patient to a case to outline, without the patient's name."""

import json
import os
import shlex
import stat

import numpy as np
import pytest
from ONVolumetryLib import cli
from ONVolumetryLib.files.case import readCase
from ONVolumetryLib.files.filecontext import atomicPath
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.files.segmentations import readSegmentation

DATES = ("20230116", "20230503", "20240202")


@pytest.fixture
def tree(tmp_path, dicom):
    """Three scans of one patient; at the second there is a localizer and an axial series too."""
    folder = tmp_path / "cd"
    for number, date in enumerate(DATES):
        grid = dicom.grid(shiftMm=(0, 3 * number, 0))
        voxels = np.arange(np.prod(grid.shapeKji)).reshape(grid.shapeKji) % (1000 + number)
        dicom.writeSeries(folder / f"{number}" / "deep", voxels, grid, date, thicknessMm=3.5)
    localizer = dicom.grid((32, 32, 3), (4, 4, 20))
    dicom.writeSeries(folder / "1", np.zeros(localizer.shapeKji), localizer, DATES[1], seriesNumber=1,
                      description="localizer t1", names="LOC{}", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    (folder / "DICOMDIR").write_bytes(b"\0" * 200)
    (folder / "readme.txt").write_text("viewer")
    return folder


def importCase(*arguments):
    return cli.main(["import", *map(str, arguments)])


def testVisitsAreProposedWithMonthsFromSurgery(tree, tmp_path, capsys):
    out = tmp_path / "case"
    assert importCase(tree, "--output", out, "--side", "right", "--surgery-date", "2023-02-01", "--hip", "101") == 0
    case = readCase(out / "case.json")
    assert (case.hip, case.side, case.sex, case.monthsFrom) == ("101", "right", "female", "surgery")
    assert [(visit.label, visit.month) for visit in case.visits] == [
        ("preop", -0.5), ("3 months", 3.0), ("12 months", 12.0)]
    for number, visit in enumerate(case.visits):
        original, written = readImage(tree / f"{number}" / "deep"), readImage(visit.image)
        assert np.array_equal(original.voxels, written.voxels)
        assert original.geometry.isSameLattice(written.geometry)
        outlines = readSegmentation(visit.segmentation)
        assert [segment.name for segment in outlines.segments] == ["Femoral head", "Osteonecrosis lesion"]
        assert all(segment.mask.isEmpty and segment.status == "notstarted" for segment in outlines.segments)
        assert outlines.grid.isSameLattice(written.geometry)
    printed = capsys.readouterr().out
    assert "a slice every 4.00 mm (a gap of 0.50 mm between slices)" in printed and "coronal T1 MR" in printed
    assert not any(date in printed for date in DATES)


def testEmptyOutlinesAreNotMeasured(tree, tmp_path):
    assert importCase(tree, "--output", tmp_path / "case", "--side", "left") == 0
    assert cli.main(["measure", str(tmp_path / "case"), "--output", str(tmp_path / "out"), "--no-render"]) == 0
    hip, = json.loads((tmp_path / "out" / "measurements.json").read_text(encoding="utf-8"))["hips"]
    assert all(visit["onv_cm3"] is None and visit["fhv_cm3"] is None for visit in hip["visits"])


def testWithoutSurgeryDateMonthsCountFromTheFirstScan(tree, tmp_path, capsys):
    assert importCase(tree, "--output", tmp_path / "case", "--side", "left") == 0
    visits = readCase(tmp_path / "case" / "case.json").visits
    assert [(visit.label, visit.month) for visit in visits] == [("first scan", 0.0), ("4 months", 3.5),
                                                                ("13 months", 12.6)]
    assert readCase(tmp_path / "case" / "case.json").monthsFrom == "first scan"
    printed = capsys.readouterr().out
    assert "counted from the first scan" in printed
    command = shlex.split(printed[printed.index("onvolumetry segment"):].splitlines()[0])
    assert command[2:-4] == [str(tmp_path / "case" / "case.json"), "--visit", "first scan"]


@pytest.mark.parametrize("surgery", ["2023-12-20", "2023-05-10"])
def testSurgeryLongAfterTheLastScanBeforeItIsNoted(tree, tmp_path, capsys, surgery, dicom):
    (tree / "1").rename(tmp_path / "elsewhere")
    for path in (tree / "0" / "deep").iterdir():
        path.unlink()
    grid = dicom.grid()
    dicom.writeSeries(tree / "0", np.zeros(grid.shapeKji), grid, "20221115")
    assert importCase(tree, "--output", tmp_path / "case", "--side", "left", "--surgery-date", surgery) == 0
    error = capsys.readouterr().err
    isNoted = 'note: the visit "preop" lies 13.1 months before surgery' in error
    assert isNoted is (surgery == "2023-12-20") and surgery not in error


def testBothSidesShareTheImages(tree, tmp_path):
    out = tmp_path / "case"
    assert importCase(tree, "--output", out, "--side", "both", "--patient", "P-7") == 0
    left, right = (readCase(out / side / "case.json") for side in ("left", "right"))
    assert (left.hip, right.hip, left.patient, right.patient) == ("P-7-L", "P-7-R", "P-7", "P-7")
    assert [visit.image for visit in left.visits] == [visit.image for visit in right.visits]
    assert left.visits[0].segmentation != right.visits[0].segmentation


def testLinkIsForTheOwnerOnlyAndCanBeLeftOut(tree, tmp_path, dicom):
    assert importCase(tree, "--output", tmp_path / "linked", "--side", "left") == 0
    path = tmp_path / "linked" / "identifiers.json"
    link = json.loads(path.read_text(encoding="utf-8"))
    assert link["patient_id"] == dicom.identity["PatientID"] and len(link["images"]) == 3
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert importCase(tree, "--output", tmp_path / "bare", "--side", "left", "--no-link") == 0
    assert not (tmp_path / "bare" / "identifiers.json").exists()


def testNothingButTheLinkIdentifiesThePatient(tree, tmp_path, dicom, capfd):
    assert importCase(tree, "--output", tmp_path / "case", "--side", "both", "--surgery-date", "2023-02-01") == 0
    texts = [path.read_bytes() for path in (tmp_path / "case").rglob("*") if path.is_file()
             and path.name != "identifiers.json"]
    texts += [str(path.relative_to(tmp_path)).encode() for path in (tmp_path / "case").rglob("*")]
    texts += [part.encode() for part in capfd.readouterr()]
    secrets = [word for value in dicom.identity.values() for word in value.split("^")]
    secrets += [*DATES, "2023-02-01", "1.2.826"]
    assert not [secret for secret in secrets for text in texts if secret.encode() in text]


def requireRefusal(capsys, text, *arguments, status=1):
    if status == 2:
        with pytest.raises(SystemExit) as caught:
            importCase(*arguments)
        assert caught.value.code == 2
    else:
        assert importCase(*arguments) == status
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert text in error and "Traceback" not in error, error
    return error


def testWhatCannotBeKnownIsAsked(tree, tmp_path, capsys, dicom):
    out = ("--output", tmp_path / "case")
    requireRefusal(capsys, "the files do not say which hip", tree, *out, status=2)
    grid = dicom.grid()
    dicom.writeSeries(tree / "t2", np.zeros(grid.shapeKji), grid, DATES[0], seriesNumber=7, description="t2_tirm_cor")
    error = requireRefusal(capsys, "scan 1 of 3 (by date) has more than one series", tree, *out, "--side", "left")
    assert 'series 7 "t2_tirm_cor", 16 slices, coronal T2 MR' in error and "--contrast T1" in error
    dicom.writeSeries(tree / "other", np.zeros(grid.shapeKji), grid, DATES[0], PatientID="HOSP-9", PatientSex="")
    error = requireRefusal(capsys, "the folder holds 2 patients", tree, *out, "--side", "left")
    assert "HOSP" not in error
    requireRefusal(capsys, "no patient of that --patient-id", tree, *out, "--side", "left", "--patient-id", "9")
    chosen = ("--side", "left", "--patient-id", "HOSP-9")
    requireRefusal(capsys, "give --sex male or --sex female", tree, *out, *chosen)
    assert not (tmp_path / "case").exists()
    assert importCase(tree, *out, *chosen, "--sex", "male") == 0
    assert importCase(tree, "--output", tmp_path / "t1", "--side", "left", "--contrast", "T1", "--patient-id",
                      dicom.identity["PatientID"]) == 0
    assert len(readCase(tmp_path / "t1" / "case.json").visits) == 3


def testSeriesIsChosenByNumberOrText(tree, tmp_path, dicom):
    grid = dicom.grid((64, 64, 12))
    for folder, date in zip("ab", DATES):
        dicom.writeSeries(tree / folder, np.zeros(grid.shapeKji), grid, date, seriesNumber=7,
                          description="pd_cor_fs hips", EchoTime=30, RepetitionTime=3000)
    for text in ("7", "PD_COR"):
        out = tmp_path / text
        assert importCase(tree, "--output", out, "--side", "left", "--series", text) == 0
        visits = readCase(out / "case.json").visits
        assert [readImage(visit.image).geometry.sizeIjk[2] for visit in visits] == [12, 12]


def testFollowUpsAloneAndUsedFoldersAreRefused(tree, tmp_path, capsys):
    out = ("--output", tmp_path / "case", "--side", "left")
    error = requireRefusal(capsys, "made after the date of surgery", tree, *out, "--surgery-date", "2022-01-01")
    assert "2022" not in error.split("case needs")[-1]
    requireRefusal(capsys, "write it as 2024-05-31", tree, *out, "--surgery-date", "1.2.2023", status=2)
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "outlines.seg.nrrd").write_text("work of a week")
    requireRefusal(capsys, "holds files already", tree, *out)
    requireRefusal(capsys, "no such folder", tmp_path / "gone", *out)
    requireRefusal(capsys, "no DICOM image", tmp_path / "case", "--output", tmp_path / "x", "--side", "left")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case", "cd"]


def testSeriesThatCannotBeMeasuredLeavesNothing(tree, tmp_path, capsys):
    (tree / "2" / "deep" / "IM005").unlink()
    error = requireRefusal(capsys, "1 slice(s) are missing between slices number 5 and 7", tree, "--output",
                           tmp_path / "case", "--side", "left")
    assert error.startswith(f'error: {tree}: visit "13 months", series 3 "t1_tse_cor": ')
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cd"]


def testFullDiskIsToldWithTheFolderThatWasGiven(tree, tmp_path, capsys, monkeypatch):
    def full(*arguments, **more):
        raise OSError(28, "No space left on device")
    folder = tmp_path / "case"
    for target in ("images.sitk.WriteImage", "outputlock._requireWritable", "importwriter.writeCase"):
        with monkeypatch.context() as patch:
            patch.setattr(f"ONVolumetryLib.files.{target}", full)
            error = requireRefusal(capsys, "No space left on device", tree, "--output", folder, "--side", "left")
        assert error.startswith(f"error: {folder}") and ".partial-" not in error
        assert sorted(path.name for path in tmp_path.iterdir()) == ["cd"]


def testFullDiskIsToldWithTheNameOfTheWantedFile(tmp_path):
    with pytest.raises(OSError, match=r"case\.json") as caught, atomicPath(tmp_path / "case.json"):
        raise OSError(28, "No space left on device")
    assert caught.value.filename == str(tmp_path / "case.json")


def testIdentifiersAreShownOnlyWhenAskedFor(tree, capsys, dicom):
    assert importCase(tree, "--show-identifiers") == 0
    printed = capsys.readouterr().out
    assert dicom.identity["PatientID"] in printed and "2023-01-16" in printed and "1.2.826" in printed


def testTwoScansInOneMonthKeepNamesOfTheirOwn(tmp_path, dicom):
    grid = dicom.grid()
    for date in ("20230101", "20230110", "20230401", "20230403", "20230404"):
        dicom.writeSeries(tmp_path / "cd" / date, np.zeros(grid.shapeKji), grid, date)
    assert importCase(tmp_path / "cd", "--output", tmp_path / "case", "--side", "left", "--surgery-date",
                      "2023-01-20") == 0
    visits = readCase(tmp_path / "case" / "case.json").visits
    assert [visit.label for visit in visits] == ["1 month before", "preop", "2.33 months", "2.4 months",
                                                 "2.43 months"]
    assert len({visit.image for visit in visits}) == 5


def testRealSeriesIsImported(sharedData, tmp_path, capsys):
    folder = sharedData / "pelvis-t1"
    requireRefusal(capsys, "the folder holds 2 patients", folder, "--output", tmp_path / "a", "--side", "left")
    assert importCase(folder / "case-04", "--output", tmp_path / "a", "--side", "left") == 0
    assert "a gap of 1.20 mm between slices" in capsys.readouterr().out
    visit, = readCase(tmp_path / "a" / "case.json").visits
    assert readImage(visit.image).geometry.sizeIjk == (384, 384, 50)
