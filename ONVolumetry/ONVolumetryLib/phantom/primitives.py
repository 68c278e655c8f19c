"""The simple solids a hip is made of; distances as in shapes.py, negative inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .shapes import Shape


def unitVector(vector) -> np.ndarray:
    """The direction of a vector, shape (3,)."""
    vector = np.asarray(vector, dtype=float)
    return vector / np.linalg.norm(vector)


def perpendicularBasis(axis) -> np.ndarray:
    """Three unit vectors at right angles as rows (3, 3), the third along the axis."""
    axis = unitVector(axis)
    helper = np.eye(3)[int(np.argmin(np.abs(axis)))]
    first = unitVector(np.cross(helper, axis))
    return np.array([first, np.cross(axis, first), axis])


def _along(points: np.ndarray, vector) -> np.ndarray:
    return points @ np.asarray(vector).astype(points.dtype, copy=False)


def _relative(points: np.ndarray, origin) -> np.ndarray:
    return points - np.asarray(origin).astype(points.dtype, copy=False)


def _length(vectors: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("...i,...i->...", vectors, vectors))


@dataclass(frozen=True, eq=False)
class Sphere(Shape):
    """A ball; the distance is exact.

    :param center: mm, shape (3,).
    :param radiusMm: radius.
    """

    center: np.ndarray
    radiusMm: float

    def distance(self, points):
        return _length(_relative(points, self.center)) - self.radiusMm

    @property
    def bounds(self):
        return np.asarray(self.center, dtype=float) + np.array([[-self.radiusMm], [self.radiusMm]])


@dataclass(frozen=True, eq=False)
class Ellipsoid(Shape):
    """An ellipsoid along the axes; the magnitude is a first-order estimate of the distance.

    :param center: mm, shape (3,).
    :param radiiMm: half-axes, shape (3,).
    """

    center: np.ndarray
    radiiMm: np.ndarray

    def distance(self, points):
        scaled = _relative(points, self.center) / np.asarray(self.radiiMm).astype(points.dtype, copy=False)
        level = _length(scaled)
        slope = _length(scaled / np.asarray(self.radiiMm).astype(points.dtype, copy=False))
        return level * (level - 1) / np.maximum(slope, 1e-6)

    @property
    def bounds(self):
        return np.asarray(self.center, dtype=float) + np.outer([-1, 1], self.radiiMm)


@dataclass(frozen=True, eq=False)
class HalfSpace(Shape):
    """All points behind a plane; the distance is exact.

    :param point: a point of the plane in mm.
    :param normal: points out of the solid.
    """

    point: np.ndarray
    normal: np.ndarray

    def distance(self, points):
        return _along(_relative(points, self.point), unitVector(self.normal))


@dataclass(frozen=True, eq=False)
class Capsule(Shape):
    """A rod with round ends whose radius may change from end to end (a frustum as of the femoral neck).

    With two different radii the magnitude is a slight overestimate, by the cosine of the taper.

    :param start: center of the first end in mm.
    :param end: center of the other end.
    :param startRadiusMm: radius at the first end.
    :param endRadiusMm: radius at the other end.
    """

    start: np.ndarray
    end: np.ndarray
    startRadiusMm: float
    endRadiusMm: float

    def distance(self, points):
        rod = np.subtract(self.end, self.start)
        offset = _relative(points, self.start)
        share = np.clip(_along(offset, rod / (rod @ rod)), 0, 1)
        nearest = share[..., None] * rod.astype(points.dtype, copy=False)
        return _length(offset - nearest) - (self.startRadiusMm + share * (self.endRadiusMm - self.startRadiusMm))

    @property
    def bounds(self):
        ends = np.array([self.start, self.end], dtype=float)
        radii = np.array([[self.startRadiusMm], [self.endRadiusMm]])
        return np.array([(ends - radii).min(axis=0), (ends + radii).max(axis=0)])


@dataclass(frozen=True, eq=False)
class Cone(Shape):
    """An endless cone; the distance is exact.

    :param apex: mm, shape (3,).
    :param axis: from the apex into the cone.
    :param halfAngle: radians, between 0 and pi; above pi/2 the cone is all but a cone.
    """

    apex: np.ndarray
    axis: np.ndarray
    halfAngle: float

    def distance(self, points):
        offset = _relative(points, self.apex)
        height = _along(offset, unitVector(self.axis))
        width = np.sqrt(np.maximum(np.einsum("...i,...i->...", offset, offset) - height * height, 0))
        sine, cosine = np.sin(self.halfAngle), np.cos(self.halfAngle)
        along = np.maximum(width * sine + height * cosine, 0)
        magnitude = np.hypot(width - along * sine, height - along * cosine)
        return np.copysign(magnitude, width * cosine - height * sine).astype(points.dtype, copy=False)


@dataclass(frozen=True, eq=False)
class DentedBall(Shape):
    """A ball whose dome has sunk in smoothly, as after collapse; magnitude right to first order.

    The radius in a direction at an angle t from the axis is radius - depth*cos^2(pi*t/(2*halfAngle)).

    :param center: mm, shape (3,).
    :param radiusMm: radius outside the dent.
    :param axis: from the center to the middle of the dent.
    :param halfAngle: radians; where the dent ends.
    :param depthMm: depth at its middle.
    """

    center: np.ndarray
    radiusMm: float
    axis: np.ndarray
    halfAngle: float
    depthMm: float

    def distance(self, points):
        offset = _relative(points, self.center)
        radius = _length(offset)
        cosine = np.clip(_along(offset, unitVector(self.axis)) / np.maximum(radius, 1e-9), -1, 1)
        share = np.minimum(np.arccos(cosine) / self.halfAngle, 1)
        return radius - (self.radiusMm - self.depthMm * np.cos(np.pi / 2 * share) ** 2)

    @property
    def bounds(self):
        return Sphere(self.center, self.radiusMm).bounds


def sphericalShell(center, innerRadiusMm: float, outerRadiusMm: float) -> Shape:
    """A hollow ball."""
    return Sphere(np.asarray(center, dtype=float), outerRadiusMm) - Sphere(np.asarray(center, dtype=float),
                                                                           innerRadiusMm)


def ballCone(center, axis, radiusMm: float, halfAngle: float) -> Shape:
    """The part of a ball within an angle (radians) of an axis through its center."""
    center = np.asarray(center, dtype=float)
    return Sphere(center, radiusMm) & Cone(center, unitVector(axis), halfAngle)


def sphericalCap(center, axis, radiusMm: float, heightMm: float) -> Shape:
    """The part of a ball beyond a plane across an axis, as high as given at its middle."""
    center, axis = np.asarray(center, dtype=float), unitVector(axis)
    return Sphere(center, radiusMm) & HalfSpace(center + (radiusMm - heightMm) * axis, -axis)
