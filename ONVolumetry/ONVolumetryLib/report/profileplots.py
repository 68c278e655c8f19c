"""Section area of head and lesion on each slice, one panel a visit, all at one scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.hip import HipMeasurement, VisitMeasurement, VisitSegments
from .formats import number
from .markup import Element, element
from .planes import directionLetters
from .plotaxes import LEFT, RIGHT, Frame, Scale, niceStep, ticksBetween, upwardScale
from .reportinput import ReportVisit

FRAME = Frame(310.0, 225.0)
MM2_PER_CM2 = 100.0
WORDS = {"R": "right", "L": "left", "A": "anterior", "P": "posterior", "S": "superior", "I": "inferior"}


@dataclass(frozen=True)
class Profile:
    """Section areas of one visit.

    :param slices: (place in mm, area of the head in cm2 or None, area of the lesion or None) of each slice, in the
        order toward patient right, anterior or superior; 0 mm is the first slice that is outlined.
    :param ends: directions toward which the places fall and rise, in letters.
    """

    visit: VisitMeasurement
    pitchMm: float
    slices: tuple[tuple[float, float | None, float | None], ...]
    ends: tuple[str, str]


def profileFigures(measurement: HipMeasurement, visits: list[ReportVisit]) -> list[Element]:
    """One figure for each visit with anything outlined."""
    visitOfLabel = {visit.label: visit.segments for visit in visits}
    profiles = [profile for visit in measurement.visits
                if (profile := areaProfile(visit, visitOfLabel.get(visit.label))) is not None]
    if not profiles:
        return []
    longest = max(profile.slices[-1][0] + profile.pitchMm for profile in profiles)
    highest = max(area for profile in profiles for entry in profile.slices for area in entry[1:] if area is not None)
    widest = max(profile.pitchMm for profile in profiles)
    x = Scale(-widest / 2, longest - widest / 2, LEFT, FRAME.width - RIGHT,
              ticksBetween(0.0, longest - widest / 2, niceStep(longest, 6)))
    y = upwardScale(highest, FRAME.plotHeight, FRAME.bottom)
    return [_figure(profile, x, y) for profile in profiles]


def areaProfile(visit: VisitMeasurement, segments: VisitSegments | None) -> Profile | None:
    """Section areas of a visit's head and lesion on a common axis; None where nothing is measured."""
    measured = [volume.areas for volume in (visit.head, visit.lesion) if volume is not None]
    if not measured or segments is None:
        return None
    mask = segments.head or segments.lesion
    direction = mask.grid.axisDirections[:, visit.stack.axis]
    sign = 1.0 if direction[np.argmax(np.abs(direction))] > 0 else -1.0
    places = sorted({sign * place for areas in measured for place in areas.positionsMm})
    rows = [tuple(_areaAt(volume, sign * place) for volume in (visit.head, visit.lesion)) for place in places]
    slices = tuple((place - places[0], *row) for place, row in zip(places, rows))
    return Profile(visit, measured[0].pitchMm, slices, (directionLetters(-sign * direction)[0],
                                                        directionLetters(sign * direction)[0]))


def profileTable(profile: Profile) -> Element:
    """The areas as a table, for those who cannot see the plot."""
    head = element("tr", {}, *(element("th", {"scope": "col"}, text)
                               for text in ("Position (mm)", "Head (cm\u00b2)", "Lesion (cm\u00b2)")))
    body = element("tbody")
    for place, *areas in profile.slices:
        cells = [element("td", {}, "\u2013" if area is None else number(area, 2)) for area in areas]
        body.append(element("tr", {}, element("th", {"scope": "row"}, number(place, 1)), *cells))
    return element("table", {"class": "areas"}, element("thead", {}, head), body)


def _areaAt(volume, place: float) -> float | None:
    if volume is None:
        return None
    for position, area in zip(volume.areas.positionsMm, volume.areas.areasMm2):
        if abs(position - place) < volume.areas.pitchMm / 2:
            return area / MM2_PER_CM2
    return None


def _figure(profile: Profile, x: Scale, y: Scale) -> Element:
    label = profile.visit.label
    picture = FRAME.picture(f"{label}: section area of head and lesion on each slice; the table below has the values.")
    start, end = (WORDS[letter] for letter in profile.ends)
    FRAME.drawAxes(picture, x, y, f"{start.capitalize()} to {end} (mm)", "Section area (cm\u00b2)")
    for column, name in ((0, "head"), (1, "lesion")):
        bars = [(entry[0], entry[1 + column]) for entry in profile.slices if entry[1 + column] is not None]
        for place, area in bars:
            left, right = x.place(place - profile.pitchMm / 2), x.place(place + profile.pitchMm / 2)
            top = y.place(area)
            picture.append(element("rect", {
                "class": f"slab {name}", "x": left, "y": top, "width": right - left, "height": FRAME.bottom - top,
                "data-value": f"{area:.4f}"}))
    caption = element("figcaption", {}, element("strong", {}, label),
                      f": slices every {number(profile.pitchMm, 2)} mm.")
    details = element("details", {}, element("summary", {}, "Areas as a table"), profileTable(profile))
    return element("figure", {"class": "plot-figure"}, picture, caption, details)
