"""Zones at several visits: where the frame comes from, what healed, and what cannot be known."""

import dataclasses
import re

import numpy as np
import pytest
from ONVolumetryLib.core.changemap import LesionAtVisit, changeMap
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.location.landmarks import Landmarks
from ONVolumetryLib.core.location.overtime import LocationInput, addLocation
from ONVolumetryLib.core.location.zonechange import ReaderZones
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.core.registration.result import RegistrationResult
from ONVolumetryLib.files.casedata import Case, CaseVisit
from ONVolumetryLib.files.results import hipRecord
from ONVolumetryLib.phantom.masks import rasterize
from ONVolumetryLib.phantom.primitives import Sphere, ballCone

RADIUS_MM = 24.0
SHIFT = np.array([3.0, -2.0, 4.0])
POINTS = {"lateralEdge": (14.5, 0, 25.1), "teardrop": (-33, 4, -18), "anteriorEdge": (-12.7, 24.9, 0),
          "posteriorEdge": (7.2, -27, 0), "contralateralTeardrop": (-143, 4, -18)}
LANDMARKS = Landmarks(**{name: np.array(point, dtype=float) for name, point in POINTS.items()})
AXIS = np.array([-0.1, 0.2, 0.97]) / np.linalg.norm([-0.1, 0.2, 0.97])


