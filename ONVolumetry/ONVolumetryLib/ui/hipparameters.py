"""What the scene keeps of a hip: one node a hip, read and written through these classes."""

from __future__ import annotations

import json
from enum import Enum

import slicer
from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import parameterNodeWrapper, parameterPack

from ..files.case import CaseApproval, CaseEnd
from ..files.casedata import FROM_SURGERY
from ..mrml.casesource import keepSource, sourceOf
from ..mrml.hipnodes import HipNodes, VisitNodes
from ..mrml.landmarknodes import LANDMARKS_ROLE
from ..mrml.pairnodes import linkPairs
from ..mrml.parameterschema import HIP_ATTRIBUTE, SCHEMA_KEY, SCHEMA_VERSION, migrateParameters

# Parameter of the hip's node; absent in scenes of earlier versions, and then as in the case that was opened.
MONTHS_FROM_PARAMETER = "ONVolumetry.monthsFrom"
NODE_CLASS = "vtkMRMLScriptedModuleNode"
DEFAULT_VISITS = (("preop", 0.0), ("3 months", 3.0), ("12 months", 12.0))
# Covariates with a field of their own in the panel, by the name of the parameter.
SUBJECT_FIELDS = {"ageYears": "age_years", "monthsSinceDiagnosis": "months_since_diagnosis"}


class Side(Enum):
    """Side of the body; nobody has chosen at first."""

    NotChosen = ""
    Left = "left"
    Right = "right"

    def label(self):
        """Text in the panel."""
        return {Side.NotChosen: _("Select..."), Side.Left: _("Left"), Side.Right: _("Right")}[self]


class Sex(Enum):
    """Sex of the patient; nobody has chosen at first."""

    NotChosen = ""
    Male = "male"
    Female = "female"

    def label(self):
        """Text in the panel."""
        return {Sex.NotChosen: _("Select..."), Sex.Male: _("Male"), Sex.Female: _("Female")}[self]


class Outcome(Enum):
    """Whether the hip healed, as judged by others than this software."""

    NotStated = ""
    Healed = "healed"
    NotHealed = "not healed"

    def label(self):
        """Text in the panel."""
        return {Outcome.NotStated: _("Not stated"), Outcome.Healed: _("Healed"),
                Outcome.NotHealed: _("Not healed")}[self]


class EndReason(Enum):
    """Why the hip left the follow-up."""

    NotEnded = ""
    Arthroplasty = "arthroplasty"
    Withdrawn = "withdrawn"
    Lost = "lost"

    def label(self):
        """Text in the panel."""
        return {EndReason.NotEnded: _("In follow-up"), EndReason.Arthroplasty: _("Arthroplasty"),
                EndReason.Withdrawn: _("Withdrawn"), EndReason.Lost: _("Lost to follow-up")}[self]


@parameterPack
class VisitParameters:
    """One visit; see VisitNodes for the meaning of the fields."""

    label: str = ""
    month: float = 0.0
    volume: vtkMRMLScalarVolumeNode
    segmentation: vtkMRMLSegmentationNode
    headSegmentId: str = ""
    lesionSegmentId: str = ""
    done: bool = True
    notDoneReason: str = ""
    reader: str = ""
    approvedBy: str = ""
    approvedTime: str = ""
    approvedSoftware: str = ""
    approvedOutlines: str = ""


@parameterNodeWrapper
class HipParameters:
    """One hip, kept in a node of its own.

    schemaVersion - which of these fields a stored scene has; raised with every change of them.
    activeVisit - label of the visit that is being outlined.
    readerInitials - of who approves next.
    settings, otherSubject - JSON objects under their file keys.
    sourceCase - the case that the hip was opened from, for what has no field here; see mrml.casesource.
    sourceFolder - where older versions kept its folder; empty since paths are not saved.
    Numbers that may be unknown are texts; "" is unknown.
    """

    schemaVersion: int = SCHEMA_VERSION
    hip: str = ""
    patient: str = ""
    side: Side = Side.NotChosen
    sex: Sex = Sex.NotChosen
    ageYears: str = ""
    monthsSinceDiagnosis: str = ""
    outcome: Outcome = Outcome.NotStated
    endReason: EndReason = EndReason.NotEnded
    endMonth: str = ""
    activeVisit: str = ""
    readerInitials: str = ""
    settings: str = "{}"
    otherSubject: str = "{}"
    sourceCase: str = ""
    sourceFolder: str = ""
    visits: list[VisitParameters]


def isHipNode(node) -> bool:
    """Whether a node of the scene holds a hip."""
    return node is not None and node.GetAttribute(HIP_ATTRIBUTE) == "1"


def hipParameters(node) -> HipParameters:
    """The hip that a node holds.

    :raises FileError: a newer version of the module stored it.
    """
    migrateParameters(node)
    return HipParameters(node)


