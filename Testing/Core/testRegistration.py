"""Rigid registration of a follow-up to the baseline on the femur."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ONVolumetryLib.core.errors import GeometryError
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.registration.register import registerFollowup
from ONVolumetryLib.core.registration.result import RegistrationSettings, RegistrationVisit
from ONVolumetryLib.core.registration.rigid import applyTo, ballDistanceMm, inverseOf, requireRigid, rigidMatrix
from ONVolumetryLib.core.sphere import fitSphereToMask
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.image import renderImage
from ONVolumetryLib.phantom.masks import rasterize
from ONVolumetryLib.phantom.primitives import Sphere
from ONVolumetryLib.phantom.settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan
from scipy import ndimage

# Half of what following the pelvis would cost; the coarse pixels of a fast test allow no less.
GOOD_MM = 0.6
vectors = st.tuples(*[st.floats(-20, 20)] * 3)


def visitOf(head, lesion, grid, voxels=None):
    stack = sliceStackOfGrid(grid)
    return RegistrationVisit(head, lesion, stack, fitSphereToMask(head, stack), voxels,
                             None if voxels is None else grid)


def headErrorMm(result, pair):
    """Root mean square distance over the head between where points come from and where the result puts them."""
    followup = applyTo(pair["baselineToFollowup"], pair["headPoints"])
    back = applyTo(result.followupToBaselineRas, followup)
    return float(np.sqrt(np.mean(np.sum((back - pair["headPoints"]) ** 2, axis=1))))


@pytest.fixture(scope="module")
def turnedPair():
    """Two synthetic scans between which the patient moved and the femur turned by up to 8 degrees in the socket."""
    settings = PhantomSettings(
        visits=(VisitPlan("preop", 0, 20.0), VisitPlan("3 months", 3, 12.0)), seed=4,
        anatomy=HipSettings(radiusMm=23.0),
        scan=ScanSettings(spacingMm=(1.0, 1.0, 4.0), rotationDegrees=8.0, translationMm=10.0, femurTurnDegrees=8.0))
    hip = buildHip(settings)
    first, second = (visitOf(visit.headMask, visit.lesionMask, visit.grid, renderImage(hip, visit))
                     for visit in hip.visits)
    points = np.random.default_rng(0).uniform(-15, 15, (500, 3)) + hip.visits[0].centerRas
    return {"baseline": first, "followup": second, "baselineToFollowup": hip.baselineToVisit(hip.visits[1]),
            "patientMove": hip.patientBaselineToVisit(hip.visits[1]), "headPoints": points}


@pytest.fixture(scope="module")
def turnedResult(turnedPair):
    return registerFollowup(turnedPair["baseline"], turnedPair["followup"])


def withoutImage(visit):
    return dataclasses.replace(visit, voxels=None, imageGrid=None)


def testFollowsTheTurnedFemurNotThePelvis(turnedPair, turnedResult):
    pelvis = dataclasses.replace(turnedResult, followupToBaselineRas=inverseOf(turnedPair["patientMove"]))
    assert headErrorMm(pelvis, turnedPair) > 2.0 * GOOD_MM
    assert headErrorMm(turnedResult, turnedPair) < GOOD_MM
    assert turnedResult.verdict == "accepted"
    assert turnedResult.method == "image"


def testReportedErrorCoversTheTrueOne(turnedPair, turnedResult):
    true = headErrorMm(turnedResult, turnedPair)
    assert true <= 2.0 * turnedResult.errorMm
    assert turnedResult.errorMm < 1.0


def testQualityDescribesThePair(turnedResult):
    assert turnedResult.metricBefore is None or turnedResult.metricBefore < turnedResult.metricAfter
    assert 0.9 < turnedResult.metricAfter <= 1.0
    assert turnedResult.headSurfaceDistanceMm < 1.0
    assert turnedResult.sphereCenterDistanceMm < 1.5
    assert "correlation" in turnedResult.reason


def testSameInputGivesTheSameDigits(turnedPair, turnedResult):
    again = registerFollowup(turnedPair["baseline"], turnedPair["followup"])
    assert np.array_equal(again.followupToBaselineRas, turnedResult.followupToBaselineRas)
    assert again.errorMm == turnedResult.errorMm


def testInvertedContrastRegistersAsWell(turnedPair):
    followup = turnedPair["followup"]
    inverted = dataclasses.replace(followup, voxels=2000.0 - 1.5 * followup.voxels)
    result = registerFollowup(turnedPair["baseline"], inverted)
    assert headErrorMm(result, turnedPair) < GOOD_MM
    assert result.verdict == "accepted"


def testWhatHappensInTheLesionDoesNotMatter(turnedPair, turnedResult):
    followup = turnedPair["followup"]
    voxels = np.array(followup.voxels)
    voxels[followup.lesion.fullArray() > 0] = 3000
    result = registerFollowup(turnedPair["baseline"], dataclasses.replace(followup, voxels=voxels))
    difference = applyTo(result.followupToBaselineRas @ inverseOf(turnedResult.followupToBaselineRas),
                         turnedPair["headPoints"]) - turnedPair["headPoints"]
    assert np.max(np.abs(difference)) < 0.3


def testMirrorImageIsRejected(turnedPair):
    """The other hip of a symmetric patient."""
    followup = turnedPair["followup"]
    mirrored = GridGeometry(followup.imageGrid.sizeIjk, np.diag([-1.0, 1, 1, 1]) @ followup.imageGrid.ijkToRas)
    masks = [Mask(mask.voxels, mask.offsetIjk, mirrored) for mask in (followup.head, followup.lesion)]
    result = registerFollowup(turnedPair["baseline"], visitOf(*masks, mirrored, followup.voxels))
    assert result.verdict == "rejected"
    assert not result.isUsable


def testScanWithoutTheFemurIsRejected(turnedPair):
    followup = turnedPair["followup"]
    noise = np.random.default_rng(1).normal(500, 100, followup.voxels.shape)
    result = registerFollowup(turnedPair["baseline"], dataclasses.replace(followup, voxels=noise))
    assert result.verdict == "rejected"
    assert "correlation" in result.reason


def testWithoutImageTheHeadIsLaidOnTheHeadAndRotationIsDoubtful(turnedPair):
    result = registerFollowup(withoutImage(turnedPair["baseline"]), turnedPair["followup"])
    assert result.method == "head surface"
    assert result.verdict == "doubtful"
    assert "rotation" in result.reason
    assert result.metricAfter is None
    assert result.sphereCenterDistanceMm < 0.5
    assert headErrorMm(result, turnedPair) <= 2.0 * result.errorMm


def testUserTransformWinsAndIsJudged(turnedPair):
    truth = inverseOf(turnedPair["baselineToFollowup"])
    result = registerFollowup(turnedPair["baseline"], turnedPair["followup"], userTransform=truth)
    assert np.allclose(result.followupToBaselineRas, truth, atol=1e-9)
    assert (result.method, result.verdict) == ("user", "accepted")


def testWrongUserTransformIsKeptButRejected(turnedPair):
    wrong = rigidMatrix(np.zeros(3), [4.0, 0.0, 3.0], np.zeros(3)) @ inverseOf(turnedPair["baselineToFollowup"])
    result = registerFollowup(turnedPair["baseline"], turnedPair["followup"], userTransform=wrong)
    assert np.allclose(result.followupToBaselineRas, wrong, atol=1e-9)
    assert result.errorMm > 2.0
    assert result.verdict == "rejected"


def testWrongUserTransformWithoutImagesIsRejectedToo(turnedPair):
    wrong = rigidMatrix(np.zeros(3), [4.0, 0.0, 3.0], np.zeros(3)) @ inverseOf(turnedPair["baselineToFollowup"])
    result = registerFollowup(withoutImage(turnedPair["baseline"]), turnedPair["followup"], userTransform=wrong)
    assert result.errorMm > 3.0
    assert result.verdict == "rejected"


@given(vectors, vectors)
def testDistanceOfTransformsIsThatOfTheBallsPoints(turn, shift):
    matrix = rigidMatrix(np.array(turn) / 20, shift, [10.0, 20.0, 30.0])
    points = np.random.default_rng(0).normal(size=(4000, 3))
    points *= (np.random.default_rng(1).uniform(size=(4000, 1)) ** (1 / 3) * 24.0
               / np.linalg.norm(points, axis=1, keepdims=True))
    points += [10.0, 20.0, 30.0]
    measured = np.sqrt(np.mean(np.sum((applyTo(matrix, points) - points) ** 2, axis=1)))
    assert ballDistanceMm(matrix, np.eye(4), np.array([10.0, 20.0, 30.0]), 24.0) == pytest.approx(
        measured, rel=0.05, abs=0.01)


def testTransformThatScalesIsRefused(turnedPair):
    with pytest.raises(GeometryError, match="rigid"):
        registerFollowup(turnedPair["baseline"], turnedPair["followup"], userTransform=np.diag([1.1, 1, 1, 1]))


def testLimitOfTheErrorRejects(turnedPair):
    result = registerFollowup(turnedPair["baseline"], turnedPair["followup"], RegistrationSettings(limitMm=0.01))
    assert result.verdict == "rejected"
    assert "limit" in result.reason


@given(vectors, vectors, vectors)
def testInverseUndoesAndRigidMatricesAreRigid(turn, shift, center):
    matrix = rigidMatrix(np.array(turn) / 10, shift, center)
    points = np.array([[0.0, 0, 0], [10, -5, 3]])
    assert np.allclose(applyTo(inverseOf(matrix), applyTo(matrix, points)), points, atol=1e-8)
    assert np.allclose(requireRigid(matrix), matrix, atol=1e-9)
    assert np.allclose(applyTo(matrix, np.array(center)), np.add(center, shift), atol=1e-8)


def testMirroringTransformIsRefused():
    with pytest.raises(GeometryError, match="mirrors"):
        requireRigid(np.diag([-1.0, 1, 1, 1]))


def testRealScanMovedByAKnownAmount(sharedData):
    image = readImage(sharedData / "pelvis-t1" / "case-05" / "t1_cor.nii.gz")
    center, radius = np.array([-38.8, -0.2, -6.5]), 19.98
    middle = np.round(image.geometry.toIjk(center)).astype(int)
    low = np.maximum(middle - [80, 80, 16], 0)
    box = tuple(slice(start, start + size) for start, size in zip(low[::-1], (32, 160, 160)))
    grid = image.geometry.cropped(low, (160, 160, 32))
    voxels = image.voxels[box].astype(np.float32)
    move = rigidMatrix(np.radians([5.0, -6.0, 4.0]), [9.0, -7.0, 6.0], center)
    moved = _resampled(voxels, grid, move)
    noise = np.random.default_rng(3)
    followupVoxels = 0.6 * moved + 80 + noise.normal(0, 10, moved.shape)
    heads = [rasterize(Sphere(place, radius), grid) for place in (center, applyTo(move, center))]
    result = registerFollowup(visitOf(heads[0], None, grid, voxels), visitOf(heads[1], None, grid, followupVoxels))
    points = center + np.random.default_rng(0).uniform(-11, 11, (300, 3))
    pair = {"baselineToFollowup": move, "headPoints": points}
    assert result.verdict == "accepted"
    assert headErrorMm(result, pair) < 0.4
    assert headErrorMm(result, pair) <= 2.0 * result.errorMm


def _resampled(voxels, grid, move):
    """The scan after a rigid move, on the same grid."""
    toSource = np.linalg.inv(move @ grid.ijkToRas) @ grid.ijkToRas
    kji = toSource[2::-1, 2::-1]
    return ndimage.affine_transform(voxels, kji, toSource[2::-1, 3], order=3)
