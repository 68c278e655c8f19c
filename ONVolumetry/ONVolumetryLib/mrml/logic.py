"""What the module does, without its panel: measure nodes of a scene and keep the result in the scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .hipnodes import HipNodes

if TYPE_CHECKING:
    from ..core.hip import HipMeasurement, VisitMeasurement, VisitSegments
    from .registrations import Registrations

MOST_KEPT_VISITS = 64
MOST_KEPT_HIPS = 4


@dataclass(frozen=True)
class StoredRecord:
    """A record found in the scene.

    :param record: of the hip.
    :param isSameInput: whether the nodes, segments and sex at hand are those that were measured.
    """

    record: Mapping[str, Any]
    isSameInput: bool


class MeasurementLogic:
    """Measures hips of one scene; needs no application and no user interface.

    :param scene: vtkMRMLScene in which results are kept.
    """

    def __init__(self, scene):
        self.scene = scene
        self._measured: dict[str, VisitMeasurement] = {}
        self._kept: Registrations | None = None
        self._wholes: dict[tuple, HipMeasurement] = {}

    def measure(self, hip: HipNodes, progress: Callable[[float, str], None] | None = None) -> HipMeasurement:
        """Measure all visits of a hip; a visit whose outlines and choices did not change is not computed again.

        What changed where is measured at the follow-ups that register() has registered.

        :param hip: the nodes, and what is known of the hip.
        :param progress: called with the fraction done (0 to 1) and the name of the visit; may raise to cancel.
        :raises ONVolumetryError: something cannot be measured; the text says what to do.
        """
        from .hipcase import requireMeasurable
        from .hiplocation import locateHip, sourceKey

        requireMeasurable(hip)
        segments = self.segmentsOf(hip)
        key = (self._inputs(hip, segments), sourceKey(hip))
        if key not in self._wholes:
            measurement = self._registrations.added(hip, self._measureVisits(hip, segments, progress), segments)
            while len(self._wholes) >= MOST_KEPT_HIPS:
                del self._wholes[next(iter(self._wholes))]
            self._wholes[key] = locateHip(hip, segments, measurement)
        return _withOutlining(self._wholes[key], segments)

    def register(self, hip: HipNodes, progress: Callable[[float, str], None] | None = None,
                 labels: Sequence[str] | None = None) -> list[str]:
        """Register the follow-ups of a hip to its baseline where that is missing or out of date.

        The scene gets a transform node a pair, which keeps what was found; a transform of the user is only judged.

        :param progress: called with the fraction done and the name of the visit; may raise to cancel.
        :param labels: of the visits to register; all where None.
        :return: labels of the visits that were registered.
        :raises ONVolumetryError: something cannot be measured or registered; the text says what to do.
        """
        from .hipcase import requireMeasurable

        requireMeasurable(hip)
        segments = self.segmentsOf(hip)
        return self._registrations.register(hip, self._measureVisits(hip, segments), segments, progress, labels)

    def registrations(self, hip: HipNodes, segments: Sequence[VisitSegments] | None = None):
        """Registrations by label that are of the outlines, images and transforms at hand.

        :param segments: as segmentsOf() returns them, where they are at hand.
        """
        return self._registrations.known(hip, segments or self.segmentsOf(hip))

    @property
    def _registrations(self) -> Registrations:
        from .registrations import Registrations

        if self._kept is None:
            self._kept = Registrations(self.scene)
        return self._kept

    def _measureVisits(self, hip: HipNodes, segments: Sequence[VisitSegments], progress=None) -> HipMeasurement:
        from ..core.measurehip import relateVisits

        settings = _settings(hip)
        measured = []
        for index, visit in enumerate(segments):
            if progress:
                progress(index / len(segments), visit.label)
            measured.append(self._measuredVisit(visit, hip, settings))
        if progress:
            progress(1.0, segments[-1].label)
        return relateVisits(measured, hip.sex, settings)

    def segmentsOf(self, hip: HipNodes) -> list[VisitSegments]:
        """The outlines of all visits in order of time.

        :raises ONVolumetryError: a node or segment cannot be measured; the text names the visit.
        """
        from .visits import baselineOf, namedVisit, visitSegments

        baseline = baselineOf(hip.visits)
        found = []
        for visit in sorted(hip.visits, key=lambda visit: visit.month):
            with namedVisit(visit, len(hip.visits)):
                found.append(visitSegments(visit, visit is baseline))
        return found

    def _measuredVisit(self, segments: VisitSegments, hip: HipNodes, settings) -> VisitMeasurement:
        from ..core.visitmeasurement import measureVisit
        from .inputhash import inputSha256

        key = inputSha256(segments, hip.sex, hip.settings)
        if key not in self._measured:
            if len(self._measured) >= MOST_KEPT_VISITS:
                self._measured.clear()
            self._measured[key] = measureVisit(segments, hip.sex, settings)
        return self._measured[key]

    def record(self, hip: HipNodes, measurement: HipMeasurement) -> dict[str, Any]:
        """The measurement as plain values, under the names of measurements.json.

        :param hip: the nodes that were measured.
        """
        from ..files.approval import outlinesSha256
        from ..files.results import hipRecord
        from .hipcase import caseOfHip
        from .readingmode import READING_KEY, readingOf

        segments = self.segmentsOf(hip)
        record = hipRecord(caseOfHip(hip), measurement, {visit.label: outlinesSha256(visit) for visit in segments})
        inputs = dict(self._inputs(hip, segments))
        outlines = {visit.label: visit.segmentation for visit in hip.visits}
        for visit in record["visits"]:
            visit["input_sha256"] = inputs[visit["visit"]]
            visit[READING_KEY] = readingOf(outlines[visit["visit"]])
        return record

    def _inputs(self, hip: HipNodes, segments: Sequence[VisitSegments]) -> tuple[tuple[str, str], ...]:
        """Label and fingerprint of what the numbers of each visit depend on, its registration too."""
        from .hiplocation import inputsOfHip
        from .inputhash import inputSha256

        registered = self._registrations.texts(hip, segments)
        return tuple((visit.label, inputSha256(visit, hip.sex, inputsOfHip(hip), registered.get(visit.label, "")))
                     for visit in segments)

    def store(self, hip: HipNodes, record: Mapping[str, Any],
              titleOfKey: Callable[[str], str] = str) -> tuple[Any, Any]:
        """Keep a record in the scene: a text node with all of it, and a table to look at.

        A former record of the same hip is replaced.

        :param hip: the nodes that were measured.
        :param record: as record() returns it.
        :param titleOfKey: title of a quantity in the user's language.
        :return: the text node and the table node.
        """
        from .recordlinks import findRecordNode, linkRecord, tableOfRecord
        from .recordnodes import writeRecord, writeTable

        textNode = findRecordNode(self.scene, hip)
        tableNode = None if textNode is None else tableOfRecord(textNode)
        textNode = textNode or self._newNode("vtkMRMLTextNode", f"{hip.hip} measurement record")
        tableNode = tableNode or self._newNode("vtkMRMLTableNode", f"{hip.hip} measurement")
        writeRecord(textNode, record)
        writeTable(tableNode, record, titleOfKey)
        linkRecord(textNode, tableNode, hip)
        return textNode, tableNode

    def storedRecord(self, hip: HipNodes) -> StoredRecord | None:
        """The record of a hip in the scene, or None where it was not measured yet.

        :raises FileError: the record cannot be read by this version.
        """
        from .recordlinks import findRecordNode, isSameInput
        from .recordnodes import readRecord

        textNode = findRecordNode(self.scene, hip)
        record = readRecord(textNode)
        return None if record is None else StoredRecord(record, isSameInput(textNode, hip))

    def changedVisits(self, hip: HipNodes, record: Mapping[str, Any],
                      segments: Sequence[VisitSegments] | None = None) -> list[str]:
        """Labels of the visits whose outlines or choices are not those that a record was measured from.

        :param segments: as segmentsOf() returns them, where they are at hand.
        :raises ONVolumetryError: an outline cannot be read.
        """
        measured = {visit["visit"]: visit.get("input_sha256") for visit in record["visits"]}
        current = dict(self._inputs(hip, segments or self.segmentsOf(hip)))
        return [label for label in {**current, **measured} if current.get(label) != measured.get(label)]

    def _newNode(self, className: str, name: str):
        return self.scene.AddNewNodeByClass(className, self.scene.GenerateUniqueName(name))

    def suggestSegments(self, segmentationNode, side: str | None = None) -> tuple[str, str]:
        """IDs of the segments that look like head and lesion by name or code, "" where none or several do.

        :param side: "left" or "right"; segments named after the other side are left out.
        """
        from ..core.errors import SegmentError
        from ..files.segmentnames import findHeadAndLesion
        from .segments import describeSegments

        try:
            found = findHeadAndLesion(describeSegments(segmentationNode), side=side)
        except SegmentError:
            return "", ""
        return tuple("" if segment is None else segment.identifier for segment in found)

    def suggestVolume(self, segmentationNode):
        """The volume on which a segmentation was drawn, or None where the scene does not tell."""
        node = segmentationNode.GetNodeReference(segmentationNode.GetReferenceImageGeometryReferenceRole())
        return node if node is not None and node.IsA("vtkMRMLScalarVolumeNode") else None


def _withOutlining(measurement: HipMeasurement, segments: Sequence[VisitSegments]) -> HipMeasurement:
    """With what is known by now of how the outlines came about: a slice is confirmed without any change of numbers."""
    known = {visit.label: visit.outlining for visit in segments}
    if all(visit.outlining == known[visit.label] for visit in measurement.visits):
        return measurement
    return replace(measurement, visits=tuple(replace(visit, outlining=known[visit.label])
                                             for visit in measurement.visits))


def _settings(hip: HipNodes):
    from ..core.settings import MeasurementSettings
    from ..files.keys import SETTING_FIELDS

    return MeasurementSettings.fromMapping(dict(hip.settings), SETTING_FIELDS)
