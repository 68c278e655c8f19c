"""Zones over time: which were present, which are gone, and how much of each regenerated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..changemap import ChangeMap
from ..hip import Note, VisitMeasurement
from .coronalzones import JIC_ZONES
from .frame import AnatomicalFrame
from .result import ABSENT, NOT_IMAGED, NOT_MEASURABLE, PRESENT, ZoneChange
from .transversezones import ACP_ZONES

CORONAL_AXES, TRANSVERSE_AXES = (0, 2), (0, 1)


@dataclass(frozen=True)
class ReaderZones:
    """Zones of one visit that a reader entered; None where none did, () for "no zone"."""

    jic: tuple[str, ...] | None = None
    acp: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _System:
    """One system of zones as a visit holds it."""

    key: str
    name: str
    zones: tuple[str, ...]
    axes: tuple[int, int]

    def found(self, visit: VisitMeasurement) -> tuple[str, ...] | None:
        """Zones that the program found on the section; None where it could not."""
        if visit.location is None:
            return None
        if self.key == "jic":
            return None if visit.location.jic is None else visit.location.jic.section.zones.present
        return None if visit.location.acp is None else visit.location.acp.section.present

    def geometry(self, visit: VisitMeasurement):
        part = None if visit.location is None else getattr(visit.location, self.key)
        return None if part is None else part.geometry


SYSTEMS = (_System("jic", "JIC", JIC_ZONES, CORONAL_AXES), _System("acp", "ACP", ACP_ZONES, TRANSVERSE_AXES))


def zoneChanges(visit: VisitMeasurement, baseline: VisitMeasurement | None,
                readerZones: Mapping[str, ReaderZones]) -> tuple:
    """States of the zones of both systems at a visit, compared with the baseline.

    :param baseline: None where there is none.
    :return: two tuples of ZoneChange, and what is to be said of them.
    """
    changes, notes = [], []
    isFollowup = baseline is not None and visit.month > baseline.month
    for system in SYSTEMS:
        present, isByReader = presentZones(system, visit, readerZones, notes)
        before = presentZones(system, baseline, readerZones, [])[0] if isFollowup else None
        volumes = _volumes(system, visit.changeMap, baseline)
        found = []
        for index, zone in enumerate(system.zones):
            state = _state(zone, visit, present)
            isKnown = before is not None and present is not None
            regenerated = (zone in before and state == ABSENT) if isKnown else None
            found.append(ZoneChange(zone, state, isByReader, regenerated, *_healed(volumes, index)))
        changes.append(tuple(found))
    return changes[0], changes[1], notes


def presentZones(system: _System, visit: VisitMeasurement, readerZones: Mapping[str, ReaderZones],
                 notes: list) -> tuple[tuple[str, ...] | None, bool]:
    """Zones that are present, and whether a reader said so; what the program finds comes first."""
    found = system.found(visit) if visit.done else None
    read = getattr(readerZones.get(visit.label, ReaderZones()), system.key)
    if found is None and read is not None:
        notes.append(Note("zones-by-reader", f"{system.name} zones are those that a reader entered, since they could "
                                             "not be measured."))
        return read, True
    if found is not None and read is not None and set(found) != set(read):
        notes.append(Note("zones-differ-from-reader", f"A reader entered other {system.name} zones "
                                                      f"({' '.join(read) or '-'}) than were measured "
                                                      f"({' '.join(found) or '-'})."))
    return found, False


def _state(zone: str, visit: VisitMeasurement, present: tuple[str, ...] | None) -> str:
    if not visit.done:
        return NOT_IMAGED
    if present is None:
        return NOT_MEASURABLE
    return PRESENT if zone in present else ABSENT


def _healed(volumes, index: int) -> tuple[float | None, float | None]:
    """Baseline's lesion of a zone in mm3, and how much of it regenerated in percent."""
    if volumes is None:
        return None, None
    total, gone = (float(part[index]) for part in volumes)
    return total, 100.0 * gone / total if total > 0 else None


def _volumes(system: _System, change: ChangeMap | None, baseline: VisitMeasurement | None):
    """Volume of the baseline's lesion and of what regenerated of it by zone, mm3; None without a change map."""
    geometry = None if baseline is None else system.geometry(baseline)
    if change is None or geometry is None:
        return None
    frame = baseline.location.frame
    regenerated = _volumeByZone(change.regenerated, change, geometry, frame, system)
    return regenerated + _volumeByZone(change.persistent, change, geometry, frame, system), regenerated


def _volumeByZone(mask, change: ChangeMap, geometry, frame: AnatomicalFrame, system: _System) -> np.ndarray:
    count = len(system.zones)
    if mask.isEmpty:
        return np.zeros(count)
    points = frame.toFrame(mask.pointsRas())
    zones = geometry.zoneAt(points[:, system.axes[0]], points[:, system.axes[1]])
    return np.bincount(zones + 1, minlength=count + 1)[1:] * change.grid.voxelVolumeMm3
