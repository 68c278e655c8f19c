"""How far two outlines lie apart: overlap of their voxels, distances of their sub-voxel surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from ..core.mask import Mask
from ..core.signeddistance import PADDING_VOXELS, signedDistanceMm
from .errors import StatisticError

# Six tetrahedra around the diagonal 000-111 fill a cell; corner indices are bits (k, j, i).
CELL_TETRAHEDRA = ((0, 1, 3, 7), (0, 3, 2, 7), (0, 2, 6, 7), (0, 6, 4, 7), (0, 4, 5, 7), (0, 5, 1, 7))
# Triangles are divided until the nearest centers of triangles surely hold the nearest triangle.
LONGEST_EDGE_MM = 1.0
NEAREST_TRIANGLES = 8
PERCENTILE = 0.95


@dataclass(frozen=True)
class Overlap:
    """Two outlines of the same object.

    :param dice: 2 |A and B| / (|A| + |B|).
    :param hausdorffMm: largest distance of a point of either surface to the other surface.
    :param hausdorff95Mm: larger of the two 95th percentiles (by area) of these distances.
    :param averageDistanceMm: average symmetric surface distance: both surfaces' distances averaged over their areas.
    """

    dice: float
    hausdorffMm: float
    hausdorff95Mm: float
    averageDistanceMm: float


def overlap(first: Mask, second: Mask) -> Overlap:
    """Compare two outlines, on the same grid or on different ones.

    :raises StatisticError: one of them is empty.
    """
    if first.isEmpty or second.isEmpty:
        raise StatisticError("not computed: one reader outlined nothing")
    surfaces = [surfaceTriangles(mask) for mask in (first, second)]
    distances = [_distances(own, other) for own, other in (surfaces, surfaces[::-1])]
    areas = [_areas(surface) for surface in surfaces]
    total = sum(float(np.sum(area * distance)) for area, (distance, _) in zip(areas, distances))
    return Overlap(
        dice(first, second), max(farthest for _, farthest in distances),
        max(_weightedQuantile(distance, area) for area, (distance, _) in zip(areas, distances)),
        total / float(sum(np.sum(area) for area in areas)))


def dice(first: Mask, second: Mask) -> float:
    """Dice coefficient; outlines on different grids meet on the finer one, by their signed distances."""
    if first.grid.isSameLattice(second.grid):
        return 2.0 * first.countInside(second) / (first.voxelCount + second.voxelCount)
    if first.geometry.voxelVolumeMm3 > second.geometry.voxelVolumeMm3:
        first, second = second, first
    corners = first.grid.toIjk(second.geometry.cornersRas())
    low = np.minimum(np.floor(corners.min(axis=0)), first.offsetIjk).astype(int)
    high = np.maximum(np.ceil(corners.max(axis=0)), np.add(first.offsetIjk, first.voxels.shape[::-1])).astype(int)
    k, j, i = np.meshgrid(*(np.arange(start, end + 1) for start, end in zip(low[::-1], high[::-1])), indexing="ij")
    points = first.grid.toRas(np.stack([i, j, k], axis=-1))
    isFirst, isSecond = (_distanceAt(mask, points) > 0 for mask in (first, second))
    return 2.0 * float(np.sum(isFirst & isSecond)) / float(np.sum(isFirst) + np.sum(isSecond))


def _distanceAt(mask: Mask, pointsRas: np.ndarray) -> np.ndarray:
    """Signed distance of a segment at RAS points, linear between voxel centers, negative far outside."""
    indices = mask.grid.toIjk(pointsRas) - np.asarray(mask.offsetIjk) + PADDING_VOXELS
    return map_coordinates(signedDistanceMm(mask), np.moveaxis(indices[..., ::-1], -1, 0), order=1, cval=-1.0)


def surfaceTriangles(mask: Mask) -> np.ndarray:
    """Sub-voxel surface of a segment by marching tetrahedra.

    :return: (n, 3, 3) corners of triangles in RAS mm, no edge longer than 1 mm.
    """
    distance = signedDistanceMm(mask).astype(float)
    corners = np.array(list(np.ndindex(2, 2, 2)))
    cells = tuple(size - 1 for size in distance.shape)
    inside = sum((distance[tuple(slice(bit, bit + size) for bit, size in zip(corner, cells))] > 0).astype(np.uint8)
                 for corner in corners)
    crossed = np.argwhere((inside > 0) & (inside < len(corners)))
    places = crossed[:, None, :] + corners[None, :, :]
    values = distance[tuple(np.moveaxis(places, -1, 0))]
    found = [part for tetrahedron in CELL_TETRAHEDRA
             for part in _tetrahedronTriangles(values[:, tetrahedron], places[:, tetrahedron].astype(float))]
    kji = np.concatenate(found)
    ijk = kji[..., ::-1] - PADDING_VOXELS + np.asarray(mask.offsetIjk)
    return _divided(mask.grid.toRas(ijk))


def _tetrahedronTriangles(values: np.ndarray, places: np.ndarray) -> list[np.ndarray]:
    """Triangles at which the linear field of tetrahedra is zero; values (n, 4), places (n, 4, 3)."""
    order = np.argsort(values, axis=1)
    values = np.take_along_axis(values, order, axis=1)
    places = np.take_along_axis(places, order[..., None], axis=1)
    count = (values > 0).sum(axis=1)

    def triangle(isUsed: np.ndarray, *edges: tuple[int, int]) -> np.ndarray:
        v, p = values[isUsed], places[isUsed]
        shares = [v[:, [a]] / (v[:, [a]] - v[:, [b]]) for a, b in edges]
        return np.stack([p[:, a] + share * (p[:, b] - p[:, a]) for share, (a, b) in zip(shares, edges)], axis=1)

    return [triangle(count == 1, (3, 0), (3, 1), (3, 2)), triangle(count == 3, (0, 1), (0, 2), (0, 3)),
            triangle(count == 2, (2, 0), (2, 1), (3, 1)), triangle(count == 2, (2, 0), (3, 1), (3, 0))]


def _divided(triangles: np.ndarray) -> np.ndarray:
    """Halve the longest edge of triangles until none is too long."""
    done = []
    while len(triangles):
        edges = np.linalg.norm(triangles - np.roll(triangles, -1, axis=1), axis=2)
        longest = np.argmax(edges, axis=1)
        isLong = edges[np.arange(len(edges)), longest] > LONGEST_EDGE_MM
        done.append(triangles[~isLong])
        long = triangles[isLong]
        index, rows = longest[isLong], np.arange(len(long))
        a, b, c = (long[rows, (index + step) % 3] for step in range(3))
        middle = (a + b) / 2
        triangles = np.concatenate([np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])
    return np.concatenate(done)


def _areas(triangles: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1) / 2


def _distances(surface: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, float]:
    """Distances of a surface's triangle centers to another surface, and the largest one of its corners."""
    tree = cKDTree(other.mean(axis=1))
    atCenters = _pointDistances(surface.mean(axis=1), other, tree)
    # A corner is at most an edge farther away than its center, so that only the farthest triangles matter.
    farthest = surface[atCenters >= np.max(atCenters) - LONGEST_EDGE_MM]
    corners = np.unique(np.round(farthest.reshape(-1, 3), 6), axis=0)
    return atCenters, float(np.max(_pointDistances(corners, other, tree)))


