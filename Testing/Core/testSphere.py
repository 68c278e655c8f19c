"""The femoral head's sphere from an outline or from clicked points."""

import numpy as np
import pytest
from ONVolumetryLib.core.errors import SegmentError, SphereFitError
from ONVolumetryLib.core.geometry import SliceStack, sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.sphere import (
    fitSphereToBoundary,
    fitSphereToClickedPoints,
    fitSphereToMask,
    inSliceBoundary,
)

RADIUS_MM = 24.0
CENTER_RAS = np.array([-85.0, 12.0, -40.0])
SLICED_SPACING_MM = (0.6, 0.6, 4.0)
# Columns: grid axes of axial, coronal and sagittal series, and an oblique one.
AXIAL, CORONAL, SAGITTAL = np.eye(3), np.eye(3)[:, [0, 2, 1]], np.eye(3)[:, [1, 2, 0]]
TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)


def readStlTriangles(path):
    """Corners of a binary STL file's triangles, shape (n, 3, 3)."""
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    data = path.read_bytes()
    return np.frombuffer(data, record, count=int.from_bytes(data[80:84], "little"), offset=84)["corners"].astype(float)


def requireSphere(fit, radiusMm, centerRas, toleranceMm, centerToleranceMm=None):
    assert fit.radiusMm == pytest.approx(radiusMm, abs=toleranceMm)
    distance = np.linalg.norm(np.asarray(fit.centerRas) - centerRas)
    assert distance <= (centerToleranceMm or toleranceMm), f"center off by {distance:.3f} mm"


def fitHead(shapes, inside, radiusMm, directions, *, shiftMm=(0, 0, 0), spacingMm=SLICED_SPACING_MM):
    grid = shapes.gridAround(1.15 * radiusMm + 2, spacingMm, directions, shiftMm)
    return fitSphereToMask(shapes.maskOf(inside, grid), sliceStackOfGrid(grid))


@pytest.mark.parametrize("name, center, radius", [
    # Robust least-squares spheres of the heads without their necks, from libhip's CT femora.
    ("m3", (-75.82, -121.33, -838.38), 23.19), ("m4", (-92.79, 18.85, -356.79), 25.25)])
def testRealFemoraWithNeckAndShaft(sharedData, name, center, radius):
    triangles = readStlTriangles(sharedData / "femur-stl" / f"{name}_rfemur_mm.stl")
    for points in (np.unique(triangles.reshape(-1, 3), axis=0), triangles.mean(axis=1)):
        fit = fitSphereToBoundary(points)
        requireSphere(fit, radius, center, 0.3, 0.5)
        assert fit.inlierFraction < 0.4, "a femur is mostly not head"
        assert fit.rmsMm == pytest.approx(0.48, abs=0.1)
        assert fit.isPlausibleAdult


@pytest.mark.parametrize("radiusMm", [18.0, 24.0, 30.0])
def testCleanSphere(shapes, radiusMm):
    noise = np.random.default_rng(1).normal(scale=0.1, size=(2000, 1))
    fit = fitSphereToBoundary(CENTER_RAS + shapes.directionsOnSphere(2000) * (radiusMm + noise))
    requireSphere(fit, radiusMm, CENTER_RAS, 0.1)
    assert fit.coverage == 1.0
    assert fit.inlierFraction == 1.0
    assert fit.rmsMm == pytest.approx(0.1, rel=0.1)
    assert fit.radiusSeMm == pytest.approx(0.1 / np.sqrt(2000), rel=0.2)


@pytest.mark.parametrize("radiusMm", [20.0, 24.0, 28.0])
@pytest.mark.parametrize("orientation", range(4))
def testOutlineOnThickSlicesWithTheNeckCut(shapes, radiusMm, orientation):
    directions = (AXIAL, CORONAL, SAGITTAL, shapes.rotationOf([0.4, -0.3, 0.6]))[orientation]
    phase = np.array([0.2, 0.1, 1.1 * orientation + 0.05 * radiusMm])
    fit = fitHead(shapes, shapes.cutBall(radiusMm, 0.35 * radiusMm), radiusMm, directions, shiftMm=phase)
    requireSphere(fit, radiusMm, np.zeros(3), 0.2)


def testOutlineWithTheNeckLeftOn(shapes):
    neck = -shapes.neckDirection

    def inside(points):
        along = points @ -neck
        beside = np.linalg.norm(points + along[..., None] * neck, axis=-1)
        return shapes.ball(RADIUS_MM)(points) | ((beside < 0.65 * RADIUS_MM) & (along > 0) & (along < 1.5 * RADIUS_MM))

    grid = shapes.gridAround(40, SLICED_SPACING_MM, CORONAL)
    fit = fitSphereToMask(shapes.maskOf(inside, grid), sliceStackOfGrid(grid))
    requireSphere(fit, RADIUS_MM, np.zeros(3), 0.2)
    assert fit.inlierFraction < 0.95


