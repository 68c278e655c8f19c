"""What every reader and writer of files shares: errors that name the file, and files that are whole or absent."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path

from ..core.errors import FileError, ONVolumetryError

PARTIAL_PREFIX = ".partial-"
PARTIAL_PATTERN = f"{PARTIAL_PREFIX}*"


@contextmanager
def namedFile(path):
    """Put the path of the file at hand in front of the text of every error that the user can mend.

    This is the only place where a path is put in front: `PATH: field: what is wrong; what to do`. A path is put
    there once only, so that readers may call each other.

    :param path: file or folder being read or written.
    """
    try:
        yield
    except ONVolumetryError as error:
        if getattr(error, "path", None) is not None:
            raise
        named = type(error)(f"{path}: {oneLine(str(error))}")
        named.path = Path(path)
        raise named from error
    except OSError as error:
        named = FileError(f"{path}: {error.strerror or 'the file cannot be read or written'}; check the path, the "
                          "free space, and that you may read and write there")
        named.path = Path(path)
        raise named from error


def oneLine(text: str) -> str:
    """Text without line breaks or other control characters, so that an error stays on one line."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


@contextmanager
def atomicPath(path):
    """Give a temporary path beside the wanted one, and rename it when the block ends without an error.

    The temporary name keeps the ending, because writers choose the format by it. The folder is made if need be.

    :param path: where the whole file is to appear.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{PARTIAL_PREFIX}{os.getpid()}-{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if error.filename is None or str(error.filename) == str(temporary):
            # What the user knows; the temporary name says nothing to anybody.
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def requireFile(path) -> Path:
    """The path, if a file is there.

    :raises FileError: there is none.
    """
    path = Path(path)
    if not path.is_file():
        raise FileError("there is a folder where a file is wanted; give the file" if path.is_dir()
                        else "no such file; correct the path")
    return path
