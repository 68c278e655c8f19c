"""Names, colors and codes of the two segments, and the rule that finds them in anybody's segmentation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..core.errors import SegmentError

TERMINOLOGY_CONTEXT = "Segmentation category and type - ONVolumetry"
NO_REGION = "Anatomic codes - DICOM master list~^^~^^"
SIDE_WORDS = {"left": "left", "l": "left", "lt": "left", "right": "right", "r": "right", "rt": "right"}
# A name may hold these beside its own words; any other word makes it the name of something else.
NEUTRAL_WORDS = {"the", "of", "a", "hip", "bone", "segment", "segmentation", "label", "mask", "roi", "outline"}
GENERIC_NAME = re.compile(r"(label|segment)?[ _]?\d*")


@dataclass(frozen=True)
class StandardSegment:
    """How this software names, colors and codes one of its segments.

    :param role: "head" or "lesion".
    :param colorRgb: 0 to 1 each.
    :param terminologyEntry: 3D Slicer's terminology entry: context, category, type, modifier, region.
    :param code: coding scheme and value of the type, as in the terminology entry.
    :param labelValue: voxel value in a plain label image.
    :param keyWords: one of these must be in the name of a segment ...
    :param otherWords: ... and only these, side words and neutral words may be beside it.
    """

    role: str
    name: str
    colorRgb: tuple[float, float, float]
    terminologyEntry: str
    code: tuple[str, str]
    labelValue: int
    keyWords: frozenset[str]
    otherWords: frozenset[str]


HEAD = StandardSegment(
    "head", "Femoral head", (0.945, 0.839, 0.569),
    f"{TERMINOLOGY_CONTEXT}~SCT^123037004^Anatomical Structure~SCT^2812003^Femoral head~^^~{NO_REGION}",
    ("SCT", "2812003"), 1, frozenset({"head", "caput"}), frozenset({"femoral", "femur", "femoris"}))
LESION = StandardSegment(
    "lesion", "Osteonecrosis lesion", (0.847, 0.396, 0.310),
    f"{TERMINOLOGY_CONTEXT}~SCT^49755003^Morphologically Altered Structure~SCT^6574001^Necrosis~^^~{NO_REGION}",
    ("SCT", "6574001"), 2, frozenset({"osteonecrosis", "lesion", "necrosis"}),
    frozenset({"head", "femoral", "femur", "osteonecrotic", "necrotic", "avascular"}))


def findHeadAndLesion(segmentation, mapping: Mapping[str, str | int] | None = None, side: str | None = None):
    """Find which segment is the femoral head and which the lesion.

    In this order: what the case says; the name; the terminology code; label 1 is the head and 2 the lesion, where
    the segments have no names of their own. Names are compared word by word, without case: "Femoral head", "head",
    "Left femoral head" and "FemoralHead_R" are heads, "Osteonecrosis lesion" and "necrosis of the femoral head" are
    lesions; "Head-neck plane" and "New lesion" hold a word that means something else and match nothing. A segment
    whose name says the other side is never taken.

    :param segmentation: object with a tuple `segments`.
    :param mapping: {"head": name or label value, "lesion": ...} from the case, either may be absent.
    :param side: "left" or "right", the hip at hand; None where it does not matter.
    :return: the head and the lesion segment, each None where there is none.
    :raises SegmentError: a named segment is not there, or more than one segment matches.
    """
    mapping = mapping or {}
    found = {}
    for standard in (HEAD, LESION):
        if standard.role in mapping:
            found[standard.role] = _explicit(segmentation.segments, standard, mapping[standard.role])
        else:
            found[standard.role] = _byRule(segmentation.segments, standard, side)
    if found["head"] is not None and found["head"] is found["lesion"]:
        raise SegmentError(f'the segment "{found["head"].name}" is named as both head and lesion; name two segments')
    return found["head"], found["lesion"]


def listNames(segments) -> str:
    """The names of the segments, quoted, for a message."""
    return ", ".join(f'"{segment.name}"' for segment in segments) or "none"


def _explicit(segments, standard: StandardSegment, wanted: str | int):
    if isinstance(wanted, str):
        matches = [segment for segment in segments if segment.name == wanted] or [
            segment for segment in segments if segment.name.strip().casefold() == wanted.strip().casefold()]
        what = f'named "{wanted}"'
    else:
        matches = [segment for segment in segments if segment.labelValue == wanted]
        what = f"with label {wanted}"
    if not matches:
        raise SegmentError(f"there is no segment {what} for the {standard.role}; there are: {listNames(segments)}; "
                           'correct "segments" in the case')
    return _only(matches, standard, what)


def _byRule(segments, standard: StandardSegment, side: str | None):
    candidates = [segment for segment in segments if side is None or _sides(segment.name) in (set(), {side})]
    for matches in (
        [segment for segment in candidates if _nameMatches(segment.name, standard)],
        [segment for segment in candidates if _code(segment.terminologyEntry) == standard.code],
        [segment for segment in candidates if segment.labelValue == standard.labelValue
         and GENERIC_NAME.fullmatch(segment.name.strip().casefold())],
    ):
        if matches:
            return _only(matches, standard, f"for the {standard.role}")
    return None


def _only(matches, standard: StandardSegment, what: str):
    if len(matches) > 1:
        raise SegmentError(f"more than one segment {what}: {listNames(matches)}; say which one with "
                           f'"segments": {{"{standard.role}": NAME}} in the case')
    return matches[0]


def _words(name: str) -> set[str]:
    separated = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return {word for word in re.split(r"[\W\d_]+", separated.casefold()) if word}


def _sides(name: str) -> set[str]:
    return {SIDE_WORDS[word] for word in _words(name) if word in SIDE_WORDS}


def _nameMatches(name: str, standard: StandardSegment) -> bool:
    words = _words(name) - NEUTRAL_WORDS - set(SIDE_WORDS)
    return bool(words & standard.keyWords) and words <= standard.keyWords | standard.otherWords


def _code(terminologyEntry: str) -> tuple[str, str] | None:
    parts = terminologyEntry.split("~")
    code = parts[2].split("^") if len(parts) > 2 else []
    return (code[0], code[1]) if len(code) > 1 else None
