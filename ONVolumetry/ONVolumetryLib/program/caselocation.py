"""Location of the lesion of a case: landmarks read from its files."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.hip import HipMeasurement
from ..core.location.overtime import LocationInput, addLocation
from ..core.location.zonechange import ReaderZones
from ..files.case import Case
from ..files.landmarkfile import readLandmarks
from ..files.visits import LoadedVisit


def withLocation(case: Case, measurement: HipMeasurement, visits: Sequence[LoadedVisit]) -> HipMeasurement:
    """Locate the lesion of a case at every visit.

    :raises ONVolumetryError: a file of landmarks cannot be read; the text begins with the file.
    """
    return addLocation(measurement, [visit.segments for visit in visits], locationInput(case))


def locationInput(case: Case) -> LocationInput:
    """Landmarks and a reader's own zones, as the case gives them.

    :raises ONVolumetryError: a file of landmarks cannot be read.
    """
    return LocationInput(
        side=case.side,
        baselineLandmarks=None if case.landmarks is None else readLandmarks(case.landmarks),
        ownLandmarks={visit.label: readLandmarks(visit.landmarks)
                      for visit in case.visits if visit.done and visit.landmarks is not None},
        readerZones={visit.label: ReaderZones(visit.jicZones, visit.acpZones) for visit in case.visits})
