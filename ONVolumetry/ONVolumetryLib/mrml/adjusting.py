"""Turning and shifting a follow-up by hand, about the middle of the baseline's head."""

from __future__ import annotations

import numpy as np

from ..core.registration.rigid import rigidMatrix


def adjusted(toBaseline: np.ndarray, shiftMm, turnDegrees, centerRas) -> np.ndarray:
    """A transform to the baseline, followed by a turn and a shift.

    :param toBaseline: 4x4 from follow-up to baseline, RAS in mm.
    :param shiftMm: along R, A and S.
    :param turnDegrees: components along R, A and S of the axis times the angle.
    :param centerRas: that the turn leaves where it is: center of the baseline's head.
    """
    return rigidMatrix(np.radians(turnDegrees), shiftMm, centerRas) @ np.asarray(toBaseline)
