"""Outlines made with help in a scene: voxels, status, origin, marks of a weak edge, and the warning they cause."""

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.core.errors import OutliningError  # noqa: E402
from ONVolumetryLib.core.mask import Mask  # noqa: E402
from ONVolumetryLib.core.outlining.headoutline import HeadSettings  # noqa: E402
from ONVolumetryLib.mrml.assistedoutlining import (  # noqa: E402
    fillSlices,
    grownLesion,
    outlineHeadOnClick,
    volumeVoxels,
    writeLesion,
)
from ONVolumetryLib.mrml.hipnodes import VisitNodes  # noqa: E402
from ONVolumetryLib.mrml.segmentediting import replaceVoxels, segmentMask  # noqa: E402
from ONVolumetryLib.mrml.segments import readSegments  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import vtkMatrix  # noqa: E402
from ONVolumetryLib.mrml.templatesegments import addVisitSegmentation  # noqa: E402
from ONVolumetryLib.mrml.uncertainedge import removeUncertainEdges, uncertainEdge  # noqa: E402
from ONVolumetryLib.mrml.visits import visitSegments  # noqa: E402


@pytest.fixture
def visit(scene, ballMasks):
    """A volume of a bright ball with a dark cap, its segments still empty."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    head, lesion = ballMasks
    noise = np.random.default_rng(1).normal(0, 8, head.grid.shapeKji)
    array = (60 + 140 * head.fullArray() - 90.0 * lesion.fullArray() + noise).astype(np.int16)
    image = vtk.vtkImageData()
    image.SetDimensions(array.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(array.ravel(), deep=True))
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "MR")
    volume.SetAndObserveImageData(image)
    volume.SetIJKToRASMatrix(vtkMatrix(head.grid.ijkToRas))
    node, headId, lesionId = addVisitSegmentation(scene, volume, "preop")
    return VisitNodes(node, headId, lesionId, volume)


def center(mask) -> np.ndarray:
    return mask.pointsRas().mean(axis=0)


def dice(first: Mask, second: Mask) -> float:
    return 2 * first.countInside(second) / (first.voxelCount + second.voxelCount)


def testHeadOnClickIsInProgressWithItsOrigin(scene, visit, ballMasks):
    head, _ = ballMasks
    click = center(head) + np.array([2, 1, -2])
    outline = outlineHeadOnClick(visit.segmentation, visit.headSegmentId, visit.volume, click,
                                 HeadSettings(capFraction=0.0))
    found = segmentMask(visit.segmentation, visit.headSegmentId)
    assert dice(found, head) > 0.9
    segment = readSegments(visit.segmentation, [visit.headSegmentId]).segments[0]
    assert segment.status == "inprogress"
    measured = visitSegments(visit, True)
    assert [report.method for report in measured.outlining] == ["head from one click"]
    assert measured.outlining[0].editedPercent == 0.0
    assert any("Nobody has confirmed" in text for text in measured.warnings)
    model = uncertainEdge(visit.segmentation)
    assert (model.GetPolyData().GetNumberOfCells() > 0) == (outline.uncertainShare > 0.01)
    removeUncertainEdges(scene)
    assert uncertainEdge(visit.segmentation) is None


@pytest.mark.parametrize("polarity", ["bright", "dark", None])
def testLookOfMarrowIsUsedAndRecorded(visit, ballMasks, polarity):
    head, _ = ballMasks
    if polarity == "dark":
        volumeVoxels(visit.volume)[:] = 260 - volumeVoxels(visit.volume)
    outlineHeadOnClick(visit.segmentation, visit.headSegmentId, visit.volume, center(head), HeadSettings(
        capFraction=0.0, polarity=polarity))
    assert dice(segmentMask(visit.segmentation, visit.headSegmentId), head) > 0.9
    assert visitSegments(visit, True).outlining[0].details["polarity"] == (polarity or "bright")


def testEditsAreCounted(visit, ballMasks):
    head, _ = ballMasks
    outlineHeadOnClick(visit.segmentation, visit.headSegmentId, visit.volume, center(head), HeadSettings())
    found = segmentMask(visit.segmentation, visit.headSegmentId)
    voxels = found.voxels.copy()
    voxels[0] = False
    replaceVoxels(visit.segmentation, visit.headSegmentId, Mask(voxels, found.offsetIjk, found.grid))
    expected = 100 * np.count_nonzero(found.voxels[0]) / found.voxelCount
    assert visitSegments(visit, True).outlining[0].editedPercent == pytest.approx(expected)


def testNothingIsWrittenWhereNoHeadIs(visit, ballMasks):
    head, _ = ballMasks
    replaceVoxels(visit.segmentation, visit.headSegmentId, head)
    with pytest.raises(OutliningError):
        outlineHeadOnClick(visit.segmentation, visit.headSegmentId, visit.volume, head.grid.toRas([2, 2, 2]),
                           HeadSettings())
    assert segmentMask(visit.segmentation, visit.headSegmentId).voxelCount == head.voxelCount


def testLesionFromStrokesStaysInTheHead(visit, ballMasks):
    head, lesion = ballMasks
    replaceVoxels(visit.segmentation, visit.headSegmentId, head)
    points = lesion.pointsRas()
    middle = points[np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1))]
    stroke = np.array([middle, middle + np.array([2.0, 0.0, 0.0])])
    mask = grownLesion(visit.segmentation, visit.headSegmentId, visit.volume, ([stroke], []), brushMm=0.8,
                       isRimIncluded=True).mask
    assert segmentMask(visit.segmentation, visit.lesionSegmentId).isEmpty
    writeLesion(visit.segmentation, visit.lesionSegmentId, mask, (1, 0), True)
    found = segmentMask(visit.segmentation, visit.lesionSegmentId)
    assert dice(found, lesion) > 0.85
    assert found.countInside(head) == found.voxelCount


def testFilledSlicesAreNamed(visit, ballMasks):
    head, _ = ballMasks
    thinned = head.voxels.copy()
    thinned[1:-1:2] = False
    replaceVoxels(visit.segmentation, visit.headSegmentId, Mask(thinned, head.offsetIjk, head.grid))
    numbers = fillSlices(visit.segmentation, visit.headSegmentId, visit.volume)
    assert len(numbers) == np.count_nonzero(~thinned.any(axis=(1, 2)))
    assert segmentMask(visit.segmentation, visit.headSegmentId).voxelCount == pytest.approx(head.voxelCount, rel=0.03)
    report = visitSegments(visit, True).outlining[0]
    assert report.details["interpolated_slices"] == list(numbers)


def testVoxelsOfAVolumeAreItsOwn(visit):
    assert volumeVoxels(visit.volume).shape == visit.volume.GetImageData().GetDimensions()[::-1]
