"""Head and lesion of every visit as smooth fields on one grid, that of the baseline."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.geometry import GridGeometry
from ..core.hip import HipMeasurement, VisitMeasurement, VisitSegments
from ..core.volume import voxelSummation
from .smoothfield import MARGIN_MM, SmoothField, fieldOfMask
from .surfaces import SKIN_MM, fieldAtVolume

REJECTED, ACCEPTED = "rejected", "accepted"


@dataclass(frozen=True, eq=False)
class Placement:
    """How a visit lies on the baseline.

    :param toBaselineRas: 4x4 that carries a point of the visit to the baseline, RAS in mm.
    :param isDoubtful: whether the registration that it comes from is doubtful.
    """

    toBaselineRas: np.ndarray
    isDoubtful: bool = False


@dataclass(frozen=True, eq=False)
class VisitFields:
    """One visit in the space of the baseline.

    :param measurement: what was measured.
    :param isRegistered: whether a registration (not rejected) carried it there; else only the head's center was made
        to coincide.
    :param isDoubtful: whether that registration is doubtful.
    :param head: None where there is no outline.
    :param lesion: None where there is no outline or no lesion is left.
    :param headMm3: voxel sum of the head, lesion included.
    :param lesionMm3: voxel sum of the lesion; 0 where none is left; None = not measured.
    """

    measurement: VisitMeasurement
    isRegistered: bool
    isDoubtful: bool = False
    head: SmoothField | None = None
    lesion: SmoothField | None = None
    headMm3: float | None = None
    lesionMm3: float | None = None


@dataclass(frozen=True, eq=False)
class HipFields:
    """All visits on one grid.

    :param centerRas: center of the baseline's head, in the baseline's space.
    """

    visits: tuple[VisitFields, ...]
    centerRas: np.ndarray


def placementsOf(measurement: HipMeasurement) -> dict[str, Placement]:
    """The registrations of a measurement that are not rejected, by label of the visit."""
    found = {visit.label: getattr(visit, "registration", None) for visit in measurement.visits}
    return {label: Placement(np.asarray(registration.followupToBaselineRas, dtype=float),
                             registration.verdict != ACCEPTED)
            for label, registration in found.items() if registration is not None and registration.verdict != REJECTED}


def hipFields(segments: Sequence[VisitSegments], measurement: HipMeasurement,
              placements: Mapping[str, Placement] | None = None) -> HipFields | None:
    """Bring the outlines of all visits into the space of the baseline (the first outlined visit without one).

    :param placements: how visits lie on the baseline, by label; None takes the registrations of the measurement.
    :return: None where nothing is outlined at any visit.
    """
    outlined = [entry for entry in segments if _body(entry) is not None]
    if not outlined:
        return None
    placements = placementsOf(measurement) if placements is None else placements
    first = next((entry for entry in outlined if entry.label == measurement.baseline), outlined[0])
    native = {entry.label: _nativeFields(entry) for entry in outlined}
    center = _center(first, measurement)
    grid = _commonGrid(native, first.label, center)
    visits = []
    for entry in segments:
        visit = measurement.visit(entry.label)
        fields = VisitFields(visit, isRegistered=entry is first)
        if entry.label in native:
            placement = None if entry is first else placements.get(entry.label)
            fields = dataclasses.replace(fields, isRegistered=entry is first or placement is not None,
                                         isDoubtful=placement is not None and placement.isDoubtful)
            matrix = _centered(entry, center, measurement) if not fields.isRegistered else (
                np.eye(4) if placement is None else placement.toBaselineRas)
            fields = _placed(native[entry.label], grid, np.linalg.inv(matrix), fields)
        elif visit.done and visit.lesionAbsent:
            fields = dataclasses.replace(fields, lesionMm3=0.0)
        visits.append(fields)
    return HipFields(tuple(visits), center)


def _body(segments: VisitSegments):
    if segments.head is None or segments.lesion is None:
        return segments.head or segments.lesion
    return segments.head | segments.lesion


def _nativeFields(segments: VisitSegments) -> dict:
    masks = {"head": None if segments.head is None else _body(segments), "lesion": segments.lesion}
    fields = {name: mask and (fieldOfMask(mask, segments.stack), voxelSummation(mask)) for name, mask in masks.items()}
    return {**fields, "isAbsent": segments.lesionAbsent}


def _center(segments: VisitSegments, measurement: HipMeasurement) -> np.ndarray:
    sphere = measurement.visit(segments.label).sphere
    if sphere is not None:
        return np.asarray(sphere.centerRas, dtype=float)
    return _body(segments).pointsRas().mean(axis=0)


def _centered(entry: VisitSegments, center: np.ndarray, measurement: HipMeasurement) -> np.ndarray:
    """4x4 that only makes the head's center coincide with the baseline's."""
    shift = np.eye(4)
    shift[:3, 3] = center - _center(entry, measurement)
    return shift


def _commonGrid(native: dict, first: str, center: np.ndarray) -> GridGeometry:
    """Grid of the baseline's largest field, made large enough for the others about the same center."""
    fields = [pair[0] for entry in native.values() for pair in (entry["head"], entry["lesion"]) if pair]
    base = (native[first]["head"] or native[first]["lesion"])[0].geometry
    spacing = float(base.spacingMm[0])
    halves = max(float(np.max(np.ptp(field.geometry.cornersRas() @ base.axisDirections, axis=0))) for field in fields)
    count = int(np.ceil((halves + 2 * MARGIN_MM) / spacing))
    middle = base.toRas((np.asarray(base.sizeIjk) - 1) / 2.0)
    matrix = np.array(base.ijkToRas)
    matrix[:3, 3] = middle - matrix[:3, :3] @ np.full(3, (count - 1) / 2.0)
    return GridGeometry((count, count, count), matrix)


def _placed(native: dict, grid: GridGeometry, toFollowup: np.ndarray, fields: VisitFields) -> VisitFields:
    changes, ceiling = {}, None
    if native["head"]:
        field, target = native["head"]
        head = fieldAtVolume(SmoothField(field.sampledOn(grid, toFollowup), grid), target)
        changes, ceiling = {"head": head, "headMm3": target}, head.values - np.float32(SKIN_MM)
    if native["lesion"]:
        field, target = native["lesion"]
        sampled = SmoothField(field.sampledOn(grid, toFollowup), grid)
        changes |= {"lesion": fieldAtVolume(sampled, target, ceiling), "lesionMm3": target}
    elif native["isAbsent"]:
        changes["lesionMm3"] = 0.0
    return dataclasses.replace(fields, **changes)
