"""A case folder opened in a scene and saved again is the same hip to the program."""

import dataclasses

import numpy as np
import pytest
from ONVolumetryLib.core.errors import CaseError, FileError, ONVolumetryError
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.files.case import Case, CaseApproval, CaseEnd, CaseStage, CaseVisit, readCase, writeCase
from ONVolumetryLib.files.images import readImage, writeImage
from ONVolumetryLib.files.segment import Segment, Segmentation
from ONVolumetryLib.files.segmentations import writeSegmentation
from ONVolumetryLib.files.visits import loadVisit

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.caseopening import openCase  # noqa: E402
from ONVolumetryLib.mrml.casesaving import saveCase  # noqa: E402
from ONVolumetryLib.mrml.hipcase import requireMeasurable  # noqa: E402
from ONVolumetryLib.mrml.hipnodes import HipNodes, VisitNodes  # noqa: E402
from ONVolumetryLib.mrml.logic import MeasurementLogic  # noqa: E402
from ONVolumetryLib.mrml.otherhip import otherHip  # noqa: E402
from ONVolumetryLib.mrml.outlinesinscene import outlinesOfHips  # noqa: E402
from ONVolumetryLib.mrml.parameterschema import HIP_ATTRIBUTE  # noqa: E402
from ONVolumetryLib.mrml.patienttree import arrange  # noqa: E402
from ONVolumetryLib.mrml.plots import chartsOfRecord, removeParts, updatePlots  # noqa: E402
from ONVolumetryLib.mrml.sides import sideInImage  # noqa: E402


@pytest.fixture
def makeCase(tmp_path, obliqueMasks):
    """Writes a case of two visits and a third that was not done."""
    head, lesion = obliqueMasks

    def make(names=("Femoral head", "Osteonecrosis lesion"), **changes):
        folder = tmp_path / "case"
        smaller = dataclasses.replace(lesion, voxels=lesion.voxels & (np.arange(lesion.voxels.shape[2]) % 3 > 0))
        visits = []
        for label, month, mask in (("preop", 0.0, lesion), ("3 months", 3.0, smaller)):
            image, outlines = folder / f"{label}.nrrd", folder / f"{label}.seg.nrrd"
            writeImage(image, head.fullArray().astype(np.int16) * 100, head.grid)
            writeSegmentation(outlines, Segmentation((
                Segment(names[0], head), Segment("Other", lesion), Segment(names[1], mask)), head.grid))
            segments = {} if names[0] == "Femoral head" else dict(zip(("head", "lesion"), names))
            visits.append(CaseVisit(label, month, image=image, segmentation=outlines, segments=segments,
                                    stage=CaseStage("ARCO", "II"), jicZones=("A", "B")))
        visits.append(CaseVisit("12 months", 12.0, done=False, notDoneReason="arthroplasty"))
        case = Case("9", "P-9", "right", "male", tuple(visits), {"healed": False, "smoker": True},
                    CaseEnd("arthroplasty", 11.0), settings={"contour_sd_mm": 0.6})
        writeCase(folder / "case.json", dataclasses.replace(case, **changes))
        return folder / "case.json"

    return make


def measuredByProgram(path):
    case = readCase(path)
    return measureHip([loadVisit(case, visit).segments for visit in case.visits], case.sex)


@pytest.mark.parametrize("names", [("Femoral head", "Osteonecrosis lesion"), ("Part one", "Part two")])
def testOpenedCaseGivesTheProgramsNumbers(scene, makeCase, names):
    path = makeCase(names)
    hip = openCase(scene, path)
    inScene = MeasurementLogic(scene).measure(dataclasses.replace(hip, settings={}))
    requireSameNumbers(inScene, measuredByProgram(path))


def testSavedCaseGivesTheProgramsNumbersAndKeepsWhatTheSceneDoesNotHold(scene, makeCase, tmp_path):
    first = makeCase(("Part one", "Part two"))
    hip = openCase(scene, first.parent)
    approval = CaseApproval("AB", "2026-01-02T03:04:05Z", "ONVolumetry", "f" * 64)
    visits = (dataclasses.replace(hip.visits[0], approval=approval), *hip.visits[1:])
    path = saveCase(dataclasses.replace(hip, visits=visits), tmp_path / "saved")
    requireSameNumbers(measuredByProgram(path), measuredByProgram(first))
    saved, original = readCase(path), readCase(first)
    for name in ("hip", "patient", "side", "sex", "subject", "end", "settings"):
        assert getattr(saved, name) == getattr(original, name)
    assert saved.visits[0].approval == approval
    assert saved.visits[0].stage == CaseStage("ARCO", "II") and saved.visits[0].jicZones == ("A", "B")
    assert saved.visits[2] == original.visits[2]
    # An unchanged image is referred to where it is.
    assert saved.visits[0].image == original.visits[0].image


