"""How a visit lies on the baseline in the scene: one transform node for each pair, found by the nodes of its visits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.registration.result import ACCEPTED, DOUBTFUL
from .hipnodes import HipNodes, VisitNodes
from .templatesegments import isSaidAbsent
from .worldtransforms import arrayOfMatrix

# On the transform node: what is known of the registration, as JSON. On the hip's node: the role of its pairs.
REGISTRATION_ATTRIBUTE = "ONVolumetry.registration"
REGISTRATION_ROLE = "ONVolumetry.registration"
BASELINE_SEGMENTATION_ROLE, BASELINE_VOLUME_ROLE = "ONVolumetry.baselineSegmentation", "ONVolumetry.baselineVolume"
FOLLOWUP_SEGMENTATION_ROLE, FOLLOWUP_VOLUME_ROLE = "ONVolumetry.followupSegmentation", "ONVolumetry.followupVolume"

BASELINE, NOT_REGISTERED, NOT_JUDGED = "baseline", "not registered", "not judged"
# With these the baseline's frame may be carried to the visit and back.
USABLE_STATUSES = (BASELINE, ACCEPTED, DOUBTFUL)
MOVED_TOLERANCE = 1e-6


class VisitTransform(NamedTuple):
    """How a visit lies on the baseline.

    :param toBaselineRas: 4x4 that carries a point of the visit to the baseline (world's RAS, mm); None where the visit
        is not registered.
    :param status: "baseline", "accepted", "doubtful", "rejected", "not judged" (somebody moved the transform since it
        was judged) or "not registered".
    """

    toBaselineRas: np.ndarray | None
    status: str

    @property
    def isUsable(self) -> bool:
        """Whether points may be carried with it: accepted, or doubtful with the doubt shown."""
        return self.status in USABLE_STATUSES


def followUpToBaseline(hip: HipNodes, visit: VisitNodes) -> VisitTransform:
    """How a visit of a hip lies on the baseline, as it was registered last; reads no voxels of a follow-up.

    Outlines may have been edited since; measuring the hip registers again what is out of date.

    :param visit: one of the visits of the hip.
    """
    baseline = baselineOfChange(hip.visits)
    if baseline is not None and _isSameVisit(visit, baseline):
        return VisitTransform(np.eye(4), BASELINE)
    node = pairNode(hip, visit)
    if node is None:
        return VisitTransform(None, NOT_REGISTERED)
    return VisitTransform(matrixOf(node), statusOf(node))


def pairNode(hip: HipNodes, visit: VisitNodes):
    """The vtkMRMLLinearTransformNode that carries a visit onto the baseline, or None."""
    baseline = baselineOfChange(hip.visits)
    if baseline is None or not visit.done or visit.month <= baseline.month:
        return None
    pairs = [node for node in _pairsOf(hip, visit) if _joins(node, BASELINE_SEGMENTATION_ROLE, baseline.segmentation)
             or _joins(node, BASELINE_VOLUME_ROLE, baseline.volume)]
    for role, part in ((FOLLOWUP_SEGMENTATION_ROLE, visit.segmentation), (FOLLOWUP_VOLUME_ROLE, visit.volume)):
        for node in pairs:
            if _joins(node, role, part) and (hip.owner is not None or _isOnlyOf(node, visit)):
                return node
    return None


def baselineOfChange(visits: Sequence[VisitNodes]) -> VisitNodes | None:
    """The visit that change refers to: the last at month 0 or earlier whose lesion is known.

    A single visit before surgery is it, whether its lesion is outlined yet or not.
    """
    candidates = [visit for visit in sorted(visits, key=lambda visit: visit.month)
                  if visit.month <= 0 and visit.done and visit.segmentation is not None]
    known = [visit for visit in candidates if _isLesionKnown(visit)] if len(candidates) > 1 else []
    return (known or candidates or [None])[-1]


def matrixOf(node) -> np.ndarray:
    """4x4 of a pair's transform node, from follow-up to baseline."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetMatrixTransformToParent(matrix)
    return arrayOfMatrix(matrix)


def storedRegistration(node) -> dict[str, Any]:
    """What is known of a pair, as plain values; empty where nothing is."""
    text = node.GetAttribute(REGISTRATION_ATTRIBUTE)
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def statusOf(node) -> str:
    """Verdict on a pair; "not judged" where the transform is not the one that was judged."""
    stored = storedRegistration(node)
    return stored["verdict"] if stored.get("verdict") and not isMoved(node, stored) else NOT_JUDGED


def isMoved(node, stored: dict[str, Any]) -> bool:
    """Whether the transform is another than the one that was judged."""
    judged = stored.get("followup_to_baseline_ras")
    return judged is None or bool(np.max(np.abs(np.array(judged) - matrixOf(node))) > MOVED_TOLERANCE)


def _pairsOf(hip: HipNodes, visit: VisitNodes) -> list:
    """Transforms that the hip's node refers to; of the whole scene where the hip has no node."""
    if hip.owner is not None:
        count = hip.owner.GetNumberOfNodeReferences(REGISTRATION_ROLE)
        nodes = [hip.owner.GetNthNodeReference(REGISTRATION_ROLE, index) for index in range(count)]
        return [node for node in nodes if node is not None]
    part = visit.segmentation or visit.volume
    scene = None if part is None else part.GetScene()
    if scene is None:
        return []
    name = "vtkMRMLLinearTransformNode"
    nodes = [scene.GetNthNodeByClass(index, name) for index in range(scene.GetNumberOfNodesByClass(name))]
    return [node for node in nodes if node.GetAttribute(REGISTRATION_ATTRIBUTE)]


def _joins(node, role: str, part) -> bool:
    return part is not None and node.GetNodeReference(role) is part


def _isOnlyOf(node, visit: VisitNodes) -> bool:
    """Whether a pair is not that of other outlines on the same volume, as the patient's other hip has them."""
    return node.GetNodeReference(FOLLOWUP_SEGMENTATION_ROLE) in (None, visit.segmentation)


def _isSameVisit(first: VisitNodes, second: VisitNodes) -> bool:
    return (first.label, first.month, first.segmentation) == (second.label, second.month, second.segmentation)


def _isLesionKnown(visit: VisitNodes) -> bool:
    from .segmentediting import segmentMask

    node, segmentId = visit.segmentation, visit.lesionSegmentId
    if not segmentId or node.GetSegmentation().GetSegment(segmentId) is None:
        return False
    return isSaidAbsent(node, segmentId) or not segmentMask(node, segmentId).isEmpty
