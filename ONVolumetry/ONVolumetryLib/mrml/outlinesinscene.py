"""Outlines of all hips of a scene: those of another hip or another reader are not to be seen beside one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .parameterschema import HIP_ATTRIBUTE

OUTLINES_ROLE = re.compile(r"^(visits\.\d+)\.segmentation$")


def outlinesOfHips(scene) -> list:
    """Segmentations of the visits of all hips, each once."""
    return _outlinesWhere(scene, lambda hip, visit: True)


def approvedOutlines(scene) -> list:
    """Segmentations of the visits that a reader has approved, each once."""
    return _outlinesWhere(scene, lambda hip, visit: bool(hip.GetParameter(f"{visit}.approvedBy")))


def _outlinesWhere(scene, isWanted: Callable[[Any, str], bool]) -> list:
    """:param isWanted: called with the node of a hip and the name of a visit's parameters."""
    found: dict = {}
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode")):
        hip = scene.GetNthNodeByClass(index, "vtkMRMLScriptedModuleNode")
        if not hip.GetAttribute(HIP_ATTRIBUTE):
            continue
        for number in range(hip.GetNumberOfNodeReferenceRoles()):
            role = OUTLINES_ROLE.match(hip.GetNthNodeReferenceRole(number))
            node = hip.GetNodeReference(role.group(0)) if role and isWanted(hip, role.group(1)) else None
            if node is not None and node.IsA("vtkMRMLSegmentationNode"):
                found[node] = None
    return list(found)
