"""The proximal femur at baseline, found from the head's sphere and the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..geometry import GridGeometry
from ..spherecoverage import equalAreaDirections
from .boxes import boxAround, distanceTo, insideAt, voxelCentersRas
from .result import RegistrationVisit
from .smoothed import SmoothedImage, cropAround

STEP_MM = 1.5
REACH_RADII = 2.7
MARROW_BLUR_MM, CORTEX_REACH_MM = 0.8, 1.0
CORE_RADII = 0.8
# Brightness of marrow: within 3.5 robust standard deviations, but no less than 25 and no more than 35 % of its level.
MARROW_SPREADS, MARROW_SHARES = 3.5, (0.25, 0.35)
# Half the width of the narrowest bridge of marrow that belongs to the bone: fat between muscles is thinner.
BRIDGE_MM = 5.0
SMOOTHING_MM = 3.0
LESION_MARGIN_MM = 2.5
# Beyond this angle from the neck lies the socket, so that the femur ends at the head's own cortex.
NECK_SIDE_COSINE = 0.31
JOINT_MARGIN_MM = 1.5
NECK_SEARCH_COSINE, NECK_PRIOR = 0.64, 0.15
DIRECTION_COUNT = 800
# A head cut at the neck has its center of mass 0.06 (cap of 10 %) to 0.2 radii from its sphere's.
WHOLE_BALL_RADII, LOWER_HALF = 0.04, 0.2


@dataclass(frozen=True, eq=False)
class FemurRegion:
    """Where the baseline's image shows femur, lesion left out.

    :param inside: boolean array in KJI order.
    :param grid: its grid.
    :param neckDirection: unit vector from the head's center along the neck, RAS.
    """

    inside: np.ndarray
    grid: GridGeometry
    neckDirection: np.ndarray

    def contains(self, pointsRas: np.ndarray) -> np.ndarray:
        """Whether points (n, 3) lie in the region."""
        return insideAt(self.inside, self.grid, pointsRas)


@dataclass(frozen=True, eq=False)
class _Surroundings:
    """The box around the head: place of its voxels relative to the head's center, and what the image shows there."""

    grid: GridGeometry
    offsets: np.ndarray
    radii: np.ndarray
    isMarrow: np.ndarray
    isLesion: np.ndarray


def femurRegion(visit: RegistrationVisit, marginMm: float) -> FemurRegion:
    """Find head, neck and trochanteric region.

    The head's marrow tells how bright marrow is. What is as bright, and connected to the head by a bridge at least
    10 mm wide on the side of the neck, is femur; it is smoothed and widened by the margin, but on the side of the
    socket it ends just outside the head's sphere.

    :param visit: baseline, with an image.
    :param marginMm: how far the region reaches beyond the marrow.
    """
    radius = visit.sphere.radiusMm
    around = _surroundings(visit)
    neck = _neckDirection(visit, around)
    along = around.offsets @ neck / np.maximum(around.radii, 1e-6)
    isNeckSide = along > NECK_SIDE_COSINE
    isBall = around.radii < radius
    bone = _connectedMarrow(around, isNeckSide, radius) | isBall
    bone = _distance(~_distanceExceeds(~bone, SMOOTHING_MM)) > SMOOTHING_MM
    bone = ndimage.binary_fill_holes(bone)
    region = ~_distanceExceeds(~bone, marginMm)
    region &= isNeckSide | (around.radii <= radius + JOINT_MARGIN_MM)
    return FemurRegion(region & ~around.isLesion, around.grid, neck)


def _surroundings(visit: RegistrationVisit) -> _Surroundings:
    center, radius = np.array(visit.sphere.centerRas), visit.sphere.radiusMm
    grid = boxAround(center, REACH_RADII * radius, STEP_MM)
    points = voxelCentersRas(grid)
    offsets = points - center
    radii = np.linalg.norm(offsets, axis=-1)
    values, inImage = _darkestNearby(visit, np.sqrt(3.0) * REACH_RADII * radius).valuesAt(points.reshape(-1, 3))
    values, inImage = values.reshape(radii.shape), inImage.reshape(radii.shape)
    isLesion = np.zeros(radii.shape, dtype=bool)
    if visit.lesion is not None:
        isLesion = distanceTo(visit.lesion, points.reshape(-1, 3), 2 * LESION_MARGIN_MM).reshape(radii.shape)
        isLesion = isLesion < LESION_MARGIN_MM
    marrow = values[(radii < CORE_RADII * radius) & ~isLesion & inImage]
    isMarrow = inImage & _isAsBright(values, marrow)
    return _Surroundings(grid, offsets, radii, isMarrow & (radii < REACH_RADII * radius), isLesion)


