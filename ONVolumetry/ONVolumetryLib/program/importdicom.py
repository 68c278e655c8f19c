"""Make a case from the DICOM files of a patient: scans found, visits proposed, de-identified, ready to outline."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..core.errors import CaseError, FileError
from ..core.geometry import GridGeometry
from ..files.casedata import FROM_FIRST_SCAN, FROM_SURGERY
from ..files.dicomtree import Scan, scanTree, sexOf
from ..files.fields import requireFileName, requireText
from ..files.filecontext import namedFile, oneLine
from ..files.importplan import PlannedVisit, SeriesRule, planVisits
from ..files.importwriter import ImportedHips, writeImport

BOTH = "both"
LONGEST_WAIT_MONTHS = 12
COLUMNS = ("visit", "month", "series")


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry import`."""
    parser.add_argument("dicom", type=Path, metavar="DICOM_DIR",
                        help="folder with the DICOM files of one patient, in any folders and under any names")
    parser.add_argument("--output", type=Path, metavar="CASE_DIR", help="folder for the case; new or empty")
    parser.add_argument("--side", choices=("left", "right", BOTH),
                        help="hip to measure; both makes one case a side, which share the images")
    parser.add_argument("--sex", choices=("male", "female"), help="needed where the files do not tell")
    parser.add_argument("--surgery-date", type=_date, metavar="YYYY-MM-DD",
                        help="day of surgery, to count the months from; the date itself is not kept in the case")
    parser.add_argument("--patient", type=_text, metavar="PSEUDONYM",
                        help="name of the patient in all files (default: P- and six random letters and digits)")
    parser.add_argument("--hip", type=_fileName, metavar="NAME", help="name of the hip (default: pseudonym and side)")
    parser.add_argument("--contrast", choices=("T1", "T2"), help="take the coronal series of this contrast")
    parser.add_argument("--series", metavar="TEXT",
                        help="take the series of this number, or whose description holds this text")
    parser.add_argument("--patient-id", metavar="ID", help="the patient to import, where the folder holds several")
    parser.add_argument("--no-link", action="store_true",
                        help="write no identifiers.json, the local way back to the originals; export then needs "
                             "source_dicom in the case")
    parser.add_argument("--show-identifiers", action="store_true",
                        help="list patients, dates and series with their identifiers, and import nothing")


def run(arguments: argparse.Namespace) -> int:
    """Import the patient.

    :return: 0.
    :raises ONVolumetryError: what cannot be known is asked for; nothing is written then.
    """
    _requireUsable(arguments)
    with namedFile(arguments.dicom):
        scans = _scan(arguments.dicom)
        if arguments.show_identifiers:
            print("\n".join(_identifierLines(scans)))
            return 0
        scans = _onePatient(scans, arguments.patient_id)
        visits = planVisits(scans, arguments.surgery_date, SeriesRule(arguments.contrast, arguments.series))
        hips = _hips(arguments, scans)
    rows: list[tuple[str, ...]] = []
    link = None if arguments.no_link else {
        "patient": hips.patient, "patient_id": scans[0].patient,
        "surgery_date": arguments.surgery_date and arguments.surgery_date.isoformat()}
    with namedFile(arguments.dicom):
        cases = writeImport(arguments.output, visits, hips, link, lambda visit, grid: rows.append(_row(visit, grid)))
    print(_table(rows))
    if arguments.surgery_date is None:
        print("Months are counted from the first scan; give --surgery-date, or correct the months in "
              'case.json and remove "months_from" there.')
    _noteOldBaseline(visits, arguments.surgery_date is not None)
    for case in cases:
        print(f"Case, ready to outline in 3D Slicer: {case}")
        print(f"Or outline here, with a point in the middle of the head in mm: {_segmentCommand(case, visits)}")
    return 0


def _noteOldBaseline(visits: Sequence[PlannedVisit], isSurgeryKnown: bool):
    baseline = _baseline(visits)
    if isSurgeryKnown and baseline.month < -LONGEST_WAIT_MONTHS:
        print(f'note: the visit "{baseline.label}" lies {-baseline.month:g} months before surgery, so that the lesion '
              "may have changed in between; check --surgery-date, and whether a scan is missing", file=sys.stderr)


