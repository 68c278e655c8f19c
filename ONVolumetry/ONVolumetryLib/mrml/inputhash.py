"""Fingerprints of what a visit's numbers are made from, to know which are out of date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ..core.hip import VisitSegments
from ..files.approval import outlinesSha256


def inputSha256(segments: VisitSegments, sex: str, settings: Mapping[str, Any],
                registration: str = "") -> str:
    """Fingerprint of one visit with everything its own numbers depend on.

    :param segments: as read from the scene.
    :param settings: settings under their file keys.
    :param registration: what the change since baseline is measured with, as text; "" without a registration.
    :return: 64 hexadecimal digits.
    """
    stack, grids = segments.stack, [mask.grid for mask in (segments.head, segments.lesion) if mask is not None]
    place = [round(float(value), 3) for grid in grids[:1] for value in grid.ijkToRas.ravel()]
    known = [segments.label, segments.month, segments.done, list(segments.warnings), sex, dict(settings), place,
             stack and [stack.axis, round(stack.pitchMm, 6), round(stack.firstSliceMm, 3)]]
    text = json.dumps(known, sort_keys=True, default=str) + outlinesSha256(segments) + registration
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
