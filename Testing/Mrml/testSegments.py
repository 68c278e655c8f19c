"""Segments of a scene come out as the voxels that were drawn, where they were drawn."""

import numpy as np
import pytest
from ONVolumetryLib.core.errors import GeometryError, SegmentError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.segment import Segment

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.segments import describeSegments, readSegments  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import addSegment, vtkMatrix  # noqa: E402

LABELMAP = "Binary labelmap"


def requireAsDrawn(hip, found):
    """Same voxels at the same places, for both segments."""
    for segment, drawn in zip(found.segments, (hip.head, hip.lesion)):
        assert segment.mask.voxelCount == drawn.voxelCount
        assert np.allclose(sortedPoints(segment.mask), sortedPoints(drawn), atol=1e-9)


def sortedPoints(mask) -> np.ndarray:
    points = mask.pointsRas()
    return points[np.lexsort(np.round(points, 3).T)]


def testOverlappingSegments(drawnHip):
    found = readSegments(drawnHip.node, [drawnHip.headId, drawnHip.lesionId])
    requireAsDrawn(drawnHip, found)
    assert [segment.name for segment in found.segments] == ["Femoral head", "Osteonecrosis lesion"]
    assert found.grid.isSameLattice(drawnHip.head.grid)


def testObliqueAndLeftHandedGrids(drawHipIn, obliqueMasks):
    hip = drawHipIn(*obliqueMasks)
    found = readSegments(hip.node, [hip.headId, hip.lesionId])
    requireAsDrawn(hip, found)
    assert np.linalg.det(found.grid.ijkToRas[:3, :3]) == pytest.approx(np.linalg.det(hip.head.grid.ijkToRas[:3, :3]))


def testHiddenSegmentIsRead(drawnHip):
    drawnHip.node.GetDisplayNode().SetSegmentVisibility(drawnHip.lesionId, False)
    drawnHip.node.GetDisplayNode().SetVisibility(False)
    requireAsDrawn(drawnHip, readSegments(drawnHip.node, [drawnHip.headId, drawnHip.lesionId]))


def testSharedLayer(drawHipIn, ballMasks):
    """Segments that do not overlap share one label image with several label values."""
    head, lesion = ballMasks
    rest = Mask.fromArray(head.fullArray() - lesion.fullArray(), head.grid)
    hip = drawHipIn(rest, lesion)
    segmentation = hip.node.GetSegmentation()
    segmentation.CollapseBinaryLabelmaps(False)
    assert segmentation.GetNumberOfLayers() == 1
    assert len({segmentation.GetSegment(name).GetLabelValue() for name in (hip.headId, hip.lesionId)}) == 2
    requireAsDrawn(hip, readSegments(hip.node, [hip.headId, hip.lesionId]))


