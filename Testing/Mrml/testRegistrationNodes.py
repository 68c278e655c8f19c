"""Registrations and change maps of a scene are those of the program for the same case folder."""

import dataclasses
import json

import numpy as np
import pytest
from ONVolumetryLib.core.errors import GeometryError, SegmentError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.registration.rigid import applyTo, inverseOf, rigidMatrix
from ONVolumetryLib.files.case import Case, CaseVisit, readCase, writeCase
from ONVolumetryLib.files.changefile import SEGMENTS
from ONVolumetryLib.files.images import writeImage
from ONVolumetryLib.files.segment import Segment, Segmentation
from ONVolumetryLib.files.segmentations import writeSegmentation
from ONVolumetryLib.files.transforms import readTransformToBaseline, writeTransformToBaseline
from ONVolumetryLib.program.casemeasurement import measureCase

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.adjusting import adjusted  # noqa: E402
from ONVolumetryLib.mrml.ballhip import CENTER_RAS, ballMasks  # noqa: E402
from ONVolumetryLib.mrml.caseopening import openCase  # noqa: E402
from ONVolumetryLib.mrml.casesaving import saveCase  # noqa: E402
from ONVolumetryLib.mrml.changenodes import changeNode, makeChangeNode, updateChangeNodes  # noqa: E402
from ONVolumetryLib.mrml.grids import volumeGrid, volumeVoxels  # noqa: E402
from ONVolumetryLib.mrml.headcopy import copyHead, reasonNotToCopyHead  # noqa: E402
from ONVolumetryLib.mrml.logic import MeasurementLogic  # noqa: E402
from ONVolumetryLib.mrml.pairnodes import (  # noqa: E402
    forgetUserTransform,
    isUsers,
    linkPairs,
    pairFor,
    setUserTransform,
)
from ONVolumetryLib.mrml.pairsummary import pairSummaries  # noqa: E402
from ONVolumetryLib.mrml.patienttree import arrange  # noqa: E402
from ONVolumetryLib.mrml.readingmode import BLINDED, noteReading, readingOf  # noqa: E402
from ONVolumetryLib.mrml.registeredview import (  # noqa: E402
    addCheckerboard,
    addOutlineCopy,
    addVolumeCopy,
    checkerboard,
    copiesOf,
    removeCopies,
    setTransform,
)
from ONVolumetryLib.mrml.segmentediting import replaceVoxels, segmentMask  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import vtkMatrix  # noqa: E402
from ONVolumetryLib.mrml.visittransforms import followUpToBaseline, pairNode, storedRegistration  # noqa: E402

# The patient is turned about the head and shifted.
MOVE = rigidMatrix(np.radians([3.0, -4.0, 2.0]), [6.0, -5.0, 4.0], np.array(CENTER_RAS))
LABELS = ("preop", "3 months", "12 months")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Case of a baseline, a follow-up that moved, and one with the user's transform; what is known of the program."""
    folder = tmp_path_factory.mktemp("case")
    visits = []
    for index, (label, move) in enumerate(zip(LABELS, (np.eye(4), MOVE, MOVE))):
        head, lesion = movedBall(move, 1.0 - 0.3 * index)
        noise = np.random.default_rng(index).normal(0.0, 5.0, head.grid.shapeKji)
        image = 100 + 300.0 * head.fullArray() - 200.0 * lesion.fullArray() + texture(head.grid, move) + noise
        writeImage(folder / f"{index}.nrrd", image.astype(np.int16), head.grid)
        writeSegmentation(folder / f"{index}.seg.nrrd", Segmentation(
            (Segment("Femoral head", head), Segment("Osteonecrosis lesion", lesion)), head.grid))
        visits.append(CaseVisit(label, (0.0, 3.0, 12.0)[index], image=folder / f"{index}.nrrd",
                                segmentation=folder / f"{index}.seg.nrrd"))
    writeTransformToBaseline(folder / "own.tfm", inverseOf(MOVE))
    visits[2] = dataclasses.replace(visits[2], transformToBaseline=folder / "own.tfm")
    writeCase(folder / "case.json", Case("7", "7", "right", "male", tuple(visits)))
    return folder


