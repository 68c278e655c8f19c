"""Patient, visit, and what belongs to them, in the subject hierarchy."""

from __future__ import annotations

from .changenodes import changeNode
from .hipnodes import HipNodes
from .visittransforms import pairNode

PATIENT_TAG, STUDY_TAG = "ONVolumetry.patient", "ONVolumetry.visit"


def arrange(scene, hip: HipNodes, results=()):
    """Sort the nodes of a hip: patient > visit > volume, outlines, transform, change map; results below the patient.

    Volumes that hang below a patient of the DICOM module stay where they are.

    :param results: nodes made from the record.
    """
    tree = treeOf(scene)
    patient = _item(tree, tree.GetSceneItemID(), hip.patient or hip.hip or "Patient", "Patient", PATIENT_TAG)
    for visit in hip.visits:
        parts = (visit.volume, visit.segmentation, pairNode(hip, visit), changeNode(hip, visit))
        nodes = [node for node in parts if node is not None]
        if nodes:
            study = _item(tree, patient, visit.label, "Study", STUDY_TAG)
            for node in nodes:
                _place(tree, node, study)
    for node in results:
        _place(tree, node, patient)


def treeOf(scene):
    """The subject hierarchy of a scene."""
    import slicer

    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)


def _item(tree, parent: int, name: str, level: str, tag: str) -> int:
    """The item of that name that this module made, or a new one."""
    import vtk

    children = vtk.vtkIdList()
    tree.GetItemChildren(parent, children)
    for index in range(children.GetNumberOfIds()):
        item = children.GetId(index)
        if tree.GetItemAttribute(item, tag) == name:
            return item
    create = tree.CreateSubjectItem if level == "Patient" else tree.CreateStudyItem
    item = create(parent, name)
    tree.SetItemAttribute(item, tag, name)
    return item


def _place(tree, node, parent: int):
    item = tree.GetItemByDataNode(node)
    if not item:
        return
    above = tree.GetItemParent(item)
    isOfDicom = above != tree.GetSceneItemID() and bool(tree.GetItemUID(above, "DICOM"))
    if above != parent and not isOfDicom:
        tree.SetItemParent(item, parent)
