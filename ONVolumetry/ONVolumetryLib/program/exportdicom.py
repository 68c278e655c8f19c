"""Write a measured case as DICOM objects for a PACS: a segmentation a visit and a measurement report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..core.mask import Mask
from ..files.approval import outlinesSha256
from ..files.case import Case
from ..files.casedata import FROM_SURGERY
from ..files.dicomexport import dicomObjects, exportNotes, writeDicomObjects
from ..files.dicomsegexport import ExportedVisit
from ..files.dicomsource import sourceOfVisit
from ..files.filecontext import namedFile
from ..files.outputlock import outputLock
from ..files.results import hipRecord
from ..files.visits import LoadedVisit
from .casemeasurement import loadCase, measureLoaded


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry export`."""
    parser.add_argument("case", type=Path, metavar="CASE.json",
                        help="case file of one hip, or the folder that holds it")
    parser.add_argument("--dicom", type=Path, required=True, metavar="DIR",
                        help="folder for the DICOM objects; they name the patient of the original series")


def run(arguments: argparse.Namespace) -> int:
    """Measure the case and write the objects.

    :return: 0.
    :raises ONVolumetryError: the case cannot be measured, or its original series are not known.
    """
    path = arguments.case / "case.json" if arguments.case.is_dir() else arguments.case
    case, loaded = loadCase(path)
    with namedFile(path):
        visits = exportedVisits(case, loaded)
    with outputLock(arguments.dicom):
        measurement = measureLoaded(case, loaded)
        with namedFile(path):
            fingerprints = {visit.segments.label: outlinesSha256(visit.segments) for visit in loaded}
            objects = dicomObjects(hipRecord(case, measurement, fingerprints), visits)
        for written in writeDicomObjects(arguments.dicom / case.hip, objects):
            print(written)
    for text in exportNotes([visit.segments for visit in loaded]):
        print(f"note: {text}", file=sys.stderr)
    return 0


def exportedVisits(case: Case, loaded) -> list[ExportedVisit]:
    """Visits with outlines and their original series.

    :param loaded: the visits as read, LoadedVisit each.
    :raises FileError: an original series is not known or not the right one.
    """
    planned = {visit.label: visit for visit in case.visits}
    visits = []
    for visit in loaded:
        segments = visit.segments
        if segments.done and (segments.head is not None or segments.lesion is not None):
            grid = visit.image and visit.image.geometry
            source = sourceOfVisit(case, planned[segments.label], grid)
            visits.append(ExportedVisit(segments.label, segments.month, _wholeHead(visit), segments.lesion,
                                        segments.lesionAbsent, source, case.monthsFrom == FROM_SURGERY,
                                        segments.outlining))
    return visits


def _wholeHead(visit: LoadedVisit) -> Mask | None:
    """The head as it is measured: with its lesion, also where the outlines exclude each other."""
    head, lesion = visit.segments.head, visit.segments.lesion
    return head if head is None or lesion is None else head | lesion
