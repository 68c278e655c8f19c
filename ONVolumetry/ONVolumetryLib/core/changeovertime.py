"""Add to a measured hip how each follow-up lies on the baseline, and what of the lesion changed where."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .changemap import ChangeMap, LesionAtVisit, changeMap
from .geometry import GridGeometry
from .hip import HipMeasurement, Note, VisitMeasurement, VisitSegments
from .octants import octantChanges
from .registration.register import registerFollowup
from .registration.result import ACCEPTED, REJECTED, RegistrationResult, RegistrationSettings, RegistrationVisit

NET_DIFFERENCE_LIMIT = 3.0


@dataclass(frozen=True, eq=False)
class Scan:
    """Image of a visit.

    :param voxels: array in KJI order.
    :param grid: its grid.
    """

    voxels: np.ndarray
    grid: GridGeometry


def addChangeOverTime(measurement: HipMeasurement, segments: Sequence[VisitSegments], scans: Mapping[str, Scan],
                      transforms: Mapping[str, np.ndarray], side: str) -> HipMeasurement:
    """Register every later visit to the baseline and map the change of its lesion.

    :param measurement: as measureHip returns it.
    :param segments: outlines of the visits, in any order.
    :param scans: images by label of the visit, as far as there are any.
    :param transforms: the user's 4x4 transforms from follow-up to baseline (RAS, mm) by label; they win.
    :param side: "left" or "right", for the octants.
    :raises GeometryError: a user's transform is not rigid.
    """
    pairing = Pairing.of(measurement, segments, scans, transforms, side)
    if pairing is None:
        return measurement
    return pairing.overTime(lambda visit: (found := pairing.registration(visit), pairing.change(visit, found)))


@dataclass(frozen=True, eq=False)
class Pairing:
    """The baseline, to which one visit after the other is laid; for callers that keep what was found.

    :param measurement: as measureHip returns it.
    :param baseline: its baseline visit.
    :param outlines: outlines by label of the visit.
    :param scans: images by label.
    :param transforms: the user's 4x4 transforms from follow-up to baseline by label.
    :param side: "left" or "right"; None leaves the octants out.
    """

    measurement: HipMeasurement
    baseline: VisitMeasurement
    outlines: Mapping[str, VisitSegments]
    scans: Mapping[str, Scan]
    transforms: Mapping[str, np.ndarray]
    side: str | None

    @classmethod
    def of(cls, measurement: HipMeasurement, segments: Sequence[VisitSegments], scans: Mapping[str, Scan],
           transforms: Mapping[str, np.ndarray], side: str | None) -> Pairing | None:
        """The pairing of a measured hip; None where it has no baseline."""
        outlines = {visit.label: visit for visit in segments}
        baseline = next((visit for visit in measurement.visits if visit.label == measurement.baseline), None)
        return None if baseline is None else cls(measurement, baseline, outlines, scans, transforms, side)

    def overTime(self, found: Callable[[VisitMeasurement], tuple]) -> HipMeasurement:
        """The measurement with what was found of every follow-up.

        :param found: gives RegistrationResult and ChangeMap of a follow-up, either may be None.
        """
        return dataclasses.replace(self.measurement, visits=tuple(
            self.added(visit, *found(visit)) if self.isFollowup(visit) else visit
            for visit in self.measurement.visits))

    def isFollowup(self, visit: VisitMeasurement) -> bool:
        """Whether a visit is compared with the baseline."""
        return visit.month > self.baseline.month and visit.done

    def registration(self, visit: VisitMeasurement) -> RegistrationResult | None:
        """How a follow-up lies on the baseline; None without a head at both.

        :raises GeometryError: the user's transform is not rigid.
        """
        first, second = self._registrationVisit(self.baseline), self._registrationVisit(visit)
        if first is None or second is None:
            return None
        settings = RegistrationSettings(self.measurement.settings.registrationMarginMm,
                                        self.measurement.settings.registrationLimitMm)
        return registerFollowup(first, second, settings, self.transforms.get(visit.label))

    def change(self, visit: VisitMeasurement, registration: RegistrationResult | None) -> ChangeMap | None:
        """Change map of a follow-up; None without a usable registration, but for a lesion that is gone."""
        first, second = self.baseline.lesionVolume, visit.lesionVolume
        before, after = self.outlines[self.baseline.label], self.outlines[visit.label]
        if first is None or second is None or before.lesion is None:
            return None
        contourSdMm = self.measurement.settings.contourSdMm
        atBaseline = LesionAtVisit(before.lesion, before.stack, first)
        if visit.lesionAbsent:
            # Where nothing is left there is nothing to lay over the baseline.
            gone = LesionAtVisit(None, None, second)
            return changeMap(atBaseline, gone, np.eye(4), 0.0, contourSdMm)
        if registration is None or not registration.isUsable:
            return None
        return changeMap(atBaseline, LesionAtVisit(after.lesion, after.stack, second),
                         registration.followupToBaselineRas, registration.errorMm, contourSdMm)

    def added(self, visit: VisitMeasurement, registration: RegistrationResult | None,
              change: ChangeMap | None) -> VisitMeasurement:
        """The visit with registration, change map and what is to be said of them."""
        notes = list(visit.notes) + _registrationNotes(registration)
        if registration is None and visit.label in self.transforms:
            notes.append(Note("transform-unused", "The transform to the baseline is not used: it takes a head outlined "
                                                  "at this visit and at the baseline to judge it."))
        octants = ()
        if change is not None:
            notes += _netNotes(visit, change)
            if self.baseline.sphere is not None and self.side is not None:
                octants = octantChanges(change, self.baseline.sphere.centerRas, self.side)
        return dataclasses.replace(visit, registration=registration, changeMap=change, octants=octants,
                                   notes=tuple(notes))

    def _registrationVisit(self, visit: VisitMeasurement) -> RegistrationVisit | None:
        segments, scan = self.outlines[visit.label], self.scans.get(visit.label)
        if segments.head is None or visit.sphere is None:
            return None
        head = segments.head if segments.lesion is None else segments.head | segments.lesion
        return RegistrationVisit(head, segments.lesion, segments.stack, visit.sphere,
                                 None if scan is None else scan.voxels, None if scan is None else scan.grid)


def _registrationNotes(registration: RegistrationResult | None) -> list[Note]:
    if registration is None or registration.verdict == ACCEPTED:
        return []
    if registration.verdict == REJECTED:
        return [Note("registration-rejected", f"The registration to the baseline is rejected ({registration.reason}): "
                                              "regenerated and new lesion are not measured.")]
    return [Note("registration-doubtful", f"The registration to the baseline is doubtful ({registration.reason}).")]


def _netNotes(visit: VisitMeasurement, change: ChangeMap) -> list[Note]:
    difference = netDifferencePercent(visit, change)
    if difference is None or abs(difference) <= NET_DIFFERENCE_LIMIT:
        return []
    return [Note("net-difference", f"Regenerated minus new lesion differs by {difference:+.1f} points from the net "
                                   "regeneration of the volumes: with few slices the outlines between them are "
                                   "uncertain.")]


def netDifferencePercent(visit: VisitMeasurement, change: ChangeMap) -> float | None:
    """Gross regeneration minus new lesion, minus the net regeneration of the volumes as scanned, in points."""
    native = visit.changeFromBaseline and visit.changeFromBaseline.regenerationPercent
    return None if native is None else change.netRegenerationPercent - native.value
