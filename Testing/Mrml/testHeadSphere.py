"""Clicked points become a sphere, the sphere a ball of voxels, and the ball the head's segment."""

import math

import numpy as np
import pytest
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.sphere import fitSphereToClickedPoints

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.headsphere import (  # noqa: E402
    ballMask,
    clickedPoints,
    removeSpheres,
    showSphere,
    sphereModel,
    startHead,
)
from ONVolumetryLib.mrml.segmentediting import replaceVoxels, segmentMask  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import vtkMatrix  # noqa: E402

CENTER, RADIUS = np.array([4.0, -3.0, 2.0]), 22.0
DIRECTIONS = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0.6, 0.0, -0.8]])


@pytest.fixture
def sphere():
    return fitSphereToClickedPoints(CENTER + RADIUS * DIRECTIONS)


def testClickedPointsAreInTheWorld(scene):
    markups = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    for point in CENTER + RADIUS * DIRECTIONS:
        markups.AddControlPoint(*point)
    move(scene, markups, (10.0, 20.0, 30.0))
    fit = fitSphereToClickedPoints(clickedPoints(markups))
    assert np.allclose(fit.centerRas, np.add(CENTER, (10.0, 20.0, 30.0)), atol=1e-6)
    assert fit.radiusMm == pytest.approx(RADIUS)


def testPointThatIsNotPlacedYetIsNoPoint(scene):
    markups = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    markups.AddControlPoint(1.0, 2.0, 3.0)
    markups.AddControlPoint(4.0, 5.0, 6.0)
    markups.UnsetNthControlPointPosition(1)
    assert clickedPoints(markups).tolist() == [[1.0, 2.0, 3.0]]


def testBallHasTheVolumeAndPlaceOfTheSphere(obliqueMasks):
    grid = obliqueMasks[0].grid
    ball = ballMask(CENTER, RADIUS, grid)
    assert ball.voxelCount * grid.voxelVolumeMm3 == pytest.approx(4 / 3 * math.pi * RADIUS ** 3, rel=0.01)
    distances = np.linalg.norm(ball.pointsRas() - CENTER, axis=1)
    assert distances.max() < RADIUS
    indices = np.stack(np.meshgrid(*map(np.arange, grid.sizeIjk), indexing="ij"), axis=-1)
    inside = np.linalg.norm(grid.toRas(indices) - CENTER, axis=-1) < RADIUS
    assert ball.voxelCount == np.count_nonzero(inside)


def testBallIsClippedByTheGrid(ballMasks):
    grid = ballMasks[0].grid
    corner = grid.toRas((0, 0, 0))
    ball = ballMask(corner, RADIUS, grid)
    assert 0 < ball.voxelCount * grid.voxelVolumeMm3 < 4 / 3 * math.pi * RADIUS ** 3 / 6
    assert ballMask(corner - 200.0, RADIUS, grid).isEmpty


def testHeadStartsAsABallAndTheLesionStays(scene, drawnHip, sphere):
    before = segmentMask(drawnHip.node, drawnHip.lesionId).voxelCount
    startHead(drawnHip.node, drawnHip.headId, sphere)
    head = segmentMask(drawnHip.node, drawnHip.headId)
    assert np.allclose(head.pointsRas().mean(axis=0), CENTER, atol=0.3)
    assert head.voxelCount == ballMask(CENTER, RADIUS, head.grid).voxelCount
    assert segmentMask(drawnHip.node, drawnHip.lesionId).voxelCount == before


def testHeadStartsWhereItBelongsUnderATransform(scene, drawnHip, sphere):
    move(scene, drawnHip.node, (5.0, -4.0, 3.0))
    startHead(drawnHip.node, drawnHip.headId, sphere)
    assert np.allclose(segmentMask(drawnHip.node, drawnHip.headId).pointsRas().mean(axis=0), CENTER, atol=0.3)


def testSegmentsThatShareALayerAreKeptApart(drawHipIn, ballMasks):
    head, lesion = ballMasks
    rest = Mask.fromArray(head.fullArray() - lesion.fullArray(), head.grid)
    hip = drawHipIn(rest, lesion)
    hip.node.GetSegmentation().CollapseBinaryLabelmaps(False)
    assert hip.node.GetSegmentation().GetNumberOfLayers() == 1
    replaceVoxels(hip.node, hip.headId, head)
    assert segmentMask(hip.node, hip.headId).voxelCount == head.voxelCount
    assert segmentMask(hip.node, hip.lesionId).voxelCount == lesion.voxelCount


def testSphereIsDrawnOnceAndNotSaved(scene, drawnHip, sphere):
    model = showSphere(scene, drawnHip.node, sphere)
    count = scene.GetNumberOfNodes()
    assert showSphere(scene, drawnHip.node, sphere) is model
    assert scene.GetNumberOfNodes() == count
    bounds = np.array(model.GetPolyData().GetBounds()).reshape(3, 2)
    assert np.allclose(bounds.mean(axis=1), CENTER, atol=0.1)
    assert np.allclose(np.ptp(bounds, axis=1), 2 * RADIUS, atol=0.1)
    assert not model.GetSaveWithScene() and model.GetDisplayNode().GetVisibility2D()
    showSphere(scene, drawnHip.node, None)
    assert model.GetPolyData().GetNumberOfPoints() == 0
    removeSpheres(scene)
    assert sphereModel(scene, drawnHip.node) is None
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == 0


def move(scene, node, shiftMm):
    matrix = np.eye(4)
    matrix[:3, 3] = shiftMm
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(vtkMatrix(matrix))
    node.SetAndObserveTransformNodeID(transform.GetID())
