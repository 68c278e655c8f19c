"""Which slices of a visit are shown, cut out around the head, and how they lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.geometry import AXIS_NAMES, SLICE_AXIS_SPACING_RATIO, GridGeometry, sliceStackOfGrid
from ..core.hip import HipMeasurement, VisitMeasurement, VisitSegments
from ..core.mask import Mask
from .markup import Element, element
from .planes import DisplayPlane, displayPlane
from .reportinput import ReportVisit
from .sampling import cropped, maskOnGrid

MARGIN_MM = 12.0
NEIGHBORS_OF_LESION = 2
NEIGHBORS_OF_HEAD = 1


@dataclass(frozen=True, eq=False)
class PictureSource:
    """What the pictures of one visit are made of.

    :param grid: grid of the image, or of the segmentation where there is no image.
    :param voxels: image values on that grid; None where there is no image.
    :param head: the head with its lesion; the lesion alone where no head is outlined.
    :param lesion: None where none is outlined.
    :param lowIjk: lowest voxel of the grid (fractional) that the head reaches along each axis; highIjk the highest.
    :param axes: axes across which slices are shown.
    """

    grid: GridGeometry
    voxels: np.ndarray | None
    head: Mask
    lesion: Mask | None
    lowIjk: np.ndarray
    highIjk: np.ndarray
    axes: tuple[int, ...]

    @property
    def sideMm(self) -> float:
        """Side of a square that holds the head with a margin in all pictures."""
        inPlane = [axis for axis in range(3) if self.axes != (axis,)]
        extents = (self.highIjk - self.lowIjk + 1.0) * self.grid.spacingMm
        return float(np.max(extents[inPlane])) + 2.0 * MARGIN_MM


@dataclass(frozen=True, eq=False)
class CutOut:
    """The part of a visit's grid around the head.

    :param geometry: of the part.
    :param startIjk: voxel of the whole grid at which the part starts.
    :param voxels: image values, NaN outside the image; None where there is no image.
    :param head: on the part's grid, KJI; lesion likewise, None where none is outlined.
    """

    geometry: GridGeometry
    startIjk: tuple[int, int, int]
    voxels: np.ndarray | None
    head: np.ndarray
    lesion: np.ndarray | None


@dataclass(frozen=True, eq=False)
class ChosenSlice:
    """One slice to be shown.

    :param plane: how it is turned.
    :param index: slice of the cut-out.
    :param number: number of the slice in the whole grid, from 1, of `count`.
    :param remark: why this one, in plain words; empty for a neighbor.
    """

    plane: DisplayPlane
    index: int
    number: int
    count: int
    remark: str


def pictureSource(visit: ReportVisit) -> PictureSource | None:
    """What a visit's pictures are made of; None where nothing is outlined.

    An image that does not reach the head is left out.
    """
    head = wholeHead(visit.segments)
    if head is None or head.isEmpty:
        return None
    image = visit.image
    if image is not None:
        points = image.geometry.toIjk(head.pointsRas())
        low, high = points.min(axis=0), points.max(axis=0)
        if np.all(high > -0.5) and np.all(low < np.asarray(image.geometry.sizeIjk) - 0.5):
            normal = getattr(image, "acquisitionNormalRas", None)
            return PictureSource(image.geometry, image.voxels, head, visit.segments.lesion, low, high,
                                 _shownAxes(image.geometry, normal))
    low = np.asarray(head.offsetIjk, dtype=float)
    high = low + np.asarray(head.voxels.shape[::-1]) - 1.0
    axes = (visit.segments.stack.axis,) if visit.segments.stack else _shownAxes(head.grid, None)
    return PictureSource(head.grid, None, head, visit.segments.lesion, low, high, axes)


def wholeHead(segments: VisitSegments) -> Mask | None:
    """The head with its lesion, or the lesion where no head is outlined."""
    if segments.head is None or segments.lesion is None:
        return segments.head or segments.lesion
    return segments.head | segments.lesion


def cutOut(source: PictureSource, sideMm: float) -> CutOut:
    """The part of the grid around the head that fills squares of a side, over all slices that meet the head."""
    spacing = source.grid.spacingMm
    middle = (source.lowIjk + source.highIjk) / 2.0
    half = np.maximum(sideMm / 2.0 / spacing, (source.highIjk - source.lowIjk) / 2.0) + 1.0
    start, end = np.floor(middle - half).astype(int), np.ceil(middle + half).astype(int)
    if len(source.axes) == 1:
        axis, = source.axes
        size = source.grid.sizeIjk[axis]
        start[axis] = np.clip(np.floor(source.lowIjk[axis] + 0.5), 0, size - 1)
        end[axis] = np.clip(np.floor(source.highIjk[axis] + 0.5), 0, size - 1)
    startIjk, sizeIjk = tuple(start.tolist()), tuple((end - start + 1).tolist())
    geometry = source.grid.cropped(startIjk, sizeIjk)
    return CutOut(geometry, startIjk,
                  None if source.voxels is None else cropped(source.voxels, startIjk, sizeIjk),
                  maskOnGrid(source.head, geometry),
                  None if source.lesion is None else maskOnGrid(source.lesion, geometry))


def chosenSlices(source: PictureSource, cut: CutOut) -> list[ChosenSlice]:
    """The slices to show, each stack in the order right, anterior or superior last.

    Thick slices: the one with the largest section of the lesion and its neighbors that hold lesion too, at most
    five; without a lesion the largest section of the head and its neighbors. Voxels of nearly equal sides: one slice
    through the middle of the lesion (else of the head) across each axis.
    """
    hasLesion = cut.lesion is not None and bool(cut.lesion.any())
    shown, name = (cut.lesion, "lesion") if hasLesion else (cut.head, "head")
    if not shown.any():
        return []
    chosen = []
    for axis in source.axes:
        areas = np.count_nonzero(shown, axis=tuple(other for other in range(3) if other != 2 - axis))
        if len(source.axes) > 1:
            main, remark = int(np.searchsorted(np.cumsum(areas), areas.sum() / 2.0)), f"middle of the {name}"
            indices = [main]
        else:
            main, remark = int(np.argmax(areas)), f"largest section of the {name}"
            indices = _around(main, areas, NEIGHBORS_OF_LESION if hasLesion else NEIGHBORS_OF_HEAD)
        if source.grid.axisDirections[np.argmax(np.abs(source.grid.axisDirections[:, axis])), axis] < 0:
            indices = indices[::-1]
        plane = displayPlane(source.grid, axis)
        chosen += [ChosenSlice(plane, index, cut.startIjk[axis] + index + 1, source.grid.sizeIjk[axis],
                               remark if index == main else "") for index in indices]
    return chosen


def sliceWords(visit: VisitMeasurement, given: ReportVisit | None) -> str:
    """How the slices of a visit lie, such as "coronal slices"; "slices" where nothing is outlined."""
    segments = given and given.segments
    outlined = segments and (segments.head or segments.lesion)
    return "slices" if not outlined else f"{displayPlane(outlined.grid, visit.stack.axis).name} slices"


def sliceDetails(measurement: HipMeasurement, slices: dict[str, str]) -> list[Element]:
    """Why the slices are taken to lie so, once for all visits at which the reason is the same."""
    labelsOfText: dict[str, list[str]] = {}
    for visit in measurement.visits:
        if visit.stack is not None:
            axis = AXIS_NAMES[visit.stack.axis]
            text = f"{slices[visit.label]}, across the {axis} axis of the grid: {visit.stack.reason}"
            labelsOfText.setdefault(text, []).append(visit.label)
    if not labelsOfText:
        return []
    listing = element("ul", {}, *(element("li", {}, f"{', '.join(labels)}: {text}")
                                  for text, labels in labelsOfText.items()))
    return [element("details", {}, element("summary", {}, "How the slices were told"), listing)]


def _shownAxes(grid: GridGeometry, acquisitionNormalRas) -> tuple[int, ...]:
    spacing = grid.spacingMm
    if np.max(spacing) >= SLICE_AXIS_SPACING_RATIO * np.min(spacing):
        return (sliceStackOfGrid(grid, acquisitionNormalRas).axis,)
    # Coronal first, as the hip is read; then axial, then sagittal.
    mainOfAxis = np.argmax(np.abs(grid.axisDirections), axis=0)
    return tuple(sorted(range(3), key=lambda axis: (1, 2, 0).index(int(mainOfAxis[axis]))))


def _around(middle: int, areas: np.ndarray, neighbors: int) -> list[int]:
    return [index for index in range(max(0, middle - neighbors), min(len(areas), middle + neighbors + 1))
            if areas[index] > 0]
