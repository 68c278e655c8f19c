"""Head of the page: whose hip, how it was measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from .. import __version__
from ..core.hip import HipMeasurement
from ..core.settings import MeasurementSettings
from .formats import short
from .markup import Element, element
from .reportinput import ReportSubject, ReportVisit

SETTING_NAMES = {
    "contourSdMm": "Contour SD (mm)",
    "contourCorrelation": "Correlation of lesion and head outline",
    "headReference": "Head that ONV % refers to",
    "maleCapFraction": "Share of the sphere that is neck, men",
    "femaleCapFraction": "Share of the sphere that is neck, women",
    "sphereToleranceMm": "Tolerance of the sphere fit (mm)",
    "registrationMarginMm": "Margin of the registration (mm)",
    "registrationLimitMm": "Largest error of a registration (mm)",
    "zonePresencePercent": "Least share of a zone that counts (%)",
    "jicMedialPoint": "Medial point P of the JIC zones",
    "jicThirds": "Thirds of the JIC zones",
    "acpDivision": "Division of the ACP zones",
}


def pageHeader(subject: ReportSubject, measurement: HipMeasurement, visits: Sequence[ReportVisit]) -> Element:
    """Title, banner of a synthetic hip, and the facts about hip and measurement."""
    header = element("header", {}, element("p", {"class": "kicker"}, "Osteonecrosis of the femoral head, volumetry"),
                     element("h1", {}, f"Hip {subject.hip}", element("span", {"class": "side"}, f" {subject.side}")))
    if subject.isSynthetic:
        header.append(element("p", {"class": "banner", "role": "note"},
                              "Synthetic hip: made by a program, not a patient."))
    header.append(_facts(_hipFacts(subject, measurement, visits)))
    return header


def settingsSection(measurement: HipMeasurement) -> list[Element]:
    """The settings in force, those changed from their default marked."""
    defaults = MeasurementSettings()
    facts = []
    for field in dataclasses.fields(measurement.settings):
        value = getattr(measurement.settings, field.name)
        remark = "" if value == getattr(defaults, field.name) else f" (default {_plain(getattr(defaults, field.name))})"
        facts.append((SETTING_NAMES.get(field.name, field.name), _plain(value) + remark))
    return [_facts(facts)]


def _hipFacts(subject: ReportSubject, measurement: HipMeasurement, visits: Sequence[ReportVisit]):
    readers = sorted({visit.reader for visit in visits if visit.reader})
    facts = [("Side", subject.side), ("Sex", measurement.sex)]
    if subject.patient and subject.patient != subject.hip:
        facts.append(("Patient (pseudonym)", subject.patient))
    if subject.endReason:
        month = "" if subject.endMonth is None else f" at month {short(subject.endMonth)}"
        facts.append(("Follow-up ended", f"{subject.endReason}{month}"))
    facts += [(key.replace("_", " "), _plain(value)) for key, value in subject.subject.items() if key != "synthetic"]
    facts += [("Baseline visit", measurement.baseline or "none"),
              ("Reader" if len(readers) < 2 else "Readers", ", ".join(readers) or "not stated")]
    if subject.measuredOn is not None:
        facts.append(("Measured on", subject.measuredOn.isoformat()))
    return [*facts, ("Software", f"ONVolumetry {__version__}"),
            ("Contour SD", f"{short(measurement.settings.contourSdMm)} mm")]


def _facts(facts) -> Element:
    listing = element("dl", {"class": "facts"})
    for name, value in facts:
        listing.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)))
    return listing


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not stated"
    return short(value) if isinstance(value, (int, float)) else str(value)