def visitOf(label, month, halfAngle, center=(0.0, 0.0, 0.0), **fields) -> VisitSegments:
    """A cone in a ball; None for a lesion that a reader says is gone."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]]).T * (1.0, 1.0, 3.0)
    matrix[:3, 3] = np.array(center) - matrix[:3, :3] @ (np.array([57, 57, 19]) / 2)
    grid = GridGeometry((58, 58, 20), matrix)
    head = rasterize(Sphere(np.array(center), RADIUS_MM), grid)
    lesion = None
    if halfAngle is not None:
        lesion = rasterize(ballCone(np.array(center), AXIS, RADIUS_MM, np.radians(halfAngle)), grid)
    return VisitSegments(label, month, head=head, lesion=lesion, lesionAbsent=halfAngle is None,
                         stack=sliceStackOfGrid(grid), **fields)


@pytest.fixture(scope="module")
def segments():
    return (visitOf("preop", 0, 30.0), visitOf("3 months", 3, 14.0, SHIFT),
            VisitSegments("12 months", 12, done=False))


@pytest.fixture(scope="module")
def measured(segments):
    return measureHip(segments, "male")


def registered(measured, segments, verdict="accepted"):
    """The follow-up shifted back onto the baseline, with its change map."""
    matrix = np.eye(4)
    matrix[:3, 3] = -SHIFT
    registration = RegistrationResult(matrix, verdict, "as given", "user", None, None, 0.1, 0.1, 0.2)
    first, second = (LesionAtVisit(visit.lesion, visit.stack, measured.visit(visit.label).lesionVolume)
                     for visit in segments[:2])
    change = changeMap(first, second, matrix, 0.2, 0.5)
    visits = (measured.visits[0], dataclasses.replace(
        measured.visits[1], registration=registration, changeMap=None if verdict == "rejected" else change),
        measured.visits[2])
    return dataclasses.replace(measured, visits=visits)


@pytest.fixture(scope="module")
def overTime(measured, segments):
    return addLocation(registered(measured, segments), segments, LocationInput("right", LANDMARKS))


def states(visit, system="jic"):
    return {change.name: change.state for change in getattr(visit, f"{system}Changes")}


def testBaselinesFrameIsCarriedToTheFollowup(overTime):
    first, second = (overTime.visits[index].location for index in (0, 1))
    assert second.source == "carried over by registration"
    assert np.allclose(second.frame.centerRas - first.frame.centerRas, SHIFT)
    assert np.allclose(second.landmarks.teardrop, LANDMARKS.teardrop + SHIFT)
    assert second.jic.section.end.degreesFromP.value < first.jic.section.end.degreesFromP.value


def testZonesHealOnlyWhereBothVisitsWereSeen(overTime):
    preop, later, missing = overTime.visits
    assert states(preop) == {"A": "present", "B": "present", "C1": "present", "C2": "absent"}
    assert states(later) == {"A": "absent", "B": "present", "C1": "absent", "C2": "absent"}
    regenerated = {change.name: change.isRegenerated for change in later.jicChanges}
    assert regenerated == {"A": True, "B": False, "C1": True, "C2": False}
    assert all(change.isRegenerated is None for change in preop.jicChanges)
    assert set(states(missing).values()) == {"not imaged"}
    assert all(change.isRegenerated is None for change in missing.jicChanges)


def testShareOfEveryZonesLesionThatRegeneratedAddsUpToTheChangeMap(overTime):
    visit = overTime.visits[1]
    for changes in (visit.jicChanges, visit.acpChanges):
        gone = sum(change.baselineMm3 * (change.regeneratedPercent or 0.0) / 100 for change in changes)
        inZones = sum(change.baselineMm3 for change in changes)
        assert gone <= visit.changeMap.regeneratedMm3 + 1e-6
        assert inZones <= visit.changeMap.baselineMm3 + 1e-6
    # The zones of the transverse plane hold everything.
    assert gone == pytest.approx(visit.changeMap.regeneratedMm3)
    assert inZones == pytest.approx(visit.changeMap.baselineMm3)
    assert sum(octant.regeneratedMm3 for octant in visit.octants) == pytest.approx(visit.changeMap.regeneratedMm3)


def testRejectedRegistrationLeavesZonesNotMeasurableButAnglesGiven(measured, segments):
    given = LocationInput("right", LANDMARKS)
    found = addLocation(registered(measured, segments, "rejected"), segments, given).visits[1]
    assert set(states(found).values()) == {"not measurable"}
    assert "no accepted or doubtful registration" in found.location.jicReason
    assert found.location.angles.kerboul.value > 0
    assert found.location.source == "patient's axes at this visit"
    assert any(note.code == "zones-not-measured" for note in found.notes)


def testOwnLandmarksOfAVisitWin(measured, segments):
    own = Landmarks(**{name: point + SHIFT for name, point in LANDMARKS.placed.items()})
    found = addLocation(registered(measured, segments, "rejected"), segments,
                        LocationInput("right", LANDMARKS, {"3 months": own})).visits[1]
    assert found.location.source == "own landmarks" and found.location.jic is not None


def testImpossibleLandmarksAreRefusedWithTheReason(measured, segments):
    wrong = dataclasses.replace(LANDMARKS, lateralEdge=np.array([5.0, 0.0, 5.0]))
    found = addLocation(measured, segments, LocationInput("right", wrong)).visits[0]
    assert "inside the femoral head" in found.location.jicReason and found.location.jic is None
    assert found.location.angles.kerboul.value > 0


@pytest.mark.parametrize(("center", "words"), [
    ((10.0, 10.0, 15.0), "on the sections through the head's center, so both arcs, the Kerboul angle"),
    ((0.0, 12.0, 18.0), "on the mid-coronal section, so its arc and the Koo-Kim index are 0"), (None, None)])
def testZeroAnglesOfALesionBesideTheSectionsAreExplained(segments, center, words):
    visit = segments[0]
    if center is not None:
        visit = dataclasses.replace(visit, lesion=rasterize(Sphere(np.array(center), 6.0), visit.head.grid))
    found = addLocation(measureHip([visit], "male"), [visit], LocationInput("right")).visits[0]
    texts = [note.text for note in found.notes if note.code == "lesion-off-sections"]
    assert [words in text for text in texts] == ([] if words is None else [True])
    assert (found.location.angles.kooKim.value == 0.0) is (words is not None)


def testReadersZonesCountWhereNoneAreMeasured(measured, segments):
    readers = {"preop": ReaderZones(("A", "B", "C2"), ("A1",)), "3 months": ReaderZones(("A",), ())}
    found = addLocation(measured, segments, LocationInput("right", None, readerZones=readers))
    assert states(found.visits[0])["C2"] == "present" and found.visits[0].jicChanges[0].isByReader
    assert {change.name: change.isRegenerated for change in found.visits[1].jicChanges} == {
        "A": False, "B": True, "C1": False, "C2": True}
    withLandmarks = addLocation(measured, segments, LocationInput("right", LANDMARKS, readerZones=readers))
    assert states(withLandmarks.visits[0])["C2"] == "absent"
    assert any(note.code == "zones-differ-from-reader" for note in withLandmarks.visits[0].notes)


def testRowsOfTheTable(overTime):
    visits = (CaseVisit("preop", 0), CaseVisit("3 months", 3), CaseVisit("12 months", 12, done=False))
    record = hipRecord(Case("9", "P-9", "right", "male", visits), overTime)
    preop, later, missing = record["visits"]
    assert preop["jic_zones"] == "A B C1" and preop["jic_type"] == "C1"
    assert preop["acp_zones"] == "-" and "A2" in preop["acp_zones_3d"]
    assert preop["steinberg_class"] == "A" and later["jic_zones"] == "B"
    assert preop["kerboul_degrees"] == pytest.approx(117, abs=6) and preop["koo_kim_modified"] >= preop["koo_kim_index"]
    for key in ("jic_type", "jic_zones", "acp_zones", "kerboul_degrees", "steinberg_class"):
        assert missing[key] is None
    assert [state["state"] for state in missing["jic_states"]] == ["not imaged"] * 4
    assert preop["location"]["frame"]["lateral_axis"] == "inter-teardrop line"
    assert record["settings"]["jic_thirds"] == "equal-arc"


def testNoLesionLeftIsNoZoneAndNotNothing(segments):
    both = (segments[0], visitOf("6 months", 6, None, SHIFT))
    measured = measureHip(both, "male")
    own = Landmarks(**{name: point + SHIFT for name, point in LANDMARKS.placed.items()})
    found = addLocation(measured, both, LocationInput("right", LANDMARKS, {"6 months": own})).visits[1]
    assert set(states(found).values()) == {"absent"}
    assert {change.name: change.isRegenerated for change in found.jicChanges}["A"] is True
    assert found.location.jic.section.end.jicType == "-" and found.location.angles.kerboul.value == 0.0


def testHeadlessVisitIsNotLocated(segments):
    bare = dataclasses.replace(segments[1], head=None)
    found = addLocation(measureHip((segments[0], bare), "male"), (segments[0], bare), LocationInput("right", LANDMARKS))
    assert found.visits[1].location is None
    assert set(states(found.visits[1]).values()) == {"not measurable"}
    assert isinstance(segments[0].head, Mask)


@pytest.fixture(scope="module")
def pageText(overTime, segments):
    """The report of the hip as text."""
    from ONVolumetryLib.report.hipreport import hipReportHtml
    from ONVolumetryLib.report.reportinput import ReportSubject, ReportVisit

    return hipReportHtml(ReportSubject("9", "right"), overTime, [ReportVisit(visit) for visit in segments])


def testReportTellsZonesOverTime(pageText):
    rows = dict(re.findall(r">(Zone \w+)</a></th>(.*?)</tr>", pageText, re.DOTALL))
    assert list(rows) == ["Zone A", "Zone B", "Zone C1", "Zone C2", "Zone A2", "Zone A1", "Zone C", "Zone P"]
    assert "present" in rows["Zone A"] and "regenerated" in rows["Zone A"]
    # Shares of the whole lesion stand apart from the rows of the section, which they seem to contradict.
    assert not any("% regenerated" in text or "(3D)" in text for text in rows.values())
    [zones3d] = re.findall(r">JIC zones in 3D, regenerated</a>(.*?)</tr>", pageText, re.DOTALL)
    assert zones3d.index(">baseline<") < zones3d.index(">A ") and " %; B " in zones3d
    assert pageText.count("zones in 3D, regenerated</a>") == 2
    assert "regenerated</span>" not in rows["Zone B"]
    # A visit without a scan is not imaged, never healed.
    assert rows["Zone A"].count("not imaged") == 1


def testReportDrawsSectorsAndAnglesWithTheirValues(pageText, overTime):
    pictures = re.findall(r'<svg class="slice section.*?</svg>', pageText, re.DOTALL)
    assert len(pictures) == 6
    coronal, sagittal, transverse = pictures[:3]
    for name in ("A", "B", "C1", "C2"):
        assert f">{name}</text>" in coronal
    assert coronal.count('class="zone-band') == 4 and coronal.count("zone-band away") == 1
    assert f"{overTime.visits[0].location.angles.coronal.degrees:.0f}\u00b0</text>" in coronal
    assert f"{overTime.visits[0].location.angles.sagittal.degrees:.0f}\u00b0</text>" in sagittal
    assert "zone-band" not in sagittal and transverse.count("zone-band away") == 4
    assert ">AE</text>" in transverse and ">E</text>" in coronal


def testLateralIsOnTheSideWhereARadiologistSeesIt():
    from ONVolumetryLib.report.sectionpictures import sectionViews

    # Patient right is on the left: so is lateral of a right hip.
    assert sectionViews("right")[0].xy(np.array([10.0, 5.0])).tolist() == [-10.0, -5.0]
    assert sectionViews("left")[0].xy(np.array([10.0, 5.0])).tolist() == [10.0, -5.0]
    assert sectionViews("left")[1].xy(np.array([10.0, 5.0])).tolist() == [-10.0, -5.0]


def testViewIn3dHasTheZonesAsBands(overTime, segments):
    from ONVolumetryLib.program.regressionview import viewerScene
    from ONVolumetryLib.program.zonebands import withZoneBands
    from ONVolumetryLib.scene3d.regressionscene import regressionScene

    scene = regressionScene(segments, overTime, "right", triangles=400)
    viewer = withZoneBands(viewerScene(scene), scene, overTime)
    for visit in viewer.visits[:2]:
        bands = {part.key: part for part in visit.parts if part.group}
        assert list(bands) == [f"zone-JIC-{name}" for name in ("A", "B", "C1", "C2")] + [
            f"zone-ACP-{name}" for name in ("A2", "A1", "C", "P")]
        assert bands["zone-JIC-A"].isShownAtStart and not bands["zone-ACP-P"].isShownAtStart
        # C2 lies lateral of E, A medial of it.
        assert bands["zone-JIC-C2"].points[:, 0].mean() > 5 > bands["zone-JIC-A"].points[:, 0].mean()
    assert not [part for part in viewer.visits[2].parts if part.group]
