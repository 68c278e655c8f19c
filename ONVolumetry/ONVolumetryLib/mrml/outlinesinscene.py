"""Outlines of all hips of a scene: those of another hip or another reader are not to be seen beside one's own."""

from __future__ import annotations

import re

from .parameterschema import HIP_ATTRIBUTE

OUTLINES_ROLE = re.compile(r"^visits\.\d+\.segmentation$")


def outlinesOfHips(scene) -> list:
    """Segmentations of the visits of all hips, each once."""
    found: dict = {}
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode")):
        hip = scene.GetNthNodeByClass(index, "vtkMRMLScriptedModuleNode")
        if not hip.GetAttribute(HIP_ATTRIBUTE):
            continue
        for number in range(hip.GetNumberOfNodeReferenceRoles()):
            role = hip.GetNthNodeReferenceRole(number)
            node = hip.GetNodeReference(role) if OUTLINES_ROLE.match(role) else None
            if node is not None and node.IsA("vtkMRMLSegmentationNode"):
                found[node] = None
    return list(found)
