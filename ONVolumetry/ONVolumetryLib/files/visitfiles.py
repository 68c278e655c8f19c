"""Names of the files of a visit."""

from __future__ import annotations

import re


def fileStem(label: str, month: float) -> str:
    """Name of a visit's files: its label up to surgery, "m3" for three months after it."""
    name = label if month <= 0 else f"m{month:g}"
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "visit"