def testChangedAndMovedVolumesAreWrittenBesideTheCase(scene, makeCase, tmp_path):
    hip = openCase(scene, makeCase())
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    import vtk

    move = vtk.vtkTransform()
    move.Translate(5.0, 6.0, 7.0)
    transform.SetMatrixTransformToParent(move.GetMatrix())
    for node in (hip.visits[0].volume, hip.visits[0].segmentation):
        node.SetAndObserveTransformNodeID(transform.GetID())
    expected = MeasurementLogic(scene).measure(dataclasses.replace(hip, settings={}))
    path = saveCase(hip, tmp_path / "saved")
    saved = readCase(path)
    assert saved.visits[0].image.parent == path.parent and saved.visits[1].image.parent != path.parent
    shift = readImage(saved.visits[0].image).geometry.ijkToRas - readImage(saved.visits[1].image).geometry.ijkToRas
    assert np.allclose(shift[:3, 3], (5.0, 6.0, 7.0))
    requireSameNumbers(measuredByProgram(path), expected)


def testFolderOfSomethingElseIsNotOverwritten(scene, makeCase, tmp_path):
    hip = openCase(scene, makeCase())
    folder = tmp_path / "taken"
    saveCase(hip, folder)
    saveCase(hip, folder)
    with pytest.raises(FileError, match='hip "9"'):
        saveCase(dataclasses.replace(hip, hip="10"), folder)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("")
    with pytest.raises(FileError, match="other files"):
        saveCase(hip, tmp_path / "photos")
    with pytest.raises(CaseError, match="side"):
        saveCase(dataclasses.replace(hip, side=None), tmp_path / "new")


def testNameThatNoFolderCanHaveIsRefusedBeforeAnythingIsWritten(scene, makeCase, tmp_path):
    hip = openCase(scene, makeCase())
    first = dataclasses.replace(hip.visits[0], label="before/after")
    for wrong in (dataclasses.replace(hip, hip="12/3"), dataclasses.replace(hip, visits=(first, *hip.visits[1:]))):
        with pytest.raises(CaseError, match="holds /"):
            saveCase(wrong, tmp_path / "refused")
        assert not (tmp_path / "refused").exists()


def testDamagedCaseLeavesNoNodes(scene, makeCase):
    path = makeCase()
    (path.parent / "3 months.seg.nrrd").write_text("damaged")
    before = scene.GetNumberOfNodes()
    with pytest.raises(ONVolumetryError, match=r"3 months\.seg\.nrrd"):
        openCase(scene, path)
    assert scene.GetNumberOfNodes() == before


def testNoLesionLeftSurvivesTheRoundTrip(scene, makeCase, tmp_path):
    path = makeCase()
    case = readCase(path)
    visits = [case.visits[0], dataclasses.replace(case.visits[1], segmentation=None, lesionAbsent=True)]
    writeCase(path, dataclasses.replace(case, visits=tuple(visits)))
    saved = saveCase(openCase(scene, path), tmp_path / "saved")
    measured = measuredByProgram(saved).visits[1]
    assert measured.lesionAbsent and measured.lesionVolume.estimate.value == 0.0


def testChangedVisitsAreNamed(scene, makeCase):
    hip = dataclasses.replace(openCase(scene, makeCase()), settings={})
    logic = MeasurementLogic(scene)
    record = logic.record(hip, logic.measure(hip))
    assert logic.changedVisits(hip, record) == []
    later = dataclasses.replace(hip.visits[1], month=4.0)
    assert logic.changedVisits(dataclasses.replace(hip, visits=(hip.visits[0], later)), record) == [
        "3 months", "12 months"]
    assert logic.changedVisits(dataclasses.replace(hip, sex="female"), record) == ["preop", "3 months", "12 months"]
    hip.visits[1].segmentation.GetSegmentation().GetSegment(hip.visits[1].lesionSegmentId).SetName("Renamed")
    assert logic.changedVisits(hip, record) == []


@pytest.mark.parametrize("change, text", [
    ({"sex": ""}, "sex"), ({"visits": ()}, "no visits"),
    ({"visits": (VisitNodes(label="a", month=0.0), VisitNodes(label="A", month=1.0))}, "rename"),
    ({"visits": (VisitNodes(label="a", month=1.0), VisitNodes(label="b", month=1.0))}, "same month"),
    ({"visits": (VisitNodes(label="a", month=1.0),)}, "before surgery"),
    ({"visits": (VisitNodes(label="a", month=0.0),)}, "no visit has outlines"),
])
def testContradictionsAreNamed(change, text):
    with pytest.raises(CaseError, match=text):
        requireMeasurable(dataclasses.replace(HipNodes("1", "male", ()), **change))


