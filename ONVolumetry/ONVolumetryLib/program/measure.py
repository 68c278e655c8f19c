"""Measure hips: case files in, tables and one report a hip out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from ..core.errors import FileError
from ..files.filecontext import atomicPath
from ..files.results import measurementsCsv, measurementsJson
from .casemeasurement import CaseOutcome, measureCaseFile, requireDistinctHips
from .changefiles import CHANGE_PATTERNS
from .regressionnames import RENDERED_FILES
from .resulttable import resultTable


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry measure`."""
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASE.json",
                        help="case file of one hip, or the folder that holds it")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--workers", type=_workerCount, default=1, metavar="N",
                        help="hips measured at the same time, each in a process of its own (default 1)")
    parser.add_argument("--no-render", action="store_true",
                        help="leave out picture, movie and model in 3D; the report keeps its 3D view")


def run(arguments: argparse.Namespace) -> int:
    """Measure the cases.

    :return: 0 when all were measured, 1 when at least one failed.
    """
    cases = [_caseFile(path) for path in arguments.cases]
    outcomes = measureAll(cases, arguments.workers, isRendered=not arguments.no_render)
    for outcome in outcomes:
        if outcome.error is not None:
            if arguments.debug and outcome.details:
                print(outcome.details, file=sys.stderr)
            print(f"error: {outcome.error}", file=sys.stderr)
    printNotes(outcomes)
    measured = [outcome for outcome in outcomes if outcome.record is not None]
    if measured:
        writeResults(measured, arguments.output)
        print(resultTable([outcome.record for outcome in measured]))
        for outcome in measured:
            print(f"Report of hip {outcome.record['hip']}: {arguments.output / outcome.record['hip'] / 'report.html'}")
    return 0 if len(measured) == len(outcomes) else 1


def printNotes(outcomes: Sequence[CaseOutcome]):
    """Say on standard error what could not be made of hips that were measured."""
    for outcome in outcomes:
        for note in outcome.notes:
            print(f"note: {outcome.path}: {note}", file=sys.stderr)


def measureAll(paths: Sequence[Path], workers: int = 1, isRendered: bool = True) -> list[CaseOutcome]:
    """Measure case files, with a progress bar on a terminal.

    :param workers: number of processes; 1 measures in this one.
    :param isRendered: whether picture, movie and model in 3D are made too.
    :return: one outcome a path, in the order of the paths.
    """
    from tqdm import tqdm

    position = {path: index for index, path in reversed(list(enumerate(paths)))}
    distinct = list(dict.fromkeys(paths))
    measure = partial(measureCaseFile, isRendered=isRendered)
    isAlone = workers == 1 or len(distinct) == 1
    finished = map(measure, distinct) if isAlone else _inWorkers(measure, distinct, workers)
    # disable=None: a bar on a terminal, quiet in a pipe.
    outcomes = list(tqdm(finished, total=len(distinct), unit="hip", disable=None, leave=False))
    return requireDistinctHips(sorted(outcomes, key=lambda outcome: position[outcome.path]))


def writeResults(measured: Sequence[CaseOutcome], folder: Path):
    """Write tables and reports, each whole or not at all.

    :param measured: outcomes with a record.
    :raises FileError: the folder cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise FileError(f"{folder}: there is a file of that name; give a folder for the results")
    records = [outcome.record for outcome in measured]
    for outcome in measured:
        hipFolder = folder / outcome.record["hip"]
        for name, content in outcome.files.items():
            _write(hipFolder / name, content)
        earlier = [hipFolder / name for name in RENDERED_FILES]
        for path in earlier + [path for pattern in CHANGE_PATTERNS for path in hipFolder.glob(pattern)]:
            # One of an earlier measurement would not belong to the new numbers.
            if path.name not in outcome.files:
                path.unlink(missing_ok=True)
    _write(folder / "measurements.json", measurementsJson(records))
    _write(folder / "measurements.csv", measurementsCsv(records))


def _write(path: Path, content: str | bytes):
    with atomicPath(path) as temporary:
        temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def _inWorkers(measure: Callable[[Path], CaseOutcome], paths: Sequence[Path], workers: int) -> Iterator[CaseOutcome]:
    # "spawn" everywhere: a forked child of a process with threads may hang.
    with ProcessPoolExecutor(min(workers, len(paths)), mp_context=get_context("spawn")) as pool:
        pathOf = {pool.submit(measure, path): path for path in paths}
        for future in as_completed(pathOf):
            try:
                yield future.result()
            except BrokenProcessPool:
                path = pathOf[future]
                yield CaseOutcome(path, error=f"{path}: the process that measured it ended unexpectedly (perhaps for "
                                              "lack of memory); measure it alone with --workers 1")


def _caseFile(path: Path) -> Path:
    return path / "case.json" if path.is_dir() else path


def _workerCount(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return count
