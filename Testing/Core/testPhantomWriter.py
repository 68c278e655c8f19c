"""Case folders of synthetic hips, as a program makes them."""

import argparse
import json
from dataclasses import replace

import numpy as np
import pytest
from ONVolumetryLib import cli
from ONVolumetryLib.core.errors import ONVolumetryError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.files.case import readCase
from ONVolumetryLib.files.images import readImage, writeImage
from ONVolumetryLib.files.segmentations import readSegmentation
from ONVolumetryLib.files.visits import loadVisit
from ONVolumetryLib.phantom import writer
from ONVolumetryLib.phantom.hip import requirePossible
from ONVolumetryLib.phantom.presets import PRESETS
from ONVolumetryLib.phantom.settings import ScanSettings
from ONVolumetryLib.phantom.writer import writePhantom
from ONVolumetryLib.program import phantom

COARSE = ScanSettings((2.0, 2.0, 4.0))
COARSE_ARGUMENTS = ["--spacing", "3", "3", "5"]


def runProgram(*texts):
    return cli.main(["phantom", *map(str, texts)])


@pytest.fixture(scope="module")
def nonHealed(tmp_path_factory):
    return writePhantom(replace(PRESETS["non-healed-203"], scan=COARSE), tmp_path_factory.mktemp("hip") / "203")


def testCaseFolderReadsBack(nonHealed):
    case = readCase(nonHealed)
    assert (case.hip, case.patient, case.side, case.sex) == ("203", "P-203", "right", "male")
    assert (case.end.reason, case.end.month, case.subject["healed"]) == ("arthroplasty", 11, False)
    assert [visit.done for visit in case.visits] == [True, True, False]
    truth = json.loads((nonHealed.parent / "truth.json").read_text(encoding="utf-8"))
    for visit, known in zip(case.visits[:2], truth["visits"]):
        image, segmentation = readImage(visit.image), readSegmentation(visit.segmentation)
        assert segmentation.grid.isSameLattice(image.geometry)
        head, lesion = (segment.mask for segment in segmentation.segments)
        assert [segment.status for segment in segmentation.segments] == ["completed"] * 2
        assert lesion.countInside(head) == lesion.voxelCount
        assert 100 * lesion.voxelCount / head.voxelCount == pytest.approx(known["onv_percent"], abs=0.6)
        assert head.voxelCount * segmentation.grid.voxelVolumeMm3 / 1000 == pytest.approx(known["fhv_cm3"], rel=0.02)
        assert 100 * known["onv_cm3"] / known["fhv_cm3"] == pytest.approx(known["onv_percent"])


def testTruthTellsMovesAndSphere(nonHealed):
    truth = json.loads((nonHealed.parent / "truth.json").read_text(encoding="utf-8"))
    first, second, third = truth["visits"]
    assert truth["schema"] == "onvolumetry-truth/1"
    assert third == {"label": "12 months", "month": 12, "status": "not done"}
    assert second["residual_percent"] == pytest.approx(100 * 28.7 / 43.4, abs=0.01)
    moved = np.array(second["femur_baseline_to_visit_ras"]) @ [*first["sphere_center_ras_mm"], 1]
    assert moved[:3] == pytest.approx(second["sphere_center_ras_mm"])


def testPhantomIsReplacedButOtherFilesAreNot(tmp_path, capsys):
    assert runProgram("--output", tmp_path / "hip", *COARSE_ARGUMENTS) == 0
    assert (tmp_path / "hip" / "m12.nrrd").is_file()
    assert runProgram("--output", tmp_path / "hip", "--percent", 10, *COARSE_ARGUMENTS) == 0
    assert sorted(path.name for path in (tmp_path / "hip").iterdir()) == [
        "case.json", "landmarks.mrk.json", "preop.nrrd", "preop.seg.nrrd", "truth.json"]
    (tmp_path / "letter.txt").write_text("dear patient")
    assert runProgram("--output", tmp_path, *COARSE_ARGUMENTS) == 1
    assert "not a synthetic hip" in capsys.readouterr().err
    assert (tmp_path / "letter.txt").read_text() == "dear patient"


