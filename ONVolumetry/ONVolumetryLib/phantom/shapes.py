"""Signed distances of solid shapes and how shapes are put together.

A distance is in mm, negative inside, zero on the surface, positive outside. Points are arrays (..., 3);
float32 points give float32 distances. The sign is exact for every shape; the magnitude never exceeds the
true distance except where a class says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

UNBOUNDED = np.array([[-np.inf] * 3, [np.inf] * 3])


class Shape:
    """A solid in mm: `distance` of points and a box that holds it."""

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Signed distance to the surface in mm, negative inside.

        :param points: array (..., 3) in mm.
        :return: array (...).
        """
        raise NotImplementedError

    @property
    def bounds(self) -> np.ndarray:
        """Lowest and highest coordinates of a box around the shape, shape (2, 3); infinite where it has no end."""
        return UNBOUNDED

    def __or__(self, other: Shape) -> Shape:
        return Union((self, other))

    def __and__(self, other: Shape) -> Shape:
        return Intersection((self, other))

    def __sub__(self, other: Shape) -> Shape:
        return Difference(self, other)

    def moved(self, matrix: np.ndarray) -> Shape:
        """The shape after a rigid move or a mirroring, given as a 4x4 matrix."""
        return Moved(self, np.array(matrix, dtype=float))

    def grown(self, thicknessMm: float) -> Shape:
        """The shape grown outward by a thickness (inward when negative)."""
        return Grown(self, float(thicknessMm))


@dataclass(frozen=True, eq=False)
class Union(Shape):
    """All that lies in any of the parts."""

    parts: tuple[Shape, ...]

    def distance(self, points):
        result = self.parts[0].distance(points)
        for part in self.parts[1:]:
            result = np.minimum(result, part.distance(points))
        return result

    @property
    def bounds(self):
        boxes = np.array([part.bounds for part in self.parts])
        return np.array([boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)])


@dataclass(frozen=True, eq=False)
class SmoothUnion(Union):
    """All that lies in any of the parts, with the creases between them filled.

    :param blendMm: parts nearer to each other than this flow together (polynomial smooth minimum).
    """

    blendMm: float

    def distance(self, points):
        result = self.parts[0].distance(points)
        for part in self.parts[1:]:
            other = part.distance(points)
            overlap = np.maximum(self.blendMm - np.abs(result - other), 0)
            result = np.minimum(result, other) - overlap * overlap / (4 * self.blendMm)
        return result

    @property
    def bounds(self):
        return Union.bounds.fget(self) + np.array([[-self.blendMm], [self.blendMm]])


@dataclass(frozen=True, eq=False)
class Intersection(Shape):
    """What lies in all of the parts; the distance is exact inside, a lower bound outside."""

    parts: tuple[Shape, ...]

    def distance(self, points):
        result = self.parts[0].distance(points)
        for part in self.parts[1:]:
            result = np.maximum(result, part.distance(points))
        return result

    @property
    def bounds(self):
        boxes = np.array([part.bounds for part in self.parts])
        return np.array([boxes[:, 0].max(axis=0), boxes[:, 1].min(axis=0)])


@dataclass(frozen=True, eq=False)
class Difference(Shape):
    """A shape without what lies in another one."""

    shape: Shape
    removed: Shape

    def distance(self, points):
        return np.maximum(self.shape.distance(points), -self.removed.distance(points))

    @property
    def bounds(self):
        return self.shape.bounds


@dataclass(frozen=True, eq=False)
class Grown(Shape):
    """A shape grown by a thickness in mm, inward when negative."""

    shape: Shape
    thicknessMm: float

    def distance(self, points):
        return self.shape.distance(points) - self.thicknessMm

    @property
    def bounds(self):
        return self.shape.bounds + np.array([[-self.thicknessMm], [self.thicknessMm]])


@dataclass(frozen=True, eq=False)
class Moved(Shape):
    """A shape after a move that keeps distances.

    :param matrix: 4x4; its 3x3 part is a rotation, or a rotation with a mirroring.
    """

    shape: Shape
    matrix: np.ndarray

    def distance(self, points):
        return self.shape.distance(transformPoints(np.linalg.inv(self.matrix), points))

    @property
    def bounds(self):
        if not np.all(np.isfinite(self.shape.bounds)):
            return UNBOUNDED
        corners = transformPoints(self.matrix, boxCorners(self.shape.bounds))
        return np.array([corners.min(axis=0), corners.max(axis=0)])


def transformPoints(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Apply a 4x4 matrix to points (..., 3), keeping their number type."""
    matrix = np.asarray(matrix).astype(points.dtype, copy=False)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def boxCorners(bounds: np.ndarray) -> np.ndarray:
    """The eight corners of a box given as (2, 3) lowest and highest coordinates, shape (8, 3)."""
    return np.array(np.meshgrid(*np.asarray(bounds).T, indexing="ij")).reshape(3, -1).T
