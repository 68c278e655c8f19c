"""However a scene holds the outlines, the program counts the same voxels in the case that is saved from it."""

import numpy as np
import pytest
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.files.case import readCase
from ONVolumetryLib.files.visits import loadVisit

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.casesaving import saveCase  # noqa: E402
from ONVolumetryLib.mrml.hipnodes import HipNodes, VisitNodes  # noqa: E402
from ONVolumetryLib.mrml.logic import MeasurementLogic  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import vtkMatrix  # noqa: E402


def leave(scene, hip):
    """As drawn."""


def putUnderRigidTransforms(scene, hip):
    """Turned and shifted twice."""
    move = np.eye(4)
    move[:3, :3] = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    move[:3, 0] *= np.sign(np.linalg.det(move[:3, :3]))
    move[:3, 3] = (40.0, -30.0, 20.0)
    node = hip.node
    for _ in range(2):
        transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        transform.SetMatrixTransformToParent(vtkMatrix(move))
        node.SetAndObserveTransformNodeID(transform.GetID())
        node = transform


def shareOneLayer(scene, hip):
    hip.node.GetSegmentation().CollapseBinaryLabelmaps(False)
    assert hip.node.GetSegmentation().GetNumberOfLayers() == 1


def cropFromBelowZero(scene, hip):
    image = hip.node.GetSegmentation().GetSegment(hip.lesionId).GetRepresentation("Binary labelmap")
    image.SetExtent(*(bound + (-60, 4, 1)[axis // 2] for axis, bound in enumerate(image.GetExtent())))


def hide(scene, hip):
    hip.node.GetDisplayNode().SetSegmentVisibility(hip.lesionId, False)
    hip.node.GetDisplayNode().SetVisibility(False)


@pytest.mark.parametrize("change", [leave, putUnderRigidTransforms, shareOneLayer, cropFromBelowZero, hide])
def testProgramMeasuresTheSame(scene, drawHipIn, obliqueMasks, tmp_path, change):
    head, lesion = obliqueMasks
    if change is shareOneLayer:
        # Only segments that do not overlap can.
        head = Mask.fromArray(head.fullArray() - lesion.fullArray(), head.grid)
    hip = drawHipIn(head, lesion)
    change(scene, hip)
    nodes = HipNodes("1", "male", (VisitNodes(hip.node, hip.headId, hip.lesionId),), "right")
    inScene = MeasurementLogic(scene).measure(nodes).visits[0]
    case = readCase(saveCase(nodes, tmp_path / "case"))
    program = measureHip([loadVisit(case, case.visits[0]).segments], case.sex).visits[0]
    assert inScene.lesion.voxelCount == program.lesion.voxelCount == lesion.voxelCount
    assert inScene.head.voxelCount == program.head.voxelCount
    for role in ("head", "lesion"):
        assert getattr(inScene, role).volumeMm3 == pytest.approx(getattr(program, role).volumeMm3, rel=1e-9)
        assert getattr(inScene, role).combinedSeMm3 == pytest.approx(getattr(program, role).combinedSeMm3, rel=1e-6)
    assert inScene.sphere.radiusMm == pytest.approx(program.sphere.radiusMm, rel=1e-6)
