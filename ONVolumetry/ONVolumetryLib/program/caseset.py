"""What only shows when several cases stand side by side: they must not contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .casemeasurement import CaseOutcome
from .outputfolder import RESERVED_NAMES


def requireDistinctHips(outcomes: Sequence[CaseOutcome]) -> list[CaseOutcome]:
    """Turn a case that contradicts an earlier one into a failure.

    Two cases of one hip would be written to one folder; two hips of one patient share the sex and differ in side.

    :param outcomes: in the order of the cases.
    :return: the same, with a failure in place of each case that cannot stand beside those before it.
    """
    accepted: list[CaseOutcome] = []
    checked = []
    for outcome in outcomes:
        problem = None if outcome.record is None else _problem(outcome.record, accepted)
        if problem is not None:
            checked.append(CaseOutcome(outcome.path, error=f"{outcome.path}: {problem}"))
            continue
        if outcome.record is not None:
            accepted.append(outcome)
        checked.append(outcome)
    return checked


def _problem(record: Mapping[str, Any], accepted: Sequence[CaseOutcome]) -> str | None:
    hip = record["hip"]
    if hip.casefold() in RESERVED_NAMES:
        return f'hip: "{hip}" is the name of a table of results; give the hip another name'
    for other in accepted:
        problem = _conflict(record, other.record, other.path)
        if problem is not None:
            return problem
    return None


def _conflict(record: Mapping[str, Any], other: Mapping[str, Any], otherPath: Path) -> str | None:
    if record["hip"].casefold() == other["hip"].casefold():
        return (f'hip: "{record["hip"]}" is also the hip of {otherPath}; give each case its own hip, or measure '
                "them to different folders")
    if record["patient"] != other["patient"]:
        return None
    if record["sex"] != other["sex"]:
        return f'sex: patient "{record["patient"]}" is {other["sex"]} in {otherPath}; correct one of the two'
    if record["side"] == other["side"]:
        return (f'side: patient "{record["patient"]}" has another {other["side"]} hip in {otherPath}; correct side, '
                "hip or patient of one of the two")
    return None
