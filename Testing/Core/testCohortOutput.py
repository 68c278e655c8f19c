"""A cohort from its rows to its files: denominators, notes in place of statistics, figures, the same bytes twice."""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

from ONVolumetryLib.cohort.analysis import analyzeCohort
from ONVolumetryLib.cohort.output import writeCohort
from ONVolumetryLib.cohort.settings import CohortSettings
from ONVolumetryLib.cohort.synthetic import syntheticCohort
from ONVolumetryLib.cohort.table import readCohort
from ONVolumetryLib.core.errors import CaseError, ONVolumetryError
from ONVolumetryLib.files.keys import VISIT_COLUMNS
from ONVolumetryLib.program import cohort as program

FIGURES = {"onv_percent_by_visit", "onv_percent_by_visit_and_healing", "onv_percent_of_every_hip", "jic_zones",
           "acp_zones", "probability_of_healing", "roc", "fhv_sav_bland_altman", "fhv_sav_concordance"}
FAST = CohortSettings(bootstrapCount=50)


@pytest.fixture(scope="module")
def synthetic():
    return syntheticCohort()


@pytest.fixture(scope="module")
def table(synthetic, tmp_path_factory):
    path = tmp_path_factory.mktemp("cohort") / "synthetic.csv"
    path.write_text(synthetic.csv, encoding="utf-8", newline="")
    return readCohort([path])


@pytest.fixture(scope="module")
def results(table):
    return analyzeCohort(table, CohortSettings(bootstrapCount=50, useIndependentFisher=True, useRatioOfMeans=True))


