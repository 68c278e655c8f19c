"""identifiers.json: the way back from a case to the patient. It is for its owner only and part of no result."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import FileError
from .filecontext import namedFile
from .strictjson import parseJson

IDENTIFIERS_FILE = "identifiers.json"
IDENTIFIERS_SCHEMA = "onvolumetry-identifiers/1"
WARNING = "This file identifies the patient. Keep it where it is; give away the other files only."


@dataclass(frozen=True)
class SourceLink:
    """Where an image of a case comes from.

    :param folder: holds the original files, itself or in folders in it.
    :param seriesUid: SeriesInstanceUID.
    """

    folder: Path
    seriesUid: str


def writeIdentifiers(path: Path, content: Mapping[str, Any]):
    """Write the file so that nobody but its owner can read it.

    :param content: "patient" (pseudonym), "patient_id", "surgery_date", "images".
    """
    document = {"schema": IDENTIFIERS_SCHEMA, "warning": WARNING, **content}
    with namedFile(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2, ensure_ascii=False)
            file.write("\n")


def sourceLink(image: Path) -> SourceLink | None:
    """The noted origin of an image that `onvolumetry import` wrote; None where nothing is noted.

    :param image: image file of a visit; the note lies beside it or one folder up.
    :raises FileError: the note is damaged.
    """
    for folder in (image.parent, image.parent.parent):
        path = folder / IDENTIFIERS_FILE
        if not path.is_file():
            continue
        with namedFile(path):
            document = parseJson(path.read_bytes())
            try:
                entry = document["images"].get(image.relative_to(folder).as_posix())
                return entry and SourceLink(Path(entry["source_dicom"]), entry["series_instance_uid"])
            except (AttributeError, KeyError, TypeError) as error:
                raise FileError('the link to the originals is damaged; give "source_dicom" at the visit') from error
    return None
