"""What the module does, without its panel: measure nodes of a scene and keep the result in the scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .hipnodes import HipNodes

if TYPE_CHECKING:
    from ..core.hip import HipMeasurement


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

    def measure(self, hip: HipNodes, progress: Callable[[float, str], None] | None = None) -> HipMeasurement:
        """Measure all visits of a hip.

        :param hip: the nodes, and what is known of the hip.
        :param progress: called with the fraction done (0 to 1) and the name of the visit; may raise to cancel.
        :raises ONVolumetryError: something cannot be measured; the text says what to do.
        """
        from ..core.measurehip import measureHip
        from ..core.settings import MeasurementSettings
        from ..files.keys import SETTING_FIELDS
        from .visits import baselineOf, visitSegments

        settings = MeasurementSettings.fromMapping(dict(hip.settings), SETTING_FIELDS)
        baseline = baselineOf(hip.visits)
        segments = [visitSegments(visit, visit is baseline) for visit in hip.visits]
        return measureHip(segments, hip.sex, settings, progress)

    def record(self, hip: HipNodes, measurement: HipMeasurement) -> dict[str, Any]:
        """The measurement as plain values, under the names of measurements.json.

        :param hip: the nodes that were measured.
        """
        from ..files.casedata import Case, CaseVisit
        from ..files.results import hipRecord

        visits = tuple(CaseVisit(visit.label, visit.month, visit.done) for visit in hip.visits)
        case = Case(hip.hip, hip.patient or hip.hip, hip.side, hip.sex, visits, settings=hip.settings)
        return hipRecord(case, measurement)

    def store(self, hip: HipNodes, record: Mapping[str, Any],
              titleOfKey: Callable[[str], str] = str) -> tuple[Any, Any]:
        """Keep a record in the scene: a text node with all of it, and a table to look at.

        A former record of the same segmentations is replaced.

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
        """The record of a hip's segmentations in the scene, or None where they were not measured yet.

        :raises FileError: the record cannot be read by this version.
        """
        from .recordlinks import findRecordNode, isSameInput
        from .recordnodes import readRecord

        textNode = findRecordNode(self.scene, hip)
        record = readRecord(textNode)
        return None if record is None else StoredRecord(record, isSameInput(textNode, hip))

    def _newNode(self, className: str, name: str):
        return self.scene.AddNewNodeByClass(className, self.scene.GenerateUniqueName(name))

    def suggestSegments(self, segmentationNode) -> tuple[str, str]:
        """IDs of the segments that look like head and lesion by name or code, "" where none or several do."""
        from ..core.errors import SegmentError
        from ..files.segmentnames import findHeadAndLesion
        from .segments import describeSegments

        try:
            found = findHeadAndLesion(describeSegments(segmentationNode))
        except SegmentError:
            return "", ""
        return tuple("" if segment is None else segment.identifier for segment in found)

    def suggestVolume(self, segmentationNode):
        """The volume on which a segmentation was drawn, or None where the scene does not tell."""
        node = segmentationNode.GetNodeReference(segmentationNode.GetReferenceImageGeometryReferenceRole())
        return node if node is not None and node.IsA("vtkMRMLScalarVolumeNode") else None
