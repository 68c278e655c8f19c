"""DICOM SEG and RTSTRUCT as segmentations: the voxels that they mean, or a refusal with the way out."""

import numpy as np
import pydicom
import pytest
from ONVolumetryLib.core.errors import FileError, GeometryError, SegmentError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.files.polygons import pixelsInside
from ONVolumetryLib.files.rtstruct import segmentationOfStructureSet
from ONVolumetryLib.files.segmentations import readSegmentation
from ONVolumetryLib.files.volumeimage import VolumeImage
from pydicom.dataset import Dataset
from scipy.spatial.transform import Rotation

# Tags of the sample, its frames' pixels read without this library: (name, voxels).
SEG_COUNTS = {
    "highdicom/seg_image_ct_binary.dcm": [638],
    "highdicom/seg_image_ct_binary_fractional.dcm": [638],
    "highdicom/seg_image_ct_binary_overlap.dcm": [64, 16],
    "highdicom/seg_image_ct_binary_single_frame.dcm": [1832],
    "dcmqi/liver.dcm": [107098],
    "dcmqi/24x38x3/seg/label.seg": [315],
    "dcmqi/sparse-labelmap-noppv.dcm": [630],
    "dcmqi/sparse-labelmap-ppv5.dcm": [630],
}


def samples(sharedData):
    return sharedData / "dicom-seg-samples"


def pointsOf(segment):
    """Centers of a segment's voxels, in an order of their own."""
    points = np.round(segment.mask.pointsRas(), 2) + 0.0
    return points[np.lexsort(points.T)]


def framePoints(dataset, number):
    """Centers of the pixels of a binary segment by the tags of the frames alone, in RAS."""
    row, column = np.reshape(np.array(dataset.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0]
                                      .ImageOrientationPatient, dtype=float), (2, 3))
    rowSpacing, columnSpacing = map(float, dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
                                    .PixelSpacing)
    pixels = dataset.pixel_array.reshape(-1, dataset.Rows, dataset.Columns)
    points = []
    for frame, group in zip(pixels, dataset.PerFrameFunctionalGroupsSequence):
        if group.SegmentIdentificationSequence[0].ReferencedSegmentNumber == number:
            rows, columns = np.nonzero(frame)
            start = np.array(group.PlanePositionSequence[0].ImagePositionPatient, dtype=float)
            points.append(start + np.outer(columns, row * columnSpacing) + np.outer(rows, column * rowSpacing))
    points = np.round(np.concatenate(points) * (-1, -1, 1), 2) + 0.0
    return points[np.lexsort(points.T)]


@pytest.mark.parametrize("name, counts", SEG_COUNTS.items())
def testEverySampleHasItsVoxels(sharedData, name, counts):
    segmentation = readSegmentation(samples(sharedData) / name)
    assert [segment.mask.voxelCount for segment in segmentation.segments] == counts


@pytest.mark.parametrize("name", ["dcmqi/liver.dcm", "dcmqi/partial_overlaps.dcm",
                                  "highdicom/seg_image_ct_binary_overlap.dcm"])
def testVoxelsLieWhereTheFramesSay(sharedData, name):
    path = samples(sharedData) / name
    dataset = pydicom.dcmread(path)
    for segment in readSegmentation(path).segments:
        assert np.allclose(pointsOf(segment), framePoints(dataset, segment.labelValue), atol=0.02), segment.name


def testSameVoxelsOnTheImageAndOnTheirOwnGrid(sharedData):
    folder = samples(sharedData) / "dcmqi"
    image = readImage(folder / "ct-3slice")
    for name in ("liver.dcm", "partial_overlaps.dcm"):
        onImage, alone = readSegmentation(folder / name, image), readSegmentation(folder / name)
        assert onImage.grid is image.geometry
        for one, other in zip(onImage.segments, alone.segments, strict=True):
            assert np.allclose(pointsOf(one), pointsOf(other), atol=0.02)


def testSegEqualsTheLabelImageItWasMadeFrom(sharedData):
    folder = samples(sharedData) / "dcmqi" / "24x38x3"
    seg, = readSegmentation(folder / "seg" / "label.seg").segments
    label, = readSegmentation(folder / "nrrd" / "label.nrrd").segments
    assert np.allclose(pointsOf(seg), pointsOf(label), atol=0.02)
    assert seg.name == "Liver" and seg.colorRgb == pytest.approx((221 / 255, 130 / 255, 101 / 255), abs=0.01)
    assert "~SRT^T-62000^Liver~" in seg.terminologyEntry


def testSparseLabelMapKeepsItsEmptySliceEmpty(sharedData):
    folder = samples(sharedData) / "dcmqi"
    liver, = readSegmentation(folder / "sparse-labelmap-noppv.dcm", readImage(folder / "24x38x3" / "image")).segments
    assert liver.mask.fullArray().any(axis=(1, 2)).tolist() == [True, False, True]