def _segmentCommand(case: Path, visits: Sequence[PlannedVisit]) -> str:
    words = ["onvolumetry", "segment", str(case), "--visit", _baseline(visits).label]
    joined = subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
    return f"{joined} --seed-head R A S"


def _baseline(visits: Sequence[PlannedVisit]) -> PlannedVisit:
    return [visit for visit in visits if visit.month <= 0][-1]


def _requireUsable(arguments: argparse.Namespace):
    if arguments.show_identifiers:
        return
    if arguments.output is None:
        arguments.usageError("give --output CASE_DIR, or --show-identifiers to look first")
    if arguments.side is None:
        arguments.usageError("give --side left, right or both: the files do not say which hip is treated")


def _scan(folder: Path) -> list[Scan]:
    from tqdm import tqdm

    if not folder.is_dir():
        raise FileError("no such folder; give the folder that holds the DICOM files")
    with tqdm(unit="file", disable=None, leave=False, file=sys.stderr) as bar:
        scans = scanTree(folder, lambda file: bar.update())
    if not scans:
        raise FileError("there is no DICOM image in this folder or those in it; give the folder of the export")
    return scans


def _onePatient(scans: Sequence[Scan], patientId: str | None) -> list[Scan]:
    patients = dict.fromkeys(scan.patient for scan in scans)
    if patientId is not None:
        if patientId.strip() not in patients:
            raise CaseError(f"there is no patient of that --patient-id among {len(patients)}; look with "
                            "--show-identifiers")
        return [scan for scan in scans if scan.patient == patientId.strip()]
    if len(patients) > 1:
        raise CaseError(f"the folder holds {len(patients)} patients; give the folder of one, or --patient-id (see "
                        "--show-identifiers)")
    return list(scans)


def _hips(arguments: argparse.Namespace, scans: Sequence[Scan]) -> ImportedHips:
    sex = arguments.sex or sexOf(scans)
    if sex is None:
        raise CaseError("the files do not say the patient's sex, which the sphere-adjusted volume depends on; give "
                        "--sex male or --sex female")
    patient = arguments.patient or f"P-{secrets.token_hex(3)}"
    sides = ("left", "right") if arguments.side == BOTH else (arguments.side,)
    name = arguments.hip
    if name is None:
        name = patient if len(sides) > 1 else f"{patient}-{sides[0][0].upper()}"
    monthsFrom = FROM_FIRST_SCAN if arguments.surgery_date is None else FROM_SURGERY
    return ImportedHips(patient, sex, sides, requireFileName(name, "hip"), monthsFrom)


def _row(visit: PlannedVisit, grid: GridGeometry) -> tuple[str, ...]:
    return visit.label, f"{visit.month:g}", f"{visit.series.summary}, {_pitchText(visit, grid)}"


def _pitchText(visit: PlannedVisit, grid: GridGeometry) -> str:
    """Slice pitch from the positions, and the gap that it leaves."""
    pitch = float(grid.spacingMm[2])
    try:
        gap = pitch - float(visit.series.header.get("SliceThickness"))
    except (TypeError, ValueError):
        return f"a slice every {pitch:.2f} mm"
    if gap > 0.05:
        return f"a slice every {pitch:.2f} mm (a gap of {gap:.2f} mm between slices)"
    return f"a slice every {pitch:.2f} mm" + (f" (slices overlap by {-gap:.2f} mm)" if gap < -0.05 else "")


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    rows = [COLUMNS, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _identifierLines(scans: Sequence[Scan]) -> list[str]:
    lines = []
    for scan in scans:
        lines.append(f"patient {oneLine(scan.patient) or '(no ID)'}, {scan.date or 'no date'}")
        lines += [f"  {series.summary}  {oneLine(series.uid)}" for series in scan.series]
    return lines


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2024-05-31") from error


def _text(text: str) -> str:
    return _checked(requireText, text, "patient")


def _fileName(text: str) -> str:
    return _checked(requireFileName, text, "hip")


def _checked(require, text: str, name: str) -> str:
    try:
        return require(text, name)
    except CaseError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