def testProgramPrintsTheCaseAndObeysItsOptions(tmp_path, capsys):
    folder = tmp_path / "hip"
    assert runProgram("--output", folder, "--side", "left", "--sex", "female", "--radius", 21, "--lesion", "cone",
                      "--percent", 20, 5, "--months", 0, 6, "--spacing", 2, 3, 5, "--gap", 1, "--seed", 3,
                      "--hip", "7L", "--patient", "7") == 0
    assert capsys.readouterr().out.strip() == str(folder / "case.json")
    case = readCase(folder / "case.json")
    assert (case.side, case.sex, case.subject, case.end) == ("left", "female", {"synthetic": True}, None)
    assert (case.hip, case.patient) == ("7L", "7")
    assert [(visit.label, visit.month) for visit in case.visits] == [("preop", 0), ("6 months", 6)]
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert truth["parameters"]["scan"]["thickness_mm"] == 4
    assert truth["visits"][0]["fhv_cm3"] == pytest.approx(0.71 * 4 / 3 * np.pi * 2.1**3, rel=0.003)
    assert [visit["onv_percent"] for visit in truth["visits"]] == pytest.approx([20, 5], abs=0.001)
    assert readImage(case.visits[1].image).geometry.spacingMm == pytest.approx([2, 3, 5])


@pytest.mark.parametrize(("options", "words"), [
    (["--percent", 10, 20], "shrink"),
    (["--percent", 20, 10, "--months", 0], "2 percentages and 1 months"),
    (["--months", 0, 3], "--percent"),
    (["--radius", -4], "radius"),
    (["--spacing", 0, 1, 1], "spacing"),
    (["--gap", 5], "--gap is 5 mm; give 0 to 3.95 mm"),
    (["--gap", -1], "--gap"),
    (["--axis", 0, 0, 0], "axis 0 0 0"),
    (["--axis", "nan", 0, 1], "axis nan 0 1"),
    (["--percent", 20, 5, "--months", "nan", 3], "months"),
    (["--percent", 20, "--months", "nan"], "month of visit 1"),
    (["--percent", 20, "--months", 3], "no baseline"),
    (["--percent", 20, 10, "--months", 0, "1e9"], "month of visit 2"),
    (["--percent", 95, 50, 10], "a wedge of 95 %"),
    (["--percent", "nan"], "lesion at preop is nan %"),
    (["--percent", "inf"], "lesion at preop is inf %"),
    (["--percent", 0], "first visit has no lesion"),
    (["--percent", 20, 0, 5], "shrink"),
    (["--hip", "../x"], "folder name"),
    (["--spacing", 0.1, 0.1, 0.1], "1413 million voxels, more than the 20 million"),
    (["--background", "scan.nrrd", "--center", "nan", 2, 3, "--radius", 20], "center"),
    (["--background", "scan.nrrd"], "--center"),
    (["--background", "scan.nrrd", "--center", 1, 2, 3, "--radius", 20, "--spacing", 1, 1, 4], "--spacing"),
    (["--center", 1, 2, 3], "--background"),
])
def testBadUsageIsExplainedAndEndsWithStatusTwo(tmp_path, capsys, options, words):
    with pytest.raises(SystemExit) as stop:
        runProgram("--output", tmp_path / "hip", *options)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "hip").exists()


def testSpacingThatIsSuggestedIsAccepted(tmp_path):
    settings = replace(PRESETS["cone"], scan=ScanSettings((0.1, 0.3, 0.5)))
    with pytest.raises(ONVolumetryError, match="coarser spacing, such as") as refused:
        requirePossible(settings)
    suggested = tuple(float(value) for value in str(refused.value).rsplit("such as ", 1)[1].split())
    requirePossible(replace(settings, scan=ScanSettings(suggested)))


def testFoveaGoesWithTheRadius(tmp_path):
    parser = argparse.ArgumentParser()
    phantom.addArguments(parser)
    for options, depth in ((["--radius", "6"], 0.375), (["--radius", "6", "--fovea", "1"], 1), ([], 1.5)):
        arguments = parser.parse_args(["--output", str(tmp_path), *options])
        assert phantom.settingsOf(arguments).anatomy.foveaDepthMm == pytest.approx(depth)


