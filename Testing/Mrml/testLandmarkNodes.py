"""Landmarks and zones in a scene: one markups node a hip, saved with the case, and models that show the zones."""

import dataclasses
import json

import numpy as np
import pytest
from ONVolumetryLib.files.case import Case, CaseVisit, readCase, writeCase
from ONVolumetryLib.files.landmarkfile import readLandmarks, writeLandmarks
from ONVolumetryLib.files.segment import Segment, Segmentation
from ONVolumetryLib.files.segmentations import writeSegmentation

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.core.location.landmarks import Landmarks  # noqa: E402
from ONVolumetryLib.files.keys import LANDMARK_FIELDS  # noqa: E402
from ONVolumetryLib.mrml.anglemodels import showAngles  # noqa: E402
from ONVolumetryLib.mrml.caseopening import openCase  # noqa: E402
from ONVolumetryLib.mrml.casesaving import saveCase  # noqa: E402
from ONVolumetryLib.mrml.hiplocation import landmarksAtVisit  # noqa: E402
from ONVolumetryLib.mrml.landmarknodes import (  # noqa: E402
    addLandmarks,
    landmarksOfNode,
    nextLandmark,
    placeLandmark,
    showMovedLandmarks,
)
from ONVolumetryLib.mrml.logic import MeasurementLogic  # noqa: E402
from ONVolumetryLib.mrml.zonemodels import removeZones, showZones  # noqa: E402

CENTER = np.array([1.0, 2.0, 0.7])
POINTS = {"lateralEdge": (14.5, 0, 25.1), "teardrop": (-33, 4, -18), "anteriorEdge": (-12.7, 24.9, 0),
          "posteriorEdge": (7.2, -27, 0), "contralateralTeardrop": (-143, 4, -18)}
LANDMARKS = Landmarks(**{name: CENTER + np.array(point) for name, point in POINTS.items()})


@pytest.fixture
def casePath(tmp_path, ballMasks):
    """A case of one visit with landmarks."""
    folder = tmp_path / "case"
    head, lesion = ballMasks
    writeSegmentation(folder / "preop.seg.nrrd", Segmentation((
        Segment("Femoral head", head), Segment("Osteonecrosis lesion", lesion)), head.grid))
    writeLandmarks(folder / "points.mrk.json", LANDMARKS)
    visit = CaseVisit("preop", 0.0, segmentation=folder / "preop.seg.nrrd")
    writeCase(folder / "case.json", Case("9", "P-9", "right", "male", (visit,), landmarks=folder / "points.mrk.json"))
    return folder / "case.json"


def requireSameLandmarks(first, second):
    assert first.placed.keys() == second.placed.keys()
    for name, point in first.placed.items():
        assert np.allclose(point, second.placed[name], atol=1e-6)


def testNodeHoldsAllLabelsAndTellsWhichPointIsNext(scene):
    node = addLandmarks(scene, Landmarks(teardrop=(1.0, 2.0, 3.0)), "Landmarks")
    labels = [node.GetNthControlPointLabel(index) for index in range(node.GetNumberOfControlPoints())]
    assert labels == list(LANDMARK_FIELDS)
    assert np.allclose(landmarksOfNode(node).teardrop, (1, 2, 3))
    assert list(landmarksOfNode(node).placed) == ["teardrop"]
    assert nextLandmark(node) == "lateralEdge"
    placeLandmark(node, "lateralEdge", (4.0, 5.0, 6.0))
    assert nextLandmark(node) == "anteriorEdge"
    assert np.allclose(landmarksOfNode(node).lateralEdge, (4, 5, 6))
    node.RemoveAllControlPoints()
    assert landmarksOfNode(node) is None
    placeLandmark(node, "neckAxis", (7.0, 8.0, 9.0))
    assert np.allclose(landmarksOfNode(node).neckAxis, (7, 8, 9))


def testPointsUnderATransformAreReadInTheWorld(scene):
    import vtk

    node = addLandmarks(scene, LANDMARKS, "Landmarks")
    move = vtk.vtkTransform()
    move.Translate(5.0, 6.0, 7.0)
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(move.GetMatrix())
    node.SetAndObserveTransformNodeID(transform.GetID())
    assert np.allclose(landmarksOfNode(node).teardrop, np.add(LANDMARKS.teardrop, (5, 6, 7)))


