"""Synthetic lesions implanted in a scan."""

import json
from dataclasses import replace

import numpy as np
import pytest
from ONVolumetryLib.core.errors import ONVolumetryError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.files.case import readCase
from ONVolumetryLib.files.images import VolumeImage, readImage
from ONVolumetryLib.files.segmentations import readSegmentation
from ONVolumetryLib.phantom.background import backgroundHip, renderOnBackground
from ONVolumetryLib.phantom.masks import rasterize, voxelCenters
from ONVolumetryLib.phantom.presets import PRESETS
from ONVolumetryLib.phantom.primitives import Sphere
from ONVolumetryLib.phantom.settings import ScanSettings
from ONVolumetryLib.phantom.writer import writePhantom

# ../shared/data/pelvis-t1/README.txt, LPS turned into RAS.
HEADS_OF_CASE_04 = {"right": ((116.9, 37.9, -57.2), 19.1), "left": ((-58.4, 27.7, -53.4), 19.05)}
CENTER = np.array([70.0, 10.0, -20.0])


def settingsAt(center, radius, side="right", **scan):
    preset = PRESETS["healed-101"]
    anatomy = replace(preset.anatomy, side=side, sex="female", radiusMm=radius, centerRas=tuple(center), foveaDepthMm=0)
    return replace(preset, anatomy=anatomy, scan=ScanSettings(**{"noisePercent": 0, **scan}))


def smoothSignal(points):
    """Signal without edges, so that resampling it is exact to a percent."""
    waves = np.array([[0.09, 0.02, -0.03], [-0.02, 0.08, 0.04], [0.03, -0.04, 0.09]])
    return 800 + sum(60 * np.sin(points @ wave) for wave in waves)


@pytest.fixture(scope="module")
def artificialScan():
    matrix = np.diag([-1.2, -1.2, 3.0, 1.0])
    matrix[:3, 3] = CENTER + np.array([60, 60, -54])
    grid = GridGeometry((100, 100, 37), matrix)
    return VolumeImage(smoothSignal(voxelCenters(grid)), grid)


def greatestErrorWithin(shape, visit, image, move):
    """How far the image is from the signal before a move, within a solid given at the visit."""
    mask = rasterize(shape, visit.grid)
    before = mask.pointsRas() @ np.linalg.inv(move)[:3, :3].T + np.linalg.inv(move)[:3, 3]
    return np.max(np.abs(image[mask.fullArray() > 0] - smoothSignal(before)))


def testLesionIsDarkAndTheRestOfTheBaselineIsUntouched(artificialScan):
    hip, background = backgroundHip(settingsAt(CENTER, 20.0), artificialScan)
    visit = hip.visits[0]
    image = renderOnBackground(hip, visit, background)
    assert background.marrowSignal == pytest.approx(np.median(artificialScan.voxels), rel=0.2)
    assert visit.grid.isSameLattice(artificialScan.geometry)
    lesion = visit.lesionMask.fullArray() > 0
    assert np.median(image[lesion]) < 0.65 * background.marrowSignal
    farther = rasterize(Sphere(CENTER, 24.0), visit.grid).fullArray() == 0
    assert np.max(np.abs(image[farther] - artificialScan.voxels[farther])) < 0.51
    assert visit.onvPercent == pytest.approx(19.9, abs=0.002)


def testFollowUpImageMovesAsRecorded(artificialScan):
    hip, background = backgroundHip(settingsAt(CENTER, 20.0, rotationDegrees=9.0), artificialScan)
    visit = hip.visits[2]
    assert not visit.grid.isSameLattice(artificialScan.geometry)
    image = renderOnBackground(hip, visit, background)
    around = Sphere(visit.centerRas, 34.0) - Sphere(visit.centerRas, 22.0)
    move = hip.baselineToVisit(visit)
    assert greatestErrorWithin(around, visit, image, move) < 3
    assert greatestErrorWithin(around, visit, image, np.linalg.inv(move)) > 30


