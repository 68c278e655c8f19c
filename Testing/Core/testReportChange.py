"""What the report's table says of registration and of what changed where."""

import dataclasses
import re

import numpy as np
import pytest
from ONVolumetryLib.core.changemap import LesionAtVisit, changeMap
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.core.registration.result import RegistrationResult
from ONVolumetryLib.report.markup import document
from ONVolumetryLib.report.tables import mainTable, uncertaintyTable

ACCEPTED = RegistrationResult(np.eye(4), "accepted", "the images agree", "image", 0.314, 0.987, 0.45, 0.62, 0.21)


@pytest.fixture(scope="module")
def measurement(shapes):
    visits = [shapes.visit("preop", 0.0), shapes.visit("3 months", 3.0, 8.0), shapes.visit("12 months", 12.0, 6.0)]
    measured = measureHip(visits, "female")
    lesions = [LesionAtVisit(visit.lesion, visit.stack, measured.visit(visit.label).lesionVolume) for visit in visits]
    change = changeMap(lesions[0], lesions[1], np.eye(4), 0.2, 0.5)
    first, second, third = measured.visits
    rejected = dataclasses.replace(ACCEPTED, verdict="rejected", reason="the images differ", method="user",
                                   metricBefore=None, headSurfaceDistanceMm=None)
    return dataclasses.replace(measured, visits=(
        first, dataclasses.replace(second, registration=ACCEPTED, changeMap=change),
        dataclasses.replace(third, registration=rejected)))


def cells(elements, name):
    """Texts of the row of a name, tags left out."""
    page = "".join(document(part) for part in elements)
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if f">{name}<" in row)
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]


def testChangeIsShownWithItsIntervalAndNeverAsZeroWhereNotMeasured(measurement):
    table = mainTable(measurement, ())
    change = measurement.visits[1].changeMap.grossRegenerationPercent
    baseline, gross, unmeasured = cells(table, "Regenerated (gross)")
    assert (baseline, unmeasured) == ("baseline", "not measured")
    assert gross.startswith(f"{change.value:.1f} ") and len(gross.split()) > 2
    assert cells(table, "New lesion")[2] == "not measured"
    for name in ("u(regenerated, gross)", "u(new lesion)"):
        assert cells([uncertaintyTable(measurement)], name)[0] == "baseline"
    assert cells([uncertaintyTable(measurement)], "u(regenerated, gross)")[1] == f"{change.standardUncertainty:.2f}"


def testRegistrationIsShownWithItsReason(measurement):
    table = mainTable(measurement, ())
    assert cells(table, "Registration to the baseline") == [
        "baseline", "accepted the images agree", "rejected transform of the user: the images differ"]
    assert cells(table, "Registration error") == ["baseline", "0.21", "0.21"]
    assert cells(table, "Correlation of the images, before \u2192 after")[1:] == [
        "0.31 \u2192 0.99", "outside \u2192 0.99"]
    assert cells(table, "Outlines of the head apart")[1:] == ["0.45", "not measured"]


def testWithoutRegistrationThatIsSaid(measurement):
    bare = dataclasses.replace(measurement, visits=tuple(
        dataclasses.replace(visit, registration=None, changeMap=None) for visit in measurement.visits))
    assert cells(mainTable(bare, ()), "Registration to the baseline") == [
        "baseline", "not registered", "not registered"]
