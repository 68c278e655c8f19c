"""Alignment by the outlines of the head alone, and how far two outlines are apart."""

from __future__ import annotations

import numpy as np

from ..shapefield import ShapeField
from ..sphere import inSliceBoundary
from .result import RegistrationVisit
from .rigid import applyTo, rigidMatrix
from .samples import isChanged

# How much patients turn between two scans, a standard deviation for each axis, where nothing else tells.
TURN_SD_DEGREES = 4.0
# Neighboring boundary points share their reader's error: one independent point each so many mm2 of surface.
PATCH_MM2 = 300.0
# Normals are taken over several voxels, since the steps of an outline would feign a knowledge of the turn.
STEPS, DIFFERENCE_MM = 15, 5.0
POINT_COUNT, SEED = 2000, 20_262
NECK_SIDE_COSINE = 0.2


def headSurfaceDistanceMm(baseline: RegistrationVisit, followup: RegistrationVisit, followupToBaseline: np.ndarray,
                          neckDirection: np.ndarray) -> float | None:
    """Mean distance of the follow-up's outline of the head from the baseline's, away from neck and lesions.

    :param neckDirection: unit vector in the baseline.
    :return: None where lesions leave nothing of the outline.
    """
    points = _surfacePoints(followup, followupToBaseline[:3, :3].T @ neckDirection)
    moved = applyTo(followupToBaseline, points)
    moved = moved[~isChanged(baseline, moved, neckDirection)]
    if len(moved) == 0:
        return None
    return float(np.mean(np.abs(_surfaceDistance(ShapeField(baseline.head, baseline.stack), moved))))


def alignHeads(baseline: RegistrationVisit, followup: RegistrationVisit,
               neckDirection: np.ndarray) -> tuple[np.ndarray, float]:
    """Lay the follow-up's outline of the head on the baseline's.

    The spheres' centers fix the shift; the outline's departure from a ball, above all its cut at the neck, fixes the
    turn as far as it can, beside the knowledge that patients lie much the same.

    :return: 4x4 from follow-up to baseline, and its standard error over the head in mm.
    """
    center = np.array(followup.sphere.centerRas)
    transform = rigidMatrix(np.zeros(3), np.array(baseline.sphere.centerRas) - center, center)
    points, _ = inSliceBoundary(followup.head, followup.stack.axis)
    points = points[~isChanged(followup, points, neckDirection)]
    points = points[np.random.default_rng(SEED).permutation(len(points))[:POINT_COUNT]]
    field = ShapeField(baseline.head, baseline.stack)
    prior = np.diag([1.0 / np.radians(TURN_SD_DEGREES) ** 2] * 3 + [0.0] * 3)
    turned = np.zeros(3)
    for _ in range(STEPS):
        moved = applyTo(transform, points)
        distance = np.clip(_surfaceDistance(field, moved), -3.0, 3.0)
        jacobian = _surfaceJacobian(field, moved, np.array(baseline.sphere.centerRas))
        variance = max(float(np.mean(distance ** 2)), 0.1)
        # A sphere's area stands for the head's.
        independent = 4.0 * np.pi * followup.sphere.radiusMm ** 2 / PATCH_MM2
        weight = independent / len(points) / variance
        information = weight * jacobian.T @ jacobian + prior
        gradient = -weight * jacobian.T @ distance - prior @ np.append(turned, np.zeros(3))
        increment = np.linalg.lstsq(information, gradient, rcond=1e-10)[0]
        turned = turned + increment[:3]
        transform = rigidMatrix(increment[:3], increment[3:], np.array(baseline.sphere.centerRas)) @ transform
        if np.max(np.abs(increment)) < 1e-4:
            break
    return transform, headErrorMm(np.linalg.inv(information), followup.sphere.radiusMm)


def headErrorMm(covariance: np.ndarray, radiusMm: float) -> float:
    """Root mean square displacement over a ball about the center of the turns.

    The mean of |w x p|^2 over a ball is 2/5 R^2 |w|^2.

    :param covariance: 6x6 of turn (radians) and shift (mm).
    """
    turn, shift = np.trace(covariance[:3, :3]), np.trace(covariance[3:, 3:])
    return float(np.sqrt(max(shift + 0.4 * radiusMm ** 2 * turn, 0.0)))


def _surfacePoints(visit: RegistrationVisit, neckDirection: np.ndarray) -> np.ndarray:
    """Outline of the head without neck, lesion and collapsed dome."""
    points, _ = inSliceBoundary(visit.head, visit.stack.axis)
    offsets = points - np.array(visit.sphere.centerRas)
    isNeck = offsets @ neckDirection > NECK_SIDE_COSINE * np.linalg.norm(offsets, axis=1)
    points = points[~isNeck]
    return points[~isChanged(visit, points, neckDirection)]


def _surfaceDistance(field: ShapeField, points: np.ndarray) -> np.ndarray:
    """Signed distance along the surface's normal: the distance within the slice over the length of its gradient."""
    return field.at(points) / np.maximum(np.linalg.norm(_fieldGradient(field, points), axis=1), 0.5)


def _fieldGradient(field: ShapeField, points: np.ndarray) -> np.ndarray:
    steps = DIFFERENCE_MM * np.eye(3)
    return np.stack([(field.at(points + step) - field.at(points - step)) / (2 * DIFFERENCE_MM) for step in steps],
                    axis=1)


def _surfaceJacobian(field: ShapeField, points: np.ndarray, center: np.ndarray) -> np.ndarray:
    gradient = _fieldGradient(field, points)
    normal = gradient / np.maximum(np.linalg.norm(gradient, axis=1, keepdims=True), 0.5)
    return np.hstack([np.cross(points - center, normal), normal])


