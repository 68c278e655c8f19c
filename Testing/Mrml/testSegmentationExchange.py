"""3D Slicer's own storage code and ours read each other's segmentations, voxel for voxel and place for place."""

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this Python or system")

from ONVolumetryLib.core.geometry import GridGeometry  # noqa: E402
from ONVolumetryLib.core.mask import Mask  # noqa: E402
from ONVolumetryLib.files.segmentations import (  # noqa: E402
    Segment,
    Segmentation,
    readSegmentation,
    writeSegmentation,
)
from ONVolumetryLib.files.segmentnames import HEAD, LESION  # noqa: E402
from vtk import vtkMatrix4x4  # noqa: E402
from vtk.util.numpy_support import vtk_to_numpy  # noqa: E402


def makeGrid(leftHanded):
    rotation, _ = np.linalg.qr(np.array([[0.9, 0.2, -0.1], [-0.3, 0.8, 0.3], [0.1, -0.2, 1.0]]))
    rotation[:, 2] *= np.sign(np.linalg.det(rotation)) * (-1 if leftHanded else 1)
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * (0.6, 0.7, 4.0)
    matrix[:3, 3] = (-116.9, 37.9, -57.2)
    return GridGeometry((30, 24, 12), matrix)


def makeSegmentation(leftHanded):
    grid = makeGrid(leftHanded)
    k, j, i = np.indices(grid.shapeKji)
    head = (i - 17) ** 2 + (j - 12) ** 2 + 4 * (k - 7) ** 2 < 70
    lesion = (i - 19) ** 2 + (j - 14) ** 2 + 4 * (k - 8) ** 2 < 15
    empty = np.zeros(grid.shapeKji)
    return Segmentation((
        Segment("Fémur head", Mask.fromArray(head, grid), "head", HEAD.colorRgb, "completed", HEAD.terminologyEntry),
        Segment(LESION.name, Mask.fromArray(lesion, grid), "lesion", LESION.colorRgb, "inprogress",
                LESION.terminologyEntry),
        Segment("Nothing", Mask.fromArray(empty, grid), "nothing", (0.1, 0.2, 0.3), "notstarted"),
    ), grid)


@pytest.fixture
def scene():
    scene = slicer.vtkMRMLScene()
    logic = slicer.vtkSlicerSegmentationsModuleLogic()
    logic.SetMRMLScene(scene)
    yield scene
    scene.Clear(True)
    logic.SetMRMLScene(None)


def readInSlicer(scene, path):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    return node, storage


def pointsInSlicer(node, identifier):
    """Centers of the voxels of a segment in RAS, as 3D Slicer places them."""
    image = slicer.vtkOrientedImageData()
    node.GetBinaryLabelmapRepresentation(identifier, image)
    if image.GetNumberOfPoints() == 0:
        return set()
    extent = image.GetExtent()
    shape = [extent[2 * axis + 1] - extent[2 * axis] + 1 for axis in (2, 1, 0)]
    voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(shape)
    matrix = vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    ijkToRas = np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])
    indices = np.argwhere(voxels)[:, ::-1] + np.array(extent[::2])
    return rounded(indices @ ijkToRas[:3, :3].T + ijkToRas[:3, 3])


def rounded(points):
    return {tuple(point) for point in np.round(points, 2) + 0.0}


@pytest.mark.parametrize("leftHanded", [False, True])
def testSlicerReadsWhatWeWrite(scene, tmp_path, leftHanded):
    ours = makeSegmentation(leftHanded)
    writeSegmentation(tmp_path / "a.seg.nrrd", ours)
    node, _ = readInSlicer(scene, tmp_path / "a.seg.nrrd")
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 3
    for expected in ours.segments:
        segment = segmentation.GetSegment(expected.identifier)
        assert segment.GetName() == expected.name
        assert segment.GetColor() == pytest.approx(expected.colorRgb, abs=1e-5)
        assert slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentStatusAsMachineReadableString(
            slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentStatus(segment)) == expected.status
        if expected.terminologyEntry:
            assert segment.GetTerminology() == expected.terminologyEntry
        assert pointsInSlicer(node, expected.identifier) == rounded(expected.mask.pointsRas())


@pytest.mark.parametrize("leftHanded", [False, True])
@pytest.mark.parametrize("isCropped", [False, True])
def testWeReadWhatSlicerWrites(scene, tmp_path, leftHanded, isCropped):
    ours = makeSegmentation(leftHanded)
    writeSegmentation(tmp_path / "a.seg.nrrd", ours)
    node, storage = readInSlicer(scene, tmp_path / "a.seg.nrrd")
    storage.SetCropToMinimumExtent(isCropped)
    storage.SetFileName(str(tmp_path / "b.seg.nrrd"))
    assert storage.WriteData(node)
    back = readSegmentation(tmp_path / "b.seg.nrrd")
    assert (back.grid.sizeIjk == ours.grid.sizeIjk) is not isCropped
    for before, after in zip(ours.segments, back.segments, strict=True):
        assert (after.name, after.status, after.identifier) == (before.name, before.status, before.identifier)
        assert rounded(after.mask.pointsRas()) == rounded(before.mask.pointsRas())


def testNothingDrawnInSlicerIsEmptyForUs(scene, tmp_path):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.CreateDefaultDisplayNodes()
    identifier = node.GetSegmentation().AddEmptySegment("", "Lesion")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "a.seg.nrrd"))
    assert storage.WriteData(node)
    segment, = readSegmentation(tmp_path / "a.seg.nrrd").segments
    assert (segment.name, segment.identifier, segment.mask.isEmpty) == ("Lesion", identifier, True)
