"""Transform nodes of the pairs of a hip: made, given what was found, or given the user's own transform.

They are never hardened and never the parent of a volume or segmentation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.errors import CaseError
from ..core.registration.result import RegistrationResult
from ..core.registration.rigid import requireRigid
from ..files.changerecord import registrationOfRecord, registrationRecord
from .hipnodes import HipNodes, VisitNodes
from .segmentwriting import vtkMatrix
from .visittransforms import (
    BASELINE_SEGMENTATION_ROLE,
    BASELINE_VOLUME_ROLE,
    FOLLOWUP_SEGMENTATION_ROLE,
    FOLLOWUP_VOLUME_ROLE,
    REGISTRATION_ATTRIBUTE,
    REGISTRATION_ROLE,
    baselineOfChange,
    isMoved,
    matrixOf,
    pairNode,
    storedRegistration,
)

# Entries beside those of a registration's record.
ORIGIN, KEY = "origin", "key"
AUTOMATIC, USER = "automatic", "user"


def pairFor(scene, hip: HipNodes, visit: VisitNodes):
    """The transform node of a follow-up; a new one, not registered yet, where there is none.

    :raises CaseError: there is no baseline before the visit.
    """
    node = pairNode(hip, visit)
    baseline = baselineOfChange(hip.visits)
    if baseline is None or visit.month <= baseline.month:
        raise CaseError(f'"{visit.label}" has no baseline to be registered to; give a visit at month 0 or earlier its '
                        "outlines")
    if node is None:
        name = scene.GenerateUniqueName(f"{hip.hip} {visit.label} to {baseline.label}")
        node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", name)
        _store(node, {ORIGIN: AUTOMATIC})
    for role, part in ((BASELINE_SEGMENTATION_ROLE, baseline.segmentation), (BASELINE_VOLUME_ROLE, baseline.volume),
                       (FOLLOWUP_SEGMENTATION_ROLE, visit.segmentation), (FOLLOWUP_VOLUME_ROLE, visit.volume)):
        if node.GetNodeReference(role) is not part:
            node.SetNodeReferenceID(role, None if part is None else part.GetID())
    if hip.owner is not None:
        linkToOwner(hip.owner, node)
    return node


def linkPairs(hip: HipNodes, owner):
    """Let the node of a hip that has none yet refer to the pairs that the scene holds of it.

    :param hip: without owner, as a case is opened.
    :param owner: vtkMRMLScriptedModuleNode that holds the hip from now on.
    """
    for visit in hip.visits:
        node = pairNode(hip, visit)
        if node is not None:
            linkToOwner(owner, node)


def linkToOwner(owner, node):
    """Let the hip's node refer to a pair."""
    if not owner.HasNodeReferenceID(REGISTRATION_ROLE, node.GetID()):
        owner.AddNodeReferenceID(REGISTRATION_ROLE, node.GetID())


def isUsers(node) -> bool:
    """Whether the transform is the user's own: chosen, read from a file, or moved by hand."""
    stored = storedRegistration(node)
    return stored.get(ORIGIN) == USER or ("verdict" in stored and isMoved(node, stored))


def setUserTransform(node, followupToBaseline: np.ndarray):
    """Let the user's transform win over what is found; it is to be judged anew.

    :param followupToBaseline: 4x4, world's RAS in mm.
    :raises GeometryError: it is not rigid.
    """
    matrix = requireRigid(followupToBaseline)
    _store(node, {**storedRegistration(node), ORIGIN: USER, KEY: ""})
    node.SetMatrixTransformToParent(vtkMatrix(matrix))


def forgetUserTransform(node):
    """Let the transform be found again."""
    _store(node, {ORIGIN: AUTOMATIC})


def storeRegistration(node, result: RegistrationResult, key: str):
    """Note what was found of a pair.

    :param key: fingerprint of what it was found from.
    """
    origin = USER if isUsers(node) else AUTOMATIC
    _store(node, {ORIGIN: origin, KEY: key, **registrationRecord(result)})
    if np.max(np.abs(matrixOf(node) - result.followupToBaselineRas)) > 0:
        node.SetMatrixTransformToParent(vtkMatrix(result.followupToBaselineRas))


def registrationOf(node, key: str) -> RegistrationResult | None:
    """What is known of a pair; None where it was found from something else or moved since.

    :param key: fingerprint of what is at hand.
    """
    stored = storedRegistration(node)
    if stored.get(KEY) != key or "verdict" not in stored or isMoved(node, stored):
        return None
    try:
        return registrationOfRecord(stored)
    except KeyError:
        return None


def ownedPairs(owner) -> list:
    """Transform nodes of all pairs that a hip's node refers to."""
    count = owner.GetNumberOfNodeReferences(REGISTRATION_ROLE)
    nodes = [owner.GetNthNodeReference(REGISTRATION_ROLE, index) for index in range(count)]
    return [node for node in nodes if node is not None]


def _store(node, values: Mapping[str, Any]):
    node.SetAttribute(REGISTRATION_ATTRIBUTE, json.dumps(values, allow_nan=False))