@pytest.fixture(scope="module")
def program(folder):
    return measureCase(folder / "case.json")[1]


@pytest.fixture(scope="module")
def registered(folder):
    """The case opened, registered and measured in a scene."""
    scene = slicer.vtkMRMLScene()
    segmentations = slicer.vtkSlicerSegmentationsModuleLogic()
    segmentations.SetMRMLScene(scene)
    hip = openCase(scene, folder)
    logic = MeasurementLogic(scene)
    before = logic.measure(hip)
    done = logic.register(hip)
    yield {"scene": scene, "hip": hip, "logic": logic, "before": before, "done": done, "after": logic.measure(hip)}
    segmentations.SetMRMLScene(None)


@pytest.fixture
def fresh(scene, folder, registered):
    """Another scene with the case, whose logic need not register again what is known."""
    hip = openCase(scene, folder)
    for visit, known in zip(hip.visits[1:], registered["hip"].visits[1:]):
        source = pairNode(registered["hip"], known)
        node = pairFor(scene, hip, visit)
        node.SetAttribute("ONVolumetry.registration", source.GetAttribute("ONVolumetry.registration"))
        matrix = followUpToBaseline(registered["hip"], known).toBaselineRas
        node.SetMatrixTransformToParent(vtkMatrix(matrix))
    return hip, MeasurementLogic(scene)


def movedBall(move, share):
    """Ball and part of its cap, cut into slices that do not move with them."""
    ball = ballMasks((1.0, 1.0, 4.0))[0].grid
    size = np.add(ball.sizeIjk, (20, 20, 6))
    matrix = np.array(ball.ijkToRas)
    matrix[:3, 3] -= np.array((10, 10, 3)) * ball.spacingMm
    grid = GridGeometry(tuple(size), matrix)
    k, j, i = np.meshgrid(*(np.arange(count) for count in grid.shapeKji), indexing="ij")
    points = applyTo(inverseOf(move), grid.toRas(np.stack([i, j, k], axis=-1))) - np.array(CENTER_RAS)
    inside = np.linalg.norm(points, axis=-1) < 24.0
    cap = points @ np.array([2.0, 1.0, 2.0]) / 3.0 > 24.0 - 14.0 * share
    return Mask.fromArray(inside, grid), Mask.fromArray(inside & cap, grid)


def texture(grid, move):
    """Something to see in the image that moves with the patient."""
    k, j, i = np.meshgrid(*(np.arange(count) for count in grid.shapeKji), indexing="ij")
    points = applyTo(inverseOf(move), grid.toRas(np.stack([i, j, k], axis=-1)))
    return 40.0 * np.sin(points[..., 0] / 4.0) * np.cos(points[..., 1] / 5.0) + 30.0 * np.sin(points[..., 2] / 7.0)


def notes(measurement, label):
    return {note.code for note in measurement.visit(label).notes}


def testNothingIsRegisteredUntilAskedAndThatIsSaid(registered):
    assert registered["done"] == ["3 months", "12 months"]
    visit = registered["before"].visit("3 months")
    assert visit.registration is None and visit.changeMap is None
    assert "not-registered" in notes(registered["before"], "3 months")
    assert "not-registered" not in notes(registered["after"], "3 months")
    assert registered["logic"].register(registered["hip"]) == []


