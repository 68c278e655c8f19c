"""DICOM RT Structure Sets: closed contours on the slices of an image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydicom import Dataset

from ..core.errors import FileError, GeometryError, SegmentError
from ..core.geometry import GridGeometry, sliceStackOfGrid
from .dicomheader import damagedDicom
from .filecontext import oneLine
from .labels import emptyMask, maskOfIndices
from .polygons import pixelsInside
from .segment import Segment, Segmentation

STORAGE = "1.2.840.10008.5.1.4.1.1.481.3"
CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
POINT = "POINT"
# A contour that lies between two slices was drawn on another image.
ON_SLICE_PITCHES = 0.2
DAMAGED = "the structure set is damaged; export it again, or save the segmentation as .seg.nrrd in 3D Slicer"
NO_IMAGE = ('a structure set has no voxels of its own; give the image that it was drawn on as "image" of the visit')


def segmentationOfStructureSet(dataset: Dataset, image: GridGeometry | None, normalRas=None) -> Segmentation:
    """Structures as voxels of the image: those whose centers lie inside. A contour within another one cuts a hole.

    :param dataset: the whole object.
    :param image: grid of the image that the contours were drawn on.
    :param normalRas: normal of its slices in RAS, or None.
    :return: every structure; those without closed contours are empty.
    :raises GeometryError: a contour lies on none of the image's slices.
    :raises SegmentError: there is no image, or only every second slice has a contour.
    """
    if image is None:
        raise SegmentError(NO_IMAGE)
    with damagedDicom(DAMAGED):
        axis = sliceStackOfGrid(image, normalRas).axis
        names = {int(item.ROINumber): oneLine(str(item.get("ROIName") or ""))
                 for item in dataset.StructureSetROISequence}
        items = {int(item.ReferencedROINumber): item for item in dataset.get("ROIContourSequence") or []}
        return Segmentation(tuple(_structure(number, name, items.get(number), image, axis)
                                  for number, name in names.items()), image)


def _structure(number: int, name: str, item: Dataset | None, image: GridGeometry, axis: int) -> Segment:
    name = name or f"ROI {number}"
    contours: dict[int, list[np.ndarray]] = {}
    color = (0.5, 0.5, 0.5)
    if item is not None:
        for points in _closedContours(item, name):
            index, polygon = _onSlice(points, image, axis, name)
            contours.setdefault(index, []).append(polygon)
        shown = item.get("ROIDisplayColor")
        if shown is not None and np.size(shown) == 3:
            color = tuple(min(max(float(part), 0.0), 255.0) / 255.0 for part in shown)
    _requireNeighbors(sorted(contours), name)
    voxels = [_voxels(index, polygons, image, axis) for index, polygons in contours.items()]
    mask = maskOfIndices(np.concatenate(voxels), image) if voxels else emptyMask(image)
    return Segment(name, mask, f"ROI_{number}", color, labelValue=number)


def _closedContours(item: Dataset, name: str) -> Iterator[np.ndarray]:
    """Points of each closed contour in RAS, (n, 3)."""
    for contour in item.get("ContourSequence") or []:
        kind = str(contour.get("ContourGeometricType") or "")
        if kind == POINT:
            continue
        if kind not in CLOSED:
            raise FileError(f'a contour of "{name}" is not closed, so that it has no inside; close it in the program '
                            "it comes from, or export the structure set again")
        data = contour.get("ContourData")
        if data is None or np.size(data) < 9 or np.size(data) % 3:
            raise FileError(f'a contour of "{name}" has no three points; export the structure set again')
        stated = contour.get("NumberOfContourPoints")
        if stated is not None and int(stated) * 3 != np.size(data):
            raise FileError(f'a contour of "{name}" has not as many points as it states; export the structure set '
                            "again")
        points = np.array([float(number) for number in data]).reshape(-1, 3)
        if not np.all(np.isfinite(points)):
            raise FileError(f'a contour of "{name}" has a point that is not a number; export the structure set again')
        yield points * (-1.0, -1.0, 1.0)


def _onSlice(points: np.ndarray, image: GridGeometry, axis: int, name: str) -> tuple[int, np.ndarray]:
    """Index of the slice that a contour lies on, and its points in voxels of the two other axes."""
    indices = image.toIjk(points)
    heights = indices[:, axis]
    index = int(np.clip(np.round(np.mean(heights)), -1e9, 1e9))
    if np.max(np.abs(heights - index)) > ON_SLICE_PITCHES:
        raise GeometryError(f'a contour of "{name}" does not lie on a slice of the image; give the image that it was '
                            "drawn on")
    if not 0 <= index < image.sizeIjk[axis]:
        raise GeometryError(f'a contour of "{name}" lies outside the slices of the image; give the whole image that it '
                            "was drawn on")
    return index, np.delete(indices, axis, axis=1)


def _requireNeighbors(slices: list[int], name: str):
    if len(slices) > 1 and np.min(np.diff(slices)) > 1:
        raise SegmentError(f'"{name}" has no contours on two neighboring slices, so that half its volume and more '
                           "would be missing; interpolate the contours in the program they come from")


def _voxels(index: int, polygons: list[np.ndarray], image: GridGeometry, axis: int) -> np.ndarray:
    others = [other for other in range(3) if other != axis]
    size = (image.sizeIjk[others[0]], image.sizeIjk[others[1]])
    first, second = np.nonzero(pixelsInside(polygons, size))
    indices = np.empty((len(first), 3), dtype=int)
    indices[:, axis], indices[:, others[0]], indices[:, others[1]] = index, first, second
    return indices
