"""The regression of a hip in a scene: models, timeline, legend, folder, and what is left of them after saving."""

import dataclasses
import json
import time

import numpy as np
import pytest
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.hip import CaseEnd
from ONVolumetryLib.core.mask import Mask

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml import visittransforms  # noqa: E402
from ONVolumetryLib.mrml.hipnodes import HipNodes, VisitNodes  # noqa: E402
from ONVolumetryLib.mrml.logic import MeasurementLogic  # noqa: E402
from ONVolumetryLib.mrml.regressionlegend import LEGEND_ROLE, setLegend  # noqa: E402
from ONVolumetryLib.mrml.regressionnodes import (  # noqa: E402
    BROWSER_ROLE,
    findRegression,
    fingerprintOf,
    hipScene,
    removeRegression,
    storeRegression,
)
from ONVolumetryLib.mrml.regressionparts import followSegments  # noqa: E402
from ONVolumetryLib.mrml.regressiontimeline import sequencesOf  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import vtkMatrix  # noqa: E402
from ONVolumetryLib.scene3d import styles  # noqa: E402
from ONVolumetryLib.scene3d.mesh import meshOf  # noqa: E402
from ONVolumetryLib.scene3d.regressionscene import DOUBTFUL, REGISTERED, UNREGISTERED  # noqa: E402

MONTHS = {"preop": 0.0, "3 months": 3.0, "12 months": 12.0}
# Height above the center at which the lesion begins, and where the follow-up scanner saw the patient.
HEIGHTS = {"preop": 2.0, "3 months": 5.0, "12 months": 8.0}
SHIFTS = {"preop": (0.0, 0.0, 0.0), "3 months": (6.0, -4.0, 3.0), "12 months": (-5.0, 7.0, -2.0)}
CENTER, RADIUS_MM = np.array([1.0, 2.0, 0.7]), 14.0


def masksOf(label):
    matrix = np.diag([0.8, 0.8, 2.0, 1.0])
    matrix[:3, 3] = np.array([-16.0, -14.0, -17.0]) + SHIFTS[label]
    grid = GridGeometry((42, 42, 18), matrix)
    indices = np.stack(np.meshgrid(*(np.arange(size) for size in grid.sizeIjk), indexing="ij"), axis=-1)
    points = grid.toRas(indices).transpose(2, 1, 0, 3) - CENTER - SHIFTS[label]
    head = np.linalg.norm(points, axis=-1) < RADIUS_MM
    return Mask.fromArray(head, grid), Mask.fromArray(head & (points[..., 2] > HEIGHTS[label]), grid)


@pytest.fixture
def sequences(scene):
    """The logic of Slicer's module Sequences, and a class that its module Colors makes known."""
    scene.RegisterNodeClass(slicer.vtkMRMLColorLegendDisplayNode())
    logic = slicer.vtkSlicerSequencesLogic()
    logic.SetMRMLScene(scene)
    yield logic
    logic.SetMRMLScene(None)


@pytest.fixture
def hip(scene, drawHipIn, sequences):
    owner = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Hip 101")
    visits = []
    for label, month in MONTHS.items():
        drawn = drawHipIn(*masksOf(label))
        visits.append(VisitNodes(drawn.node, drawn.headId, drawn.lesionId, None, label, month))
    return HipNodes("101", "male", tuple(visits), "right", "P-101", owner=owner)


def register(scene, hip, label, verdict="accepted"):
    """A transform from a follow-up to the baseline as the section Registration leaves it."""
    matrix = np.eye(4)
    matrix[:3, 3] = -np.array(SHIFTS[label])
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", f"{label} to baseline")
    node.SetMatrixTransformToParent(vtkMatrix(matrix))
    node.SetAttribute(visittransforms.REGISTRATION_ATTRIBUTE, json.dumps(
        {"verdict": verdict, "followup_to_baseline_ras": matrix.tolist()}))
    visit = next(visit for visit in hip.visits if visit.label == label)
    node.SetNodeReferenceID(visittransforms.BASELINE_SEGMENTATION_ROLE, hip.visits[0].segmentation.GetID())
    node.SetNodeReferenceID(visittransforms.FOLLOWUP_SEGMENTATION_ROLE, visit.segmentation.GetID())
    hip.owner.AddNodeReferenceID(visittransforms.REGISTRATION_ROLE, node.GetID())


