"""Directions spread over a sphere, and which of them are neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import sparse
from scipy.spatial import ConvexHull, cKDTree

from ..spherecoverage import equalAreaDirections


@dataclass(frozen=True, eq=False)
class DirectionMesh:
    """Unit vectors over the sphere, joined to triangles.

    :param directions: (n, 3).
    :param edges: (m, 2) pairs of neighbors, each once.
    :param triangles: (t, 3).
    """

    directions: np.ndarray
    edges: np.ndarray
    triangles: np.ndarray

    @property
    def bending(self) -> sparse.csr_matrix:
        """Matrix B (n, n): a'Ba is the sum of squares by which values differ from the mean of their neighbors."""
        count = len(self.directions)
        first, second = self.edges.T
        ones = np.ones(len(first))
        adjacency = sparse.csr_matrix((ones, (first, second)), (count, count))
        adjacency = adjacency + adjacency.T
        mean = sparse.diags(1.0 / np.asarray(adjacency.sum(axis=1)).ravel()) @ adjacency
        roughness = sparse.identity(count) - mean
        return (roughness.T @ roughness).tocsr()

    def nearest(self, vectors: np.ndarray, count: int = 3) -> tuple[np.ndarray, np.ndarray]:
        """The directions nearest to vectors (k, 3), and weights that interpolate between them.

        :return: indices and weights, both (k, count).
        """
        unit = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
        distances, indices = cKDTree(self.directions).query(unit, k=count)
        weights = 1.0 / np.maximum(distances, 1e-4) ** 2
        return indices, weights / weights.sum(axis=1, keepdims=True)


@lru_cache(maxsize=4)
def directionMesh(count: int) -> DirectionMesh:
    """An even mesh of some hundred or thousand directions."""
    directions = equalAreaDirections(count)
    triangles = ConvexHull(directions).simplices
    pairs = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1)
    return DirectionMesh(directions, np.unique(pairs, axis=0), triangles)
