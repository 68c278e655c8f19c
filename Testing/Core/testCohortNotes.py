"""Denominators of a cohort, and notes in place of what its rows do not determine."""

import numpy as np
import pytest

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

from ONVolumetryLib.cohort.analysis import analyzeCohort
from ONVolumetryLib.cohort.output import writeCohort
from ONVolumetryLib.cohort.settings import CohortSettings
from ONVolumetryLib.cohort.table import readCohort

FAST = CohortSettings(bootstrapCount=50)


def testMissingVisitsAreNeverRegeneration(analyze, oneCell):
    rows = [(hip, "preop", 0, 20 + hip, hip % 2, "A B", "done", "", "") for hip in range(1, 9)]
    rows += [(hip, "12 months", 12, 5 + hip, hip % 2, "B", "done", "", "") for hip in range(1, 6)]
    rows += [(6, "12 months", 12, "", 0, "", "not done", "arthroplasty", 9),
             (7, "12 months", 12, "", 1, "", "done", "", "")]
    result = analyze(rows, ",jic_zones,visit_status,end_reason,end_month")
    zone = oneCell(result, "jic_regenerated", group="all", item="A").statistics
    assert (zone.n, zone.regenerated, zone.seenOnce) == (5, 5, 3)
    present = oneCell(result, "jic_zones", group="all", visit="12 months", item="A").statistics
    assert (present.n, present.present, present.notImaged, present.notMeasurable) == (5, 0, 2, 1)
    follow = oneCell(result, "follow_up", group="all", visit="12 months").statistics
    assert (follow.n, follow.missing, follow.notDone, follow.notMeasured, follow.arthroplasty) == (5, 3, 2, 1, 1)
    assert oneCell(result, "jic_mcnemar", item="A").statistics.p == pytest.approx(0.0625)


def testTheReasonsOfMissingVisitsAddUp(analyze, findCells):
    rows = [(1, "preop", 0, 20, 1, "done", "", ""), (1, "12 months", 12, 4, 1, "done", "arthroplasty", 12),
            (2, "preop", 0, 20, 0, "done", "", ""), (2, "12 months", 12, "", 0, "not done", "arthroplasty", 6),
            (3, "preop", 0, 20, 0, "done", "lost", 6), (4, "preop", 0, 20, 1, "done", "", ""),
            (4, "12 months", 12, "", 1, "done", "", "")]
    result = analyze(rows, ",visit_status,end_reason,end_month")
    for cell in findCells(result, "follow_up"):
        follow = cell.statistics
        assert follow.n + follow.missing == follow.hips
        assert follow.notDone + follow.notMeasured == follow.missing
        assert follow.arthroplasty + follow.otherEnd <= follow.missing
    (last,) = findCells(result, "follow_up", group="all", visit="12 months")
    assert (last.statistics.arthroplasty, last.statistics.otherEnd) == (1, 1)


def testOneEmptyGroupLeavesNotesAndComputesTheRest(analyze, findCells, oneCell):
    result = analyze([(hip, visit, month, 20 - month + hip + (hip * month) % 5, 1)
                      for hip in range(1, 9) for visit, month in (("preop", 0), ("3 months", 3))])
    assert "0 non-healed" in oneCell(result, "onv_percent_healed_vs_not", visit="preop", item="t test").note
    assert "no non-healed hip" in findCells(result, "difference_in_differences", item="all rows")[0].note
    assert result.find("healing_probit").cells[0].note is not None
    assert oneCell(result, "onv_percent", group="all", visit="preop").statistics.n == 8
    assert oneCell(result, "onv_percent_change", group="all", item="paired t test").statistics is not None


def testValuesThatDoNotVaryLeaveNotes(analyze, findCells, oneCell):
    result = analyze([(hip, visit, month, 20 - month, hip % 2) for hip in range(1, 9)
                      for visit, month in (("preop", 0), ("3 months", 3))])
    assert "do not vary" in oneCell(result, "onv_percent_healed_vs_not", visit="preop", item="t test").note
    assert "do not vary" in oneCell(result, "onv_percent_change", group="all", item="paired t test").note
    assert "do not vary" in findCells(result, "difference_in_differences", item="all rows")[0].note
    assert "do not vary" in oneCell(result, "roc", visit="preop", item="ROC area").note
    assert oneCell(result, "onv_percent", group="all", visit="preop").statistics.sd == 0


def testSeparatedHealingIsNotEstimated(analyze, oneCell):
    result = analyze([(hip, "preop", 0, 10 + hip, int(hip <= 5)) for hip in range(1, 11)])
    assert "separate" in result.find("healing_probit").cells[0].note
    assert result.healing is None
    area = oneCell(result, "roc", item="ROC area")
    assert area.statistics.auc == 1.0
    assert area.statistics.ciLow is None
    assert "no interval" in area.note


def testAVisitWithOneOutcomeIsLeftOutOfTheProbit(analyze):
    generator = np.random.default_rng(1)
    rows = [(hip, "preop", 0, round(generator.normal(20 - 3 * (hip % 2), 6), 2), hip % 2) for hip in range(40)]
    rows += [(hip, "3 months", 3, 10 + hip, 1) for hip in range(1, 40, 2)]
    result = analyze(rows)
    assert any("3 months has healed hips only" in note for note in result.healing.notes)
    assert result.healing.visits == ("preop",)
    assert result.healing.fit.n == 40


def testFewerThanThreeValuesLeaveNotes(analyze, oneCell):
    result = analyze([(1, "preop", 0, 20, 1), (1, "3 months", 3, 10, 1), (2, "preop", 0, 22, 0),
                      (2, "3 months", 3, 15, 0)])
    assert "n < 3" in oneCell(result, "onv_percent", group="all", visit="preop").note
    assert "at least 3" in oneCell(result, "onv_percent_change", group="all", item="paired t test").note


def testAgreementTakesTheLastVisitBeforeSurgery(tmp_path, oneCell):
    path = tmp_path / "rows.csv"
    lines = ["hip,visit,month,onv_percent,fhv_cm3,sav_cm3"]
    for hip in range(6):
        lines += [f"{hip},screening,-4,20,{60 + hip},{60 + hip}", f"{hip},preop,0,20,{40 + hip},{41 + hip * 1.1}",
                  f"{hip},1 year,12,5,{50 + hip},{50 + hip}"]
    path.write_text("\n".join(lines))
    result = analyzeCohort(readCohort([path]), FAST)
    limits = oneCell(result, "fhv_sav_agreement", item="Bland-Altman").statistics
    assert (limits.n, limits.meanDifference) == (6, pytest.approx(-1.25))


def testWithoutHealingOnlyWhatNeedsItIsLeftOut(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("hip,visit,month,onv_percent\n" + "\n".join(f"{hip},preop,0,{10 + hip}" for hip in range(6)))
    result = analyzeCohort(readCohort([path]), FAST)
    assert "no column healed" in result.find("healing_probit").cells[0].note
    assert {cell.group for cell in result.find("onv_percent").cells} == {"all"}
    assert len(writeCohort(result, tmp_path / "out")) == 3 + 2 * 2
