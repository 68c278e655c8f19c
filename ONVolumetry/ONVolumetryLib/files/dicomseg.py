"""DICOM Segmentation objects: binary, fractional and label map; overlapping segments, and empty planes left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pydicom import Dataset

from ..core.errors import FileError, GeometryError
from ..core.geometry import GridGeometry
from .dicomheader import damagedDicom
from .dicompixels import requireWholePixels, transferSyntax
from .dicomslices import functionalNumbers, functionalValue, perpendicular
from .filecontext import oneLine
from .itkgrid import LPS_TO_RAS, requirePossibleSize
from .labels import emptyMask, maskOfIndices
from .planestack import PlaneStack, indicesOnGrid
from .segment import Segment, Segmentation

STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
BINARY, FRACTIONAL, LABEL_MAP = "BINARY", "FRACTIONAL", "LABELMAP"
GREY = (0.5, 0.5, 0.5)
DAMAGED = "the DICOM segmentation is damaged; export it again, or save it as .seg.nrrd in 3D Slicer"
NO_CODE = "^^"


def segmentationOfSeg(dataset: Dataset, image: GridGeometry | None) -> Segmentation:
    """Segments of a DICOM SEG; a voxel of a fractional one belongs to the segment at a half and more.

    :param dataset: the whole object.
    :param image: grid of the image it was drawn on; where the planes lie on its voxels, the masks do too.
    :return: every described segment, empty ones too.
    :raises FileError: the object is damaged or of a kind that has no place in the patient.
    :raises GeometryError: the planes do not make a grid.
    """
    with damagedDicom(DAMAGED):
        frames = _frames(dataset)
        stack = _stack(frames, dataset)
        grid = stack.gridOfImage(image) or stack.ownGrid()
        voxels: dict[int, list[np.ndarray]] = {}
        for number, plane, pixels in _segmentPixels(dataset, frames):
            voxels.setdefault(number, []).append(indicesOnGrid(stack, plane, pixels, grid))
        described = [item for item in dataset.SegmentSequence if int(item.SegmentNumber) > 0]
        unknown = set(voxels) - {int(item.SegmentNumber) for item in described}
        if unknown or not described:
            raise FileError(DAMAGED)
        return Segmentation(tuple(_segment(item, voxels, grid) for item in described), grid)


@dataclass(frozen=True, eq=False)
class _Frame:
    """Place of one frame in LPS, and its segment (None in a label map)."""

    position: np.ndarray
    orientation: np.ndarray
    spacing: np.ndarray
    pitchMm: float | None
    segment: int | None


def _frames(dataset: Dataset) -> list[_Frame]:
    count = int(dataset.get("NumberOfFrames", 1) or 1)
    groups = dataset.get("PerFrameFunctionalGroupsSequence") or []
    if len(groups) != count:
        raise FileError("the frames of the DICOM segmentation have no positions; export it again")
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or [])
    isLabelMap = dataset.SegmentationType == LABEL_MAP
    return [_frame([group, *shared], isLabelMap) for group in groups]


def _frame(sources: list[Dataset], isLabelMap: bool) -> _Frame:
    position = _numbers(sources, "ImagePositionPatient", 3)
    orientation = _numbers(sources, "ImageOrientationPatient", 6).reshape(2, 3)
    spacing = _numbers(sources, "PixelSpacing", 2)
    pitch = functionalValue(sources, "SpacingBetweenSlices")
    segment = None if isLabelMap else int(functionalValue(sources, "ReferencedSegmentNumber"))
    return _Frame(position, orientation, spacing, None if pitch is None else float(pitch), segment)


def _numbers(sources: list[Dataset], keyword: str, count: int) -> np.ndarray:
    return functionalNumbers(sources, keyword, count, "a frame of the DICOM segmentation", "export it again")


def _stack(frames: list[_Frame], dataset: Dataset) -> PlaneStack:
    first = frames[0]
    directions = perpendicular(first.orientation)
    if directions is None or np.min(first.spacing) <= 0:
        raise GeometryError("the DICOM segmentation has no two perpendicular directions or no pixel spacing; export it "
                            "again")
    for frame in frames:
        if (np.max(np.abs(frame.orientation - first.orientation)) > 1e-3
                or not np.allclose(frame.spacing, first.spacing, rtol=1e-3)):
            raise GeometryError("the planes of the DICOM segmentation have different directions or spacings; export "
                                "it again")
    toRas = LPS_TO_RAS[:3, :3]
    spacing = (float(first.spacing[1]), float(first.spacing[0]))
    positions = np.array([frame.position for frame in frames]) @ toRas
    axes = tuple(direction @ toRas for direction in directions)
    return PlaneStack.of(axes, spacing, (int(dataset.Columns), int(dataset.Rows)), positions, first.pitchMm)


def _segmentPixels(dataset: Dataset, frames: list[_Frame]) -> Iterator[tuple[int, int, np.ndarray]]:
    """Number of the segment, index of the frame, and its pixels, for all that are not empty."""
    pixels = _pixels(dataset, len(frames))
    kind = dataset.SegmentationType
    for index, frame in enumerate(frames):
        if kind == LABEL_MAP:
            for number in np.unique(pixels[index]):
                if number > 0:
                    yield int(number), index, pixels[index] == number
            continue
        inside = pixels[index] > 0
        if kind == FRACTIONAL:
            inside = 2 * pixels[index].astype(int) >= _largestFraction(dataset)
        elif kind != BINARY:
            raise FileError(DAMAGED)
        if inside.any():
            yield frame.segment, index, inside


def _largestFraction(dataset: Dataset) -> int:
    largest = int(dataset.MaximumFractionalValue)
    if largest < 1:
        raise FileError(DAMAGED)
    return largest


def _pixels(dataset: Dataset, count: int) -> np.ndarray:
    requirePossibleSize(int(dataset.Rows) * int(dataset.Columns) * count)
    syntax = transferSyntax(dataset)
    requireWholePixels(dataset, int(dataset.Rows) * int(dataset.Columns) * count, not syntax.is_compressed)
    pixels = dataset.pixel_array
    pixels = pixels[np.newaxis] if pixels.ndim == 2 else pixels
    if pixels.shape != (count, int(dataset.Rows), int(dataset.Columns)):
        raise FileError(DAMAGED)
    return pixels


def _segment(item: Dataset, voxels: dict[int, list[np.ndarray]], grid: GridGeometry) -> Segment:
    number = int(item.SegmentNumber)
    planes = voxels.get(number)
    mask = emptyMask(grid) if planes is None else maskOfIndices(np.concatenate(planes), grid)
    name = oneLine(str(item.get("SegmentLabel") or "")) or f"Segment_{number}"
    return Segment(name, mask, f"Segment_{number}", _color(item), "", _terminology(item), number)


def _terminology(item: Dataset) -> str:
    """3D Slicer's entry: context, category, type, modifier, region."""
    category, kind, region = (_code(item, f"{part}Sequence") for part in (
        "SegmentedPropertyCategoryCode", "SegmentedPropertyTypeCode", "AnatomicRegion"))
    if kind == NO_CODE:
        return ""
    types = item.get("SegmentedPropertyTypeCodeSequence") or []
    modifier = _code(types[0], "SegmentedPropertyTypeModifierCodeSequence") if types else NO_CODE
    return f"Segmentation category and type - DICOM~{category}~{kind}~{modifier}~Anatomic codes~{region}~{NO_CODE}"


