"""Live numbers are those of the measurement, and change with every edit."""

import numpy as np
import pytest
from ONVolumetryLib.core.mask import Mask

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml import livevolumes  # noqa: E402
from ONVolumetryLib.mrml.hipnodes import HipNodes, VisitNodes  # noqa: E402
from ONVolumetryLib.mrml.livevolumes import LiveMeasurer  # noqa: E402
from ONVolumetryLib.mrml.logic import MeasurementLogic  # noqa: E402
from ONVolumetryLib.mrml.segmentediting import replaceVoxels, segmentMask  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import vtkMatrix  # noqa: E402
from ONVolumetryLib.mrml.templatesegments import sayNoLesionIsLeft  # noqa: E402


def visitOf(hip, label="preop", month=0.0) -> VisitNodes:
    return VisitNodes(hip.node, hip.headId, hip.lesionId, None, label, month)


def testNumbersAreThoseOfTheMeasurement(scene, drawnHip):
    visit = visitOf(drawnHip)
    live = LiveMeasurer().measure([visit], "preop", "female", {"female_cap_fraction": 0.25})
    settings = {"female_cap_fraction": 0.25}
    measured = MeasurementLogic(scene).measure(HipNodes("1", "female", (visit,), settings=settings)).visits[0]
    assert live.onvMm3 == measured.lesion.volumeMm3
    assert live.fhvMm3 == measured.head.volumeMm3
    assert live.onvPercent == measured.onvPercent.value
    assert live.savMm3 == measured.sphereAdjusted.volumeMm3
    assert live.fhvSavDifferencePercent == measured.fhvSavDifferencePercent.value
    assert live.sphere == measured.sphere and live.problem == ""


def testUnknownSexLeavesOutWhatDependsOnIt(drawnHip):
    live = LiveMeasurer().measure([visitOf(drawnHip)], "preop")
    assert live.savMm3 is None and live.fhvSavDifferencePercent is None
    assert live.onvMm3 > 0 and live.sphere is not None


def testEveryEditCounts(drawnHip):
    measurer, visits = LiveMeasurer(), [visitOf(drawnHip)]
    before = measurer.measure(visits, "preop", "male")
    lesion = drawnHip.lesion
    smaller = np.array(lesion.voxels)
    smaller[0] = False
    replaceVoxels(drawnHip.node, drawnHip.lesionId, Mask(smaller, lesion.offsetIjk, lesion.grid))
    after = measurer.measure(visits, "preop", "male")
    removed = np.count_nonzero(lesion.voxels[0]) * lesion.grid.voxelVolumeMm3
    assert removed > 0 and before.onvMm3 - after.onvMm3 == pytest.approx(removed)


def testVoxelsPaintedInPlaceCount(drawnHip):
    """Paint changes the voxels of the layer itself."""
    from vtk.util.numpy_support import vtk_to_numpy

    measurer, visits = LiveMeasurer(), [visitOf(drawnHip)]
    before = measurer.measure(visits, "preop", "male").fhvMm3
    image = drawnHip.node.GetSegmentation().GetSegment(drawnHip.headId).GetRepresentation("Binary labelmap")
    voxels = vtk_to_numpy(image.GetPointData().GetScalars())
    voxels[np.flatnonzero(voxels == 0)[:7]] = 1
    image.GetPointData().GetScalars().Modified()
    image.Modified()
    after = measurer.measure(visits, "preop", "male").fhvMm3
    assert after - before == pytest.approx(7 * drawnHip.head.grid.voxelVolumeMm3)


def testOtherVisitsAreMeasuredOnlyOnce(scene, drawHipIn, ballMasks, monkeypatch):
    import ONVolumetryLib.mrml.visits as reading

    hips = [drawHipIn(*ballMasks) for _ in range(3)]
    visits = [visitOf(hip, str(month), float(month)) for hip, month in zip(hips, (0, 3, 12))]
    calls = []
    original = reading.visitSegments
    monkeypatch.setattr(reading, "visitSegments", lambda visit, isBaseline: (
        calls.append(visit.label), original(visit, isBaseline))[1])
    measurer = LiveMeasurer()
    measurer.measure(visits, "12", "male")
    assert sorted(calls) == ["0", "12", "3"]
    calls.clear()
    half = ballMasks[1].fullArray().copy()
    half[:, :, half.shape[2] // 2:] = 0
    replaceVoxels(hips[2].node, hips[2].lesionId, Mask.fromArray(half, ballMasks[1].grid))
    measurer.measure(visits, "12", "male")
    assert calls == ["12"]
    calls.clear()
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    hips[0].node.SetAndObserveTransformNodeID(transform.GetID())
    measurer.measure(visits, "12", "male")
    assert calls == ["0"]
    calls.clear()
    matrix = np.eye(4)
    matrix[0, 3] = 5.0
    transform.SetMatrixTransformToParent(vtkMatrix(matrix))
    assert measurer.spheres(visits, "male")["0"].centerRas[0] == pytest.approx(1.0 + 5.0, abs=0.2)


def testNothingDrawnIsNotMeasured(drawHipIn, ballMasks):
    grid = ballMasks[0].grid
    empty = Mask.fromArray(np.zeros(grid.shapeKji), grid)
    live = LiveMeasurer().measure([visitOf(drawHipIn(empty, empty))], "preop", "male")
    assert live == livevolumes.LiveVolumes()


def testNoLesionLeftIsZero(drawHipIn, ballMasks):
    grid = ballMasks[0].grid
    hip = drawHipIn(ballMasks[0], Mask.fromArray(np.zeros(grid.shapeKji), grid))
    measurer, visits = LiveMeasurer(), [visitOf(hip)]
    assert measurer.measure(visits, "preop", "male").onvMm3 is None
    sayNoLesionIsLeft(hip.node, hip.lesionId)
    live = measurer.measure(visits, "preop", "male")
    assert (live.onvMm3, live.onvPercent) == (0.0, 0.0)
    sayNoLesionIsLeft(hip.node, hip.lesionId, False)
    assert measurer.measure(visits, "preop", "male").onvMm3 is None


def testWhatCannotBeMeasuredIsSaid(scene, drawHipIn, ballMasks):
    hips = [drawHipIn(*ballMasks) for _ in range(2)]
    visits = [visitOf(hip, str(month), float(month)) for hip, month in zip(hips, (0, 3))]
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Enlarged")
    transform.SetMatrixTransformToParent(vtkMatrix(np.diag([2.0, 2.0, 2.0, 1.0])))
    hips[1].node.SetAndObserveTransformNodeID(transform.GetID())
    measurer = LiveMeasurer()
    assert "scales or shears" in measurer.measure(visits, "3", "male").problem
    other = measurer.measure(visits, "0", "male")
    assert other.problem == "" and other.onvMm3 > 0


def testSegmentMaskIsWhatWasDrawn(drawnHip):
    assert segmentMask(drawnHip.node, drawnHip.headId).voxelCount == drawnHip.head.voxelCount
