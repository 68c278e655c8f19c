"""Areas of the slices between outlined ones."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline


def interpolatedAreas(at: np.ndarray, areas: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Area of a body on slices between outlined ones.

    A cubic spline through the areas: they are a square function of the place in any ellipsoid, however it lies, so that
    its volume comes out exactly. It is held between the line through the outlines beside a slice and the lines that go
    on from their other neighbors, drawn in the square root of the area: a convex body lies there (Brunn-Minkowski), and
    where outlines lie unevenly the spline cannot swing far off.

    :param at: indices of the outlined slices, ascending, at least two.
    :param areas: their areas, above 0, in any unit.
    :param wanted: indices of slices between them.
    :return: areas, not negative, in the same unit.
    """
    smooth = CubicSpline(at, areas)(wanted)
    limits = np.array([_limits(at, np.sqrt(areas), place) for place in wanted]) if len(at) > 2 else (0, np.inf)
    return np.clip(smooth, *np.maximum(limits, 0).T ** 2)


def _limits(at: np.ndarray, widths: np.ndarray, place: int) -> tuple[float, float]:
    """Lowest and highest width on a slice that the widths of its neighbors allow."""
    before = int(np.searchsorted(at, place)) - 1

    def onLine(first: int) -> float:
        slope = (widths[first + 1] - widths[first]) / (at[first + 1] - at[first])
        return float(widths[first] + slope * (place - at[first]))

    between = onLine(before)
    continued = sorted((onLine(first) for first in (before - 1, before + 1) if 0 <= first < len(at) - 1),
                       key=lambda width: abs(width - between))
    isOneSided = min(continued) >= between or max(continued) <= between
    allowed = (between, continued[0]) if isOneSided else continued
    return min(allowed), max(allowed)