def testNumbersAreThoseOfTheProgram(registered, program):
    for label in LABELS[1:]:
        found, expected = registered["after"].visit(label), program.visit(label)
        assert (found.registration.verdict, found.registration.reason, found.registration.method) == (
            expected.registration.verdict, expected.registration.reason, expected.registration.method)
        assert found.registration.errorMm == pytest.approx(expected.registration.errorMm, rel=1e-6)
        assert np.allclose(found.registration.followupToBaselineRas, expected.registration.followupToBaselineRas,
                           atol=1e-6)
        for part, *_ in SEGMENTS:
            assert getattr(found.changeMap, part).voxelCount == getattr(expected.changeMap, part).voxelCount
        for name in ("grossRegenerationPercent", "newLesionPercent"):
            assert getattr(found.changeMap, name).standardUncertainty == pytest.approx(
                getattr(expected.changeMap, name).standardUncertainty, rel=1e-6)
        assert [note.code for note in found.notes] == [note.code for note in expected.notes]
        assert [octant.regeneratedMm3 for octant in found.octants] == pytest.approx(
            [octant.regeneratedMm3 for octant in expected.octants])


def testRecordHasTheColumnsOfChange(registered):
    record = registered["logic"].record(registered["hip"], registered["after"])
    visit = record["visits"][1]
    change = registered["after"].visit("3 months").changeMap
    assert visit["gross_regeneration_percent"] == change.grossRegenerationPercent.value
    assert visit["new_lesion_percent"] == change.newLesionPercent.value
    assert visit["registration_error_mm"] > 0 and visit["registration"]["verdict"] == "accepted"
    assert record["visits"][0]["gross_regeneration_percent"] is None


def testTransformCarriesTheFollowUpAndHoldsNoNode(registered):
    hip = registered["hip"]
    found = followUpToBaseline(hip, hip.visits[1])
    assert found.status == "accepted" and found.isUsable
    moved = applyTo(found.toBaselineRas, applyTo(MOVE, np.array(CENTER_RAS)))
    assert np.allclose(moved, CENTER_RAS, atol=0.5)
    assert followUpToBaseline(hip, hip.visits[0]).status == "baseline"
    assert followUpToBaseline(hip, dataclasses.replace(hip.visits[1], segmentation=None, volume=None)) == (
        None, "not registered")
    for visit in hip.visits:
        assert visit.volume.GetParentTransformNode() is None
        assert visit.segmentation.GetParentTransformNode() is None


def testUsersTransformIsTakenFromTheCaseAndKept(registered):
    hip = registered["hip"]
    assert isUsers(pairNode(hip, hip.visits[2])) and not isUsers(pairNode(hip, hip.visits[1]))
    assert np.allclose(followUpToBaseline(hip, hip.visits[2]).toBaselineRas, inverseOf(MOVE), atol=1e-9)
    assert registered["after"].visit("12 months").registration.method == "user"


def testSavedFolderGivesTheProgramTheUsersTransformOnly(fresh, tmp_path):
    hip, _ = fresh
    shifted = rigidMatrix([0, 0, 0], [0.4, 0, 0], [0, 0, 0]) @ followUpToBaseline(hip, hip.visits[2]).toBaselineRas
    pairNode(hip, hip.visits[2]).SetMatrixTransformToParent(vtkMatrix(shifted))
    saved = readCase(saveCase(hip, tmp_path / "saved"))
    assert saved.visits[1].transformToBaseline is None
    assert saved.visits[2].transformToBaseline.parent == tmp_path / "saved"
    assert np.allclose(readTransformToBaseline(saved.visits[2].transformToBaseline), shifted, atol=1e-9)
    forgetUserTransform(pairNode(hip, hip.visits[2]))
    assert readCase(saveCase(hip, tmp_path / "saved")).visits[2].transformToBaseline is None


