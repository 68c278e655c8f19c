"""Register a follow-up to the baseline: by the image, by the head's outline, or by the user's transform."""

from __future__ import annotations

import numpy as np

from .correlation import matchBrightness
from .femurregion import REACH_RADII, femurRegion, headNeckDirection
from .headsurface import alignHeads, headSurfaceDistanceMm
from .quality import Quality, imageErrorMm, judge, scatterErrorMm
from .refine import Alignment, alignImages
from .result import BY_HEAD_SURFACE, BY_IMAGE, BY_USER, RegistrationResult, RegistrationSettings, RegistrationVisit
from .rigid import applyTo, ballDistanceMm, inverseOf, requireRigid
from .samples import isChanged, samplePoints
from .smoothed import SmoothedImage, cropAround
from .start import nearbyStarts, startTransform

START_BLUR_MM, NEARBY_BLUR_MM, MIDDLE_BLUR_MM, FINE_BLUR_MM = 2.5, 1.8, 1.2, 0.6
# Room around the femur for the follow-up's position being known only by the head's center.
ROOM_MM = 15.0
FEWEST_POINTS = 500
# The femur without its head, which must tell the same.
BEYOND_HEAD_RADII = 1.2


def registerFollowup(baseline: RegistrationVisit, followup: RegistrationVisit,
                     settings: RegistrationSettings | None = None,
                     userTransform: np.ndarray | None = None) -> RegistrationResult:
    """Find the rigid transform that carries the follow-up's femur to the baseline's.

    The same input always gives the same result: points are chosen with a fixed seed and nothing depends on the number
    of threads.

    :param settings: defaults of the method where None.
    :param userTransform: 4x4 from follow-up to baseline, RAS in mm, that is to be used; its quality is still judged.
    :raises GeometryError: the user's transform is not rigid.
    """
    settings = settings or RegistrationSettings()
    if userTransform is not None:
        userTransform = requireRigid(userTransform)
    if baseline.hasImage and followup.hasImage:
        images = _ImagePair(baseline, followup, settings)
        if len(images.points) >= FEWEST_POINTS:
            return images.judged(userTransform)
    return _byHeadSurface(baseline, followup, settings, userTransform)