def testBoundaryIsNotAVoxelTooSmall(shapes):
    # Voxel centers inside the outline would lose 0.3 mm of radius here, 4 % of the volume.
    for spacing in ((0.6, 0.6, 0.6), (1.2, 1.2, 3.0)):
        fit = fitHead(shapes, shapes.ball(RADIUS_MM), RADIUS_MM, AXIAL, shiftMm=(0.11, 0.23, 0.31), spacingMm=spacing)
        requireSphere(fit, RADIUS_MM, np.zeros(3), 0.05)


def testFacesOfEndSlicesAreNoBoundary(shapes):
    grid = shapes.gridAround(30, SLICED_SPACING_MM, AXIAL)
    mask = shapes.maskOf(shapes.ball(RADIUS_MM), grid)
    points, slices = inSliceBoundary(mask, 2)
    planes = grid.toRas(np.column_stack([np.zeros((grid.sizeIjk[2], 2)), np.arange(grid.sizeIjk[2])]))[:, 2]
    np.testing.assert_allclose(points[:, 2], planes[slices], atol=1e-9)
    assert np.max(np.abs(np.linalg.norm(points, axis=1) - RADIUS_MM)) < 0.6


def sunkDome(shapes, halfAngleDegrees, profile):
    """Directions and radii of a head whose dome is up to 3 mm deep around patient superior."""
    directions = shapes.directionsOnSphere(4000)
    angle = np.degrees(np.arccos(directions[:, 2])) / halfAngleDegrees
    return directions, RADIUS_MM - 3.0 * np.where(angle < 1, profile(np.minimum(angle, 1)), 0.0)


@pytest.mark.parametrize("halfAngleDegrees, profile", [(30, np.ones_like), (45, np.ones_like),
                                                       (40, lambda angle: np.cos(angle * np.pi / 2) ** 2)],
                         ids=["punched-30", "punched-45", "dented-40"])
@pytest.mark.parametrize("neckCosine", [1.0, 0.394])
def testCollapsedDomeDoesNotPullTheSphere(shapes, halfAngleDegrees, profile, neckCosine):
    directions, radii = sunkDome(shapes, halfAngleDegrees, profile)
    keep = directions @ shapes.neckDirection <= neckCosine
    fit = fitSphereToBoundary((CENTER_RAS + directions * radii[:, None])[keep])
    requireSphere(fit, RADIUS_MM, CENTER_RAS, 0.3)
    assert fit.collapseDepthMm == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize("neckCutMm", [100.0, 0.394 * RADIUS_MM])
def testFlattenedDomeDoesNotPullTheSphere(shapes, neckCutMm):
    directions = shapes.directionsOnSphere(4000)
    points = directions * RADIUS_MM
    points[:, 2] = np.minimum(points[:, 2], RADIUS_MM - 3.0)
    keep = points @ shapes.neckDirection <= neckCutMm
    fit = fitSphereToBoundary(CENTER_RAS + points[keep])
    requireSphere(fit, RADIUS_MM, CENTER_RAS, 0.3)
    assert fit.collapseDepthMm == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize("orientation", range(3))
def testFlattenedOutlineDoesNotPullTheSphere(shapes, orientation):
    def inside(points):
        return shapes.cutBall(RADIUS_MM, 0.394 * RADIUS_MM)(points) & (points[..., 2] < RADIUS_MM - 3.0)

    fit = fitHead(shapes, inside, RADIUS_MM, (AXIAL, CORONAL, SAGITTAL)[orientation], shiftMm=(0.1, 0.2, 0.9))
    requireSphere(fit, RADIUS_MM, np.zeros(3), 0.3)


@pytest.mark.parametrize("directions", [CORONAL, SAGITTAL], ids=["coronal", "sagittal"])
def testDepthOfACollapseSeenOnTheSlices(shapes, directions):
    def flattened(points):
        return shapes.ball(RADIUS_MM)(points) & (points[..., 2] < RADIUS_MM - 3.0)

    collapsed = fitHead(shapes, flattened, RADIUS_MM, directions, shiftMm=(0, 0, 0.5))
    whole = fitHead(shapes, shapes.ball(RADIUS_MM), RADIUS_MM, directions, shiftMm=(0, 0, 0.5))
    assert collapsed.collapseDepthMm == pytest.approx(3, abs=0.4)
    assert whole.collapseDepthMm < 0.5


