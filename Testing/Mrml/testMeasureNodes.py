"""Measuring nodes of a scene gives the core's numbers, and the scene keeps them."""

import numpy as np
import pytest
from ONVolumetryLib.core.errors import CaseError, FileError, GeometryError, SegmentError
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.files.segment import Segment
from ONVolumetryLib.files.segmentations import readSegmentation

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.hipnodes import HipNodes, VisitNodes  # noqa: E402
from ONVolumetryLib.mrml.logic import MeasurementLogic  # noqa: E402
from ONVolumetryLib.mrml.readingmode import BLINDED, OPEN, noteReading  # noqa: E402
from ONVolumetryLib.mrml.segmentwriting import addSegment, vtkMatrix  # noqa: E402


@pytest.fixture
def logic(scene):
    return MeasurementLogic(scene)


def hipOf(hip, sex="male", **visit) -> HipNodes:
    return HipNodes("Hüfte 101", sex, (VisitNodes(hip.node, hip.headId, hip.lesionId, **visit),))


def addVolume(scene, grid, name="T1"):
    """A volume on a grid, without a copy of anything."""
    import vtk

    image = vtk.vtkImageData()
    image.SetDimensions(*grid.sizeIjk)
    image.AllocateScalars(vtk.VTK_SHORT, 1)
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    volume.SetAndObserveImageData(image)
    volume.SetIJKToRASMatrix(vtkMatrix(grid.ijkToRas))
    return volume


def testNumbersAreTheCores(logic, drawnHip):
    measured = logic.measure(hipOf(drawnHip)).visits[0]
    segments = VisitSegments("preop", 0.0, drawnHip.head, drawnHip.lesion,
                             stack=sliceStackOfGrid(drawnHip.head.grid))
    expected = measureHip([segments], "male").visits[0]
    assert measured.lesion.voxelCount == drawnHip.lesion.voxelCount
    assert measured.lesion.volumeMm3 == pytest.approx(expected.lesion.volumeMm3, rel=1e-9)
    assert measured.head.combinedSeMm3 == pytest.approx(expected.head.combinedSeMm3, rel=1e-9)
    assert measured.sphere.radiusMm == pytest.approx(24.0, abs=0.1)
    assert np.allclose(measured.sphere.centerRas, (1.0, 2.0, 0.7), atol=0.2)
    assert measured.onvPercent.value == pytest.approx(expected.onvPercent.value, rel=1e-9)


def testSavedSegmentationGivesTheSameNumbersToTheProgram(scene, logic, drawHipIn, obliqueMasks, tmp_path):
    hip = drawHipIn(*obliqueMasks)
    measured = logic.measure(hipOf(hip)).visits[0]
    path = tmp_path / "preop.seg.nrrd"
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    assert storage.WriteData(hip.node)
    saved = readSegmentation(path)
    masks = [segment.mask for segment in saved.segments]
    program = measureHip([VisitSegments("preop", 0.0, *masks, stack=sliceStackOfGrid(saved.grid))], "male").visits[0]
    for name in ("head", "lesion"):
        inScene, inFile = getattr(measured, name), getattr(program, name)
        assert inScene.voxelCount == inFile.voxelCount
        assert inScene.volumeMm3 == pytest.approx(inFile.volumeMm3, rel=1e-9)
        assert inScene.combinedSeMm3 == pytest.approx(inFile.combinedSeMm3, rel=1e-9)
    assert measured.sphere.radiusMm == pytest.approx(program.sphere.radiusMm, rel=1e-9)


def testVolumeGivesThePitchOfItsSlices(scene, logic, drawHipIn, ballMasks, ballOn):
    """A segmentation finer than the volume takes the volume's pitch."""
    grid = ballMasks[0].grid
    matrix = np.array(grid.ijkToRas)
    matrix[2, 2] = 1.0
    fine = GridGeometry((140, 140, 81), matrix)
    hip = drawHipIn(*ballOn(fine))
    alone = logic.measure(hipOf(hip)).visits[0]
    withVolume = logic.measure(hipOf(hip, volume=addVolume(scene, grid))).visits[0]
    assert alone.stack.pitchMm == pytest.approx(1.0)
    assert withVolume.stack.pitchMm == pytest.approx(4.0)
    assert withVolume.lesion.volumeMm3 == alone.lesion.volumeMm3
    assert withVolume.head.samplingSeMm3 > 2.0 * alone.head.samplingSeMm3


