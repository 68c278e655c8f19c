"""Likeness of two images that may differ in brightness and contrast, robust to parts that changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Tukey's biweight: 95 % efficient for normal noise.
TUKEY_CUTOFF = 4.685
MAD_TO_SD = 1.4826
FEWEST_POINTS = 20


@dataclass(frozen=True, eq=False)
class Match:
    """Fit of the follow-up's brightness to the baseline's at the same points.

    :param residuals: follow-up, brought to the baseline's brightness, minus baseline (n,).
    :param weights: 0 to 1 (n,); 0 where a point lies outside the follow-up's image or has changed.
    :param correlation: weighted correlation, 0 to 1.
    :param scale: standard deviation of the residuals that the weights rest on.
    """

    residuals: np.ndarray
    weights: np.ndarray
    correlation: float
    scale: float


def matchBrightness(fixed: np.ndarray, moving: np.ndarray, inside: np.ndarray, places: np.ndarray,
                    scale: float | None = None) -> Match:
    """Bring the follow-up's brightness to the baseline's and weigh the points by how well they agree.

    The brightness is mapped by a parabola, so that another contrast, even an inverted one, still matches, and by a
    factor that changes with the place, as that of a surface coil does.

    :param fixed: baseline's values (n,).
    :param moving: follow-up's values (n,).
    :param inside: whether the follow-up's image covers the point (n,).
    :param places: of the points (n, 3), relative to a middle.
    :param scale: standard deviation of the residuals where it is known already.
    """
    weights = inside.astype(float)
    mapped = _mapped(fixed, moving, weights, places)
    if scale is None:
        scale = robustScale((mapped - fixed)[inside])
    for _ in range(2):
        weights = inside * np.clip(1.0 - ((mapped - fixed) / (TUKEY_CUTOFF * scale)) ** 2, 0.0, None) ** 2
        mapped = _mapped(fixed, moving, weights, places)
    return Match(mapped - fixed, weights, correlation(fixed, mapped, weights), scale)


def robustScale(residuals: np.ndarray) -> float:
    """Standard deviation from the median absolute value, never 0."""
    if residuals.size == 0:
        return 1.0
    return max(MAD_TO_SD * float(np.median(np.abs(residuals))), 1e-6)


def correlation(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> float:
    """Pearson correlation, weighted; 0 where one of the two is constant."""
    total = float(np.sum(weights))
    if total <= 0:
        return 0.0
    first = first - np.sum(weights * first) / total
    second = second - np.sum(weights * second) / total
    weighted = weights * second
    product = np.sum(weights * first * first) * np.sum(weighted * second)
    return float(np.sum(first * weighted) / np.sqrt(product)) if product > 0 else 0.0


def _mapped(fixed, moving, weights, places) -> np.ndarray:
    """Follow-up's values after the mapping that brings them nearest to the baseline's.

    Sums are those of numpy, not of a matrix library, whose last digits depend on the number of threads.
    """
    total = float(np.sum(weights))
    if total <= FEWEST_POINTS:
        return np.zeros_like(fixed)
    mean = np.sum(weights * moving) / total
    spread = np.sqrt(np.sum(weights * (moving - mean) ** 2) / total)
    x = (moving - mean) / max(float(spread), 1e-6)
    near = places.T / max(float(np.max(np.abs(places))), 1e-6)
    terms = [np.ones_like(x), x, x * x, *near, *(x * near)]
    weighted = [weights * term for term in terms]
    normal = np.array([[np.sum(row * column) for column in terms] for row in weighted])
    coefficients = np.linalg.lstsq(normal, np.array([np.sum(row * fixed) for row in weighted]), rcond=1e-10)[0]
    return sum(coefficient * term for coefficient, term in zip(coefficients, terms))