def build(scene, hip):
    logic = MeasurementLogic(scene)
    segments = logic.segmentsOf(hip)
    return storeRegression(scene, hip, hipScene(hip, segments, logic.measure(hip)), fingerprintOf(hip, segments))


def keysOf(regression, visit):
    return [model.key for model in regression.modelsOf(visit)]


def center(node) -> np.ndarray:
    bounds = np.array(node.GetPolyData().GetBounds()).reshape(3, 2)
    return bounds.mean(axis=1)


def testVisitsLieInTheSpaceOfTheBaseline(scene, hip):
    register(scene, hip, "3 months")
    register(scene, hip, "12 months", "doubtful")
    regression = build(scene, hip)
    preop, later, last = hip.visits
    assert keysOf(regression, preop) == [styles.LESION, styles.HEAD]
    changed = [styles.PERSISTENT, styles.REGENERATED, styles.ORIGINAL, styles.HEAD]
    assert keysOf(regression, later) == keysOf(regression, last) == changed
    assert [summary.placement for summary in regression.summaries.values()] == [REGISTERED, REGISTERED, DOUBTFUL]
    assert regression.isRegistered
    np.testing.assert_allclose(regression.centerRas, CENTER, atol=0.3)
    for visit in hip.visits:
        head = regression.modelsOf(visit)[-1].node
        np.testing.assert_allclose(center(head), CENTER, atol=0.7)
        assert not head.GetDisplayNode().GetVisibility()


def testVolumesOfTheModelsAreTheMeasuredOnes(scene, hip):
    register(scene, hip, "3 months")
    regression = build(scene, hip)
    assert regression.driftPercent < 2.0
    for visit, summary in zip(hip.visits, regression.summaries.values()):
        lesion = next(model for model in regression.modelsOf(visit)
                      if model.key in (styles.LESION, styles.PERSISTENT))
        drawn = meshOf(lesion.node.GetPolyData())
        assert drawn.isWatertight
        # The persistent part is that of the baseline, which these caps are nested in.
        assert drawn.volumeMm3 == pytest.approx(summary.volumeMm3, rel=0.03)


def testWithoutRegistrationVisitsSaySo(scene, hip):
    register(scene, hip, "3 months", "rejected")
    regression = build(scene, hip)
    assert [summary.placement for summary in regression.summaries.values()] == [REGISTERED, UNREGISTERED, UNREGISTERED]
    assert not regression.isRegistered
    for visit in hip.visits:
        assert keysOf(regression, visit) == [styles.LESION, styles.HEAD]
        np.testing.assert_allclose(center(regression.modelsOf(visit)[-1].node), CENTER, atol=0.7)
    assert [model.key for model in regression.timelineModels] == [styles.LESION, styles.HEAD]


def testColorsAndOpacityFollowTheSegments(scene, hip):
    register(scene, hip, "3 months")
    regression = build(scene, hip)
    visit = hip.visits[1]
    visit.segmentation.GetSegmentation().GetSegment(visit.lesionSegmentId).SetColor(0.1, 0.9, 0.2)
    visit.segmentation.GetDisplayNode().SetSegmentOpacity3D(visit.headSegmentId, 0.5)
    visit.segmentation.GetDisplayNode().SetOpacity3D(0.5)
    followSegments(regression.models, hip.visits)
    look = {model.key: model.display for model in regression.modelsOf(visit)}
    assert look[styles.PERSISTENT].GetColor() == pytest.approx((0.1, 0.9, 0.2))
    assert look[styles.REGENERATED].GetColor() == pytest.approx((0.0, 158 / 255, 115 / 255))
    assert look[styles.HEAD].GetOpacity() == pytest.approx(0.25 * styles.STYLES[styles.HEAD].farOpacity)
    assert look[styles.PERSISTENT].GetOpacity() == pytest.approx(0.5)
    other = {model.key: model.display for model in regression.modelsOf(hip.visits[0])}
    assert other[styles.LESION].GetOpacity() == 1.0 and other[styles.LESION].GetColor()[0] > 0.8


