"""Which of the folders in a folder hold DICOM images, to name them to those who gave one too high up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from .dicomscan import DicomSeries, filesOf, scanSeries
from .serieschoice import NO_IMAGE, listSeries

MOST_NAMED = 5


def whereImagesAre(folder: Path) -> str:
    """What to say of a folder that itself holds no DICOM image: which folders in it do, with their series."""
    inner = list(islice(_foldersWithImages(folder), MOST_NAMED + 1))
    if not inner:
        return NO_IMAGE
    named = "; ".join(f'"{path.relative_to(folder).as_posix()}" ({listSeries(series)})'
                      for path, series in inner[:MOST_NAMED])
    which = "give the one in it that does" if len(inner) == 1 else "give one of those in it"
    return f"this folder itself holds no DICOM image; {which}: {named}" + ("; and others" if inner[MOST_NAMED:] else "")


def _foldersWithImages(folder: Path) -> Iterator[tuple[Path, list[DicomSeries]]]:
    for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()):
        series = scanSeries(filesOf(inner))
        if series:
            yield inner, series
        yield from _foldersWithImages(inner)
