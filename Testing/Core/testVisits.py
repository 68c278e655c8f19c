"""What a visit's files give to measure: 0, a mask, or "not measured", and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ONVolumetryLib.core.errors import FileError, GeometryError, ONVolumetryError, SegmentError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.case import Case, CaseVisit
from ONVolumetryLib.files.images import writeImage
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation
from ONVolumetryLib.files.visits import loadVisit

MATRIX = np.diag([0.6, 0.7, 4.0, 1.0])
MATRIX[:3, 3] = (50, -20, 30)
GRID = GridGeometry((20, 20, 10), MATRIX)
HEAD_BOX = ((2, 2, 1), (18, 18, 9))
LESION_BOX = ((5, 5, 3), (10, 10, 6))


def mask(box=None, grid=GRID):
    array = np.zeros(grid.shapeKji, dtype=bool)
    if box is not None:
        (i0, j0, k0), (i1, j1, k1) = box
        array[k0:k1, j0:j1, i0:i1] = True
    return Mask.fromArray(array, grid)


def head(box=HEAD_BOX, status="completed"):
    return Segment("Femoral head", mask(box), "head", status=status)


def lesion(box=LESION_BOX, status="completed"):
    return Segment("Lesion", mask(box), "lesion", status=status)


@pytest.fixture
def load(tmp_path):
    """Write segments as a visit's file and load the visit."""

    def loadSegments(*segments, month=0.0, imageGrid=None, grid=GRID, **fields):
        path = tmp_path / "visit.seg.nrrd"
        writeSegmentation(path, Segmentation(segments, grid))
        if imageGrid is not None:
            fields["image"] = tmp_path / "visit.nrrd"
            writeImage(fields["image"], np.ones(imageGrid.shapeKji, dtype=np.int16), imageGrid)
        visit = CaseVisit("now", month, segmentation=path, **fields)
        baseline = () if month <= 0 else (CaseVisit("before", 0, segmentation=Path("preop.seg.nrrd")),)
        return loadVisit(Case("1", "1", "left", "male", (*baseline, visit)), visit).segments

    return loadSegments


def testDrawnSegmentsArriveWithTheirStack(load):
    segments = load(head(), lesion())
    assert (segments.label, segments.month, segments.done, segments.warnings) == ("now", 0.0, True, ())
    assert segments.head.voxelCount == 16 * 16 * 8 and segments.lesion.voxelCount == 75
    assert not segments.lesionAbsent
    assert (segments.stack.axis, segments.stack.pitchMm) == (2, pytest.approx(4.0))


def testTemplateThatNobodyDrewIsNotMeasured(load):
    segments = load(head(None, "notstarted"), lesion(None, "notstarted"))
    assert segments.head is None and segments.lesion is None and not segments.lesionAbsent


@pytest.mark.parametrize("status", ["", "notstarted", "inprogress", "flagged"])
def testEmptyLesionIsNotMeasuredRatherThanZero(load, status):
    segments = load(head(), lesion(None, status))
    assert segments.lesion is None and not segments.lesionAbsent
    assert any("not measured" in text for text in segments.warnings)


def testEmptyLesionThatIsCompletedIsZero(load):
    segments = load(head(), lesion(None, "completed"))
    assert segments.lesion is None and segments.lesionAbsent and segments.warnings == ()


def testCaseMaySayThatNoLesionIsLeft(load):
    assert load(head(), lesionAbsent=True).lesionAbsent
    assert load(head(), lesion(None, "notstarted"), lesionAbsent=True).lesionAbsent


def testAbsentLesionSegmentIsNotMeasured(load):
    segments = load(head())
    assert segments.lesion is None and not segments.lesionAbsent
    assert "no lesion segment" in segments.warnings[0]


def testContradictionAboutTheLesionIsRefused(load):
    with pytest.raises(SegmentError, match=r'visit\.seg\.nrrd: the lesion "Lesion" is outlined, but the case says'):
        load(head(), lesion(), lesionAbsent=True)


@pytest.mark.parametrize("month", [0.0, 3.0])
def testEmptyHeadIsRefused(load, month):
    with pytest.raises(SegmentError, match=r'visit\.seg\.nrrd: the femoral head "Femoral head" is empty; outline it'):
        load(head(None, "completed"), lesion(None, "completed"), month=month)
    with pytest.raises(SegmentError, match='the femoral head "Femoral head" is empty; outline it'):
        load(head(None, "notstarted"), lesion(), month=month)


def testLesionWithoutHeadIsRefusedAtBaselineOnly(load):
    with pytest.raises(SegmentError, match=r'a lesion "Lesion" without a femoral head; outline the head'):
        load(lesion())
    segments = load(lesion(), month=3.0)
    assert segments.head is None and segments.lesion.voxelCount == 75


def testHealedFollowUpNeedsNoHead(load):
    segments = load(head(None, "notstarted"), lesion(None, "completed"), month=3.0)
    assert segments.head is None and segments.lesionAbsent


def testFlaggedSegmentsWarn(load):
    assert len([text for text in load(head(status="flagged"), lesion(status="flagged")).warnings
                if "flagged" in text]) == 2


