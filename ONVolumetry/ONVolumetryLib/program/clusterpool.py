"""Tasks handed to the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.errors import ONVolumetryError
from .casemeasurement import CaseOutcome
from .hiptask import HipTask, Results, TaskResult, WorkerEnded, carryOut

NOT_INSTALLED = ('--scheduler needs dask.distributed, which is not installed; install it with pip install distributed, '
                 "or leave --scheduler out")
CONNECT_SECONDS = 20


def onCluster(tasks: Iterable[HipTask], address: str) -> Results:
    """Carry out tasks on a Dask cluster whose workers see the same files under the same paths.

    :param address: of the scheduler, such as tcp://10.0.0.1:8786.
    :raises ONVolumetryError: dask.distributed is missing, or nobody answers at the address.
    """
    client = _connected(address)
    try:
        ended = yield from _submitted(client, list(tasks))
        # Dask blames a worker's death on all tasks that waited there: each again, alone, shows which one it was.
        for task in ended:
            if (yield from _submitted(client, [task])):
                yield task, WorkerEnded("it ended its Dask worker again and again")
    finally:
        client.close()


def _connected(address: str):
    try:
        from distributed import Client
    except ImportError as error:
        raise ONVolumetryError(NOT_INSTALLED) from error
    try:
        return Client(address, timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError, ImportError) as error:
        raise ONVolumetryError(f"--scheduler {address}: no Dask scheduler answers there; check the address and that "
                               "the scheduler runs") from error


def _submitted(client, tasks: list[HipTask]):
    """Yield tasks with their results as they come; return those whose worker ended."""
    from distributed import KilledWorker, as_completed

    ended = []
    taskOf = {client.submit(carryOut, task, pure=False): task for task in tasks}
    arriving = as_completed(list(taskOf))
    for future in arriving:
        task = taskOf.pop(future)
        try:
            yield task, future.result()
        except KilledWorker:
            ended.append(task)
        except Exception as error:
            yield task, TaskResult(CaseOutcome(task.path, error=_failure(task, error)))
        # The cluster keeps a result as long as somebody holds on to it.
        future.release()
    return ended


def _failure(task: HipTask, error: Exception) -> str:
    if isinstance(error, ImportError):
        return (f"{task.path}: the cluster's workers cannot import {error.name or 'ONVolumetry'}; install the same "
                "version of ONVolumetry on all computers")
    return f"{task.path}: the cluster gave up on it ({type(error).__name__}); look at the scheduler's log"