def testMovedTransformIsNotJudgedAndMakesTheResultOutOfDate(fresh):
    hip, logic = fresh
    record = logic.record(hip, logic.measure(hip))
    assert logic.changedVisits(hip, record) == []
    node = pairNode(hip, hip.visits[1])
    matrix = rigidMatrix(np.radians([1.0, 0, 0]), [0.3, 0, 0], np.array(CENTER_RAS)) @ followUpToBaseline(
        hip, hip.visits[1]).toBaselineRas
    node.SetMatrixTransformToParent(vtkMatrix(matrix))
    assert followUpToBaseline(hip, hip.visits[1]).status == "not judged"
    assert not followUpToBaseline(hip, hip.visits[1]).isUsable
    assert logic.changedVisits(hip, record) == ["3 months"]
    assert logic.measure(hip).visit("3 months").registration is None
    assert logic.register(hip) == ["3 months"]
    assert isUsers(node) and np.allclose(followUpToBaseline(hip, hip.visits[1]).toBaselineRas, matrix, atol=1e-9)
    assert logic.measure(hip).visit("3 months").registration.method == "user"


def testEditedBaselineAndEditedImageMakeRegistrationsOutOfDate(fresh):
    hip, logic = fresh
    record = logic.record(hip, logic.measure(hip))
    voxels = np.array(volumeVoxels(hip.visits[1].volume))
    voxels[0, 0, 0] += 1
    volumeVoxels(hip.visits[1].volume)[:] = voxels
    hip.visits[1].volume.GetImageData().Modified()
    assert logic.changedVisits(hip, record) == ["3 months"]
    lesion = segmentMask(hip.visits[0].segmentation, hip.visits[0].lesionSegmentId)
    smaller = lesion.fullArray()
    smaller[np.flatnonzero(smaller.any(axis=(1, 2)))[0]] = 0
    replaceVoxels(hip.visits[0].segmentation, hip.visits[0].lesionSegmentId, Mask.fromArray(smaller, lesion.grid))
    assert logic.changedVisits(hip, record) == list(LABELS)


def testRenamingAVisitChangesNoRegistration(fresh):
    hip, logic = fresh
    visits = (hip.visits[0], dataclasses.replace(hip.visits[1], label="M3", month=3.5), hip.visits[2])
    assert set(logic.registrations(dataclasses.replace(hip, visits=visits))) == {"M3", "12 months"}


def testTransformThatScalesIsRefusedByName(fresh):
    hip, logic = fresh
    node = pairNode(hip, hip.visits[1])
    node.SetMatrixTransformToParent(vtkMatrix(np.diag([1.2, 1, 1, 1])))
    with pytest.raises(GeometryError, match=r"3 months.*scales"):
        logic.register(hip)
    with pytest.raises(GeometryError, match="scales"):
        setUserTransform(node, np.diag([1.2, 1, 1, 1]))


def testCancelKeepsWhatWasFound(scene, folder):
    hip = openCase(scene, folder)

    def cancel(fraction, label):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        MeasurementLogic(scene).register(hip, cancel)
    assert followUpToBaseline(hip, hip.visits[1]).status == "not registered"
    assert followUpToBaseline(hip, hip.visits[2]).status == "not judged"


def testChangeMapInTheSceneHasTheProgramsVoxels(registered, program):
    scene, hip, change = registered["scene"], registered["hip"], registered["after"].visit("3 months").changeMap
    node = makeChangeNode(scene, hip, hip.visits[1], change)
    assert makeChangeNode(scene, hip, hip.visits[1], change) is node
    segmentation = node.GetSegmentation()
    assert [segmentation.GetNthSegmentID(index) for index in range(4)] == [part for part, *_ in SEGMENTS]
    for part, name, color in SEGMENTS:
        segment = segmentation.GetSegment(part)
        assert segment.GetName() == name and segment.GetColor() == pytest.approx(color)
        mask, expected = segmentMask(node, part), getattr(program.visit("3 months").changeMap, part)
        assert mask.voxelCount == expected.voxelCount
        assert np.allclose(mask.pointsRas().mean(axis=0), expected.pointsRas().mean(axis=0), atol=1e-3)
    assert node.GetParentTransformNode() is None
    assert not node.GetDisplayNode().GetSegmentVisibility3D("uncertain")
    assert segmentation.ContainsRepresentation("Closed surface")
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    arrange(scene, hip)
    study = tree.GetItemParent(tree.GetItemByDataNode(node))
    assert study == tree.GetItemParent(tree.GetItemByDataNode(hip.visits[1].segmentation))
    assert study == tree.GetItemParent(tree.GetItemByDataNode(pairNode(hip, hip.visits[1])))
    assert changeNode(hip, hip.visits[1]) is node and changeNode(hip, hip.visits[2]) is None
    updateChangeNodes(scene, hip, registered["before"])
    assert changeNode(hip, hip.visits[1]) is None


