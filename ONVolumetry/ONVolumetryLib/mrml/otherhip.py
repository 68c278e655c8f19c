"""The second hip of a patient: the same scans and months, its own outlines and results."""

from __future__ import annotations

import re
from dataclasses import replace

from ..core.errors import CaseError
from .hipnodes import HipNodes
from .sides import otherSide

# What belongs to the hip, not to the patient.
OF_ONE_HIP = ("healed",)


def otherHip(hip: HipNodes) -> HipNodes:
    """The patient's hip of the other side.

    :raises CaseError: the side of this hip is not known.
    """
    if hip.side not in ("left", "right"):
        raise CaseError("the side of this hip is not known; select it first")
    side = otherSide(hip.side)
    visits = tuple(replace(visit, segmentation=None, headSegmentId="", lesionSegmentId="", approval=None, reader="")
                   for visit in hip.visits)
    subject = {key: value for key, value in hip.subject.items() if key not in OF_ONE_HIP}
    return HipNodes(_nameOfOther(hip.hip, side), hip.sex, visits, side, hip.patient or hip.hip, dict(hip.settings),
                    subject, monthsFrom=hip.monthsFrom)


def _nameOfOther(name: str, side: str) -> str:
    """ "101 right" and "101" become "101 left"."""
    stem = re.sub(r"[\s_-]*(left|right)$", "", name, flags=re.IGNORECASE)
    return f"{stem} {side}".strip()
