"""A segmentation in memory: named masks on one grid."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.geometry import GridGeometry
from ..core.mask import Mask


@dataclass(frozen=True, eq=False)
class Segment:
    """One segment.

    :param name: as shown to the user.
    :param mask: its voxels.
    :param identifier: 3D Slicer's segment ID, unique within a segmentation.
    :param colorRgb: 0 to 1 each.
    :param status: "notstarted", "inprogress", "completed", "flagged" (3D Slicer's tag `Segmentation.Status`), or ""
        where the file has none.
    :param terminologyEntry: 3D Slicer's terminology entry, or "".
    :param labelValue: voxel value in the file it was read from; None for a new segment.
    :param origin: how the outline came about, as core.outlining.origin writes it, or "".
    """

    name: str
    mask: Mask
    identifier: str = ""
    colorRgb: tuple[float, float, float] = (0.5, 0.5, 0.5)
    status: str = ""
    terminologyEntry: str = ""
    labelValue: int | None = None
    origin: str = ""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Segments on one grid.

    :param segments: in the order of the file; may overlap.
    :param grid: the grid of every mask.
    """

    segments: tuple[Segment, ...]
    grid: GridGeometry
