"""Worker processes of which any may crash without harm to the others."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from .hiptask import HipTask, Results, WorkerEnded, carryOut

# "spawn" everywhere: a forked child of a process with threads may hang.
CONTEXT = get_context("spawn")
SECONDS_TO_END = 5.0
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
                    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "VTK_SMP_MAX_THREADS", "LP_NUM_THREADS")


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    task: HipTask | None = None

    def give(self, task: HipTask):
        self.task = task
        # One that has ended meanwhile is found out by the next look at its connection.
        with suppress(OSError):
            self.connection.send(task)


def inWorkers(tasks: Iterable[HipTask], count: int) -> Results:
    """Carry out tasks in processes of their own.

    A worker that ends unexpectedly costs its own task only; another worker takes its place. Closing the generator ends
    all workers at once.

    :param count: number of processes at the same time.
    """
    waiting = deque(tasks)
    workers: list[_Worker] = []
    try:
        for _ in range(min(count, len(waiting))):
            workers.append(_startWorker(count))
            workers[-1].give(waiting.popleft())
        while workers:
            ready = wait([worker.connection for worker in workers])
            for worker in [worker for worker in workers if worker.connection in ready]:
                task, result = worker.task, _received(worker)
                if isinstance(result, WorkerEnded):
                    workers.remove(worker)
                    if waiting:
                        workers.append(_startWorker(count))
                        workers[-1].give(waiting.popleft())
                elif waiting:
                    worker.give(waiting.popleft())
                else:
                    _end([worker])
                    workers.remove(worker)
                yield task, result
    finally:
        _end(workers)


def _startWorker(count: int) -> _Worker:
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_serve, args=(theirs,), daemon=False)
    with _fewThreads(count):
        process.start()
    # Only the worker holds its end now, so that its death is seen here.
    theirs.close()
    return _Worker(process, ours)


def _received(worker: _Worker):
    try:
        return worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join(SECONDS_TO_END)
        worker.connection.close()
        return WorkerEnded(_how(worker.process.exitcode))


def _how(exitCode: int | None) -> str:
    if exitCode is None or exitCode >= 0:
        return f"exit status {exitCode}"
    try:
        return f"signal {signal.Signals(-exitCode).name}"
    except ValueError:
        return f"signal {-exitCode}"


def _end(workers: Iterable[_Worker]):
    workers = list(workers)
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(SECONDS_TO_END)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.connection.close()


def _serve(connection: Connection):
    """What a worker does: task after task, until nobody asks any more."""
    # Ctrl-C is for the main process, which ends the workers; they then remove their temporary files.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with suppress(EOFError, OSError):
        while True:
            connection.send(carryOut(connection.recv()))


@contextmanager
def _fewThreads(count: int) -> Iterator[None]:
    """Start processes that share the processors among them instead of each using all; the user's choice goes first."""
    threads = str(max(1, (os.cpu_count() or 1) // count))
    added = [name for name in THREAD_VARIABLES if name not in os.environ]
    os.environ.update(dict.fromkeys(added, threads))
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]
