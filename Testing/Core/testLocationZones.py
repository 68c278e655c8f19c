"""Rules of the zones, of the frame and of the landmarks, without any image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ONVolumetryLib.core.errors import LandmarkError
from ONVolumetryLib.core.location.arcs import NecroticArc
from ONVolumetryLib.core.location.classes import kerboulAngle, kerboulGrade, kooKimIndex, steinbergClass
from ONVolumetryLib.core.location.coronalzones import CoronalZones, coronalZones
from ONVolumetryLib.core.location.frame import anatomicalFrame
from ONVolumetryLib.core.location.landmarkchecks import requirePlausible
from ONVolumetryLib.core.location.landmarks import Landmarks
from ONVolumetryLib.core.location.transversezones import TransverseZones, transverseZones
from ONVolumetryLib.core.ratios import Estimate
from ONVolumetryLib.core.sphere import SphereFit
from scipy.spatial.transform import Rotation

POINTS = {"lateralEdge": (14.5, 0, 25.1), "teardrop": (-33, 0, -18), "anteriorEdge": (-12.7, 24.9, 0),
          "posteriorEdge": (7.2, -27, 0), "neckAxis": (30, -5, -25), "contralateralTeardrop": (-143, 0, -18)}


def sphereAt(center=(0.0, 0.0, 0.0), radiusMm=24.0) -> SphereFit:
    return SphereFit(tuple(center), radiusMm, 0.1, 0.2, 0.5, 0.0, 1.0, 1.0, 500)


def landmarksOf(side="right", **changed) -> Landmarks:
    """Landmarks about a head at 0; None leaves one out."""
    mirror = np.array([1.0 if side == "right" else -1.0, 1.0, 1.0])
    points = {**POINTS, **changed}
    return Landmarks(**{name: np.array(point) * mirror for name, point in points.items() if point is not None})


def zonesOf(**options) -> CoronalZones:
    landmarks = landmarksOf()
    return coronalZones(landmarks, anatomicalFrame(sphereAt(), "right", landmarks), **options)


def testPublishedVectorOfTheWeightBearingSurface():
    zones = zonesOf()
    assert zones.medialDegrees == pytest.approx(141.1, abs=0.05)
    assert zones.arcDegrees == pytest.approx(81.1, abs=0.05)


def testMiddleOfTheArcIsTheBisectorOnlyWhereBothEdgesAreEquallyFar():
    assert zonesOf(medialPoint="mid-arc").medialDegrees == pytest.approx((60.0 + 180 + 28.6) / 2, abs=0.1)
    landmarks = landmarksOf(teardrop=29.0 * np.array([np.cos(np.radians(209)), 0, np.sin(np.radians(209))]))
    frame = anatomicalFrame(sphereAt(), "right")
    both = [coronalZones(landmarks, frame, rule).medialDegrees for rule in ("bisector", "mid-arc")]
    assert both[0] == pytest.approx(both[1], abs=0.1)


def testThirdsOfTheChordAreWiderInTheMiddle():
    first, second = zonesOf(thirds="equal-chord").boundaries
    assert first == pytest.approx(1 - second)
    assert 0.25 < first < 1 / 3
    # A line from the center through a third of the chord.
    half = np.radians(81.09 / 2)
    chordPoint = np.array([np.sin(half) / 3, np.cos(half)])
    assert (0.5 - first) * 81.09 == pytest.approx(np.degrees(np.arctan2(*chordPoint)), abs=0.05)


@pytest.mark.parametrize(("theta", "zone", "jicType"), [
    (-0.5, -1, "A"), (-1e-9, -1, "A"), (0.0, 0, "A"), (1 / 3 - 1e-12, 0, "A"), (1 / 3, 1, "B"), (2 / 3 - 1e-12, 1, "B"),
    (2 / 3, 2, "C1"), (1.0, 2, "C1"), (1.0 + 1e-12, 3, "C2"), (1.9, 3, "C2")])
def testBoundariesBelongToTheZoneThatTheMethodNames(theta, zone, jicType):
    zones = CoronalZones(140.0, 80.0)
    assert int(zones.zoneOfTheta(theta)) == zone
    assert zones.typeOfEnd(theta) == jicType


@given(st.floats(-180, 180))
def testEveryDirectionHasOneThetaThatLeadsBackToIt(degrees):
    zones = CoronalZones(140.0, 80.0, overhangDegrees=70.0)
    theta = float(zones.theta(degrees))
    turned = zones.medialDegrees - theta * zones.arcDegrees - degrees
    assert abs((turned + 180) % 360 - 180) < 1e-6
    assert theta <= zones.largestTheta + 1e-9
    # What lies beyond the end of C2 is no zone.
    assert (int(zones.zoneOfTheta(theta)) == -1) == (theta < 0)


def testZonesOfTheTransversePlane():
    zones = TransverseZones(117.0, 168.0)
    places = (117, 116, 172, 174, 228, 230, 285, 290, 380, 382)
    names = [zones.names[int(zones.zoneOfPhi(zones.phi(degrees)))] for degrees in places]
    assert names == ["A1", "A2", "A1", "C", "C", "P", "P", "P", "P", "A2"]


@given(st.floats(0, 1), st.sampled_from(["left", "right"]), st.floats(-20, 20), st.floats(-20, 20))
def testTurningPatientWithLandmarksTurnsTheFrameWithThem(share, side, aboutS, aboutA):
    landmarks, frame = landmarksOf(side), anatomicalFrame(sphereAt(), side, landmarksOf(side))
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("z" if share < 0.5 else "y", aboutS if share < 0.5 else aboutA,
                                       degrees=True).as_matrix()
    turned = anatomicalFrame(sphereAt(), side, landmarks.moved(turn))
    point = np.array([3.0, -7.0, 11.0])
    assert np.allclose(turned.toFrame(turn[:3, :3] @ point), frame.toFrame(point), atol=1e-9)


@pytest.mark.parametrize("side", ["left", "right"])
def testLateralAnteriorAndSuperiorAreThoseOfTheSide(side):
    frame = anatomicalFrame(sphereAt(), side, landmarksOf(side))
    outward = 1.0 if side == "right" else -1.0
    assert np.allclose(frame.toFrame([10.0 * outward, 2.0, 3.0]), (10, 2, 3))
    assert frame.lateralFrom == "inter-teardrop line"
    assert anatomicalFrame(sphereAt(), side).lateralFrom == "patient's left-right axis"
    assert np.allclose(frame.tilted(5.0).tilted(-5.0).axes, frame.axes)


@pytest.mark.parametrize(("changed", "said"), [
    ({"lateralEdge": (9.0, 0, 15.0)}, "lateral acetabular edge lies 6.5 mm inside the femoral head"),
    ({"anteriorEdge": (-8.0, 16.0, 0)}, "anterior acetabular edge lies 6.1 mm inside"),
    ({"lateralEdge": (-33, 0, -18), "teardrop": (14.5, 0, 25.1)}, "swapped"),
    ({"anteriorEdge": (7.2, -27, 0), "posteriorEdge": (-12.7, 24.9, 0)}, "anterior acetabular edge lies behind"),
    ({"contralateralTeardrop": (90, 0, -18)}, "contralateral teardrop lies lateral"),
    ({"contralateralTeardrop": (-50, 0, -18)}, "17 mm apart"),
    ({"teardrop": (-19.0, 0, -32.89)}, "collinear"),
    ({"posteriorEdge": (-12.0, 24.0, 2.0)}, "collinear"),
    ({"lateralEdge": (60, 0, 60)}, "61 mm away from the femoral head"),
    ({"neckAxis": (-30, -5, -25)}, "neck axis lies medial"),
    ({"teardrop": (-10, 0, -10)}, "teardrop lies inside the femoral head"),
])
def testPointsThatCannotBeRightAreRefusedWithTheReason(changed, said):
    with pytest.raises(LandmarkError, match=said):
        requirePlausible(landmarksOf(**changed), sphereAt(), "right")


def testEdgeAtMostFiveMillimetersInsideIsTaken():
    requirePlausible(landmarksOf(lateralEdge=(10.0, 0, 16.5)), sphereAt(), "right")
    for side in ("left", "right"):
        requirePlausible(landmarksOf(side), sphereAt(), side)


def testLandmarksOfTheOtherSideAreRefused():
    with pytest.raises(LandmarkError, match="left and right"):
        requirePlausible(landmarksOf("left"), sphereAt(), "right")


def testLandmarksThatGiveNoSurfaceAreRefused():
    frame = anatomicalFrame(sphereAt(), "right")
    with pytest.raises(LandmarkError, match="does not meet the acetabulum"):
        coronalZones(landmarksOf(teardrop=(-70, 0, -56)), frame)
    with pytest.raises(LandmarkError, match="would span"):
        coronalZones(landmarksOf(lateralEdge=(-29, 0, 5), teardrop=(-33, 0, 18)), frame, "mid-arc")
    with pytest.raises(LandmarkError, match="would cover"):
        transverseZones(landmarksOf(anteriorEdge=(25, 5, 0), posteriorEdge=(25, -5, 0)), frame)


def arc(degrees, contour=1.0, slices=0.0):
    return NecroticArc(degrees, ((0.0, degrees),), contour, slices, 0.0)


@pytest.mark.parametrize("halfAngle", ["30", "45", "47.5", "60"])
def testAnglesOfConesAgreeWithThePublishedTable(halfAngle, sharedMethod):
    import json

    expected = json.loads((sharedMethod / "vectors.json").read_text())["cone"][halfAngle]
    both = arc(2 * float(halfAngle)), arc(2 * float(halfAngle))
    assert kerboulAngle(*both).value == pytest.approx(expected["CNA_deg"])
    assert kooKimIndex(*both).value == pytest.approx(expected["KooKim"])


@pytest.mark.parametrize(("degrees", "grade"), [(199.9, "1"), (200, "2"), (249.9, "2"), (250, "3"), (299.9, "3"),
                                                (300, "4")])
def testKerboulGrades(degrees, grade):
    assert kerboulGrade(Estimate(degrees, 0.0)).name == grade


@pytest.mark.parametrize(("percent", "size"), [(14.99, "A"), (15.0, "B"), (30.0, "B"), (30.01, "C"), (0.0, "-")])
def testSteinbergSizes(percent, size):
    assert steinbergClass(Estimate(percent, 0.01)).name == size
    assert steinbergClass(None) is None


def testGradeNearALimitNamesBoth():
    assert kerboulGrade(Estimate(198.0, 2.0)).possible == ("1", "2")
    assert not kerboulGrade(Estimate(150.0, 2.0)).isNearBoundary


def testOneOffsetOfTheOutlineMovesBothArcs():
    assert kerboulAngle(arc(90), arc(90)).standardUncertainty == pytest.approx(2.0)
    assert kerboulAngle(arc(90, 1, 3), arc(90, 1, 4)).standardUncertainty == pytest.approx(np.sqrt(4 + 25))