def testCroppedLayerThatStartsBelowZero(drawHipIn, ballMasks):
    """Label images keep only their filled part, whose indices may start anywhere, below 0 too."""
    head, lesion = ballMasks
    hip = drawHipIn(head, lesion)
    image = hip.node.GetSegmentation().GetSegment(hip.headId).GetRepresentation(LABELMAP)
    shift = (-55, 7, -9)
    image.SetExtent(*(bound + shift[axis // 2] for axis, bound in enumerate(image.GetExtent())))
    found = readSegments(hip.node, [hip.headId, hip.lesionId])
    moved = head.grid.ijkToRas[:3, :3] @ np.array(shift)
    assert np.allclose(sortedPoints(found.segments[0].mask), sortedPoints(head) + moved, atol=1e-9)
    assert np.allclose(sortedPoints(found.segments[1].mask), sortedPoints(lesion), atol=1e-9)
    assert (found.segments[0].mask | found.segments[1].mask).voxelCount > head.voxelCount


def testLayersWithOtherOriginsOnOneLattice(drawHipIn, ballMasks):
    """Two label images of one scan may count their voxels from different corners."""
    head, lesion = ballMasks
    box = lesion.geometry
    hip = drawHipIn(head, Mask(lesion.voxels, (0, 0, 0), box))
    requireAsDrawn(hip, readSegments(hip.node, [hip.headId, hip.lesionId]))


def testOtherLatticeIsRefused(drawHipIn, ballMasks):
    head, lesion = ballMasks
    matrix = np.array(lesion.grid.ijkToRas)
    matrix[0, 3] += 0.3
    hip = drawHipIn(head, Mask(lesion.voxels, lesion.offsetIjk, GridGeometry(lesion.grid.sizeIjk, matrix)))
    with pytest.raises(SegmentError, match=r"different voxel grids.*Specify geometry"):
        readSegments(hip.node, [hip.headId, hip.lesionId])


def testRigidParentTransform(scene, drawnHip):
    move = rigidMove()
    putUnder(scene, drawnHip.node, move)
    found = readSegments(drawnHip.node, [drawnHip.headId])
    mask = found.segments[0].mask
    expected = drawnHip.head.pointsRas() @ move[:3, :3].T + move[:3, 3]
    assert mask.voxelCount == drawnHip.head.voxelCount
    assert np.allclose(mask.pointsRas().mean(axis=0), expected.mean(axis=0), atol=1e-6)
    assert found.grid.voxelVolumeMm3 == pytest.approx(drawnHip.head.grid.voxelVolumeMm3, rel=1e-9)


def testNestedParentTransforms(scene, drawnHip):
    inner = putUnder(scene, drawnHip.node, rigidMove())
    putUnder(scene, inner, rigidMove())
    found = readSegments(drawnHip.node, [drawnHip.headId])
    twice = rigidMove() @ rigidMove()
    expected = drawnHip.head.pointsRas().mean(axis=0) @ twice[:3, :3].T + twice[:3, 3]
    assert np.allclose(found.segments[0].mask.pointsRas().mean(axis=0), expected, atol=1e-6)


@pytest.mark.parametrize("linear, why", [
    (np.diag([2.0, 2.0, 2.0]), "scales or shears"),
    (np.diag([1.001, 1.0, 1.0]), "scales or shears"),
    (np.array([[1.0, 0.1, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), "scales or shears"),
    (np.diag([-1.0, 1.0, 1.0]), "mirrors"),
])
def testTransformsThatChangeVolumesOrSidesAreRefused(scene, drawnHip, linear, why):
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    putUnder(scene, drawnHip.node, matrix)
    with pytest.raises(GeometryError, match=why) as caught:
        readSegments(drawnHip.node, [drawnHip.headId])
    assert '"Move"' in str(caught.value) and '"Right hip"' in str(caught.value)


def testNonLinearTransformIsRefused(scene, drawnHip):
    import vtk

    spline = vtk.vtkThinPlateSplineTransform()
    source, target = vtk.vtkPoints(), vtk.vtkPoints()
    for point in ((0, 0, 0), (30, 0, 0), (0, 30, 0), (0, 0, 30), (30, 30, 30)):
        source.InsertNextPoint(point)
        target.InsertNextPoint(point[0], point[1], point[2] + 0.01 * point[0] ** 2)
    spline.SetSourceLandmarks(source)
    spline.SetTargetLandmarks(target)
    spline.SetBasisToR()
    node = scene.AddNewNodeByClass("vtkMRMLTransformNode", "Warp")
    node.SetAndObserveTransformToParent(spline)
    drawnHip.node.SetAndObserveTransformNodeID(node.GetID())
    with pytest.raises(GeometryError, match=r'"Warp".*not linear'):
        readSegments(drawnHip.node, [drawnHip.headId])


def testSegmentThatIsGoneIsNamedWithWhatThereIs(drawnHip):
    with pytest.raises(SegmentError, match=r'"gone" is no longer in "Right hip".*Femoral head, Osteonecrosis lesion'):
        readSegments(drawnHip.node, ["gone"])


def testSurfaceOnlySegmentIsRefused(scene):
    import vtk

    source = vtk.vtkSphereSource()
    source.SetRadius(24.0)
    source.Update()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Surface")
    segment = slicer.vtkSegment()
    segment.SetName("Femoral head")
    segment.AddRepresentation("Closed surface", source.GetOutput())
    node.GetSegmentation().SetSourceRepresentationName("Closed surface")
    node.GetSegmentation().AddSegment(segment, "head")
    with pytest.raises(SegmentError, match=r'"Femoral head".*binary labelmap'):
        readSegments(node, ["head"])


def testEmptySegmentAndStatus(drawnHip):
    grid = drawnHip.head.grid
    empty = Mask.fromArray(np.zeros(grid.shapeKji, dtype=bool), grid)
    first = addSegment(drawnHip.node, Segment("Looked at", empty, status="completed"))
    second = drawnHip.node.GetSegmentation().AddEmptySegment("template", "Template")
    found = readSegments(drawnHip.node, [drawnHip.headId, first, second])
    assert [segment.mask.isEmpty for segment in found.segments] == [False, True, True]
    assert found.segments[1].status == "completed"
    assert found.segments[2].status in ("", "notstarted")


def testDescriptionCostsNoVoxels(drawnHip):
    described = describeSegments(drawnHip.node).segments
    assert [segment.identifier for segment in described] == [drawnHip.headId, drawnHip.lesionId]
    assert all(segment.terminologyEntry for segment in described)


def rigidMove() -> np.ndarray:
    angle = 0.4
    move = np.eye(4)
    move[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    move[:3, 3] = (12.0, -7.0, 31.0)
    return move


def putUnder(scene, node, matrix):
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Move")
    transform.SetMatrixTransformToParent(vtkMatrix(matrix))
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform
