"""The times that a timeline of few frames shows: every measured visit, and steps between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

MOST_FRAMES = 13


def timelineMonths(months: Sequence[float], mostFrames: int = MOST_FRAMES) -> list[float]:
    """Months of the frames: the same number of steps between visits.

    :param months: of the measured visits, rising; two or more.
    :param mostFrames: where there are more visits than this, it shows so many of them, the first and the last too.
    """
    if len(months) >= mostFrames:
        places = np.unique(np.round(np.linspace(0, len(months) - 1, mostFrames)).astype(int))
        return [float(months[place]) for place in places]
    steps = (mostFrames - 1) // (len(months) - 1)
    times = [float(months[0])]
    for start, end in pairwise(months):
        times += [float(start + (end - start) * step / steps) for step in range(1, steps + 1)]
    return times
