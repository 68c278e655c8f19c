"""The femoral head from one click: sphere, surface, and the plane that parts it from the neck."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..errors import OutliningError, SphereFitError
from ..geometry import GridGeometry
from ..mask import Mask
from ..sphere import SphereFit, fitSphereToBoundary
from ..sphereadjusted import planeCutDistance
from .headchecks import NO_HEAD, requireFoundInField, requireHead, requireNoMetal
from .headsurface import WEAK_EDGE, HeadSurface, findSurface
from .neckdirection import neckDirection
from .radialprofiles import HeadImage
from .spheresearch import FoundSphere, searchSphere
from .surfacemask import surfaceMask

ROUNDS, CONVERGED_MM = 4, 0.05
TOLERANCE_MM = 1.5


@dataclass(frozen=True)
class HeadSettings:
    """What is known of a head before it is outlined.

    :param side: "left" or "right"; None where it is not known.
    :param capFraction: share of the sphere that the neck takes.
    :param polarity: "bright" (T1, PD, T2, CT) or "dark" (fat-suppressed) marrow; None recognizes it.
    """

    side: str | None = None
    capFraction: float = 0.25
    polarity: str | None = None


@dataclass(frozen=True, eq=False)
class HeadOutline:
    """A head that was found in an image.

    :param mask: its voxels, cut at the neck.
    :param surface: its closed surface, neck side included.
    :param sphere: sphere through the clear edges of the surface.
    :param polarity: "bright" or "dark" marrow.
    :param neckDirection: unit vector along the neck, RAS.
    :param cutDistanceMm: from the sphere's center to the plane that parts head and neck.
    :param isUncertain: for each direction of the surface, whether it bounds the head but is not sure: no clear
        edge, or a lesion under it.
    """

    mask: Mask
    surface: HeadSurface
    sphere: SphereFit
    polarity: str
    neckDirection: np.ndarray
    cutDistanceMm: float
    isUncertain: np.ndarray

    @property
    def uncertainShare(self) -> float:
        """Share of the head's own surface that is not sure."""
        return float(np.mean(self.isUncertain[self.isHead]))

    @property
    def isHead(self) -> np.ndarray:
        """For each direction of the surface whether it bounds the head, not the neck."""
        heights = (self.surface.pointsRas - np.array(self.sphere.centerRas)) @ self.neckDirection
        return heights < self.cutDistanceMm


def outlineHead(voxels: np.ndarray, imageGrid: GridGeometry, clickRas, settings: HeadSettings | None = None,
                maskGrid: GridGeometry | None = None) -> HeadOutline:
    """Outline a femoral head.

    :param voxels: image in KJI order.
    :param imageGrid: its grid.
    :param clickRas: a point within 8 mm of the head's center, RAS in mm.
    :param maskGrid: grid to outline on; that of the image where None.
    :raises OutliningError: no head is there, the field of view cuts it, or metal hides it.
    """
    settings = settings or HeadSettings()
    click = np.asarray(clickRas, dtype=float)
    image = HeadImage(voxels, imageGrid, click)
    if not image.isInside(click):
        raise OutliningError("the click lies outside the image; click the middle of the femoral head")
    found = searchSphere(image, click, settings.polarity)
    requireFoundInField(image, found)
    requireNoMetal(image, found)
    image = image.around(found.centerRas)
    outline = _refined(image, found, settings, maskGrid or imageGrid)
    requireHead(image, found, outline.surface.edges[outline.isHead], outline.sphere, click)
    return outline


def _refined(image: HeadImage, found: FoundSphere, settings: HeadSettings, grid: GridGeometry) -> HeadOutline:
    """Surface and sphere in turn until they agree."""
    for _ in range(ROUNDS):
        surface = findSurface(image, found)
        neck = neckDirection(image, found, surface, settings.side)
        cutDistanceMm = planeCutDistance(settings.capFraction) * found.radiusMm
        sphere = _sphereThrough(surface, neck, cutDistanceMm)
        moved = float(np.linalg.norm(np.subtract(sphere.centerRas, found.centerRas)))
        found = replace(found, centerRas=sphere.centerRas, radiusMm=sphere.radiusMm)
        if moved < CONVERGED_MM:
            break
    cutDistanceMm = planeCutDistance(settings.capFraction) * sphere.radiusMm
    mask = surfaceMask(surface, grid, np.array(sphere.centerRas), neck, cutDistanceMm)
    heights = (surface.pointsRas - np.array(sphere.centerRas)) @ neck
    return HeadOutline(mask, surface, sphere, found.polarity, neck, cutDistanceMm,
                       surface.isWeak & (heights < cutDistanceMm))


def _sphereThrough(surface: HeadSurface, neck: np.ndarray, cutDistanceMm: float) -> SphereFit:
    isClear = (surface.radiiMm * (surface.mesh.directions @ neck) < cutDistanceMm) & (surface.edges > WEAK_EDGE)
    try:
        return fitSphereToBoundary(surface.pointsRas[isClear], TOLERANCE_MM)
    except SphereFitError as error:
        raise OutliningError(NO_HEAD) from error
