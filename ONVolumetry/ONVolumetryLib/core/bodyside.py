"""On which side of the body a femoral head lies, where the image tells."""

from __future__ import annotations

import numpy as np

from .geometry import GridGeometry
from .mask import Mask

# A pelvis is wider than this; the middle of a smaller image says nothing of the middle of the body.
PELVIS_WIDTH_MM = 250.0
# Femoral heads lie 75 to 105 mm from the middle of the body.
LEAST_OFFSET_MM = 30.0


def sideInPelvisImage(mask: Mask, image: GridGeometry) -> str | None:
    """Side of an outline in an image of the whole pelvis.

    :param mask: outline of head or lesion.
    :param image: grid of the image.
    :return: "left" or "right"; None where the image is narrower than a pelvis or the outline lies near its middle.
    """
    return sideOfPoint(float(mask.pointsRas()[:, 0].mean()), image)


def sideOfPoint(rightMm: float, image: GridGeometry) -> str | None:
    """Side of a point in an image of the whole pelvis.

    :param rightMm: first RAS coordinate of the point, mm.
    :param image: grid of the image.
    :return: as of sideInPelvisImage.
    """
    rights = image.cornersRas()[:, 0]
    offset = rightMm - float(rights.mean())
    if np.ptp(rights) < PELVIS_WIDTH_MM or abs(offset) < LEAST_OFFSET_MM:
        return None
    return "right" if offset > 0 else "left"
