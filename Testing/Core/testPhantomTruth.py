"""Exact volumes of synthetic heads and lesions."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ONVolumetryLib.core.errors import ONVolumetryError
from ONVolumetryLib.phantom.closedforms import coneVolumeMm3
from ONVolumetryLib.phantom.femur import NECK_DIRECTION, HeadModel
from ONVolumetryLib.phantom.lesion import ConeLesion, makeLesion
from ONVolumetryLib.phantom.settings import LESION_AXIS
from ONVolumetryLib.phantom.truth import calibrateLesion, gridVolumeMm3, isClipped, lesionVolume, radialVolumeMm3

MALE = HeadModel(24.0, 0.22, 1.5)
COMPLETE = HeadModel(24.0, 0.0)


@pytest.mark.parametrize("head", [HeadModel(24.0, 0.22, 4.8), HeadModel(21.0, 0.29), COMPLETE])
def testHeadVolumeFormulaAgreesWithCountedPoints(head):
    assert gridVolumeMm3(head.shape, 0.3) == pytest.approx(head.volumeMm3, rel=5e-4)


@pytest.mark.parametrize(("family", "size"), [("cone", 0.3), ("cone", 0.7), ("cap", 0.2), ("cap", 0.7)])
def testIntegrationAgreesWithTheFormula(family, size):
    lesion = makeLesion(family, LESION_AXIS, 24.0, size)
    assert radialVolumeMm3(lesion, COMPLETE) == pytest.approx(lesion.closedFormMm3, rel=1e-5)


@pytest.mark.parametrize("family", ["cap", "cone", "wedge"])
@pytest.mark.parametrize("percent", [43.4, 7.5])
def testIntegrationAgreesWithCountedPoints(family, percent):
    lesion = calibrateLesion(family, LESION_AXIS, MALE, percent, seed=3)
    counted = gridVolumeMm3(lesion.shape & MALE.shape, 0.3)
    assert lesionVolume(lesion, MALE).volumeMm3 == pytest.approx(counted, rel=1.5e-3)


def testLesionThatTheNeckPlaneCutsIsIntegrated():
    lesion = ConeLesion(-np.array(NECK_DIRECTION), 24.0, 0.5)
    cut = ConeLesion(np.array(NECK_DIRECTION), 24.0, 0.9)
    assert lesionVolume(lesion, MALE).method == "closed form"
    assert isClipped(cut, MALE)
    assert lesionVolume(cut, MALE).method == "quadrature"
    assert lesionVolume(cut, MALE).volumeMm3 == pytest.approx(gridVolumeMm3(cut.shape & MALE.shape, 0.3), rel=1.5e-3)


@pytest.mark.parametrize("family", ["cap", "cone", "wedge"])
@settings(max_examples=8, deadline=None)
@given(percent=st.floats(1, 45), seed=st.integers(0, 1000))
def testLesionHasTheWantedShareOfTheHead(family, percent, seed):
    exact = lesionVolume(calibrateLesion(family, LESION_AXIS, MALE, percent, seed), MALE)
    assert 100 * exact.volumeMm3 / MALE.volumeMm3 == pytest.approx(percent, abs=0.003)
    assert exact.accuracyPercent < 0.02


@pytest.mark.parametrize("family", ["cap", "cone", "wedge"])
def testSmallerLesionLiesWithinTheLargerOne(family):
    points = np.random.default_rng(5).uniform(-24, 24, (40000, 3))
    sizes = (0.2, 0.35, 0.5, 0.8)
    inside = [makeLesion(family, LESION_AXIS, 24.0, size, 7).shape.distance(points) < 0 for size in sizes]
    for smaller, larger in pairwise(inside):
        assert smaller.sum() < larger.sum()
        assert not np.any(smaller & ~larger)


def testLesionThatIsTooLargeIsRefusedWithTheLimit():
    with pytest.raises(ONVolumetryError, match=r"a cap of 90 % .*0\.01 to \d+ %"):
        calibrateLesion("cap", LESION_AXIS, MALE, 90)


def testConeOf240DegreesHasThePublishedShares():
    # Combined angle 240 degrees = 4 a: 25.0 % of the ball, 32.1 % of a male and 35.2 % of a female head.
    volume = coneVolumeMm3(24.0, math.radians(60))
    assert 100 * volume / COMPLETE.volumeMm3 == pytest.approx(25.0, abs=0.05)
    assert 100 * volume / HeadModel(24.0, 0.22).volumeMm3 == pytest.approx(32.1, abs=0.05)
    assert 100 * volume / HeadModel(24.0, 0.29).volumeMm3 == pytest.approx(35.2, abs=0.05)
