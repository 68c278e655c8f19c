"""A run of many hips: what is measured, what is kept of an earlier run, and what is written when."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..files.case import Case
from ..files.outputlock import outputLock
from .caseset import readCaseSet
from .hipfile import EarlierHip
from .hiptask import HipTask, Results, WorkerEnded, inThisProcess
from .inputfingerprint import softwareFingerprint
from .outputfolder import ResultFolder


@dataclass(frozen=True)
class RunOptions:
    """How hips are measured.

    :param workers: number of processes.
    :param isRendered: whether picture, movie and model in 3D are made too.
    :param isFresh: whether hips are measured again whose earlier results still hold.
    :param scheduler: address of a Dask scheduler whose workers measure; None measures on this computer.
    """

    workers: int = 1
    isRendered: bool = True
    isFresh: bool = False
    scheduler: str | None = None


@dataclass(frozen=True)
class HipResult:
    """What became of one case file.

    :param record: of the hip, or None where it failed.
    :param isKept: whether the results are those of an earlier run, which still hold.
    :param notes: what could not be made although the hip was measured, one sentence each.
    :param error: one line, or None where all went well.
    :param details: traceback of the error, for --debug.
    """

    path: Path
    record: dict[str, Any] | None = None
    isKept: bool = False
    notes: tuple[str, ...] = ()
    error: str | None = None
    details: str | None = None


@dataclass(frozen=True)
class RunResults:
    """What became of a run.

    :param hips: one a case file, in the order of the files.
    :param removed: hips of an earlier run whose results were removed.
    """

    hips: tuple[HipResult, ...]
    removed: tuple[str, ...]

    @property
    def measured(self) -> list[HipResult]:
        return [hip for hip in self.hips if hip.record is not None]

    @property
    def failed(self) -> list[HipResult]:
        return [hip for hip in self.hips if hip.error is not None]


class InterruptedRunError(KeyboardInterrupt):
    """The user interrupted a run; the results of the hips that were done are whole.

    :param done: number of hips whose results are in the folder.
    """

    def __init__(self, done: int, total: int):
        super().__init__()
        self.done, self.total = done, total


def measureInto(output: Path, paths: Iterable[Path], options: RunOptions | None = None) -> RunResults:
    """Measure case files and write their results, hip by hip; a progress bar on a terminal.

    :param output: folder of the results; of an earlier run only hips of these files stay.
    :raises FileError: the folder cannot be written, or another run is writing there.
    :raises InterruptedRunError: the user pressed Ctrl-C.
    """
    with outputLock(output):
        return _measureInto(output, paths, options or RunOptions())


def _measureInto(output: Path, paths: Iterable[Path], options: RunOptions) -> RunResults:
    paths = list(dict.fromkeys(paths))
    folder = ResultFolder(output)
    cases = readCaseSet(paths)
    earlier = {} if options.isFresh else {path: found for path, case in cases.cases.items()
                                          if (found := folder.earlier(case.hip)) is not None}
    results = {failure.path: HipResult(failure.path, error=failure.error, details=failure.details)
               for failure in cases.failures}
    tasks = [HipTask(path, options.isRendered, _fingerprint(earlier.get(path)), softwareFingerprint())
             for path in cases.cases]
    try:
        with closing(_run(tasks, options)) as running:
            for task, result in _withProgress(running, len(tasks)):
                results[task.path] = _taken(folder, cases.cases[task.path], result, earlier.get(task.path))
    except KeyboardInterrupt as interrupt:
        raise InterruptedRunError(sum(hip.record is not None for hip in results.values()), len(paths)) from interrupt
    hips = tuple(results[path] for path in paths)
    return RunResults(hips, tuple(folder.finish([hip.record for hip in hips if hip.record is not None])))


def _fingerprint(earlier: EarlierHip | None) -> str | None:
    return None if earlier is None else earlier.fingerprint


def _run(tasks: Sequence[HipTask], options: RunOptions) -> Results:
    if options.scheduler is not None:
        from .clusterpool import onCluster

        return onCluster(tasks, options.scheduler)
    if len(tasks) <= 1:
        return inThisProcess(tasks)
    from .workerpool import inWorkers

    return inWorkers(tasks, options.workers)


def _withProgress(running: Results, total: int) -> Results:
    """A bar on a terminal, quiet in a pipe."""
    if not sys.stderr.isatty():
        return running
    from tqdm import tqdm

    return tqdm(running, total=total, unit="hip", leave=False)


def _taken(folder: ResultFolder, case: Case, result, earlier: EarlierHip | None) -> HipResult:
    """Write what a task brought; big files do not stay in memory."""
    if isinstance(result, WorkerEnded):
        return HipResult(case.path, error=(
            f"{case.path}: the process that measured it ended unexpectedly ({result.how}), perhaps for lack of memory; "
            "measure it alone, or with fewer --workers"))
    if result.outcome is None:
        return HipResult(case.path, earlier.record, True, earlier.notes)
    outcome = result.outcome
    if outcome.record is not None:
        folder.store(outcome, result.fingerprint)
    return HipResult(case.path, outcome.record, False, outcome.notes, outcome.error, outcome.details)
