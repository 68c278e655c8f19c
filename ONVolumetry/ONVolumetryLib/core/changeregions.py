"""Two lesions interpolated onto one fine grid along the baseline's slices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from .errors import SegmentError
from .geometry import GridGeometry, SliceStack
from .mask import Mask
from .shapefield import ShapeField

LARGEST_STEP_MM = 0.75
# Room beyond the outermost outlines, for the ends that taper off beyond the last slices and for the shell.
ROOM_MM = 3.0
FAR_MM = 20.0


@dataclass(frozen=True, eq=False)
class LesionPair:
    """Baseline's and follow-up's lesion on one grid; arrays are (K, J, I).

    :param grid: isotropic.
    :param beforeDistance: signed distance within the baseline's slices in mm, positive inside.
    :param afterDistance: signed distance within the follow-up's slices.
    :param sliceAxes: unit vectors across the slices of baseline and follow-up, in the baseline's RAS.
    :param pitchesMm: slice pitches of baseline and follow-up.
    """

    grid: GridGeometry
    beforeDistance: np.ndarray
    afterDistance: np.ndarray
    sliceAxes: tuple[np.ndarray, np.ndarray]
    pitchesMm: tuple[float, float]

    @cached_property
    def before(self) -> np.ndarray:
        return self.beforeDistance > 0

    @cached_property
    def after(self) -> np.ndarray:
        return self.afterDistance > 0

    def counts(self, shiftRasMm=None) -> tuple[int, int]:
        """Voxels of regenerated and of new lesion, as they were if the follow-up's lesion lay elsewhere.

        :param shiftRasMm: shift of the follow-up's lesion.
        """
        after = self.after
        if shiftRasMm is not None:
            steps = (self.grid.axisDirections.T @ np.asarray(shiftRasMm) / self.grid.spacingMm)[::-1]
            after = ndimage.shift(self.afterDistance, steps, order=1, mode="nearest") > 0
        return int(np.count_nonzero(self.before & ~after)), int(np.count_nonzero(after & ~self.before))

    def surfaceShareOfBaselineOutside(self) -> float:
        """Share of the baseline's surface that lies outside the follow-up's lesion."""
        return _share(~self.after, self.before)

    def surfaceShareOfFollowupInside(self) -> float:
        """Share of the follow-up's surface that lies inside the baseline's lesion."""
        return _share(self.before, self.after)


def lesionPair(before: Mask, beforeStack: SliceStack, after: Mask | None, afterStack: SliceStack | None,
               followupToBaseline: np.ndarray) -> LesionPair:
    """Interpolate both lesions onto a grid that holds them.

    :param after: None where no lesion is left.
    :param followupToBaseline: rigid 4x4 in RAS, mm.
    :raises SegmentError: the baseline's lesion is empty.
    """
    if before is None or before.isEmpty:
        raise SegmentError("the baseline has no lesion outlined; a change map needs one")
    corners = [_reach(before, beforeStack)]
    if after is not None:
        corners.append(_reach(after, afterStack) @ followupToBaseline[:3, :3].T + followupToBaseline[:3, 3])
    grid = _fineGrid(before.grid, beforeStack, np.concatenate(corners))
    axes = [before.grid.axisDirections[:, beforeStack.axis]]
    pitches = [beforeStack.pitchMm]
    beforeDistance = _sampled(ShapeField(before, beforeStack), grid, np.eye(4))
    afterDistance = np.full(grid.shapeKji, -FAR_MM, dtype=np.float32)
    if after is not None:
        afterDistance = _sampled(ShapeField(after, afterStack), grid, np.linalg.inv(followupToBaseline))
        axes.append(followupToBaseline[:3, :3] @ after.grid.axisDirections[:, afterStack.axis])
        pitches.append(afterStack.pitchMm)
    return LesionPair(grid, beforeDistance, afterDistance, (axes[0], axes[-1]), (pitches[0], pitches[-1]))


def _reach(mask: Mask, stack: SliceStack) -> np.ndarray:
    """Corners of the box that holds the interpolated lesion: beyond the last slices it ends within a pitch."""
    box = mask.geometry
    extra = ROOM_MM / box.spacingMm
    extra[stack.axis] += max(stack.pitchMm / box.spacingMm[stack.axis], 1.0)
    extra = np.ceil(extra).astype(int)
    return box.cropped(-extra, np.array(box.sizeIjk) + 2 * extra).cornersRas()


def _fineGrid(grid: GridGeometry, stack: SliceStack, corners: np.ndarray) -> GridGeometry:
    inPlane = [float(grid.spacingMm[axis]) for axis in range(3) if axis != stack.axis]
    step = min(*inPlane, LARGEST_STEP_MM)
    matrix = np.eye(4)
    matrix[:3, :3] = grid.axisDirections * step
    matrix[:3, 3] = grid.ijkToRas[:3, 3]
    along = (corners - matrix[:3, 3]) @ grid.axisDirections / step
    low = np.floor(along.min(axis=0)).astype(int)
    size = np.ceil(along.max(axis=0)).astype(int) - low + 1
    return GridGeometry((1, 1, 1), matrix).cropped(low, size)


def _sampled(field: ShapeField, grid: GridGeometry, toField: np.ndarray) -> np.ndarray:
    """Signed distance at the voxel centers of a grid, slab by slab to spare memory."""
    matrix = toField @ grid.ijkToRas
    k, j, i = (np.arange(size, dtype=float) for size in grid.shapeKji)
    plane = i[None, :, None] * matrix[:3, 0] + j[:, None, None] * matrix[:3, 1] + matrix[:3, 3]
    return np.stack([field.at(plane + height * matrix[:3, 2]) for height in k]).astype(np.float32)


def _share(region: np.ndarray, body: np.ndarray) -> float:
    """Share of a body's surface voxels that lie in a region."""
    surface = body & ~ndimage.binary_erosion(body)
    count = np.count_nonzero(surface)
    return float(np.count_nonzero(surface & region)) / count if count else 0.0
