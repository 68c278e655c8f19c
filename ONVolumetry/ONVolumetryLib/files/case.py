"""Reading and writing case.json, the description of one hip."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from .casedata import FROM_SURGERY, Case, CaseApproval, CaseEnd, CaseStage, CaseVisit
from .caseparser import CASE_SCHEMA, parseCase
from .filecontext import atomicPath, namedFile, requireFile
from .strictjson import parseJson

__all__ = ["CASE_SCHEMA", "Case", "CaseApproval", "CaseEnd", "CaseStage", "CaseVisit", "caseAsJson", "readCase",
           "requireWritable", "writeCase"]


def readCase(path, requireFiles: bool = True) -> Case:
    """Read a case.json.

    :param path: the file; paths in it are relative to its folder.
    :param requireFiles: refuse a path at which there is nothing; False to open a case whose images are elsewhere.
    :return: the case, visits sorted by month, paths absolute.
    :raises FileError: there is no such file.
    :raises CaseError: the file is not JSON (says line and column), or a field is wrong (names it).
    """
    path = Path(path)
    with namedFile(path):
        data = parseJson(requireFile(path).read_bytes(), "case.json")
        case = parseCase(data, path.absolute().parent, requireFiles)
    return replace(case, path=path)


def writeCase(path, case: Case):
    """Write a case.json whose paths are relative to it; whole or not at all.

    :param path: the file to write.
    :raises CaseError: the case could not be read back.
    """
    path = Path(path)
    with namedFile(path):
        data = requireWritable(case, path.absolute().parent)
        with atomicPath(path) as temporary:
            temporary.write_text(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
                                 encoding="utf-8")


def requireWritable(case: Case, folder: Path) -> dict[str, Any]:
    """The content of case.json, if it could be read back.

    :param folder: where relative paths start.
    :raises CaseError: it could not; names the field.
    """
    data = caseAsJson(case, folder)
    parseCase(data, folder, requireFiles=False)
    return data


def caseAsJson(case: Case, folder: Path) -> dict[str, Any]:
    """The content of case.json.

    :param folder: where relative paths start.
    """
    end = case.end and {"reason": case.end.reason, "month": case.end.month}
    fields = {
        "schema": CASE_SCHEMA, "hip": case.hip, "patient": case.patient, "side": case.side, "sex": case.sex,
        "subject": dict(case.subject) or None, "end": end, "landmarks": _relative(case.landmarks, folder),
        "source_dicom": _relative(case.sourceDicom, folder),
        "months_from": None if case.monthsFrom == FROM_SURGERY else case.monthsFrom,
        "visits": [_visitAsJson(visit, folder) for visit in case.visits], "settings": dict(case.settings) or None,
    }
    return _withoutAbsent(fields)


def _visitAsJson(visit: CaseVisit, folder: Path) -> dict[str, Any]:
    return _withoutAbsent({
        "label": visit.label, "month": visit.month, "status": None if visit.done else "not done",
        "image": _relative(visit.image, folder), "series_instance_uid": visit.series.uid,
        "series_number": visit.series.number,
        "segmentation": _relative(visit.segmentation, folder), "segments": dict(visit.segments) or None,
        "lesion_absent": visit.lesionAbsent or None,
        "transform_to_baseline": _relative(visit.transformToBaseline, folder),
        "landmarks": _relative(visit.landmarks, folder), "reader": visit.reader,
        "stage": visit.stage and {"system": visit.stage.system, "value": visit.stage.value},
        "jic_zones": _zonesAsJson(visit.jicZones), "acp_zones": _zonesAsJson(visit.acpZones),
        "source_dicom": _relative(visit.sourceDicom, folder), "approval": _approvalAsJson(visit.approval),
        "not_done_reason": visit.notDoneReason,
    })


def _approvalAsJson(approval: CaseApproval | None) -> dict[str, str] | None:
    return approval and {"reader": approval.reader, "time": approval.time, "software": approval.software,
                         "outlines_sha256": approval.outlinesSha256}


def _withoutAbsent(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _zonesAsJson(zones: tuple[str, ...] | None) -> str | None:
    return None if zones is None else " ".join(zones) or "-"


def _relative(path: Path | None, folder: Path) -> str | None:
    if path is None:
        return None
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # Another drive on Windows.
        return path.as_posix()