def testSlicesOfAVolumeWithEqualSpacing(scene, logic, drawHipIn, ballOn):
    """Where spacing does not tell, the slices are those across the third axis of the volume, however it lies."""
    matrix = np.array([[0.0, 0.0, 1.0, -40.0], [1.0, 0.0, 0.0, -40.0], [0.0, 1.0, 0.0, -40.0], [0.0, 0.0, 0.0, 1.0]])
    volume = addVolume(scene, GridGeometry((81, 81, 81), matrix))
    straight = np.eye(4)
    straight[:3, 3] = -40.0
    hip = drawHipIn(*ballOn(GridGeometry((81, 81, 81), straight)))
    assert logic.measure(hipOf(hip)).visits[0].stack.axisName == "K"
    assert logic.measure(hipOf(hip, volume=volume)).visits[0].stack.axisName == "I"


def testVolumeFarFromTheOutlinesIsRefused(scene, logic, drawnHip):
    matrix = np.array(drawnHip.head.grid.ijkToRas)
    matrix[0, 3] += 500.0
    volume = addVolume(scene, GridGeometry(drawnHip.head.grid.sizeIjk, matrix))
    with pytest.raises(GeometryError, match="far from the image"):
        logic.measure(hipOf(drawnHip, volume=volume))


def testVolumeWithoutVoxelsIsRefused(scene, logic, drawnHip):
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Not loaded")
    with pytest.raises(GeometryError, match='"Not loaded" is empty'):
        logic.measure(hipOf(drawnHip, volume=volume))


def emptyLesion(hip, status) -> str:
    grid = hip.head.grid
    mask = Mask.fromArray(np.zeros(grid.shapeKji, dtype=bool), grid)
    return addSegment(hip.node, Segment("Lesion", mask, status=status))


@pytest.mark.parametrize("status", ["", "notstarted", "inprogress", "flagged"])
def testEmptyLesionIsNotMeasured(logic, drawnHip, status):
    drawnHip.lesionId = emptyLesion(drawnHip, status)
    hip = hipOf(drawnHip)
    record = logic.record(hip, logic.measure(hip))
    visit = record["visits"][0]
    assert visit["onv_cm3"] is None and visit["onv_percent"] is None
    assert visit["fhv_cm3"] is not None
    table = logic.store(hip, record)[1]
    assert cell(table, "onv_cm3") == "not measured" and cell(table, "onv_cm3_se") == "not measured"


def testEmptyCompletedLesionIsNone(logic, drawnHip):
    drawnHip.lesionId = emptyLesion(drawnHip, "completed")
    hip = hipOf(drawnHip)
    record = logic.record(hip, logic.measure(hip))
    assert record["visits"][0]["onv_cm3"] == 0.0 and record["visits"][0]["lesion_absent"]
    table = logic.store(hip, record)[1]
    assert cell(table, "onv_cm3") == "0.00" and cell(table, "onv_cm3_se") == ""


def testLesionNotChosenIsNotMeasured(logic, drawnHip):
    hip = HipNodes("101", "female", (VisitNodes(drawnHip.node, drawnHip.headId),))
    visit = logic.measure(hip).visits[0]
    assert visit.lesion is None and visit.onvPercent is None
    assert visit.sphereAdjusted.capFraction == 0.29


def testWrongChoicesAreRefusedInWords(logic, drawnHip):
    with pytest.raises(SegmentError, match="same segment"):
        logic.measure(HipNodes("101", "male", (VisitNodes(drawnHip.node, drawnHip.headId, drawnHip.headId),)))
    with pytest.raises(SegmentError, match="without a femoral head"):
        logic.measure(HipNodes("101", "male", (VisitNodes(drawnHip.node, "", drawnHip.lesionId),)))
    with pytest.raises(CaseError, match="unknown sex"):
        logic.measure(hipOf(drawnHip, sex=""))
    with pytest.raises(CaseError, match="contour_sd_mm"):
        logic.measure(HipNodes("101", "male", hipOf(drawnHip).visits, settings={"contour_sd_mm": -1}))


def testTwoVisitsOfOneHip(logic, drawHipIn, ballMasks, ballOn):
    """The same call carries a hip of several visits, one of them without its own head and one not done."""
    head, lesion = ballMasks
    smaller = Mask.fromArray(lesion.fullArray() * (np.arange(head.grid.sizeIjk[0]) < 70), head.grid)
    first, later = drawHipIn(head, lesion), drawHipIn(head, smaller)
    hip = HipNodes("101", "male", (
        VisitNodes(first.node, first.headId, first.lesionId, label="preop", month=0),
        VisitNodes(later.node, "", later.lesionId, label="3 months", month=3),
        VisitNodes(label="12 months", month=12, done=False),
    ), side="right", patient="P-101")
    record = logic.record(hip, logic.measure(hip))
    assert [visit["visit_status"] for visit in record["visits"]] == ["done", "done", "not done"]
    assert record["visits"][1]["fhv_reference"] == "baseline"
    assert record["visits"][1]["residual_percent"] == pytest.approx(100.0 * smaller.voxelCount / lesion.voxelCount)
    assert (record["side"], record["patient"]) == ("right", "P-101")
    table = logic.store(hip, record)[1]
    assert [cell(table, "visit", row) for row in range(3)] == ["preop", "3 months", "12 months"]
    assert cell(table, "onv_cm3", 2) == "not done"
    assert logic.storedRecord(hip).isSameInput


