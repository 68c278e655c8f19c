"""How far a registration may be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..uncertainty import rootSumOfSquares
from .headsurface import headErrorMm
from .refine import SMALLEST_SHARE_INSIDE, Alignment, normalMatrix
from .result import ACCEPTED, DOUBTFUL, REJECTED, RegistrationSettings

# Edge of the blocks within which residuals are taken as one error.
BLOCK_MM = 16.0
# Found on real scans moved by known amounts: scatter between blocks tells this part of the error ...
BLOCK_FACTOR = 2.0
# ... how far the femur without its head would shift the head, this share of it ...
DISAGREEMENT_SHARE = 0.33
# ... and interpolation between slices adds this share of the larger pitch.
INTERPOLATION_SHARE = 0.02
# Correlation within the femur of right pairs is above 0.95, of wrong ones (other side, other patient) below 0.8.
REJECTED_CORRELATION, DOUBTFUL_CORRELATION = 0.85, 0.91
DOUBTFUL_CENTER_MM, REJECTED_CENTER_MM = 3.5, 7.0
DOUBTFUL_SURFACE_MM = 2.0
NO_IMAGES = ("there are no two images of the femur to compare, and a head is nearly a ball, which hardly tells its "
             "rotation")


@dataclass(frozen=True)
class Quality:
    """What is known of a registration.

    :param metric: correlation within the femur, 0 to 1; None without images.
    :param shareInside: share of the femur within the follow-up's image; None without images.
    :param surfaceMm: mean distance of the head's outlines; None where lesions leave nothing of them.
    :param centerMm: distance of the spheres' centers.
    :param errorMm: standard error over the head.
    """

    metric: float | None
    shareInside: float | None
    surfaceMm: float | None
    centerMm: float
    errorMm: float


def scatterErrorMm(alignment: Alignment, points: np.ndarray, center: np.ndarray, radiusMm: float) -> float:
    """Standard error of an alignment over the head, from how much small parts of the femur disagree.

    Residuals of neighboring points are alike (noise is small beside interpolation and tissue that changed), so that
    the covariance of the parameters is summed over blocks (sandwich estimate).

    :param points: that the images were compared at (n, 3).
    :param center: of the head.
    """
    cells = np.floor((points - center) / BLOCK_MM).astype(int)
    block = np.unique(cells, axis=0, return_inverse=True)[1].ravel()
    scores = np.zeros((block.max() + 1, 6))
    np.add.at(scores, block, alignment.jacobian * (alignment.match.weights * alignment.match.residuals)[:, None])
    bread = np.linalg.pinv(normalMatrix(alignment.jacobian, alignment.match.weights))
    covariance = bread @ (scores.T @ scores) @ bread * len(scores) / max(len(scores) - 1, 1)
    return headErrorMm(covariance, radiusMm)


def imageErrorMm(scatterMm: float, disagreementMm: float, largestPitchMm: float) -> float:
    """Standard error of an alignment over the head.

    :param scatterMm: from how much small parts of the femur disagree.
    :param disagreementMm: distance over the head between the alignments of the whole femur and of the femur without
        its head, which tells of soft tissue that does not move with the femur.
    :param largestPitchMm: larger slice pitch of the two images.
    """
    parts = BLOCK_FACTOR * scatterMm, DISAGREEMENT_SHARE * disagreementMm, INTERPOLATION_SHARE * largestPitchMm
    return rootSumOfSquares(*parts)


def judge(quality: Quality, settings: RegistrationSettings) -> tuple[str, str]:
    """Verdict and its reason in plain words."""
    rejections, doubts = _findings(quality, settings)
    if rejections:
        return REJECTED, "; ".join(rejections)
    if doubts:
        return DOUBTFUL, "; ".join(doubts)
    if quality.metric is None:
        return DOUBTFUL, NO_IMAGES
    return ACCEPTED, f"the images agree within the femur (correlation {quality.metric:.2f})"


def _findings(quality: Quality, settings: RegistrationSettings) -> tuple[list[str], list[str]]:
    rejections, doubts = [], []
    if quality.errorMm > settings.limitMm:
        rejections.append(f"its error of {quality.errorMm:.1f} mm exceeds the limit of {settings.limitMm:g} mm")
    if quality.shareInside is not None and quality.shareInside < SMALLEST_SHARE_INSIDE:
        rejections.append("most of the femur lies outside the follow-up's image")
    if quality.metric is not None:
        text = f"the images differ within the femur (correlation {quality.metric:.2f})"
        if quality.metric < REJECTED_CORRELATION:
            rejections.append(text + "; check that both are of the same hip")
        elif quality.metric < DOUBTFUL_CORRELATION:
            doubts.append(text)
    text = f"the centers of the head's spheres lie {quality.centerMm:.1f} mm apart; check the outlines of the head"
    if quality.centerMm > REJECTED_CENTER_MM:
        rejections.append(text)
    elif quality.centerMm > DOUBTFUL_CENTER_MM:
        doubts.append(text)
    if quality.surfaceMm is not None and quality.surfaceMm > DOUBTFUL_SURFACE_MM:
        doubts.append(f"the outlines of the head lie {quality.surfaceMm:.1f} mm apart")
    return rejections, doubts
