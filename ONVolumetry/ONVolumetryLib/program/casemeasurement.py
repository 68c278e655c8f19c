"""Measure one case file from beginning to end, in whatever process."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import ONVolumetryError
from ..core.hip import HipMeasurement
from ..core.measurehip import measureHip
from ..core.settings import MeasurementSettings
from ..files.approval import approvalStatus, outlinesSha256
from ..files.case import Case, CaseVisit, readCase
from ..files.filecontext import namedFile
from ..files.keys import SETTING_FIELDS
from ..files.results import hipRecord
from ..files.samevisits import warnedOfSameVisits
from ..files.visits import LoadedVisit, loadVisit
from ..report.hipreport import hipReportHtml
from ..report.reportinput import ReportSubject, ReportVisit
from ..report.viewer3d import ViewerScene
from .caselocation import withLocation
from .changefiles import changeFiles, withChangeOverTime
from .regressionfiles import regressionFiles


@dataclass(frozen=True)
class CaseOutcome:
    """What became of one case file; it travels between processes.

    :param path: the case file.
    :param record: record of the hip, or None where it failed.
    :param files: text or bytes of the hip's files by name.
    :param notes: what could not be made although the hip was measured, one sentence each.
    :param error: one line, or None where all went well.
    :param details: traceback of the error, for --debug.
    """

    path: Path
    record: dict[str, Any] | None = None
    files: dict[str, str | bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: str | None = None
    details: str | None = None


def measureCaseFile(path: Path, isRendered: bool = True) -> CaseOutcome:
    """Measure a case file; never raises, so that one bad case leaves the others alone.

    :param isRendered: whether picture, movie and model in 3D are made too.
    """
    try:
        case, measurement, visits = measureCase(path)
        with namedFile(path):
            segments = [visit.segments for visit in visits]
            record = hipRecord(case, measurement, {visit.label: outlinesSha256(visit) for visit in segments})
        regression = regressionFiles(segments, measurement, case.side, case.hip, isRendered, end=case.end)
        files = {"report.html": _report(case, measurement, visits, regression.viewer), **changeFiles(measurement),
                 **regression.files}
        return CaseOutcome(path, record, files, regression.notes)
    except ONVolumetryError as error:
        return CaseOutcome(path, error=str(error), details=traceback.format_exc())
    except MemoryError:
        return CaseOutcome(path, error=f"{path}: not enough memory; measure fewer hips at a time (--workers 1)",
                           details=traceback.format_exc())
    except OSError as error:
        text = f"{path}: {error.strerror or error}; check free space and permissions, also of the temporary folder"
        return CaseOutcome(path, error=text, details=traceback.format_exc())
    except Exception as error:  # the last line of defense: a user never sees a traceback unasked
        text = f"{path}: unexpected {type(error).__name__}; please report it with the output of --debug"
        return CaseOutcome(path, error=text, details=traceback.format_exc())


def measureCase(path: Path) -> tuple[Case, HipMeasurement, Sequence[LoadedVisit]]:
    """Read and measure a case file.

    :raises ONVolumetryError: something of the case cannot be read or measured; the text begins with the file.
    """
    case, visits = loadCase(path)
    return case, measureLoaded(case, visits), visits


def loadCase(path: Path) -> tuple[Case, Sequence[LoadedVisit]]:
    """Read a case file with its images and outlines.

    :raises ONVolumetryError: something of the case cannot be read; the text begins with the file.
    """
    case = readCase(path)
    with namedFile(path):
        return case, warnedOfSameVisits(case, [loadVisit(case, visit) for visit in case.visits])


def measureLoaded(case: Case, visits: Sequence[LoadedVisit]) -> HipMeasurement:
    """Measure a case whose files are read.

    :raises ONVolumetryError: something cannot be measured; the text begins with the case file.
    """
    with namedFile(case.path):
        settings = MeasurementSettings.fromMapping(case.settings, SETTING_FIELDS)
        measurement = measureHip([visit.segments for visit in visits], case.sex, settings)
        measurement = withChangeOverTime(case, measurement, visits)
        return withLocation(case, measurement, visits)


def _report(case: Case, measurement: HipMeasurement, visits: Sequence[LoadedVisit],
            viewer: ViewerScene | None) -> str:
    subject = ReportSubject(
        hip=case.hip, side=case.side, patient=case.patient, subject=case.subject,
        endReason=case.end and case.end.reason, endMonth=case.end and case.end.month,
        measuredOn=dt.date.today(), monthsFrom=case.monthsFrom)
    planned = {visit.label: visit for visit in case.visits}
    shown = [_reportVisit(planned[visit.segments.label], visit) for visit in visits]
    return hipReportHtml(subject, measurement, shown, viewer)


def _reportVisit(planned: CaseVisit, loaded: LoadedVisit) -> ReportVisit:
    stage = planned.stage and f"{planned.stage.system} {planned.stage.value}"
    status = approvalStatus(planned.approval, outlinesSha256(loaded.segments)) if planned.done else None
    return ReportVisit(segments=loaded.segments, image=loaded.image, reader=planned.reader, stage=stage, status=status)
