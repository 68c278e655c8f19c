"""Add to a measured hip where its lesion lies at every visit, and which zones healed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..hip import HipMeasurement, Note, VisitMeasurement, VisitSegments
from ..octants import octantChanges
from ..registration.rigid import inverseOf
from .frame import PATIENT_AXIS, anatomicalFrame
from .landmarks import Landmarks
from .lateralend import NO_TYPE
from .locate import NO_LANDMARKS, Place, checkedPlace, locateLesion
from .result import BASELINE_LANDMARKS, CARRIED, OWN_LANDMARKS, PATIENT_AXES, LesionLocation
from .sections import HeadFields
from .zonechange import ReaderZones, zoneChanges

NOT_CARRIED = ("the visit has no landmarks of its own and no accepted or doubtful registration to the baseline to "
               "carry the baseline's over")


@dataclass(frozen=True, eq=False)
class LocationInput:
    """What is known of a hip beside its outlines.

    :param side: "left" or "right".
    :param baselineLandmarks: in the baseline's space; None where there are none.
    :param ownLandmarks: landmarks in a visit's own space, by its label; they win.
    :param readerZones: zones that a reader entered, by the visit's label.
    """

    side: str
    baselineLandmarks: Landmarks | None = None
    ownLandmarks: Mapping[str, Landmarks] = field(default_factory=dict)
    readerZones: Mapping[str, ReaderZones] = field(default_factory=dict)


def addLocation(measurement: HipMeasurement, segments: Sequence[VisitSegments], given: LocationInput) -> HipMeasurement:
    """Locate the lesion at every visit.

    :param measurement: as measureHip or addChangeOverTime returns it.
    :param segments: outlines of the visits, in any order.
    """
    outlines = {visit.label: visit for visit in segments}
    locator = _Locator(measurement, outlines, given)
    located = [locator.located(visit) for visit in measurement.visits]
    baseline = next((visit for visit in located if visit.label == locator.baselineLabel), None)
    changed = tuple(_withChange(visit, baseline, given) for visit in located)
    return dataclasses.replace(measurement, visits=changed)


@dataclass(frozen=True, eq=False)
class _Locator:
    """Places one visit after the other."""

    measurement: HipMeasurement
    outlines: Mapping[str, VisitSegments]
    given: LocationInput

    @property
    def baselineLabel(self) -> str | None:
        """The visit in whose space the hip's landmarks lie: the baseline, or what would be it with a lesion."""
        if self.measurement.baseline is not None:
            return self.measurement.baseline
        heads = [visit.label for visit in self.measurement.visits if visit.month <= 0 and visit.sphere is not None]
        return heads[-1] if heads else None

    def located(self, visit: VisitMeasurement) -> VisitMeasurement:
        """The visit with its location; without one where no sphere or no lesion is known."""
        segments = self.outlines[visit.label]
        place = self._place(visit)
        if place is None or visit.lesionVolume is None or segments.head is None:
            return visit
        head = segments.head if segments.lesion is None else segments.head | segments.lesion
        lesion = None if visit.lesionAbsent else segments.lesion
        location = locateLesion(HeadFields.of(lesion, head, segments.stack), place, self.measurement.settings,
                                visit.onvPercent, None if lesion is None else lesion.pointsRas())
        return dataclasses.replace(visit, location=location, notes=(*visit.notes, *_notes(location)))

    def _place(self, visit: VisitMeasurement) -> Place | None:
        if not visit.done or visit.sphere is None:
            return None
        side, own = self.given.side, self.given.ownLandmarks.get(visit.label)
        if own is None and visit.label == self.baselineLabel:
            own, source = self.given.baselineLandmarks, BASELINE_LANDMARKS
        else:
            source = OWN_LANDMARKS
        if own is not None:
            return checkedPlace(anatomicalFrame(visit.sphere, side, own), source, own, visit.sphere, side)
        if visit.label == self.baselineLabel:
            return Place(anatomicalFrame(visit.sphere, side), PATIENT_AXES, None, NO_LANDMARKS)
        return self._carried(visit) or Place(anatomicalFrame(visit.sphere, side), PATIENT_AXES, None,
                                             NOT_CARRIED if self._hasBaselineLandmarks else NO_LANDMARKS)

    @property
    def _hasBaselineLandmarks(self) -> bool:
        return (self.given.baselineLandmarks or self.given.ownLandmarks.get(self.baselineLabel)) is not None

    def _carried(self, visit: VisitMeasurement) -> Place | None:
        """The baseline's place carried over by the registration; None where there is none to use."""
        if visit.registration is None or not visit.registration.isUsable or self.baselineLabel is None:
            return None
        there = self._place(self.measurement.visit(self.baselineLabel))
        if there is None:
            return None
        matrix = inverseOf(visit.registration.followupToBaselineRas)
        landmarks = None if there.landmarks is None else there.landmarks.moved(matrix)
        return Place(there.frame.moved(matrix), CARRIED, landmarks, there.landmarkReason)


def _notes(location: LesionLocation) -> list[Note]:
    """What the reader of the zones must know."""
    notes = [Note("zones-not-measured", f"{system} zones are not measured: {reason}.")
             for system, reason in (("JIC", location.jicReason), ("ACP", location.acpReason)) if reason is not None]
    if len(notes) == 2 and location.jicReason == location.acpReason:
        notes = [Note("zones-not-measured", f"JIC and ACP zones are not measured: {location.jicReason}.")]
    if location.landmarks is not None and location.frame.lateralFrom == PATIENT_AXIS:
        notes.append(Note("frame-from-patient", "The lateral axis is the patient's left-right axis, since the two "
                                                "teardrops are not both placed."))
    notes += _sectionNotes(location)
    if location.jic is not None:
        for reading, where in ((location.jic.section, "on the mid-coronal section"),
                               (location.jic.projected, "in 3D")):
            if reading.disagrees:
                shown = " ".join(reading.zones.present) or "none"
                notes.append(Note("jic-disagrees", f"JIC type {reading.end.jicType} and zones ({shown}) disagree "
                                                   f"{where}: look at the sections."))
        if location.jic.section.end.isNearBoundary:
            types = " or ".join("none" if name == NO_TYPE else name for name in location.jic.section.end.possibleTypes)
            notes.append(Note("jic-near-boundary", f"The JIC type is near a boundary: it may be {types}."))
    return notes


def _sectionNotes(location: LesionLocation) -> list[Note]:
    """Say where angles of 0 are not to be read as no necrosis."""
    if location.centroid is None:
        return []
    missed = [name for name, arc in (("mid-coronal", location.angles.coronal),
                                     ("mid-sagittal", location.angles.sagittal)) if arc.degrees == 0.0]
    if not missed:
        return []
    if len(missed) == 2:
        where, zeros = "sections through the head's center", "both arcs, the Kerboul angle and the Koo-Kim index are"
    else:
        where, zeros = f"{missed[0]} section", "its arc and the Koo-Kim index are"
    return [Note("lesion-off-sections", f"The lesion does not reach the head's surface on the {where}, so {zeros} 0 "
                                        "although there is a lesion.")]


def _withChange(visit: VisitMeasurement, baseline: VisitMeasurement | None, given: LocationInput) -> VisitMeasurement:
    jic, acp, notes = zoneChanges(visit, baseline, given.readerZones)
    octants = visit.octants
    if visit.changeMap is not None and baseline is not None and baseline.location is not None:
        octants = octantChanges(visit.changeMap, baseline.location.frame.centerRas, given.side,
                                baseline.location.frame.axes)
    return dataclasses.replace(visit, jicChanges=jic, acpChanges=acp, octants=octants, notes=(*visit.notes, *notes))

