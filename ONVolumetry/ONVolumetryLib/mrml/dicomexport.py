"""A hip of the scene as DICOM objects for a PACS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import FileError
from ..core.hip import VisitSegments
from ..files.casedata import FROM_SURGERY, CaseVisit
from ..files.dicomexport import dicomObjects, writeDicomObjects
from ..files.dicomsegexport import ExportedVisit
from ..files.dicomsource import SourceSeries, latticeMap, sourceOfFiles, sourceOfVisit
from .casesource import notedFile
from .dicomvisits import INSTANCES_ATTRIBUTE
from .grids import volumeGrid
from .hipcase import caseOfHip
from .hipnodes import HipNodes, VisitNodes

FileOfInstance = Callable[[str], str]


def exportHip(folder, hip: HipNodes, record: Mapping[str, Any], segments: Sequence[VisitSegments],
              fileOfInstance: FileOfInstance) -> list[Path]:
    """Write a segmentation for every outlined visit and one measurement report.

    :param folder: a folder named after the hip is made in it.
    :param record: of the hip, as measured.
    :param segments: its outlines in order of time.
    :param fileOfInstance: path of the file of a SOP instance UID in 3D Slicer's DICOM database, "" where it has none.
    :return: the files.
    :raises ONVolumetryError: the original series of a visit is not known, or is another one.
    """
    nodes = {visit.label: visit for visit in hip.visits}
    visits = []
    for visit in segments:
        if visit.done and (visit.head is not None or visit.lesion is not None):
            source = _source(hip, nodes[visit.label], fileOfInstance)
            whole = visit.head if visit.head is None or visit.lesion is None else visit.head | visit.lesion
            visits.append(ExportedVisit(visit.label, visit.month, whole, visit.lesion, visit.lesionAbsent, source,
                                        hip.monthsFrom == FROM_SURGERY, visit.outlining))
    return writeDicomObjects(Path(folder) / hip.hip, dicomObjects(record, visits))


def _source(hip: HipNodes, visit: VisitNodes, fileOfInstance: FileOfInstance) -> SourceSeries:
    instances = (visit.volume.GetAttribute(INSTANCES_ATTRIBUTE) or "").split() if visit.volume is not None else []
    if not instances:
        return _sourceOfCase(hip, visit)
    source = sourceOfFiles([Path(fileOfInstance(uid) or "-") for uid in instances], visit.label)
    if latticeMap(source.grid, volumeGrid(visit.volume)) is None:
        raise FileError(f'visit "{visit.label}": the volume does not lie where its DICOM series lies (it was moved, '
                        "cropped or resampled); load the series again and outline that")
    return source


def _sourceOfCase(hip: HipNodes, visit: VisitNodes) -> SourceSeries:
    """The way back that the files of the case know."""
    case = caseOfHip(hip)
    known = next((other for other in case.visits if other.label == visit.label), CaseVisit(visit.label, visit.month))
    file = "" if visit.volume is None else notedFile(visit.volume)
    if file:
        known = CaseVisit(visit.label, visit.month, image=Path(file), sourceDicom=known.sourceDicom,
                          series=known.series)
    grid = None if visit.volume is None else volumeGrid(visit.volume)
    return sourceOfVisit(case, known, grid)