def testHealedLesionIsAnEmptyCompletedSegmentThatMeasuresAsZero(tmp_path):
    assert runProgram("--output", tmp_path / "hip", "--lesion", "cone", "--percent", 20, 0, *COARSE_ARGUMENTS) == 0
    case = readCase(tmp_path / "hip" / "case.json")
    lesion = readSegmentation(case.visits[1].segmentation).segments[1]
    assert lesion.mask.isEmpty
    assert lesion.status == "completed"
    loaded = loadVisit(case, case.visits[1]).segments
    assert loaded.lesionAbsent
    known = json.loads((tmp_path / "hip" / "truth.json").read_text(encoding="utf-8"))["visits"][1]
    assert (known["onv_cm3"], known["onv_percent"], known["residual_percent"]) == (0, 0, 0)
    assert known["gross_regeneration_percent"] == 100
    image, head = readImage(case.visits[1].image), loaded.head.fullArray() > 0
    assert np.percentile(image.voxels[head], 10) > 0.5 * np.median(image.voxels[head])


def testFolderOfABrokenOffRunCanBeUsedAgain(tmp_path, monkeypatch):
    settings = replace(PRESETS["cone"], scan=ScanSettings((4.0, 4.0, 5.0)), visits=PRESETS["cone"].visits[:1])

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(writer, "writeSegmentation", fail)
        with pytest.raises(OSError, match="No space"):
            writePhantom(settings, tmp_path / "hip")
    assert not (tmp_path / "hip" / "case.json").exists()
    assert readCase(writePhantom(settings, tmp_path / "hip")).hip == "cone"


def testFolderOfAScanIsNamedWhereABackgroundLiesInAFolderInIt(tmp_path, capsys, dicom):
    def refusal(folder):
        assert runProgram("--output", tmp_path / "hip", "--background", folder, "--center", 0, 0, 0,
                          "--radius", 12) == 1
        line, = capsys.readouterr().err.splitlines()
        assert not (tmp_path / "hip").exists() and str(folder) in line
        return line

    grid, export = dicom.grid(), tmp_path / "export"
    dicom.writeSeries(export / "study" / "t1", np.full(grid.shapeKji, 500), grid)
    (export / "DICOMDIR").write_bytes(b"index")
    assert 'give the one in it that does: "study/t1" (series 3 "t1_tse_cor", 16 slices' in refusal(export)
    dicom.writeSeries(export / "later", np.full(grid.shapeKji, 500), grid, "20230301", seriesNumber=5)
    line = refusal(export)
    assert 'give one of those in it: "later" (series 5 ' in line and '; "study/t1" (series 3 ' in line
    (tmp_path / "empty").mkdir()
    assert "give the folder that holds the files of one series" in refusal(tmp_path / "empty")
    dicom.writeSeries(export / "later", np.full(grid.shapeKji, 500), grid, "20230302", seriesNumber=6, names="B{:03d}")
    line = refusal(export / "later")
    assert 'series 5 "t1_tse_cor"' in line and 'series 6 "t1_tse_cor"' in line
    assert "copy the files of the wanted one into a folder of their own, and give that folder with --background" in line
    assert "in the case" not in line


@pytest.mark.parametrize(("options", "words"), [
    (["--center", -90, 0, 0], "other half"), (["--center", 900, 0, 0], "does not lie inside")])
def testWrongPlaceInABackgroundNamesTheBackground(tmp_path, capsys, options, words):
    grid = GridGeometry((40, 20, 20), np.array([[-10.0, 0, 0, 195], [0, -10, 0, 95], [0, 0, 10, -95], [0, 0, 0, 1]]))
    writeImage(tmp_path / "scan.nrrd", np.full(grid.shapeKji, 500, dtype=np.int16), grid)
    with pytest.raises(SystemExit) as stop:
        runProgram("--output", tmp_path / "hip", "--background", tmp_path / "scan.nrrd", "--radius", 24, *options)
    assert stop.value.code == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert f"{tmp_path / 'scan.nrrd'}: the " in message
    assert words in message
    assert not (tmp_path / "hip").exists()
