"""Grades and classes from angles and volumes (method, section 5.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..ratios import Estimate
from ..uncertainty import COVERAGE_FACTOR_95, rootSumOfSquares
from .arcs import NecroticArc

KERBOUL_LIMITS = (200.0, 250.0, 300.0)
STEINBERG_LIMITS = (15.0, 30.0)
STEINBERG_CLASSES = ("A", "B", "C")
HALF_TURN = 180.0


@dataclass(frozen=True)
class Grade:
    """A value in classes.

    :param name: of the class.
    :param possible: classes that the value's 95 % interval reaches; more than one: near a boundary.
    """

    name: str
    possible: tuple[str, ...]

    @property
    def isNearBoundary(self) -> bool:
        return len(self.possible) > 1


NO_GRADE = Grade("-", ("-",))


def kerboulAngle(coronal: NecroticArc, sagittal: NecroticArc) -> Estimate:
    """Modified Kerboul angle (Ha 2006): arc on the mid-coronal plus arc on the mid-sagittal section, degrees.

    One offset of the outline moves both arcs; their slices and tilts are independent.
    """
    uncertainty = rootSumOfSquares(coronal.contourSe + sagittal.contourSe, coronal.sliceSe, sagittal.sliceSe,
                                   coronal.tiltSe, sagittal.tiltSe)
    return Estimate(coronal.degrees + sagittal.degrees, uncertainty)


def kerboulGrade(angle: Estimate) -> Grade:
    """Grade 1 below 200 degrees, 2 from 200, 3 from 250, 4 from 300."""
    return _grade(angle, KERBOUL_LIMITS, ("1", "2", "3", "4"), isUpperInside=False)


def kooKimIndex(coronal: NecroticArc, sagittal: NecroticArc) -> Estimate:
    """Index of necrotic extent (Koo and Kim 1995), (A/180) (B/180) 100."""
    factor = 100.0 / HALF_TURN ** 2
    toCoronal, toSagittal = factor * sagittal.degrees, factor * coronal.degrees
    contour = toCoronal * coronal.contourSe + toSagittal * sagittal.contourSe
    rest = [scale * part for scale, arc in ((toCoronal, coronal), (toSagittal, sagittal))
            for part in (arc.sliceSe, arc.tiltSe)]
    return Estimate(factor * coronal.degrees * sagittal.degrees, rootSumOfSquares(contour, *rest))


def steinbergClass(onvPercent: Estimate | None) -> Grade | None:
    """Steinberg's size: A below 15 % of the head, B from 15 to 30 %, C above; None where ONV % is not known."""
    if onvPercent is None:
        return None
    if onvPercent.value <= 0:
        return NO_GRADE
    return _grade(onvPercent, STEINBERG_LIMITS, STEINBERG_CLASSES, isUpperInside=True)


def _grade(value: Estimate, limits, names, isUpperInside: bool) -> Grade:
    """:param isUpperInside: whether the last limit itself still belongs to the class below it."""
    def index(number: float) -> int:
        found = sum(number >= limit for limit in limits)
        return found - 1 if isUpperInside and math.isclose(number, limits[-1], rel_tol=1e-12) else found

    half = COVERAGE_FACTOR_95 * (value.standardUncertainty or 0.0)
    low, high = index(value.value - half), index(value.value + half)
    return Grade(names[index(value.value)], tuple(names[low:high + 1]))
