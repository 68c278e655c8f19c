"""The surface of a femoral head in the image, from its sphere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .closedsurface import chosenSteps, smoothRadii
from .directions import DirectionMesh, directionMesh
from .edgefit import fitEdges
from .radialprofiles import HeadImage, Rays, darkLines, outwardFall
from .spheresearch import FULL_EDGE, FoundSphere

DIRECTION_COUNT = 1200
STEP_MM, MARGIN_MM = 0.5, 3.0
# Marrow is read 1.5 to 3 mm inside the edge, the dark line up to 2 mm outside it.
PLATEAU_STEPS, DARK_STEPS, HALFWAY_STEPS = (3, 7), 5, 4
# A collapsed dome lies farther inside the sphere than anything of a head outside it.
INWARD_MM, OUTWARD_MM = 7.0, 4.0
SPHERE_SD_MM = 1.5
SPHERE_COST, ROUGHNESS_COST = 0.5, 0.06
MOST_INWARD, MOST_OUTWARD = 1.6, 9.0
FULL_LINE, LINE_SHARE = 0.15, 0.9
LEAST_WEIGHT, STIFFNESS = 0.02, 0.6
DARKEST_PERCENT, USUAL_SD_MM = 0.2, 0.3
# Shares of the marrow's signal between which the inside counts as lesion in part.
LESION_SIGNAL, MARROW_SIGNAL, LESION_WEIGHT = 0.55, 0.8, 0.3
# Less than this share of a full edge is weak.
WEAK_EDGE, LITTLE_MARROW = 0.3, 0.5


@dataclass(frozen=True, eq=False)
class HeadSurface:
    """A closed surface around a center.

    :param centerRas: mm.
    :param radiiMm: distance of the surface in each direction of the mesh.
    :param edges: how clear the image's edge is there, 0 to 1.
    :param marrow: how much what lies inside is as bright as marrow, 0 to 1; little over a lesion.
    """

    centerRas: np.ndarray
    mesh: DirectionMesh
    radiiMm: np.ndarray
    edges: np.ndarray
    marrow: np.ndarray

    @property
    def isWeak(self) -> np.ndarray:
        """For each direction whether the surface there is not sure: no clear edge, or a lesion under it."""
        return (self.edges < WEAK_EDGE) | (self.marrow < LITTLE_MARROW)

    @property
    def pointsRas(self) -> np.ndarray:
        return self.centerRas + self.radiiMm[:, None] * self.mesh.directions

    def radiusToward(self, offsets: np.ndarray) -> np.ndarray:
        """Distance of the surface toward points (k, 3) given from the center."""
        indices, weights = self.mesh.nearest(offsets, 4)
        return (self.radiiMm[indices] * weights).sum(axis=1)


def findSurface(image: HeadImage, sphere: FoundSphere) -> HeadSurface:
    """Follow the edge of the head around its sphere.

    In each direction the cost of a place is what its edge lacks and how far it is from the sphere; the cheapest smooth
    surface is found as a whole, so that it crosses the neck, the fovea or a place without edge as its surroundings do.
    Then the marrow's edge is found near it, finer than a step.
    """
    mesh = directionMesh(DIRECTION_COUNT)
    low = max(sphere.radiusMm - INWARD_MM, 3.0)
    radii = np.arange(low - MARGIN_MM, sphere.radiusMm + OUTWARD_MM + MARGIN_MM + 0.01, STEP_MM)
    rays = image.rays(sphere.centerRas, mesh.directions, radii)
    edges, evidence = _evidence(sphere.sign * rays.values, sphere.contrast)
    within = slice(round(MARGIN_MM / STEP_MM), len(radii) - round(MARGIN_MM / STEP_MM))
    costs = 1.0 - evidence[:, within] + _awayCosts(radii[within] - sphere.radiusMm)
    steps = chosenSteps(costs, mesh, ROUGHNESS_COST) + within.start
    clearness = ndimage.maximum_filter1d(edges, 3, axis=1)[np.arange(len(steps)), steps]
    if sphere.hasDarkLine:
        found, weights, marrow = _fitted(rays, radii[steps], sphere)
    else:
        found, weights = radii[steps] + STEP_MM * _halfway(sphere.sign * rays.values, steps), clearness
        marrow = np.ones(len(found))
    smooth = smoothRadii(found, np.maximum(weights, LEAST_WEIGHT), mesh, STIFFNESS)
    return HeadSurface(np.array(sphere.centerRas), mesh, smooth, clearness, marrow)


def _evidence(values: np.ndarray, contrast: float) -> tuple[np.ndarray, np.ndarray]:
    """How much each place is an edge of marrow, and how much it speaks for the head's surface, both from 0 to 1.

    A lesion under the surface is as dark as cortex nearly; there the surface shows as a thin line that is darker.
    """
    edges = np.clip(outwardFall(values, STEP_MM) / (FULL_EDGE * contrast), 0.0, 1.0)
    lines = np.clip(darkLines(values, STEP_MM) / (FULL_LINE * contrast), 0.0, 1.0)
    return edges, np.maximum(edges, LINE_SHARE * lines)


def _awayCosts(awayMm: np.ndarray) -> np.ndarray:
    """What it costs to be away from the sphere; no more for a dome that has sunk deep than for one that has sunk."""
    squares = (awayMm / SPHERE_SD_MM) ** 2
    return SPHERE_COST * np.minimum(squares, np.where(awayMm < 0, MOST_INWARD, MOST_OUTWARD))


def _fitted(rays: Rays, radii: np.ndarray, sphere: FoundSphere) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Radii finer than a step, weights, and how much of what lies inside is marrow; there the weights are small."""
    outside = (rays.radiiMm > sphere.radiusMm) & (rays.radiiMm < sphere.radiusMm + MARGIN_MM)
    darkest = float(np.percentile(rays.values[:, outside], DARKEST_PERCENT))
    fit = fitEdges(rays, radii, darkest)
    brightness = fit.inner / max(sphere.signals.marrow - darkest, 1e-6)
    marrow = np.clip((brightness - LESION_SIGNAL) / (MARROW_SIGNAL - LESION_SIGNAL), 0.0, 1.0)
    return fit.radiiMm, np.maximum(marrow, LESION_WEIGHT) / (1.0 + (fit.sdMm / USUAL_SD_MM) ** 2), marrow


def _halfway(values: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Where the image is halfway between the marrow inside and the darkest just outside, in steps from the chosen one.

    The steepest place of a thin dark line in a blurred image lies too far inside.
    """
    def at(offsets):
        return np.take_along_axis(values, np.clip(steps[:, None] + offsets, 0, values.shape[1] - 1), axis=1)

    inner = at(-np.arange(*PLATEAU_STEPS)).mean(axis=1)
    outer = at(np.arange(0, DARK_STEPS)).min(axis=1)
    offsets = np.arange(-HALFWAY_STEPS, HALFWAY_STEPS + 1)
    above = at(offsets) - 0.5 * (inner + outer)[:, None]
    first, second = above[:, :-1], above[:, 1:]
    crosses = (first > 0) & (second <= 0)
    place = offsets[:-1] + np.where(crosses, first / np.where(crosses, first - second, 1.0), np.inf)
    nearest = np.take_along_axis(place, np.argmin(np.abs(place), axis=1)[:, None], axis=1)[:, 0]
    return np.where(np.isfinite(nearest), nearest, 0.0)