def testHeadOfThePreviousVisitIsCarriedOverThroughAcceptedRegistrations(fresh):
    hip, _ = fresh
    visit = hip.visits[1]
    drawn = segmentMask(visit.segmentation, visit.headSegmentId)
    node = pairNode(hip, visit)
    node.SetMatrixTransformToParent(vtkMatrix(inverseOf(MOVE)))
    assert "not judged" in reasonNotToCopyHead(hip, visit)
    with pytest.raises(SegmentError, match="accepted"):
        copyHead(hip, visit)
    stored = {**storedRegistration(node), "followup_to_baseline_ras": inverseOf(MOVE).tolist()}
    node.SetAttribute("ONVolumetry.registration", json.dumps(stored))
    assert reasonNotToCopyHead(hip, visit) == ""
    lesion = segmentMask(visit.segmentation, visit.lesionSegmentId).voxelCount
    noteReading(visit.segmentation, BLINDED)
    copyHead(hip, visit)
    assert readingOf(visit.segmentation) == "open"
    copied = segmentMask(visit.segmentation, visit.headSegmentId)
    assert copied.countInside(drawn) > 0.97 * max(drawn.voxelCount, copied.voxelCount)
    assert segmentMask(visit.segmentation, visit.lesionSegmentId).voxelCount == lesion
    assert "no earlier visit" in reasonNotToCopyHead(hip, hip.visits[0])
    node.SetAttribute("ONVolumetry.registration", json.dumps({**stored, "verdict": "doubtful"}))
    assert "doubtful" in reasonNotToCopyHead(hip, visit)


def testSummariesSayWhatTheTableShows(fresh):
    hip, logic = fresh
    segments = logic.segmentsOf(hip)
    first, second = pairSummaries(hip, segments, logic.registrations(hip, segments))
    assert (first.label, first.status, first.isUsers, first.isCurrent) == ("3 months", "accepted", False, True)
    assert (second.isUsers, second.status) == (True, "accepted")
    assert first.metricAfter > 0.9 and first.errorMm > 0 and "correlation" in first.reason
    pairNode(hip, hip.visits[1]).SetMatrixTransformToParent(vtkMatrix(np.eye(4)))
    moved = pairSummaries(hip, segments, logic.registrations(hip, segments))[0]
    assert (moved.status, moved.isUsers, moved.isCurrent) == ("not judged", True, False)
    headless = [dataclasses.replace(visit, head=None) if visit.label == "12 months" else visit for visit in segments]
    assert pairSummaries(hip, headless, {})[1].reason == 'no head is outlined at "12 months"'
    assert pairSummaries(hip, segments, {})[0].canRegister


def testFollowUpIsShownOnTheBaselineByCopiesThatLeaveNothingBehind(fresh):
    hip, logic = fresh
    scene, visit, node = logic.scene, hip.visits[1], pairNode(hip, hip.visits[1])
    before = scene.GetNumberOfNodes()
    volume, outlines = addVolumeCopy(scene, visit.volume, node), addOutlineCopy(scene, visit, node, (1, 0, 0))
    assert volume.GetImageData() is visit.volume.GetImageData()
    assert volume.GetTransformNodeID() == outlines.GetTransformNodeID() == node.GetID()
    assert visit.volume.GetTransformNodeID() is None and visit.segmentation.GetTransformNodeID() is None
    moved = applyTo(followUpToBaseline(hip, visit).toBaselineRas, segmentMask(
        visit.segmentation, visit.headSegmentId).pointsRas().mean(axis=0))
    shown = outlines.GetSegmentation().GetNthSegmentID(0)
    assert np.allclose(segmentMask(outlines, shown).pointsRas().mean(axis=0), moved, atol=1e-3)
    setTransform(volume, None)
    assert volume.GetTransformNodeID() is None
    image = checkerboard(hip.visits[0].volume, visit.volume, followUpToBaseline(hip, visit).toBaselineRas, CENTER_RAS)
    addCheckerboard(scene, image, visit.volume)
    assert len(copiesOf(scene)) == 3 and not any(copy.GetSaveWithScene() for copy in copiesOf(scene))
    removeCopies(scene)
    assert scene.GetNumberOfNodes() == before