def _pointDistances(points: np.ndarray, triangles: np.ndarray, tree: cKDTree) -> np.ndarray:
    count = min(NEAREST_TRIANGLES, len(triangles))
    nearest = np.reshape(tree.query(points, k=count)[1], (len(points), count))
    best = np.full(len(points), np.inf)
    for column in nearest.T:
        best = np.minimum(best, _toTriangle(points, triangles[column]))
    return best


def _toTriangle(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Distance of each point to its triangle: to the plane where it projects inside, else to the nearest edge."""
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    distance = np.minimum.reduce([_toSegment(points, start, end) for start, end in ((a, b), (b, c), (c, a))])
    normal = np.cross(b - a, c - a)
    square = np.sum(normal * normal, axis=1)
    isFlat = square < 1e-20
    square = np.where(isFlat, 1.0, square)
    isInside = ~isFlat
    for start, end in ((a, b), (b, c), (c, a)):
        isInside &= np.sum(np.cross(end - start, points - start) * normal, axis=1) >= 0
    height = np.abs(np.sum((points - a) * normal, axis=1)) / np.sqrt(square)
    return np.where(isInside, height, distance)


def _toSegment(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    along = end - start
    square = np.sum(along * along, axis=1)
    share = np.clip(np.sum((points - start) * along, axis=1) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    return np.linalg.norm(points - start - share[:, None] * along, axis=1)


def _weightedQuantile(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, PERCENTILE * cumulative[-1])])
