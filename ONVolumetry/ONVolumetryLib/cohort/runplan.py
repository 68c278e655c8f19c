"""The runs of the program that make a cohort out of its sources, for whoever starts them; only Python is needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .intake import caseFiles, visitOptions

MEASURED, SCENE_TABLE, RESULTS = "measured", "scene.csv", "cohort"
ROWS_FILE, RESULT_FILE = "measurements.csv", "cohort.json"
HIP_FILES = "*/measurement.json"
MOST_WORKERS = 4


@dataclass(frozen=True)
class PlannedCohort:
    """What a cohort is made of.

    :param sources: tables, case files, and folders with cases.
    :param readers: folders with the cases of further readers.
    :param hasSceneTable: whether SCENE_TABLE lies in the folder of the run.
    :param visits: labels that mean the same visit, as "3 months=3m,M3; 6 weeks".
    :param options: further options of the program, such as "--welch".
    """

    sources: Sequence[Path] = ()
    readers: Sequence[Path] = ()
    hasSceneTable: bool = False
    visits: str = ""
    options: Sequence[str] = ()


@dataclass(frozen=True)
class RunStep:
    """One run of the program.

    :param command: "measure" or "cohort".
    :param arguments: of the program, the command first.
    :param expected: number of hips that will be there when it is done; 0 where nothing can be counted.
    """

    command: str
    arguments: tuple[str, ...]
    expected: int = 0


def runSteps(plan: PlannedCohort, folder: Path) -> list[RunStep]:
    """The runs, one after the other.

    :param folder: in which they work: MEASURED, SCENE_TABLE and RESULTS; hips that are there and still hold are kept.
    """
    cases = [case for source in plan.sources for case in caseFiles(source)]
    steps = []
    tables = [str(source) for source in plan.sources if not caseFiles(source)]
    if plan.hasSceneTable:
        tables.append(str(folder / SCENE_TABLE))
    if cases:
        given = [str(source) for source in plan.sources if caseFiles(source)]
        workers = min(MOST_WORKERS, len(cases), max(1, (os.cpu_count() or 1) // 2))
        steps.append(RunStep("measure", ("measure", *given, "--output", str(folder / MEASURED), "--no-render",
                                         "--workers", str(workers)), len(cases)))
        tables.append(str(folder / MEASURED / ROWS_FILE))
    arguments = ["cohort", *tables, "--output", str(folder / RESULTS), *plan.options]
    for option, values in (("--visits", visitOptions(plan.visits)), ("--readers", map(str, plan.readers))):
        arguments += [option, *values] if (values := list(values)) else []
    return [*steps, RunStep("cohort", tuple(arguments))]


def measuredCount(folder: Path) -> int:
    """Hips whose results are there."""
    return len(list((folder / MEASURED).glob(HIP_FILES)))


def resultFiles(folder: Path) -> list[Path]:
    """Everything that a user takes away: the cohort's files, and the rows of the hips that were measured for it."""
    found = sorted(path for path in (folder / RESULTS).glob("*") if path.is_file())
    rows = folder / MEASURED / ROWS_FILE
    return [*found, rows] if rows.is_file() else found
