"""The scans of patients in a folder tree: a CD, or an export of a PACS."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pydicom

from .dicomscan import DicomSeries, requireSound, scanSeries

SEX_WORDS = {"M": "male", "F": "female"}


@dataclass(frozen=True, eq=False)
class Scan:
    """All series of one patient on one day.

    :param patient: identifies the patient; never shown unless asked for.
    :param date: of the studies; None where the files have none.
    :param series: in order of their numbers.
    """

    patient: str
    date: dt.date | None
    series: tuple[DicomSeries, ...]


def scanTree(folder: Path, onFile: Callable[[Path], None] = lambda file: None) -> list[Scan]:
    """Find the image series in a folder and all folders in it.

    :param onFile: called for every file before it is read.
    :return: by patient and date.
    :raises FileError: a DICOM file is so damaged that it is not known which series it belongs to.
    """
    return scansOfFiles(filesOfTree(folder, onFile))


def scansOfFiles(files: Iterable[Path]) -> list[Scan]:
    """The image series among files, by patient and date.

    :raises FileError: a DICOM file is so damaged that it is not known which series it belongs to.
    """
    groups: dict[tuple[str, dt.date | None], list[DicomSeries]] = {}
    for series in scanSeries(files):
        if series.isDamagedFiles:
            requireSound(series)
        groups.setdefault((patientOf(series.header), dateOf(series.header)), []).append(series)
    ordered = sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] or dt.date.min))
    return [Scan(patient, date, tuple(series)) for (patient, date), series in ordered]


def patientOf(header: pydicom.Dataset) -> str:
    """What tells patients apart: their number, or the name where there is none."""
    number = str(header.get("PatientID") or "").strip()
    return number or str(header.get("PatientName") or "").strip()


def dateOf(header: pydicom.Dataset) -> dt.date | None:
    """Date of the study; None where the file has none that is a date."""
    try:
        return dt.datetime.strptime(str(header.get("StudyDate") or "").strip(), "%Y%m%d").date()
    except ValueError:
        return None


def sexOf(scans: Sequence[Scan]) -> str | None:
    """ "male" or "female" where all files that tell agree; None otherwise."""
    told = {SEX_WORDS.get(str(series.header.get("PatientSex") or "").strip().upper())
            for scan in scans for series in scan.series} - {None}
    return told.pop() if len(told) == 1 else None


def filesOfTree(folder: Path, onFile: Callable[[Path], None] = lambda file: None) -> Iterator[Path]:
    """The files of a folder and of all folders in it.

    :param onFile: called for every file before it is read.
    """
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(parent) / name
            if path.is_file():
                onFile(path)
                yield path