def testNothingRecognizedListsWhatIsThere(load):
    with pytest.raises(SegmentError, match=r'no segment is recognized .*there are: "Muscle"; rename'):
        load(Segment("Muscle", mask(HEAD_BOX)))
    assert "Nothing is outlined" in load(Segment("Muscle", mask())).warnings[0]


def testUnknownExplicitNameListsWhatIsThere(load):
    with pytest.raises(SegmentError, match=r'visit\.seg\.nrrd: there is no segment named "Nekrose" for the lesion; '
                                           'there are: "Femoral head", "Lesion"'):
        load(head(), lesion(), segments={"lesion": "Nekrose"})


def testSegmentLeftOutIsNamed(load):
    assert 'left out: "Dead bone"' in load(head(), Segment("Dead bone", mask(LESION_BOX))).warnings[0]


def testLabelImage(tmp_path):
    array = mask(HEAD_BOX).fullArray()
    array[mask(LESION_BOX).fullArray() > 0] = 2
    writeImage(tmp_path / "labels.nii.gz", array, GRID)
    visit = CaseVisit("preop", 0, segmentation=tmp_path / "labels.nii.gz")
    case = Case("1", "1", "left", "male", (visit,))
    segments = loadVisit(case, visit).segments
    assert (segments.head.voxelCount, segments.lesion.voxelCount) == (16 * 16 * 8 - 75, 75)
    swapped = replace(visit, segments={"head": 2, "lesion": 1})
    assert loadVisit(replace(case, visits=(swapped,)), swapped).segments.head.voxelCount == 75
    writeImage(tmp_path / "labels.nii.gz", np.where(array == 1, 0, array), GRID)
    with pytest.raises(SegmentError, match='"label 2" without a femoral head'):
        loadVisit(case, visit)


def testSegmentationFinerThanItsImageTakesTheImagesPitch(load):
    fine = np.array(MATRIX)
    fine[2, 2] = 1.0
    grid = GridGeometry((20, 20, 40), fine)
    segments = load(Segment("head", mask(((2, 2, 4), (18, 18, 36)), grid)), grid=grid, imageGrid=GRID)
    assert segments.stack.pitchMm == pytest.approx(4.0)
    assert segments.head.grid.spacingMm[2] == pytest.approx(1.0)


def testSegmentationFarFromItsImageIsRefused(load):
    far = np.array(MATRIX)
    far[0, 3] += 40
    with pytest.raises(GeometryError, match=r"visit\.seg\.nrrd: the femoral head lies far from the image.*; give"):
        load(head(), lesion(), imageGrid=GridGeometry(GRID.sizeIjk, far))


def testSegmentationPartlyOutsideItsImageWarns(load):
    segments = load(head(), lesion(), imageGrid=GridGeometry((16, 20, 10), MATRIX))
    assert segments.warnings == ("12.5% of the femoral head lies outside the image.",)


def testVisitThatWasNotDone():
    visit = CaseVisit("12 months", 12, done=False)
    loaded = loadVisit(Case("1", "1", "left", "male", (visit,)), visit)
    assert not loaded.segments.done and loaded.segments.head is None and loaded.image is None


def testVisitWithoutSegmentation():
    visit = CaseVisit("preop", 0)
    segments = loadVisit(Case("1", "1", "left", "male", (visit,)), visit).segments
    assert segments.done and segments.stack is None and "nothing is measured" in segments.warnings[0]


def testDamagedFilesAreNamed(tmp_path, load):
    (tmp_path / "bad.nrrd").write_bytes(b"NRRD0004\n")
    with pytest.raises(ONVolumetryError, match=r"^\S*bad\.nrrd: [^\n]*; "):
        load(head(), image=tmp_path / "bad.nrrd")
    visit = CaseVisit("preop", 0, segmentation=tmp_path / "gone.seg.nrrd")
    with pytest.raises(FileError, match=r"gone\.seg\.nrrd: no such file"):
        loadVisit(Case("1", "1", "left", "male", (visit,)), visit)


def testRealScanAndLabelOfItsHead(sharedData, tmp_path):
    from ONVolumetryLib.files.images import readImage

    scan = sharedData / "pelvis-t1" / "case-04" / "dicom"
    image = readImage(scan)
    k, j, i = np.indices(image.geometry.shapeKji)
    points = image.geometry.toRas(np.stack([i, j, k], axis=-1))
    inHead = np.linalg.norm(points - np.array([116.9, 37.9, -57.2]), axis=-1) < 19.1
    writeSegmentation(tmp_path / "preop.seg.nrrd", Segmentation(
        (Segment("Femoral head", Mask.fromArray(inHead, image.geometry)),), image.geometry))
    visit = CaseVisit("preop", 0, image=scan, segmentation=tmp_path / "preop.seg.nrrd")
    segments = loadVisit(Case("1", "1", "right", "female", (visit,)), visit).segments
    assert segments.stack.pitchMm == pytest.approx(5.2, abs=1e-3)
    volume = segments.head.voxelCount * segments.head.grid.voxelVolumeMm3
    assert volume == pytest.approx(4 / 3 * np.pi * 19.1**3, rel=0.02)
