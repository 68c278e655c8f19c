"""Visits of one hip that are given the same file, or the same outlines, by mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.hip import SAME_OUTLINES, ReadingWarning, VisitSegments
from .approval import outlinesSha256
from .casedata import Case, CaseVisit
from .visits import LoadedVisit


def warnedOfSameVisits(case: Case, loaded: Sequence[LoadedVisit]) -> list[LoadedVisit]:
    """The visits, the later of two that look the same with a warning that names the earlier.

    :param loaded: the visits of the case in its order.
    """
    seen: dict[tuple, str] = {}
    result = list(loaded)
    for index in sorted(range(len(loaded)), key=lambda index: case.visits[index].month):
        warnings = _warnings(case.visits[index], loaded[index].segments, seen)
        if warnings:
            segments = replace(loaded[index].segments, warnings=(*loaded[index].segments.warnings, *warnings))
            result[index] = replace(loaded[index], segments=segments)
    return result


def _warnings(visit: CaseVisit, segments: VisitSegments, seen: dict[tuple, str]) -> list[ReadingWarning]:
    """Warnings of one visit.

    :param seen: label of the first visit by what it holds; this visit is added.
    """
    if not visit.done:
        return []
    keys = {}
    if visit.image is not None:
        keys["image is that"] = ("image", visit.image.resolve(), visit.series)
    # A head alone may well be carried over from another visit.
    if segments.lesion is not None:
        keys["outlines are those"] = ("outlines", outlinesSha256(segments))
    if visit.segmentation is not None:
        keys["segmentation file is that"] = ("file", visit.segmentation.resolve())
    first = {what: seen.setdefault(key, visit.label) for what, key in keys.items()}
    same = {what: earlier for what, earlier in first.items() if earlier != visit.label}
    if "segmentation file is that" in same:
        same.pop("outlines are those", None)
    return [ReadingWarning(SAME_OUTLINES, f'The {what} of the visit "{earlier}" too: correct the case if that is a '
                                          "mistake.") for what, earlier in same.items()]
