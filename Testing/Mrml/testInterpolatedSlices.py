"""Interpolated slices in a scene: edited, confirmed, filled again, saved; approved outlines; the look of marrow."""

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.core.mask import Mask  # noqa: E402
from ONVolumetryLib.files.segnrrd import STATUS_TAG  # noqa: E402
from ONVolumetryLib.mrml.assistedoutlining import fillSlices  # noqa: E402
from ONVolumetryLib.mrml.hipnodes import HipNodes, VisitNodes  # noqa: E402
from ONVolumetryLib.mrml.interpolatedslices import (  # noqa: E402
    confirmSlices,
    interpolatedOutlines,
    noteEditedSlices,
    slicesOfSegment,
)
from ONVolumetryLib.mrml.logic import MeasurementLogic  # noqa: E402
from ONVolumetryLib.mrml.marrow import MARROW_ATTRIBUTE, polarityOf, setPolarity  # noqa: E402
from ONVolumetryLib.mrml.outlinesinscene import approvedOutlines, outlinesOfHips  # noqa: E402
from ONVolumetryLib.mrml.parameterschema import HIP_ATTRIBUTE  # noqa: E402
from ONVolumetryLib.mrml.segmentediting import replaceVoxels, segmentMask  # noqa: E402
from ONVolumetryLib.mrml.visits import visitSegments  # noqa: E402


@pytest.fixture
def filled(drawnHip):
    """A hip whose head was outlined on every second slice and filled; the numbers of the filled slices."""
    thinned = drawnHip.head.voxels.copy()
    thinned[1:-1:2] = False
    replaceVoxels(drawnHip.node, drawnHip.headId, Mask(thinned, drawnHip.head.offsetIjk, drawnHip.head.grid))
    return drawnHip, fillSlices(drawnHip.node, drawnHip.headId, None)


def editSlice(hip, index):
    mask = segmentMask(hip.node, hip.headId)
    voxels = mask.voxels.copy()
    voxels[index - mask.offsetIjk[2], :, : voxels.shape[2] // 2] = False
    replaceVoxels(hip.node, hip.headId, Mask(voxels, mask.offsetIjk, mask.grid))


def testFilledSlicesAreToBeLookedAt(filled):
    hip, numbers = filled
    outline, = interpolatedOutlines(hip.node)
    assert (outline.segmentId, outline.name) == (hip.headId, "Femoral head")
    assert outline.slices.numbers == numbers and outline.slices.axis == 2
    report = visitSegments(VisitNodes(hip.node, hip.headId, hip.lesionId), True).outlining[0]
    assert report.details == {"interpolated_slices": list(numbers), "slice_axis": "K"}


def testEditIsKeptWithTheSegment(filled):
    hip, numbers = filled
    before = segmentMask(hip.node, hip.headId)
    editSlice(hip, numbers[1] - 1)
    noteEditedSlices(hip.node)
    # What a reader draws is his own, also where it is what was interpolated.
    replaceVoxels(hip.node, hip.headId, before)
    left = (numbers[0], *numbers[2:])
    assert slicesOfSegment(hip.node, hip.headId).numbers == left
    report = visitSegments(VisitNodes(hip.node, hip.headId, hip.lesionId), True).outlining[0]
    assert report.details["reviewed_slices"] == [numbers[1]]


def testConfirmedSliceIsTheReadersOwn(filled):
    hip, numbers = filled
    confirmSlices(hip.node, hip.headId, [numbers[0] - 1, 0])
    assert slicesOfSegment(hip.node, hip.headId).numbers == numbers[1:]
    confirmSlices(hip.node, hip.headId, [number - 1 for number in numbers])
    assert interpolatedOutlines(hip.node) == []


def testConfirmedSliceIsInTheNextRecord(scene, filled):
    hip, numbers = filled
    logic, nodes = MeasurementLogic(scene), HipNodes("1", "male", (VisitNodes(hip.node, hip.headId, hip.lesionId),))

    def recorded():
        record = logic.record(nodes, logic.measure(nodes))
        return record["visits"][0]["outlining"][0]["details"]["interpolated_slices"]
    assert recorded() == list(numbers)
    confirmSlices(hip.node, hip.headId, [numbers[0] - 1])
    assert recorded() == list(numbers[1:])


def testSlicesOfAnEarlierFillingStayMarked(filled):
    hip, numbers = filled
    mask = segmentMask(hip.node, hip.headId)
    voxels = mask.voxels.copy()
    voxels[numbers[2] - 2 - mask.offsetIjk[2]] = False  # a slice that the reader had outlined
    replaceVoxels(hip.node, hip.headId, Mask(voxels, mask.offsetIjk, mask.grid))
    again = fillSlices(hip.node, hip.headId, None)
    assert again == (numbers[2] - 1,)
    assert slicesOfSegment(hip.node, hip.headId).numbers == tuple(sorted({*numbers, *again}))


def testCompletedSegmentIsConfirmed(filled):
    hip, _numbers = filled
    hip.node.GetSegmentation().GetSegment(hip.headId).SetTag(STATUS_TAG, "completed")
    assert interpolatedOutlines(hip.node) == []
    hip.node.GetSegmentation().GetSegment(hip.headId).SetTag(STATUS_TAG, "inprogress")
    assert interpolatedOutlines(hip.node)


def testSlicesAreFoundInASavedScene(scene, filled, saveAndLoad):
    hip, numbers = filled
    name, headId = hip.node.GetName(), hip.headId
    saveAndLoad(scene)
    node = scene.GetFirstNodeByName(name)
    assert slicesOfSegment(node, headId).numbers == numbers


def testApprovedOutlinesAreKnown(scene, drawnHip):
    hip = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Hip")
    hip.SetAttribute(HIP_ATTRIBUTE, "1")
    hip.SetNodeReferenceID("visits.1.segmentation", drawnHip.node.GetID())
    assert outlinesOfHips(scene) == [drawnHip.node]
    assert approvedOutlines(scene) == []
    hip.SetParameter("visits.0.approvedBy", "AB")
    assert approvedOutlines(scene) == []
    hip.SetParameter("visits.1.approvedBy", "AB")
    assert approvedOutlines(scene) == [drawnHip.node]


def testLookOfMarrowIsKeptWithTheVolume(scene):
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "MR")
    assert polarityOf(volume) is None and polarityOf(None) is None
    setPolarity(volume, "dark")
    assert polarityOf(volume) == "dark"
    setPolarity(volume, None)
    assert volume.GetAttribute(MARROW_ATTRIBUTE) is None
    volume.SetAttribute(MARROW_ATTRIBUTE, "purple")
    assert polarityOf(volume) is None


def testEditOfAnotherSliceChangesNothing(filled):
    hip, numbers = filled
    editSlice(hip, numbers[1])
    noteEditedSlices(hip.node)
    assert slicesOfSegment(hip.node, hip.headId).numbers == numbers
    assert np.array_equal(interpolatedOutlines(hip.node)[0].mask.grid.sizeIjk, hip.head.grid.sizeIjk)
