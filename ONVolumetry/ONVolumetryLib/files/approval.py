"""Whether outlines are still those that a reader approved."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from ..core.hip import VisitSegments
from ..core.mask import Mask
from .casedata import CaseApproval

CHANGED = "changed after approval"
# Off the spacings that occur (such as 0.5859375 mm), so that rounding between formats never falls on another step.
STEP_SHIFT = 0.3183


def outlinesSha256(segments: VisitSegments) -> str:
    """Fingerprint of what is outlined at a visit: voxels of head and lesion, and whether a lesion is said to be absent.

    It is the same in a scene, in the files saved from it, and in a scene that they are opened in; names, colors and
    the place of the patient in the scanner are not part of it.

    :param segments: outlines of the visit.
    :return: 64 hexadecimal digits.
    """
    digest = hashlib.sha256(b"lesion absent" if segments.lesionAbsent else b"")
    drawn = [mask for mask in (segments.head, segments.lesion) if mask is not None and not mask.isEmpty]
    for role, mask in (("head", segments.head), ("lesion", segments.lesion)):
        if mask is not None and not mask.isEmpty:
            digest.update(f"{role} {_box(mask, drawn[0])}".encode())
            digest.update(np.packbits(mask.voxels).tobytes())
    return digest.hexdigest()


def _box(mask: Mask, first: Mask) -> str:
    shift = np.subtract(mask.offsetIjk, first.offsetIjk).tolist()
    spacing = [math.floor(value * 1e5 + STEP_SHIFT) for value in mask.grid.spacingMm]
    return f"{mask.voxels.shape} {shift} {spacing}"


def approvalText(approval: CaseApproval | None, currentSha256: str | None) -> str | None:
    """The approval of a visit as it stands in the tables.

    :param approval: as stored; None where nobody approved.
    :param currentSha256: fingerprint of the outlines at hand.
    :return: reader and time, with "changed after approval" in front where the outlines are others; None where nobody
        approved.
    """
    if approval is None:
        return None
    text = f"{approval.reader} {approval.time}"
    return text if approval.outlinesSha256 == currentSha256 else f"{CHANGED} ({text})"


def approvalStatus(approval: CaseApproval | None, currentSha256: str | None) -> str:
    """The approval of a visit as the report says it."""
    text = approvalText(approval, currentSha256)
    if text is None:
        return "not approved"
    return text if text.startswith(CHANGED) else f"approved by {text}"
