"""The files of a cohort, each whole or not at all."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import FileError
from ..files.filecontext import atomicPath
from .figures import FIGURE_KEYS, cohortFigures
from .figurestyle import CohortFigure
from .page import cohortHtml
from .results import CohortResults
from .writers import cohortCsv, cohortJson


def writeCohort(results: CohortResults, folder: Path, moreFigures: tuple[CohortFigure, ...] = ()) -> list[Path]:
    """Write cohort.json, cohort.csv, cohort.html and the figures as PNG and SVG.

    :param moreFigures: of the readers' agreement, shown after the others.
    :return: the files, the page first. Figures of an earlier cohort that this one does not have are removed.
    :raises FileError: there is a file where the folder should be.
    """
    if folder.exists() and not folder.is_dir():
        raise FileError(f"{folder}: there is a file of that name; give a folder for the results")
    figures = [*(cohortFigures(results) if results.table is not None else ()), *moreFigures]
    written = [folder / "cohort.html", folder / "cohort.json", folder / "cohort.csv"]
    for path, text in zip(written, (cohortHtml(results, figures), cohortJson(results, figures), cohortCsv(results))):
        with atomicPath(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="")
    for figure in figures:
        for ending, data in (("png", figure.png), ("svg", figure.svg)):
            path = folder / f"{figure.key}.{ending}"
            with atomicPath(path) as temporary:
                temporary.write_bytes(data)
            written.append(path)
    _removeEarlierFigures(folder, set(written))
    return written


def _removeEarlierFigures(folder: Path, written: set[Path]):
    """Figures of an earlier cohort in this folder would pass for those of this one."""
    for key in FIGURE_KEYS:
        for ending in ("png", "svg"):
            for path in folder.glob(f"{key}.{ending}"):
                if path not in written:
                    path.unlink()
