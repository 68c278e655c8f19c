"""Which rows belong to the same visit."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..core.errors import CaseError, FileError

SAME_VISIT_MONTHS = 1.0


@dataclass(frozen=True)
class CohortVisit:
    """A time point of the cohort.

    :param label: as first written.
    :param month: median of its rows, in months since surgery.
    """

    label: str
    month: float


def visitKey(label: str) -> str:
    """What two spellings of a visit have in common: case and spaces do not count."""
    return " ".join(label.split()).casefold()


def parseVisitGroups(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read the option --visits: "3 months=3m,M3" joins labels, "6 weeks" alone keeps a label apart.

    :raises CaseError: a label is empty or belongs to two groups.
    """
    groups, seen = {}, set()
    for text in texts:
        label, _, others = text.partition("=")
        aliases = tuple(part.strip() for part in others.split(",") if part.strip())
        keys = {visitKey(part) for part in (label, *aliases)}
        if not label.strip() or keys & seen:
            raise CaseError(f"--visits {text!r}: give LABEL=OTHER,OTHER with every label in one group only")
        seen |= keys
        groups[label.strip()] = aliases
    return groups


def canonicalLabels(labels: Sequence[str], groups: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The label of the visit that each row belongs to: the group's, else the first spelling of the row's own.

    :raises CaseError: a label of the groups is that of no row; the one that others are joined under may be new.
    """
    _requireKnown(labels, groups)
    canonical = {visitKey(part): label for label, aliases in groups.items() for part in (label, *aliases)}
    return [canonical.setdefault(visitKey(label), " ".join(label.split())) for label in labels]


def _requireKnown(labels: Sequence[str], groups: Mapping[str, tuple[str, ...]]):
    there = {visitKey(label): " ".join(label.split()) for label in reversed(labels) if label.strip()}
    unknown = [part for label, aliases in groups.items() for part in aliases or (label,) if visitKey(part) not in there]
    if there and unknown:
        raise CaseError(f"--visits: no row has the visit {' or '.join(map(repr, unknown))}; the visits are "
                        f"{', '.join(map(repr, reversed(there.values())))}; correct the label or leave it out")


def orderedVisits(labels: Sequence[str], months: Sequence[float], groups: Mapping[str, tuple[str, ...]]
                  ) -> tuple[CohortVisit, ...]:
    """The visits in order of time.

    :param labels: canonical label of each row.
    :param months: of each row, in months since surgery.
    :raises FileError: two labels lie within a month of each other and no option says what they are.
    """
    byLabel: dict[str, list[float]] = {}
    for label, month in zip(labels, months):
        byLabel.setdefault(label, []).append(month)
    visits = sorted((CohortVisit(label, statistics.median(values)) for label, values in byLabel.items()),
                    key=lambda visit: (visit.month, visit.label))
    named = {visitKey(label) for label in groups}
    for first, second in itertools.pairwise(visits):
        isSettled = visitKey(first.label) in named and visitKey(second.label) in named
        if second.month - first.month <= SAME_VISIT_MONTHS and not isSettled:
            raise FileError(f"column visit: {first.label!r} (month {first.month:g}) and {second.label!r} (month "
                            f"{second.month:g}) may be one visit; join them with --visits \"{first.label}="
                            f"{second.label}\", or keep both with --visits \"{first.label}\" \"{second.label}\"")
    return tuple(visits)
