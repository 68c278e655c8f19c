"""Sphere of the femoral head, from a segment's boundary or from points that a reader clicked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .errors import SegmentError, SphereFitError
from .geometry import SliceStack
from .mask import Mask
from .spherecoverage import clickedCoverage, surfaceCoverage
from .spheremodel import algebraicSphere, clickedCovariance, geometricSphere, parameterCovariance, radialResiduals
from .spheresearch import consensusSphere

MINIMUM_COVERAGE = 0.40
PLAUSIBLE_RADIUS_MM = (18.0, 30.0)
DOME_COSINE = 0.766
POLE_COSINE = 0.906
# Beyond this many points the condition number alone tells whether they suffice.
MANY_POINTS = 100


@dataclass(frozen=True)
class SphereFit:
    """Sphere of a femoral head.

    :param centerRas: center in RAS, mm.
    :param radiusMm: radius.
    :param radiusSeMm: standard error of the radius from the scatter of the points (without the outline's own offset).
    :param rmsMm: root mean square distance of the inliers from the sphere (sphericity).
    :param maximumResidualMm: largest distance of an inlier from the sphere.
    :param collapseDepthMm: largest inward distance of the superior dome (directions within 40 degrees of patient
        superior, which the neck's cut does not reach) from the sphere; 0 where none lies inward; None where no outline
        comes within 25 degrees of superior, as on axial slices. Normal heads reach 2.4 mm.
    :param inlierFraction: share of the points that lie within the tolerance.
    :param coverage: share of the head's directions that the inliers cover.
    :param pointCount: number of points.
    """

    centerRas: tuple[float, float, float]
    radiusMm: float
    radiusSeMm: float
    rmsMm: float
    maximumResidualMm: float
    collapseDepthMm: float | None
    inlierFraction: float
    coverage: float
    pointCount: int

    @property
    def volumeMm3(self) -> float:
        return 4.0 / 3.0 * np.pi * self.radiusMm ** 3

    @property
    def isPlausibleAdult(self) -> bool:
        """Whether the diameter is one of an adult head, 36 to 60 mm."""
        return PLAUSIBLE_RADIUS_MM[0] <= self.radiusMm <= PLAUSIBLE_RADIUS_MM[1]


def fitSphereToMask(mask: Mask, stack: SliceStack, toleranceMm: float = 1.25) -> SphereFit:
    """Sphere of the head from the boundary of its segment.

    :param mask: head segment (with the lesion).
    :param stack: slice axis; outlines are taken within the slices only, since the faces of the end slices and the
        steps between slices are not boundary of the head.
    :param toleranceMm: distance within which a boundary point counts as head.
    :raises SphereFitError: too little of the boundary is a sphere.
    :raises SegmentError: the segment is empty.
    """
    points, slices = inSliceBoundary(mask, stack.axis)
    return fitSphereToBoundary(points, toleranceMm, slices)


def fitSphereToBoundary(points: np.ndarray, toleranceMm: float = 1.25, groups=None) -> SphereFit:
    """Sphere of the head from a dense set of boundary points of which some are not head.

    Robust: consensus of random samples, then orthogonal-distance fit with Tukey's weights, so that neither the neck
    nor a collapsed dome pulls the sphere.

    :param points: (n, 3) in RAS, mm.
    :param toleranceMm: inlier tolerance.
    :param groups: slice of each point, for the standard error; None where points are independent.
    :raises SphereFitError: fewer than four points, points in one plane, or less than 40 % of the sphere covered.
    """
    points = _checkedPoints(points)
    algebraicSphere(points)
    start = consensusSphere(points, toleranceMm)
    if start is None:
        raise SphereFitError("no sphere of a femoral head's size fits the boundary; check the outline of the head")
    # Tukey's weight falls to 0 at the cutoff; a wider one would let the gentle edge of a collapse pull the sphere.
    cutoff = 1.2 * toleranceMm
    center, radius = geometricSphere(points, *start, lambda r: np.clip(1.0 - (r / cutoff) ** 2, 0.0, None) ** 2)
    residuals = radialResiduals(points, center, radius)
    inliers = np.abs(residuals) <= toleranceMm
    if np.count_nonzero(inliers) < 4:
        raise SphereFitError("too little of the head's surface fits a sphere; check the outline of the head")
    coverage = surfaceCoverage(points[inliers] - center)
    _requireCoverage(coverage)
    covariance = parameterCovariance(points[inliers], residuals[inliers], center,
                                     None if groups is None else groups[inliers])
    return _described(points, (center, radius), inliers, coverage, covariance)


def fitSphereToClickedPoints(points: np.ndarray, contourSdMm: float = 0.5) -> SphereFit:
    """Sphere of the head through at least four (better six to twelve) points clicked on its contour.

    Every click counts: a reader who clicks the neck is told so by the residuals, not overruled.

    :param points: (n, 3) in RAS, mm.
    :param contourSdMm: standard deviation of a click's position; few points seem to fit better than they do.
    :raises SphereFitError: fewer than four points, points in one plane, or less than 40 % of the sphere covered.
    """
    points = _checkedPoints(points)
    center, radius = geometricSphere(points, *algebraicSphere(points), np.ones_like)
    coverage = clickedCoverage(points - center)
    _requireCoverage(coverage)
    covariance = clickedCovariance(points, radialResiduals(points, center, radius), center, contourSdMm)
    return _described(points, (center, radius), np.ones(len(points), dtype=bool), coverage, covariance)


def inSliceBoundary(mask: Mask, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Points on the segment's outlines within the slices, to sub-voxel accuracy.

    Between neighboring voxels of a row or column of which one is inside, the true boundary lies anywhere between the
    two centers; their midpoint has no bias.

    :param axis: slice axis (0, 1, 2 for I, J, K).
    :return: points (n, 3) in RAS, and the slice index of each (n,).
    :raises SegmentError: the segment is empty.
    """
    if mask.isEmpty:
        raise SegmentError("the segment is empty")
    padded = _withoutHoles(np.pad(mask.voxels, 1), 2 - axis)
    points = []
    for direction in range(3):
        if direction == axis:
            continue
        along = 2 - direction
        steps = np.argwhere(np.diff(padded.astype(np.int8), axis=along))[:, ::-1].astype(float) - 1.0
        steps[:, direction] += 0.5
        points.append(steps)
    pointsIjk = np.concatenate(points) + np.asarray(mask.offsetIjk)
    return mask.grid.toRas(pointsIjk), pointsIjk[:, axis].astype(int)


def _withoutHoles(padded: np.ndarray, sliceAxis: int) -> np.ndarray:
    """The segment with holes within its slices filled; the array has a margin of background around it."""
    connectivity = np.expand_dims(ndimage.generate_binary_structure(2, 1), sliceAxis)
    neighbors = np.pad(connectivity, [(1, 1) if axis == sliceAxis else (0, 0) for axis in range(3)])
    background, _ = ndimage.label(~padded, structure=neighbors)
    corner = tuple(slice(None) if axis == sliceAxis else slice(0, 1) for axis in range(3))
    return background != background[corner]


def _collapseDepth(offsets: np.ndarray, residuals: np.ndarray) -> float | None:
    cosines = offsets[:, 2] / np.maximum(np.linalg.norm(offsets, axis=1), 1e-12)
    if np.max(cosines) < POLE_COSINE:
        return None
    return float(max(0.0, -np.min(residuals[cosines > DOME_COSINE])))


def _checkedPoints(points) -> np.ndarray:
    points = np.asarray(points, dtype=float).reshape(-1, 3)
    if not np.all(np.isfinite(points)):
        raise SphereFitError("a point has no finite coordinates; place it again")
    distinct = len(points) if len(points) > MANY_POINTS else len(np.unique(points, axis=0))
    if distinct < 4:
        raise SphereFitError(f"{distinct} points do not determine a sphere; place at least 4 (better 6 to 12)")
    return points


def _requireCoverage(coverage: float):
    if coverage < MINIMUM_COVERAGE:
        raise SphereFitError(f"the points cover {100 * coverage:.0f} % of the head's surface, less than 40 %; "
                             "outline or click more of the head")


def _described(points, sphere, inliers, coverage, covariance) -> SphereFit:
    center, radius = sphere
    residuals = radialResiduals(points, center, radius)
    inlierResiduals = residuals[inliers]
    return SphereFit(
        centerRas=tuple(float(value) for value in center),
        radiusMm=float(radius),
        radiusSeMm=float(np.sqrt(covariance[3, 3])),
        rmsMm=float(np.sqrt(np.mean(inlierResiduals ** 2))),
        maximumResidualMm=float(np.max(np.abs(inlierResiduals))),
        collapseDepthMm=_collapseDepth(points - center, residuals),
        inlierFraction=float(np.mean(inliers)),
        coverage=coverage,
        pointCount=len(points),
    )
