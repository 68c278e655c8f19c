"""Tables as hospitals save them: read where unambiguous, otherwise refused with row and column."""

import numpy as np
import pytest

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")

from ONVolumetryLib.cohort.settings import CohortSettings
from ONVolumetryLib.cohort.table import readCohort
from ONVolumetryLib.cohort.visitkeys import parseVisitGroups
from ONVolumetryLib.core.errors import ONVolumetryError

HEADER = "hip,visit,month,onv_percent"
ROWS = ("1,preop,0,18.5", "1,3 months,3,11.25", "2,preop,0,20", "2,3 months,3,")
PLAIN = "\n".join((HEADER, *ROWS)) + "\n"


@pytest.fixture
def write(tmp_path):
    def writeTable(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
    return writeTable


def onv(table):
    return table.values("onv_percent").to_numpy()


def assertIsPlain(table):
    np.testing.assert_array_equal(onv(table), [[18.5, 11.25], [20.0, np.nan]])
    assert list(table.hips.index) == ["1", "2"]
    assert [visit.label for visit in table.visits] == ["preop", "3 months"]


@pytest.mark.parametrize("content", [
    PLAIN,
    "\ufeff" + PLAIN,
    PLAIN.replace("\n", "\r\n"),
    PLAIN.replace("\n", "\r\n").encode("utf-16"),
    PLAIN.replace(",", ";"),
    PLAIN.replace(",", ";").replace(".", ","),
    PLAIN.replace(",", "\t"),
    "sep=;\n" + PLAIN.replace(",", ";"),
    PLAIN.replace("18.5", '"18,5"'),
    PLAIN.replace("18.5", '"18,5"').replace("11.25", '"11.25"'),
    PLAIN.replace("18.5", "18.5 %").replace("11.25", "11.25%"),
    PLAIN.replace("hip,visit", " Hip , VISIT"),
    PLAIN.replace("2,preop", "2, Preop ").replace("2,3 months", "2,3  MONTHS"),
    PLAIN + "\n,,,\n\n",
    PLAIN.replace("3,\n", "3,NA\n"),
    PLAIN.rstrip("\n"),
    PLAIN.replace("\n", ",\n"),
], ids=["plain", "byte-order mark", "Windows line ends", "UTF-16", "semicolons", "semicolons and decimal commas",
        "tabs", "separator declared", "one decimal comma in quotes", "decimal comma and point", "percent signs",
        "spaced header", "spelling of visits", "empty lines", "NA", "no last line end", "empty last column"])
def testUnambiguousTablesAreRead(write, content):
    assertIsPlain(readCohort([write(content)]))


@pytest.mark.parametrize(("content", "words"), [
    ("", ["empty"]),
    (" \r\n ", ["empty"]),
    (HEADER + "\n", ["no row"]),
    (PLAIN.replace(",onv_percent", ",onv"), ["row 1", "column onv_percent", "missing"]),
    (PLAIN.replace("month,", "monat,"), ["row 1", "column month"]),
    (PLAIN.replace("11.25", "about 11"), ["row 3", "column onv_percent", "'about 11'"]),
    (PLAIN.replace("11.25", "inf"), ["row 3", "column onv_percent"]),
    (PLAIN.replace("11.25", "1_1"), ["row 3", "column onv_percent"]),
    (PLAIN + "2,preop,0,19\n", ["row 6", "column visit", "second row", "row 4"]),
    (PLAIN + "2,PreOp ,0,19\n", ["row 6", "column visit", "second row"]),
    (PLAIN.replace("18.5", '"1,234"'), ["row 2", "column onv_percent", "thousands"]),
    (PLAIN.replace("18.5", '"18,5"').replace("11.25", "1.250"), ["row 3", "column onv_percent", "thousands"]),
    (PLAIN.replace("18.5", '"18,5"').replace("11.25", "11.2").replace("preop,0,20", 'preop,0,"1,234"'),
     ["row 4", "column onv_percent", "thousands"]),
    (PLAIN.replace("18.5", '"1.234,5"'), ["row 2", "column onv_percent", "comma and a point"]),
    (PLAIN.replace("18.5", "18,5"), ["row 2", "column 5", "5 cells"]),
    (PLAIN.replace("1,3 months,3,11.25", "1,3 months,3"), ["row 3", "column onv_percent", "3 cells"]),
    (PLAIN.replace("1,preop", ",preop"), ["row 2", "column hip", "empty"]),
    (PLAIN.replace("preop,0,18.5", "preop,,18.5"), ["row 2", "column month"]),
    (PLAIN.replace("month,", "month,month,"), ["row 1", "column month", "twice"]),
    (PLAIN.replace("1,3 months", "1,3 monate").replace("2,3 months", "2,3 m\u00f6nate").encode("latin-1"),
     ["row 5", "UTF-8"]),
    (b"PK\x03\x04 workbook", ["spreadsheet workbook", "CSV UTF-8"]),
    ("a,b\n1,2\n", ["row 1", "hip, visit, month, onv_percent"]),
], ids=["empty", "only blanks", "header only", "missing column", "missing month", "text in a number", "infinity",
        "underscore", "duplicate row", "duplicate in other spelling", "thousands or decimal comma",
        "point beside decimal commas", "comma beside both", "comma and point", "unquoted decimal comma", "short row",
        "no hip", "no month", "column twice", "other encoding", "workbook", "no header"])
def testAmbiguousTablesAreRefusedWithTheirPlace(write, content, words):
    with pytest.raises(ONVolumetryError) as caught:
        readCohort([write(content)])
    text = str(caught.value)
    assert "\n" not in text
    for word in (*words, "table.csv"):
        assert word in text


def testPercentSignInAVolumeIsRefused(write):
    content = "hip,visit,month,onv_percent,onv_cm3\n1,preop,0,18.5,7 %\n"
    with pytest.raises(ONVolumetryError, match="row 2, column onv_cm3"):
        readCohort([write(content)])


def testRowsOfManyFilesArePutTogether(write):
    first = write("\n".join((HEADER, *ROWS[:2])), "first.csv")
    second = write("\n".join((HEADER, *ROWS[2:])), "second.csv")
    assertIsPlain(readCohort([first, second]))
    with pytest.raises(ONVolumetryError, match=r"first\.csv"):
        readCohort([first, second, first])


def testVisitsWithinAMonthMustBeNamed(write):
    path = write(PLAIN.replace("2,3 months,3,", "2,3m,3.4,12"))
    with pytest.raises(ONVolumetryError, match="--visits") as caught:
        readCohort([path])
    assert "'3 months'" in str(caught.value)
    joined = readCohort([path], CohortSettings(visitGroups=parseVisitGroups(["3 months=3M"])))
    assert [visit.label for visit in joined.visits] == ["preop", "3 months"]
    apart = readCohort([path], CohortSettings(visitGroups=parseVisitGroups(["3 months", "3m"])))
    assert [visit.label for visit in apart.visits] == ["preop", "3 months", "3m"]


@pytest.mark.parametrize(("healed", "expected"), [("1", True), ("true", True), ("YES", True), ("0", False),
                                                  ("False", False), ("no", False), ("", None)])
def testHealingIsReadFromItsSpellings(write, healed, expected):
    table = readCohort([write(f"{HEADER},healed\n1,preop,0,18.5,{healed}\n")])
    assert table.hips.loc["1", "healed"] is expected


@pytest.mark.parametrize(("rows", "words"), [
    (("1,preop,0,18,perhaps", "1,3 months,3,11,1"), ["row 2", "column healed", "perhaps"]),
    (("1,preop,0,18,1", "1,3 months,3,11,no"), ["row 3", "column healed", "hip '1'"])])
def testHealingThatContradictsItselfIsRefused(write, rows, words):
    with pytest.raises(ONVolumetryError) as caught:
        readCohort([write("\n".join((f"{HEADER},healed", *rows)))])
    for word in words:
        assert word in str(caught.value)


def testHealingMayStandInOneRowOfAHipOnly(write):
    table = readCohort([write(f"{HEADER},healed\n1,preop,0,18,\n1,3 months,3,11,1\n")])
    assert table.rows["healed"].tolist() == [True, True]


def testCovariatesAreFoundAndTyped(write):
    header = f"{HEADER},sex,age_years,smoker,cause,pain_score"
    rows = ["1,preop,0,18,male,43,true,alcohol,5", "1,3 months,3,11,male,43,true,alcohol,2",
            "2,preop,0,20,female,51,no,steroids,6"]
    table = readCohort([write("\n".join((header, *rows)))])
    assert [(covariate.name, covariate.isNumeric) for covariate in table.covariates] == [
        ("sex", False), ("age_years", True), ("smoker", False), ("cause", False)]
    assert any("pain_score varies" in note for note in table.notes)
    named = readCohort([write("\n".join((header, *rows)))], CohortSettings(covariates=("cause",)))
    assert [covariate.name for covariate in named.covariates] == ["cause"]


@pytest.mark.parametrize(("covariates", "words"), [(("pain_score",), ["row 3", "column pain_score"]),
                                                   (("shoe_size",), ["--covariates shoe_size", "no table has"]),
                                                   (("onv_percent",), ["--covariates onv_percent"])])
def testNamedCovariatesMustBeThereAndConstant(write, covariates, words):
    content = f"{HEADER},pain_score\n1,preop,0,18,5\n1,3 months,3,11,2\n"
    with pytest.raises(ONVolumetryError) as caught:
        readCohort([write(content)], CohortSettings(covariates=covariates))
    for word in words:
        assert word in str(caught.value)


def testASlipInANumericCovariateIsRefused(write):
    rows = [f"{hip},preop,0,18,{40 + hip}" for hip in range(1, 9)]
    rows[4] = "5,preop,0,18,4o"
    with pytest.raises(ONVolumetryError, match="row 6, column weight_kg"):
        readCohort([write("\n".join((f"{HEADER},weight_kg", *rows)))])


def testTwoHipsOfAPatientAreOneCluster(write):
    table = readCohort([write("hip,patient,visit,month,onv_percent\n1,P,preop,0,18\n2,P,preop,0,20\n3,,preop,0,21\n")])
    assert table.hips["patient"].tolist() == ["P", "P", "3"]


def testSyntheticRowsMarkTheTable(write):
    assert readCohort([write(f"{HEADER},synthetic\n1,preop,0,18,true\n")]).isSynthetic
    assert not readCohort([write(PLAIN)]).isSynthetic


@pytest.mark.parametrize(("option", "unknown"), [("foo=bar", "'bar'"), ("3 months=M3", "'M3'"),
                                                 ("6 weeks", "'6 weeks'")])
def testLabelsOfVisitsThatNoRowHasAreRefusedWithThoseThereAre(write, option, unknown):
    with pytest.raises(ONVolumetryError, match="--visits: no row") as caught:
        readCohort([write(PLAIN)], CohortSettings(visitGroups=parseVisitGroups([option])))
    assert f"{unknown}; the visits are 'preop', '3 months'; " in str(caught.value)


def testLabelsMayBeJoinedUnderANewOne(write):
    table = readCohort([write(PLAIN)], CohortSettings(visitGroups=parseVisitGroups(["Before=PREOP"])))
    assert [visit.label for visit in table.visits] == ["Before", "3 months"]

@pytest.mark.parametrize(("column", "text"), [
    ("onv_percent", "200"), ("onv_percent", "-5"), ("onv_percent_sav", "-5"), ("onv_cm3", "-1"),
    ("fhv_cm3", "-0.1"), ("sav_cm3", "-40")])
def testMeasuresThatCannotBeAreRefusedWithRowAndColumn(write, column, text):
    rows = [HEADER.replace("onv_percent", f"share,{column}"), "1,preop,0,0,100", f"2,preop,0,0,{text}"]
    if column != "onv_percent":
        rows = [row.replace("share", "onv_percent") for row in rows]
    with pytest.raises(ONVolumetryError, match=f"row 3, column {column}: .*{text}.*; correct it"):
        readCohort([write("\n".join(rows))])


def testTheLargestAndSmallestSharesAreTaken(write):
    assert onv(readCohort([write(f"{HEADER}\n1,preop,0,100\n2,preop,0,0")])).tolist() == [[100.0], [0.0]]
