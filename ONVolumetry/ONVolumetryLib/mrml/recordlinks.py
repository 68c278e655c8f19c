"""Ties a record in the scene to the nodes that were measured, so that it is found again and known to be current."""

from __future__ import annotations

from .hipnodes import HipNodes

RECORD_ATTRIBUTE = "ONVolumetry.record"
TABLE_ROLE = "ONVolumetry.table"
SEGMENTATION_ROLE = "ONVolumetry.segmentation"
VOLUME_ROLE = "ONVolumetry.volume"
RECORD_ROLE = "ONVolumetry.record"


def findRecordNode(scene, hip: HipNodes):
    """The text node that holds the record of a hip, or None."""
    if hip.owner is not None:
        return hip.owner.GetNodeReference(RECORD_ROLE)
    wanted = [visit.segmentation for visit in hip.visits]
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLTextNode")):
        node = scene.GetNthNodeByClass(index, "vtkMRMLTextNode")
        if node.GetAttribute(RECORD_ATTRIBUTE) and _references(node, SEGMENTATION_ROLE, len(wanted)) == wanted:
            return node
    return None


def linkRecord(textNode, tableNode, hip: HipNodes):
    """Note in a record's node what was measured and where its table is."""
    textNode.SetAttribute(RECORD_ATTRIBUTE, "1")
    if hip.owner is not None:
        hip.owner.SetNodeReferenceID(RECORD_ROLE, textNode.GetID())
    textNode.SetNodeReferenceID(TABLE_ROLE, tableNode.GetID())
    for index, visit in enumerate(hip.visits):
        for role, node in ((SEGMENTATION_ROLE, visit.segmentation), (VOLUME_ROLE, visit.volume)):
            textNode.SetNodeReferenceID(f"{role}{index}", None if node is None else node.GetID())
        for name, value in _choices(hip, index).items():
            textNode.SetAttribute(name, value)


def tableOfRecord(textNode):
    """The table that was made from a record, or None where somebody removed it."""
    return textNode.GetNodeReference(TABLE_ROLE)


def isSameInput(textNode, hip: HipNodes) -> bool:
    """Whether a record was measured from exactly these nodes, segments and this sex."""
    count = len(hip.visits)
    return (
        _references(textNode, SEGMENTATION_ROLE, count) == [visit.segmentation for visit in hip.visits]
        and _references(textNode, VOLUME_ROLE, count) == [visit.volume for visit in hip.visits]
        and all(textNode.GetAttribute(name) == value
                for index in range(count) for name, value in _choices(hip, index).items())
    )


def _references(textNode, role: str, count: int) -> list:
    return [textNode.GetNodeReference(f"{role}{index}") for index in range(count)]


def _choices(hip: HipNodes, index: int) -> dict[str, str]:
    visit = hip.visits[index]
    return {
        "ONVolumetry.sex": hip.sex,
        f"ONVolumetry.head{index}": visit.headSegmentId,
        f"ONVolumetry.lesion{index}": visit.lesionSegmentId,
    }