def testLegendNamesThePartsInTheirColors(scene, hip):
    register(scene, hip, "3 months")
    regression = build(scene, hip)
    segment = hip.visits[0].segmentation.GetSegmentation().GetSegment(hip.visits[0].lesionSegmentId)
    segment.SetColor(0.5, 0.25, 0.0)
    setLegend(regression.room, regression.models, hip.visits, lambda key: f"the {key}")
    colors = regression.room.GetNodeReference(LEGEND_ROLE)
    names = [colors.GetColorName(index) for index in range(colors.GetNumberOfColors())]
    assert names == ["the original", "the regenerated", "the lesion", "the head"]
    color = [0.0] * 4
    colors.GetColor(2, color)
    veil = styles.STYLES[styles.HEAD].nearOpacity
    head = np.array(hip.visits[0].segmentation.GetSegmentation().GetSegment(hip.visits[0].headSegmentId).GetColor())
    assert color[:3] == pytest.approx((1 - veil) * np.array((0.5, 0.25, 0.0)) + veil * head, abs=0.01)
    assert all(colors.GetColorDefined(index) for index in range(4))


def testTimelineStepsThroughFewFrames(scene, hip, sequences):
    register(scene, hip, "3 months")
    register(scene, hip, "12 months")
    regression = build(scene, hip)
    browser = regression.browser
    assert browser.GetNumberOfItems() == len(regression.frames) == 13
    lesion = next(model.node for model in regression.timelineModels if model.key == styles.LESION)
    spent = []
    for index, frame in enumerate(regression.frames):
        start = time.process_time()
        browser.SetSelectedItemNumber(index)
        sequences.UpdateProxyNodesFromSequences(browser)
        spent.append(time.process_time() - start)
        drawn = meshOf(lesion.GetPolyData())
        assert drawn.volumeMm3 == pytest.approx(frame.volumeMm3, rel=0.02)
        assert lesion.GetPolyData().GetNumberOfPolys() <= 7000
        assert float(browser.GetMasterSequenceNode().GetNthIndexValue(index)) == pytest.approx(frame.month)
    assert max(spent) < 0.05
    assert [frame.month for frame in regression.frames if frame.isMeasured] == [0.0, 3.0, 12.0]


def testHeadsOfTheTimelineAreThoseOfTheNearestVisit(scene, hip):
    regression = build(scene, hip)
    heads = sequencesOf(regression.browser)[1]
    assert [float(heads.GetNthIndexValue(index)) for index in range(heads.GetNumberOfDataNodes())] == [0.0, 2.0, 7.5]


def testOneVisitHasNoTimeline(scene, hip):
    alone = dataclasses.replace(hip, visits=hip.visits[:1])
    regression = build(scene, alone)
    assert regression.browser is None and regression.frames == () and regression.timelineModels == []
    assert keysOf(regression, hip.visits[0]) == [styles.LESION, styles.HEAD]


def testFingerprintTellsWhatMatters(scene, hip):
    logic = MeasurementLogic(scene)
    segments = logic.segmentsOf(hip)
    before = fingerprintOf(hip, segments)
    renamed = dataclasses.replace(hip, visits=(
        dataclasses.replace(hip.visits[0], label="before surgery"), *hip.visits[1:]))
    assert fingerprintOf(renamed, logic.segmentsOf(renamed)) == before
    register(scene, hip, "3 months")
    registered = fingerprintOf(hip, segments)
    assert registered != before
    other = masksOf("12 months")[1]
    edited = [dataclasses.replace(segments[0], lesion=Mask(other.voxels, other.offsetIjk, segments[0].lesion.grid)),
              *segments[1:]]
    assert fingerprintOf(hip, edited) != registered


def testRemovingLeavesNothing(scene, hip):
    before = nodesOf(scene)
    build(scene, hip)
    build(scene, hip)
    assert len(nodesOf(scene)) > len(before) + 10
    removeRegression(scene, hip.owner)
    assert nodesOf(scene) == before
    assert findRegression(hip.owner) is None
    assert folders(scene) == []


def testFolderKeepsWhatTheUserPutThere(scene, hip):
    regression = build(scene, hip)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    folder = tree.GetItemParent(tree.GetItemByDataNode(regression.room))
    assert tree.GetItemName(folder) == "3D regression"
    note = scene.AddNewNodeByClass("vtkMRMLTextNode", "a note")
    tree.CreateItem(folder, note)
    removeRegression(scene, hip.owner)
    assert scene.IsNodePresent(note) and tree.GetItemByDataNode(note)
    assert folders(scene) == []


