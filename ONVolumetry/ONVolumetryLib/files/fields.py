"""Checks of single JSON values; each error names the field, what is wrong and what to write instead."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.errors import CaseError

LONGEST_NAME = 100
LARGEST_NUMBER = 10**15
NOT_IN_FILE_NAMES = '<>:"/\\|?*'
# Windows keeps these for devices.
RESERVED_NAMES = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789"}


def show(value: Any) -> str:
    """A value from the file, shortened, for a message."""
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 60 else text[:57] + "..."


def requireObject(value: Any, name: str) -> Mapping[str, Any]:
    """The value, if it is a JSON object."""
    if not isinstance(value, dict):
        raise CaseError(f"{name}: {show(value)} is not an object; write {{...}}")
    return value


def requireKnownKeys(value: Mapping[str, Any], name: str, known: Iterable[str]):
    """Refuse a key that nobody reads, and say which one may be meant."""
    known = list(known)
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.6)
            remedy = f'write "{near[0]}"' if near else f"remove it, or write one of {', '.join(known)}"
            raise CaseError(f"{name + '.' if name else ''}{key}: unknown key; {remedy}")


def requireKeys(value: Mapping[str, Any], name: str, needed: Mapping[str, str]):
    """Refuse an object that lacks a key.

    :param needed: key and what to write there.
    """
    for key, example in needed.items():
        if key not in value:
            raise CaseError(f"{name + '.' if name else ''}{key}: absent; add it ({example})")


def requireText(value: Any, name: str) -> str:
    """The value without blanks around it, if it is text that shows something."""
    if not isinstance(value, str):
        raise CaseError(f"{name}: {show(value)} is not text; write it in quotes")
    if not value.strip():
        raise CaseError(f"{name}: the text is empty; write something or remove the key")
    if any(not character.isprintable() for character in value):
        raise CaseError(f"{name}: the text holds a line break or another control character; remove it")
    return value.strip()


def requireFileName(value: Any, name: str) -> str:
    """Text that can be the name of a file or folder on every system."""
    text = requireText(value, name)
    bad = sorted({character for character in text if character in NOT_IN_FILE_NAMES})
    if bad:
        raise CaseError(f"{name}: {show(text)} holds {' '.join(bad)}, which cannot be in a folder name; use letters, "
                        "digits, blanks, - or _")
    if text.startswith(".") or text.endswith(".") or text.split(".")[0].lower() in RESERVED_NAMES:
        raise CaseError(f"{name}: {show(text)} cannot be the name of a folder; choose another name")
    if len(text) > LONGEST_NAME:
        raise CaseError(f"{name}: longer than {LONGEST_NAME} characters; shorten it")
    return text


def requireNumber(value: Any, name: str) -> float:
    """The value, if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise CaseError(f"{name}: {show(value)} is not a number; write a number without quotes")
    if (isinstance(value, int) and abs(value) > LARGEST_NUMBER) or not math.isfinite(value):
        raise CaseError(f"{name}: {show(value)} is not a finite number; write a number, or remove the key")
    return value


def requireBoolean(value: Any, name: str) -> bool:
    """The value, if it is true or false."""
    if not isinstance(value, bool):
        raise CaseError(f"{name}: {show(value)} is not true or false; write true or false without quotes")
    return value


def requireChoice(value: Any, name: str, choices: Iterable[str]) -> str:
    """The value, if it is one of a few words."""
    choices = list(choices)
    if value not in choices:
        raise CaseError(f"{name}: unknown {name.rpartition('.')[2]} {show(value)}; write "
                        + " or ".join(f'"{choice}"' for choice in choices))
    return value


def requireScalars(value: Any, name: str) -> dict[str, Any]:
    """An object whose values are text, finite numbers, true, false or null."""
    result = {}
    for key, item in requireObject(value, name).items():
        requireText(key, f"{name}.{key}")
        if isinstance(item, (dict, list)):
            raise CaseError(f"{name}.{key}: {show(item)} is not a single value; write text, a number, true or false")
        if isinstance(item, (int, float)) and not isinstance(item, bool):
            requireNumber(item, f"{name}.{key}")
        result[key] = item
    return result


def requireFinite(value: Any, name: str):
    """Refuse NaN and Infinity anywhere in a value."""
    if isinstance(value, float):
        requireNumber(value, name)
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in children:
        requireFinite(item, f"{name}.{key}" if isinstance(value, dict) else f"{name}[{key}]")