def testHalfAndMoreOfAFractionBelongs(sharedData, tmp_path):
    dataset = pydicom.dcmread(samples(sharedData) / "highdicom" / "seg_image_ct_true_fractional.dcm")
    values = np.zeros((3, 16, 16), dtype=np.uint8)
    half = (dataset.MaximumFractionalValue + 1) // 2
    values[1, 2, 3:6] = half - 1, half, dataset.MaximumFractionalValue
    dataset.PixelData = values.tobytes()
    dataset.save_as(tmp_path / "seg.dcm")
    segment, = readSegmentation(tmp_path / "seg.dcm").segments
    assert segment.mask.voxelCount == 2 and segment.mask.offsetIjk == (4, 2, 1)


def changed(sharedData, tmp_path, change, name="highdicom/seg_image_ct_binary.dcm"):
    dataset = pydicom.dcmread(samples(sharedData) / name)
    change(dataset)
    dataset.save_as(tmp_path / "seg.dcm")
    return tmp_path / "seg.dcm"


def testPlanesWithoutNeighborsNeedAStatedPitch(sharedData, tmp_path):
    def keepOne(dataset):
        dataset.NumberOfFrames, dataset.PixelData = 1, dataset.PixelData[:32]
        dataset.PerFrameFunctionalGroupsSequence = dataset.PerFrameFunctionalGroupsSequence[:1]
    with pytest.raises(GeometryError, match="how far apart"):
        readSegmentation(changed(sharedData, tmp_path, keepOne))


def testUnevenPlanesAreRefused(sharedData, tmp_path):
    def move(dataset):
        dataset.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence[0].ImagePositionPatient[2] += 0.3
    with pytest.raises(GeometryError, match="unevenly spaced"):
        readSegmentation(changed(sharedData, tmp_path, move))


def testAnotherFrameOfReferenceIsRefused(sharedData):
    folder = samples(sharedData)
    with pytest.raises(GeometryError, match="another frame of reference"):
        readSegmentation(folder / "highdicom" / "seg_image_ct_binary.dcm", readImage(folder / "dcmqi" / "ct-3slice"))


def testImageIsNoSegmentation(sharedData):
    with pytest.raises(FileError, match="no segmentation and no structure set"):
        readSegmentation(samples(sharedData) / "dcmqi" / "ct-3slice" / "01.dcm")


