"""Registration and change maps of a whole hip, and their files."""

import csv
import dataclasses
import json
import shutil

import numpy as np
import pytest
from ONVolumetryLib.cli import main
from ONVolumetryLib.core.changeovertime import Scan, addChangeOverTime
from ONVolumetryLib.core.geometry import sliceStackOfGrid
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.core.registration.rigid import inverseOf
from ONVolumetryLib.core.settings import MeasurementSettings
from ONVolumetryLib.files.changefile import changeFileNames
from ONVolumetryLib.files.segmentations import readSegmentation
from ONVolumetryLib.files.transforms import readTransformToBaseline, writeTransformToBaseline
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.image import renderImage
from ONVolumetryLib.phantom.settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan
from ONVolumetryLib.phantom.writer import writePhantom

SETTINGS = PhantomSettings(
    hip="7", visits=(VisitPlan("preop", 0, 20.0), VisitPlan("3 months", 3, 11.0), VisitPlan("12 months", 12, None)),
    anatomy=HipSettings(radiusMm=23.0), scan=ScanSettings(spacingMm=(1.0, 1.0, 4.0)), seed=5)


@pytest.fixture(scope="module")
def hip():
    """Measured visits of a synthetic hip, with what they come from."""
    phantom = buildHip(SETTINGS)
    segments = [VisitSegments(visit.plan.label, visit.plan.month, visit.headMask, visit.lesionMask,
                              stack=sliceStackOfGrid(visit.grid)) if visit.done
                else VisitSegments(visit.plan.label, visit.plan.month, done=False) for visit in phantom.visits]
    scans = {visit.plan.label: Scan(renderImage(phantom, visit), visit.grid)
             for visit in phantom.visits if visit.done}
    return {"phantom": phantom, "segments": segments, "scans": scans,
            "toBaseline": inverseOf(phantom.baselineToVisit(phantom.visits[1]))}


def measured(hip, segments=None, scans=None, transforms=None, settings=None):
    segments = segments or hip["segments"]
    measurement = measureHip(segments, "male", settings)
    return addChangeOverTime(measurement, segments, hip["scans"] if scans is None else scans, transforms or {},
                             "right")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Folder of the hip's case; to be copied before it is changed."""
    return writePhantom(SETTINGS, tmp_path_factory.mktemp("written") / "hip").parent


@pytest.fixture(scope="module")
def measurement(hip):
    return measured(hip)


def codes(visit):
    return {note.code for note in visit.notes}


def testFollowupIsRegisteredAndItsChangeMapped(hip, measurement):
    visit = measurement.visit("3 months")
    assert visit.registration.verdict == "accepted"
    assert visit.changeMap.grossRegenerationPercent.value == pytest.approx(45.0, abs=5.0)
    assert visit.changeMap.newLesionPercent.value < 5.0
    assert visit.changeMap.registrationErrorMm == visit.registration.errorMm
    regenerated = visit.changeMap.regeneratedMm3 + visit.changeMap.persistentMm3
    assert sum(octant.baselineMm3 for octant in visit.octants) == pytest.approx(regenerated)


def testBaselineAndVisitsNotDoneHaveNone(measurement):
    for label in ("preop", "12 months"):
        visit = measurement.visit(label)
        assert (visit.registration, visit.changeMap, visit.octants) == (None, None, ())


def testLesionLiesInTheUpperFrontOctants(measurement):
    octants = {octant.name: octant.baselineMm3 for octant in measurement.visit("3 months").octants}
    assert max(octants, key=octants.get).startswith("superior anterior")
    assert octants["inferior posterior lateral"] < 0.1 * max(octants.values())


def testRejectedRegistrationGivesNoChangeAndSaysSo(hip):
    noise = np.random.default_rng(0).normal(500, 100, hip["scans"]["3 months"].voxels.shape)
    scans = {**hip["scans"], "3 months": Scan(noise, hip["scans"]["3 months"].grid)}
    visit = measured(hip, scans=scans).visit("3 months")
    assert visit.registration.verdict == "rejected"
    assert visit.changeMap is None
    assert "registration-rejected" in codes(visit)
    assert visit.changeFromBaseline is not None


def testWithoutImagesTheMapIsDoubtful(hip):
    visit = measured(hip, scans={}).visit("3 months")
    assert visit.registration.method == "head surface"
    assert "registration-doubtful" in codes(visit)
    assert visit.changeMap is not None


