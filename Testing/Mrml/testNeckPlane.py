"""The neck plane cuts the head on the neck's side only, and lies at the same place of the head at every visit."""

import math

import numpy as np
import pytest
from ONVolumetryLib.core.errors import SegmentError
from ONVolumetryLib.core.mask import Mask

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.neckplane import (  # noqa: E402
    NeckPlane,
    addPlaneNode,
    cutHead,
    defaultNeckPlane,
    findPlaneNode,
    planeOfNode,
    removeShownPlanes,
    shownPlane,
    showPlaneAtVisit,
)
from ONVolumetryLib.mrml.segmentediting import segmentMask  # noqa: E402

CENTER, RADIUS = (1.0, 2.0, 0.7), 24.0


def capVolume(heightMm: float) -> float:
    return math.pi * heightMm ** 2 * (3.0 * RADIUS - heightMm) / 3.0


@pytest.mark.parametrize("direction", [1.0, -1.0])
def testCutRemovesTheCapBeyondThePlane(drawnHip, direction):
    """Whichever way the normal points, the side of the head's center stays."""
    normal = direction * np.array([0.8, 0.0, -0.6])
    origin = np.asarray(CENTER) + 14.0 * np.array([0.8, 0.0, -0.6])
    lesionBefore = segmentMask(drawnHip.node, drawnHip.lesionId).voxelCount
    removed = cutHead(drawnHip.node, drawnHip.headId, NeckPlane(tuple(origin), tuple(normal)), CENTER)
    head = segmentMask(drawnHip.node, drawnHip.headId)
    assert removed + head.voxelCount == drawnHip.head.voxelCount
    assert removed * head.grid.voxelVolumeMm3 == pytest.approx(capVolume(10.0), rel=0.05)
    assert np.max((head.pointsRas() - origin) @ [0.8, 0.0, -0.6]) <= 0.0
    assert segmentMask(drawnHip.node, drawnHip.lesionId).voxelCount == lesionBefore


def testSecondCutRemovesNothing(drawnHip):
    plane = NeckPlane((1.0, 2.0, -10.0), (0.0, 0.0, 1.0))
    assert cutHead(drawnHip.node, drawnHip.headId, plane, CENTER) > 0
    assert cutHead(drawnHip.node, drawnHip.headId, plane, CENTER) == 0


def testCutThatWouldLeaveNothingIsRefused(drawnHip):
    with pytest.raises(SegmentError, match="nothing of the head would be left"):
        cutHead(drawnHip.node, drawnHip.headId, NeckPlane((1.0, 2.0, 60.0), (0.0, 0.0, 1.0)), (1.0, 2.0, 90.0))
    assert segmentMask(drawnHip.node, drawnHip.headId).voxelCount == drawnHip.head.voxelCount


def testEmptyHeadIsRefused(drawHipIn, ballMasks):
    grid = ballMasks[0].grid
    hip = drawHipIn(Mask.fromArray(np.zeros(grid.shapeKji), grid), ballMasks[1])
    with pytest.raises(SegmentError, match="outline it"):
        cutHead(hip.node, hip.headId, NeckPlane(CENTER, (0.0, 0.0, 1.0)), CENTER)


@pytest.mark.parametrize("side, lateral", [("right", 1.0), ("left", -1.0), (None, 1.0)])
def testDefaultPlaneCutsTheNecksShare(side, lateral):
    plane = defaultNeckPlane(CENTER, RADIUS, side, capFraction=0.22)
    direction = np.subtract(plane.originRas, CENTER)
    assert direction[0] * lateral > 0 and direction[2] < 0
    height = RADIUS - np.linalg.norm(direction)
    assert capVolume(height) / (4 / 3 * math.pi * RADIUS ** 3) == pytest.approx(0.22, abs=1e-6)


def testPlaneFollowsTheHead():
    plane = NeckPlane((10.0, 0.0, -12.0), (0.8, 0.0, -0.6)).movedWithHead(CENTER, np.add(CENTER, (3.0, 4.0, 5.0)))
    assert plane.originRas == pytest.approx((13.0, 4.0, -7.0))
    assert plane.normalRas == (0.8, 0.0, -0.6)


def testPlaneIsFoundAgainAfterItWasMoved(scene, drawnHip):
    assert findPlaneNode(scene, drawnHip.node) is None
    scene.AddNewNodeByClass("vtkMRMLMarkupsPlaneNode", "Somebody's plane")
    node = addPlaneNode(scene, drawnHip.node, NeckPlane((10.0, 0.0, -12.0), (0.8, 0.0, -0.6)), 60.0)
    assert findPlaneNode(scene, drawnHip.node) is node
    assert planeOfNode(node).originRas == pytest.approx((10.0, 0.0, -12.0))
    assert planeOfNode(node).normalRas == pytest.approx((0.8, 0.0, -0.6))
    node.SetOriginWorld(1.0, 2.0, 3.0)
    assert planeOfNode(node).originRas == pytest.approx((1.0, 2.0, 3.0))


def testPlaneAtAnotherVisitIsLockedAndNotSaved(scene, drawnHip):
    first = NeckPlane((10.0, 0.0, -12.0), (0.8, 0.0, -0.6))
    node = showPlaneAtVisit(scene, drawnHip.node, first, 60.0)
    assert node.GetLocked() and not node.GetSaveWithScene()
    assert showPlaneAtVisit(scene, drawnHip.node, first.movedWithHead(CENTER, (0.0, 0.0, 0.0)), 60.0) is node
    assert planeOfNode(node).originRas == pytest.approx((9.0, -2.0, -12.7))
    assert findPlaneNode(scene, drawnHip.node) is None
    removeShownPlanes(scene)
    assert shownPlane(scene, drawnHip.node) is None
    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsPlaneNode") == 0
