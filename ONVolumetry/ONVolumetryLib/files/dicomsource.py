"""The original DICOM files of a visit, to which exported objects refer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom

from ..core.errors import FileError, ONVolumetryError
from ..core.geometry import GridGeometry
from .casedata import Case, CaseVisit
from .dicomheader import DAMAGED_HEADER, damagedDicom, readDataset
from .dicomscan import DicomSeries, filesOf, requireSound, scanSeries
from .dicomstack import stackGrid
from .dicomtree import filesOfTree
from .identifiers import sourceLink
from .serieschoice import chooseSeries
from .serieswanted import SeriesWanted

HOW_TO_NAME_IT = 'give the folder of the original DICOM series as "source_dicom" at the visit'
# What every object has, if only empty; files that went through an anonymizer may lack them.
NEEDED = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
          "StudyTime", "ReferringPhysicianName")
SAME_PLACE_MM = 0.05


@dataclass(frozen=True, eq=False)
class SourceSeries:
    """The original series of a visit.

    :param datasets: headers of its files without pixels; in the order of the slices, or one multi-frame file.
    :param isMultiFrame: whether all slices are in one file.
    :param grid: of the slices, IJK to RAS in mm.
    """

    datasets: tuple[pydicom.Dataset, ...]
    isMultiFrame: bool
    grid: GridGeometry

    @property
    def header(self) -> pydicom.Dataset:
        """What all files have in common: patient, study, frame of reference."""
        return self.datasets[0]


def sourceOfVisit(case: Case, visit: CaseVisit, imageGrid: GridGeometry | None) -> SourceSeries:
    """Find the series that the image of a visit was made from.

    It is looked for in `source_dicom` of the visit, the image folder itself, the note that `onvolumetry import` left,
    and `source_dicom` of the case; it must lie exactly where the image lies.

    :param imageGrid: grid of the visit's image; None where the visit has none.
    :raises ONVolumetryError: it is not known, no longer there, or another one.
    """
    series = _namedSeries(case, visit, imageGrid)
    source = readSource(series)
    if imageGrid is not None and not _isSamePlace(source.grid, imageGrid):
        raise FileError(f'visit "{visit.label}": the DICOM series is not the one that the image was made from (it lies '
                        f"elsewhere or has other voxels); {HOW_TO_NAME_IT}")
    return source


def sourceOfFiles(files: Iterable[Path], label: str) -> SourceSeries:
    """The series that a list of files holds.

    :param label: name of the visit, for messages.
    :raises FileError: a file is gone, or they are not one series.
    """
    files = [Path(file) for file in files]
    if not files or not all(file.is_file() for file in files):
        raise FileError(f'visit "{label}": the original DICOM files are no longer there; import them again')
    return readSource(chooseSeries(scanSeries(files)))


def readSource(series: DicomSeries) -> SourceSeries:
    """Read the headers of a series in the order of its slices.

    :raises ONVolumetryError: the slices do not make a grid, or a header is damaged.
    """
    ordered, grid = stackGrid(series.slices)
    paths = list(dict.fromkeys(piece.path for piece in ordered))
    with damagedDicom(DAMAGED_HEADER):
        datasets = tuple(_withNeeded(readDataset(path, stop_before_pixels=True)) for path in paths)
    if len(paths) == len(ordered):
        return SourceSeries(datasets, False, grid)
    if len(paths) > 1:
        raise FileError("the folder holds several multi-frame files; give one of them")
    with damagedDicom(DAMAGED_HEADER):
        _shareWhatIsCommon(datasets[0])
    return SourceSeries(datasets, True, grid)


def _shareWhatIsCommon(dataset: pydicom.Dataset):
    """Scale and direction are the same in all frames (the grid has been checked), where some makers repeat them."""
    if not dataset.get("SharedFunctionalGroupsSequence"):
        dataset.SharedFunctionalGroupsSequence = [pydicom.Dataset()]
    shared, first = dataset.SharedFunctionalGroupsSequence[0], dataset.PerFrameFunctionalGroupsSequence[0]
    for keyword in ("PixelMeasuresSequence", "PlaneOrientationSequence"):
        if keyword not in shared and keyword in first:
            setattr(shared, keyword, first[keyword].value)


def _withNeeded(dataset: pydicom.Dataset) -> pydicom.Dataset:
    for keyword in NEEDED:
        if keyword not in dataset:
            setattr(dataset, keyword, "")
    return dataset


def _namedSeries(case: Case, visit: CaseVisit, imageGrid: GridGeometry | None) -> DicomSeries:
    if visit.sourceDicom is not None:
        return _inFolder(visit, visit.sourceDicom, lambda found: _only(visit, found, imageGrid))
    if visit.image is not None and (visit.image.is_dir() or _isDicom(visit.image)):
        return chooseSeries(scanSeries(filesOf(visit.image)), visit.series)
    link = None if visit.image is None else sourceLink(visit.image)
    if link is not None:
        return _inFolder(visit, link.folder, lambda found: chooseSeries(found, SeriesWanted(uid=link.seriesUid)))
    if case.sourceDicom is not None:
        return _inFolder(visit, case.sourceDicom, lambda found: _only(visit, found, imageGrid))
    raise FileError(f'visit "{visit.label}": the original DICOM series is not known, and DICOM objects cannot be made '
                    f"without it; {HOW_TO_NAME_IT}")


def _isDicom(path: Path) -> bool:
    return bool(scanSeries([path])) if path.is_file() else False


def _inFolder(visit: CaseVisit, folder: Path, choose: Callable[[list[DicomSeries]], DicomSeries]) -> DicomSeries:
    try:
        found = scanSeries(filesOfTree(folder))
        if not found:
            raise FileError("there is no DICOM image")
        return choose(found)
    except ONVolumetryError as error:
        # Neither the folder nor what is in it is named: both may hold the patient's name.
        raise FileError(f'visit "{visit.label}": the original DICOM series is not in the folder noted for it any more; '
                        f"{HOW_TO_NAME_IT}") from error


def _only(visit: CaseVisit, found: list[DicomSeries], imageGrid: GridGeometry | None) -> DicomSeries:
    """The series named by the visit, or the one that lies where the image lies."""
    if visit.series.isSaid or imageGrid is None:
        return chooseSeries(found, visit.series)
    matches = [series for series in found if _liesAt(series, imageGrid)]
    return requireSound(matches[0]) if len(matches) == 1 else chooseSeries(found)


def _liesAt(series: DicomSeries, grid: GridGeometry) -> bool:
    try:
        return _isSamePlace(stackGrid(requireSound(series).slices)[1], grid)
    except ONVolumetryError:
        return False


def _isSamePlace(one: GridGeometry, other: GridGeometry) -> bool:
    """Whether two grids have the same voxels, whichever axis comes first and whichever way it runs."""
    return sorted(one.sizeIjk) == sorted(other.sizeIjk) and latticeMap(one, other) is not None


def latticeMap(grid: GridGeometry, target: GridGeometry) -> np.ndarray | None:
    """How voxels of one grid coincide with voxels of another.

    :return: 4x4 matrix of whole numbers from indices of the grid to indices of the target; None where they do not
        coincide.
    """
    exact = np.linalg.inv(target.ijkToRas) @ grid.ijkToRas
    whole = np.round(exact)
    isPermutation = np.array_equal(np.abs(whole[:3, :3]).sum(axis=0), [1, 1, 1]) and np.array_equal(
        np.abs(whole[:3, :3]).sum(axis=1), [1, 1, 1])
    last = np.array([*(np.array(grid.sizeIjk) - 1), 1])
    shifts = [np.abs((exact - whole) @ corner)[:3] * target.spacingMm for corner in
              np.array(np.meshgrid(*[(0, size) for size in last[:3]], [1])).reshape(4, -1).T]
    return whole.astype(int) if isPermutation and np.max(shifts) < SAME_PLACE_MM else None
