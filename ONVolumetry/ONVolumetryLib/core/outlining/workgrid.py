"""The image around a head, on voxels that are few enough to follow a stroke at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import GridGeometry, sliceStackOfGrid
from ..mask import Mask
from ..registration.boxes import insideAt
from ..shapefield import ShapeField

FINEST_MM, MARGIN_VOXELS = 0.55, 2


@dataclass(frozen=True, eq=False)
class WorkGrid:
    """Part of an image around a head.

    :param grid: its grid; the image's own, or coarser where the image is very fine.
    :param values: image on it (K, J, I), float.
    """

    grid: GridGeometry
    values: np.ndarray

    @classmethod
    def around(cls, voxels: np.ndarray, imageGrid: GridGeometry, head: Mask) -> WorkGrid:
        """The part of an image that holds a head."""
        corners = imageGrid.toIjk(head.geometry.cornersRas())
        low = np.clip(np.floor(corners.min(axis=0)) - MARGIN_VOXELS, 0, np.array(imageGrid.sizeIjk) - 1).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0)) + MARGIN_VOXELS + 1, low + 1, imageGrid.sizeIjk).astype(int)
        factors = np.maximum(np.round(FINEST_MM / imageGrid.spacingMm), 1).astype(int)
        size = np.maximum((high - low) // factors, 1)
        box = tuple(slice(int(start), int(start + count * factor))
                    for start, count, factor in zip(low[::-1], size[::-1], factors[::-1]))
        part = voxels[box].astype(np.float32)
        if part.shape != tuple((size * factors)[::-1]):
            factors, size = np.ones(3, dtype=int), np.array(part.shape[::-1])
        shape = [number for count, factor in zip(size[::-1], factors[::-1]) for number in (count, factor)]
        values = part.reshape(shape).mean(axis=(1, 3, 5))
        matrix = np.array(imageGrid.ijkToRas)
        matrix[:3, :3] = imageGrid.axisDirections * (imageGrid.spacingMm * factors)
        matrix[:3, 3] = imageGrid.toRas(low + (factors - 1) / 2)
        return cls(GridGeometry(tuple(int(count) for count in size), matrix), values)

    def inside(self, mask: Mask) -> np.ndarray:
        """A segment on this grid, interpolated where its own is another one."""
        shift = self._shift(mask.grid)
        if mask.isEmpty:
            return np.zeros(self.grid.shapeKji, dtype=bool)
        if shift is not None:
            return _placed(mask, shift, self.grid)
        around = mask.geometry.cropped((-1, -1, -1), np.array(mask.voxels.shape[::-1]) + 2)
        return insideAt(np.pad(mask.voxels, 1), around, self._centers()).reshape(self.grid.shapeKji)

    def touched(self, mask: Mask) -> np.ndarray:
        """Voxels of this grid in which some voxel of a segment lies."""
        found = np.zeros(self.grid.shapeKji, dtype=bool)
        if not mask.isEmpty:
            kji = np.rint(self.grid.toIjk(mask.pointsRas())).astype(int)[:, ::-1]
            found[tuple(kji[np.all((kji >= 0) & (kji < self.grid.shapeKji), axis=1)].T)] = True
        return found

    def onto(self, inside: np.ndarray, head: Mask) -> Mask:
        """A solid on this grid as voxels of a head, interpolated by its shape where the head's grid is another one."""
        shift = self._shift(head.grid)
        if shift is not None:
            own = Mask(inside, tuple(int(start) for start in shift), head.grid)
            kept = own.fullArray()[tuple(slice(start, start + count) for start, count in
                                         zip(head.offsetIjk[::-1], head.voxels.shape))] > 0
            return Mask(kept & head.voxels, head.offsetIjk, head.grid)
        voxels = np.zeros_like(head.voxels)
        solid = Mask.fromArray(inside.astype(np.uint8), self.grid)
        if not solid.isEmpty:
            field = ShapeField(solid, sliceStackOfGrid(self.grid))
            voxels[head.voxels] = field.at(head.pointsRas()) > 0
        return Mask(voxels, head.offsetIjk, head.grid)

    def _shift(self, other: GridGeometry) -> np.ndarray | None:
        """Voxel of another grid at which this one starts; None where their lattices differ."""
        start = other.toIjk(self.grid.ijkToRas[:3, 3])
        same = other.cropped(np.round(start), self.grid.sizeIjk)
        isInside = np.all(np.round(start) >= 0) and np.all(np.round(start) + self.grid.sizeIjk <= other.sizeIjk)
        return np.round(start).astype(int) if isInside and same.isSameLattice(self.grid, 0.02) else None

    def _centers(self) -> np.ndarray:
        k, j, i = np.meshgrid(*(np.arange(size, dtype=float) for size in self.grid.shapeKji), indexing="ij")
        return self.grid.toRas(np.stack([i, j, k], axis=-1).reshape(-1, 3))


def _placed(mask: Mask, shift: np.ndarray, grid: GridGeometry) -> np.ndarray:
    low = np.subtract(mask.offsetIjk, shift)
    found = np.zeros(grid.shapeKji, dtype=bool)
    ijk = np.argwhere(mask.voxels)[:, ::-1] + low
    ijk = ijk[np.all((ijk >= 0) & (ijk < grid.sizeIjk), axis=1)]
    found[ijk[:, 2], ijk[:, 1], ijk[:, 0]] = True
    return found
