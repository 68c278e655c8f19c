"""Heads from one click and lesions from strokes: what a reader relies on before correcting them."""

import dataclasses
from functools import lru_cache

import numpy as np
import pytest
from ONVolumetryLib.core.errors import OutliningError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.outlining.betweenslices import fillBetweenSlices
from ONVolumetryLib.core.outlining.headoutline import HeadSettings, outlineHead
from ONVolumetryLib.core.outlining.lesiongrowth import Strokes, outlineLesion
from ONVolumetryLib.core.outlining.origin import HEAD_FROM_CLICK, OutlineOrigin, originOfText
from ONVolumetryLib.core.outlining.strokemask import strokeMask
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.image import renderImage
from ONVolumetryLib.phantom.masks import rasterize
from ONVolumetryLib.phantom.settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan


@lru_cache(maxsize=1)
def scene():
    """A synthetic hip with a wedge of 20 % of the head, its image and where the middle of the lesion is."""
    settings = PhantomSettings(anatomy=HipSettings(radiusMm=23.0), scan=ScanSettings(spacingMm=(0.9, 0.9, 4.0)),
                               visits=(VisitPlan("preop", 0, 20.0),), seed=4)
    hip = buildHip(settings)
    visit = hip.visits[0]
    points = visit.lesionMask.pointsRas()
    middle = points[np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1))]
    return visit, renderImage(hip, visit), middle


@lru_cache(maxsize=1)
def outlined():
    visit, image, _ = scene()
    return outlineHead(image, visit.grid, visit.centerRas + np.array([3.0, -2.0, 2.0]), HeadSettings("right", 0.22))


def dice(first: Mask, second: Mask) -> float:
    return 2 * first.countInside(second) / (first.voxelCount + second.voxelCount)


def grow(strokes, **options) -> Mask:
    visit, image, _ = scene()
    return outlineLesion(image, visit.grid, visit.headMask, strokes, **options).mask


def testHeadIsFoundFromAClick():
    visit, _, _ = scene()
    found = outlined()
    assert np.linalg.norm(np.array(found.sphere.centerRas) - visit.centerRas) < 1.0
    assert abs(found.sphere.radiusMm - 23.0) < 1.0
    assert dice(found.mask, visit.headMask) > 0.95
    assert found.polarity == "bright"
    assert 0.0 <= found.uncertainShare < 0.3


def testAnotherClickFindsTheSameHead():
    visit, image, _ = scene()
    other = outlineHead(image, visit.grid, visit.centerRas + np.array([-4.0, 3.0, -3.0]), HeadSettings("right", 0.22))
    assert other.mask.voxelCount == pytest.approx(outlined().mask.voxelCount, rel=0.01)


def testHeadThatIsCutByTheFieldIsRefused():
    visit, image, _ = scene()
    first = round(visit.grid.toIjk(visit.centerRas)[2]) - 3
    part = visit.grid.cropped((0, 0, first), (*visit.grid.sizeIjk[:2], visit.grid.sizeIjk[2] - first))
    with pytest.raises(OutliningError, match="field of view"):
        outlineHead(image[first:], part, visit.centerRas)


def testClickElsewhereIsRefused():
    visit, image, _ = scene()
    with pytest.raises(OutliningError):
        outlineHead(image, visit.grid, visit.centerRas + np.array([25.0, 0.0, 36.0]))
    with pytest.raises(OutliningError, match="outside the image"):
        outlineHead(image, visit.grid, visit.centerRas + np.array([900.0, 0.0, 0.0]))


def testCornerOfTheImageIsNotTakenForAHeadThatIsCut():
    visit, image, _ = scene()
    last = np.array(visit.grid.sizeIjk) - 1
    for share in ((0.03, 0.03, 0.05), (0.03, 0.97, 0.5), (0.97, 0.97, 0.95)):
        with pytest.raises(OutliningError, match="no femoral head is recognized"):
            outlineHead(image, visit.grid, visit.grid.toRas(last * share))


def testMetalIsRefused():
    visit, image, _ = scene()
    k, j, i = np.indices(image.shape)
    away = np.linalg.norm(visit.grid.toRas(np.stack([i, j, k], axis=-1)) - visit.centerRas, axis=-1)
    with pytest.raises(OutliningError, match="metal"):
        outlineHead(np.where(away < 14.0, 2, image), visit.grid, visit.centerRas)


def testLesionGrowsFromOneStroke():
    visit, _, middle = scene()
    stroke = strokeMask([middle + np.outer([-1, 1], [3.0, 0.0, 0.0])], visit.grid, 0.8)
    found = grow(Strokes(stroke))
    assert dice(found, visit.lesionMask) > 0.89
    assert found.voxelCount == found.countInside(visit.headMask)
    assert stroke.countInside(found) == stroke.countInside(visit.headMask)


