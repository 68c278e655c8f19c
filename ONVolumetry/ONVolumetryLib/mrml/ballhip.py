"""A hip of closed-form volume in a scene: a ball for the head, a cap of it for the lesion."""

from __future__ import annotations

import math

import numpy as np

from ..core.geometry import GridGeometry
from ..core.mask import Mask
from ..files.segment import Segment
from ..files.segmentnames import HEAD, LESION
from .hipnodes import HipNodes, VisitNodes
from .segmentwriting import addSegment, setReferenceGrid

RADIUS_MM = 24.0
CAP_HEIGHT_MM = 14.0
CENTER_RAS = (3.0, -5.0, 7.0)
# Up, forward and to the side: a cap whose face lies along the slices is measured less well.
CAP_DIRECTION = (2.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0)
HEAD_MM3 = 4.0 / 3.0 * math.pi * RADIUS_MM ** 3
LESION_MM3 = math.pi * CAP_HEIGHT_MM ** 2 * (3.0 * RADIUS_MM - CAP_HEIGHT_MM) / 3.0


def addBallHip(scene, name: str = "Ball of known volume", lesionStatus: str | None = None) -> HipNodes:
    """Draw the hip in a scene.

    :param lesionStatus: None draws the cap; a status leaves the lesion empty and gives it that status.
    :return: the hip, measured as a man's.
    """
    import slicer

    head, lesion = ballMasks()
    if lesionStatus is not None:
        lesion = Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), head.grid)
    node = scene.AddNode(slicer.vtkMRMLSegmentationNode())
    node.SetName(name)
    setReferenceGrid(node, head.grid)
    ids = [addSegment(node, Segment(standard.name, mask, "", standard.colorRgb, status or "",
                                    standard.terminologyEntry))
           for standard, mask, status in ((HEAD, head, ""), (LESION, lesion, lesionStatus))]
    return HipNodes(name, "male", (VisitNodes(node, *ids),))


def ballMasks(spacingMm=(0.6, 0.6, 3.0)) -> tuple[Mask, Mask]:
    """Voxels of the ball and of its cap on a grid along the patient's axes."""
    spacing = np.asarray(spacingMm)
    size = np.ceil(2.0 * (RADIUS_MM + 6.0) / spacing).astype(int)
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = np.asarray(CENTER_RAS) - spacing * (size / 2.0)
    grid = GridGeometry(tuple(size), matrix)
    right, anterior, superior = (np.arange(count) * step + origin - center for count, step, origin, center
                                 in zip(size, spacing, matrix[:3, 3], CENTER_RAS))
    anterior, superior = anterior[:, None], superior[:, None, None]
    head = right ** 2 + anterior ** 2 + superior ** 2 < RADIUS_MM ** 2
    height = CAP_DIRECTION[0] * right + CAP_DIRECTION[1] * anterior + CAP_DIRECTION[2] * superior
    return Mask.fromArray(head, grid), Mask.fromArray(head & (height > RADIUS_MM - CAP_HEIGHT_MM), grid)
