"""JSON whose errors a person can find: line and column, and keys that occur twice."""

from __future__ import annotations

import json
from typing import Any

from ..core.errors import CaseError

GZIP, NRRD = b"\x1f\x8b", b"NRRD0"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def parseJson(data: bytes, wanted: str = "a JSON file") -> Any:
    """Parse JSON.

    NaN and Infinity are let through, so that the check of the field can name it.

    :param data: UTF-8, with or without a byte order mark.
    :param wanted: what to give instead of a file that is no text, such as "case.json".
    :raises CaseError: the text is not JSON; says line and column.
    """
    if _isBinary(data):
        raise CaseError(f"this is not a text file; give {wanted}")
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_requireUniqueKeys)
    except UnicodeDecodeError as error:
        raise CaseError(f"byte {error.start + 1} is not UTF-8; save the file with the encoding UTF-8") from error
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        raise CaseError(f"line {error.lineno}, column {error.colno}: this is not JSON ({reason}); correct it there or "
                        "just before, where a comma or quote may be too many or absent") from error
    except RecursionError as error:
        raise CaseError("the JSON is nested too deeply; correct the file") from error


def _isBinary(data: bytes) -> bool:
    """Whether this is an image or the like, and no text in any encoding."""
    return data.startswith((GZIP, NRRD)) or (b"\0" in data and not data.startswith(UTF_16))


def _requireUniqueKeys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = {}
    for key, value in pairs:
        if key in result:
            raise CaseError(f'the key "{key}" occurs twice in one object; keep one')
        result[key] = value
    return result
