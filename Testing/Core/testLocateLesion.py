"""Zones, angles and shares of cones against their formulas, on a few grids; the benchmark holds the wide sweep."""

from functools import lru_cache

import numpy as np
import pytest
from ONVolumetryLib.core.geometry import SliceStack
from ONVolumetryLib.core.location.frame import anatomicalFrame
from ONVolumetryLib.core.location.landmarks import Landmarks
from ONVolumetryLib.core.location.locate import Place, locateLesion
from ONVolumetryLib.core.location.sections import HeadFields, withoutSmallParts
from ONVolumetryLib.core.ratios import Estimate
from ONVolumetryLib.core.settings import MeasurementSettings
from ONVolumetryLib.core.sphere import SphereFit
from ONVolumetryLib.core.uncertainty import COVERAGE_FACTOR_95
from ONVolumetryLib.phantom.closedforms import coneArc
from ONVolumetryLib.phantom.masks import rasterize
from ONVolumetryLib.phantom.primitives import Sphere, ballCone
from scipy.spatial.transform import Rotation

RADIUS_MM = 24.0
POINTS = {"lateralEdge": (14.5, 0, 25.1), "teardrop": (-33, 4, -18), "anteriorEdge": (-12.7, 24.9, 0),
          "posteriorEdge": (7.2, -27, 0), "contralateralTeardrop": (-143, 4, -18)}
AXIS, HALF_ANGLE = (-0.25, 0.25, 0.93), 45.0
OBLIQUE = Rotation.from_rotvec([0.3, -0.5, 0.4]).as_matrix()
CORONAL = np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]]).T


def located(axis=AXIS, halfAngle=HALF_ANGLE, *, side="right", spacing=(0.8, 0.8, 2.0), directions=CORONAL, patient=None,
            landmarks=None, phase=(0.1, 0.2, 0.3), **settings):
    """Location of a cone in a complete ball about 0.

    :param patient: 3x3 rotation of the patient with the landmarks in the scanner.
    """
    from ONVolumetryLib.core.geometry import GridGeometry

    mirror = np.diag([1.0 if side == "right" else -1.0, 1.0, 1.0])
    turn = np.eye(3) if patient is None else patient
    unit = turn @ mirror @ (np.array(axis, dtype=float) / np.linalg.norm(axis))
    size = np.ceil(2 * (RADIUS_MM + 5) / np.array(spacing)).astype(int)
    matrix = np.eye(4)
    matrix[:3, :3] = directions * np.array(spacing)
    matrix[:3, 3] = -matrix[:3, :3] @ ((size - 1) / 2 + phase)
    grid = GridGeometry(tuple(size), matrix)
    head = rasterize(Sphere(np.zeros(3), RADIUS_MM), grid)
    lesion = None
    if halfAngle is not None:
        lesion = rasterize(ballCone(np.zeros(3), unit, RADIUS_MM, np.radians(halfAngle)), grid)
    points = POINTS if landmarks is None else landmarks
    placed = Landmarks(**{name: turn @ mirror @ np.array(point, dtype=float) for name, point in points.items()})
    sphere = SphereFit((0.0, 0.0, 0.0), RADIUS_MM, 0.1, 0.2, 0.5, 0.0, 1.0, 1.0, 500)
    place = Place(anatomicalFrame(sphere, side, placed), "given", placed if placed.placed else None)
    fields = HeadFields.of(lesion, head, SliceStack(2, spacing[2], "given"))
    percent = None if lesion is None else Estimate(100 * lesion.voxelCount / head.voxelCount, 1.0)
    return locateLesion(fields, place, MeasurementSettings(**settings), percent,
                        None if lesion is None else lesion.pointsRas())


@lru_cache(maxsize=1)
def usualLocation():
    """The cone as it is scanned usually."""
    return located(spacing=(0.8, 0.8, 3.0))


def trueArc(axis, halfAngle, normal) -> float:
    unit = np.array(axis) / np.linalg.norm(axis)
    return float(np.degrees(coneArc(np.radians(halfAngle), np.arcsin(abs(unit[normal])))))


