"""Sphere-adjusted volume of the head, and its comparison with the outlined head."""

import numpy as np
import pytest
from ONVolumetryLib.core.sphere import fitSphereToBoundary, fitSphereToClickedPoints
from ONVolumetryLib.core.sphereadjusted import planeCutDistance, sphereAdjustedVolume


@pytest.mark.parametrize("capFraction", [0.0, 0.22, 0.29])
def testVolumeIsTheSphereWithoutTheNecksShare(shapes, capFraction):
    sphere = fitSphereToBoundary(shapes.directionsOnSphere(800) * 24.0)
    adjusted = sphereAdjustedVolume(sphere, capFraction, 0.5)
    assert adjusted.volumeMm3 == pytest.approx((1 - capFraction) * 57905.83579096706, rel=1e-6)
    assert adjusted.capFraction == capFraction


def testUncertaintyIsThreeTimesThatOfTheRadius():
    random = np.random.default_rng(0)
    points = np.concatenate([np.eye(3), -np.eye(3)]) * 24 + random.normal(scale=0.6, size=(6, 3))
    sphere = fitSphereToClickedPoints(points)
    adjusted = sphereAdjustedVolume(sphere, 0.22, 0.5)
    assert sphere.radiusSeMm > 0.05
    assert adjusted.radiusUncertaintyMm == pytest.approx(np.hypot(sphere.radiusSeMm, 0.5))
    assert adjusted.seMm3 / adjusted.volumeMm3 == pytest.approx(3 * adjusted.radiusUncertaintyMm / sphere.radiusMm)


@pytest.mark.parametrize("capFraction, distance", [(0.22, 0.394), (0.29, 0.288), (0.5, 0.0), (0.0, 1.0), (1.0, -1.0)])
def testEquivalentPlaneCut(capFraction, distance):
    cut = planeCutDistance(capFraction)
    assert cut == pytest.approx(distance, abs=6e-4)
    assert (2 + cut) * (1 - cut) ** 2 / 4 == pytest.approx(capFraction, abs=1e-9)


@pytest.mark.parametrize("capFraction", [-0.1, 1.1])
def testShareOutsideTheSphereIsRefused(capFraction):
    with pytest.raises(ValueError):
        planeCutDistance(capFraction)
