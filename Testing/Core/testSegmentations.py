"""Segmentations on disk: what is written comes back, and what 3D Slicer writes is understood."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from ONVolumetryLib.core.errors import FileError, GeometryError, SegmentError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files import images, segmentations
from ONVolumetryLib.files.segmentations import Segment, Segmentation


def makeGrid(sizeIjk=(12, 10, 8), leftHanded=False, spacing=(0.6, 0.7, 4.0)):
    """An oblique grid far from the origin."""
    rotation, _ = np.linalg.qr(np.array([[0.9, 0.2, -0.1], [-0.3, 0.8, 0.3], [0.1, -0.2, 1.0]]))
    rotation[:, 2] *= np.sign(np.linalg.det(rotation)) * (-1 if leftHanded else 1)
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * spacing
    matrix[:3, 3] = (-116.9, 37.9, -57.2)
    return GridGeometry(sizeIjk, matrix)


def boxMask(grid, low, high):
    array = np.zeros(grid.shapeKji, dtype=bool)
    array[low[2]:high[2], low[1]:high[1], low[0]:high[0]] = True
    return Mask.fromArray(array, grid)


def pointSet(mask):
    return {tuple(point) for point in np.round(mask.pointsRas(), 3)}


@pytest.fixture
def headAndLesion():
    grid = makeGrid()
    head = Segment("Tête fémorale", boxMask(grid, (2, 2, 1), (9, 8, 7)), "head", (0.9, 0.8, 0.5), "completed",
                   "context~SCT^123037004^Anatomical Structure~SCT^2812003^Femoral head~^^~Anatomic~^^~^^")
    lesion = Segment("Osteonecrosis lesion", boxMask(grid, (4, 3, 3), (7, 6, 5)), "lesion", (0.8, 0.4, 0.3), "flagged")
    empty = Segment("Cyst", boxMask(grid, (0, 0, 0), (0, 0, 0)), "cyst", (0.1, 0.2, 0.3), "notstarted")
    return Segmentation((head, lesion, empty), grid)


@pytest.mark.parametrize("leftHanded", [False, True])
def testRoundTripKeepsEverySegment(tmp_path, headAndLesion, leftHanded):
    grid = makeGrid(leftHanded=leftHanded)
    segments = tuple(Segment(part.name, Mask(part.mask.voxels, part.mask.offsetIjk, grid), part.identifier,
                             part.colorRgb, part.status, part.terminologyEntry) for part in headAndLesion.segments)
    path = tmp_path / "größe" / "hip.seg.nrrd"
    segmentations.writeSegmentation(path, Segmentation(segments, grid))
    back = segmentations.readSegmentation(path)
    assert np.allclose(back.grid.ijkToRas, grid.ijkToRas, atol=1e-9)
    assert back.grid.sizeIjk == grid.sizeIjk
    for before, after in zip(segments, back.segments, strict=True):
        assert (after.name, after.identifier, after.status) == (before.name, before.identifier, before.status)
        assert after.terminologyEntry == before.terminologyEntry
        assert after.colorRgb == pytest.approx(before.colorRgb)
        assert after.mask.offsetIjk == before.mask.offsetIjk or before.mask.isEmpty
        assert np.array_equal(after.mask.fullArray(), before.mask.fullArray())
    assert [path.name for path in path.parent.iterdir()] == ["hip.seg.nrrd"]


@settings(max_examples=20, deadline=None)
@given(st.lists(npst.arrays(bool, (3, 4, 5)), max_size=5))
def testAnyOverlapSurvivesTheRoundTrip(tmp_path_factory, arrays):
    grid = makeGrid((5, 4, 3))
    segments = tuple(Segment(f"part {index}", Mask.fromArray(array, grid)) for index, array in enumerate(arrays))
    path = tmp_path_factory.mktemp("overlap") / "a.seg.nrrd"
    segmentations.writeSegmentation(path, Segmentation(segments, grid))
    back = segmentations.readSegmentation(path)
    assert len(back.segments) == len(arrays)
    for array, segment in zip(arrays, back.segments):
        assert np.array_equal(segment.mask.fullArray() != 0, array)


def testOverlapGoesToItsOwnLayerAndTheRestIsShared(tmp_path, headAndLesion):
    path = tmp_path / "a.seg.nrrd"
    segmentations.writeSegmentation(path, headAndLesion)
    image = sitk.ReadImage(str(path))
    assert image.GetNumberOfComponentsPerPixel() == 2
    assert [image.GetMetaData(f"Segment{index}_Layer") for index in range(3)] == ["0", "1", "0"]
    assert image.GetMetaData("Segment1_Extent") == "4 6 3 5 3 4"
    assert image.GetMetaData("Segment2_Extent") == "0 -1 0 -1 0 -1"
    assert "encoding: gzip" in path.read_bytes()[:2000].decode("latin-1")


def testFailedWriteLeavesTheOldFileAndNoRemains(tmp_path, headAndLesion, monkeypatch):
    path = tmp_path / "a.seg.nrrd"
    segmentations.writeSegmentation(path, headAndLesion)
    before = path.read_bytes()

    def failHalfway(image, name, **options):
        with open(name, "wb") as file:
            file.write(b"half")
        raise RuntimeError("disk full")

    monkeypatch.setattr(images.sitk, "WriteImage", failHalfway)
    with pytest.raises(FileError, match=r"a\.seg\.nrrd: the file cannot be written"):
        segmentations.writeSegmentation(path, headAndLesion)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def testOtherEndingIsRefused(tmp_path, headAndLesion):
    with pytest.raises(FileError, match=r"\.seg\.nrrd"):
        segmentations.writeSegmentation(tmp_path / "a.nii.gz", headAndLesion)


def testSegmentOnAnotherGridIsRefused(tmp_path, headAndLesion):
    stranger = Segment("x", boxMask(makeGrid((3, 3, 3)), (0, 0, 0), (2, 2, 2)))
    with pytest.raises(SegmentError, match='"x" lies on another grid'):
        segmentations.writeSegmentation(tmp_path / "a.seg.nrrd", Segmentation((stranger,), headAndLesion.grid))


def writeSlicerFile(path, layers, keys, grid, encoding="raw"):
    """A .seg.nrrd as 3D Slicer writes it, a list axis first, byte for byte by hand."""
    layers = np.asarray(layers, dtype=np.uint8)
    matrix = np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.ijkToRas
    vectors = " ".join("({:.17g},{:.17g},{:.17g})".format(*matrix[:3, axis]) for axis in range(3))
    isList = layers.ndim == 4
    sizes = (*grid.sizeIjk,)
    lines = ["NRRD0004", "# Complete NRRD file format specification at:", "type: unsigned char",
             f"dimension: {4 if isList else 3}", "space: left-posterior-superior",
             "sizes: " + " ".join(str(size) for size in ((layers.shape[-1], *sizes) if isList else sizes)),
             f"space directions: {'none ' if isList else ''}{vectors}",
             f"kinds: {'list ' if isList else ''}domain domain domain", f"encoding: {encoding}",
             "space origin: ({:.17g},{:.17g},{:.17g})".format(*matrix[:3, 3])]
    lines += [f"{key}:={value}" for key, value in keys.items()]
    path.write_bytes(("\n".join(lines) + "\n\n").encode("utf-8") + layers.tobytes())
    return path


def segmentKeys(index, name, layer=None, label=None, extent=None, *, tags=""):
    keys = {f"Segment{index}_ID": f"Segment_{index + 1}", f"Segment{index}_Name": name,
            f"Segment{index}_Color": "0.5 0.6 0.7", f"Segment{index}_Tags": tags}
    optional = {"Layer": layer, "LabelValue": label, "Extent": extent}
    return keys | {f"Segment{index}_{key}": str(value) for key, value in optional.items() if value is not None}


def testCroppedExtentDoesNotMoveTheSegment(tmp_path):
    # Slicer crops the stored array to the segments and shifts the origin with it; the offset key is for its own use.
    grid = makeGrid((40, 40, 20))
    full = boxMask(grid, (21, 13, 9), (26, 19, 12))
    array = full.fullArray()[8:14, 10:21, 19:30]
    cropped = grid.cropped((19, 10, 8), (11, 11, 6))
    keys = {"Segmentation_ReferenceImageExtentOffset": "19 10 8"} | segmentKeys(0, "Femoral head", 0, 1,
                                                                              "2 6 3 8 1 3")
    back = segmentations.readSegmentation(writeSlicerFile(tmp_path / "a.seg.nrrd", array, keys, cropped))
    assert pointSet(back.segments[0].mask) == pointSet(full)


def testSharedAndSeveralLayersOfSlicer(tmp_path):
    grid = makeGrid((6, 5, 4))
    first, second, third = (boxMask(grid, low, high) for low, high in (
        ((0, 0, 0), (2, 2, 2)), ((3, 3, 2), (5, 5, 4)), ((1, 1, 1), (4, 4, 3))))
    layers = np.stack([first.fullArray() + 2 * second.fullArray(), third.fullArray()], axis=-1)
    keys = {"Segmentation_ReferenceImageExtentOffset": "0 0 0"}
    keys |= segmentKeys(0, "a", 0, 1, "0 1 0 1 0 1") | segmentKeys(1, "b", 0, 2, "3 4 3 4 2 3")
    keys |= segmentKeys(2, "c", 1, 1, "1 3 1 3 1 2",
                        tags="Segmentation.Status:inprogress|TerminologyEntry:x~SCT^1^y~SCT^6574001^Necrosis~^^~z~^^~^^|")
    back = segmentations.readSegmentation(writeSlicerFile(tmp_path / "a.seg.nrrd", layers, keys, grid))
    for expected, segment in zip((first, second, third), back.segments, strict=True):
        assert np.array_equal(segment.mask.fullArray(), expected.fullArray())
    assert back.segments[2].status == "inprogress"
    assert back.segments[2].terminologyEntry.startswith("x~SCT^1^y~SCT^6574001")


def testOldFileWithoutLayerAndLabelKeys(tmp_path):
    # One component per segment and the value 1, as 3D Slicer 4 wrote it.
    grid = makeGrid((6, 5, 4))
    masks = [boxMask(grid, (0, 0, 0), (3, 3, 3)), boxMask(grid, (1, 1, 1), (5, 4, 3))]
    layers = np.stack([mask.fullArray() for mask in masks], axis=-1)
    keys = {"Segmentation_ReferenceImageExtentOffset": "0 0 0"}
    keys |= segmentKeys(0, "a", extent="0 2 0 2 0 2") | segmentKeys(1, "b", extent="1 4 1 3 1 2")
    back = segmentations.readSegmentation(writeSlicerFile(tmp_path / "a.seg.nrrd", layers, keys, grid))
    assert [segment.mask.voxelCount for segment in back.segments] == [27, 24]


def testSegmentationWithoutDrawnVoxelsIsEmptyAndKeepsItsStatus(tmp_path):
    # Slicer stores a 1 x 1 x 1 image when nothing was drawn.
    grid = GridGeometry((1, 1, 1), np.eye(4))
    keys = {"Segmentation_ReferenceImageExtentOffset": "0 0 0"} | segmentKeys(
        0, "Lesion", 0, 1, "0 -1 0 -1 0 -1", tags="Segmentation.Status:completed|")
    back = segmentations.readSegmentation(writeSlicerFile(tmp_path / "a.seg.nrrd", [[[0]]], keys, grid))
    assert back.segments[0].mask.isEmpty
    assert back.segments[0].status == "completed"


def testVoxelsThatSlicerWouldDropAreRefused(tmp_path):
    grid = makeGrid((6, 5, 4))
    keys = {"Segmentation_ReferenceImageExtentOffset": "0 0 0"} | segmentKeys(0, "a", 0, 1, "0 1 0 1 0 1")
    path = writeSlicerFile(tmp_path / "a.seg.nrrd", boxMask(grid, (0, 0, 0), (4, 2, 2)).fullArray(), keys, grid)
    with pytest.raises(SegmentError, match=r"a\.seg\.nrrd: there are voxels outside the extents"):
        segmentations.readSegmentation(path)


def testLayerThatIsNotThereIsRefused(tmp_path):
    grid = makeGrid((6, 5, 4))
    keys = segmentKeys(0, "a", 3, 1)
    path = writeSlicerFile(tmp_path / "a.seg.nrrd", np.zeros(grid.shapeKji), keys, grid)
    with pytest.raises(SegmentError, match="Segment0_Layer is 3"):
        segmentations.readSegmentation(path)


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".mha", ".nii", ".seg.nrrd"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def testLabelImageHasOneSegmentPerLabel(tmp_path, ending, dtype):
    grid = makeGrid()
    head, lesion = boxMask(grid, (2, 2, 1), (9, 8, 3)), boxMask(grid, (4, 3, 3), (7, 6, 5))
    path = tmp_path / f"labels{ending}"
    images.writeImage(path, (head.fullArray() + 7 * lesion.fullArray()).astype(dtype), grid)
    back = segmentations.readSegmentation(path)
    assert [(segment.name, segment.labelValue) for segment in back.segments] == [("label 1", 1), ("label 7", 7)]
    assert np.array_equal(back.segments[1].mask.fullArray(), lesion.fullArray())
    assert np.allclose(back.grid.ijkToRas, grid.ijkToRas, atol=1e-4)


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf])
def testImageGivenAsLabelsIsRefused(tmp_path, value):
    array = np.zeros(makeGrid().shapeKji, dtype=np.float32)
    array[2, 2, 2] = value
    images.writeImage(tmp_path / "a.nrrd", array, makeGrid())
    with pytest.raises(SegmentError, match="not whole numbers"):
        segmentations.readSegmentation(tmp_path / "a.nrrd")


@pytest.mark.parametrize("array", [np.arange(960), np.arange(960) - 1, np.arange(960) * 100])
def testMriGivenAsLabelsIsRefused(tmp_path, array):
    images.writeImage(tmp_path / "a.nrrd", array.reshape(makeGrid().shapeKji).astype(np.int32), makeGrid())
    with pytest.raises(SegmentError, match="not the image"):
        segmentations.readSegmentation(tmp_path / "a.nrrd")


def testEmptyLabelImageHasNoSegments(tmp_path):
    images.writeImage(tmp_path / "a.nrrd", np.zeros(makeGrid().shapeKji, dtype=np.uint8), makeGrid())
    assert segmentations.readSegmentation(tmp_path / "a.nrrd").segments == ()


def testMissingAndTwoDimensionalFilesAreRefused(tmp_path):
    with pytest.raises(FileError, match=r"gone\.seg\.nrrd: no such file"):
        segmentations.readSegmentation(tmp_path / "gone.seg.nrrd")
    sitk.WriteImage(sitk.Image(8, 8, sitk.sitkUInt8), str(tmp_path / "flat.nrrd"))
    with pytest.raises(GeometryError, match="two-dimensional"):
        segmentations.readSegmentation(tmp_path / "flat.nrrd")
