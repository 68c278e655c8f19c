"""Fixtures of the tests of the MRML layer: a scene without application, and a hip drawn in it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def scene():
    """An empty scene in which segmentations work, as in an application that has just started."""
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")
    scene = slicer.vtkMRMLScene()
    logic = slicer.vtkSlicerSegmentationsModuleLogic()
    logic.SetMRMLScene(scene)
    yield scene
    logic.SetMRMLScene(None)


@pytest.fixture
def saveAndLoad(tmp_path):
    """Saves a scene as .mrb, empties it and loads the file into it."""
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

    def run(scene):
        path = str(tmp_path / "scene.mrb")
        # Without an application there are no default storage nodes.
        for node in (node for index in range(scene.GetNumberOfNodes()) if (node := scene.GetNthNode(index))):
            if node.IsA("vtkMRMLStorableNode") and not node.GetStorageNode():
                node.AddDefaultStorageNode()
        cache, manager = slicer.vtkCacheManager(), slicer.vtkDataIOManager()
        cache.SetRemoteCacheDirectory(str(tmp_path))
        manager.SetCacheManager(cache)
        scene.SetCacheManager(cache)
        scene.SetDataIOManager(manager)
        assert scene.WriteToMRB(path)
        scene.Clear()
        assert scene.ReadFromMRB(path)
    return run


@dataclass
class DrawnHip:
    """A segmentation of a ball with a cap, and the masks it was made from."""

    node: Any
    headId: str
    lesionId: str
    head: Any
    lesion: Any


@pytest.fixture
def drawnHip(scene, ballMasks):
    return drawHip(scene, *ballMasks)


@pytest.fixture
def drawHipIn(scene):
    """Draws other masks in the scene of the test."""
    return lambda head, lesion: drawHip(scene, head, lesion)


@pytest.fixture(scope="session")
def ballOn():
    """Masks of a ball and its cap on a grid."""
    return ball


def drawHip(scene, head, lesion) -> DrawnHip:
    from ONVolumetryLib.files.segment import Segment
    from ONVolumetryLib.files.segmentnames import HEAD, LESION
    from ONVolumetryLib.mrml.segmentwriting import addSegment, setReferenceGrid

    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Right hip")
    node.CreateDefaultDisplayNodes()
    setReferenceGrid(node, head.grid)
    ids = [addSegment(node, Segment(standard.name, mask, colorRgb=standard.colorRgb,
                                    terminologyEntry=standard.terminologyEntry))
           for standard, mask in ((HEAD, head), (LESION, lesion))]
    return DrawnHip(node, *ids, head, lesion)


def ball(grid, centerRas=(1.0, 2.0, 0.7), radiusMm=24.0):
    """Masks of a ball and of its cap above the center, overlapping, on a grid."""
    from ONVolumetryLib.core.mask import Mask

    indices = np.stack(np.meshgrid(*(np.arange(size) for size in grid.sizeIjk), indexing="ij"), axis=-1)
    points = grid.toRas(indices).transpose(2, 1, 0, 3)
    head = np.linalg.norm(points - centerRas, axis=-1) < radiusMm
    lesion = head & (points[..., 2] > centerRas[2] + 10.0)
    return Mask.fromArray(head, grid), Mask.fromArray(lesion, grid)


def obliqueGrid(leftHanded: bool = False):
    """A grid with unequal spacing, turned about all axes, whose origin is not at 0."""
    from ONVolumetryLib.core.geometry import GridGeometry

    rotation = np.linalg.qr(np.random.default_rng(7).normal(size=(3, 3)))[0]
    rotation[:, 0] *= np.sign(np.linalg.det(rotation)) * (-1.0 if leftHanded else 1.0)
    matrix = np.eye(4)
    matrix[:3, :3] = rotation @ np.diag([0.7, 0.7, 3.0])
    size = np.array([90, 90, 25])
    matrix[:3, 3] = -matrix[:3, :3] @ (size / 2.0)
    return GridGeometry(tuple(size), matrix)


@pytest.fixture
def ballMasks():
    from ONVolumetryLib.core.geometry import GridGeometry

    matrix = np.diag([0.6, 0.6, 4.0, 1.0])
    matrix[:3, 3] = (-42.0, -40.0, -40.0)
    return ball(GridGeometry((140, 140, 21), matrix))


@pytest.fixture(params=["right-handed", "left-handed"])
def obliqueMasks(request):
    return ball(obliqueGrid(request.param == "left-handed"))
