"""Whether the side that a reader chose agrees with where the head lies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.bodyside import LEAST_OFFSET_MM, PELVIS_WIDTH_MM
from ..core.geometry import GridGeometry
from ..core.hip import VisitSegments
from .grids import volumeGrid
from .hipnodes import HipNodes, VisitNodes


def sideInImage(hip: HipNodes, segments: Sequence[VisitSegments]) -> str | None:
    """On which side of the body the outlined head lies.

    In an image of the whole pelvis by the middle of the image, else by the scanner's coordinates, whose middle is
    near the middle of the body.

    :param segments: outlines of the visits.
    :return: "left" or "right"; None where nothing is outlined or the head lies near the middle.
    """
    nodes = {visit.label: visit for visit in hip.visits}
    for visit in segments:
        mask = visit.head if visit.head is not None else visit.lesion
        if mask is not None and not mask.isEmpty:
            center = mask.geometry.cornersRas().mean(axis=0)
            offset = float(center[0]) - (_middleOfPelvis(nodes[visit.label]) or 0.0)
            if abs(offset) >= LEAST_OFFSET_MM:
                return "right" if offset > 0 else "left"
    return None


def otherSide(side: str) -> str:
    """The opposite of "left" or "right"."""
    return "left" if side == "right" else "right"


def _middleOfPelvis(visit: VisitNodes) -> float | None:
    if visit.volume is None:
        return None
    grid: GridGeometry = volumeGrid(visit.volume)
    rights = grid.cornersRas()[:, 0]
    return float(rights.mean()) if np.ptp(rights) >= PELVIS_WIDTH_MM else None
