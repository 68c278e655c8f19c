"""What the results of a hip depend on, as one text: equal texts mean that measuring again would change nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ..files.casedata import Case
from ..files.results import softwareRecord

# What a change of the program's own text can change in the results of a hip.
MEASURING_LAYERS = ("core", "files", "report", "scene3d", "program")
DETACHED_ENDINGS = (".nhdr", ".mhd")
DATA_FILE = re.compile(rb"^(?:data ?file:|ElementDataFile[ \t]*=)[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
HEADER_BYTES = 1 << 20
CHUNK_BYTES = 1 << 20


def caseFingerprint(case: Case, isRendered: bool) -> str:
    """Fingerprint of a case: its case file with the settings, the content of all files it names, and the software.

    Content counts, not time of change: a file that was copied or restored is the same.

    :param case: as read from its file.
    :param isRendered: whether picture, movie and model are made too.
    :raises OSError: a file cannot be read.
    """
    digest = hashlib.sha256(softwareFingerprint().encode())
    digest.update(b"rendered" if isRendered else b"not rendered")
    for path in (case.path, *_namedPaths(case)):
        for file in _filesOf(path):
            digest.update(b"\0" + file.name.encode("utf-8", "surrogateescape") + b"\0" + contentDigest(file))
    return digest.hexdigest()


@cache
def softwareFingerprint() -> str:
    """Fingerprint of the program's own text and of the libraries that its numbers rest on."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(json.dumps(softwareRecord(), sort_keys=True).encode())
    for layer in MEASURING_LAYERS:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in (".py", ".json", ".css", ".js", ".html"):
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def contentDigest(path: Path) -> bytes:
    """SHA-256 of a file's content."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.digest()


def _namedPaths(case: Case) -> Iterator[Path]:
    """Everything that the case names and that is read for its results, in a fixed order."""
    for owner in (case, *case.visits):
        for name, value in vars(owner).items():
            # The originals of a DICOM import are kept for the way back only.
            if isinstance(value, Path) and name not in ("path", "sourceDicom"):
                yield value


def _filesOf(path: Path) -> list[Path]:
    """The files behind a path: those of a DICOM folder, and the voxels beside a header."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.is_file())
    if not path.name.lower().endswith(DETACHED_ENDINGS):
        return [path]
    with open(path, "rb") as file:
        found = DATA_FILE.search(file.read(HEADER_BYTES))
    data = path.parent / found.group(1).decode("utf-8", "replace").strip() if found else path
    # A list or pattern of files: whatever lies beside the header may belong to it.
    return [path, data] if data.is_file() else sorted(file for file in path.parent.iterdir() if file.is_file())
