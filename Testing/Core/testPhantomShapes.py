"""Solids of the phantoms: distances, formulas, and their voxels."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.phantom.closedforms import ballVolumeMm3, capVolumeMm3, coneVolumeMm3, lensVolumeMm3
from ONVolumetryLib.phantom.masks import rasterize, uniformGrid, voxelCenters
from ONVolumetryLib.phantom.primitives import (
    Capsule,
    Cone,
    DentedBall,
    Ellipsoid,
    HalfSpace,
    Sphere,
    ballCone,
    sphericalCap,
    sphericalShell,
)
from ONVolumetryLib.phantom.truth import gridVolumeMm3
from scipy.spatial.transform import Rotation

CENTER = np.array([3.1, -2.2, 5.3])
AXIS = np.array([0.41, -0.23, 0.77]) / np.linalg.norm([0.41, -0.23, 0.77])
EXACT_SHAPES = {
    "sphere": Sphere(CENTER, 12.0),
    "half-space": HalfSpace(CENTER, AXIS),
    "rod": Capsule(CENTER, CENTER + 20 * AXIS, 6.0, 6.0),
    "cone": Cone(CENTER, AXIS, 0.8),
    "wide cone": Cone(CENTER, AXIS, 2.2),
}
VOLUMES = {
    "sphere": (Sphere(CENTER, 12.0), ballVolumeMm3(12)),
    "cone of 30 degrees": (ballCone(CENTER, AXIS, 12, math.radians(30)), coneVolumeMm3(12, math.radians(30))),
    "cone of 110 degrees": (ballCone(CENTER, AXIS, 12, math.radians(110)), coneVolumeMm3(12, math.radians(110))),
    "low cap": (sphericalCap(CENTER, AXIS, 12, 4), capVolumeMm3(12, 4)),
    "high cap": (sphericalCap(CENTER, AXIS, 12, 17), capVolumeMm3(12, 17)),
    "shell": (sphericalShell(CENTER, 9, 12), ballVolumeMm3(12) - ballVolumeMm3(9)),
    "lens": (Sphere(CENTER, 12.0) & Sphere(CENTER + 14 * AXIS, 9.0), lensVolumeMm3(12, 9, 14)),
    "rod": (Capsule(CENTER, CENTER + 20 * AXIS, 6, 6), ballVolumeMm3(6) + math.pi * 36 * 20),
    "ellipsoid": (Ellipsoid(CENTER, np.array([5.0, 8.0, 11.0])), 4 / 3 * math.pi * 5 * 8 * 11),
}
coordinates = st.tuples(*[st.floats(-40, 40)] * 3).map(np.array)


@pytest.mark.parametrize("name", VOLUMES)
def testFormulaAgreesWithCountedPoints(name):
    shape, volume = VOLUMES[name]
    assert gridVolumeMm3(shape, 0.25) == pytest.approx(volume, rel=1.5e-3)


@pytest.mark.parametrize("name", EXACT_SHAPES)
@settings(max_examples=60, deadline=None)
@given(first=coordinates, second=coordinates)
def testDistanceNeverChangesFasterThanThePointMoves(name, first, second):
    shape = EXACT_SHAPES[name]
    change = abs(shape.distance(first) - shape.distance(second))
    assert change <= np.linalg.norm(first - second) + 1e-9


@pytest.mark.parametrize("name", EXACT_SHAPES)
@settings(max_examples=60, deadline=None)
@given(point=coordinates)
def testDistanceIsThatToTheNearestPointOfTheSurface(name, point):
    shape = EXACT_SHAPES[name]
    distance = float(shape.distance(point))
    steps = 1e-4 * np.eye(3)
    gradient = np.array([(shape.distance(point + step) - shape.distance(point - step)) / 2e-4 for step in steps])
    if abs(np.linalg.norm(gradient) - 1) < 1e-3:
        assert abs(shape.distance(point - distance * gradient)) < 0.05


def testSmallPartsOfAShapeAreCombined():
    inner, outer = Sphere(CENTER, 4.0), Sphere(CENTER, 10.0)
    points = CENTER + np.array([[0, 0, 2.0], [0, 0, 7.0], [0, 0, 11.0]])
    assert ((inner | outer).distance(points) < 0).tolist() == [True, True, False]
    assert ((inner & outer).distance(points) < 0).tolist() == [True, False, False]
    assert ((outer - inner).distance(points) < 0).tolist() == [False, True, False]
    assert inner.grown(4).distance(points) == pytest.approx([-6, -1, 3])


def testMovedShapeHasMovedPointsAndBox():
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
    matrix[:3, 3] = [4, -8, 15]
    rod = Capsule(np.zeros(3), np.array([0, 0, 20.0]), 5.0, 2.0)
    moved = rod.moved(matrix)
    points = np.random.default_rng(1).uniform(-10, 30, (500, 3))
    assert moved.distance(points @ matrix[:3, :3].T + matrix[:3, 3]) == pytest.approx(rod.distance(points))
    inside = points[rod.distance(points) < 0] @ matrix[:3, :3].T + matrix[:3, 3]
    assert np.all((inside > moved.bounds[0]) & (inside < moved.bounds[1]))


def testDentedBallSinksInTheMiddleOfTheDentOnly():
    ball = DentedBall(CENTER, 24.0, AXIS, math.radians(40), 3.0)
    assert ball.distance(CENTER + 21 * AXIS) == pytest.approx(0, abs=1e-6)
    assert ball.distance(CENTER - 24 * AXIS) == pytest.approx(0, abs=1e-6)


def testVoxelsAreThoseWhoseCenterIsInsideOnAnObliqueGrid():
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", [12, 25, -8], degrees=True).as_matrix() * [0.6, 0.7, 4.0]
    matrix[:3, 3] = [-20, -25, -18]
    grid = GridGeometry((60, 58, 12), matrix)
    shape = ballCone(CENTER, AXIS, 12, 0.9)
    assert np.array_equal(rasterize(shape, grid).fullArray() > 0, shape.distance(voxelCenters(grid)) < 0)


def testShapeOutsideTheGridHasNoVoxelsAndOneAcrossItsEdgeIsCut():
    grid = GridGeometry((20, 20, 20), np.eye(4))
    assert rasterize(Sphere(np.array([100.0, 0, 0]), 5.0), grid).isEmpty
    half = rasterize(Sphere(np.array([-0.5, 10, 10]), 6.0), grid)
    assert half.voxelCount * 2 == pytest.approx(ballVolumeMm3(6), rel=0.03)


@pytest.mark.parametrize(("radius", "limit"), [(24.0, 0.005), (12.0, 0.01)])
def testVoxelSummationOfSpheresIsUnbiasedOverPhases(radius, limit):
    sphere = Sphere(CENTER, radius)
    counts = [rasterize(sphere, uniformGrid(sphere.bounds, (0.6, 0.6, 4.0), (0.3, 0.6, phase))).voxelCount
              for phase in np.arange(20) / 20]
    assert abs(np.mean(counts) * 0.6 * 0.6 * 4 / ballVolumeMm3(radius) - 1) < limit


@pytest.mark.parametrize(("family", "radius", "limit"), [
    ("tilted cone", 12.0, 0.01),
    ("cone along the slice axis", 12.0, 0.01),
    ("cone along the slice axis", 24.0, 0.005),
    ("flat cap parallel to the slices", 12.0, 0.01),
    ("flat cap parallel to the slices", 24.0, 0.005),
])
def testVoxelSummationOfConesAndCapsIsUnbiasedOverPhases(family, radius, limit):
    up = np.array([0.0, 0, 1])
    shape, volume = {
        "tilted cone": (ballCone(CENTER, AXIS, radius, 0.9), coneVolumeMm3(radius, 0.9)),
        "cone along the slice axis": (ballCone(CENTER, up, radius, 0.7), coneVolumeMm3(radius, 0.7)),
        "flat cap parallel to the slices": (sphericalCap(CENTER, up, radius, 0.6 * radius),
                                            capVolumeMm3(radius, 0.6 * radius)),
    }[family]
    # Four hundred phases of a 4 mm pitch are one stack of 0.01 mm.
    grid = uniformGrid(shape.bounds, (0.6, 0.6, 4.0 / 400), (0.3, 0.6, 0.0))
    assert abs(rasterize(shape, grid).voxelCount * grid.voxelVolumeMm3 / volume - 1) < limit
