"""Which zones hold lesion, how much of each, and whether that might be otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PERCENT = 100.0


@dataclass(frozen=True)
class ZoneShare:
    """One zone.

    :param percent: of the zone's sector that is lesion; None where the sector holds no head.
    :param isPresent: whether that is at least the least share that counts.
    :param isNearBoundary: whether errors of outline, slices or the patient's tilt could change it.
    """

    name: str
    percent: float | None
    isPresent: bool
    isNearBoundary: bool


@dataclass(frozen=True)
class ZoneReading:
    """Zones of one system, read in one way.

    :param zones: in the order of display.
    :param lesionOutsidePercent: share of the lesion that lies in no zone.
    """

    zones: tuple[ZoneShare, ...]
    lesionOutsidePercent: float

    @property
    def present(self) -> tuple[str, ...]:
        return tuple(zone.name for zone in self.zones if zone.isPresent)

    @property
    def nearBoundary(self) -> tuple[str, ...]:
        """Zones that might be present or absent as well."""
        return tuple(zone.name for zone in self.zones if zone.isNearBoundary)

    def zone(self, name: str) -> ZoneShare:
        return next(zone for zone in self.zones if zone.name == name)


@dataclass(frozen=True)
class ReadingLimits:
    """What decides whether a zone is present.

    :param contourSdMm: standard deviation of the outline's position.
    :param leastPercent: of its sector that must be lesion.
    """

    contourSdMm: float
    leastPercent: float


@dataclass(frozen=True, eq=False)
class ZoneAmounts:
    """Lesion and head by zone, in any unit.

    :param lesion: one amount a zone.
    :param head: likewise.
    :param lesionOutside: lesion in no zone.
    """

    lesion: np.ndarray
    head: np.ndarray
    lesionOutside: float = 0.0

    @classmethod
    def counted(cls, zones: np.ndarray, lesion: np.ndarray, head: np.ndarray, weights, count: int) -> ZoneAmounts:
        """:param zones: index of the zone of each cell, -1 for none; the other arrays have its shape."""
        weights = np.broadcast_to(weights, zones.shape)
        sums = [np.bincount((zones + 1).ravel(), weights=(weights * inside).ravel(), minlength=count + 1)
                for inside in (lesion, head)]
        return cls(sums[0][1:], sums[1][1:], float(sums[0][0]))

    @property
    def percents(self) -> np.ndarray:
        """Share of every sector that is lesion, NaN where it holds no head."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.head > 0, PERCENT * self.lesion / self.head, np.nan)

    def present(self, leastPercent: float) -> np.ndarray:
        return np.nan_to_num(self.percents, nan=0.0) >= leastPercent


def zoneReading(names: Sequence[str], nominal: ZoneAmounts, others: Sequence[ZoneAmounts],
                leastPercent: float) -> ZoneReading:
    """Judge the zones.

    :param names: of the zones.
    :param others: what might be instead; a zone that is present in some and absent in others is near a boundary.
    :param leastPercent: of its sector that must be lesion for a zone to be present.
    """
    present = nominal.present(leastPercent)
    differs = np.zeros(len(names), dtype=bool)
    for other in others:
        differs |= other.present(leastPercent) != present
    percents = nominal.percents
    total = float(nominal.lesion.sum()) + nominal.lesionOutside
    zones = tuple(ZoneShare(name, None if np.isnan(percents[index]) else float(percents[index]),
                            bool(present[index]), bool(differs[index])) for index, name in enumerate(names))
    return ZoneReading(zones, PERCENT * nominal.lesionOutside / total if total > 0 else 0.0)

