"""Rigid transforms as 4x4 matrices in RAS, mm."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from ..errors import GeometryError

RIGID_TOLERANCE = 1e-3


def rigidMatrix(rotationVector, translation, center) -> np.ndarray:
    """Turn about a center, then shift.

    :param rotationVector: axis times angle in radians.
    :param translation: shift of the center in mm.
    :param center: fixed point of the turn, mm.
    """
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(np.asarray(rotationVector, dtype=float)).as_matrix()
    center = np.asarray(center, dtype=float)
    matrix[:3, 3] = center + np.asarray(translation, dtype=float) - matrix[:3, :3] @ center
    return matrix


def applyTo(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Carry points (..., 3)."""
    return np.asarray(points, dtype=float) @ matrix[:3, :3].T + matrix[:3, 3]


def inverseOf(matrix: np.ndarray) -> np.ndarray:
    """Inverse of a rigid matrix, rigid to the last digit."""
    inverse = np.eye(4)
    inverse[:3, :3] = matrix[:3, :3].T
    inverse[:3, 3] = -matrix[:3, :3].T @ matrix[:3, 3]
    return inverse


def rotationDegrees(matrix: np.ndarray) -> float:
    """Angle of the turn."""
    return float(np.degrees(Rotation.from_matrix(matrix[:3, :3]).magnitude()))


def ballDistanceMm(first: np.ndarray, second: np.ndarray, center: np.ndarray, radiusMm: float) -> float:
    """Root mean square distance between where two rigid transforms put the points of a ball.

    The mean of |(Q - 1) p|^2 over a ball of radius R is R^2 / 5 times the squared Frobenius norm of Q - 1.
    """
    shift = applyTo(first, center) - applyTo(second, center)
    turn = first[:3, :3] - second[:3, :3]
    return float(np.sqrt(shift @ shift + radiusMm ** 2 / 5.0 * np.sum(turn ** 2)))


def requireRigid(matrix: np.ndarray) -> np.ndarray:
    """The matrix, if it neither scales, shears nor mirrors.

    :raises GeometryError: it does.
    """
    matrix = np.asarray(matrix, dtype=float)
    if matrix.shape != (4, 4) or not np.all(np.isfinite(matrix)):
        raise GeometryError("the transform is not a 4x4 matrix of numbers; export a rigid transform")
    turn = matrix[:3, :3]
    isTurn = np.max(np.abs(turn.T @ turn - np.eye(3))) < RIGID_TOLERANCE and np.linalg.det(turn) > 0
    if not isTurn or not np.allclose(matrix[3], [0, 0, 0, 1], atol=1e-9):
        raise GeometryError("the transform scales, shears or mirrors the femur; export a rigid transform")
    left, _, right = np.linalg.svd(turn)
    exact = np.eye(4)
    exact[:3, :3], exact[:3, 3] = left @ right, matrix[:3, 3]
    return exact
