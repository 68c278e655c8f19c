"""Exact volumes: by formula where there is one, else by integration about the head's center."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import roots_legendre

from ..core.errors import ONVolumetryError
from .femur import FOVEA_DIRECTION, NECK_DIRECTION, HeadModel
from .lesion import Lesion, makeLesion
from .masks import rasterize, uniformGrid
from .primitives import perpendicularBasis, unitVector
from .shapes import Shape

DIRECTIONS_PER_TURN = 240
SMALLEST_SIZE = 1e-3


@dataclass(frozen=True)
class ExactVolume:
    """A volume that is known.

    :param volumeMm3: the volume.
    :param method: "closed form" or "quadrature".
    :param accuracyPercent: largest relative error to expect, in percent.
    """

    volumeMm3: float
    method: str
    accuracyPercent: float


def radialVolumeMm3(lesion: Lesion, head: HeadModel, directionsPerTurn: int = DIRECTIONS_PER_TURN) -> float:
    """Volume of the lesion within the head, the integral of (outer^3 - inner^3)/3 over all directions.

    Gauss-Legendre in the cosine of the angle from the lesion's axis, equal steps in azimuth.

    :param directionsPerTurn: number of azimuths, and of angles.
    """
    nodes, weights = _gaussNodes(directionsPerTurn)
    lowest = math.cos(lesion.polarAngle)
    cosine = lowest + (1 - lowest) * (nodes + 1) / 2
    azimuth = 2 * np.pi * (np.arange(directionsPerTurn) + 0.5) / directionsPerTurn
    sine = np.sqrt(1 - cosine**2)
    local = np.stack([np.outer(sine, np.cos(azimuth)), np.outer(sine, np.sin(azimuth)),
                      np.repeat(cosine[:, None], directionsPerTurn, axis=1)], axis=-1)
    directions = local @ perpendicularBasis(lesion.axis)
    inner = np.clip(lesion.innerRadius(directions), 0, None)
    shell = np.maximum(head.outerRadius(directions) ** 3 - inner**3, 0) / 3
    perAngle = shell.mean(axis=1) * 2 * np.pi
    return float(perAngle @ weights * (1 - lowest) / 2)


def lesionVolume(lesion: Lesion, head: HeadModel) -> ExactVolume:
    """The volume of a lesion within the head, by formula unless the neck's plane or the fovea cuts it."""
    if lesion.closedFormMm3 is not None and not isClipped(lesion, head):
        return ExactVolume(lesion.closedFormMm3, "closed form", 0.0)
    coarse = radialVolumeMm3(lesion, head, DIRECTIONS_PER_TURN)
    fine = radialVolumeMm3(lesion, head, 2 * DIRECTIONS_PER_TURN)
    accuracy = 100 * abs(fine - coarse) / fine if fine > 0 else 0.0
    return ExactVolume(fine, "quadrature", max(accuracy, 1e-4))


def isClipped(lesion: Lesion, head: HeadModel) -> bool:
    """Whether the neck's plane or the fovea may take something from the lesion."""
    axis = unitVector(lesion.axis)
    capAngle = math.acos(min(1.0, head.cutDistanceMm / head.radiusMm))
    clipped = head.capFraction > 0 and _angle(axis, NECK_DIRECTION) < lesion.polarAngle + capAngle
    if head.pit is not None:
        pitAngle = math.asin(head.pit.radiusMm / float(np.linalg.norm(head.pit.center)))
        clipped = clipped or _angle(axis, FOVEA_DIRECTION) < lesion.polarAngle + pitAngle
    return clipped


def calibrateLesion(family: str, axis, head: HeadModel, percent: float, seed: int = 0) -> Lesion:
    """The lesion of a family whose volume is a given percentage of the head's.

    :param percent: ONV in percent of FHV.
    :raises ONVolumetryError: no lesion of this family is that large.
    """
    requirePossiblePercent(family, axis, head, percent, seed)
    wanted = percent / 100 * head.volumeMm3
    size = brentq(lambda size: _volumeMm3(makeLesion(family, axis, head.radiusMm, size, seed), head) - wanted,
                  SMALLEST_SIZE, 1.0, xtol=1e-7)
    return makeLesion(family, axis, head.radiusMm, size, seed)


def requirePossiblePercent(family: str, axis, head: HeadModel, percent: float, seed: int = 0):
    """Refuse a percentage of the head that no lesion of a family has.

    :raises ONVolumetryError: it is too small or too large; the text says what is possible.
    """
    largest = 100 * _volumeMm3(makeLesion(family, axis, head.radiusMm, 1.0, seed), head) / head.volumeMm3
    if not 0.01 <= percent <= largest:
        raise ONVolumetryError(f"a {family} of {percent:g} % of the head cannot be made; give 0.01 to "
                               f"{math.floor(largest)} %")


def _volumeMm3(lesion: Lesion, head: HeadModel) -> float:
    clipped = lesion.closedFormMm3 is None or isClipped(lesion, head)
    return radialVolumeMm3(lesion, head) if clipped else lesion.closedFormMm3


def gridVolumeMm3(shape: Shape, spacingMm: float = 0.2, phase=(0.31, 0.57, 0.73)) -> float:
    """Volume of any solid by counting points of a fine grid, as a check of the other ways."""
    grid = uniformGrid(shape.bounds, spacingMm, phase)
    return rasterize(shape, grid).voxelCount * grid.voxelVolumeMm3


@lru_cache(maxsize=4)
def _gaussNodes(count: int) -> tuple[np.ndarray, np.ndarray]:
    return roots_legendre(count)


def _angle(first: np.ndarray, second: np.ndarray) -> float:
    return math.acos(float(np.clip(first @ second, -1, 1)))
