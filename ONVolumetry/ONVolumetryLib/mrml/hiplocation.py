"""Location of the lesion of a hip of the scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.hip import HipMeasurement, VisitSegments
from ..core.location.landmarks import Landmarks
from ..core.location.overtime import LocationInput, addLocation
from ..core.location.zonechange import ReaderZones
from ..core.registration.rigid import inverseOf
from ..files.landmarkfile import readLandmarks
from .hipnodes import HipNodes
from .landmarknodes import landmarksOfNode

REJECTED = "rejected"


def locateHip(hip: HipNodes, segments: Sequence[VisitSegments], measurement: HipMeasurement) -> HipMeasurement:
    """Locate the lesion at every visit, with the landmarks of the scene.

    :raises ONVolumetryError: a file with a visit's own landmarks cannot be read.
    """
    if hip.side is None:
        return measurement
    visits = () if hip.source is None else hip.source.visits
    own = {visit.label: readLandmarks(visit.landmarks) for visit in visits
           if visit.done and visit.landmarks is not None and visit.landmarks.is_file()}
    readers = {visit.label: ReaderZones(visit.jicZones, visit.acpZones) for visit in visits}
    given = LocationInput(hip.side, landmarksOfNode(hip.landmarks), own, readers)
    return addLocation(measurement, segments, given)


def sourceKey(hip: HipNodes) -> tuple:
    """What the location depends on beside outlines, settings and landmarks of the scene."""
    visits = () if hip.source is None else hip.source.visits
    files = [visit.landmarks for visit in visits if visit.landmarks is not None and visit.landmarks.is_file()]
    return (hip.side, tuple((visit.label, visit.jicZones, visit.acpZones) for visit in visits),
            tuple((str(path), path.stat().st_mtime_ns) for path in files))


def inputsOfHip(hip: HipNodes) -> dict[str, Any]:
    """Settings and landmarks of a hip: what its numbers depend on beside the outlines."""
    landmarks = landmarksOfNode(hip.landmarks)
    if landmarks is None:
        return dict(hip.settings)
    points = {name: [round(float(value), 2) for value in point] for name, point in landmarks.placed.items()}
    return {**hip.settings, "landmarks": points}


def landmarksAtVisit(landmarks: Landmarks, visitRecord: Mapping[str, Any]) -> Landmarks | None:
    """The baseline's landmarks carried to a follow-up by its registration; None where there is none to use.

    :param visitRecord: entry of "visits" in the record of a hip.
    """
    registration = visitRecord.get("registration")
    if registration is None or registration["verdict"] == REJECTED:
        return None
    return landmarks.moved(inverseOf(np.array(registration["followup_to_baseline_ras"])))