def testLandmarksOfACaseAreOpenedUsedAndSaved(scene, casePath, tmp_path):
    hip = openCase(scene, casePath)
    requireSameLandmarks(landmarksOfNode(hip.landmarks), LANDMARKS)
    logic = MeasurementLogic(scene)
    record = logic.record(hip, logic.measure(hip))
    visit = record["visits"][0]
    assert visit["jic_type"] in ("A", "B", "C1", "C2") and visit["jic_zones"] not in (None, "-")
    assert [state["state"] for state in visit["jic_states"]].count("not measurable") == 0
    # Moving a landmark puts the result out of date, and is saved.
    assert logic.changedVisits(hip, record) == []
    moved = np.add(LANDMARKS.lateralEdge, (0.0, 0.0, 1.5))
    placeLandmark(hip.landmarks, "lateralEdge", moved)
    assert logic.changedVisits(hip, record) == ["preop"]
    path = saveCase(hip, tmp_path / "saved")
    assert np.allclose(readLandmarks(readCase(path).landmarks).lateralEdge, moved)
    assert readCase(path).landmarks.name == "landmarks.mrk.json"


def testHipWithoutLandmarksSaysWhyItHasNoZones(scene, casePath):
    hip = dataclasses.replace(openCase(scene, casePath), landmarks=None)
    logic = MeasurementLogic(scene)
    visit = logic.record(hip, logic.measure(hip))["visits"][0]
    assert visit["jic_zones"] is None and visit["kerboul_degrees"] > 0
    assert visit["location"]["jic_not_measured"] == "no landmarks were given"


def testNodeWithoutPointsIsNotSavedAsLandmarks(scene, casePath, tmp_path):
    hip = openCase(scene, casePath)
    hip.landmarks.RemoveAllControlPoints()
    assert readCase(saveCase(hip, tmp_path / "saved")).landmarks is None


def testZonesAreDrawnOnTheSphereAndTakenAway(scene, casePath):
    hip = openCase(scene, casePath)
    logic = MeasurementLogic(scene)
    record = json.loads(json.dumps(logic.record(hip, logic.measure(hip))))
    visit = record["visits"][0]
    models = showZones(scene, visit, "jic", True)
    assert [model.GetName() for model in models] == ["JIC zone A", "JIC zone B", "JIC zone C1", "JIC zone C2",
                                                     "JIC sectors"]
    radius = visit["sphere"]["radius_mm"]
    for model in models[:4]:
        surface = model.GetPolyData()
        points = np.array([surface.GetPoint(index) for index in range(surface.GetNumberOfPoints())])
        assert np.allclose(np.linalg.norm(points - visit["sphere"]["center_ras_mm"], axis=1), radius + 0.6, atol=1e-3)
        assert not model.GetSaveWithScene()
    # Shown again, the former models go.
    showZones(scene, visit, "jic", True)
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == 5
    showZones(scene, visit, "acp", True)
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == 10
    showZones(scene, visit, "jic", False)
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == 5
    removeZones(scene)
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == 0
    assert showZones(scene, None, "jic", True) == []


def testAnglesAreDrawnWithTheirValueAndTakenAway(scene, casePath):
    hip = openCase(scene, casePath)
    logic = MeasurementLogic(scene)
    visit = json.loads(json.dumps(logic.record(hip, logic.measure(hip))))["visits"][0]
    *models, labels = showAngles(scene, visit, True)
    assert [model.GetName() for model in models] == ["Arc of necrosis, coronal", "Arc of necrosis, sagittal"]
    texts = [labels.GetNthControlPointLabel(index) for index in range(labels.GetNumberOfControlPoints())]
    angles = visit["location"]["angles"]
    assert texts == [f"{angles[name]['degrees']:.0f}°" for name in ("coronal", "sagittal")]
    # The cap lies on top: both values stand above the center.
    for index in range(2):
        assert labels.GetNthControlPointPositionVector(index)[2] > visit["sphere"]["center_ras_mm"][2] + 8
    surface = models[0].GetPolyData()
    points = np.array([surface.GetPoint(index) for index in range(surface.GetNumberOfPoints())])
    reach = np.linalg.norm(points - visit["sphere"]["center_ras_mm"], axis=1).max()
    assert abs(reach - visit["sphere"]["radius_mm"]) < 0.5
    count = scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode")
    assert showAngles(scene, visit, False) == []
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == 0
    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == count - 1


def testLandmarksFollowTheRegistrationToAnotherVisit(scene):
    matrix = np.eye(4)
    matrix[:3, 3] = (1.0, 2.0, 3.0)
    registration = {"verdict": "accepted", "followup_to_baseline_ras": matrix.tolist()}
    there = landmarksAtVisit(LANDMARKS, {"registration": registration})
    assert np.allclose(there.teardrop, LANDMARKS.teardrop - (1, 2, 3))
    assert landmarksAtVisit(LANDMARKS, {"registration": {**registration, "verdict": "rejected"}}) is None
    assert landmarksAtVisit(LANDMARKS, {"registration": None}) is None
    node = showMovedLandmarks(scene, "owner", there, "At 3 months")
    assert node.GetLocked() and not node.GetSaveWithScene()
    assert showMovedLandmarks(scene, "owner", LANDMARKS, "At 12 months") is node
    requireSameLandmarks(landmarksOfNode(node), LANDMARKS)
    assert showMovedLandmarks(scene, "owner", None, "") is None
    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == 0
