"""Necrotic angles on the middle sections, and the largest over all sections."""

from __future__ import annotations

import numpy as np

from ..ratios import Estimate
from .arcs import NecroticArc, arcDegrees, necroticArc
from .classes import NO_GRADE, kerboulAngle, kerboulGrade, kooKimIndex
from .frame import AnatomicalFrame
from .result import NecroticAngles
from .sections import CORONAL, SAGITTAL, HeadFields, PolarSection, sampleSurface

STEP_MM = 2.0
# Nearer to the head's end the circle is so small that every lesion there fills it.
SMALLEST_CIRCLE_SHARE = 0.5
NO_ARC = NecroticArc(0.0, (), 0.0, 0.0, 0.0)
# "No lesion left" is a reader's finding and has no outline that could be uncertain.
EXACTLY_NONE = Estimate(0.0, None)
NO_ANGLES = NecroticAngles(NO_ARC, NO_ARC, EXACTLY_NONE, NO_GRADE, EXACTLY_NONE, EXACTLY_NONE)


def necroticAngles(fields: HeadFields, frame: AnatomicalFrame, contourSdMm: float, coronal: PolarSection,
                   coronalTilted: tuple[PolarSection, ...]) -> NecroticAngles:
    """Modified Kerboul angle and indices of necrotic extent.

    :param coronal: mid-coronal section.
    :param coronalTilted: the same with the patient tilted.
    """
    if fields.lesion is None:
        return NO_ANGLES
    coronalArc = necroticArc(coronal, coronalTilted, fields, frame, contourSdMm)
    # Tilting about the lateral axis turns the mid-sagittal section within itself.
    sagittal = sampleSurface(fields, frame, SAGITTAL)
    sagittalArc = necroticArc(sagittal, (), fields, frame, contourSdMm)
    kerboul = kerboulAngle(coronalArc, sagittalArc)
    largest = [_largest(arc, fields, frame, plane, contourSdMm)
               for arc, plane in ((coronalArc, CORONAL), (sagittalArc, SAGITTAL))]
    return NecroticAngles(coronalArc, sagittalArc, kerboul, kerboulGrade(kerboul),
                          kooKimIndex(coronalArc, sagittalArc), kooKimIndex(*largest))


def _largest(middle: NecroticArc, fields: HeadFields, frame: AnatomicalFrame, plane, contourSdMm: float) -> NecroticArc:
    """The largest arc over parallel sections whose circle is at least half as wide as the head."""
    reach = frame.radiusMm * np.sqrt(1.0 - SMALLEST_CIRCLE_SHARE ** 2)
    offsets = np.arange(STEP_MM, reach + 1e-6, STEP_MM)
    largest, section = middle.degrees, None
    for offset in (sign * step for step in offsets for sign in (-1.0, 1.0)):
        other = sampleSurface(fields, frame, plane, float(offset))
        if arcDegrees(other) > largest:
            largest, section = arcDegrees(other), other
    return middle if section is None else necroticArc(section, (), fields, frame, contourSdMm)
