"""A scene that is handed to a colleague tells nothing of the folders it was made from."""

import dataclasses
import json
import zipfile

import numpy as np
import pytest
from ONVolumetryLib.core.location.landmarks import Landmarks
from ONVolumetryLib.files.case import Case, CaseStage, CaseVisit, readCase, writeCase
from ONVolumetryLib.files.images import writeImage
from ONVolumetryLib.files.landmarkfile import writeLandmarks
from ONVolumetryLib.files.segment import Segment, Segmentation
from ONVolumetryLib.files.segmentations import writeSegmentation

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.caseopening import openCase  # noqa: E402
from ONVolumetryLib.mrml.casesaving import filesLeftOut, saveCase  # noqa: E402
from ONVolumetryLib.mrml.casesource import (  # noqa: E402
    FILE_ATTRIBUTE,
    keepSource,
    notedFile,
    sourceFolder,
    sourceOf,
    takePathsOutOfScene,
)
from ONVolumetryLib.mrml.parameterschema import HIP_ATTRIBUTE  # noqa: E402

PATIENT = "DOE^JOHN"


@pytest.fixture
def casePath(tmp_path, ballMasks):
    """A case in a folder named after the patient, with files inside and outside of it."""
    head, lesion = ballMasks
    folder, elsewhere = tmp_path / PATIENT / "case", tmp_path / PATIENT / "dicom"
    elsewhere.mkdir(parents=True)
    writeImage(elsewhere / "scan.nrrd", head.fullArray().astype(np.int16), head.grid)
    writeSegmentation(folder / "preop.seg.nrrd", Segmentation((
        Segment("Femoral head", head), Segment("Osteonecrosis lesion", lesion)), head.grid))
    (elsewhere / "preop.tfm").write_text("{}", encoding="utf-8")
    for name in ("landmarks.mrk.json", "preop.mrk.json"):
        writeLandmarks(folder / name, Landmarks(neckAxis=np.array([30.0, 0.0, -30.0])))
    visit = CaseVisit("preop", 0.0, image=elsewhere / "scan.nrrd", segmentation=folder / "preop.seg.nrrd",
                      transformToBaseline=elsewhere / "preop.tfm", sourceDicom=elsewhere, stage=CaseStage("ARCO", "II"),
                      landmarks=folder / "preop.mrk.json")
    writeCase(folder / "case.json", Case("9", "P-9", "right", "male", (visit,), sourceDicom=elsewhere,
                                         landmarks=folder / "landmarks.mrk.json"))
    return folder / "case.json"


def openHip(scene, casePath):
    """The hip, and the node that stands for it in the scene."""
    hip = openCase(scene, casePath)
    node = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Hip 9")
    node.SetAttribute(HIP_ATTRIBUTE, "1")
    node.SetParameter("sourceCase", keepSource(node, hip.source))
    return hip, node


def savedTexts(scene, path) -> dict[str, bytes]:
    assert scene.WriteToMRB(str(path))
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def testSavedSceneDoesNotTellWhereTheFilesWere(scene, casePath, tmp_path):
    openHip(scene, casePath)
    texts = savedTexts(scene, tmp_path / "hip.mrb")
    assert any(b"preop.mrk.json" in text for text in texts.values())
    for name, text in texts.items():
        for secret in (PATIENT, str(tmp_path), "scan.nrrd", "preop.tfm"):
            assert secret.encode() not in text, f"{name} holds {secret}"


def testCaseIsKnownWholeUntilTheSceneIsClosed(scene, casePath):
    hip, node = openHip(scene, casePath)
    source, original = sourceOf(node, node.GetParameter("sourceCase")), readCase(casePath)
    assert source.visits == original.visits
    assert (source.landmarks, source.sourceDicom) == (original.landmarks, original.sourceDicom)
    assert sourceFolder(node) == str(casePath.parent)
    assert notedFile(hip.visits[0].volume) == str(original.visits[0].image)
    scene.Clear(1)
    assert scene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode") == 0


def testSceneThatIsOpenedElsewhereKeepsWhatLiesInTheCaseFolder(scene, casePath, tmp_path):
    hip, node = openHip(scene, casePath)
    stored = node.GetParameter("sourceCase")
    scene.RemoveNode(next(node for node in nodes(scene) if node.GetAttribute("ONVolumetry.session")))
    later = dataclasses.replace(hip, source=sourceOf(node, stored))
    assert sourceFolder(node) == "" and notedFile(hip.visits[0].volume) == ""
    assert later.source.visits[0].stage == CaseStage("ARCO", "II")
    assert later.source.visits[0].transformToBaseline is None and later.source.sourceDicom is None
    # Saved where the case was, it refers to the same files; elsewhere it says what is missing.
    assert filesLeftOut(later, casePath.parent) == []
    assert readCase(saveCase(later, casePath.parent)).visits[0].landmarks == casePath.parent / "preop.mrk.json"
    assert filesLeftOut(later, tmp_path / "new") == ["preop.mrk.json"]
    saved = readCase(saveCase(later, tmp_path / "new"))
    assert saved.visits[0].landmarks is None
    # Those of the hip are in the scene, and saved from there.
    assert saved.landmarks == tmp_path / "new" / "landmarks.mrk.json"


def testPathsOfAnOlderSceneAreTakenOut(scene, casePath, tmp_path):
    hip = openCase(scene, casePath)
    scene.RemoveNode(next(node for node in nodes(scene) if node.GetAttribute("ONVolumetry.session")))
    node = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Hip 9")
    node.SetAttribute(HIP_ATTRIBUTE, "1")
    node.SetParameter("sourceCase", casePath.read_text(encoding="utf-8"))
    node.SetParameter("sourceFolder", str(casePath.parent))
    hip.visits[0].volume.SetAttribute(FILE_ATTRIBUTE, str(tmp_path / PATIENT / "dicom" / "scan.nrrd"))
    takePathsOutOfScene(scene)
    assert not any(PATIENT.encode() in text for text in savedTexts(scene, tmp_path / "hip.mrb").values())
    assert sourceOf(node, node.GetParameter("sourceCase")).visits == readCase(casePath).visits
    assert notedFile(hip.visits[0].volume).endswith("scan.nrrd")
    before = scene.GetNumberOfNodes(), node.GetParameter("sourceCase")
    takePathsOutOfScene(scene)
    assert (scene.GetNumberOfNodes(), node.GetParameter("sourceCase")) == before


@pytest.mark.parametrize("path", ["/data/a.mrk.json", "C:\\data\\a.mrk.json", "..\\a.mrk.json", "a/../../b.mrk.json"])
def testNoWayOutOfTheFolderIsKept(scene, casePath, path):
    node = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Hip 9")
    node.SetAttribute(HIP_ATTRIBUTE, "1")
    data = {**json.loads(casePath.read_text(encoding="utf-8")), "landmarks": path}
    node.SetParameter("sourceCase", json.dumps(data))
    node.SetParameter("sourceFolder", str(casePath.parent))
    takePathsOutOfScene(scene)
    assert "landmarks" not in json.loads(node.GetParameter("sourceCase"))


def nodes(scene) -> list:
    return [scene.GetNthNodeByClass(index, "vtkMRMLScriptedModuleNode")
            for index in range(scene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode"))]
