"""Measure hips: case files in, tables and one report a hip out."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from ..files.outputlock import outputLock
from .casemeasurement import CaseOutcome, measureCaseFile
from .caseset import requireDistinctHips
from .outputfolder import writeResults
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
    with outputLock(arguments.output):
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    cases = [_caseFile(path) for path in arguments.cases]
    outcomes = measureAll(cases, arguments.workers, isRendered=not arguments.no_render)
    for outcome in outcomes:
        if outcome.error is not None:
            if arguments.debug and outcome.details:
                print(outcome.details, file=sys.stderr)
            print(f"error: {outcome.error}", file=sys.stderr)
    printNotes(outcomes)
    measured = [outcome for outcome in outcomes if outcome.record is not None]
    for hip in writeResults(measured, arguments.output):
        print(f"note: removed the earlier results of hip {hip} from {arguments.output}", file=sys.stderr)
    if measured:
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


def _inWorkers(measure: Callable[[Path], CaseOutcome], paths: Sequence[Path], workers: int) -> Iterator[CaseOutcome]:
    # "spawn" everywhere: a forked child of a process with threads may hang.
    pool = ProcessPoolExecutor(min(workers, len(paths)), mp_context=get_context("spawn"), initializer=_ignoreInterrupt)
    with pool:
        pathOf = {pool.submit(measure, path): path for path in paths}
        try:
            for future in as_completed(pathOf):
                yield _outcome(future, pathOf[future])
        except (KeyboardInterrupt, GeneratorExit):
            # Nobody waits for hips that are still being measured; they have written nothing.
            for process in list((pool._processes or {}).values()):
                process.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def _outcome(future: Future, path: Path) -> CaseOutcome:
    try:
        return future.result()
    except BrokenProcessPool:
        return CaseOutcome(path, error=f"{path}: the process that measured it ended unexpectedly (perhaps for lack of "
                                       "memory); measure it alone with --workers 1")


def _ignoreInterrupt():
    """Leave Ctrl-C to the main process, which ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _caseFile(path: Path) -> Path:
    """The case file meant by a path; a folder stands for the case.json in it."""
    return path / "case.json" if path.is_dir() else path


def _workerCount(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return count
