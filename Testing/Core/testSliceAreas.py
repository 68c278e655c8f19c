"""Area of a segment on each slice."""

import numpy as np
import pytest
from ONVolumetryLib.core.geometry import GridGeometry, SliceStack, sliceStackOfGrid, sliceStackOfSegmentation
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.sliceareas import sliceAreas
from ONVolumetryLib.core.volume import measureVolume


def testAreasAreInPlaneVoxelAreasAcrossTheSliceAxis():
    array = np.zeros((6, 8, 10), dtype=bool)
    array[1, 2:5, 3:7] = True
    array[2, 2:4, 3:5] = True
    grid = GridGeometry((10, 8, 6), np.diag([0.5, 0.6, 4.0, 1.0]))
    across = sliceAreas(Mask.fromArray(array, grid), SliceStack(2, 4.0, ""))
    assert across.areasMm2 == pytest.approx([12 * 0.3, 4 * 0.3])
    assert across.positionsMm == pytest.approx([4.0, 8.0])
    assert across.sliceCount == 2
    along = sliceAreas(Mask.fromArray(array, grid), SliceStack(0, 0.5, ""))
    assert along.areasMm2 == pytest.approx([5 * 2.4, 5 * 2.4, 3 * 2.4, 3 * 2.4])


def testSliceThatTheSegmentSkipsHasNoArea():
    array = np.zeros((5, 4, 4), dtype=bool)
    array[[0, 2, 3], 1:3, 1:3] = True
    areas = sliceAreas(Mask.fromArray(array, GridGeometry((4, 4, 5), np.diag([1, 1, 4, 1.0]))), SliceStack(2, 4.0, ""))
    assert areas.areasMm2 == pytest.approx([4, 0, 4, 4])


def testEmptySegmentHasNoSlices():
    grid = GridGeometry((4, 4, 5), np.diag([1, 1, 4, 1.0]))
    assert sliceAreas(Mask.fromArray(np.zeros((5, 4, 4)), grid), SliceStack(2, 4.0, "")).sliceCount == 0


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("factor", [2, 4, 5])
def testSegmentationFinerThanItsImageHasTheImagesSlices(shapes, axis, factor):
    spacing = np.roll([4.0, 1.0, 1.0], axis)
    image = shapes.gridAround(20.0, spacing)
    mask = shapes.maskOf(shapes.ball(13.3, (0.2, 0.4, -0.7)), image)
    repeated = np.repeat(mask.fullArray(), factor, axis=2 - axis)
    matrix = np.array(image.ijkToRas)
    matrix[:3, axis] /= factor
    matrix[:3, 3] -= matrix[:3, axis] * (factor - 1) / 2.0
    fineGrid = GridGeometry(repeated.shape[::-1], matrix)
    fine = Mask.fromArray(repeated, fineGrid)

    coarse = measureVolume(mask, sliceStackOfGrid(image), 0.5)
    measured = measureVolume(fine, sliceStackOfSegmentation(fineGrid, image), 0.5)

    assert measured.areas.pitchMm == pytest.approx(4.0)
    assert measured.areas.areasMm2 == pytest.approx(coarse.areas.areasMm2)
    assert measured.volumeMm3 == pytest.approx(coarse.volumeMm3)
    assert measured.trapezoidMm3 == pytest.approx(coarse.trapezoidMm3)
    assert measured.samplingSeMm3 == pytest.approx(coarse.samplingSeMm3)


def testFinerSegmentationThatStartsWithinAnImageSliceIsGroupedByTheImagesSlices(shapes):
    image = shapes.gridAround(20.0, (1.0, 1.0, 4.0))
    mask = shapes.maskOf(shapes.ball(13.3, (0.2, 0.4, -0.7)), image)
    repeated = np.repeat(mask.fullArray(), 4, axis=0)[2:]
    matrix = np.array(image.ijkToRas)
    matrix[:3, 2] /= 4
    matrix[:3, 3] += matrix[:3, 2] * (2 - 1.5)
    fineGrid = GridGeometry(repeated.shape[::-1], matrix)
    coarse = sliceAreas(mask, sliceStackOfGrid(image))
    fine = sliceAreas(Mask.fromArray(repeated, fineGrid), sliceStackOfSegmentation(fineGrid, image))
    assert fine.areasMm2 == pytest.approx(coarse.areasMm2)


def testGroupedAreasKeepTheVolumeWhenThePitchIsNoMultiple(shapes):
    grid = shapes.gridAround(20.0, (1.0, 1.0, 1.5))
    mask = shapes.maskOf(shapes.ball(14.0), grid)
    areas = sliceAreas(mask, SliceStack(2, 4.0, "image"))
    assert sum(areas.areasMm2) * areas.pitchMm == pytest.approx(mask.voxelCount * 1.5)
    assert areas.sliceCount in (7, 8)
    assert areas.areasMm2[3] == pytest.approx(np.pi * 14.0 ** 2, rel=0.4)
