"""The runs of the program behind the section Cohort: what is started, and that it gives the cohort."""

import json
from pathlib import Path

import pytest
from ONVolumetryLib import cli
from ONVolumetryLib.cohort.runplan import RESULTS, SCENE_TABLE, PlannedCohort, measuredCount, resultFiles, runSteps

HEADER = "hip,visit,month,onv_percent,healed"


def testTablesNeedOneRunOnly(tmp_path):
    (step,) = runSteps(PlannedCohort([Path("a.csv"), Path("b.csv")], visits="3 months=3m; 6 weeks",
                                     options=("--welch",)), tmp_path)
    assert step.arguments == ("cohort", "a.csv", "b.csv", "--output", str(tmp_path / RESULTS), "--welch", "--visits",
                              "3 months=3m", "6 weeks")
    assert step.expected == 0


def testCasesAreMeasuredFirst(makeCase, tmp_path):
    makeCase("1")
    makeCase("2")
    measure, cohort = runSteps(PlannedCohort([tmp_path], hasSceneTable=True), tmp_path / "run")
    assert measure.arguments[:3] == ("measure", str(tmp_path), "--output")
    assert measure.expected == 2
    assert cohort.arguments[1:3] == (str(tmp_path / "run" / SCENE_TABLE),
                                     str(tmp_path / "run" / "measured" / "measurements.csv"))


def testTheRunsGiveTheCohort(makeCase, tmp_path, capsys):
    pytest.importorskip("statsmodels")
    pytest.importorskip("matplotlib")
    makeCase("1", subject={"healed": True})
    other = makeCase("2", radii=(10.0, 9.0), subject={"healed": False})
    run, table = tmp_path / "run", tmp_path / "more.csv"
    table.write_text("\n".join((HEADER, "3,month 0,0,20,1", "3,month 3,3,11,1")))
    run.mkdir()
    (run / SCENE_TABLE).write_text("\n".join((HEADER, "4,month 0,0,25,0", "4,month 3,3,21,0")))
    plan = PlannedCohort([table, other.parent, tmp_path / "case-1" / "case.json"], hasSceneTable=True,
                         options=("--bootstraps", "20"))
    steps = runSteps(plan, run)
    for step in steps:
        assert cli.main(list(step.arguments)) == 0, capsys.readouterr().err
    assert measuredCount(run) == steps[0].expected == 2
    document = json.loads((run / RESULTS / "cohort.json").read_text(encoding="utf-8"))
    assert document["hips"] == 4
    names = {path.name for path in resultFiles(run)}
    assert {"cohort.html", "cohort.csv", "onv_percent_by_visit.svg", "measurements.csv"} <= names


def testReadersAloneNeedNoTable(tmp_path):
    (step,) = runSteps(PlannedCohort(readers=[Path("anna"), Path("bob")]), tmp_path)
    assert step.arguments == ("cohort", "--output", str(tmp_path / RESULTS), "--readers", "anna", "bob")


def testAFolderOfCaseFoldersIsMeasuredWhole(makeCase, tmp_path):
    makeCase("1", radii=(12.0,))
    makeCase("2", radii=(12.0,))
    (tmp_path / "notes").mkdir()
    assert cli.main(["measure", "--no-render", str(tmp_path), "--output", str(tmp_path / "out")]) == 0
    assert sorted(path.parent.name for path in (tmp_path / "out").glob("*/report.html")) == ["1", "2"]