def testUserTransformWins(hip):
    transform = hip["toBaseline"]
    visit = measured(hip, transforms={"3 months": transform}).visit("3 months")
    assert visit.registration.method == "user"
    assert np.allclose(visit.registration.followupToBaselineRas, transform)


def testLesionThatIsGoneRegeneratedWholeWithoutRegistration(hip):
    gone = dataclasses.replace(hip["segments"][1], head=None, lesion=None, lesionAbsent=True)
    visit = measured(hip, [hip["segments"][0], gone]).visit("3 months")
    assert visit.registration is None
    assert visit.changeMap.grossRegenerationPercent.value == 100.0


def testWithoutAHeadThereIsNoRegistrationAndAUnusedTransformIsTold(hip):
    headless = dataclasses.replace(hip["segments"][1], head=None)
    visit = measured(hip, [hip["segments"][0], headless], transforms={"3 months": hip["toBaseline"]}).visit("3 months")
    assert visit.registration is None
    assert visit.changeMap is None
    assert "transform-unused" in codes(visit)


def testLimitOfTheSettingsCounts(hip):
    settings = MeasurementSettings(registrationLimitMm=0.1)
    visit = measured(hip, scans={}, settings=settings).visit("3 months")
    assert visit.registration.verdict == "rejected"


def testProgramWritesMapTransformAndColumns(written, tmp_path):
    folder, results = written, tmp_path / "results"
    stale = results / "7" / "change_gone.seg.nrrd"
    stale.parent.mkdir(parents=True)
    stale.write_text("of an earlier measurement")
    assert main(["measure", str(folder / "case.json"), "--output", str(results), "--no-render"]) == 0
    rows = list(csv.DictReader((results / "measurements.csv").open(encoding="utf-8", newline="")))
    record = json.loads((results / "measurements.json").read_text(encoding="utf-8"))["hips"][0]["visits"][1]
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["visits"][1]
    change = readSegmentation(results / "7" / "change_3_months.seg.nrrd")
    volumes = {segment.identifier: segment.mask.voxelCount * change.grid.voxelVolumeMm3 / 1000
               for segment in change.segments}
    matrix = readTransformToBaseline(results / "7" / "transform_3_months.tfm")

    assert rows[0]["gross_regeneration_percent"] == rows[2]["registration_error_mm"] == ""
    gross = float(rows[1]["gross_regeneration_percent"])
    assert gross == pytest.approx(truth["gross_regeneration_percent"], abs=5.0)
    assert float(rows[1]["new_lesion_percent"]) < 5.0
    assert float(rows[1]["registration_error_mm"]) == record["registration"]["error_mm"]
    assert record["change_map"]["net_minus_native_percent"] == pytest.approx(
        gross - float(rows[1]["new_lesion_percent"]) - float(rows[1]["regeneration_percent"]))
    assert volumes["regenerated"] == pytest.approx(record["change_map"]["regenerated_cm3"])
    assert volumes["persistent"] == pytest.approx(record["change_map"]["persistent_cm3"])
    assert {segment.name for segment in change.segments} >= {"Regenerated", "Persistent lesion", "New lesion"}
    assert np.allclose(matrix, record["registration"]["followup_to_baseline_ras"], atol=1e-9)
    assert np.allclose(np.linalg.inv(matrix), truth["femur_baseline_to_visit_ras"], atol=1.5)
    assert not stale.exists()


def testCaseNamesATransformThatIsUsed(written, tmp_path):
    results = tmp_path / "results"
    folder = shutil.copytree(written, tmp_path / "hip")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["visits"][1]
    toBaseline = np.linalg.inv(truth["femur_baseline_to_visit_ras"])
    writeTransformToBaseline(folder / "m3.tfm", toBaseline)
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    case["visits"][1]["transform_to_baseline"] = "m3.tfm"
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    assert main(["measure", str(folder / "case.json"), "--output", str(results), "--no-render"]) == 0
    record = json.loads((results / "measurements.json").read_text(encoding="utf-8"))["hips"][0]["visits"][1]
    assert record["registration"]["method"] == "user"
    assert np.allclose(record["registration"]["followup_to_baseline_ras"], toBaseline, atol=1e-9)


def testFileNamesAreSafeAndDifferent():
    names = changeFileNames(["3 months", "3/months", "3 MONTHS", "..", "12 months"])
    assert names["3 months"] == "change_3_months.seg.nrrd"
    assert len({name.casefold() for name in names.values()}) == 5
    assert not any(set(name) & set('/\\: "') for name in names.values())
