"""What a cohort is put together from, looked at before anything is computed; needs no library beyond Python's own.

Sources are tables (measurements.csv), case files or folders with cases, and hips that are already measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..core.errors import ONVolumetryError
from ..files.case import readCase
from .cellvalues import NumberReader, yesOrNo
from .csvtext import TextTable, readTextTable
from .visitkeys import canonicalLabels, orderedVisits, parseVisitGroups, visitKey

CASE_FILE = "case.json"
REQUIRED_COLUMNS = ("hip", "visit", "month", "onv_percent")


@dataclass(frozen=True)
class IntakeVisit:
    """A visit of a hip; `isMeasured` is None for a case that is still to be measured."""

    label: str
    month: float
    isMeasured: bool | None


@dataclass(frozen=True)
class IntakeHip:
    """A hip as a source has it.

    :param hip: its name; "" where the source cannot be read at all.
    :param source: file, folder or other origin as the user gave it.
    :param healed: None where the source does not say.
    :param problems: what stands in the way, one sentence each.
    :param isCase: whether it is a case, which is measured as a whole.
    """

    hip: str
    source: str
    visits: tuple[IntakeVisit, ...] = ()
    healed: bool | None = None
    problems: tuple[str, ...] = ()
    isCase: bool = False


def caseFiles(path: Path) -> list[Path]:
    """Case files of a source: a case.json, a folder with one, or a folder of such folders; none for a table."""
    if path.is_dir():
        return [path / CASE_FILE] if (path / CASE_FILE).is_file() else sorted(path.glob(f"*/{CASE_FILE}"))
    return [path] if path.suffix.lower() == ".json" else []


def shortName(source: str) -> str:
    """A source as people speak of it: the file, of a case with its folder."""
    path = Path(source)
    return f"{path.parent.name}/{path.name}" if path.name == CASE_FILE else path.name


def readSource(path: Path) -> list[IntakeHip]:
    """The hips of a file or folder; what cannot be read is a hip without a name and with a problem."""
    try:
        if path.is_dir() or path.suffix.lower() == ".json":
            cases = caseFiles(path)
            if not cases:
                return [_unreadable(path, f"no {CASE_FILE} in this folder or in its folders")]
            return [_hipOfCase(case) for case in cases]
        return _hipsOfTable(readTextTable(path, REQUIRED_COLUMNS), path)
    except (ONVolumetryError, OSError) as error:
        return [_unreadable(path, str(error))]


def hipOfRecord(record: Mapping[str, Any], source: str, problems: Sequence[str] = ()) -> IntakeHip:
    """A measured hip from its record as in measurements.json."""
    visits = tuple(IntakeVisit(visit["visit"], visit["month"], visit["onv_percent"] is not None)
                   for visit in record["visits"])
    return IntakeHip(record["hip"], source, visits, record["subject"].get("healed"), tuple(problems))


def checked(hips: Iterable[IntakeHip], visitOption: str = "") -> tuple[list[IntakeHip], str]:
    """Add what only shows when all hips stand side by side.

    :param visitOption: which labels mean the same visit, as "3 months=3m,M3; 6 weeks".
    :return: the hips, and what is wrong with the cohort as a whole ("" for nothing).
    """
    known: dict[str, list[IntakeHip]] = {}
    found = []
    for hip in hips:
        others = known.setdefault(hip.hip.casefold(), [])
        other = next((other for other in others if hip.hip and _isRepeated(hip, other)), None)
        others.append(hip)
        problem = () if other is None else (f"is also in {shortName(other.source)}; leave one of them out",)
        found.append(replace(hip, problems=(*hip.problems, *problem)))
    return found, _problemOfVisits(found, visitOption)


def _isRepeated(hip: IntakeHip, other: IntakeHip) -> bool:
    """Whether two sources cannot both count; tables may share out the visits of a hip among them."""
    if hip.isCase or other.isCase or hip.hip != other.hip:
        return True
    return bool({visitKey(visit.label) for visit in hip.visits} & {visitKey(visit.label) for visit in other.visits})


def visitOptions(text: str) -> list[str]:
    """The parts of the option that joins visits, as the program's --visits takes them."""
    return [part.strip() for part in text.split(";") if part.strip()]


def _problemOfVisits(hips: Sequence[IntakeHip], visitOption: str) -> str:
    visits = [visit for hip in hips for visit in hip.visits if not math.isnan(visit.month)]
    try:
        groups = parseVisitGroups(visitOptions(visitOption))
        orderedVisits(canonicalLabels([visit.label for visit in visits], groups), [visit.month for visit in visits],
                      groups)
    except ONVolumetryError as error:
        return str(error)
    return ""


def _unreadable(path: Path, problem: str) -> IntakeHip:
    return IntakeHip("", str(path), problems=(problem.removeprefix(f"{path}: "),))


def _hipOfCase(path: Path) -> IntakeHip:
    try:
        case = readCase(path)
    except ONVolumetryError as error:
        return _unreadable(path, str(error))
    visits = tuple(IntakeVisit(visit.label, visit.month, None if visit.done else False) for visit in case.visits)
    return IntakeHip(case.hip, str(path), visits, case.subject.get("healed"), isCase=True)


def _hipsOfTable(table: TextTable, path: Path) -> list[IntakeHip]:
    numbers = NumberReader(table, ("month", "onv_percent"))
    months, shares = numbers.column("month"), numbers.column("onv_percent")
    place = {name: table.columns.index(name) for name in (*REQUIRED_COLUMNS, "healed") if name in table.columns}
    hips: dict[str, list[IntakeVisit]] = {}
    healed: dict[str, bool | None] = {}
    problems: dict[str, list[str]] = {}
    for row, cells, month, share in zip(table.rowNumbers, table.cells, months, shares):
        hip, label = cells[place["hip"]], cells[place["visit"]]
        own, wrong = hips.setdefault(hip, []), problems.setdefault(hip, [])
        for name in ("hip", "visit", "month"):
            if not cells[place[name]]:
                wrong.append(f"row {row}, column {name} is empty")
        if visitKey(label) in (visitKey(visit.label) for visit in own):
            wrong.append(f"row {row}: a second row for the visit {label}")
        own.append(IntakeVisit(label, month, not math.isnan(share)))
        said = yesOrNo(cells[place["healed"]], table.where(row, "healed")) if "healed" in place else None
        if said is not None and healed.setdefault(hip, said) != said:
            wrong.append(f"row {row}, column healed differs from an earlier row")
    return [IntakeHip(hip, str(path), tuple(visits), healed.get(hip), tuple(problems[hip]))
            for hip, visits in hips.items()]
