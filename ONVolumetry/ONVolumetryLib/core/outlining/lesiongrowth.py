"""The lesion from a few strokes inside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..errors import OutliningError
from ..geometry import GridGeometry
from ..mask import Mask
from .leastarea import leastAreaMembership
from .lesionsignal import LesionSignal, clearestSignal, evidenceOf, outwardRises, rimVoxels, surelyMarrow
from .workgrid import WorkGrid

FAINT_LESION = "The lesion hardly differs from the marrow, so that the outline may miss much of it: check every slice."
LEAST_GROWTH = 2.0
AREA_COST_MM, LEAST_COST = 2.4, 0.05


@dataclass(frozen=True, eq=False)
class Strokes:
    """What a reader marked.

    :param lesion: strokes inside the lesion.
    :param background: strokes outside it; None where there are none.
    """

    lesion: Mask
    background: Mask | None = None


@dataclass(frozen=True, eq=False)
class LesionOutline:
    """A lesion that was grown from strokes.

    :param mask: its voxels, all within the head.
    :param signal: what the strokes taught.
    """

    mask: Mask
    signal: LesionSignal

    @property
    def caution(self) -> str:
        """A sentence to show beside the outline; empty where nothing is special."""
        return FAINT_LESION if self.signal.isFaint else ""


def outlineLesion(voxels: np.ndarray, imageGrid: GridGeometry, head: Mask, strokes: Strokes,
                  isRimIncluded: bool = True) -> LesionOutline:
    """Grow a lesion from strokes, within the head.

    :param voxels: image in KJI order.
    :param head: the femoral head, lesion included, on the grid that the lesion is wanted on.
    :param isRimIncluded: whether the dark sclerotic rim belongs to the lesion.
    :raises OutliningError: there is no head, no stroke inside it, or the strokes look like marrow.
    """
    if head.isEmpty:
        raise OutliningError("there is no femoral head to grow the lesion in; outline the head first")
    work = WorkGrid.around(voxels, imageGrid, head)
    inside = work.inside(head)
    marked = work.touched(strokes.lesion) & inside
    if not marked.any():
        raise OutliningError("no stroke lies inside the femoral head; draw inside the lesion")
    background = np.zeros_like(inside) if strokes.background is None else work.touched(strokes.background) & inside
    spacing = work.grid.spacingMm[::-1]
    grown, signal = grow(work.values, inside, marked, background & ~marked, spacing)
    if not signal.isSeen:
        raise OutliningError("what was marked looks like the marrow around it; draw where the lesion differs "
                             "from it, or outline it by hand")
    if signal.isFaint and np.count_nonzero(grown) < LEAST_GROWTH * np.count_nonzero(marked):
        raise OutliningError("nothing beyond the strokes differs clearly from the marrow; mark more of the lesion, or "
                             "outline it by hand")
    if not isRimIncluded:
        grown = grown & ~(rimVoxels(work.values, grown, inside, signal, spacing) & ~marked)
    return LesionOutline(work.onto(grown, head), signal)


def grow(values: np.ndarray, head: np.ndarray, strokes: np.ndarray, background: np.ndarray,
         spacingMm) -> tuple[np.ndarray, LesionSignal]:
    """Grow a lesion on a grid.

    :param values: image; all arrays have the same shape.
    :param strokes: voxels marked as lesion.
    :param background: voxels marked as no lesion.
    :param spacingMm: along the axes of the arrays.
    :return: voxels of the lesion, and the signals it was told by.
    """
    spacing = np.asarray(spacingMm, dtype=float)
    values, signal = clearestSignal(values, head, strokes, background, spacing)
    depth = ndimage.distance_transform_edt(head, sampling=spacing)
    evidence = evidenceOf(values, head, signal, spacing, depth)
    costs = [AREA_COST_MM * np.maximum(1.0 - rise, LEAST_COST)
             for rise in outwardRises(values, strokes, signal, spacing)]
    sure = surelyMarrow(values, head, strokes, signal, spacing)
    seeds = strokes.astype(np.int8) - (background | sure)
    return connected(leastAreaMembership(evidence, head, seeds, costs, spacing) > 0.5, strokes, background), signal


def connected(inside: np.ndarray, strokes: np.ndarray, background: np.ndarray) -> np.ndarray:
    """What hangs together with a stroke, without holes."""
    labels, _ = ndimage.label(inside | strokes)
    kept = np.unique(labels[strokes])
    return ndimage.binary_fill_holes(np.isin(labels, kept[kept > 0])) & ~background
