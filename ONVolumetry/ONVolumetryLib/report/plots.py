"""The section with all plots."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.hip import HipMeasurement
from .markup import Element, element
from .profileplots import profileFigures
from .reportinput import ReportSubject, ReportVisit
from .timeplots import timePlots


def plotsSection(measurement: HipMeasurement, subject: ReportSubject, visits: Sequence[ReportVisit]) -> list[Element]:
    """Course over the months, then the section areas of every visit."""
    parts = [element("div", {"class": "plots"}, *timePlots(measurement, subject))]
    profiles = profileFigures(measurement, list(visits))
    if not profiles:
        return parts
    key = [element("span", {"class": "key-entry"},
                   element("svg", {"class": "swatch", "viewBox": "0 0 24 12", "aria-hidden": "true"},
                           element("rect", {"class": f"slab {name}", "x": 1, "y": 1, "width": 22, "height": 10})), text)
           for name, text in (("head", "femoral head, lesion included"), ("lesion", "lesion"))]
    note = element("p", {"class": "hint"}, "Each bar is one slice, as wide as the slice pitch: the area of the bars "
                                           "is the volume. All visits have one scale.")
    return [*parts, element("h3", {}, "Section area on each slice"), element("div", {"class": "key"}, *key, note),
            element("div", {"class": "plots small"}, *profiles)]
