"""What only shows when several cases stand side by side: they must not contradict each other."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import ONVolumetryError
from ..files.case import Case, readCase
from .casemeasurement import CaseOutcome
from .outputfolder import RESERVED_NAMES


@dataclass
class CaseSet:
    """Cases that can stand side by side, and those that cannot.

    :param cases: by path, in the order given.
    :param failures: one outcome with an error for each of the others.
    """

    cases: dict[Path, Case] = field(default_factory=dict)
    failures: list[CaseOutcome] = field(default_factory=list)
    _byHip: dict[str, Case] = field(default_factory=dict)
    _byPatient: dict[str, list[Case]] = field(default_factory=dict)

    def add(self, case: Case):
        """Take a case, unless it contradicts one before it."""
        problem = self._problem(case)
        if problem is not None:
            self.failures.append(CaseOutcome(case.path, error=f"{case.path}: {problem}"))
            return
        self.cases[case.path] = case
        self._byHip[case.hip.casefold()] = case
        self._byPatient.setdefault(case.patient, []).append(case)

    def _problem(self, case: Case) -> str | None:
        if case.hip.casefold() in RESERVED_NAMES:
            return f'hip: "{case.hip}" is the name of a table of results; give the hip another name'
        same = self._byHip.get(case.hip.casefold())
        if same is not None:
            return (f'hip: this case and {same.path} both name the hip "{case.hip}"; give each case its own hip, or '
                    "measure them to different folders; until then this one is not measured")
        for other in self._byPatient.get(case.patient, ()):
            if case.sex != other.sex:
                return (f'sex: patient "{case.patient}" is {case.sex} in this case and {other.sex} in {other.path}; '
                        "correct one of the two; until then this one is not measured")
            if case.side == other.side:
                return (f'side: this case and {other.path} both name the {case.side} hip of patient "{case.patient}"; '
                        "correct side, hip or patient of one of the two; until then this one is not measured")
        return None


def readCaseSet(paths: Sequence[Path]) -> CaseSet:
    """Read case files and compare them.

    A case that cannot be read stands in nobody's way, and is reported for its own error only.
    Two cases of one hip would be written to one folder; two hips of one patient share the sex and differ in side.

    :param paths: case files, without repetition.
    """
    cases = CaseSet()
    for path in paths:
        try:
            case = readCase(path)
        except ONVolumetryError as error:
            cases.failures.append(CaseOutcome(path, error=str(error), details=traceback.format_exc()))
        else:
            cases.add(case)
    return cases
