"""Lesions of osteonecrosis as solids about the head's center: cap, cone and irregular wedge.

Coordinates are anatomical and in mm: lateral, anterior, superior, with the head's center at 0. Every lesion
is what lies outside an inner surface r = innerRadius(direction) and inside the head.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .closedforms import capVolumeMm3, coneVolumeMm3
from .primitives import HalfSpace, Sphere, ballCone, perpendicularBasis, sphericalCap, unitVector
from .shapes import Shape

WAVE_COUNT = 6
LOBE_COUNT = 3


@dataclass(frozen=True, eq=False)
class CapLesion:
    """The part of the head beyond a plane across the axis (closed form pi h^2 (3R - h)/3).

    :param axis: unit vector from the head's center into the lesion.
    :param radiusMm: radius of the head.
    :param size: height in radii, between 0 and 1.
    """

    axis: np.ndarray
    radiusMm: float
    size: float

    @property
    def shape(self) -> Shape:
        return sphericalCap(np.zeros(3), self.axis, self.radiusMm, self.size * self.radiusMm)

    @property
    def interface(self) -> Shape:
        """The solid whose surface is the lesion's border inside the bone."""
        return HalfSpace((1 - self.size) * self.radiusMm * unitVector(self.axis), -unitVector(self.axis))

    @property
    def polarAngle(self) -> float:
        """Angle from the axis in radians beyond which there is no lesion."""
        return math.acos(1 - self.size)

    @property
    def closedFormMm3(self) -> float | None:
        return capVolumeMm3(self.radiusMm, self.size * self.radiusMm)

    def innerRadius(self, directions: np.ndarray) -> np.ndarray:
        """Radius in mm at which the lesion begins in each direction (n, 3)."""
        cosine = directions @ unitVector(self.axis)
        return (1 - self.size) * self.radiusMm / np.maximum(cosine, 1e-9)


@dataclass(frozen=True, eq=False)
class ConeLesion:
    """The part of the head within an angle of the axis (closed form (2/3) pi R^3 (1 - cos a)).

    :param size: half-angle as a share of a right angle, between 0 and 1.
    """

    axis: np.ndarray
    radiusMm: float
    size: float

    @property
    def polarAngle(self) -> float:
        """Half-angle of the cone in radians."""
        return self.size * math.pi / 2

    @property
    def shape(self) -> Shape:
        return ballCone(np.zeros(3), self.axis, self.radiusMm, self.polarAngle)

    @property
    def interface(self) -> Shape:
        return self.shape.parts[1]

    @property
    def closedFormMm3(self) -> float | None:
        return coneVolumeMm3(self.radiusMm, self.polarAngle)

    def innerRadius(self, directions: np.ndarray) -> np.ndarray:
        """Radius in mm at which the lesion begins in each direction (n, 3)."""
        inside = directions @ unitVector(self.axis) >= math.cos(self.polarAngle) - 1e-12
        return np.where(inside, 0.0, self.radiusMm)


@dataclass(frozen=True, eq=False)
class WedgeShape(Shape):
    """All points beyond an uneven bowl around an axis; the magnitude is right to first order.

    r = R (1 - depth (1 - (t/a)^p - waves)), where t is the angle from the axis and a the half-angle, which varies
    with the azimuth in a few lobes. A smaller depth and half-angle give a bowl within the larger one.
    """

    basis: np.ndarray
    radiusMm: float
    halfAngle: float
    depth: float
    steepness: float
    lobes: np.ndarray
    waves: np.ndarray

    def level(self, points):
        """Radius of the points, radius of the bowl in their direction, and its slope per radian of the angle."""
        local = points @ self.basis.T.astype(points.dtype, copy=False)
        radius = np.sqrt(np.einsum("...i,...i->...", local, local))
        direction = local / np.maximum(radius, 1e-6)[..., None]
        angle = np.arccos(np.clip(direction[..., 2], -1, 1))
        azimuth = np.arctan2(direction[..., 1], direction[..., 0])
        halfAngle = self.halfAngle * (1 + sum(amplitude * np.cos((order + 1) * azimuth + phase)
                                              for order, (amplitude, phase) in enumerate(self.lobes)))
        share = angle / halfAngle
        fill = 1 - share**self.steepness
        for *wave, phase, amplitude in self.waves:
            fill = fill - amplitude * np.sin(direction @ np.asarray(wave, dtype=points.dtype) + phase)
        slope = self.radiusMm * self.depth * self.steepness * share ** (self.steepness - 1) / halfAngle
        return radius, self.radiusMm * (1 - self.depth * fill), slope

    def distance(self, points):
        radius, bowl, slope = self.level(points)
        return ((bowl - radius) / np.sqrt(1 + (slope / np.maximum(radius, 2.0)) ** 2)).astype(points.dtype)


@dataclass(frozen=True, eq=False)
class WedgeLesion:
    """An irregular wedge under the dome, as osteonecrosis looks, with an undulating border.

    :param size: from 0 (nothing) to 1 (most of the head's upper part); smaller ones lie within larger ones.
    :param seed: of its lobes and undulations; the same at all visits of a hip.
    """

    axis: np.ndarray
    radiusMm: float
    size: float
    seed: int = 0
    steepness: float = 4.0
    closedFormMm3: float | None = field(default=None, init=False)

    @cached_property
    def interface(self) -> WedgeShape:
        generator = np.random.default_rng([self.seed, 11])
        lobes = np.column_stack([generator.uniform(0.03, 0.09, LOBE_COUNT),
                                 generator.uniform(0, 2 * np.pi, LOBE_COUNT)])
        waves = np.column_stack([generator.normal(0, 3.6, (WAVE_COUNT, 3)),
                                 generator.uniform(0, 2 * np.pi, WAVE_COUNT),
                                 generator.uniform(0.02, 0.05, WAVE_COUNT)])
        return WedgeShape(perpendicularBasis(self.axis), self.radiusMm, math.radians(110) * self.size**0.8,
                          0.9 * self.size**0.7, self.steepness, lobes, waves)

    @property
    def shape(self) -> Shape:
        return Sphere(np.zeros(3), self.radiusMm) & self.interface

    @property
    def polarAngle(self) -> float:
        return math.pi

    def innerRadius(self, directions: np.ndarray) -> np.ndarray:
        """Radius in mm at which the lesion begins in each direction (n, 3)."""
        return self.interface.level(np.asarray(directions, dtype=float))[1]


Lesion = CapLesion | ConeLesion | WedgeLesion
FAMILIES = {"cap": CapLesion, "cone": ConeLesion, "wedge": WedgeLesion}


def makeLesion(family: str, axis, radiusMm: float, size: float, seed: int = 0) -> Lesion:
    """A lesion of a family.

    :param family: "cap", "cone" or "wedge".
    :param size: 0 to 1; what it means is told by each family, but smaller ones always lie within larger ones.
    """
    if family == "wedge":
        return WedgeLesion(unitVector(axis), radiusMm, size, seed)
    return FAMILIES[family](unitVector(axis), radiusMm, size)
