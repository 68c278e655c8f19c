"""One run at a time writes into a folder of results."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..core.errors import FileError
from .filecontext import PARTIAL_PATTERN, PARTIAL_PREFIX, namedFile

LOCK_FILE = ".onvolumetry.lock"


class FolderTaken(FileError):
    """Another run is writing into the folder."""


@contextmanager
def outputLock(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder, and remove what a killed run left half-written.

    The system gives the lock back when the process ends, however it ends.

    :param folder: made if need be.
    :raises FileError: another run is writing there, or nobody may.
    """
    folder = Path(folder)
    with namedFile(folder):
        if folder.exists() and not folder.is_dir():
            raise FileError("there is a file of that name; give a folder for the results")
        isNew = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _lock(folder)
        _removePartialFiles(folder)
        _requireWritable(folder)
    try:
        yield
    finally:
        _release(folder, descriptor)
        if isNew:
            # A run that wrote nothing leaves nothing.
            with suppress(OSError):
                folder.rmdir()


def _requireWritable(folder: Path):
    """Find out before the work, not after it."""
    probe = folder / f"{PARTIAL_PREFIX}{os.getpid()}"
    probe.touch()
    probe.unlink()


def _removePartialFiles(folder: Path):
    for pattern in (PARTIAL_PATTERN, f"*/{PARTIAL_PATTERN}"):
        for path in folder.glob(pattern):
            if path.is_file():
                path.unlink(missing_ok=True)


def _lock(folder: Path) -> int | None:
    try:
        import fcntl
    except ImportError:
        return _lockOnWindows(folder)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise _taken() from error
    except OSError:
        # Some network drives know no locks; a run there is as safe as without.
        os.close(descriptor)
        return None
    return descriptor


def _lockOnWindows(folder: Path) -> int:
    import msvcrt

    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        os.close(descriptor)
        raise _taken() from error
    return descriptor


def _taken() -> FolderTaken:
    return FolderTaken("another run is writing into this folder; wait for it, or give another folder")


def _release(folder: Path, descriptor: int | None):
    if descriptor is None:
        return
    os.close(descriptor)
    with suppress(OSError):
        (folder / LOCK_FILE).unlink()
