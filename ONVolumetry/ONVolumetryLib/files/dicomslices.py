"""What the headers of a DICOM image say about each of its slices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import Dataset

from ..core.errors import FileError

FUNCTIONAL_GROUPS = {
    "ImagePositionPatient": "PlanePositionSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "SpacingBetweenSlices": "PixelMeasuresSequence",
    "ReferencedSegmentNumber": "SegmentIdentificationSequence",
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
}


@dataclass(frozen=True, eq=False)
class DicomSlice:
    """One slice of a series. Positions and directions are in DICOM's LPS, mm.

    :param path: its file.
    :param frame: its index within a multi-frame file, 0 in any other.
    :param number: DICOM's instance number, or frame number in a multi-frame file, for messages.
    :param position: center of the first voxel.
    :param rowDirection: unit vector along which the column index grows.
    :param columnDirection: unit vector along which the row index grows.
    :param spacing: distance between columns and between rows.
    :param size: number of columns and rows.
    :param rescale: slope and intercept of the stored values.
    :param instance: SOP instance UID of its file; never shown.
    :param frameOfReference: UID of the coordinates that positions refer to; never shown; "" where the file has none.
    """

    path: Path
    frame: int
    number: int
    position: np.ndarray
    rowDirection: np.ndarray
    columnDirection: np.ndarray
    spacing: tuple[float, float]
    size: tuple[int, int]
    rescale: tuple[float, float]
    instance: str = ""
    frameOfReference: str = ""

    @property
    def normal(self) -> np.ndarray:
        return np.cross(self.rowDirection, self.columnDirection)


def slicesOfDataset(path: Path, dataset: Dataset) -> Iterator[DicomSlice]:
    """Slices of one file: one, or one per frame of a multi-frame file.

    :raises FileError: the file holds a mosaic or color image, or lacks a position, direction or spacing.
    """
    if "MOSAIC" in dataset.get("ImageType", ()):
        raise FileError("the series is a mosaic (many slices tiled in one picture); export it as one picture per slice")
    if int(dataset.get("SamplesPerPixel", 1) or 1) > 1:
        raise FileError("the series is in color; give the gray-scale series")
    perFrame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    frameCount = int(dataset.get("NumberOfFrames", 1) or 1)
    if frameCount > 1 and len(perFrame) != frameCount:
        raise FileError("the frames of the multi-frame file have no positions; export the series as one file per slice")
    for frame in range(frameCount):
        yield _slice(path, dataset, frame, perFrame[frame] if perFrame else None)


def _slice(path: Path, dataset: Dataset, frame: int, group: Dataset | None) -> DicomSlice:
    sources = [dataset]
    if group is not None:
        sources = [group, *(dataset.get("SharedFunctionalGroupsSequence") or []), dataset]
    directions = perpendicular(_numbers(sources, "ImageOrientationPatient", 6))
    if directions is None:
        raise FileError("ImageOrientationPatient does not hold two perpendicular directions; export the series again")
    rowSpacing, columnSpacing = _numbers(sources, "PixelSpacing", 2)
    isMultiFrame = int(dataset.get("NumberOfFrames", 1) or 1) > 1
    return DicomSlice(
        path=path,
        frame=frame,
        number=frame + 1 if isMultiFrame else int(dataset.get("InstanceNumber") or 0),
        position=_numbers(sources, "ImagePositionPatient", 3),
        rowDirection=directions[0],
        columnDirection=directions[1],
        spacing=(columnSpacing, rowSpacing),
        size=(int(dataset.Columns), int(dataset.Rows)),
        rescale=tuple(float(functionalValue(sources, keyword, default))
                      for keyword, default in (("RescaleSlope", 1), ("RescaleIntercept", 0))),
        instance=str(dataset.get("SOPInstanceUID", "")),
        frameOfReference=str(dataset.get("FrameOfReferenceUID") or ""),
    )


def _numbers(sources: list[Dataset], keyword: str, count: int) -> np.ndarray:
    return functionalNumbers(sources, keyword, count, "a DICOM file", "export the original series")


def functionalValue(sources: list[Dataset], keyword: str, default=None):
    """Value of a multi-frame object, in the first of its functional groups (or of the object itself) that has it."""
    for source in sources:
        holder = source
        if keyword not in holder and FUNCTIONAL_GROUPS[keyword] in source:
            sequence = source[FUNCTIONAL_GROUPS[keyword]].value
            holder = sequence[0] if sequence else source
        value = holder.get(keyword)
        if value is not None:
            return value
    return default


def functionalNumbers(sources: list[Dataset], keyword: str, count: int, holder: str, remedy: str) -> np.ndarray:
    """Numbers of a functional group, or of the object itself, that say where a slice lies.

    :param holder: what they belong to, for messages.
    :raises FileError: there are none, or others than so many finite numbers.
    """
    value = functionalValue(sources, keyword)
    if value is None or np.size(value) != count:
        raise FileError(f"{holder} has no {keyword}, so that its place in the patient is not known; {remedy}")
    numbers = np.array([float(number) for number in value])
    if not np.all(np.isfinite(numbers)):
        raise FileError(f"{keyword} of {holder} is not a number; {remedy}")
    return numbers


def perpendicular(orientation: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Unit vectors along rows and columns; None where the two are not of length 1 and perpendicular to a percent.

    :param orientation: the six numbers of ImageOrientationPatient.
    """
    directions = orientation.reshape(2, 3)
    lengths = np.linalg.norm(directions, axis=1)
    if not np.allclose(lengths, 1.0, atol=0.01) or abs(directions[0] @ directions[1]) > 0.01:
        return None
    row, column = directions / lengths[:, np.newaxis]
    column = column - (column @ row) * row
    return row, column / np.linalg.norm(column)
