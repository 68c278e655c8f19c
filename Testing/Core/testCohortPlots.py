"""Figures as plain numbers: the same as the statistics say, and complete."""

import json

import numpy as np
import pytest
from scipy.integrate import trapezoid

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

from ONVolumetryLib.cohort.analysis import analyzeCohort
from ONVolumetryLib.cohort.figures import cohortFigures
from ONVolumetryLib.cohort.plotrecord import MOST_DRAWN_POINTS, points
from ONVolumetryLib.cohort.settings import CohortSettings
from ONVolumetryLib.cohort.synthetic import syntheticCohort
from ONVolumetryLib.cohort.table import readCohort
from ONVolumetryLib.cohort.writers import cohortJson


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = tmp_path_factory.mktemp("plots") / "rows.csv"
    path.write_text(syntheticCohort().csv, encoding="utf-8", newline="")
    return analyzeCohort(readCohort([path]), CohortSettings(bootstrapCount=20))


@pytest.fixture(scope="module")
def figures(results):
    return cohortFigures(results)


@pytest.fixture(scope="module")
def plots(results, figures):
    document = json.loads(cohortJson(results, figures))
    return {plot["key"]: plot for plot in document["plots"]}


def series(plot, start):
    return next(entry for entry in plot["series"] if entry["name"].startswith(start))


def strokes(entry):
    """The lines of a series as lists of points."""
    made = [[]]
    for x, y in zip(entry["x"], entry["y"]):
        if x is None:
            made.append([])
        else:
            made[-1].append((x, y))
    return made


def statistics(results, key, **wanted):
    return next(cell.statistics for cell in results.find(key).cells
                if all(getattr(cell, name) == value for name, value in wanted.items()))


def testEveryFigureHasItsNumbers(figures, plots):
    assert list(plots) == [figure.key for figure in figures]
    for plot in plots.values():
        assert plot["x_title"] and plot["y_title"] and plot["series"]
        assert all(len(entry["x"]) == len(entry["y"]) > 0 for entry in plot["series"])


def testBoxesAreTheQuartilesAndTheirLegendTheNumbersMeasured(plots, results):
    plot = plots["onv_percent_by_visit_and_healing"]
    healed = series(plot, "Healed (")
    assert healed["name"] == "Healed (n = 16, 16, 14)"
    described = statistics(results, "onv_percent", group="healed", visit="preop")
    box, median = strokes(healed)[:2]
    assert sorted({y for _, y in box}) == pytest.approx([described.firstQuartile, described.thirdQuartile], abs=1e-5)
    assert median[0][1] == pytest.approx(described.median, abs=1e-5)
    mean = series(plot, "Healed: mean")
    assert mean["y"][0] == pytest.approx(described.mean, abs=1e-5)
    assert np.mean([x for x, _ in box[:4]]) == pytest.approx(mean["x"][0])
    assert len(series(plot, "Healed: hips")["x"]) == 16 + 16 + 14


def testWhiskersEndAtMeasuredValues(plots):
    entry = series(plots["onv_percent_by_visit"], "All hips (")
    values = series(plots["onv_percent_by_visit"], "All hips: hips")["y"]
    for box, _, low, high in zip(*(strokes(entry)[index::6] for index in range(4))):
        first, third = sorted({y for _, y in box})
        assert low[1][1] in values and high[1][1] in values
        assert low[1][1] >= first - 1.5 * (third - first) - 1e-5
        assert high[1][1] <= third + 1.5 * (third - first) + 1e-5


def testEveryHipHasItsCourse(plots, results):
    drawn = strokes(series(plots["onv_percent_of_every_hip"], "Healed"))
    rows = results.table.rows
    healed = rows[rows["healed"].eq(True) & rows["onv_percent"].notna()]
    assert len(drawn) == 16
    assert sum(map(len, drawn)) == len(healed)
    first = healed[healed["hip"] == healed["hip"].iloc[0]]
    assert drawn[0] == [(month, pytest.approx(value, abs=1e-5)) for month, value in
                        zip(first["month"], first["onv_percent"])]


def testZonesHaveTheirShareAndDenominator(plots):
    plot = plots["jic_zones"]
    assert plot["x_title"] == "Months since surgery (n = 20, 20, 17)"
    assert [entry["name"] for entry in plot["series"]] == ["zone A", "zone B", "zone C1", "zone C2"]
    assert [entry["y"][-1] for entry in plot["series"]] == pytest.approx(
        [100 * count / 17 for count in (11, 12, 11, 1)], abs=1e-5)
    assert series(plot, "zone C2")["x"] == [0, 3, 12]


def testRocHasTheAreaOfTheStatistic(plots, results):
    entry = series(plots["roc"], "preop")
    area = statistics(results, "roc", visit="preop", item="ROC area").auc
    assert trapezoid(entry["y"], entry["x"]) / 1e4 == pytest.approx(area, abs=1e-5)
    assert f"AUC {area:.2f} (n = 16 + 4)" in entry["name"]


def testProbabilityLiesWithinItsBand(plots):
    plot = plots["probability_of_healing"]
    low, high = strokes(series(plot, "preop 95 %"))
    for (x, y), (_, bottom), (_, top) in zip(zip(*(series(plot, "preop (")[key] for key in "xy")), low, high):
        assert 0 <= bottom <= y <= top <= 1, x


def testLimitsOfAgreementAreThoseOfTheStatistic(plots, results):
    limits = statistics(results, "fhv_sav_agreement", item="Bland-Altman")
    assert series(plots["fhv_sav_bland_altman"], "+1.96 SD")["y"] == pytest.approx([limits.loaHigh] * 2, abs=1e-5)
    assert len(series(plots["fhv_sav_bland_altman"], "n = 20")["x"]) == 20


def testNoMorePointsThanCanBeDrawn():
    many = np.arange(10 * MOST_DRAWN_POINTS, dtype=float)
    drawn = points("all", many, many, "#000000")
    assert len(drawn.x) == MOST_DRAWN_POINTS and drawn.x[0] == 0 and drawn.x[-1] == many[-1]