class _ImagePair:
    """Two images around the femur, and the points at which they are compared."""

    def __init__(self, baseline: RegistrationVisit, followup: RegistrationVisit, settings: RegistrationSettings):
        self.baseline, self.followup, self.settings = baseline, followup, settings
        self.centers = np.array(baseline.sphere.centerRas), np.array(followup.sphere.centerRas)
        self.ball = self.centers[0], baseline.sphere.radiusMm
        reach = REACH_RADII * baseline.sphere.radiusMm + ROOM_MM
        self.crops = [cropAround(visit.voxels, visit.imageGrid, center, reach)
                      for visit, center in zip((baseline, followup), self.centers)]
        self.region = femurRegion(baseline, settings.marginMm)
        self.points = samplePoints(baseline, self.region)

    def judged(self, userTransform: np.ndarray | None) -> RegistrationResult:
        """Align, or take the user's transform, and judge it."""
        middle, fine = self._blurred(MIDDLE_BLUR_MM), self._blurred(FINE_BLUR_MM)
        start = self._start() if userTransform is None else inverseOf(userTransform)
        points = self._unchangedAtFollowup(start)
        found = self._best(start, points, middle, fine) if userTransform is None else alignImages(
            *fine, points, self.centers[0], start)
        transform, errorMm = found.baselineToFollowup, self._errorMm(fine, found, points)
        if userTransform is not None:
            errorMm = float(np.hypot(errorMm, ballDistanceMm(start, transform, *self.ball)))
            transform = start
        return self._result(transform, middle, points, errorMm, userTransform is not None)

    def _best(self, start: np.ndarray, points: np.ndarray, middle, fine) -> Alignment:
        """The best of several alignments in the finest images."""
        candidates = nearbyStarts(*self._blurred(NEARBY_BLUR_MM), points, self.centers[0], start)
        alignments = []
        for candidate in candidates:
            nearer = alignImages(*middle, points, self.centers[0], candidate).baselineToFollowup
            alignments.append(alignImages(*fine, points, self.centers[0], nearer))
        return max(alignments, key=lambda alignment: alignment.likeness)

    def _result(self, transform, middle, points, errorMm: float, isUsers: bool) -> RegistrationResult:
        toBaseline = inverseOf(transform)
        before, _ = _metric(middle, points, np.eye(4))
        after, shareInside = _metric(middle, points, transform)
        surface = headSurfaceDistanceMm(self.baseline, self.followup, toBaseline, self.region.neckDirection)
        center = float(np.linalg.norm(applyTo(toBaseline, self.centers[1]) - self.centers[0]))
        verdict, reason = judge(Quality(after or 0.0, shareInside, surface, center, errorMm), self.settings)
        return RegistrationResult(toBaseline, verdict, reason, BY_USER if isUsers else BY_IMAGE, before, after,
                                  surface, center, errorMm)

    def _blurred(self, blurMm: float, splineOrder: int = 3) -> list[SmoothedImage]:
        return [SmoothedImage(*crop, blurMm, splineOrder) for crop in self.crops]

    def _start(self) -> np.ndarray:
        return startTransform(*self._blurred(START_BLUR_MM, 1), self.points, self.centers)

    def _unchangedAtFollowup(self, transform: np.ndarray) -> np.ndarray:
        neck = transform[:3, :3] @ self.region.neckDirection
        kept = self.points[~isChanged(self.followup, applyTo(transform, self.points), neck)]
        return kept if len(kept) >= FEWEST_POINTS else self.points

    def _errorMm(self, images, found: Alignment, points: np.ndarray) -> float:
        pitch = max(float(np.max(visit.imageGrid.spacingMm)) for visit in (self.baseline, self.followup))
        center, radius = self.ball
        scatter = scatterErrorMm(found, points, center, radius)
        beyondHead = points[np.linalg.norm(points - center, axis=1) > BEYOND_HEAD_RADII * radius]
        disagreement = 0.0
        if len(beyondHead) >= FEWEST_POINTS:
            other = alignImages(*images, beyondHead, center, found.baselineToFollowup)
            disagreement = ballDistanceMm(found.baselineToFollowup, other.baselineToFollowup, *self.ball)
        return imageErrorMm(scatter, disagreement, pitch)


def _metric(images, points: np.ndarray, transform: np.ndarray) -> tuple[float | None, float]:
    """Robust correlation at the points, None where they lie outside, and the share of them inside."""
    fixed, moving = images
    values, inside = moving.valuesAt(applyTo(transform, points))
    if np.count_nonzero(inside) < FEWEST_POINTS:
        return None, float(np.mean(inside))
    match = matchBrightness(fixed.valuesAt(points)[0], values, inside, points - points.mean(axis=0))
    return match.correlation, float(np.mean(inside))


def _byHeadSurface(baseline: RegistrationVisit, followup: RegistrationVisit, settings: RegistrationSettings,
                   userTransform: np.ndarray | None) -> RegistrationResult:
    """Register without images."""
    neck = headNeckDirection(baseline)
    neck = np.array([0.0, 0.0, -1.0]) if neck is None else neck
    found, errorMm = alignHeads(baseline, followup, neck)
    transform = found
    if userTransform is not None:
        transform = userTransform
        ball = np.array(followup.sphere.centerRas), followup.sphere.radiusMm
        errorMm = float(np.hypot(errorMm, ballDistanceMm(found, userTransform, *ball)))
    surface = headSurfaceDistanceMm(baseline, followup, transform, neck)
    center = float(np.linalg.norm(applyTo(transform, np.array(followup.sphere.centerRas))
                                  - np.array(baseline.sphere.centerRas)))
    verdict, reason = judge(Quality(None, None, surface, center, errorMm), settings)
    return RegistrationResult(transform, verdict, reason, BY_HEAD_SURFACE if userTransform is None else BY_USER,
                              None, None, surface, center, errorMm)
