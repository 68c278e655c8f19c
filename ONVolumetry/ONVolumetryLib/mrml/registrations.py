"""Registers the follow-ups of a hip in the scene, and adds to its measurement what changed where."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..core.changemap import ChangeMap
from ..core.changeovertime import Pairing, Scan
from ..core.hip import HipMeasurement, Note, VisitMeasurement, VisitSegments
from ..core.registration.result import RegistrationResult
from ..core.registration.rigid import requireRigid
from .grids import volumeGrid, volumeVoxels
from .hipnodes import HipNodes, VisitNodes
from .pairkeys import PairKeys
from .pairnodes import isUsers, pairFor, registrationOf, storeRegistration
from .visits import namedVisit
from .visittransforms import matrixOf, pairNode

MOST_KEPT_MAPS = 32
OUT_OF_DATE = "out of date"
Progress = Callable[[float, str], None]


class Registrations:
    """Registrations of hips of one scene; results are kept with the scene, change maps in memory.

    :param scene: vtkMRMLScene that gets the transform nodes.
    """

    def __init__(self, scene):
        self.scene = scene
        self._keys = PairKeys()
        self._maps: dict[tuple, ChangeMap | None] = {}

    def register(self, hip: HipNodes, measurement: HipMeasurement, segments: Sequence[VisitSegments],
                 progress: Progress | None = None, labels: Sequence[str] | None = None) -> list[str]:
        """Register every follow-up whose registration is missing or out of date; judge the user's transforms.

        :param measurement: of the hip.
        :param segments: outlines that were measured.
        :param progress: called with the fraction done and the name of the visit; may raise to cancel, what was found
            until then stays.
        :param labels: of the visits to register; all where None.
        :return: labels of the visits that were registered or judged.
        :raises GeometryError: a user's transform is not rigid; the text names the visit.
        """
        wanted = [label for label in self._outdated(hip, measurement, segments) if labels is None or label in labels]
        nodes = {visit.label: visit for visit in hip.visits}
        keys = self._keys.of(hip, segments)
        for index, label in enumerate(wanted):
            if progress:
                progress(index / len(wanted), label)
            with namedVisit(nodes[label], len(hip.visits)):
                pairing = self._pairing(hip, measurement, segments, {label: self._userTransform(hip, nodes[label])})
                result = pairing.registration(measurement.visit(label))
            storeRegistration(pairFor(self.scene, hip, nodes[label]), result, keys[label])
        if progress and wanted:
            progress(1.0, wanted[-1])
        return wanted

    def added(self, hip: HipNodes, measurement: HipMeasurement, segments: Sequence[VisitSegments]) -> HipMeasurement:
        """The measurement with the registrations that are up to date, and the change maps made with them."""
        known = self.known(hip, segments)
        unused = {visit.label: np.eye(4) for visit in hip.visits
                  if self._hasUsers(hip, visit) and not _canRegister(measurement, visit.label)}
        pairing = self._pairing(hip, measurement, segments, unused)
        if pairing is None:
            return measurement
        keys = self._keys.of(hip, segments)

        def found(visit: VisitMeasurement):
            registration = known.get(visit.label)
            return registration, self._change(pairing, visit, registration, keys.get(visit.label, ""))

        return _withNotes(pairing.overTime(found), pairing, known)

    def known(self, hip: HipNodes, segments: Sequence[VisitSegments]) -> dict[str, RegistrationResult]:
        """Registrations by label that are of the outlines, images and transforms at hand."""
        found = {}
        for label, key in self._keys.of(hip, segments).items():
            node = pairNode(hip, _visitOf(hip, label))
            result = None if node is None else registrationOf(node, key)
            if result is not None:
                found[label] = result
        return found

    def texts(self, hip: HipNodes, segments: Sequence[VisitSegments]) -> dict[str, str]:
        """What the numbers of each follow-up depend on beside its own outlines, as text; "" without a pair."""
        known, texts = self.known(hip, segments), {}
        for label in self._keys.of(hip, segments):
            result = known.get(label)
            if result is not None:
                texts[label] = f"{result.verdict} {result.errorMm!r} {result.followupToBaselineRas.tolist()}"
            elif pairNode(hip, _visitOf(hip, label)) is not None:
                texts[label] = OUT_OF_DATE
        return texts

    def _outdated(self, hip, measurement: HipMeasurement, segments) -> list[str]:
        known = self.known(hip, segments)
        return [label for label in self._keys.of(hip, segments)
                if label not in known and _canRegister(measurement, label)]

    def _pairing(self, hip, measurement, segments, transforms: Mapping[str, Any]) -> Pairing | None:
        scans = {visit.label: Scan(volumeVoxels(visit.volume), volumeGrid(visit.volume)) for visit in hip.visits
                 if visit.done and visit.volume is not None and visit.segmentation is not None}
        given = {label: matrix for label, matrix in transforms.items() if matrix is not None}
        return Pairing.of(measurement, segments, scans, given, hip.side)

    def _hasUsers(self, hip: HipNodes, visit: VisitNodes) -> bool:
        node = pairNode(hip, visit)
        return node is not None and isUsers(node)

    def _userTransform(self, hip: HipNodes, visit: VisitNodes) -> np.ndarray | None:
        node = pairNode(hip, visit)
        return requireRigid(matrixOf(node)) if node is not None and isUsers(node) else None

    def _change(self, pairing: Pairing, visit: VisitMeasurement, registration, key: str) -> ChangeMap | None:
        text = "" if registration is None else registration.followupToBaselineRas.tobytes()
        state = (key, text, pairing.measurement.settings, visit.lesionAbsent)
        if state not in self._maps:
            if len(self._maps) >= MOST_KEPT_MAPS:
                self._maps.clear()
            self._maps[state] = pairing.change(visit, registration)
        return self._maps[state]


def _visitOf(hip: HipNodes, label: str) -> VisitNodes:
    return next(visit for visit in hip.visits if visit.label == label)


def _canRegister(measurement: HipMeasurement, label: str) -> bool:
    """Whether head and sphere are there at a visit and at the baseline."""
    wanted = (measurement.baseline, label)
    return sum(visit.sphere is not None for visit in measurement.visits if visit.label in wanted) == 2


def _withNotes(measurement: HipMeasurement, pairing: Pairing, known) -> HipMeasurement:
    """Say of follow-ups that could be registered that they are not."""
    note = Note("not-registered", "The visit is not registered to the baseline, or its registration is out of date: "
                                  "register it to measure regenerated and new lesion.")
    return dataclasses.replace(measurement, visits=tuple(
        dataclasses.replace(visit, notes=(*visit.notes, note))
        if pairing.isFollowup(visit) and visit.label not in known and _canRegister(measurement, visit.label)
        else visit for visit in measurement.visits))
