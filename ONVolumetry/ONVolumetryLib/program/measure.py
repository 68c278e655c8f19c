"""Measure hips: case files in, tables and one report a hip out."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

from ..report.formats import plural
from .argumentparser import positiveCount
from .measurerun import HipResult, InterruptedRunError, RunOptions, RunResults, measureInto
from .resulttable import resultTable
from .warninglines import warningLines

CASE_FILE = "case.json"
MOST_LISTED_REPORTS = 20


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry measure`."""
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASE.json",
                        help="case file of one hip, the folder that holds it, or a folder of such folders")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--workers", type=positiveCount, default=1, metavar="N",
                        help="hips measured at the same time, each in a process of its own (default 1)")
    parser.add_argument("--no-render", action="store_true",
                        help="leave out picture, movie and model in 3D; the report keeps its 3D view")
    parser.add_argument("--fresh", action="store_true",
                        help="measure all hips, also those whose results are there and still hold")
    parser.add_argument("--scheduler", metavar="ADDRESS",
                        help="let the workers of a Dask cluster measure instead of --workers, such as "
                             "tcp://10.0.0.1:8786; they must see the case files under the same paths")


def run(arguments: argparse.Namespace) -> int:
    """Measure the cases.

    :return: 0 when all were measured, 1 when at least one failed.
    """
    options = RunOptions(arguments.workers, not arguments.no_render, arguments.fresh, arguments.scheduler)
    try:
        with terminationAsInterrupt():
            results = measureInto(arguments.output, [case for path in arguments.cases for case in _caseFiles(path)],
                                  options)
    except InterruptedRunError as interrupt:
        done = "is done" if interrupt.total == 1 else "are done"
        print(f"note: {interrupt.done} of {plural(interrupt.total, 'hip')} {done} and kept in {arguments.output}; the "
              "same command goes on from there", file=sys.stderr)
        raise
    for hip in results.failed:
        if arguments.debug and hip.details:
            print(hip.details, file=sys.stderr)
        print(f"error: {hip.error}", file=sys.stderr)
    printNotes(results.hips)
    _printKept(results, arguments.output)
    if results.measured:
        print(resultTable([hip.record for hip in results.measured]))
        _printReports(results, arguments.output)
        for hip in results.measured:
            for line in warningLines(hip.record):
                print(f"note: {line}", file=sys.stderr)
    return 1 if results.failed else 0


def printNotes(hips: Sequence[HipResult]):
    """Say on standard error what could not be made of hips that were measured."""
    for hip in hips:
        for note in hip.notes:
            print(f"note: {hip.path}: {note}{' (an earlier run; --fresh tries again)' if hip.isKept else ''}",
                  file=sys.stderr)


def _printKept(results: RunResults, output: Path):
    for hip in results.removed:
        print(f"note: removed the earlier results of hip {hip} from {output}", file=sys.stderr)
    kept = sum(hip.isKept for hip in results.hips)
    if kept:
        said, it = ("was measured before and has", "it") if kept == 1 else ("were measured before and have", "them")
        print(f"note: {kept} of {plural(len(results.hips), 'hip')} {said} not changed; --fresh measures {it} again",
              file=sys.stderr)


def _printReports(results: RunResults, output: Path):
    if len(results.measured) > MOST_LISTED_REPORTS:
        print(f"Reports of {len(results.measured)} hips: {output / 'HIP' / 'report.html'}")
        return
    for hip in results.measured:
        print(f"Report of hip {hip.record['hip']}: {output / hip.record['hip'] / 'report.html'}")


@contextmanager
def terminationAsInterrupt():
    """Take the signal by which clusters and other programs end a process as Ctrl-C, so that it ends in order."""
    def interrupt(*_):
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _caseFiles(path: Path) -> list[Path]:
    """The case files meant by a path; a folder stands for the case.json in it or in its folders."""
    if not path.is_dir():
        return [path]
    own = path / CASE_FILE
    return [own] if own.is_file() else sorted(path.glob(f"*/{CASE_FILE}")) or [own]
