"""The solid whose surface is small and whose voxels speak for it: total variation, solved as a convex problem."""

from __future__ import annotations

import numpy as np

ITERATIONS = 250
SETTLED = 2e-4


def leastAreaMembership(evidence: np.ndarray, inside: np.ndarray, seeds: np.ndarray, areaCosts,
                        spacingMm) -> np.ndarray:
    """Find x from 0 to 1 for which the integral of |c grad x| - e x is least (Chan, Esedoglu and Nikolova 2006).

    Any level of x, such as 0.5, bounds a solid for which area times cost less evidence is least. Solved by the
    primal-dual steps of Chambolle and Pock (2011), preconditioned for voxels that are not cubes.

    :param evidence: e, positive where a voxel speaks for the solid, per mm3.
    :param inside: voxels that take part; no surface is paid for where they end.
    :param seeds: 1 where x is 1, -1 where it is 0, 0 elsewhere.
    :param areaCosts: three arrays: c per mm2 of surface between each voxel and the next along each axis.
    :param spacingMm: along each axis.
    :return: x as float32 array, 0 outside.
    """
    steps = [np.float32(1.0 / step) for step in spacingMm]
    links = [_link(inside, axis) * areaCosts[axis].astype(np.float32) for axis in range(3)]
    low, high = (seeds > 0).astype(np.float32), np.where((seeds < 0) | ~inside, 0, 1).astype(np.float32)
    # A step that is right where every cost is 1 is right, if slow, where lower.
    highest = max(float(link.max(initial=1e-6)) for link in links)
    links = [link / highest for link in links]
    sigma = np.float32(1.0 / (2.0 * max(steps)))
    tau = np.float32(1.0 / (2.0 * sum(steps)))
    x = np.clip((evidence > 0).astype(np.float32), low, high)
    ahead, evidence = x, (evidence / highest).astype(np.float32)
    dual = np.zeros((3, *x.shape), dtype=np.float32)
    for iteration in range(ITERATIONS):
        for axis in range(3):
            dual[axis] += sigma * steps[axis] * links[axis] * _forward(ahead, axis)
        length = np.sqrt(np.einsum("a...,a...->...", dual, dual))
        dual /= np.maximum(1.0, length)
        slope = sum(steps[axis] * _backward(links[axis] * dual[axis], axis) for axis in range(3))
        new = np.clip(x + tau * (slope + evidence), low, high)
        ahead = 2.0 * new - x
        if iteration % 20 == 19 and float(np.mean(np.abs(new - x)[inside])) < SETTLED:
            return new
        x = new
    return x


def _link(inside: np.ndarray, axis: int) -> np.ndarray:
    """1 where a voxel and the next along an axis both take part."""
    link = np.zeros(inside.shape, dtype=np.float32)
    first, second = _parts(axis)
    link[first] = inside[first] & inside[second]
    return link


def _forward(x: np.ndarray, axis: int) -> np.ndarray:
    difference = np.zeros_like(x)
    first, second = _parts(axis)
    difference[first] = x[second] - x[first]
    return difference


def _backward(flow: np.ndarray, axis: int) -> np.ndarray:
    difference = flow.copy()
    first, second = _parts(axis)
    difference[second] -= flow[first]
    return difference


def _parts(axis: int):
    return tuple(tuple(part if other == axis else slice(None) for other in range(3))
                 for part in (slice(None, -1), slice(1, None)))