def obliqueGrid():
    """Pixels of 0.7 x 0.9 mm on slices 5.2 mm apart."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec((0.3, -0.2, 0.5)).as_matrix() * (0.7, 0.9, 5.2)
    matrix[:3, 3] = (-40, 25, 310)
    return GridGeometry((90, 80, 12), matrix)


def structureSet(contours, name="Femoral head right", frame="1.2.3"):
    """A structure set of one structure.

    :param contours: lists of points in RAS.
    """
    dataset, roi, item = Dataset(), Dataset(), Dataset()
    roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = 4, name, frame
    item.ReferencedROINumber, item.ContourSequence = 4, []
    for points in contours:
        contour = Dataset()
        contour.ContourGeometricType = "CLOSED_PLANAR"
        values = (np.asarray(points) * (-1, -1, 1)).ravel()
        contour.ContourData = [f"{value:.4f}".replace("nan", "9e999") for value in values]
        item.ContourSequence.append(contour)
    dataset.StructureSetROISequence, dataset.ROIContourSequence = [roi], [item]
    return dataset


def circle(grid, k, radiusMm, count=180):
    """Circle about the middle of slice k, in RAS."""
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    middle = (np.array(grid.sizeIjk[:2]) - 1) / 2.0
    ij = middle + radiusMm * np.column_stack([np.cos(angles), np.sin(angles)]) / grid.spacingMm[:2]
    return grid.toRas(np.column_stack([ij, np.full(count, k)]))


def testContoursFillTheVoxelsInsideThem():
    grid = obliqueGrid()
    radii = {k: 25.0 - abs(k - 5) for k in range(2, 10)}
    segment, = segmentationOfStructureSet(structureSet([circle(grid, k, r) for k, r in radii.items()]), grid).segments
    _, j, i = np.indices(grid.shapeKji)
    distances = np.hypot((i - 44.5) * 0.7, (j - 39.5) * 0.9)
    expected = np.zeros(grid.shapeKji, dtype=bool)
    for index, radius in radii.items():
        expected[index] = distances[index] < radius
    assert np.mean(segment.mask.fullArray() != expected) < 1e-4
    volume = segment.mask.voxelCount * grid.voxelVolumeMm3
    assert volume == pytest.approx(sum(np.pi * r**2 * 5.2 for r in radii.values()), rel=0.005)
    assert segment.name == "Femoral head right"


def testInnerContourCutsAHole():
    grid = obliqueGrid()
    contours = [circle(grid, k, radius) for k in (4, 5, 6) for radius in (20.0, 8.0)]
    segment, = segmentationOfStructureSet(structureSet(contours), grid).segments
    assert segment.mask.voxelCount * grid.voxelVolumeMm3 == pytest.approx(3 * 5.2 * np.pi * (400 - 64), rel=0.005)
    assert not segment.mask.fullArray()[5, 39:41, 44:46].any()


def testPixelCentersOnAnEdgeCountOnce():
    left, right = np.array([[0, 0], [0, 3], [3, 3], [3, 0]]), np.array([[3, 0], [3, 3], [6, 3], [6, 0]])
    first, second = pixelsInside([left], (8, 5)), pixelsInside([right], (8, 5))
    assert not np.any(first & second)
    assert np.count_nonzero(first | second) == 6 * 3


@pytest.mark.parametrize("contours, kind, text", [
    (lambda grid: [circle(grid, 4.4, 20.0)], GeometryError, "does not lie on a slice"),
    (lambda grid: [circle(grid, 15, 20.0)], GeometryError, "outside the slices"),
    (lambda grid: [circle(grid, k, 20.0) for k in (2, 4, 6)], SegmentError, "no contours on two neighboring slices"),
    (lambda grid: [circle(grid, 4, 20.0, count=2)], FileError, "no three points"),
    (lambda grid: [circle(grid, 4, np.nan)], FileError, "not a number"),
])
def testContoursThatDoNotFitAreRefused(contours, kind, text):
    grid = obliqueGrid()
    with pytest.raises(kind, match=text):
        segmentationOfStructureSet(structureSet(contours(grid)), grid)


def testRealStructureSetHasTheAreasOfItsContours(sharedData):
    path = sharedData / "rtstruct-samples" / "dicompyler-core" / "rtss.dcm"
    dataset = pydicom.dcmread(path)
    heights = sorted({float(contour.ContourData[2]) for item in dataset.ROIContourSequence
                      for contour in item.get("ContourSequence", [])})
    pitch = 3.0
    matrix = np.diag([-1.0, -1.0, pitch, 1.0])
    matrix[:3, 3] = (275, 524, heights[0])
    grid = GridGeometry((550, 400, round((heights[-1] - heights[0]) / pitch) + 1), matrix)
    image = VolumeImage(np.broadcast_to(np.uint8(0), grid.shapeKji), grid)
    names = ("Heart", "Nodes", "Tumor Bed", "Areola")
    dataset.StructureSetROISequence = [roi for roi in dataset.StructureSetROISequence if roi.ROIName in names]
    segments = {segment.name: segment.mask for segment in segmentationOfStructureSet(dataset, image.geometry).segments}
    numbers = {roi.ROIName: roi.ROINumber for roi in dataset.StructureSetROISequence}
    for name in names[:3]:
        contours, = (item.ContourSequence for item in dataset.ROIContourSequence
                     if item.ReferencedROINumber == numbers[name])
        areas = [shoelace(np.array(contour.ContourData, dtype=float).reshape(-1, 3)) for contour in contours]
        assert segments[name].voxelCount == pytest.approx(sum(areas), rel=0.02), name
    assert segments["Areola"].isEmpty


def shoelace(points):
    x, y = points[:, 0], points[:, 1]
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


@pytest.mark.parametrize("name, withImage, kind, text", [
    ("rt-utils/mock_data/rt.dcm", True, GeometryError, "another frame of reference"),
    ("rt-utils/mock_data/invalid_reference_rt.dcm", True, GeometryError, 'contour of "ROI-1" lies outside'),
    ("rt-utils/mock_data/non_existent_reference_rt.dcm", True, GeometryError, "lies outside the slices"),
    ("pydicom_rtstruct.dcm", False, SegmentError, 'give the image that it was drawn on as "image"'),
    ("dicompyler-core/rtss.dcm", False, SegmentError, 'give the image that it was drawn on as "image"'),
])
def testRealStructureSetsThatDoNotFitAreRefused(sharedData, name, withImage, kind, text):
    folder = sharedData / "rtstruct-samples"
    image = readImage(folder / "rt-utils" / "mock_data") if withImage else None
    with pytest.raises(kind, match=text) as caught:
        readSegmentation(folder / name, image)
    assert str(caught.value).startswith(f"{folder / name}: ")


def testObliqueSeriesOfTheSamplesTakesContours(sharedData):
    grid = readImage(sharedData / "rtstruct-samples" / "rt-utils" / "oriented_data").geometry
    assert grid.spacingMm[:2] == pytest.approx([2.5, 3.5], abs=1e-3)
    contours = [circle(grid, k, 60.0) for k in range(3)]
    segment, = segmentationOfStructureSet(structureSet(contours), grid).segments
    assert segment.mask.voxelCount * grid.voxelVolumeMm3 == pytest.approx(
        3 * np.pi * 3600 * grid.spacingMm[2], rel=0.01)