def newHip(scene, hip: HipNodes | None = None) -> HipParameters:
    """Add a hip to the scene.

    :param hip: what is known of it; None for an empty hip with the usual visits.
    """
    node = scene.CreateNodeByClass(NODE_CLASS)
    node.UnRegister(None)
    node.SetName(scene.GenerateUniqueName("Hip" if hip is None else _nameOfHip(hip)))
    node.SetAttribute(HIP_ATTRIBUTE, "1")
    node.SetParameter(SCHEMA_KEY, str(SCHEMA_VERSION))
    node = scene.AddNode(node)
    parameters = HipParameters(node)
    with slicer.util.NodeModify(node):
        if hip is None:
            parameters.visits = [VisitParameters(label=label, month=month) for label, month in DEFAULT_VISITS]
        else:
            _writeHip(parameters, hip)
            linkPairs(hip, node)
    if hip is not None and hip.landmarks is not None:
        node.SetNodeReferenceID(LANDMARKS_ROLE, hip.landmarks.GetID())
    return parameters


def _nameOfHip(hip: HipNodes) -> str:
    """With the reader, where one reader has outlined the hip: a scene may hold the readings of several."""
    readers = {visit.reader for visit in hip.visits if visit.reader}
    return _("Hip {hip}, reader {reader}").format(hip=hip.hip, reader=readers.pop()) if len(readers) == 1 else _(
        "Hip {hip}").format(hip=hip.hip)


def _writeHip(parameters: HipParameters, hip: HipNodes):
    subject = dict(hip.subject)
    parameters.hip, parameters.patient = hip.hip, hip.patient
    parameters.side, parameters.sex = Side(hip.side or ""), Sex(hip.sex or "")
    for name, key in SUBJECT_FIELDS.items():
        value = subject.pop(key, None)
        setattr(parameters, name, "" if value is None else f"{value:g}" if isinstance(value, float) else str(value))
    healed = subject.pop("healed", None)
    parameters.outcome = {True: Outcome.Healed, False: Outcome.NotHealed}.get(healed, Outcome.NotStated)
    parameters.otherSubject = json.dumps(subject)
    parameters.settings = json.dumps(dict(hip.settings))
    if hip.end is not None:
        parameters.endReason, parameters.endMonth = EndReason(hip.end.reason), f"{hip.end.month:g}"
    if hip.source is not None:
        parameters.sourceCase = keepSource(parameters.parameterNode, hip.source)
    parameters.visits = [_visitParameters(visit) for visit in hip.visits]
    setMonthsFrom(parameters.parameterNode, hip.monthsFrom)


def setMonthsFrom(node, monthsFrom: str):
    """Keep what the months of a hip are counted from.

    :param node: of the hip.
    :param monthsFrom: as in HipNodes.
    """
    node.SetParameter(MONTHS_FROM_PARAMETER, monthsFrom)


def _visitParameters(visit: VisitNodes) -> VisitParameters:
    approval = visit.approval or CaseApproval("", "", "", "")
    return VisitParameters(
        label=visit.label, month=visit.month, volume=visit.volume, segmentation=visit.segmentation,
        headSegmentId=visit.headSegmentId, lesionSegmentId=visit.lesionSegmentId, done=visit.done,
        notDoneReason=visit.notDoneReason, reader=visit.reader, approvedBy=approval.reader,
        approvedTime=approval.time, approvedSoftware=approval.software, approvedOutlines=approval.outlinesSha256)


def hipNodes(parameters: HipParameters) -> HipNodes:
    """The hip as the logic takes it."""
    subject = {}
    for name, key in SUBJECT_FIELDS.items():
        value = number(getattr(parameters, name))
        if value is not None:
            subject[key] = value
    if parameters.outcome is not Outcome.NotStated:
        subject["healed"] = parameters.outcome is Outcome.Healed
    subject.update(json.loads(parameters.otherSubject))
    month = number(parameters.endMonth)
    end = None
    if parameters.endReason is not EndReason.NotEnded and month is not None:
        end = CaseEnd(parameters.endReason.value, month)
    source = sourceOf(parameters.parameterNode, parameters.sourceCase)
    monthsFrom = parameters.parameterNode.GetParameter(MONTHS_FROM_PARAMETER)
    return HipNodes(
        parameters.hip, parameters.sex.value, tuple(visitNodes(visit) for visit in parameters.visits),
        parameters.side.value or None, parameters.patient, json.loads(parameters.settings), subject, end,
        source, parameters.parameterNode, parameters.parameterNode.GetNodeReference(LANDMARKS_ROLE),
        monthsFrom or (FROM_SURGERY if source is None else source.monthsFrom))


def visitNodes(visit: VisitParameters) -> VisitNodes:
    """One visit as the logic takes it."""
    approval = None
    if visit.approvedBy:
        approval = CaseApproval(visit.approvedBy, visit.approvedTime, visit.approvedSoftware, visit.approvedOutlines)
    return VisitNodes(visit.segmentation, visit.headSegmentId, visit.lesionSegmentId, visit.volume, visit.label,
                      visit.month, visit.done, visit.notDoneReason, visit.reader, approval)


def number(text: str) -> float | None:
    """A number that a user typed, with a point or a comma; None where there is none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
