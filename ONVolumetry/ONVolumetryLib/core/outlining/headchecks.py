"""Reasons not to outline a head."""

from __future__ import annotations

import numpy as np

from ..errors import OutliningError
from ..sphere import SphereFit
from ..spherecoverage import equalAreaDirections
from .headsurface import WEAK_EDGE
from .radialprofiles import HeadImage
from .spheresearch import BRIGHT_INSIDE, FoundSphere

DIRECTIONS, FIELD_MARGIN_MM = 400, 1.0
LEAST_IN_FIELD = 0.985
LEAST_SUPPORT, LEAST_CLEAR = 0.42, 0.6
PLAUSIBLE_RADII_MM = (16.0, 31.0)
FARTHEST_CLICK_MM = 11.0
# Metal: no signal at all in a part of the head that is larger than any dark rim.
VOID_SIGNAL, VOID_OF_DARK, LARGEST_VOID = 0.08, 0.03, 0.10
CT_AIR, CT_METAL, LARGEST_METAL = -300.0, 2500.0, 0.01
DIM_MARROW = 0.2
NO_HEAD = ("no femoral head is recognized around the click; click the middle of the head, or place points on its "
           "contour and start from their sphere")


def requireFoundInField(image: HeadImage, found: FoundSphere):
    """Refuse a sphere of which the field of view holds a part only, and say whether a head is cut there.

    :raises OutliningError: some of the sphere lies outside the image.
    """
    if found.support < LEAST_SUPPORT and not _isInField(image, found.centerRas, found.radiusMm):
        raise OutliningError(NO_HEAD)
    requireInField(image, found.centerRas, found.radiusMm)


def requireInField(image: HeadImage, centerRas, radiusMm: float):
    """Refuse a head of which the field of view holds a part only.

    :param centerRas: of its sphere, mm.
    :raises OutliningError: some of the sphere lies outside the image.
    """
    if not _isInField(image, centerRas, radiusMm):
        raise OutliningError("the head is cut by the field of view, so that its volume cannot be measured; use a scan "
                             "that holds the whole head")


def _isInField(image: HeadImage, centerRas, radiusMm: float) -> bool:
    points = np.array(centerRas) + (radiusMm + FIELD_MARGIN_MM) * equalAreaDirections(DIRECTIONS)
    return bool(np.mean(image.isInside(points)) >= LEAST_IN_FIELD)


def requireNoMetal(image: HeadImage, sphere: FoundSphere):
    """Refuse a head that holds metal.

    :raises OutliningError: a large part of it has no signal, or that of metal in CT.
    """
    directions = equalAreaDirections(DIRECTIONS)
    values = image.along(sphere.centerRas, directions, sphere.radiusMm * np.array([0.3, 0.5, 0.65, 0.8])).ravel()
    signals = sphere.signals
    if signals.darkest < CT_AIR or values.min() < CT_AIR or values.max() > CT_METAL:
        isMetal = np.mean(values > CT_METAL) > LARGEST_METAL
    else:
        isBright = sphere.polarity == BRIGHT_INSIDE
        isVoid = values < (VOID_SIGNAL if isBright else VOID_OF_DARK) * signals.brightest
        isDim = signals.marrow < DIM_MARROW * signals.brightest
        isMetal = np.mean(isVoid) > LARGEST_VOID or (isBright and isDim)
    if isMetal:
        raise OutliningError("there seems to be metal in or at the head, which hides it; outline it by hand if it can "
                             "be seen")


def requireHead(image: HeadImage, sphere: FoundSphere, edges: np.ndarray, fit: SphereFit, click: np.ndarray):
    """Refuse what is not a femoral head.

    :param edges: how clear the edge is in each direction of the surface, neck left out.
    :param fit: sphere of the surface.
    :raises OutliningError: too little of the surface has an edge, or it is too large, too small or too far away.
    """
    isPlausible = PLAUSIBLE_RADII_MM[0] <= fit.radiusMm <= PLAUSIBLE_RADII_MM[1]
    isNear = np.linalg.norm(np.subtract(fit.centerRas, click)) <= FARTHEST_CLICK_MM
    isClear = sphere.support >= LEAST_SUPPORT and np.mean(edges > WEAK_EDGE) >= LEAST_CLEAR
    if not (isPlausible and isNear and isClear):
        raise OutliningError(NO_HEAD)
    requireInField(image, fit.centerRas, fit.radiusMm)
