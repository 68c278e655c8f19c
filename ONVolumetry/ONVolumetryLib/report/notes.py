"""All notes and warnings of the visits, in full."""

from __future__ import annotations

from ..core.hip import HipMeasurement
from .markup import Element, element


def notesSection(measurement: HipMeasurement) -> list[Element]:
    """One list a visit; a visit without notes says so."""
    parts = []
    for visit in measurement.visits:
        parts.append(element("h3", {}, visit.label))
        if visit.notes:
            parts.append(element("ul", {"class": "notes"}, *(
                element("li", {"data-code": note.code}, note.text) for note in visit.notes)))
        else:
            parts.append(element("p", {"class": "absent"}, "No notes."))
    return parts