def testTurnedFemurLeavesThePelvisWhereItIs(artificialScan):
    settings = settingsAt(CENTER, 20.0, rotationDegrees=0, translationMm=0, femurTurnDegrees=30)
    hip, background = backgroundHip(settings, artificialScan)
    visit = hip.visits[2]
    image = renderOnBackground(hip, visit, background)
    lowerHead = Sphere(visit.centerRas - np.array([0, 0, 8.0]), 8.0)
    pelvis = Sphere(CENTER + np.array([-36, 0, 10]), 8.0)
    assert greatestErrorWithin(lowerHead, visit, image, hip.baselineToVisit(visit)) < 3
    assert greatestErrorWithin(lowerHead, visit, image, np.eye(4)) > 8
    assert greatestErrorWithin(pelvis, visit, image, np.eye(4)) < 3


def testNoiseIsNewAtEveryVisit(artificialScan):
    hip, background = backgroundHip(settingsAt(CENTER, 20.0, noisePercent=5.0), artificialScan)
    image = renderOnBackground(hip, hip.visits[0], background)
    again = renderOnBackground(hip, hip.visits[1], background)
    farther = rasterize(Sphere(CENTER, 24.0), hip.visits[0].grid).fullArray() == 0
    noise = (image - artificialScan.voxels)[farther]
    assert np.std(noise) == pytest.approx(0.05 * background.marrowSignal, rel=0.05)
    assert abs(np.corrcoef(noise, again[farther])[0, 1]) < 0.1


@pytest.mark.parametrize(("center", "side", "words"), [
    ((700.0, 10, -20), "right", "does not lie inside"),
    ((-70.0, 10, -20), "right", "does not lie inside"),
])
def testHeadOutsideTheScanIsRefused(artificialScan, center, side, words):
    with pytest.raises(ONVolumetryError, match=words):
        backgroundHip(settingsAt(center, 20.0, side), artificialScan)


def testWrongSideOfAWholePelvisIsRefused():
    grid = GridGeometry((40, 20, 20), np.array([[-10.0, 0, 0, 195], [0, -10, 0, 95], [0, 0, 10, -95], [0, 0, 0, 1]]))
    image = VolumeImage(np.full(grid.shapeKji, 500, dtype=np.int16), grid)
    with pytest.raises(ONVolumetryError, match="other half"):
        backgroundHip(settingsAt((-90.0, 0, 0), 24.0, "right"), image)


@pytest.fixture(scope="module")
def pelvisScan(sharedData):
    return readImage(sharedData / "pelvis-t1" / "case-04" / "dicom")


def partAround(image, center, reachMm=65.0):
    """The part of a scan near a point, to be quick."""
    middle, reach = image.geometry.toIjk(np.array(center)), reachMm / image.geometry.spacingMm
    low = np.clip(np.floor(middle - reach), 0, None).astype(int)
    high = np.minimum(np.ceil(middle + reach), image.geometry.sizeIjk).astype(int)
    voxels = image.voxels[tuple(slice(*ends) for ends in zip(low[::-1], high[::-1]))]
    return VolumeImage(voxels, image.geometry.cropped(low, high - low), image.acquisitionNormalRas)


@pytest.mark.parametrize("side", sorted(HEADS_OF_CASE_04))
def testLesionInARealHeadMeasuresAsItsTruth(pelvisScan, side, tmp_path):
    center, radius = HEADS_OF_CASE_04[side]
    settings = replace(settingsAt(center, radius, side, thicknessMm=4.0, noisePercent=2.0), seed=1)
    casePath = writePhantom(settings, tmp_path / side, partAround(pelvisScan, center), "case-04")
    truth = json.loads((tmp_path / side / "truth.json").read_text(encoding="utf-8"))
    assert truth["background"] == "case-04"
    for visit, known in zip(readCase(casePath).visits, truth["visits"]):
        head, lesion = (segment.mask for segment in readSegmentation(visit.segmentation).segments)
        assert 100 * lesion.voxelCount / head.voxelCount == pytest.approx(known["onv_percent"], abs=0.7)
        assert known["onv_percent"] == pytest.approx({0: 19.9, 3: 12.6, 12: 7.5}[visit.month], abs=0.002)
        image = readImage(visit.image).voxels
        bone = (head.fullArray() > 0) & (lesion.fullArray() == 0)
        assert np.median(image[lesion.fullArray() > 0]) < 0.6 * np.median(image[bone])
