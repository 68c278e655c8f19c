"""What the movie shows when: a turn of the baseline, the course of the lesion, a turn of the last visit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .regressionscene import RegressionScene

FRAMES_PER_SECOND = 15
TURN_FRAMES = 40
COURSE_FRAMES = 50
HOLD_FRAMES = 5
FIRST_DEGREES = 25.0
ELEVATION_DEGREES = 18.0


@dataclass(frozen=True)
class Shot:
    """One frame.

    :param degrees: viewpoint around the body's long axis, 0 = anterior, 90 = lateral.
    :param month: time that is shown.
    :param visit: index of the visit that is shown as outlined; None between visits.
    """

    degrees: float
    month: float
    visit: int | None


def storyboard(scene: RegressionScene) -> list[Shot]:
    """All frames in order: at most 10 seconds."""
    drawn = [index for index, visit in enumerate(scene.visits) if visit.layers]
    first = drawn[0]
    shots = _turn(scene, first)
    if scene.morph is not None:
        shots += [Shot(FIRST_DEGREES, month, None) for month in _courseMonths(scene.morph.months)]
    if drawn[-1] != first:
        shots += _turn(scene, drawn[-1])
    return shots


def _turn(scene: RegressionScene, visit: int) -> list[Shot]:
    month = scene.visits[visit].measurement.month
    angles = FIRST_DEGREES + np.arange(TURN_FRAMES) * 360.0 / TURN_FRAMES
    return [Shot(float(angle), month, visit) for angle in angles]


def _courseMonths(months) -> list[float]:
    """Times of the course: the same number of frames between visits, and a rest at each."""
    steps = max(2, COURSE_FRAMES // (len(months) - 1) - HOLD_FRAMES)
    times = [months[0]] * HOLD_FRAMES
    for start, end in pairwise(months):
        share = np.linspace(0.0, 1.0, steps + 1)[1:]
        times += [float(start + (end - start) * part) for part in share] + [end] * HOLD_FRAMES
    return times
