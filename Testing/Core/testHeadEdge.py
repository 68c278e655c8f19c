"""The head's surface lies at the marrow's edge, with a lesion under it and after its dome has sunk."""

from functools import lru_cache

import numpy as np
import pytest
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.outlining.edgefit import fitEdges
from ONVolumetryLib.core.outlining.headoutline import HeadSettings, outlineHead
from ONVolumetryLib.core.outlining.radialprofiles import Rays
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.image import renderImage
from ONVolumetryLib.phantom.settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan
from scipy import ndimage
from scipy.special import ndtr

MARROW, CORTEX, CARTILAGE = 800.0, 70.0, 400.0
UPWARD = np.array([0.17, 0.2, 0.96]) / np.linalg.norm([0.17, 0.2, 0.96])


def profiles(edgesMm, widthMm, blurMm, inner=MARROW):
    """Rays across marrow, a dark line and cartilage."""
    radii = np.arange(12.0, 32.0, 0.5)
    away = (radii - np.asarray(edgesMm)[:, None]) / blurMm
    values = (inner + (CORTEX - inner) * ndtr(away)
              + (CARTILAGE - CORTEX) * ndtr(away - widthMm / blurMm))
    count = len(values)
    noisy = values + np.random.default_rng(5).normal(0, 8, values.shape)
    return Rays(np.zeros((count, 3)), radii, noisy, np.full(count, float(blurMm)))


@pytest.mark.parametrize("blurMm", [0.4, 0.8, 1.3])
@pytest.mark.parametrize("inner", [MARROW, 0.5 * MARROW])
def testEdgeIsFoundWhateverTheBlur(blurMm, inner):
    edges = np.linspace(21.0, 23.0, 60)
    fit = fitEdges(profiles(edges, 1.0, blurMm, inner), edges + 0.4, CORTEX)
    assert abs(np.mean(fit.radiiMm - edges)) < 0.2
    assert np.mean(fit.inner) + CORTEX == pytest.approx(inner, rel=0.08)


def testUncertaintyGrowsWhereNothingIsSeen():
    edges = np.full(60, 22.0)
    clear = fitEdges(profiles(edges, 1.0, 0.5), edges, CORTEX)
    flat = profiles(edges, 1.0, 0.5)
    flat.values[:30] = 200.0
    assert np.median(fitEdges(flat, edges, CORTEX).sdMm[:30]) > 3 * np.median(clear.sdMm)


@lru_cache(maxsize=4)
def scene(percent: float):
    """A hip with a cap under the dome or without a lesion."""
    settings = PhantomSettings(anatomy=HipSettings(radiusMm=23.0, family="cap"),
                               scan=ScanSettings(spacingMm=(0.9, 0.9, 4.0)),
                               visits=(VisitPlan("preop", 0, 20.0), VisitPlan("later", 12, percent)), seed=6)
    hip = buildHip(settings)
    visit = hip.visits[1]
    return visit, renderImage(hip, visit)


def found(voxels, visit):
    return outlineHead(voxels, visit.grid, visit.centerRas + np.array([2.0, 3.0, -2.0]), HeadSettings("right", 0.22))


@pytest.mark.parametrize("percent", [0.0, 20.0])
def testHeadIsNeitherTooLargeNorTooSmall(percent):
    visit, voxels = scene(percent)
    outline = found(voxels, visit)
    assert outline.mask.voxelCount == pytest.approx(visit.headMask.voxelCount, rel=0.035)
    assert outline.sphere.radiusMm == pytest.approx(23.0, abs=0.35)
    if percent:
        assert outline.mask.countInside(visit.lesionMask) > 0.93 * visit.lesionMask.voxelCount
        kji = np.rint(visit.grid.toIjk(outline.surface.centerRas + 0.85 * (outline.surface.pointsRas
                                                                           - outline.surface.centerRas)))[:, ::-1]
        isLesion = visit.lesionMask.fullArray()[tuple(kji.astype(int).T)] > 0
        assert np.mean(outline.isUncertain[isLesion & outline.isHead]) > 0.9
        assert np.mean(outline.isUncertain[~isLesion & outline.isHead]) < 0.15


def testSunkenDomeIsFollowed():
    visit, voxels = scene(0.0)
    sunk, head = collapsed(visit, voxels, 3.0)
    outline = found(sunk, visit)
    assert outline.mask.voxelCount == pytest.approx(head.voxelCount, rel=0.04)
    isDome = outline.surface.mesh.directions @ UPWARD > 0.95
    radii = outline.surface.radiiMm[isDome]
    assert 1.5 < 23.0 - radii.mean() < 3.8


def collapsed(visit, voxels, depthMm):
    """Image and head after the dome has sunk; what lies above it fills the place."""
    k, j, i = np.indices(voxels.shape)
    points = visit.grid.toRas(np.stack([i, j, k], axis=-1).reshape(-1, 3).astype(float))
    offsets = points - visit.centerRas
    radii = np.maximum(np.linalg.norm(offsets, axis=1), 1e-6)
    angles = np.degrees(np.arccos(np.clip(offsets @ UPWARD / radii, -1, 1)))
    share = np.clip(1 - (angles / 45) ** 2, 0, 1) ** 1.5
    share *= np.clip((radii / 23.0 - 0.4) / 0.6, 0, 1) * np.clip((23.0 + 4.5 - radii) / 4, 0, 1)
    source = visit.grid.toIjk(points + depthMm * share[:, None] * UPWARD).T[::-1]

    def moved(array):
        return ndimage.map_coordinates(array.astype(float), source, order=1, mode="nearest").reshape(voxels.shape)

    head = moved(visit.headMask.fullArray()) > 0.5
    return moved(voxels), Mask.fromArray(head.astype(np.uint8), visit.grid)
