"""Scans of synthetic hips: contrast, noise, partial volume."""

from dataclasses import replace

import numpy as np
import pytest
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.image import MARROW, renderImage
from ONVolumetryLib.phantom.masks import rasterize
from ONVolumetryLib.phantom.presets import PRESETS
from ONVolumetryLib.phantom.settings import ScanSettings

QUIET = ScanSettings((2.0, 2.0, 4.0), noisePercent=0, biasPercent=0, phase=0.5)


def hipWith(scan, preset="cone", **changes):
    return buildHip(replace(PRESETS[preset], scan=scan, **changes))


def signalsWithin(shape, visit, image):
    mask = rasterize(shape.moved(visit.femurMatrix), visit.grid)
    return image[mask.fullArray() > 0]


def testContrastIsThatOfT1():
    hip = hipWith(QUIET, "healed-101")
    visit = hip.visits[0]
    image = renderImage(hip, visit)
    bone = visit.head.shape.grown(-3)
    marrow = np.median(signalsWithin(bone - visit.lesion.shape.grown(4), visit, image))
    inside = np.median(signalsWithin(visit.lesion.shape.grown(-4) & visit.lesion.interface.grown(-5), visit, image))
    rim = np.min(signalsWithin(bone & (visit.lesion.interface - visit.lesion.interface.grown(-2)), visit, image))
    assert marrow == pytest.approx(MARROW, rel=0.1)
    assert rim < inside < 0.7 * marrow


def testImageAndOutlinesCoincideAtEveryVisit():
    hip = hipWith(ScanSettings((1.5, 1.5, 3.0)), "healed-101", seed=8)
    for visit in hip.visits:
        image = renderImage(hip, visit)
        core = rasterize(visit.head.shape.grown(-1.5).moved(visit.femurMatrix), visit.grid).fullArray() > 0
        dark = (image < 0.72 * np.median(image[core])) & core
        lesion = (visit.lesionMask.fullArray() > 0) & core
        assert 2 * np.sum(dark & lesion) / (dark.sum() + lesion.sum()) > 0.85


def testSameSeedGivesTheSameImageAndAnotherSeedAnotherOne():
    scan = ScanSettings((2.0, 2.0, 5.0))
    images = []
    for seed in (3, 3, 4):
        hip = hipWith(scan, seed=seed)
        images.append(renderImage(hip, hip.visits[1]))
    assert np.array_equal(images[0], images[1])
    assert not np.array_equal(images[0], images[2])


def testNoiseHasTheOrderedStrengthAndCanBeSwitchedOff():
    quiet, noisy = (hipWith(replace(QUIET, noisePercent=noise)) for noise in (0, 5))
    clean = renderImage(quiet, quiet.visits[0]).astype(float)
    grainy = renderImage(noisy, noisy.visits[0]).astype(float)
    bright = clean > 600
    assert np.std((grainy - clean)[bright]) == pytest.approx(0.05 * MARROW, rel=0.05)
    # Magnitude images have a raised floor (Rician noise).
    assert np.mean((grainy - clean)[clean < 100]) > 0


def testBiasFieldIsSmoothAndBounded():
    plain, biased = (hipWith(replace(QUIET, biasPercent=bias)) for bias in (0, 20))
    even = renderImage(plain, plain.visits[0])
    ratio = renderImage(biased, biased.visits[0])[even > 300] / even[even > 300]
    assert 0.79 < ratio.min() < 0.9 or 1.1 < ratio.max() < 1.21
    assert ratio.min() > 0.79
    assert ratio.max() < 1.21


def testThickSlicesBlurAcrossTheSlicesAndThinOnesWithGapDoNot():
    images = []
    for thickness in (0.2, 6.0):
        hip = hipWith(replace(QUIET, spacingMm=(2.0, 2.0, 6.0), thicknessMm=thickness))
        visit = hip.visits[0]
        images.append(renderImage(hip, visit).astype(float))
    head = visit.head.shape.grown(2.5) - visit.head.shape.grown(-2.5)
    shell = rasterize(head.moved(visit.femurMatrix), visit.grid).fullArray() > 0
    assert images[1][shell].std() < 0.9 * images[0][shell].std()
    assert images[1][shell].min() > images[0][shell].min() - 5


def testEqualLabelsComeFromImagesOfAnyNoise():
    first, second = hipWith(QUIET), hipWith(replace(QUIET, noisePercent=8))
    assert first.visits[1].lesionMask.voxelCount == second.visits[1].lesionMask.voxelCount
