"""The arc of the head's surface under which the lesion lies, on a section through the head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ratios import Estimate
from ..uncertainty import COVERAGE_FACTOR_95, rootSumOfSquares
from .frame import AnatomicalFrame
from .sections import ANGLE_STEP_DEGREES, HeadFields, PolarSection, sampleSection

# A patient's tilt in the scanner is not known; 95 % lie within this.
TILT_DEGREES = 5.0
LEAST_SLICE_COSINE = 0.25
FULL_TURN = 360.0


@dataclass(frozen=True)
class NecroticArc:
    """An arc of necrosis in degrees, with the parts of its standard uncertainty.

    :param degrees: all of the circle about the section's center where lesion lies within 3 mm of the sphere.
    :param spans: first and last direction of every part, counted up; more than one where healthy surface lies between.
    :param contourSe: from one offset of the lesion's outline.
    :param sliceSe: from the slices between which the ends lie.
    :param tiltSe: from the patient's tilt about the lateral axis.
    """

    degrees: float
    spans: tuple[tuple[float, float], ...]
    contourSe: float
    sliceSe: float
    tiltSe: float

    @property
    def standardUncertainty(self) -> float:
        return rootSumOfSquares(self.contourSe, self.sliceSe, self.tiltSe)

    @property
    def estimate(self) -> Estimate:
        return Estimate(self.degrees, self.standardUncertainty)


def necroticArc(section: PolarSection, tilted: tuple[PolarSection, ...], fields: HeadFields, frame: AnatomicalFrame,
                contourSdMm: float) -> NecroticArc:
    """Arc of necrosis on a section.

    :param tilted: the same section with the frame tilted to either side; none where tilting does not change it.
    :param contourSdMm: standard deviation of the outline's position.
    """
    degrees = arcDegrees(section)
    smaller, larger = (arcDegrees(section, sign * contourSdMm) for sign in (1.0, -1.0))
    spans = spansOf(section.surfaceLesion(), section.degrees)
    tilt = max((abs(arcDegrees(other) - degrees) for other in tilted), default=0.0)
    ends = [sliceHalfRangeDegrees(end, section, fields, frame) for span in spans for end in span]
    isClosed = degrees >= FULL_TURN
    return NecroticArc(degrees, spans, (larger - smaller) / 2.0, 0.0 if isClosed else rootSumOfSquares(*ends),
                       tilt / COVERAGE_FACTOR_95)


def arcDegrees(section: PolarSection, thresholdMm: float = 0.0) -> float:
    """Sum of the directions under which lesion lies at the head's surface."""
    return float(np.count_nonzero(section.surfaceLesion(thresholdMm))) * ANGLE_STEP_DEGREES


def spansOf(touched: np.ndarray, degrees: np.ndarray) -> tuple[tuple[float, float], ...]:
    """First and last direction of every run of a closed circle of directions; a run over 180 goes on beyond it."""
    if not touched.any():
        return ()
    half, count = ANGLE_STEP_DEGREES / 2.0, len(touched)
    if touched.all():
        return ((float(degrees[0]) - half, float(degrees[-1]) + half),)
    starts = np.flatnonzero(touched & ~np.roll(touched, 1))
    ends = np.flatnonzero(touched & ~np.roll(touched, -1))
    spans = []
    for start in starts:
        end = ends[ends >= start].min() if (ends >= start).any() else ends.min() + count
        first = float(degrees[start]) - half
        spans.append((first, float(first + (end - start + 1) * ANGLE_STEP_DEGREES)))
    return tuple(spans)


def sliceHalfRangeDegrees(direction, section: PolarSection, fields: HeadFields, frame: AnatomicalFrame):
    """How far an end of the lesion may lie from where it was found, for lying between two slices: (T/2) / (R cos a).

    a is the angle between the end's direction and the slices, within the section; the term fades as the section turns
    into the plane of the slices.

    :param direction: in degrees, one or many.
    """
    first, second = frame.directionInFrame(fields.sliceAxisRas)[list(section.plane[:2])]
    across = float(np.hypot(first, second))
    if across < 1e-9:
        return np.zeros_like(np.asarray(direction, dtype=float)) if np.ndim(direction) else 0.0
    angle = np.radians(direction)
    sine = (np.cos(angle) * first + np.sin(angle) * second) / across
    cosine = np.maximum(np.sqrt(np.maximum(1.0 - sine ** 2, 0.0)), LEAST_SLICE_COSINE)
    found = np.degrees(across * fields.pitchMm / 2.0 / (frame.radiusMm * cosine))
    return found if np.ndim(direction) else float(found)


def tiltedSections(fields: HeadFields, frame: AnatomicalFrame, plane) -> tuple[PolarSection, ...]:
    """A section with the patient tilted to either side as far as may be."""
    return tuple(sampleSection(fields, frame.tilted(sign * TILT_DEGREES), plane) for sign in (-1.0, 1.0))