@pytest.fixture(scope="module")
def written(results, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    writeCohort(results, folder)
    return folder


def testSyntheticCohortHasThePapersNumbersWhereTheyAgree(synthetic):
    missed = {(c.target.quantity, c.target.group, c.target.visit) for c in synthetic.comparisons if not c.isReproduced}
    assert missed == {("onv_percent", "all", 1), ("regeneration_percent", "all", 1), ("regeneration_percent", "all", 2),
                      ("regeneration_percent", "non-healed", 2)}
    assert len(synthetic.contradictions) == len(missed)


def testSyntheticRowsAnalyzedGiveThePapersNumbers(results, oneCell):
    for group, visit, mean, sd, n in (("healed", "preop", 16.7, 7.2, 16), ("healed", "3 months", 9.5, 5.6, 16),
                                      ("healed", "12 months", 2.9, 2.1, 14), ("non-healed", "preop", 27.9, 16.2, 4),
                                      ("non-healed", "12 months", 8.8, 9.7, 2), ("all", "preop", 18.9, 10.2, 20)):
        found = oneCell(results, "onv_percent", group=group, visit=visit).statistics
        assert (round(found.mean, 1), round(found.sd, 1), found.n) == (mean, sd, n)
    concordance = oneCell(results, "fhv_sav_agreement", item="concordance").statistics
    assert concordance.rhoC == pytest.approx(0.963, abs=0.0005)
    test = oneCell(results, "fhv_sav_agreement", item="Bradley-Blackwood").statistics
    assert test.p == pytest.approx(0.738, abs=0.01)
    estimate = oneCell(results, "difference_in_differences", visit="preop to 3 months",
                       item="all rows: b3, the estimate")
    assert estimate.statistics.p == pytest.approx(0.809, abs=0.01)


def testChangesAreThoseOfTheGroup(results, oneCell):
    for group, n in (("all", 16), ("healed", 14)):
        change = oneCell(results, "onv_percent_change", group=group, visit="preop to 12 months", item="paired t test")
        assert change.statistics.n == n
    few = oneCell(results, "onv_percent_change", group="non-healed", visit="preop to 12 months", item="paired t test")
    assert "2 complete pairs" in few.note


def testProbitHasTheSplitsThatItsNamesSay(results, table):
    model = results.healing
    hips = table.rows[table.rows["onv_percent"].notna()]["hip"]
    age, months = (table.hips[column].astype(float)[hips].to_numpy() for column in ("age_years",
                                                                                    "months_since_diagnosis"))
    np.testing.assert_array_equal(model.design[:, model.names.index("age_years >= 50")], age >= 50)
    np.testing.assert_array_equal(model.design[:, model.names.index("months_since_diagnosis < 3")], months < 3)


def testPredictedHealedAreThoseOfTheClassification(results, oneCell):
    counts = oneCell(results, "healing_fit", item="classification at 0.5").statistics
    predicted = sum(cell.statistics.n for cell in results.find("predicted_healed").cells)
    assert predicted == counts.truePositive + counts.falsePositive < counts.n


def testSyntheticZonesHaveThePapersCounts(results, oneCell):
    for key, zone, preop, later in (("jic_zones", "A", 19, 11), ("jic_zones", "C2", 14, 1), ("acp_zones", "P", 14, 3),
                                    ("acp_zones", "A2", 15, 10)):
        first = oneCell(results, key, group="all", visit="preop", item=zone).statistics
        last = oneCell(results, key, group="all", visit="12 months", item=zone).statistics
        assert (first.present, first.n, last.present, last.n, last.notImaged) == (preop, 20, later, 17, 3)


def testIllustratedHipsAreAmongTheSyntheticOnes(synthetic):
    hips = {hip.hip: hip for hip in synthetic.hips}
    assert hips["101"].onvPercent == (19.9, 12.6, 7.5)
    assert hips["203"].onvPercent == (43.4, 28.7, None)
    assert (hips["203"].endReason, hips["203"].endMonth) == ("arthroplasty", 11.0)


def testSyntheticHipsAreTheSameForASeedAndPlausible(synthetic):
    assert syntheticCohort().csv == synthetic.csv
    assert syntheticCohort(seed=2).csv != synthetic.csv
    assert all(18 < hip.fhvCm3 < 65 for hip in synthetic.hips)


@pytest.mark.parametrize("count", [1, 2, 7, 60])
def testAnyNumberOfSyntheticHips(count):
    cohort = syntheticCohort(count, seed=3)
    rows = list(csv.DictReader(io.StringIO(cohort.csv)))
    assert len(rows) == 3 * count
    assert list(rows[0])[:len(VISIT_COLUMNS)] == list(VISIT_COLUMNS)
    assert all(row["synthetic"] == "true" for row in rows)


def testNoSyntheticHipsIsRefused():
    with pytest.raises(CaseError, match="0 synthetic hips"):
        syntheticCohort(0)


def testFewClustersAreWarnedOf(results):
    assert any("below 30" in note for note in results.find("healing_probit").notes)


def testFiguresOfAnEarlierCohortDoNotStay(results, analyze, tmp_path):
    folder = tmp_path / "out"
    writeCohort(results, folder)
    (folder / "my_roc.png").write_bytes(b"mine")
    writeCohort(analyze([(hip, "preop", 0, 10 + hip, "") for hip in range(6)]), folder)
    assert not (folder / "roc.png").exists()
    assert (folder / "onv_percent_by_visit.png").exists()
    assert (folder / "my_roc.png").exists()


def testWelchIsNamedInTheOutput(table, tmp_path, oneCell):
    result = analyzeCohort(table, CohortSettings(useWelch=True, bootstrapCount=50))
    assert oneCell(result, "onv_percent_healed_vs_not", visit="preop", item="t test").statistics.test == "Welch t"
    assert "Welch" in result.find("onv_percent_healed_vs_not").definition
    writeCohort(result, tmp_path)
    assert "Welch's t test" in (tmp_path / "cohort.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "cohort.json").read_text(encoding="utf-8"))["settings"]["use_welch"] is True


def testIndependentFisherIsAnOptionThatSaysWhatItIs(results, table, oneCell):
    assert "as if" in results.find("jic_independent_fisher").title
    plain = analyzeCohort(table, FAST)
    assert not any(entry.key == "jic_independent_fisher" for entry in plain.tables)
    p = oneCell(results, "jic_independent_fisher", visit="preop to 12 months", item="C2").statistics.p
    assert p == pytest.approx(0.000122, abs=1e-6)


def testJsonHoldsEveryStatisticWithItsDefinition(written, results):
    document = json.loads((written / "cohort.json").read_text(encoding="utf-8"))
    assert document["schema"] == "onvolumetry-cohort/1"
    assert {"onvolumetry", "scipy", "statsmodels", "pandas"} <= set(document["software"])
    assert document["synthetic"] is True
    assert [entry["key"] for entry in document["tables"]] == [entry.key for entry in results.tables]
    assert all(len(entry["definition"]) > 20 for entry in document["tables"])
    for entry in document["tables"]:
        for cell in entry["entries"]:
            assert cell["statistics"] is not None or cell["note"], (entry["key"], cell)


def testCsvIsTidy(written):
    rows = list(csv.reader((written / "cohort.csv").open(encoding="utf-8", newline="")))
    assert rows[0] == ["table", "group", "visit", "statistic", "value", "n"]
    values = {tuple(row[:4]): row for row in rows[1:]}
    assert len(values) == len(rows) - 1, "every statistic has one row"
    mean = values["onv_percent", "healed", "12 months", "mean"]
    assert (float(mean[4]), mean[5]) == (pytest.approx(2.9, abs=0.05), "14")
    for row in rows[1:]:
        assert row[3].endswith("note") or np.isfinite(float(row[4])), row


def testCsvHoldsEveryNumberOfTheJson(written):
    rows = list(csv.DictReader((written / "cohort.csv").open(encoding="utf-8", newline="")))
    found = [float(row["value"]) for row in rows if not row["statistic"].endswith("note")]
    document = json.loads((written / "cohort.json").read_text(encoding="utf-8"))
    expected = [value for table in document["tables"] for cell in table["entries"]
                for value in (cell["statistics"] or {}).values() if isinstance(value, (int, float))]
    assert found == expected


def testFiguresAreWrittenAsPngAndSvg(written):
    assert {path.stem for path in written.glob("*.png")} == FIGURES
    assert {path.stem for path in written.glob("*.svg")} == FIGURES
    for path in written.glob("*.png"):
        picture = np.asarray(Image.open(path).convert("L"))
        assert min(picture.shape) > 600
        assert np.mean(picture < 128) > 0.002, f"{path.name} is blank"


def testPageIsSelfContainedAndSaysThatItIsSynthetic(written):
    page = (written / "cohort.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=\"(?!#|data:)", page), "nothing may be loaded"
    assert "<script" not in page
    assert "Synthetic cohort" in page
    for words in ("Contradictions within the paper", "18.94", "never as advice", "0.905", "statsmodels"):
        assert words in page
    assert page.count("<img") == len(FIGURES)
    assert page.count(" alt=\"") == len(FIGURES)


def testAVisitOfTheHeadStaysOnOneLine(written):
    page = (written / "cohort.html").read_text(encoding="utf-8")
    assert "preop\u00a0(month\u00a00), 3\u00a0months\u00a0(month\u00a03), 12\u00a0months\u00a0(month\u00a012)" in page


def testHostileTextStaysText(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("hip,visit,month,onv_percent,cause\n" + "\n".join(
        f"{hip},<b>preop</b>,0,{10 + hip},<script>alert(1)</script>" for hip in range(6)))
    writeCohort(analyzeCohort(readCohort([path]), FAST), tmp_path / "out")
    page = (tmp_path / "out" / "cohort.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<b>preop" not in page


def testTheSameRowsGiveTheSameBytes(table, written, results, tmp_path):
    again = analyzeCohort(table, results.settings)
    for path in writeCohort(again, tmp_path):
        assert path.read_bytes() == (written / path.name).read_bytes(), path.name


@pytest.fixture
def parse():
    parser = argparse.ArgumentParser(prog="onvolumetry cohort")
    program.addArguments(parser)
    parser.set_defaults(usageError=parser.error)
    return parser.parse_args


def testProgramAnalyzesATable(parse, synthetic, tmp_path, capsys):
    path = tmp_path / "measurements.csv"
    path.write_text(synthetic.csv, encoding="utf-8", newline="")
    assert program.run(parse([str(path), "--output", str(tmp_path / "out"), "--bootstraps", "20"])) == 0
    assert (tmp_path / "out" / "cohort.html").is_file()
    assert "20 hips, 60 rows" in capsys.readouterr().out


def testOneHipIsNoHips(parse, tmp_path, capsys):
    path = tmp_path / "rows.csv"
    path.write_text("hip,visit,month,onv_percent\n1,preop,0,20\n")
    assert program.run(parse([str(path), "--output", str(tmp_path / "out"), "--bootstraps", "20"])) == 0
    assert "1 hip, 1 row, visits" in capsys.readouterr().out


def testProgramInventsACohort(parse, tmp_path, capsys):
    arguments = ["--synthetic", "8", "--seed", "5", "--output", str(tmp_path), "--bootstraps", "20"]
    assert program.run(parse(arguments)) == 0
    assert (tmp_path / "synthetic.csv").is_file()
    assert "8 hips" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--readers", "one"], ["table.csv", "--synthetic", "5"]])
def testProgramRefusesBadUsage(parse, arguments, tmp_path):
    with pytest.raises(SystemExit) as caught:
        program.run(parse([*arguments, "--output", str(tmp_path)]))
    assert caught.value.code == 2


def testProgramSaysWhatToInstall(parse, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "NEEDED_LIBRARIES", ("pandas", "nosuchlibrary"))
    with pytest.raises(ONVolumetryError, match=r"nosuchlibrary not installed; install with pip install"):
        program.run(parse(["table.csv", "--output", str(tmp_path)]))


def testTheProgramStartsWithoutTheLibrariesOfTheStatistics():
    code = ("import sys, ONVolumetryLib.cli; "
            "sys.exit(bool({'pandas', 'statsmodels', 'matplotlib'} & set(sys.modules)))")
    folder = str(Path(program.__file__).parents[2])
    assert subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": folder},
                          check=False).returncode == 0