def testWhatMonthsAreCountedFromSurvivesTheRoundTrip(scene, makeCase, tmp_path):
    hip = openCase(scene, makeCase(monthsFrom="first scan"))
    assert hip.monthsFrom == otherHip(hip).monthsFrom == "first scan"
    assert readCase(saveCase(hip, tmp_path / "saved")).monthsFrom == "first scan"
    dated = dataclasses.replace(hip, monthsFrom="surgery")
    assert readCase(saveCase(dated, tmp_path / "dated")).monthsFrom == "surgery"


def testOtherHipHasTheSameScansAndItsOwnName():
    hip = HipNodes("101 right", "male", (VisitNodes("outlines", "h", "l", "scan", "preop", 0.0, reader="AB"),), "right",
                   "P", subject={"healed": True, "age_years": 40})
    other = otherHip(hip)
    assert (other.hip, other.side, other.patient, dict(other.subject)) == ("101 left", "left", "P", {"age_years": 40})
    assert other.visits[0].volume == "scan" and other.visits[0].segmentation is None and not other.visits[0].reader
    with pytest.raises(CaseError, match="side"):
        otherHip(dataclasses.replace(hip, side=None))


def testSideIsReadFromThePlaceOfTheHead(scene, drawHipIn, ballOn):
    from ONVolumetryLib.core.geometry import GridGeometry

    for shift, expected in ((80.0, "right"), (-80.0, "left"), (5.0, None)):
        matrix = np.diag([1.0, 1.0, 3.0, 1.0])
        matrix[:3, 3] = (shift - 32.0, -30.0, -30.0)
        hip = drawHipIn(*ballOn(GridGeometry((64, 64, 21), matrix), (shift, 0.0, 0.0)))
        nodes = HipNodes("1", "male", (VisitNodes(hip.node, hip.headId, hip.lesionId),))
        assert sideInImage(nodes, MeasurementLogic(scene).segmentsOf(nodes)) == expected


def testPlotsShowTheRecordAndAreReplaced(scene, makeCase):
    hip = openCase(scene, makeCase())
    logic = MeasurementLogic(scene)
    record = logic.record(hip, logic.measure(hip))
    textNode, tableNode = logic.store(hip, record)
    counts = []
    for _ in range(2):
        course, areas = updatePlots(scene, textNode, record)
        counts.append(scene.GetNumberOfNodes())
    assert counts[0] == counts[1]
    assert (course.GetNumberOfPlotSeriesNodes(), areas.GetNumberOfPlotSeriesNodes()) == (3, 2)
    main, error = course.GetNthPlotSeriesNode(0).GetTableNode(), course.GetNthPlotSeriesNode(1).GetTableNode()
    values = [main.GetTable().GetColumn(1).GetValue(row) for row in range(2)]
    assert values == [visit["onv_percent"] for visit in record["visits"][:2]]
    ends = [error.GetTable().GetColumn(1).GetValue(row) for row in range(2)]
    assert np.mean(ends) == pytest.approx(values[0])
    assert np.ptp(ends) == pytest.approx(2 * 1.96 * record["visits"][0]["onv_percent_se"])
    assert chartsOfRecord(textNode) == (course, areas)
    # No point and no error bar lies on an axis.
    low, high = course.GetXAxisRange()
    assert low < 0.0 and high > 3.0 and course.GetYAxisRange()[0] == 0.0 and course.GetYAxisRange()[1] > max(ends)
    removeParts(scene, textNode)
    assert scene.GetNumberOfNodesByClass("vtkMRMLPlotSeriesNode") == 0
    assert scene.IsNodePresent(tableNode)


def testSubjectHierarchyIsArrangedOnce(scene, makeCase):
    hip = openCase(scene, makeCase())
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    arrange(scene, hip)
    count = tree.GetNumberOfItems()
    arrange(scene, hip)
    assert tree.GetNumberOfItems() == count


def testOutlinesOfAllHipsAreFoundOnce(scene):
    outlines = [scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name) for name in "abc"]
    for name, visits in (("first", outlines[:2]), ("second", outlines[1:2])):
        hip = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", name)
        hip.SetAttribute(HIP_ATTRIBUTE, "1")
        for index, node in enumerate(visits):
            hip.SetNodeReferenceID(f"visits.{index}.segmentation", node.GetID())
        hip.SetNodeReferenceID("ONVolumetry.change", outlines[2].GetID())
    assert outlinesOfHips(scene) == outlines[:2]
    scene.RemoveNode(outlines[0])
    assert outlinesOfHips(scene) == outlines[1:2]


def requireSameNumbers(first, second):
    assert [visit.label for visit in first.visits] == [visit.label for visit in second.visits]
    for visit, other in zip(first.visits, second.visits):
        assert visit.done == other.done
        for role in ("head", "lesion"):
            volume, expected = getattr(visit, role), getattr(other, role)
            assert (volume is None) == (expected is None)
            if volume is not None:
                assert volume.voxelCount == expected.voxelCount
                assert volume.volumeMm3 == pytest.approx(expected.volumeMm3, rel=1e-9)