@pytest.mark.parametrize(("halfAngle", "axis", "spacing", "directions", "side"), [
    (20.0, (-0.2, 0.1, 1.0), (0.6, 0.6, 1.0), np.eye(3), "right"),
    (45.0, AXIS, (0.6, 0.6, 1.0), OBLIQUE, "left"),
    pytest.param(80.0, (0.3, -0.4, 0.8), (0.8, 0.8, 1.0), OBLIQUE, "right", marks=pytest.mark.slow),
])
def testArcsOfConesAreWithinTwoDegreesOnSlicesOfOneMillimeter(halfAngle, axis, spacing, directions, side):
    location = located(axis, halfAngle, side=side, spacing=spacing, directions=directions)
    angles = location.angles
    assert angles.coronal.degrees == pytest.approx(trueArc(axis, halfAngle, 1), abs=2.0)
    assert angles.sagittal.degrees == pytest.approx(trueArc(axis, halfAngle, 0), abs=2.0)
    assert angles.kerboul.value == pytest.approx(angles.coronal.degrees + angles.sagittal.degrees)
    share = 50 * (1 - np.cos(np.radians(halfAngle)))
    assert location.articular.lesionPercent.value == pytest.approx(share, abs=0.7)
    assert sum(octant.lesionMm3 for octant in location.octants) / (4 / 3 * np.pi * RADIUS_MM ** 3) == pytest.approx(
        share / 100, abs=0.006)


def testThickSlicesStayWithinTheirTolerance():
    location = located(spacing=(0.8, 0.8, 5.0), phase=(0, 0, 0.4))
    assert location.angles.coronal.degrees == pytest.approx(trueArc(AXIS, HALF_ANGLE, 1), abs=15.0)
    assert location.angles.sagittal.degrees == pytest.approx(trueArc(AXIS, HALF_ANGLE, 0), abs=15.0)
    # The sagittal section runs across coronal slices, the coronal one along them.
    assert location.angles.sagittal.sliceSe > 5 > location.angles.coronal.sliceSe


def testZonesAndTypeOfAConeThatEndsBetweenTheBoundaries():
    """The weight-bearing surface runs from 141.1 to 60 degrees; thirds end at 114.1 and 87.1."""
    location = located((-0.64, 0.0, 0.77), 20.0)
    reading = location.jic.section
    # From 109.7 to 149.7 degrees: A whole, B a little.
    assert reading.zones.present == ("A", "B")
    assert reading.zones.zone("A").percent == pytest.approx(100, abs=2)
    assert reading.zones.zone("B").percent == pytest.approx(100 * 4.4 / 27.03, abs=3)
    assert reading.end.jicType == "B"
    assert reading.end.degreesFromP.value == pytest.approx(141.1 - 109.7, abs=1.0)
    assert reading.end.boundaryDistances["A/B"] == pytest.approx(27.03 - 31.4, abs=1.0)
    assert reading.end.boundaryDistances["C1/C2"] == pytest.approx(81.1 - 31.4, abs=1.0)
    assert not reading.disagrees
    assert location.jic.projected.end.jicType == "B"
    assert location.acp.section.present == ()


@pytest.mark.parametrize(("past", "isNear"), [(-1.5, True), (1.5, True), (-9.0, False), (9.0, False)])
def testEndNearABoundaryIsMarked(past, isNear):
    """A cone in the mid-coronal plane whose lateral end lies a little before or beyond E."""
    middle = np.radians(60.0 - past + 25.0)
    end = located((np.cos(middle), 0.0, np.sin(middle)), 25.0).jic.section.end
    assert end.jicType == ("C2" if past > 0 else "C1")
    assert end.isNearBoundary == isNear
    assert set(end.possibleTypes) == ({"C1", "C2"} if isNear else {end.jicType})


def testLesionMedialOfTheWeightBearingSurfaceIsTypeAWithoutAZone():
    location = located((-0.97, 0.0, -0.2), 20.0)
    end = location.jic.section.end
    assert end.jicType == "A" and end.theta < 0 and end.isMedial
    assert location.jic.section.zones.present == ()
    assert location.jic.section.zones.lesionOutsidePercent == pytest.approx(100, abs=1)