def testCheckerboardMatchesWhereTheRegistrationDoes(fresh):
    hip, _ = fresh
    first, second = hip.visits[0].volume, hip.visits[1].volume

    def misfit(matrix):
        board = checkerboard(first, second, matrix, CENTER_RAS)
        corner = np.round(volumeGrid(first).toIjk(board.geometry.toRas(np.zeros(3)))).astype(int)
        box = tuple(slice(start, start + size) for start, size in zip(corner[::-1], board.voxels.shape))
        difference = np.abs(board.voxels - volumeVoxels(first)[box])
        assert 0.2 < np.mean(difference > 0) < 0.8
        return np.mean(difference[difference > 0])

    assert misfit(inverseOf(MOVE)) < 0.5 * misfit(np.eye(4))


def testAdjustingTurnsAboutTheHead():
    center = np.array([10.0, 20.0, 30.0])
    found = adjusted(MOVE, (1.0, 2.0, 3.0), (0.0, 0.0, 90.0), center)
    assert np.allclose(applyTo(found @ inverseOf(MOVE), center), np.add(center, (1.0, 2.0, 3.0)))
    assert np.allclose((found @ inverseOf(MOVE))[:3, :3] @ [1.0, 0, 0], [0, 1.0, 0])


def testRegistrationSurvivesTheScenesFile(fresh, tmp_path):
    hip, logic = fresh
    scene = logic.scene
    owner = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Hip")
    hip = dataclasses.replace(hip, owner=owner)
    assert followUpToBaseline(hip, hip.visits[1]).status == "not registered"
    linkPairs(dataclasses.replace(hip, owner=None), owner)
    expected = [followUpToBaseline(hip, visit) for visit in hip.visits]
    record = logic.record(hip, logic.measure(hip))
    names = [(visit.segmentation.GetName(), visit.volume.GetName()) for visit in hip.visits]
    path = str(tmp_path / "scene.mrb")
    giveCacheFolder(scene, tmp_path)
    assert scene.WriteToMRB(path)
    scene.Clear()
    assert scene.ReadFromMRB(path)
    visits = tuple(dataclasses.replace(
        visit, segmentation=scene.GetFirstNodeByName(name), volume=scene.GetFirstNodeByName(volume))
        for visit, (name, volume) in zip(hip.visits, names))
    again = dataclasses.replace(hip, visits=visits, owner=scene.GetFirstNodeByName("Hip"))
    for visit, before in zip(visits, expected):
        after = followUpToBaseline(again, visit)
        assert after.status == before.status
        assert np.allclose(after.toBaselineRas, before.toBaselineRas, atol=1e-9)
    assert set(MeasurementLogic(scene).registrations(again)) == {"3 months", "12 months"}
    assert MeasurementLogic(scene).changedVisits(again, record) == []


def giveCacheFolder(scene, folder):
    """What an application sets up for reading .mrb files."""
    cache, manager = slicer.vtkCacheManager(), slicer.vtkDataIOManager()
    cache.SetRemoteCacheDirectory(str(folder))
    manager.SetCacheManager(cache)
    scene.SetCacheManager(cache)
    scene.SetDataIOManager(manager)
