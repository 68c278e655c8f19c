"""Least-squares spheres through points: algebraic start, orthogonal-distance refinement."""

from __future__ import annotations

import numpy as np

from .errors import SphereFitError

MAXIMUM_CONDITION_NUMBER = 1e4
MAXIMUM_ITERATIONS = 50
CONVERGENCE_MM = 1e-5


def algebraicSphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Sphere by linear least squares on |p|^2 = 2 c.p + (R^2 - |c|^2).

    :param points: (n, 3) in mm, n >= 4.
    :return: center (3,) and radius in mm.
    :raises SphereFitError: the points lie nearly in a plane or on a line (condition number above 1e4).
    """
    middle = points.mean(axis=0)
    local = points - middle
    scale = float(np.sqrt(np.mean(np.sum(local * local, axis=1))))
    if not scale > 0:
        raise SphereFitError("all points coincide; place them around the femoral head")
    local = local / scale
    design = np.column_stack([2.0 * local, np.ones(len(local))])
    if np.linalg.cond(design) > MAXIMUM_CONDITION_NUMBER:
        raise SphereFitError("the points lie nearly in one plane; add points on other slices of the head")
    solution = np.linalg.lstsq(design, np.sum(local * local, axis=1), rcond=None)[0]
    squaredRadius = solution[3] + solution[:3] @ solution[:3]
    if squaredRadius <= 0:
        raise SphereFitError("no sphere passes near the points; check that they lie on the femoral head")
    return solution[:3] * scale + middle, float(np.sqrt(squaredRadius)) * scale


def radialResiduals(points: np.ndarray, center: np.ndarray, radius: float) -> np.ndarray:
    """Signed distance of each point from the sphere in mm, positive outside."""
    return np.linalg.norm(points - center, axis=1) - radius


def geometricSphere(points: np.ndarray, center: np.ndarray, radius: float, weightOf) -> tuple[np.ndarray, float]:
    """Refine a sphere by Gauss-Newton steps on the weighted orthogonal distances.

    :param weightOf: function from residuals (n,) in mm to weights (n,), for iterative re-weighting.
    :raises SphereFitError: the weighted points no longer determine a sphere.
    """
    for _ in range(MAXIMUM_ITERATIONS):
        residuals = radialResiduals(points, center, radius)
        weights = weightOf(residuals)
        jacobian = distanceJacobian(points, center)
        normal = (jacobian * weights[:, None]).T @ jacobian
        if np.count_nonzero(weights) < 4 or np.linalg.cond(normal) > MAXIMUM_CONDITION_NUMBER ** 2:
            raise SphereFitError("too little of the head's surface fits a sphere; check the outline of the head")
        step = np.linalg.solve(normal, jacobian.T @ (weights * residuals))
        center, radius = center + step[:3], radius + step[3]
        if np.max(np.abs(step)) < CONVERGENCE_MM:
            break
    return center, float(radius)


def distanceJacobian(points: np.ndarray, center: np.ndarray) -> np.ndarray:
    """Change of each point's radial residual with center (x, y, z) and radius, negated: (n, 4)."""
    offsets = points - center
    distances = np.linalg.norm(offsets, axis=1)
    return np.column_stack([offsets / np.maximum(distances, 1e-12)[:, None], np.ones(len(points))])


def parameterCovariance(points, residuals, center, groups=None) -> np.ndarray:
    """Covariance of center and radius, 4x4 in mm2, of an unweighted fit to inliers.

    :param groups: integer label a point (its slice); residuals of one group are taken as correlated
        (sandwich estimate clustered by group). None: independent residuals.
    """
    jacobian = distanceJacobian(points, center)
    bread = np.linalg.inv(jacobian.T @ jacobian)
    if groups is None or len(np.unique(groups)) < 5:
        variance = float(residuals @ residuals) / max(len(points) - 4, 1)
        return bread * variance
    scores = jacobian * residuals[:, None]
    order, index = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(order), 4))
    np.add.at(sums, index, scores)
    correction = len(order) / (len(order) - 1)
    return bread @ (sums.T @ sums) @ bread * correction


def clickedCovariance(points, residuals, center, contourSdMm: float) -> np.ndarray:
    """Covariance of center and radius, 4x4 in mm2, of a fit to a few clicked points.

    The scatter of n points about a sphere with four parameters says little for n near 4 (nothing for 4), so it counts
    only where it exceeds what a click's own uncertainty explains.

    :param contourSdMm: standard deviation of a click's position.
    """
    jacobian = distanceJacobian(points, center)
    scatter = float(residuals @ residuals) / max(len(points) - 4, 1)
    return np.linalg.inv(jacobian.T @ jacobian) * max(scatter, contourSdMm ** 2)
