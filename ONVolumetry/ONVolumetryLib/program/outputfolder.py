"""The folder of results: what belongs to one run; of an earlier one only what still holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..core.errors import FileError
from ..files.filecontext import atomicPath
from ..files.results import measurementsCsv, measurementsJson
from .casemeasurement import CaseOutcome
from .changefiles import CHANGE_PATTERNS
from .hipfile import HIP_FILE, EarlierHip, isHipFile, readHipFile, writeHipFile
from .regressionnames import RENDERED_FILES

JSON_TABLE, CSV_TABLE = "measurements.json", "measurements.csv"
REPORT = "report.html"
RESERVED_NAMES = (JSON_TABLE, CSV_TABLE)


class ResultFolder:
    """Writes results hip by hip, each file whole or not at all, and the tables of all hips at the end.

    Tables that hold some hips beside folders of others, or of hips that could not be measured again, would be taken
    for results: they are removed before the first hip changes, and written when all are done.

    :raises FileError: there is a file where the folder should be.
    """

    def __init__(self, folder: Path):
        if folder.exists() and not folder.is_dir():
            raise FileError(f"{folder}: there is a file of that name; give a folder for the results")
        self.folder = folder
        self._earlier = self._hipsOfEarlierRun()

    def earlier(self, hip: str) -> EarlierHip | None:
        """Results of an earlier run of a hip, if they are whole."""
        return readHipFile(self.folder / hip)

    def store(self, outcome: CaseOutcome, fingerprint: str | None):
        """Write the files of a hip that was measured, in place of its earlier ones.

        :param fingerprint: of what they rest on; None makes the next run measure the hip again.
        """
        self._removeTables()
        hipFolder = self.folder / outcome.record["hip"]
        (hipFolder / HIP_FILE).unlink(missing_ok=True)
        for name, content in outcome.files.items():
            _write(hipFolder / name, content)
        _removeFiles(hipFolder, keep=outcome.files)
        if fingerprint is not None:
            sizes = {name: (hipFolder / name).stat().st_size for name in outcome.files}
            writeHipFile(hipFolder, EarlierHip(fingerprint, outcome.record, sizes, outcome.notes))

    def finish(self, records: Sequence[Mapping[str, Any]]) -> list[str]:
        """Remove hips of an earlier run that are not among those of this one, and write the tables.

        :param records: of the hips of this run, in order; none removes the earlier results only.
        :return: hips whose earlier results were removed.
        """
        present = {record["hip"] for record in records}
        removed = [hip for hip in self._earlier if hip not in present]
        for hip in removed:
            self._removeTables()
            _removeFiles(self.folder / hip, keep=())
        if records:
            _write(self.folder / JSON_TABLE, measurementsJson(records))
            _write(self.folder / CSV_TABLE, measurementsCsv(records))
        else:
            self._removeTables()
        return removed

    def _removeTables(self):
        for name in RESERVED_NAMES:
            (self.folder / name).unlink(missing_ok=True)

    def _hipsOfEarlierRun(self) -> list[str]:
        """Hips whose results an earlier run left in the folder, by its table and by the hips' own files."""
        found = [path.parent.name for path in sorted(self.folder.glob(f"*/{HIP_FILE}")) if isHipFile(path)]
        with suppress(OSError, ValueError, KeyError, TypeError):
            document = json.loads((self.folder / JSON_TABLE).read_text(encoding="utf-8"))
            found = [record["hip"] for record in document["hips"]] + found
        # A table that somebody edited must not lead out of the folder.
        return [name for name in dict.fromkeys(found)
                if isinstance(name, str) and Path(name).name == name and name not in ("..", ".")]


def _removeFiles(hipFolder: Path, keep: Iterable[str]):
    """Remove what this program writes for a hip, and the folder if nothing else is in it."""
    written = [hipFolder / name for name in (REPORT, HIP_FILE, *RENDERED_FILES)]
    for path in written + [path for pattern in CHANGE_PATTERNS for path in hipFolder.glob(pattern)]:
        if path.name not in keep:
            path.unlink(missing_ok=True)
    with suppress(OSError):
        hipFolder.rmdir()


def _write(path: Path, content: str | bytes):
    with atomicPath(path) as temporary:
        temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