def testRecordSurvivesSavingTheSceneBitForBit(scene, logic, drawnHip, saveAndLoad):
    hip = hipOf(drawnHip)
    record = logic.record(hip, logic.measure(hip))
    logic.store(hip, record)
    saveAndLoad(scene)
    node = scene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    again = HipNodes("Hüfte 101", "male", (VisitNodes(node, drawnHip.headId, drawnHip.lesionId),))
    stored = logic.storedRecord(again)
    assert stored.record == record
    assert stored.isSameInput
    assert logic.record(again, logic.measure(again)) == record


def testReadingIsStoredWithTheResult(logic, drawnHip):
    hip = hipOf(drawnHip)
    assert logic.record(hip, logic.measure(hip))["visits"][0]["reading"] is None
    for reading, expected in ((BLINDED, "blinded"), (OPEN, "open"), (BLINDED, "open")):
        noteReading(drawnHip.node, reading)
        assert logic.record(hip, logic.measure(hip))["visits"][0]["reading"] == expected


def testMeasuringAgainReplacesTheResult(scene, logic, drawnHip):
    hip = hipOf(drawnHip)
    for _ in range(2):
        logic.store(hip, logic.record(hip, logic.measure(hip)))
    assert scene.GetNumberOfNodesByClass("vtkMRMLTextNode") == 1
    assert scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 1


def testResultOfAnotherChoiceIsKnownToBeOne(logic, drawnHip, drawHipIn):
    hip = hipOf(drawnHip)
    logic.store(hip, logic.record(hip, logic.measure(hip)))
    assert logic.storedRecord(hip).isSameInput
    assert not logic.storedRecord(hipOf(drawnHip, sex="female")).isSameInput
    assert not logic.storedRecord(HipNodes("101", "male", (VisitNodes(drawnHip.node, drawnHip.headId),))).isSameInput
    other = drawHipIn(drawnHip.head, drawnHip.lesion)
    assert logic.storedRecord(hipOf(other)) is None


def testForeignTextInTheRecordIsRefused(logic, drawnHip):
    hip = hipOf(drawnHip)
    textNode = logic.store(hip, logic.record(hip, logic.measure(hip)))[0]
    for text in ("not JSON", '{"schema": "onvolumetry-measurements/9", "hips": []}', "[]"):
        textNode.SetText(text)
        with pytest.raises(FileError, match="measure again"):
            logic.storedRecord(hip)


def testTableHasUnitsAndCodes(logic, drawnHip):
    hip = hipOf(drawnHip)
    table = logic.store(hip, logic.record(hip, logic.measure(hip)), str.upper)[1]
    assert table.GetColumnUnitLabel("onv_cm3") == "cm³"
    assert table.GetColumnTitle("onv_cm3") == "ONV_CM3"
    assert "CodeValue:YEKZ|CodingSchemeDesignator:IBSI" in table.GetColumnProperty("onv_cm3", "DICOM.QuantityCode")
    assert float(cell(table, "fhv_cm3")) == pytest.approx(
        drawnHip.head.voxelCount * drawnHip.head.grid.voxelVolumeMm3 / 1000.0, abs=0.005)


def testSegmentsAreSuggestedByNameOrCode(scene, logic, drawnHip):
    assert logic.suggestSegments(drawnHip.node) == (drawnHip.headId, drawnHip.lesionId)
    for index, segmentId in enumerate((drawnHip.headId, drawnHip.lesionId)):
        drawnHip.node.GetSegmentation().GetSegment(segmentId).SetName(f"Structure {index}")
    assert logic.suggestSegments(drawnHip.node) == (drawnHip.headId, drawnHip.lesionId)
    empty = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Empty")
    assert logic.suggestSegments(empty) == ("", "")
    addSegment(drawnHip.node, Segment("Femoral head", drawnHip.head))
    addSegment(drawnHip.node, Segment("Left femoral head", drawnHip.head))
    assert logic.suggestSegments(drawnHip.node) == ("", "")


def testVolumeIsSuggestedWhereItIsKnown(scene, logic, drawnHip):
    assert logic.suggestVolume(drawnHip.node) is None
    volume = addVolume(scene, drawnHip.head.grid)
    drawnHip.node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    assert logic.suggestVolume(drawnHip.node) is volume


def cell(table, key, row=0) -> str:
    return table.GetCellText(row, table.GetColumnIndex(key))