def _code(holder: Dataset, keyword: str) -> str:
    sequence = holder.get(keyword) or []
    if not sequence:
        return NO_CODE
    code = sequence[0]
    words = (code.get("CodingSchemeDesignator"), code.get("CodeValue"), code.get("CodeMeaning"))
    return "^".join(oneLine(str(word or "")).replace("~", " ").replace("^", " ") for word in words)


def _color(item: Dataset) -> tuple[float, float, float]:
    """Display color, from DICOM's CIELab in 16 bits to red, green and blue."""
    stored = item.get("RecommendedDisplayCIELabValue")
    if stored is None or np.size(stored) != 3:
        return GREY
    lightness, a, b = (float(number) for number in stored)
    lightness, a, b = lightness / 655.35, a / 257.0 - 128.0, b / 257.0 - 128.0
    middle = (lightness + 16.0) / 116.0
    ratios = np.array([middle + a / 500.0, middle, middle - b / 200.0])
    xyz = np.where(ratios > 6.0 / 29.0, ratios ** 3, (ratios - 4.0 / 29.0) * 3.0 * (6.0 / 29.0) ** 2)
    xyz *= [0.95047, 1.0, 1.08883]
    linear = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]) @ xyz
    linear = np.clip(linear, 0.0, 1.0)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return tuple(float(value) for value in np.clip(rgb, 0.0, 1.0))
