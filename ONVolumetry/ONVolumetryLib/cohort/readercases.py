"""The same visits outlined by several readers, from their folders of case files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import CaseError, FileError, ONVolumetryError
from ..core.mask import Mask
from ..core.volume import voxelSummation
from ..files.case import readCase
from ..files.visits import loadVisit
from .errors import orNote
from .surfacedistance import Overlap, overlap
from .visitkeys import visitKey

CASE_FILE = "case.json"
HEAD, LESION = "head", "lesion"


@dataclass(frozen=True)
class Reading:
    """What one reader measured at a visit of a hip; None = not measured."""

    onvCm3: float | None
    fhvCm3: float | None

    @property
    def onvPercent(self) -> float | None:
        if self.onvCm3 is None or not self.fhvCm3:
            return None
        return 100.0 * self.onvCm3 / self.fhvCm3


@dataclass(frozen=True)
class ComparedOutline:
    """Two readers' outlines of one object; None with a note where one has none."""

    readers: tuple[str, str]
    segment: str
    overlap: Overlap | None
    note: str | None


@dataclass(frozen=True)
class ReadVisit:
    """A visit of a hip as all readers read it.

    :param readings: in the order of the readers; None where a reader has no such visit.
    :param outlines: of every pair of readers that both have the visit.
    """

    hip: str
    visit: str
    readings: tuple[Reading | None, ...]
    outlines: tuple[ComparedOutline, ...]


@dataclass(frozen=True)
class ReaderStudy:
    """All visits that at least two readers read.

    :param notes: what was left out, one sentence each.
    """

    readers: tuple[str, ...]
    visits: tuple[ReadVisit, ...]
    notes: tuple[str, ...]


def readStudy(folders: Sequence[Path]) -> ReaderStudy:
    """Read the readers' cases and compare their outlines hip by hip.

    :param folders: one a reader; holds a case.json or folders with one.
    :raises ONVolumetryError: a folder has no case, a case cannot be read, or no visit was read by two readers.
    """
    names = _readerNames(folders)
    cases = [{case.hip.casefold(): case for case in map(readCase, _caseFiles(folder))} for folder in folders]
    hips = list(dict.fromkeys(hip for known in cases for hip in known))
    visits, notes = [], []
    for hip in hips:
        own = [known.get(hip) for known in cases]
        if sum(case is not None for case in own) < 2:
            notes.append(f"hip {next(case.hip for case in own if case)} was read by one reader only")
            continue
        visits += _readHip(own, names, notes)
    if not visits:
        raise ONVolumetryError("--readers: no visit was read by two readers; hips and visits must have the same names")
    return ReaderStudy(names, tuple(visits), tuple(notes))


def _readerNames(folders: Sequence[Path]) -> tuple[str, ...]:
    names = [Path(folder).resolve().name for folder in folders]
    if len(set(names)) < len(names):
        names = [f"reader {index + 1}" for index in range(len(names))]
    return tuple(names)


def _caseFiles(folder: Path) -> list[Path]:
    folder = Path(folder)
    if folder.is_file():
        return [folder]
    found = [folder / CASE_FILE] if (folder / CASE_FILE).is_file() else sorted(folder.glob(f"*/{CASE_FILE}"))
    if not found:
        raise FileError(f"{folder}: no {CASE_FILE} in it or in its folders; give the folder with a reader's cases")
    return found


def _readHip(cases, names, notes: list[str]) -> list[ReadVisit]:
    labels = {}
    for case in cases:
        for visit in case.visits if case else ():
            labels.setdefault(visitKey(visit.label), visit.label)
    hip = next(case.hip for case in cases if case)
    made = []
    for key, label in labels.items():
        segments = [_segments(case, key) for case in cases]
        count = sum(part is not None for part in segments)
        if count < 2:
            notes += [f"hip {hip}, {label} was read by one reader only"] if count else []
            continue
        outlines = [compared for first in range(len(cases)) for second in range(first + 1, len(cases))
                    if segments[first] is not None and segments[second] is not None
                    for compared in _compare(segments, (first, second), names)]
        made.append(ReadVisit(hip, label, tuple(None if part is None else _reading(part) for part in segments),
                              tuple(outlines)))
    return made


def _segments(case, key: str):
    """What a reader outlined at a visit; None where nothing was."""
    planned = next((visit for visit in case.visits if visitKey(visit.label) == key), None) if case else None
    if planned is None or not planned.done:
        return None
    segments = loadVisit(case, planned).segments
    isOutlined = segments.head is not None or segments.lesion is not None or segments.lesionAbsent
    return segments if isOutlined else None


def _head(segments) -> Mask | None:
    """The head is head or lesion voxels, as everywhere."""
    if segments.head is None or segments.lesion is None or segments.lesion.isEmpty:
        return segments.head
    return segments.head | segments.lesion


def _reading(segments) -> Reading:
    head, lesion = _head(segments), segments.lesion
    onv = 0.0 if segments.lesionAbsent else None if lesion is None else voxelSummation(lesion) / 1000.0
    return Reading(onv, None if head is None else voxelSummation(head) / 1000.0)


def _compare(segments, pair: tuple[int, int], names) -> list[ComparedOutline]:
    first, second = (segments[index] for index in pair)
    readers = (names[pair[0]], names[pair[1]])
    made = []
    for name, masks in ((HEAD, (_head(first), _head(second))), (LESION, (first.lesion, second.lesion))):
        if masks[0] is None or masks[1] is None:
            made.append(ComparedOutline(readers, name, None, "not computed: one reader outlined nothing"))
            continue
        made.append(ComparedOutline(readers, name, *orNote(overlap, *masks)))
    return made


def requireReaders(folders: Sequence[Path]):
    """Make sure that there is something to compare.

    :raises CaseError: there are fewer than two folders.
    """
    if len(folders) < 2:
        raise CaseError("--readers: give two or more folders, one a reader")
