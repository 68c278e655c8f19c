"""A measured hip as DICOM objects that a PACS stores: a segmentation a visit and one measurement report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from ..core.errors import FileError, ONVolumetryError
from ..core.hip import VisitSegments
from .dicomheader import pydicomQuiet
from .dicomsegexport import ExportedVisit, segmentationObject
from .dicomsrexport import reportObject
from .filecontext import atomicPath, namedFile
from .segmentnames import HEAD, LESION

REPORT_STEM, SEGMENTATION_ENDING = "measurements-sr", "-seg.dcm"


def dicomObjects(record: Mapping[str, Any], visits: Sequence[ExportedVisit]) -> dict[str, Any]:
    """Make the objects of a hip.

    :param record: of the hip, as in measurements.json.
    :param visits: with outlines, in order of time.
    :return: datasets by file name.
    :raises FileError: nothing is outlined, the sources belong to several patients, or lack what is needed.
    """
    if not visits:
        raise FileError("no visit has outlines, so there is nothing to export; outline the hip first")
    _requireOnePatient(visits)
    trackingUids = _trackingUids(record, visits[0])
    try:
        with pydicomQuiet():
            segmentations = [_segmentation(visit, record, trackingUids) for visit in visits]
            report = reportObject(record, visits, segmentations, trackingUids)
    except (ImportError, OSError) as error:
        raise FileError("the package highdicom, which writes DICOM objects, is missing or incomplete here; install it "
                        "again with pip install highdicom") from error
    names = _fileNames([visit.label for visit in visits])
    return {**dict(zip(names, segmentations)), f"{REPORT_STEM}.dcm": report}


def _segmentation(visit: ExportedVisit, record: Mapping[str, Any], trackingUids: dict[str, str]) -> Any:
    try:
        return segmentationObject(visit, record["side"], trackingUids, record["hip"])
    except ONVolumetryError:
        raise
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise FileError(f'visit "{visit.label}": the original series lacks something that a DICOM object needs '
                        f"({type(error).__name__}); export the original series again") from error


def writeDicomObjects(folder: Path, objects: Mapping[str, Any]) -> list[Path]:
    """Write the objects, each whole or not at all.

    :return: their paths.
    :raises FileError: the folder cannot be written.
    """
    paths = []
    for name, dataset in objects.items():
        path, content = folder / name, BytesIO()
        with pydicomQuiet():
            dataset.save_as(content, enforce_file_format=True)
        with namedFile(path), atomicPath(path) as temporary:
            temporary.write_bytes(content.getvalue())
        paths.append(path)
    return paths


def exportNotes(visits: Sequence[VisitSegments]) -> list[str]:
    """What a reader has to know of the outlines that were written, one sentence each."""
    return [f'visit "{visit.label}": {text}' for visit in visits for text in visit.warnings]


def _requireOnePatient(visits: Sequence[ExportedVisit]):
    patients = {(str(visit.source.header.PatientID), str(visit.source.header.PatientName)) for visit in visits}
    if len(patients) > 1:
        raise FileError("the original series of the visits belong to different patients; check the images and "
                        '"source_dicom" of each visit')


def _trackingUids(record: Mapping[str, Any], first: ExportedVisit) -> dict[str, str]:
    """The same for the same hip whenever it is exported, so that a PACS follows a lesion over time."""
    from pydicom.uid import generate_uid

    study = str(first.source.header.StudyInstanceUID)
    return {role: str(generate_uid(entropy_srcs=[study, record["side"], role])) for role in (HEAD.role, LESION.role)}


def _fileNames(labels: Sequence[str]) -> list[str]:
    names: list[str] = []
    for label in labels:
        stem = re.sub(r"[^0-9A-Za-z]+", "-", label).strip("-").lower() or "visit"
        name, count = stem, 1
        while f"{name}{SEGMENTATION_ENDING}" in names or name == REPORT_STEM:
            count += 1
            name = f"{stem}-{count}"
        names.append(f"{name}{SEGMENTATION_ENDING}")
    return names
