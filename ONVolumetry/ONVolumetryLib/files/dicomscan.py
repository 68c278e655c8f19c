"""What image series a folder holds, whatever its files are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom

from ..core.errors import FileError, ONVolumetryError
from .dicomheader import DAMAGED_HEADER, IDENTIFYING_SERIES, NOT_IMAGES, damagedDicom, readDicomHeader
from .dicomslices import DicomSlice, slicesOfDataset
from .filecontext import oneLine
from .scancontrast import contrastOfDataset

DAMAGED_FILES = "damaged files"
PLANES = ("sagittal", "coronal", "axial")
LEAST_PLANE_COSINE = 0.7


@dataclass
class DicomSeries:
    """One image series.

    :param uid: SeriesInstanceUID; never shown.
    :param text: series number and description, for messages.
    :param header: of the first file, for what the series has in common.
    :param slices: in the order of the files.
    :param problem: why it cannot be read, found while its headers were read; None where all is well.
    """

    uid: str
    text: str
    header: pydicom.Dataset
    slices: list[DicomSlice] = field(default_factory=list)
    problem: ONVolumetryError | None = None

    @property
    def isDamagedFiles(self) -> bool:
        """Whether this stands for files of which not even the series is known."""
        return self.text == DAMAGED_FILES

    @property
    def number(self) -> int | None:
        """Series number, where it has one."""
        try:
            return int(self.header.get("SeriesNumber"))
        except (TypeError, ValueError):
            return None

    @property
    def contrast(self) -> str | None:
        """ "T1" or "T2" of an MR series, None where that is not known."""
        return contrastOfDataset(self.header)

    @property
    def plane(self) -> str | None:
        """ "coronal", "sagittal" or "axial"; None for slices of several directions, or in between."""
        normals = {self._planeOf(piece) for piece in self.slices}
        return normals.pop() if len(normals) == 1 else None

    @staticmethod
    def _planeOf(piece: DicomSlice) -> str | None:
        normal = np.abs(piece.normal)
        axis = int(np.argmax(normal))
        return PLANES[axis] if normal[axis] >= LEAST_PLANE_COSINE else None

    @property
    def isLocalizer(self) -> bool:
        """Whether the series says that it only serves to plan others."""
        return "LOCALIZER" in [str(word).upper() for word in self.header.get("ImageType") or ()]

    @property
    def summary(self) -> str:
        """Number, description, slices, plane and contrast on one line; no identifiers."""
        count = "1 slice" if len(self.slices) == 1 else f"{len(self.slices)} slices"
        kind = " ".join(word for word in (self.plane, self.contrast, oneLine(str(self.header.get("Modality") or "")))
                        if word)
        return f"{self.text}, {count}" + (f", {kind}" if kind else "")


def scanSeries(files: Iterable[Path]) -> list[DicomSeries]:
    """Image series among files; what is no DICOM image is left alone.

    :param files: in any order.
    :return: in the order of series number and description.
    """
    found: dict[tuple[str, ...], DicomSeries] = {}
    for file in files:
        try:
            dataset = readDicomHeader(file)
        except FileError as error:
            found.setdefault(("",), DicomSeries("", DAMAGED_FILES, pydicom.Dataset())).problem = error
            continue
        if dataset is not None:
            _addFile(found, file, dataset)
    return sorted(found.values(), key=lambda series: (series.number is None, series.number or 0, series.text))


def filesOf(path: Path) -> list[Path]:
    """The file itself, or the files of a folder, not those of folders in it."""
    return [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file())


def _addFile(found: dict[tuple[str, ...], DicomSeries], file: Path, dataset: pydicom.Dataset):
    key = tuple(str(dataset.get(keyword, "")) for keyword in IDENTIFYING_SERIES)
    try:
        with damagedDicom(DAMAGED_HEADER):
            if str(dataset.get("Modality", "")) in NOT_IMAGES or "Rows" not in dataset:
                return
            if key not in found:
                found[key] = DicomSeries(key[-1], seriesText(dataset), dataset)
            found[key].slices += list(slicesOfDataset(file, dataset))
    except ONVolumetryError as error:
        series = found.setdefault(key, DicomSeries(key[-1], "a damaged series", pydicom.Dataset()))
        series.problem = series.problem or error


def seriesText(dataset: pydicom.Dataset) -> str:
    """Series number and description, for messages."""
    description = oneLine(str(dataset.get("SeriesDescription") or "")) or "no description"
    number = dataset.get("SeriesNumber")
    return f'series {number if number is not None else "without number"} "{description}"'


def requireSound(series: DicomSeries) -> DicomSeries:
    """The series, if its headers could be read.

    :raises ONVolumetryError: what was wrong with them.
    """
    if series.problem is not None:
        raise series.problem
    if not series.slices:
        raise FileError(DAMAGED_HEADER)
    return series
