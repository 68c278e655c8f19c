"""The folder of results: what belongs to one run, and nothing of an earlier one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from ..core.errors import FileError
from ..files.filecontext import atomicPath
from ..files.results import measurementsCsv, measurementsJson
from .casemeasurement import CaseOutcome
from .changefiles import CHANGE_PATTERNS
from .regressionnames import RENDERED_FILES

JSON_TABLE, CSV_TABLE = "measurements.json", "measurements.csv"
REPORT = "report.html"
RESERVED_NAMES = (JSON_TABLE, CSV_TABLE)


def writeResults(measured: Sequence[CaseOutcome], folder: Path) -> list[str]:
    """Write tables and reports, each whole or not at all, and remove those of an earlier run into the same folder.

    Tables that hold some hips beside folders of others, or of hips that could not be measured again, would be taken
    for results.

    :param measured: outcomes with a record; none removes the earlier results only.
    :return: hips whose earlier results were removed.
    :raises FileError: the folder cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise FileError(f"{folder}: there is a file of that name; give a folder for the results")
    records = [outcome.record for outcome in measured]
    hips = {record["hip"] for record in records}
    removed = [hip for hip in _earlierHips(folder) if hip not in hips]
    for hip in removed:
        _removeFiles(folder / hip, keep=())
    for outcome in measured:
        hipFolder = folder / outcome.record["hip"]
        for name, content in outcome.files.items():
            _write(hipFolder / name, content)
        _removeFiles(hipFolder, keep=outcome.files)
    if records:
        _write(folder / JSON_TABLE, measurementsJson(records))
        _write(folder / CSV_TABLE, measurementsCsv(records))
    else:
        for name in RESERVED_NAMES:
            (folder / name).unlink(missing_ok=True)
    return removed


def _earlierHips(folder: Path) -> list[str]:
    """Hips whose results an earlier run left in the folder, by its own table."""
    try:
        document = json.loads((folder / JSON_TABLE).read_text(encoding="utf-8"))
        names = [record["hip"] for record in document["hips"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    # A table that somebody edited must not lead out of the folder.
    return [name for name in names if isinstance(name, str) and Path(name).name == name and name not in ("..", ".")]


def _removeFiles(hipFolder: Path, keep: Iterable[str]):
    """Remove what this program writes for a hip, and the folder if nothing else is in it."""
    written = [hipFolder / name for name in (REPORT, *RENDERED_FILES)]
    for path in written + [path for pattern in CHANGE_PATTERNS for path in hipFolder.glob(pattern)]:
        if path.name not in keep:
            path.unlink(missing_ok=True)
    with suppress(OSError):
        hipFolder.rmdir()


def _write(path: Path, content: str | bytes):
    with atomicPath(path) as temporary:
        temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
