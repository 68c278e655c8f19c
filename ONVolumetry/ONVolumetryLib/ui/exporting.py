"""Files for people and statistics: measurements.csv and report.html of a hip of the scene."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..files.approval import approvalStatus
from ..files.filecontext import atomicPath, namedFile
from ..files.results import measurementsCsv
from ..files.volumeimage import VolumeImage
from ..mrml.grids import volumeGrid, volumeVoxels
from ..mrml.hipcase import caseOfHip
from ..mrml.hipnodes import HipNodes


def exportCsv(path, record: Mapping[str, Any]):
    """Write the rows of a hip.

    :param record: of the hip.
    :raises FileError: the file cannot be written.
    """
    _write(path, measurementsCsv([record]))


def exportReport(path, logic, hip: HipNodes):
    """Write the report of a hip as one page.

    :param logic: ONVolumetryLogic of the scene.
    :raises ONVolumetryError: the file cannot be written, or the hip cannot be measured.
    """
    from ..report.hipreport import hipReportHtml
    from ..report.reportinput import ReportSubject, ReportVisit

    case, measurement = caseOfHip(hip), logic.measure(hip)
    record = logic.record(hip, measurement)
    outlines = {visit["visit"]: visit["outlines_sha256"] for visit in record["visits"]}
    subject = ReportSubject(case.hip, case.side, case.patient, case.subject, case.end and case.end.reason,
                            case.end and case.end.month, dt.date.today(), case.monthsFrom)
    planned = {visit.label: visit for visit in case.visits}
    images = {visit.label: _image(visit.volume) for visit in hip.visits}
    visits = []
    for segments in logic.segmentsOf(hip):
        visit = planned[segments.label]
        stage = visit.stage and f"{visit.stage.system} {visit.stage.value}"
        visits.append(ReportVisit(segments, images[segments.label], visit.reader, stage,
                                  approvalStatus(visit.approval, outlines[segments.label])))
    _write(path, hipReportHtml(subject, measurement, visits))


def _image(volume) -> VolumeImage | None:
    return None if volume is None else VolumeImage(volumeVoxels(volume), volumeGrid(volume))


def _write(path, text: str):
    path = Path(path)
    with namedFile(path), atomicPath(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))
