"""The program `onvolumetry measure` as its users meet it: files in, files out, exit status."""

import csv
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from ONVolumetryLib import cli
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.case import CaseEnd, readCase, writeCase
from ONVolumetryLib.files.keys import VISIT_COLUMNS
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation


def measure(*arguments):
    return cli.main(["measure", "--no-render", *map(str, arguments)])


def rowsOf(folder):
    with open(folder / "measurements.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def testEveryNumberOfTheCsvIsANumberAndEqualsTheJson(makeCase, tmp_path):
    assert measure(makeCase("1"), "--output", tmp_path / "out") == 0
    visits = json.loads((tmp_path / "out" / "measurements.json").read_text(encoding="utf-8"))["hips"][0]["visits"]
    for row, visit in zip(rowsOf(tmp_path / "out"), visits, strict=True):
        assert list(row)[:len(VISIT_COLUMNS)] == list(VISIT_COLUMNS)
        for key in VISIT_COLUMNS:
            if isinstance(visit[key], (int, float)):
                assert float(row[key]) == visit[key], key
            else:
                assert row[key] == (visit[key] or ""), key


def testOneBadCaseLeavesTheOthersAlone(makeCase, tmp_path, capsys):
    good, bad = makeCase("good"), makeCase("bad")
    (bad.parent / "m3.seg.nrrd").unlink()
    assert measure(bad, good, "--output", tmp_path / "out") == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith("error:")] == lines
    assert len(lines) == 1 and str(bad) in lines[0] and "m3.seg.nrrd" in lines[0]
    assert {row["hip"] for row in rowsOf(tmp_path / "out")} == {"good"}
    assert not (tmp_path / "out" / "bad").exists()