def _darkestNearby(visit: RegistrationVisit, reachMm: float) -> SmoothedImage:
    """The image with every voxel as dark as the darkest around it, so that thin cortex parts marrow from fat."""
    voxels, grid = cropAround(visit.voxels, visit.imageGrid, visit.sphere.centerRas, reachMm)
    blurred = SmoothedImage(voxels, grid, MARROW_BLUR_MM, splineOrder=1).coefficients
    sizes = [2 * round(CORTEX_REACH_MM / spacing) + 1 for spacing in grid.spacingMm[::-1]]
    return SmoothedImage(ndimage.minimum_filter(blurred, size=sizes), grid, 0.0, splineOrder=1)


def _isAsBright(values: np.ndarray, marrow: np.ndarray) -> np.ndarray:
    if marrow.size == 0:
        return np.zeros(values.shape, dtype=bool)
    level = float(np.median(marrow))
    spread = 1.4826 * float(np.median(np.abs(marrow - level)))
    low, high = (share * abs(level) for share in MARROW_SHARES)
    return np.abs(values - level) < np.clip(MARROW_SPREADS * spread, low, high)


def _neckDirection(visit: RegistrationVisit, around: _Surroundings) -> np.ndarray:
    """The direction near that of the cut of the head's outline in which the marrow goes on farthest."""
    guess = headNeckDirection(visit)
    directions = equalAreaDirections(DIRECTION_COUNT)
    if guess is None:
        directions, prior = directions[directions[:, 2] < LOWER_HALF], 0.0
    else:
        directions = directions[directions @ guess > NECK_SEARCH_COSINE]
        prior = NECK_PRIOR * (1.0 - directions @ guess)
    radius = visit.sphere.radiusMm
    width = round(0.7 * radius / STEP_MM) | 1
    share = ndimage.uniform_filter(around.isMarrow.astype(np.float32), width)
    distances = np.linspace(0.9, 1.9, 8) * radius
    points = directions[:, None, :] * distances[:, None] + np.array(visit.sphere.centerRas)
    found = ndimage.map_coordinates(share, around.grid.toIjk(points.reshape(-1, 3)).T[::-1], order=1)
    score = found.reshape(len(directions), -1).mean(axis=1) - prior
    return directions[int(np.argmax(score))]


def headNeckDirection(visit: RegistrationVisit) -> np.ndarray | None:
    """Direction of the neck from the head's outline alone: the outline lacks the part of its ball at the neck.

    :return: unit vector in RAS; None where the outline is a whole ball.
    """
    offset = np.array(visit.sphere.centerRas) - visit.head.pointsRas().mean(axis=0)
    length = float(np.linalg.norm(offset))
    return offset / length if length > WHOLE_BALL_RADII * visit.sphere.radiusMm else None


def _connectedMarrow(around: _Surroundings, isNeckSide: np.ndarray, radius: float) -> np.ndarray:
    allowed = (around.isMarrow & (isNeckSide | (around.radii < radius + 0.5))) | (around.radii < 0.9 * radius)
    wide = _distance(np.pad(allowed, 1))[1:-1, 1:-1, 1:-1] > BRIDGE_MM
    labels, _ = ndimage.label(wide)
    inHead = labels[around.radii < 0.7 * radius]
    counts = np.bincount(inHead[inHead > 0], minlength=1)
    if counts.sum() == 0:
        return np.zeros_like(allowed)
    return ~_distanceExceeds(labels != int(np.argmax(counts)), BRIDGE_MM + CORTEX_REACH_MM)


def _distance(inside: np.ndarray) -> np.ndarray:
    """Distance in mm from each voxel inside to the nearest voxel outside."""
    return ndimage.distance_transform_edt(inside) * STEP_MM


def _distanceExceeds(outside: np.ndarray, limitMm: float) -> np.ndarray:
    """Whether a voxel is farther than the limit from what is not `outside`."""
    return _distance(outside) > limitMm
