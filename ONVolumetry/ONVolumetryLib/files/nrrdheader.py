"""The text header of a NRRD file (http://teem.sourceforge.net/nrrd/format.html)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.errors import FileError

MAXIMUM_HEADER_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class NrrdHeader:
    """Fields and custom keys of a NRRD header.

    :param fields: such as {"dimension": "3"}; names in lower case.
    :param keys: custom pairs, such as {"Segment0_Name": "Femoral head"}.
    """

    fields: dict[str, str]
    keys: dict[str, str]


def readNrrdHeader(path: Path) -> NrrdHeader:
    """Read the header up to the empty line that ends it.

    :raises FileError: the file is not a NRRD file.
    """
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    with open(path, "rb") as file:
        if not file.readline(64).startswith(b"NRRD"):
            raise FileError("this is not a NRRD file although its name says so; export it again")
        while (line := file.readline(MAXIMUM_HEADER_BYTES).rstrip(b"\r\n")):
            _addLine(decodeText(line), fields, keys)
    return NrrdHeader(fields, keys)


def _addLine(line: str, fields: dict[str, str], keys: dict[str, str]):
    if line.startswith("#"):
        return
    key, separator, value = line.partition(":=")
    name, _, field = line.partition(": ")
    if separator and ": " not in key:
        keys[key] = value.replace("\\n", "\n").replace("\\\\", "\\")
    else:
        fields[name.strip().lower().rstrip(":")] = field.strip()


def decodeText(data: bytes) -> str:
    """Text of a header: UTF-8, or Latin-1 as older programs wrote it."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
