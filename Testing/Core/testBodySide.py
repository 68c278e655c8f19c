"""The side of a hip is told from an image of the whole pelvis, and only from such."""

import numpy as np
import pytest
from ONVolumetryLib.core.bodyside import sideInPelvisImage
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.case import Case, CaseVisit
from ONVolumetryLib.files.images import writeImage
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation
from ONVolumetryLib.files.visits import loadVisit


def imageGrid(widthMm=350.0):
    """A coronal image whose first axis runs to patient left, middle at the middle of the body."""
    return GridGeometry((int(widthMm / 5), 40, 10), np.array([[-5, 0, 0, widthMm / 2 - 2.5], [0, 0, 5, -25],
                                                              [0, 5, 0, -100], [0, 0, 0, 1.0]]))


def headAt(rightMm, grid):
    k, j, i = np.indices(grid.shapeKji)
    ras = grid.toRas(np.stack([i, j, k], axis=-1))
    return Mask.fromArray(np.linalg.norm(ras - (rightMm, 0, 0), axis=-1) < 24, grid)


@pytest.mark.parametrize(("rightMm", "widthMm", "side"), [
    (90, 350, "right"), (-90, 350, "left"), (0, 350, None), (20, 350, None), (60, 200, None)])
def testSideIsTheHalfOfAWideImage(rightMm, widthMm, side):
    grid = imageGrid(widthMm)
    assert sideInPelvisImage(headAt(rightMm, grid), grid) == side


@pytest.mark.parametrize(("rightMm", "isWarned"), [(90, True), (-90, False)])
def testCaseThatNamesTheOtherSideIsWarned(tmp_path, rightMm, isWarned):
    grid = imageGrid()
    head = headAt(rightMm, grid)
    writeImage(tmp_path / "image.nrrd", np.zeros(grid.shapeKji, dtype=np.int16), grid)
    writeSegmentation(tmp_path / "seg.seg.nrrd", Segmentation((
        Segment("Femoral head", head, "head"), Segment("Lesion", head, "lesion")), grid))
    visit = CaseVisit("preop", 0, image=tmp_path / "image.nrrd", segmentation=tmp_path / "seg.seg.nrrd")
    loaded = loadVisit(Case("1", "1", "left", "male", (visit,)), visit)
    assert any("right half of the image, but the case says left" in text
               for text in loaded.segments.warnings) == isWarned
