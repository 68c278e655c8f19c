"""One case file as a task for whatever process or computer carries it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import ONVolumetryError
from ..files.case import readCase
from .casemeasurement import CaseOutcome, measureCaseFile
from .inputfingerprint import caseFingerprint, softwareFingerprint


@dataclass(frozen=True)
class HipTask:
    """What is to be done.

    :param path: the case file.
    :param isRendered: whether picture, movie and model in 3D are made too.
    :param earlier: fingerprint that whole results of an earlier run rest on; None measures in any case.
    :param software: fingerprint of the program that asks; another one must not answer.
    """

    path: Path
    isRendered: bool
    earlier: str | None
    software: str


@dataclass(frozen=True)
class TaskResult:
    """What became of a task.

    :param outcome: of the measurement; None where the earlier results still hold.
    :param fingerprint: of what the outcome rests on; None where it could not be taken.
    """

    outcome: CaseOutcome | None
    fingerprint: str | None = None


@dataclass(frozen=True)
class WorkerEnded:
    """The process that carried out a task ended before it was done.

    :param how: in words, such as "signal SIGKILL".
    """

    how: str


# What carries out tasks somewhere else: pairs of a task and its result in the order in which they are done.
Results = Iterator[tuple[HipTask, TaskResult | WorkerEnded]]
Runner = Callable[[Iterable[HipTask]], Results]


def carryOut(task: HipTask) -> TaskResult:
    """Measure a hip, unless its earlier results rest on the very same input; never raises."""
    if task.software != softwareFingerprint():
        return TaskResult(CaseOutcome(task.path, error=(
            f"{task.path}: the worker has another version of ONVolumetry or of its libraries than this program; "
            "install the same on all computers")))
    try:
        # Taken before measuring: a file that changes meanwhile makes the next run measure again.
        fingerprint = caseFingerprint(readCase(task.path), task.isRendered)
    except (OSError, ONVolumetryError):
        fingerprint = None
    if fingerprint is not None and fingerprint == task.earlier:
        return TaskResult(None, fingerprint)
    return TaskResult(measureCaseFile(task.path, task.isRendered), fingerprint)


def inThisProcess(tasks: Iterable[HipTask]) -> Results:
    """Carry out tasks one after the other here."""
    for task in tasks:
        yield task, carryOut(task)