def testWorkersGiveTheSameNumbers(makeCase, tmp_path):
    cases = [makeCase(name) for name in ("a", "b")]
    assert measure(*cases, "--output", tmp_path / "one") == 0
    assert measure(*cases, "--output", tmp_path / "two", "--workers", 2) == 0
    for name in ("measurements.csv", "measurements.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def testResultsOfAnEarlierRunDoNotStayBesideTheNewOnes(makeCase, tmp_path, capsys):
    first, second = makeCase("first"), makeCase("second")
    out = tmp_path / "out"
    assert measure(first, second, "--output", out) == 0
    (out / "first" / "letter.txt").write_text("mine")
    assert measure(second, "--output", out) == 0
    assert [path.name for path in (out / "first").iterdir()] == ["letter.txt"]
    assert "earlier results of hip first" in capsys.readouterr().err
    shutil.rmtree(second.parent)
    assert measure(second, "--output", out) == 1
    assert not (out / "second").exists()
    assert not (out / "measurements.csv").exists() and not (out / "measurements.json").exists()


@pytest.mark.parametrize(("fields", "field"), [
    ({"hip": "one"}, "hip"),
    ({"hip": "ONE"}, "hip"),
    ({"hip": "measurements.csv"}, "hip"),
    ({"patient": "P-one", "side": "left", "sex": "female"}, "sex"),
    ({"patient": "P-one"}, "side"),
])
def testCasesThatContradictEachOtherAreNotMeasuredTogether(makeCase, tmp_path, capsys, fields, field):
    first, other = makeCase("one"), makeCase("other")
    data = json.loads(other.read_text(encoding="utf-8"))
    other.write_text(json.dumps({**data, **fields}), encoding="utf-8")
    assert measure(first, other, "--output", tmp_path / "out") == 1
    assert capsys.readouterr().err.startswith(f"error: {other}: {field}: ")
    assert {row["hip"] for row in rowsOf(tmp_path / "out")} == {"one"}


def testUsualCovariatesComeFirstWhateverTheirOrder(makeCase, tmp_path):
    cases = [makeCase("a", subject={"smoker": True}), makeCase("b", subject={"healed": False, "age_years": 43.0})]
    assert measure(*cases, "--output", tmp_path / "out") == 0
    rows = rowsOf(tmp_path / "out")
    assert list(rows[0])[len(VISIT_COLUMNS):] == ["age_years", "healed", "smoker"]
    assert [row["healed"] for row in rows] == ["", "", "false", "false"]


def testScanAfterTheEndOfFollowUpIsRefused(makeCase, tmp_path, capsys):
    case = makeCase("late")
    data = json.loads(case.read_text(encoding="utf-8"))
    case.write_text(json.dumps({**data, "end": {"reason": "arthroplasty", "month": 1}}), encoding="utf-8")
    assert measure(case, "--output", tmp_path / "out") == 1
    assert 'end.month: visit "month 3" was done at month 3' in capsys.readouterr().err
    missed = {"label": "12 months", "month": 12, "status": "not done"}
    case.write_text(json.dumps({**data, "visits": [*data["visits"], missed],
                                "end": {"reason": "arthroplasty", "month": 3}}), encoding="utf-8")
    assert measure(case, "--output", tmp_path / "out") == 0
    page = (tmp_path / "out" / "late" / "report.html").read_text(encoding="utf-8")
    assert '"arthroplasty at month 3 (follow-up ended)"' in page


def testTerminalAndReportGiveTheSameIntervalsAlsoWhereTheyAreCut(makeCase, tmp_path, capsys):
    assert measure(makeCase("tiny", radii=(12.0, 2.0)), "--output", tmp_path / "out") == 0
    printed = capsys.readouterr().out
    baseline, later = (line for line in printed.splitlines() if line.startswith("tiny"))
    shown = re.findall(r'class="interval">([^<]*)<', (tmp_path / "out" / "tiny" / "report.html").read_text("utf-8"))
    volume, percent, regeneration = cut = re.findall(r"\((\S+ to \S+)\)", later)
    assert volume.startswith("0.00 to ") and percent.startswith("0.0 to ") and regeneration.endswith(" to 100.0")
    assert set(cut) <= set(shown) and "the interval is cut" in printed
    whole = re.findall(r"(\S+) ± (\S+)", baseline)
    assert len(whole) == 3
    for value, half in whole:
        decimals = len(value.partition(".")[2])
        assert any(abs(float(low) - float(value) + float(half)) < 2.1 * 10 ** -decimals
                   and abs(float(high) - float(value) - float(half)) < 2.1 * 10 ** -decimals
                   for low, high in re.findall(r"([\d.]+) to ([\d.]+)", " ".join(shown)))


def testForgottenSliceIsNamed(makeCase, ballSegmentation, tmp_path):
    case = makeCase("gap", end=CaseEnd("lost", 13))
    writeSegmentation(case.parent / "m3.seg.nrrd", ballSegmentation(12.0, skipped=(7,)))
    assert measure(case, "--output", tmp_path / "out") == 0
    whole, gap = rowsOf(tmp_path / "out")
    assert int(gap["lesion_slices"]) == int(whole["lesion_slices"]) - 1
    assert "not outlined on 1 slice between" in gap["warnings"] and "between" not in whole["warnings"]


def testSpacingThatNoScanHasIsRefused(makeCase, ballSegmentation, tmp_path, capsys):
    case = makeCase("meters")
    grid = ballSegmentation().grid
    scaled = GridGeometry(grid.sizeIjk, np.diag([1e-3, 1e-3, 1e-3, 1.0]) @ grid.ijkToRas)
    segments = tuple(Segment(segment.name, Mask.fromArray(segment.mask.fullArray(), scaled), segment.identifier)
                     for segment in ballSegmentation().segments)
    writeSegmentation(case.parent / "m0.seg.nrrd", Segmentation(segments, scaled))
    assert measure(case, "--output", tmp_path / "out") == 1
    assert "the voxel spacing is 0.001 mm" in capsys.readouterr().err


def testBadUsageIsToldFromAFailedCase(tmp_path, capsys):
    for arguments in (["measure"], ["measure", "x.json"], ["unknown"],
                      ["measure", "x", "--output", "y", "--workers", "0"]):
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2
    assert measure(tmp_path / "absent.json", "--output", tmp_path / "out") == 1
    assert "Traceback" not in capsys.readouterr().err


def testStatedAbsenceIsNoMeasuredZero(makeCase, tmp_path, capsys):
    case = makeCase("healed")
    assert measure(case, "--output", tmp_path / "out") == 0
    assert "tated absent" not in capsys.readouterr().out
    read = readCase(case)
    (case.parent / "m3.seg.nrrd").unlink()
    later = replace(read.visits[1], segmentation=None, lesionAbsent=True)
    writeCase(case, replace(read, visits=(read.visits[0], later)))
    assert measure(case, "--output", tmp_path / "out") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  0 (stated absent)  " in lines[3] and lines[3].endswith("100.0")
    assert any(line.startswith("Stated absent: a reader says") for line in lines)