def testStrokesOutsideAndTheRimTakeVoxelsAway():
    visit, _, middle = scene()
    stroke = strokeMask([middle[None]], visit.grid, 2.0)
    whole = grow(Strokes(stroke))
    points = visit.lesionMask.pointsRas()
    corner = points[np.argmax(points[:, 0])]
    outside = strokeMask([corner[None]], visit.grid, 1.5)
    assert grow(Strokes(stroke, outside)).countInside(outside) == 0
    assert grow(Strokes(stroke), isRimIncluded=False).voxelCount < 0.95 * whole.voxelCount


def testLesionOnAFinerGridIsSmoothAcrossSlices():
    visit, image, middle = scene()
    matrix = np.array(visit.grid.ijkToRas)
    matrix[:3, 2] /= 4
    fine = GridGeometry((*visit.grid.sizeIjk[:2], 4 * visit.grid.sizeIjk[2] - 3), matrix)
    head = rasterize(visit.head.shape.moved(visit.femurMatrix), fine)
    found = outlineLesion(image, visit.grid, head, Strokes(strokeMask([middle[None]], fine, 2.0))).mask
    areas = found.voxels.sum(axis=(1, 2)).astype(float)
    assert found.voxelCount * fine.voxelVolumeMm3 == pytest.approx(visit.onv.volumeMm3, rel=0.25)
    assert np.max(np.abs(np.diff(areas))) < 0.4 * areas.max()


def testStrokeOutsideTheHeadIsRefused():
    visit, _, _ = scene()
    stroke = strokeMask([(visit.centerRas + np.array([0.0, 0.0, 40.0]))[None]], visit.grid, 1.0)
    with pytest.raises(OutliningError, match="inside the femoral head"):
        grow(Strokes(stroke))


def testStrokeInMarrowIsRefused():
    visit, _, _ = scene()
    stroke = strokeMask([(visit.centerRas - np.array([0.0, 9.0, 3.0]))[None]], visit.grid, 3.0)
    with pytest.raises(OutliningError, match="looks like the marrow"):
        grow(Strokes(stroke))


def faint(level: float):
    """The scene with a lesion of a share of the marrow's signal, in much noise."""
    visit, image, _ = scene()
    isMarrow = visit.headMask.fullArray().astype(bool)
    isLesion = visit.lesionMask.fullArray().astype(bool)
    random = np.random.default_rng(3)
    voxels = image + random.normal(0, 60, image.shape)
    marrow = np.median(image[isMarrow & ~isLesion])
    voxels[isLesion] = level * marrow + random.normal(0, 90, int(isLesion.sum()))
    return voxels


def testFaintLesionIsGrownWithACaution():
    visit, image, middle = scene()
    stroke = Strokes(strokeMask([middle + np.outer([-1, 1], [4.0, 0.0, 0.0])], visit.grid, 1.5))
    found = outlineLesion(faint(0.82), visit.grid, visit.headMask, stroke)
    assert dice(found.mask, visit.lesionMask) > 0.9
    assert "hardly differs" in found.caution
    assert outlineLesion(image, visit.grid, visit.headMask, stroke).caution == ""
    with pytest.raises(OutliningError, match="mark more of the lesion"):
        outlineLesion(faint(0.88), visit.grid, visit.headMask, stroke)


def testSlicesBetweenOutlinesAreFilled():
    head = scene()[0].headMask
    axis = 2
    thinned = head.voxels.copy()
    thinned[1:-1:2] = False
    filled = fillBetweenSlices(dataclasses.replace(head, voxels=thinned), axis)
    assert filled.mask.voxelCount == pytest.approx(head.voxelCount, rel=0.02)
    kept = thinned.any(axis=(1, 2))
    assert np.array_equal(filled.mask.voxels[kept], thinned[kept])
    assert set(filled.interpolatedSlices) == set(head.offsetIjk[axis] + np.flatnonzero(~kept))


def testNothingToFillIsRefused():
    head = scene()[0].headMask
    with pytest.raises(OutliningError, match="nothing to fill"):
        fillBetweenSlices(head, 2)


def testOriginIsKeptAndCountsEdits():
    head = scene()[0].headMask
    text = OutlineOrigin(HEAD_FROM_CLICK, {"click_ras_mm": [1.0, 2.0, 3.0]}, head).asText()
    assert "|" not in text and "\n" not in text
    origin = originOfText(text, head.grid)
    assert origin.method == HEAD_FROM_CLICK and origin.details == {"click_ras_mm": [1.0, 2.0, 3.0]}
    assert origin.editedPercent(head) == 0.0
    edited = head.voxels.copy()
    edited[np.unravel_index(np.flatnonzero(edited)[:50], edited.shape)] = False
    assert origin.editedPercent(dataclasses.replace(head, voxels=edited)) == pytest.approx(5000 / head.voxelCount)
    with pytest.raises(OutliningError, match="damaged"):
        originOfText('{"method": 1}', head.grid)
