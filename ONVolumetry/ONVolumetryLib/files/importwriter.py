"""Writing an imported patient: de-identified images, empty outlines and case files, all of them or nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import FileError, ONVolumetryError
from ..core.geometry import GridGeometry
from .case import writeCase
from .casedata import FROM_SURGERY, Case, CaseVisit
from .dicomseries import imageOfSeries
from .filecontext import PARTIAL_PREFIX, namedFile
from .identifiers import IDENTIFIERS_FILE, writeIdentifiers
from .images import writeImage
from .importplan import PlannedVisit
from .labels import emptyMask
from .outputlock import LOCK_FILE, FolderTaken, outputLock
from .segmentations import Segment, Segmentation, writeSegmentation
from .segmentnames import HEAD, LESION
from .visitfiles import fileStem

CASE_FILE, IMAGE_FOLDER = "case.json", "images"
NOT_STARTED = "notstarted"
LETTERS = {"left": "L", "right": "R"}


@dataclass(frozen=True)
class ImportedHips:
    """Whose hips are imported.

    :param patient: pseudonym.
    :param sex: "male" or "female".
    :param sides: "left", "right" or both.
    :param hip: name of the hip; with two sides their letters are added.
    :param monthsFrom: what the months of the visits are counted from, as in a case.
    """

    patient: str
    sex: str
    sides: tuple[str, ...]
    hip: str
    monthsFrom: str = FROM_SURGERY

    def nameOf(self, side: str) -> str:
        """Name of one of the hips."""
        return self.hip if len(self.sides) == 1 else f"{self.hip}-{LETTERS[side]}"


def writeImport(folder: Path, visits: Sequence[PlannedVisit], hips: ImportedHips, link: dict[str, Any] | None,
                onVisit: Callable[[PlannedVisit, GridGeometry], None] = lambda visit, grid: None) -> list[Path]:
    """Write a case folder, or with two sides one folder a side and the images beside them.

    :param folder: new or empty; it appears when everything is in it.
    :param link: what identifies the patient, for identifiers.json; None leaves the file out.
    :param onVisit: called with each visit and its grid when its image is written.
    :return: the case files.
    :raises ONVolumetryError: a series cannot be read, or the folder holds something.
    """
    with _wholeFolder(folder) as partial:
        isPair = len(hips.sides) > 1
        images, grids = {}, {}
        for visit in visits:
            path = (partial / IMAGE_FOLDER if isPair else partial) / f"{fileStem(visit.label, visit.month)}.nrrd"
            image = imageOfSeries(visit.series)
            writeImage(path, image.voxels, image.geometry)
            images[visit.label], grids[visit.label] = path, image.geometry
            onVisit(visit, image.geometry)
        cases = []
        for side in hips.sides:
            case = partial / side / CASE_FILE if isPair else partial / CASE_FILE
            planned = [_writeOutlines(case.parent, visit, images[visit.label], grids[visit.label]) for visit in visits]
            writeCase(case, Case(hips.nameOf(side), hips.patient, side, hips.sex, tuple(planned),
                                 monthsFrom=hips.monthsFrom))
            cases.append(case)
        if link is not None:
            places = {visit.label: images[visit.label].relative_to(partial).as_posix() for visit in visits}
            writeIdentifiers(partial / IDENTIFIERS_FILE, {**link, "images": _links(visits, places)})
        relative = [case.relative_to(partial) for case in cases]
    return [folder / case for case in relative]


def _writeOutlines(folder: Path, visit: PlannedVisit, image: Path, grid: GridGeometry) -> CaseVisit:
    """The two segments that somebody is to draw; empty and not started, so that they count as not measured."""
    segments = tuple(Segment(standard.name, emptyMask(grid), standard.role, standard.colorRgb, NOT_STARTED,
                             standard.terminologyEntry) for standard in (HEAD, LESION))
    path = folder / f"{fileStem(visit.label, visit.month)}.seg.nrrd"
    writeSegmentation(path, Segmentation(segments, grid))
    return CaseVisit(visit.label, visit.month, image=image, segmentation=path)


def _links(visits: Sequence[PlannedVisit], places: dict[str, str]) -> dict[str, dict[str, str]]:
    links = {}
    for visit in visits:
        header, files = visit.series.header, [str(piece.path.absolute()) for piece in visit.series.slices]
        links[places[visit.label]] = {
            "source_dicom": os.path.commonpath([os.path.dirname(file) for file in files]),
            "study_date": str(visit.scan.date or ""),
            "study_instance_uid": str(header.get("StudyInstanceUID", "")),
            "series_instance_uid": visit.series.uid,
        }
    return links


@contextmanager
def _wholeFolder(folder: Path):
    """A folder beside the wanted one, which takes its place when the block ends without an error."""
    with namedFile(folder):
        if folder.exists() and not folder.is_dir():
            raise FileError("there is a file of that name; give a new or an empty folder")
        if folder.is_dir() and any(folder.iterdir()):
            raise FileError("the folder holds files already, perhaps outlines; give a new or an empty folder")
        # Always the same name, so that a run takes over what a killed one left.
        partial = folder.with_name(f"{PARTIAL_PREFIX}{folder.name}")
        try:
            with outputLock(partial):
                _clear(partial)
                yield partial
            if folder.is_dir():
                folder.rmdir()
            os.replace(partial, folder)
        except FolderTaken as error:
            raise FileError("another run is importing into this folder; wait for it, or give another one") from error
        except ONVolumetryError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise _underFinalName(error, partial, folder) from error
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def _underFinalName(error: ONVolumetryError, partial: Path, folder: Path) -> ONVolumetryError:
    """The error with the folder that the user gave in place of the one that is written meanwhile."""
    named = type(error)(str(error).replace(str(partial), str(folder)))
    named.path = getattr(error, "path", None)
    return named


def _clear(folder: Path):
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK_FILE:
            path.unlink()