def testDentBelowIsNoCollapseOfTheDome(shapes):
    directions, radii = sunkDome(shapes, 30, np.ones_like)
    fit = fitSphereToBoundary(directions * radii[:, None] * [1, 1, -1])
    requireSphere(fit, RADIUS_MM, np.zeros(3), 0.3)
    assert fit.collapseDepthMm < 0.1


def testHoleInTheOutlineIsNoCollapse(shapes):
    # A voxel left unpainted between head and lesion.
    grid = shapes.gridAround(28, SLICED_SPACING_MM, CORONAL)
    array = shapes.maskOf(shapes.ball(RADIUS_MM), grid).fullArray()
    i, j, k = np.round(grid.toIjk([0.0, 0.0, 12.0])).astype(int)
    array[k, j, i] = 0
    assert fitSphereToMask(Mask.fromArray(array, grid), sliceStackOfGrid(grid)).collapseDepthMm < 1.0


def testDepthOfACollapseParallelToTheSlicesIsNotToldAsNone(shapes):
    # No outline lies on the flat dome: the depth is unknown, which is not the same as no collapse.
    def flattened(points):
        return shapes.ball(RADIUS_MM)(points) & (points[..., 2] < RADIUS_MM - 3.0)

    depth = fitHead(shapes, flattened, RADIUS_MM, AXIAL).collapseDepthMm
    assert depth is None or depth > 2.0


@pytest.mark.parametrize("fit", [fitSphereToBoundary, fitSphereToClickedPoints])
def testThreePointsAreRefused(fit):
    with pytest.raises(SphereFitError, match="at least 4"):
        fit(TETRAHEDRON[:3] * RADIUS_MM)
    with pytest.raises(SphereFitError, match="at least 4"):
        fit(np.concatenate([TETRAHEDRON[:3], TETRAHEDRON[:1]]) * RADIUS_MM)


@pytest.mark.parametrize("fit", [fitSphereToBoundary, fitSphereToClickedPoints])
@pytest.mark.parametrize("noiseMm", [0.0, 1e-3])
def testPointsOfOnePlaneAreRefused(shapes, fit, noiseMm):
    turn = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    ring = np.column_stack([np.cos(turn), np.sin(turn), 0 * turn]) * RADIUS_MM
    ring = ring + np.random.default_rng(2).normal(scale=noiseMm, size=ring.shape) if noiseMm else ring
    for rotation in (np.eye(3), shapes.rotationOf([0.3, 0.7, -0.2])):
        with pytest.raises(SphereFitError, match="plane"):
            fit(CENTER_RAS + ring @ rotation.T)
        with pytest.raises(SphereFitError, match="plane"):
            fit(CENTER_RAS + ring[::40] @ rotation.T)


def testPointsThatAreNoPointsAreRefused():
    points = np.array(TETRAHEDRON) * RADIUS_MM
    points[2, 1] = np.nan
    with pytest.raises(SphereFitError, match="finite"):
        fitSphereToClickedPoints(points)
    with pytest.raises(SphereFitError):
        fitSphereToClickedPoints(np.ones((8, 3)))


def testTwentyPercentCapIsRefused(shapes):
    directions = shapes.directionsOnSphere(3000)
    isCap = directions @ [0.6, 0, 0.8] > 1 - 2 * 0.2
    points = CENTER_RAS + RADIUS_MM * directions[isCap]
    with pytest.raises(SphereFitError, match=r"cover.*40 %"):
        fitSphereToBoundary(points)
    with pytest.raises(SphereFitError, match=r"cover.*40 %"):
        fitSphereToClickedPoints(points[::60])


def testOutlineOfATwentyPercentCapIsRefused(shapes):
    with pytest.raises(SphereFitError):
        fitHead(shapes, shapes.cap(RADIUS_MM, 0.4 * RADIUS_MM, (0, 1, 0)), RADIUS_MM, AXIAL)


def testOutlineOnOneSliceIsRefused(shapes):
    grid = shapes.gridAround(30, SLICED_SPACING_MM)
    disc = shapes.maskOf(lambda points: shapes.ball(RADIUS_MM)(points) & (np.abs(points[..., 2]) < 2), grid)
    with pytest.raises(SphereFitError, match="plane"):
        fitSphereToMask(disc, SliceStack(2, 4.0, ""))


def testEmptyOutlineHasNoSphere(shapes):
    grid = shapes.gridAround(30, SLICED_SPACING_MM)
    with pytest.raises(SegmentError, match="empty"):
        fitSphereToMask(Mask.fromArray(np.zeros(grid.shapeKji), grid), SliceStack(2, 4.0, ""))


