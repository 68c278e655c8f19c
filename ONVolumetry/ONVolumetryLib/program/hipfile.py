"""HIP/measurement.json: what a later run needs to know of a measured hip; written last, so that it means "whole"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..files.filecontext import atomicPath

HIP_FILE = "measurement.json"
HIP_SCHEMA = "onvolumetry-hip/1"


@dataclass(frozen=True)
class EarlierHip:
    """Results that an earlier run left of a hip.

    :param fingerprint: of the input that they rest on.
    :param record: of the hip, as in measurements.json.
    :param files: size in bytes by file name.
    :param notes: what could not be made.
    """

    fingerprint: str
    record: dict[str, Any]
    files: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def writeHipFile(folder: Path, earlier: EarlierHip):
    """Write the file into the hip's folder, whole or not at all."""
    document = {"schema": HIP_SCHEMA, "input_sha256": earlier.fingerprint, "notes": list(earlier.notes),
                "files": earlier.files, "hip": earlier.record}
    with atomicPath(folder / HIP_FILE) as temporary:
        temporary.write_text(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n",
                             encoding="utf-8")


def readHipFile(folder: Path) -> EarlierHip | None:
    """Read what an earlier run left in a hip's folder; None where it left nothing, or not all of it is there."""
    try:
        document = json.loads((folder / HIP_FILE).read_text(encoding="utf-8"))
        earlier = EarlierHip(document["input_sha256"], document["hip"], document["files"], tuple(document["notes"]))
        isWhole = (document["schema"] == HIP_SCHEMA and earlier.record["hip"] == folder.name
                   and _areThere(folder, earlier.files))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return earlier if isWhole else None


def isHipFile(path: Path) -> bool:
    """Whether a file of that name is ours."""
    try:
        with open(path, encoding="utf-8") as file:
            return HIP_SCHEMA in file.read(200)
    except (OSError, ValueError):
        return False


def _areThere(folder: Path, files: Mapping[str, int]) -> bool:
    return all(Path(name).name == name and (folder / name).stat().st_size == size for name, size in files.items())
