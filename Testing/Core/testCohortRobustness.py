"""Small and odd cohorts: whatever the rows, every statistic is a finite number or has a note."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

from ONVolumetryLib.cohort.analysis import analyzeCohort
from ONVolumetryLib.cohort.figures import cohortFigures
from ONVolumetryLib.cohort.page import cohortHtml
from ONVolumetryLib.cohort.settings import CohortSettings
from ONVolumetryLib.cohort.table import readCohort
from ONVolumetryLib.cohort.writers import cohortCsv, cohortJson

COLUMNS = ("hip", "patient", "visit", "month", "onv_percent", "onv_cm3", "fhv_cm3", "sav_cm3", "onv_percent_sav",
           "regeneration_percent", "fhv_sav_difference_percent", "jic_zones", "acp_zones", "visit_status", "end_reason",
           "end_month", "healed", "age_years", "months_since_diagnosis", "smoker")
VISITS = (("preop", 0), ("3 months", 3), ("12 months", 12))
SETTINGS = CohortSettings(bootstrapCount=20, useIndependentFisher=True, useRatioOfMeans=True)

measures = some.one_of(some.none(), some.sampled_from([0.0, 10.0, 20.0]),
                       some.floats(0, 80).map(lambda value: round(value, 3)))
zones = some.sampled_from(["", "-", "A", "A B", "A B C1", "C2"])


@some.composite
def rows(draw):
    count = draw(some.integers(1, 9))
    made = []
    for hip in range(count):
        subject = {"hip": f"h{hip}", "patient": draw(some.sampled_from(["", "P1", f"P{hip}"])),
                   "healed": draw(some.sampled_from(["", "1", "0"])),
                   "age_years": draw(some.sampled_from(["", 40, 60])),
                   "months_since_diagnosis": draw(some.sampled_from(["", 1, 7])),
                   "smoker": draw(some.sampled_from(["", "yes", "no"])),
                   "end_reason": draw(some.sampled_from(["", "arthroplasty", "lost"])), "end_month": 9}
        for label, month in VISITS[:draw(some.integers(1, 3))]:
            row = {**subject, "visit": label, "month": month,
                   "visit_status": draw(some.sampled_from(["done", "done", "not done"])),
                   "jic_zones": draw(zones), "acp_zones": draw(some.sampled_from(["", "-", "A1", "A2 A1 C P"]))}
            for name in COLUMNS[4:11]:
                row[name] = draw(measures)
            made.append(row)
    return made


def asCsv(made):
    lines = [",".join(COLUMNS)]
    lines += [",".join("" if row[name] is None else str(row[name]) for name in COLUMNS) for row in made]
    return "\n".join(lines) + "\n"


@settings(max_examples=25, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows())
def testEveryCohortGivesNumbersOrNotes(tmp_path, made):
    path = tmp_path / "rows.csv"
    path.write_text(asCsv(made), encoding="utf-8")
    results = analyzeCohort(readCohort([path]), SETTINGS)
    for table in results.tables:
        for cell in table.cells:
            assert cell.statistics is not None or cell.note, (table.key, cell)
            for key, value in cell.fields():
                assert not isinstance(value, float) or math.isfinite(value), (table.key, cell.item, key)
    json.loads(cohortJson(results))
    assert cohortCsv(results).startswith("table,group,visit")
    assert "</html>" in cohortHtml(results, [])


@settings(max_examples=2, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows())
def testEveryCohortCanBeDrawn(tmp_path, made):
    path = tmp_path / "rows.csv"
    path.write_text(asCsv(made), encoding="utf-8")
    figures = cohortFigures(analyzeCohort(readCohort([path]), SETTINGS))
    assert all(figure.png.startswith(b"\x89PNG") for figure in figures)