def testModelsThatTheUserRemovedAreMissedByNobody(scene, hip):
    regression = build(scene, hip)
    scene.RemoveNode(regression.modelsOf(hip.visits[0])[0].node)
    scene.RemoveNode(regression.room)
    found = findRegression(hip.owner)
    assert found.room is None and keysOf(found, hip.visits[0]) == [styles.HEAD]
    build(scene, hip)
    assert keysOf(findRegression(hip.owner), hip.visits[0]) == [styles.LESION, styles.HEAD]


def testSceneIsSavedAndOpenedAgain(scene, hip, tmp_path):
    register(scene, hip, "3 months")
    register(scene, hip, "12 months")
    plain, whole = tmp_path / "plain.mrb", tmp_path / "whole.mrb"
    save(scene, plain)
    regression = build(scene, hip)
    save(scene, whole)
    assert whole.stat().st_size - plain.stat().st_size < 15e6
    before = [partNumbers(model) for model in regression.models]
    summaries, frames = list(regression.summaries.values()), regression.frames
    scene.Clear()
    assert scene.ReadFromMRB(str(whole))
    found = findRegression(scene.GetFirstNodeByName("Hip 101"))
    assert list(found.summaries.values()) == summaries and found.frames == frames
    for model, (key, isTimeline, outlines, triangles, bounds) in zip(found.models, before, strict=True):
        assert partNumbers(model)[:4] == (key, isTimeline, outlines, triangles)
        np.testing.assert_allclose(model.node.GetPolyData().GetBounds(), bounds, atol=1e-3)
    assert found.browser.GetNumberOfItems() == 13
    assert found.browser.GetProxyNode(sequencesOf(found.browser)[0]) is next(
        model.node for model in found.timelineModels if model.key == styles.LESION)


def partNumbers(model):
    surface = model.node.GetPolyData()
    return (model.key, model.isTimeline, model.segmentation.GetName(), surface.GetNumberOfPolys(), surface.GetBounds())


def testBuildingTakesLittleTime(scene, hip):
    register(scene, hip, "3 months")
    register(scene, hip, "12 months")
    logic = MeasurementLogic(scene)
    segments, measurement = logic.segmentsOf(hip), logic.measure(hip)
    start = time.process_time()
    storeRegression(scene, hip, hipScene(hip, segments, measurement), "")
    assert time.process_time() - start < 2.0
    assert hip.owner.GetNodeReference(BROWSER_ROLE) is not None


def testEndOfFollowUpIsHandedOnToThePicture(scene, hip):
    logic, ended = MeasurementLogic(scene), dataclasses.replace(hip, visits=hip.visits[:1], end=CaseEnd("lost", 5.0))
    assert hipScene(ended, logic.segmentsOf(ended), logic.measure(ended)).end == CaseEnd("lost", 5.0)


def save(scene, path):
    # Without an application there are no default storage nodes.
    for node in (node for index in range(scene.GetNumberOfNodes()) if (node := scene.GetNthNode(index))):
        if node.IsA("vtkMRMLStorableNode") and not node.GetStorageNode():
            node.AddDefaultStorageNode()
    giveCacheFolder(scene, path.parent)
    assert scene.WriteToMRB(str(path))


def giveCacheFolder(scene, folder):
    """What an application sets up for reading and writing .mrb files."""
    cache, manager = slicer.vtkCacheManager(), slicer.vtkDataIOManager()
    cache.SetRemoteCacheDirectory(str(folder))
    manager.SetCacheManager(cache)
    scene.SetCacheManager(cache)
    scene.SetDataIOManager(manager)


def nodesOf(scene) -> list[str]:
    """Everything but the subject hierarchy, which appears when it is first needed."""
    nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
    return sorted(node.GetID() for node in nodes if not node.IsA("vtkMRMLSubjectHierarchyNode"))


def folders(scene) -> list[str]:
    import vtk

    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    found = vtk.vtkIdList()
    tree.GetItemChildren(tree.GetSceneItemID(), found, True)
    names = [tree.GetItemName(found.GetId(index)) for index in range(found.GetNumberOfIds())]
    return [name for name in names if name in ("3D regression", "Timeline")]
