"""The head of a follow-up without a click: from the baseline's, by an accepted registration."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..errors import ONVolumetryError, OutliningError
from ..geometry import GridGeometry, sliceStackOfGrid
from ..mask import Mask
from ..registration.register import registerFollowup
from ..registration.result import ACCEPTED, RegistrationVisit
from ..registration.rigid import applyTo, inverseOf
from .followupstart import likelyCenter
from .headoutline import HeadOutline, HeadSettings, outlineHead

CLICK_IT = "click the head at this visit"


def outlineFollowupHead(baseline: RegistrationVisit, voxels: np.ndarray, imageGrid: GridGeometry,
                        settings: HeadSettings | None = None, *, followupToBaselineRas: np.ndarray | None = None,
                        maskGrid: GridGeometry | None = None) -> HeadOutline:
    """Outline the head of a follow-up, started from the baseline's.

    The start comes from the user's transform, or from the place that looks like the baseline's head. The outline is
    kept only if the two visits then register.

    :param baseline: with its image.
    :param voxels: image of the follow-up in KJI order.
    :param followupToBaselineRas: the user's transform, 4x4, RAS in mm.
    :param maskGrid: grid to outline on; that of the image where None.
    :raises OutliningError: the head is not recognized, or the registration is not accepted.
    """
    center = np.array(baseline.sphere.centerRas)
    if followupToBaselineRas is not None:
        start = applyTo(inverseOf(followupToBaselineRas), center)
    else:
        start = likelyCenter((baseline.voxels, baseline.imageGrid), (voxels, imageGrid), center,
                             baseline.sphere.radiusMm)
    try:
        outline = outlineHead(voxels, imageGrid, start, settings, maskGrid)
    except ONVolumetryError as error:
        raise OutliningError(f"starting from the baseline: {error}; or {CLICK_IT}") from error
    stack = sliceStackOfGrid(outline.mask.grid)
    visit = RegistrationVisit(outline.mask, None, stack, outline.sphere, voxels, imageGrid)
    result = registerFollowup(withoutLesion(baseline), visit, userTransform=followupToBaselineRas)
    if result.verdict != ACCEPTED:
        raise OutliningError(f"the registration to the baseline is {result.verdict} ({result.reason}); {CLICK_IT}")
    return outline


def withoutLesion(visit: RegistrationVisit) -> RegistrationVisit:
    """The visit with an empty lesion left out, which masks nothing."""
    isEmpty = visit.lesion is None or (isinstance(visit.lesion, Mask) and visit.lesion.isEmpty)
    return dataclasses.replace(visit, lesion=None) if isEmpty else visit
