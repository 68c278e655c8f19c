"""From DICOM files to volumes of a scene, one a visit, read exactly as the program reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from ..core.errors import CaseError
from ..files.dicomseries import imageOfSeries
from ..files.dicomstack import stackGrid
from ..files.dicomtree import scansOfFiles
from ..files.importplan import PlannedVisit, SeriesRule, planVisits
from .caseopening import addVolume

# As 3D Slicer's own DICOM module names it; study dates and originals are found by it.
INSTANCES_ATTRIBUTE = "DICOM.instanceUIDs"


def planStudies(files: Iterable[Path], surgery: dt.date | None, rule: SeriesRule) -> tuple[PlannedVisit, ...]:
    """Visits that studies of one patient make.

    :param files: all files of the studies.
    :param surgery: day of surgery; None counts the months from the first scan.
    :raises ONVolumetryError: there are several patients, no series to measure, or several to choose from.
    """
    scans = scansOfFiles(files)
    if not scans:
        raise CaseError("the studies hold no DICOM images; select others")
    if len({scan.patient for scan in scans}) > 1:
        raise CaseError("the studies belong to different patients; select those of one patient")
    return planVisits(scans, surgery, rule)


def addPlannedVolume(scene, visit: PlannedVisit):
    """Load the series of a visit.

    :return: vtkMRMLScalarVolumeNode that knows its DICOM instances.
    :raises ONVolumetryError: its pixels cannot be read.
    """
    node = addVolume(scene, imageOfSeries(visit.series), visit.label)
    ordered, _ = stackGrid(visit.series.slices)
    node.SetAttribute(INSTANCES_ATTRIBUTE, " ".join(dict.fromkeys(piece.instance for piece in ordered)))
    return node
