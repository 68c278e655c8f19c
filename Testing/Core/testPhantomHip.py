"""Synthetic hips over their visits: percentages, sides, moves and grids."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from ONVolumetryLib.core.errors import ONVolumetryError
from ONVolumetryLib.phantom.femur import femurMarrow, pelvisBone
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.masks import rasterize, uniformGrid
from ONVolumetryLib.phantom.presets import PRESETS
from ONVolumetryLib.phantom.primitives import Sphere
from ONVolumetryLib.phantom.settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan

CONE = PRESETS["cone"]


def measuredPercent(visit):
    return 100 * visit.lesionMask.voxelCount / visit.headMask.voxelCount


@pytest.mark.parametrize("name", sorted(PRESETS))
@pytest.mark.parametrize("seed", [0, 17])
def testPresetsMeasureAsThePublishedCases(name, seed):
    hip = buildHip(replace(PRESETS[name], seed=seed))
    for visit in hip.visits:
        if visit.done:
            assert visit.onvPercent == pytest.approx(visit.plan.percent, abs=0.002)
            assert measuredPercent(visit) == pytest.approx(visit.plan.percent, abs=0.5)


def testPresetsAreTheIllustratedCases():
    assert [visit.percent for visit in PRESETS["healed-101"].visits] == [19.9, 12.6, 7.5]
    assert [visit.percent for visit in PRESETS["non-healed-203"].visits] == [43.4, 28.7, None]
    assert not buildHip(PRESETS["non-healed-203"]).visits[2].done


def testLesionShrinksWithinItself():
    hip = buildHip(replace(PRESETS["healed-101"], scan=ScanSettings((1.0, 1.0, 1.0), phase=0.5, rotationDegrees=0,
                                                                    translationMm=0)))
    grid = hip.visits[0].grid
    shapes = [rasterize((visit.lesion.shape & visit.head.shape).moved(visit.femurMatrix), grid) for visit in hip.visits]
    for earlier, later in pairwise(shapes):
        assert later.countInside(earlier) == later.voxelCount < earlier.voxelCount
    assert shapes[0].countInside(hip.visits[0].headMask) == shapes[0].voxelCount


@pytest.mark.parametrize("sex", ["male", "female"])
def testHeadVolumeIsTheSphereAdjustedVolume(sex):
    visit = buildHip(PhantomSettings(anatomy=HipSettings(sex=sex, foveaDepthMm=0, family="cone"))).visits[0]
    share = {"male": 0.78, "female": 0.71}[sex]
    assert visit.head.volumeMm3 == pytest.approx(share * 4 / 3 * np.pi * 24**3)
    assert visit.headMask.voxelCount * visit.grid.voxelVolumeMm3 == pytest.approx(visit.head.volumeMm3, rel=0.01)


@pytest.mark.parametrize(("side", "sign"), [("right", 1), ("left", -1)])
def testRightIsPositiveAndTheFemurLiesLateralOfTheSocket(side, sign):
    visit = buildHip(replace(CONE, anatomy=replace(CONE.anatomy, side=side))).visits[0]
    assert visit.centerRas[0] * sign > 50
    femur, pelvis = femurMarrow(visit.head).moved(visit.femurMatrix), pelvisBone(24).moved(visit.patientMatrix)
    femurMask = rasterize(femur, uniformGrid(femur.bounds, 4))
    pelvisMask = rasterize(pelvis, uniformGrid(pelvis.bounds, 4))
    femurMiddle, pelvisMiddle = femurMask.pointsRas().mean(axis=0), pelvisMask.pointsRas().mean(axis=0)
    assert (femurMiddle - visit.centerRas)[0] * sign > 10
    assert (pelvisMiddle - visit.centerRas)[0] * sign < -5
    assert femurMiddle[2] < visit.centerRas[2] < pelvisMiddle[2]


def testLesionLiesUnderTheUpperFrontOfTheDome():
    visit = buildHip(PRESETS["healed-101"]).visits[0]
    offset = visit.lesionMask.pointsRas().mean(axis=0) - visit.centerRas
    assert offset[1] > 3
    assert offset[2] > 8


@pytest.mark.parametrize("name", ["healed-101", "cone"])
def testLeftHipIsTheMirrorImageOfTheRight(name):
    preset = replace(PRESETS[name], seed=4, scan=ScanSettings((0.9, 0.9, 4.0), obliquityDegrees=(6, -4, 9)))
    right, left = (buildHip(replace(preset, anatomy=replace(preset.anatomy, side=side))) for side in ("right", "left"))
    for first, second in zip(right.visits, left.visits):
        assert first.onv == second.onv
        assert (first.headMask.voxelCount, first.lesionMask.voxelCount) == (
            second.headMask.voxelCount, second.lesionMask.voxelCount)
        assert np.linalg.det(first.grid.ijkToRas[:3, :3]) * np.linalg.det(second.grid.ijkToRas[:3, :3]) > 0
        assert first.centerRas * [-1, 1, 1] == pytest.approx(second.centerRas)


@pytest.mark.parametrize("side", ["left", "right"])
def testRecordedMoveCarriesBaselinePointsToTheVisit(side):
    preset = replace(CONE, seed=2, anatomy=replace(CONE.anatomy, side=side), scan=ScanSettings(femurTurnDegrees=7))
    hip = buildHip(preset)
    baseline, visit = hip.visits[0], hip.visits[2]
    move = hip.baselineToVisit(visit)
    assert np.linalg.det(move[:3, :3]) == pytest.approx(1)
    angle = np.degrees(np.arccos((np.trace(move[:3, :3]) - 1) / 2))
    assert 0.5 < angle < 11
    points = baseline.centerRas + np.random.default_rng(0).normal(0, 15, (200, 3))
    before = baseline.head.shape.moved(baseline.femurMatrix).distance(points)
    after = visit.head.shape.moved(visit.femurMatrix).distance(points @ move[:3, :3].T + move[:3, 3])
    assert after == pytest.approx(before, abs=1e-9)
    pelvisMove = hip.patientBaselineToVisit(visit)
    assert not np.allclose(move, pelvisMove, atol=1e-3)
    # The femur turns about the head's center, so both moves take it to the same place.
    center = np.append(baseline.centerRas, 1)
    assert move @ center == pytest.approx(pelvisMove @ center)
    assert (move @ center)[:3] == pytest.approx(visit.centerRas)


def testNoMoveIsNoMove():
    hip = buildHip(replace(CONE, scan=ScanSettings(rotationDegrees=0, translationMm=0)))
    assert hip.baselineToVisit(hip.visits[2]) == pytest.approx(np.eye(4))


def testSeedDecidesEverythingRandom():
    first, again, other = (buildHip(replace(PRESETS["healed-101"], seed=seed)) for seed in (5, 5, 6))
    for one, two, three in zip(first.visits, again.visits, other.visits):
        assert np.array_equal(one.grid.ijkToRas, two.grid.ijkToRas)
        assert one.onv == two.onv
        assert not np.allclose(one.grid.ijkToRas, three.grid.ijkToRas)


@pytest.mark.parametrize(("orientation", "axis"), [("sagittal", 0), ("coronal", 1), ("axial", 2)])
def testSlicesLieAsOrdered(orientation, axis):
    scan = ScanSettings((0.7, 0.8, 5.0), orientation=orientation, obliquityDegrees=(3, 5, 7))
    visit = buildHip(replace(CONE, scan=scan)).visits[0]
    assert visit.grid.spacingMm == pytest.approx([0.7, 0.8, 5.0])
    assert np.argmax(np.abs(visit.grid.axisDirections[:, 2])) == axis
    assert abs(visit.grid.axisDirections[axis, 2]) < 0.9999
    ball = Sphere(visit.centerRas, 24.0)
    assert rasterize(ball, visit.grid).voxelCount * visit.grid.voxelVolumeMm3 == pytest.approx(57906, rel=0.02)


def testPhaseShiftsTheSlices():
    early, late = (buildHip(replace(CONE, scan=ScanSettings(phase=phase))).visits[0].grid for phase in (0.0, 0.5))
    shift = late.ijkToRas[:3, 3] - early.ijkToRas[:3, 3]
    assert np.abs(shift @ early.axisDirections) == pytest.approx([0, 0, 2.0])


@pytest.mark.parametrize(("make", "words"), [
    (lambda: HipSettings(side="middle"), "side"),
    (lambda: HipSettings(radiusMm=float("nan")), "radius"),
    (lambda: ScanSettings(spacingMm=(0.6, 0.6, 0.0)), "spacing"),
    (lambda: ScanSettings(spacingMm=(0.6, 0.6, 4.0), thicknessMm=-1.0), "thickness"),
    (lambda: PhantomSettings(visits=(VisitPlan("preop", 0, 10), VisitPlan("later", 3, 12))), "shrink"),
    (lambda: PhantomSettings(visits=(VisitPlan("preop", 0, None),)), "first visit"),
    (lambda: PhantomSettings(seed=-1), "seed"),
])
def testImpossibleSettingsAreRefusedByName(make, words):
    with pytest.raises(ONVolumetryError, match=words):
        make()