def testZonesOfTheTransverseSectionAndTheSlabs():
    """A cone toward medial lies in zone C by the arcs; the uncovered part is divided halfway."""
    arcs = located((-1.0, -0.35, 0.0), 20.0)
    assert arcs.acp.section.present == ("C",)
    assert located((0.75, 0.65, 0.0), 20.0).acp.section.present == ("A2",)
    assert located((0.6, -0.8, 0.0), 20.0).acp.section.present == ("P",)
    slabs = located((-1.0, -0.35, 0.0), 20.0, acpDivision="slabs")
    assert slabs.acp.section.present != () and "A2" not in slabs.acp.section.present


@pytest.mark.parametrize(("option", "value"), [("jicMedialPoint", "mid-arc"), ("jicThirds", "equal-chord")])
def testOptionsMoveTheLimits(option, value):
    usual, other = usualLocation().jic.geometry, located(spacing=(1.5, 1.5, 3.0), **{option: value}).jic.geometry
    assert usual.limits["A"] != other.limits["A"]
    assert usual.lateralDegrees == pytest.approx(other.lateralDegrees)


def testMirroredHipIsTheSame():
    right = usualLocation()
    left = located(side="left", spacing=(0.8, 0.8, 3.0), directions=np.diag([-1.0, 1.0, 1.0]) @ CORONAL)
    assert left.jic.section == right.jic.section and left.jic.projected == right.jic.projected
    assert left.acp.section == right.acp.section and left.acp.projected == right.acp.projected
    assert left.angles == right.angles
    assert left.octants == right.octants
    assert left.centroid.longitudeDegrees.value == pytest.approx(right.centroid.longitudeDegrees.value)


@pytest.mark.parametrize("turn", [("x", 5.0), *(pytest.param(turn, marks=pytest.mark.slow)
                                                for turn in (("z", 20.0), ("z", -20.0), ("y", 20.0), ("y", -20.0),
                                                             ("x", -5.0)))])
def testTurnedPatientKeepsZonesAndAngles(turn):
    usual = usualLocation()
    turned = located(spacing=(0.8, 0.8, 3.0), patient=Rotation.from_euler(*turn, degrees=True).as_matrix())
    for first, second in ((usual.jic.section.zones, turned.jic.section.zones), (usual.acp.section, turned.acp.section),
                          (usual.jic.projected.zones, turned.jic.projected.zones)):
        for zone, other in zip(first.zones, second.zones):
            assert zone.isPresent == other.isPresent or zone.isNearBoundary
    for name in ("coronal", "sagittal"):
        arc, other = getattr(usual.angles, name), getattr(turned.angles, name)
        assert abs(arc.degrees - other.degrees) <= COVERAGE_FACTOR_95 * arc.standardUncertainty


def testWithoutLandmarksAllThatNeedsNoneIsGiven():
    location = located(landmarks={}, spacing=(1.0, 1.0, 2.0))
    assert location.jic is None and location.jicReason == "no landmarks were given"
    assert location.acp is None
    assert location.angles.kerboul.value > 0 and location.steinberg.name == "A"
    assert location.articular.lesionPercent.value > 0 and len(location.octants) == 8
    latitude = np.degrees(np.arctan2(AXIS[2], np.hypot(AXIS[0], AXIS[1])))
    assert location.centroid.latitudeDegrees.value == pytest.approx(latitude, abs=1.0)


def testMissingPointsAreNamed():
    location = located(landmarks={name: POINTS[name] for name in ("lateralEdge", "anteriorEdge", "posteriorEdge")},
                       spacing=(1.5, 1.5, 3.0))
    assert location.jicReason == "not placed: teardrop"
    assert location.acp is not None


def testHealedHipHasNoZoneAndNoAngle():
    location = located(halfAngle=None, spacing=(1.5, 1.5, 3.0))
    assert location.jic.section.zones.present == () and location.jic.section.end.jicType == "-"
    assert location.angles.kerboul.value == 0 and location.centroid is None
    # A reader's finding has no outline that could be uncertain.
    assert location.angles.kerboul.standardUncertainty is None and location.angles.kerboulGrade.name == "-"
    assert location.articular.lesionPercent.standardUncertainty is None
    assert all(octant.shareOfLesionPercent is None for octant in location.octants)


def testPartsAcrossTheSeamOfTheCircleAreOne():
    inside = np.zeros((8, 4), dtype=bool)
    inside[[0, 7]] = True
    inside[4, 0] = True
    kept = withoutSmallParts(inside, np.ones(4), 5.0)
    assert kept[0].all() and kept[7].all() and not kept[4].any()
