"""The gravest notes of measured hips, for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..core.hip import SAME_OUTLINES, UNCONFIRMED, WRONG_SIDE
from ..core.location.locate import REFUSED_LANDMARKS

MOST_LINES = 3
# Codes of the notes that a reader must act on, the gravest first.
GRAVE_CODES = (WRONG_SIDE, UNCONFIRMED, SAME_OUTLINES, "lesion-outside-head", "lesion-outside-sphere",
               REFUSED_LANDMARKS, "sphere-refused", "sphere-implausible", "sphere-doubtful", "no-head-reference",
               "registration-rejected", "head-drift-warning", "skipped-slices")


def warningLines(hipRecord: Mapping[str, Any]) -> list[str]:
    """What a reader of a hip's table must act on: each kind of warning once before any a second time.

    :param hipRecord: record of the hip as in measurements.json.
    :return: at most three notes, and how many more there are.
    """
    told: Counter[str] = Counter()
    found = []
    for visit in hipRecord["visits"]:
        for note in visit["notes"]:
            code = _code(note)
            if code in GRAVE_CODES:
                found.append((told[code], GRAVE_CODES.index(code), f"{visit['visit']}: {note['text']}"))
                told[code] += 1
    found.sort(key=lambda entry: entry[:2])
    hip = hipRecord["hip"]
    lines = [f"{hip}, {text}" for _, _, text in found[:MOST_LINES]]
    return [*lines, f"{hip}: ... and {len(found) - MOST_LINES} more in the report"] if found[MOST_LINES:] else lines


def _code(note: Mapping[str, str]) -> str:
    isRefused = note["code"] == "zones-not-measured" and REFUSED_LANDMARKS in note["text"]
    return REFUSED_LANDMARKS if isRefused else note["code"]
