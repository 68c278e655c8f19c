"""Fingerprints of what a registration is found from, to know which are out of date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from ..core.hip import VisitSegments
from ..files.approval import outlinesSha256
from .grids import volumeGrid, volumeVoxels
from .hipnodes import HipNodes, VisitNodes
from .visittransforms import baselineOfChange

# Settings that a registration depends on; others change no digit of it.
SETTING_KEYS = ("registration_margin_mm", "registration_limit_mm", "sphere_tolerance_mm")


class PairKeys:
    """Fingerprints of pairs; the voxels of an image are read once."""

    def __init__(self):
        self._images: dict[str, tuple] = {}

    def of(self, hip: HipNodes, segments: Sequence[VisitSegments]) -> dict[str, str]:
        """Fingerprint by label of every follow-up.

        :param segments: outlines as read from the scene.
        """
        baseline = baselineOfChange(hip.visits)
        outlines = {visit.label: visit for visit in segments}
        if baseline is None or baseline.label not in outlines:
            return {}
        settings = [hip.settings.get(key) for key in SETTING_KEYS]
        first = self._partOf(baseline, outlines[baseline.label])
        found = {}
        for visit in hip.visits:
            isFollowup = visit.done and visit.month > baseline.month and visit.segmentation is not None
            if isFollowup and visit.label in outlines:
                parts = [settings, first, self._partOf(visit, outlines[visit.label])]
                found[visit.label] = hashlib.sha256(json.dumps(parts).encode("utf-8")).hexdigest()
        return found

    def _partOf(self, visit: VisitNodes, segments: VisitSegments) -> list:
        stack = segments.stack
        return [outlinesSha256(segments), [_place(mask.grid) for mask in (segments.head, segments.lesion)
                                           if mask is not None][:1],
                stack and [stack.axis, round(stack.pitchMm, 6), round(stack.firstSliceMm, 3)],
                None if visit.volume is None else self._imageSha256(visit.volume)]

    def _imageSha256(self, volume) -> str:
        data = volume.GetImageData()
        state = (None if data is None else data.GetMTime(), _place(volumeGrid(volume)))
        known = self._images.get(volume.GetID())
        if known is None or known[0] != state:
            digest = hashlib.sha256(np.ascontiguousarray(volumeVoxels(volume)).view(np.uint8)).hexdigest()
            known = self._images[volume.GetID()] = state, f"{digest} {state[1]}"
        return known[1]


def _place(grid) -> list[float]:
    # Adding 0 makes one of the two zeros.
    return [round(float(value), 3) + 0.0 for value in grid.ijkToRas.ravel()]

