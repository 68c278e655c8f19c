"""Change of the lesion by octant of the head."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from .changemap import ChangeMap
from .mask import Mask


@dataclass(frozen=True)
class OctantChange:
    """Change within one octant of the head, split at the planes through the sphere's center.

    :param name: such as "superior anterior lateral".
    """

    name: str
    regeneratedMm3: float
    persistentMm3: float
    newMm3: float

    @property
    def baselineMm3(self) -> float:
        return self.regeneratedMm3 + self.persistentMm3

    @property
    def grossRegenerationPercent(self) -> float | None:
        """Of the baseline's lesion in this octant; None where there was none."""
        return 100.0 * self.regeneratedMm3 / self.baselineMm3 if self.baselineMm3 > 0 else None


def octantChanges(change: ChangeMap, centerRas, side: str, axes: np.ndarray | None = None) -> tuple[OctantChange, ...]:
    """Split a change map into octants.

    :param centerRas: center of the baseline's sphere, RAS in mm.
    :param side: "left" or "right".
    :param axes: directions of lateral, anterior and superior in RAS as rows; None: the patient's axes.
    """
    if axes is None:
        axes = np.diag([1.0 if side == "right" else -1.0, 1.0, 1.0])
    counts = [_countsByOctant(mask, np.asarray(centerRas), axes)
              for mask in (change.regenerated, change.persistent, change.new)]
    names = [" ".join(words) for words in product(("superior", "inferior"), ("anterior", "posterior"),
                                                  ("lateral", "medial"))]
    voxelMm3 = change.grid.voxelVolumeMm3
    return tuple(OctantChange(name, *(float(count[index]) * voxelMm3 for count in counts))
                 for index, name in enumerate(names))


def _countsByOctant(mask: Mask, centerRas: np.ndarray, axes: np.ndarray) -> np.ndarray:
    if mask.isEmpty:
        return np.zeros(8, dtype=int)
    offsets = (mask.pointsRas() - centerRas) @ axes.T
    index = 4 * (offsets[:, 2] < 0) + 2 * (offsets[:, 1] < 0) + (offsets[:, 0] < 0)
    return np.bincount(index, minlength=8)
