"""How deep pixels lie within a body on the slices between outlined ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import ndimage
from scipy.interpolate import CubicSpline

# Share of the greatest depth below which all pixels are equally far outside.
FAR_OUTSIDE = 0.5


def interpolatedDepthsMm(outlines: np.ndarray, at: np.ndarray, wanted: np.ndarray, spacingMm) -> np.ndarray:
    """Signed distances to the outline on slices between outlined ones, positive inside.

    Each body has the mean of its distances on the two outlines beside the slice, weighted by nearness. They are laid on
    each other by the body's centers, interpolated across all its slices, so that an oblique body does not vanish. The
    distances end at minus half the greatest depth: far outside one outline, an island of the other could never begin.

    :param outlines: (outlined slices, rows, columns), none of them empty.
    :param at: indices of these slices, ascending.
    :param wanted: indices of the slices between them.
    :param spacingMm: distance of rows and of columns.
    :return: (wanted slices, rows, columns), mm.
    """
    bodies = _bodies(outlines)
    depths = [_depthsMm(body, spacingMm) for body in bodies]
    far = -FAR_OUTSIDE * max(depth.max() for depth in depths)
    return np.max([_ofOneBody(body, np.maximum(depth, far), at, wanted) for body, depth in zip(bodies, depths)], axis=0)


def _bodies(outlines: np.ndarray) -> list[np.ndarray]:
    """Islands that overlap from outline to outline are one body, and those that end where others begin."""
    touching = np.zeros((3, 3, 3), dtype=bool)
    touching[1], touching[:, 1, 1] = True, True
    labels, _ = ndimage.label(outlines, touching)
    bodies = labels.copy()
    for one, other in pairwise(labels):
        here, there = set(np.unique(one[one > 0])), set(np.unique(other[other > 0]))
        ending, beginning = here - there, there - here
        if ending and beginning:
            joined = np.unique(bodies[np.isin(labels, [*ending, *beginning])])
            bodies[np.isin(bodies, joined)] = joined[0]
    return [bodies == label for label in np.unique(bodies[bodies > 0])]


def _ofOneBody(body: np.ndarray, depths: np.ndarray, at: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    isThere = body.any(axis=(1, 2))
    centers = np.zeros((len(body), 2))
    centers[isThere] = [ndimage.center_of_mass(inside) for inside in body[isThere]]
    path = CubicSpline(at[isThere], centers[isThere]) if np.count_nonzero(isThere) > 1 else None
    found = []
    for place in wanted:
        pair = np.searchsorted(at, place) + np.array([-1, 0])
        shifts = path(place) - centers[pair] if isThere[pair].all() else np.zeros((2, 2))
        before, after = (ndimage.shift(depths[index], shift, order=1, mode="nearest")
                         for index, shift in zip(pair, shifts))
        share = (place - at[pair[0]]) / (at[pair[1]] - at[pair[0]])
        found.append((1 - share) * before + share * after)
    return np.array(found)


def _depthsMm(body: np.ndarray, spacingMm) -> np.ndarray:
    """Signed distances to a body's outlines; minus infinity on slices where it has none."""
    half, margin = 0.5 * float(np.mean(spacingMm)), [(0, 0), (1, 1), (1, 1)]
    depths = np.full(body.shape, -np.inf)
    isThere = body.any(axis=(1, 2))
    within, without = (np.array([ndimage.distance_transform_edt(inside, sampling=spacingMm) for inside in sides])
                       for sides in (np.pad(body[isThere], margin),
                                     np.pad(~body[isThere], margin, constant_values=True)))
    depths[isThere] = np.where(within > 0, within - half, half - without)[:, 1:-1, 1:-1]
    return depths
