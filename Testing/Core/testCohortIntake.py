"""The sources of a cohort looked at before anything is computed, with nothing but what Python brings along."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ONVolumetryLib.cohort import intake
from ONVolumetryLib.cohort.intake import checked, hipOfRecord, readSource, visitOptions

HEADER = "hip,visit,month,onv_percent,healed"


@pytest.fixture
def write(tmp_path):
    def writeTable(name, *rows, header=HEADER):
        (tmp_path / name).write_text("\n".join((header, *rows)))
        return tmp_path / name
    return writeTable


def testHipsOfATable(write):
    first, second = readSource(write("a.csv", "1,preop,0,18.5,1", "1,3 months,3,,", "2,preop,0,20,no"))
    assert (first.hip, first.healed, first.problems) == ("1", True, ())
    assert [(visit.label, visit.month, visit.isMeasured) for visit in first.visits] == [
        ("preop", 0.0, True), ("3 months", 3.0, False)]
    assert (second.hip, second.healed) == ("2", False)


def testHipsOfCasesAreStillToBeMeasured(makeCase, tmp_path):
    makeCase("1", subject={"healed": False})
    makeCase("2")
    (tmp_path / "case-3").mkdir()
    (tmp_path / "case-3" / "case.json").write_text("{")
    first, second, third = readSource(tmp_path)
    assert (first.hip, first.healed, [visit.isMeasured for visit in first.visits]) == ("1", False, [None, None])
    assert (second.hip, second.healed, second.isCase) == ("2", None, True)
    assert third.hip == "" and "case.json" in third.source and "line 1" in third.problems[0]
    assert readSource(tmp_path / "case-1")[0] == first
    assert readSource(tmp_path / "case-1" / "case.json")[0] == first


@pytest.mark.parametrize(("rows", "words"), [
    (["1,preop,0,18,1", "1,Preop,0,19,1"], "row 3: a second row for the visit Preop"),
    (["1,preop,0,18,1", "1,3 months,3,19,0"], "row 3, column healed differs"),
    (["1,preop,,18,1"], "row 2, column month is empty")])
def testProblemsOfATableStandWithTheirHip(write, rows, words):
    assert words in readSource(write("a.csv", *rows))[0].problems[0]


@pytest.mark.parametrize(("row", "words"), [("1,preop,0,about 8,1", "row 2, column onv_percent: 'about 8'"),
                                            ("1,preop,0,8,perhaps", "row 2, column healed: 'perhaps'")])
def testWhatCannotBeReadIsOneProblem(write, row, words):
    (hip,) = readSource(write("a.csv", row))
    assert hip.hip == "" and hip.source.endswith("a.csv") and words in hip.problems[0]
    assert "a.csv" not in hip.problems[0], "the source is named beside it"


def testAnEmptyFolderIsAProblem(tmp_path):
    assert "no case.json" in readSource(tmp_path)[0].problems[0]


def testAHipInTwoSourcesIsAProblemUnlessTheyShareItsVisits(write):
    same = [*readSource(write("a.csv", "1,preop,0,18,1")), *readSource(write("b.csv", "1,preop,0,19,1"))]
    first, second = checked(same)[0]
    assert first.problems == () and "is also in" in second.problems[0] and "a.csv" in second.problems[0]
    shared = [*readSource(write("a.csv", "1,preop,0,18,1")), *readSource(write("b.csv", "1,12 months,12,19,1"))]
    assert all(hip.problems == () for hip in checked(shared)[0])


def testAHipThatIsMeasuredHereAndInATableIsAProblem(write, makeCase):
    hips = [*readSource(makeCase("1")), *readSource(write("a.csv", "1,12 months,12,19,1"))]
    assert "is also in" in checked(hips)[0][1].problems[0]


def testVisitsThatMayBeOneAreToldWithTheRemedy(write):
    hips = readSource(write("a.csv", "1,3 months,3,18,1", "2,M3,3,19,1"))
    assert "may be one visit" in checked(hips)[1]
    assert checked(hips, "3 months=M3")[1] == ""
    assert checked(hips, "3 months; M3")[1] == ""
    assert visitOptions("3 months = M3 ;6 weeks;") == ["3 months = M3", "6 weeks"]


def testHipsOfTheSceneKeepTheirProblems():
    record = {"hip": "7", "subject": {"healed": True}, "visits": [{"visit": "preop", "month": 0, "onv_percent": None}]}
    hip = hipOfRecord(record, "this scene", ("out of date",))
    assert (hip.hip, hip.healed, hip.visits[0].isMeasured, hip.problems) == ("7", True, False, ("out of date",))


def testNothingButPythonIsNeeded(write):
    path = write("a.csv", "1,preop,0,18,1")
    code = ("import sys; from pathlib import Path; from ONVolumetryLib.cohort.intake import readSource; "
            "print(readSource(Path(sys.argv[1]))[0].hip); "
            "sys.exit(bool({'pandas', 'statsmodels', 'matplotlib'} & set(sys.modules)))")
    folder = str(Path(intake.__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code, str(path)], env={**os.environ, "PYTHONPATH": folder},
                          check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


def testTheCaseFilesOfASourceAreThoseThatAreMeasured(makeCase, tmp_path):
    cases = [makeCase("1"), makeCase("2")]
    assert intake.caseFiles(tmp_path) == cases
    assert intake.caseFiles(cases[0].parent) == intake.caseFiles(cases[0]) == [cases[0]]
    assert intake.caseFiles(Path("a.csv")) == []
    assert json.loads(cases[0].read_text(encoding="utf-8"))["hip"] == "1"
