"""An approval belongs to the outlines that were approved."""

import dataclasses
import json

import numpy as np
import pytest
from ONVolumetryLib.core.errors import CaseError
from ONVolumetryLib.core.geometry import GridGeometry, SliceStack
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.files.approval import approvalText, outlinesSha256
from ONVolumetryLib.files.case import Case, CaseApproval, CaseVisit, readCase, writeCase
from ONVolumetryLib.files.results import hipRecord, measurementsCsv
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation
from ONVolumetryLib.program.casemeasurement import measureCaseFile

SPACING = 0.5859375


def outlines(spacingMm=SPACING, originMm=0.0, **changes) -> VisitSegments:
    matrix = np.diag([spacingMm, spacingMm, 4.0, 1.0])
    matrix[:3, 3] = originMm
    grid = GridGeometry((20, 22, 10), matrix)
    head = np.zeros(grid.shapeKji, dtype=bool)
    head[2:8, 4:17, 3:15] = True
    lesion = head & (np.arange(10) > 5)[:, None, None]
    masks = {"head": Mask.fromArray(head, grid), "lesion": Mask.fromArray(lesion, grid)}
    return VisitSegments("preop", 0.0, **{**masks, **changes})


def testFingerprintIgnoresRoundingAndThePlaceOfThePatient():
    expected = outlinesSha256(outlines())
    assert outlinesSha256(outlines(originMm=17.3)) == expected
    assert outlinesSha256(outlines(spacingMm=SPACING * (1 + 1e-9))) == expected
    assert outlinesSha256(outlines(spacingMm=SPACING * (1 - 1e-9))) == expected


@pytest.mark.parametrize("change", [
    {"lesion": None}, {"head": None}, {"lesion": None, "lesionAbsent": True}])
def testFingerprintKnowsWhatIsOutlined(change):
    assert outlinesSha256(outlines(**change)) != outlinesSha256(outlines())


def testFingerprintKnowsEveryVoxelAndTheirSize():
    first = outlines()
    voxels = first.lesion.fullArray()
    voxels[7, 10, 10] = 0
    changed = dataclasses.replace(first, lesion=Mask.fromArray(voxels, first.lesion.grid))
    assert outlinesSha256(changed) != outlinesSha256(first)
    voxels = np.roll(first.lesion.fullArray(), 1, axis=2)
    shifted = dataclasses.replace(first, lesion=Mask.fromArray(voxels, first.lesion.grid))
    assert outlinesSha256(shifted) != outlinesSha256(first)
    assert outlinesSha256(outlines(spacingMm=0.6)) != outlinesSha256(first)


def testTextSaysWhenOutlinesWereChanged():
    approval = CaseApproval("AB", "2026-01-02T03:04:05Z", "ONVolumetry 0.1.0", "f" * 64)
    assert approvalText(None, "f" * 64) is None
    assert approvalText(approval, "f" * 64) == "AB 2026-01-02T03:04:05Z"
    assert approvalText(approval, "0" * 64) == "changed after approval (AB 2026-01-02T03:04:05Z)"
    assert approvalText(approval, None).startswith("changed after approval")


def testApprovalIsInTheCaseAndInTheTable(tmp_path):
    fingerprint = outlinesSha256(outlines())
    approval = CaseApproval("AB", "2026-01-02T03:04:05Z", "ONVolumetry 0.1.0", fingerprint)
    visits = (CaseVisit("preop", 0.0, approval=approval),
              CaseVisit("3 months", 3.0, done=False, notDoneReason="claustrophobia"))
    case = Case("101", "101", "left", "male", visits)
    writeCase(tmp_path / "case.json", case)
    assert readCase(tmp_path / "case.json").visits == visits
    segments = [outlines(stack=SliceStack(2, 4.0, "test")), VisitSegments("3 months", 3.0, done=False)]
    measurement = measureHip(segments, "male")
    for current, expected in ((fingerprint, ",AB 2026-01-02"), ("0", ",changed after approval (AB 2026-01-02")):
        record = hipRecord(case, measurement, {"preop": current})
        assert expected in measurementsCsv([record])
        assert record["visits"][0]["approval"]["outlines_sha256"] == fingerprint


@pytest.mark.parametrize("visit, text", [
    ({"approval": {"reader": "AB"}}, "approval"),
    ({"not_done_reason": "pain"}, "not_done_reason"),
    ({"status": "not done", "approval": {}}, "not done"),
])
def testContradictionsAreRefused(tmp_path, visit, text):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"schema": "onvolumetry-case/1", "hip": "1", "side": "left", "sex": "male",
                                "visits": [{"label": "preop", "month": 0, **visit}]}))
    with pytest.raises(CaseError, match=text):
        readCase(path)


def testProgramSaysWhetherOutlinesWereChangedAfterApproval(tmp_path):
    first = outlines()
    segments = tuple(Segment(name, mask) for name, mask in (("Femoral head", first.head), ("Lesion", first.lesion)))
    path = tmp_path / "preop.seg.nrrd"
    writeSegmentation(path, Segmentation(segments, first.head.grid))
    for fingerprint, expected in ((outlinesSha256(first), "AB 2026"), ("0" * 64, "changed after approval (AB 2026")):
        approval = CaseApproval("AB", "2026-01-02T03:04:05Z", "ONVolumetry 0.1.0", fingerprint)
        visit = CaseVisit("preop", 0.0, segmentation=path, approval=approval)
        writeCase(tmp_path / "case.json", Case("101", "101", "right", "male", (visit,)))
        outcome = measureCaseFile(tmp_path / "case.json", isRendered=False)
        assert outcome.error is None
        assert outcome.record["visits"][0]["approved"].startswith(expected)
        assert expected in outcome.files["report.html"]
