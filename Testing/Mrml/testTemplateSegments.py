"""Template segments are made once, in place, and an empty lesion means 0 only where a reader says so."""

import numpy as np
import pytest
from ONVolumetryLib.core.errors import GeometryError, SegmentError
from ONVolumetryLib.files.segmentnames import HEAD, LESION
from ONVolumetryLib.files.segnrrd import STATUS_TAG

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.hipnodes import VisitNodes  # noqa: E402
from ONVolumetryLib.mrml.segmentediting import replaceVoxels, segmentMask  # noqa: E402
from ONVolumetryLib.mrml.segments import describeSegments, segmentTag  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import vtkMatrix  # noqa: E402
from ONVolumetryLib.mrml.templatesegments import (  # noqa: E402
    addMissingSegments,
    addVisitSegmentation,
    isSaidAbsent,
    sayNoLesionIsLeft,
)
from ONVolumetryLib.mrml.visits import visitSegments  # noqa: E402


@pytest.fixture
def volume(scene, ballMasks):
    import vtk

    grid = ballMasks[0].grid
    image = vtk.vtkImageData()
    image.SetDimensions(*grid.sizeIjk)
    image.AllocateScalars(vtk.VTK_SHORT, 1)
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "MR")
    node.SetAndObserveImageData(image)
    node.SetIJKToRASMatrix(vtkMatrix(grid.ijkToRas))
    return node


def testNewSegmentationLiesOnTheVolume(scene, volume, ballMasks):
    node, headId, lesionId = addVisitSegmentation(scene, volume, "preop")
    described = describeSegments(node).segments
    assert [(part.name, part.terminologyEntry) for part in described] == [
        (HEAD.name, HEAD.terminologyEntry), (LESION.name, LESION.terminologyEntry)]
    assert np.allclose([part.colorRgb for part in described], [HEAD.colorRgb, LESION.colorRgb], atol=1e-3)
    mask = segmentMask(node, headId)
    assert mask.isEmpty and mask.grid.isSameLattice(ballMasks[0].grid)
    assert segmentMask(node, lesionId).isEmpty
    segments = visitSegments(VisitNodes(node, headId, lesionId, volume), True)
    assert (segments.head, segments.lesion, segments.lesionAbsent) == (None, None, False)


def testSegmentationFollowsTheTransformOfTheVolume(scene, volume):
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    volume.SetAndObserveTransformNodeID(transform.GetID())
    assert addVisitSegmentation(scene, volume, "preop")[0].GetParentTransformNode() is transform


def testVolumeWithoutVoxelsIsRefused(scene):
    with pytest.raises(GeometryError, match='"Nothing" is empty'):
        addVisitSegmentation(scene, scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Nothing"), "preop")
    assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 0


def testSegmentsAreMadeOnlyOnce(scene, volume):
    node, *ids = addVisitSegmentation(scene, volume, "preop")
    assert addMissingSegments(node) == tuple(ids)
    assert addMissingSegments(node, *ids) == tuple(ids)
    assert node.GetSegmentation().GetNumberOfSegments() == 2


def testOnlyTheMissingSegmentIsMade(drawnHip):
    drawnHip.node.GetSegmentation().RemoveSegment(drawnHip.lesionId)
    headId, lesionId = addMissingSegments(drawnHip.node)
    assert headId == drawnHip.headId
    assert segmentMask(drawnHip.node, lesionId).isEmpty
    assert segmentMask(drawnHip.node, headId).voxelCount == drawnHip.head.voxelCount


def testSegmentThatIsHeadByChoiceIsNotMadeAgain(drawnHip):
    """A reader may have chosen segments whose names say nothing."""
    segmentation = drawnHip.node.GetSegmentation()
    for segmentId, name in ((drawnHip.headId, "A"), (drawnHip.lesionId, "B")):
        segmentation.GetSegment(segmentId).SetName(name)
        segmentation.GetSegment(segmentId).RemoveTag("TerminologyEntry")
    assert addMissingSegments(drawnHip.node, drawnHip.headId, drawnHip.lesionId) == (drawnHip.headId,
                                                                                     drawnHip.lesionId)


def testNoLesionLeftCanBeSaidAndTakenBack(scene, volume, ballMasks):
    node, headId, lesionId = addVisitSegmentation(scene, volume, "12 months")
    replaceVoxels(node, headId, ballMasks[0])
    visit = VisitNodes(node, headId, lesionId, volume)
    sayNoLesionIsLeft(node, lesionId)
    assert isSaidAbsent(node, lesionId) and visitSegments(visit, False).lesionAbsent
    sayNoLesionIsLeft(node, lesionId)
    sayNoLesionIsLeft(node, lesionId, False)
    assert not isSaidAbsent(node, lesionId) and not visitSegments(visit, False).lesionAbsent
    assert segmentTag(node.GetSegmentation().GetSegment(lesionId), STATUS_TAG) == "notstarted"


def testTakingBackGivesTheFormerStatus(scene, volume):
    node, _, lesionId = addVisitSegmentation(scene, volume, "12 months")
    segment = node.GetSegmentation().GetSegment(lesionId)
    segment.SetTag(STATUS_TAG, "flagged")
    sayNoLesionIsLeft(node, lesionId)
    sayNoLesionIsLeft(node, lesionId, False)
    assert segmentTag(segment, STATUS_TAG) == "flagged"


def testOutlinedLesionIsNotAbsent(drawnHip):
    with pytest.raises(SegmentError, match="clear the segment"):
        sayNoLesionIsLeft(drawnHip.node, drawnHip.lesionId)
    drawnHip.node.GetSegmentation().GetSegment(drawnHip.lesionId).SetTag(STATUS_TAG, "completed")
    assert not isSaidAbsent(drawnHip.node, drawnHip.lesionId)