def testCoverageOfAnOutlineIsTheShareOfDirectionsWithinTenDegrees(shapes):
    directions = shapes.directionsOnSphere(20000)
    # A cap of half-angle t is covered to t + 10 degrees: (1 - cos(t + 10)) / 2.
    for halfAngle in (90, 120, 150):
        points = RADIUS_MM * directions[directions[:, 2] > np.cos(np.radians(halfAngle))]
        expected = (1 - np.cos(np.radians(halfAngle + 10))) / 2
        assert fitSphereToBoundary(points).coverage == pytest.approx(expected, abs=0.01)


def testOnlyInliersCountAsCoverage(shapes):
    directions = shapes.directionsOnSphere(4000)
    lower = directions[:, 2] < 0
    points = directions * np.where(lower, RADIUS_MM + 6.0, RADIUS_MM)[:, None]
    points[lower] += [0, 0, -9.0]
    fit = fitSphereToBoundary(np.concatenate([points, RADIUS_MM * directions[~lower]]))
    requireSphere(fit, RADIUS_MM, np.zeros(3), 0.1)
    assert fit.coverage == pytest.approx((1 + np.sin(np.radians(10))) / 2, abs=0.04)
    assert fit.inlierFraction == pytest.approx(2 / 3, abs=0.03)


def testCoverageOfClickedPointsIsWhatTheLargestEmptyCapLeaves():
    # The largest cap free of a tetrahedron's corners has cos(half-angle) = 1/3, and of an octahedron's 1/sqrt(3).
    four = fitSphereToClickedPoints(CENTER_RAS + TETRAHEDRON * RADIUS_MM)
    assert four.coverage == pytest.approx(1 - (1 - 1 / 3) / 2, abs=0.005)
    six = fitSphereToClickedPoints(CENTER_RAS + np.concatenate([np.eye(3), -np.eye(3)]) * RADIUS_MM)
    assert six.coverage == pytest.approx(1 - (1 - 1 / np.sqrt(3)) / 2, abs=0.005)


def testClickedPointsGiveTheSphereThroughThem():
    fit = fitSphereToClickedPoints(CENTER_RAS + TETRAHEDRON * RADIUS_MM)
    requireSphere(fit, RADIUS_MM, CENTER_RAS, 1e-6)
    assert fit.pointCount == 4
    assert fit.inlierFraction == 1.0


def testClickedPointsWithHandErrorStateTheirUncertainty(shapes):
    random = np.random.default_rng(7)
    errors, stated = [], []
    for _ in range(150):
        directions = shapes.directionsOnSphere(12) @ shapes.rotationOf(random.normal(size=3)).T
        fit = fitSphereToClickedPoints(CENTER_RAS + directions * RADIUS_MM + random.normal(scale=0.6, size=(12, 3)))
        errors.append(fit.radiusMm - RADIUS_MM)
        stated.append(fit.radiusSeMm)
    assert np.sqrt(np.mean(np.square(stated))) == pytest.approx(np.std(errors), rel=0.2)


def testFourClickedPointsDoNotClaimToBeExact():
    # Four points determine the sphere and leave nothing to tell its error from.
    fit = fitSphereToClickedPoints(CENTER_RAS + TETRAHEDRON * RADIUS_MM)
    assert fit.radiusSeMm is None or fit.radiusSeMm > 0.05


def testOneClickOnTheNeckShowsInTheResiduals(shapes):
    points = CENTER_RAS + shapes.directionsOnSphere(12) * RADIUS_MM
    points[5] += 8 * (points[5] - CENTER_RAS) / RADIUS_MM
    fit = fitSphereToClickedPoints(points)
    assert fit.maximumResidualMm > 3.0
    assert fit.rmsMm > 1.0


def testHundredsOfRandomClicksNeverGiveAnImpossibleSphere():
    random = np.random.default_rng(11)
    for _ in range(300):
        points = random.normal(scale=15, size=(random.integers(4, 9), 3))
        try:
            fit = fitSphereToClickedPoints(points)
        except SphereFitError as error:
            assert "\n" not in str(error)
            continue
        assert 0 < fit.radiusMm < 1e4
        assert np.isfinite([*fit.centerRas, fit.rmsMm, fit.coverage]).all()


@pytest.mark.parametrize("radiusMm, plausible", [(17.9, False), (18.1, True), (29.9, True), (30.1, False)])
def testAdultHeadsMeasureThirtySixToSixtyMillimeters(shapes, radiusMm, plausible):
    assert fitSphereToBoundary(shapes.directionsOnSphere(800) * radiusMm).isPlausibleAdult is plausible


def testSamePointsGiveTheSameSphere(shapes):
    grid = shapes.gridAround(28, SLICED_SPACING_MM)
    mask = shapes.maskOf(shapes.cutBall(RADIUS_MM, 8.0), grid)
    assert fitSphereToMask(mask, sliceStackOfGrid(grid)) == fitSphereToMask(mask, sliceStackOfGrid(grid))
