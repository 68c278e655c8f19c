"""3D Slicer's .seg.nrrd: a NRRD label image with one layer per set of segments that do not overlap.

Custom keys describe the segments (`Segment0_Name`, `Segment0_LabelValue`, `Segment0_Layer`, `Segment0_Extent`, ...).
A stored extent counts voxels of the stored array, and the space origin belongs to its first voxel: neither an extent
nor `Segmentation_ReferenceImageExtentOffset` moves a segment (vtkMRMLSegmentationStorageNode).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..core.errors import FileError, SegmentError
from ..core.geometry import GridGeometry
from ..core.mask import Mask
from ..core.outlining.origin import ORIGIN_TAG
from .filecontext import oneLine
from .labels import emptyMask, masksOfLabels
from .nrrdheader import readNrrdHeader
from .segment import Segment

STATUS_TAG = "Segmentation.Status"
TERMINOLOGY_TAG = "TerminologyEntry"
STATUSES = ("notstarted", "inprogress", "completed", "flagged")
DEFAULT_LABEL_VALUE = 1
GREY = (0.5, 0.5, 0.5)


def hasSegmentKeys(path: Path) -> bool:
    """Whether the file is a NRRD file that describes segments."""
    if not path.name.lower().endswith((".nrrd", ".nhdr")):
        return False
    keys = readNrrdHeader(path).keys
    return "Segment0_ID" in keys or any(key.startswith("Segmentation_") for key in keys)


def segmentsOfFile(path: Path, array: np.ndarray, grid: GridGeometry) -> tuple[Segment, ...]:
    """Segments of a .seg.nrrd.

    :param array: its voxels, (K, J, I) or (K, J, I, layer).
    :param grid: its grid.
    :raises FileError: the file is of the kind that 3D Slicer wrote before 2016, whose origin means something else.
    :raises SegmentError: the keys do not fit the voxels.
    """
    keys = readNrrdHeader(path).keys
    if "Segmentation_Extent" in keys:
        raise FileError("the file was written by a very old 3D Slicer; open it there and export a label image")
    layers = array[..., np.newaxis] if array.ndim == 3 else array
    count = 0
    while f"Segment{count}_ID" in keys:
        count += 1
    masks: dict[int, dict[int, Mask]] = {}
    segments = []
    for index in range(count):
        layer = _wholeNumber(keys, f"Segment{index}_Layer", index)
        if not 0 <= layer < layers.shape[-1]:
            raise SegmentError(f"Segment{index}_Layer is {layer}, but the file has {layers.shape[-1]} layer(s); "
                               "save the segmentation again in 3D Slicer")
        if layer not in masks:
            masks[layer] = masksOfLabels(layers[..., layer], grid)
            _requireInsideExtents(masks[layer].values(), [
                keys.get(f"Segment{other}_Extent") for other in range(count)
                if _wholeNumber(keys, f"Segment{other}_Layer", other) == layer])
        segments.append(_segment(index, keys, masks[layer], grid))
    return tuple(segments)


def _segment(index: int, keys: dict[str, str], masks: dict[int, Mask], grid: GridGeometry) -> Segment:
    prefix = f"Segment{index}_"
    identifier = keys[f"{prefix}ID"]
    label = _wholeNumber(keys, f"{prefix}LabelValue", DEFAULT_LABEL_VALUE)
    tags = dict(tag.split(":", 1) for tag in keys.get(f"{prefix}Tags", "").split("|") if ":" in tag)
    status = tags.get(STATUS_TAG, "")
    return Segment(
        name=oneLine(keys.get(f"{prefix}Name", identifier)),
        mask=masks.get(label, emptyMask(grid)),
        identifier=identifier,
        colorRgb=_color(keys.get(f"{prefix}Color", keys.get(f"{prefix}DefaultColor", ""))),
        status=status if status in STATUSES else "",
        terminologyEntry=tags.get(TERMINOLOGY_TAG, ""),
        labelValue=label,
        origin=tags.get(ORIGIN_TAG, ""),
    )


def _wholeNumber(keys: dict[str, str], key: str, default: int) -> int:
    try:
        return int(keys.get(key, default))
    except ValueError as error:
        raise SegmentError(f"{key} is not a whole number; save the segmentation again in 3D Slicer") from error


def _requireInsideExtents(masks: Iterable[Mask], extents: list[str | None]):
    """Refuse voxels outside all stored extents of their layer: 3D Slicer would not show them."""
    try:
        bounds = np.array([[int(number) for number in (extent or "").split()] for extent in extents]).reshape(-1, 3, 2)
    except ValueError:
        return
    bounds = bounds[np.all(bounds[..., 0] <= bounds[..., 1], axis=1)]
    low = bounds[..., 0].min(axis=0) if len(bounds) else np.zeros(3)
    high = bounds[..., 1].max(axis=0) if len(bounds) else -np.ones(3)
    for mask in masks:
        last = np.add(mask.offsetIjk, mask.voxels.shape[::-1]) - 1
        if np.any(mask.offsetIjk < low) or np.any(last > high):
            raise SegmentError("there are voxels outside the extents that the file states for its segments, which "
                               "3D Slicer would drop; remove the keys SegmentN_Extent or write the file again")


def _color(text: str) -> tuple[float, float, float]:
    try:
        red, green, blue = (min(max(float(number), 0.0), 1.0) for number in text.split())
    except ValueError:
        return GREY
    return red, green, blue
