"""Arcs of necrosis drawn in a scene: rays to both ends and their value, on the mid-coronal and mid-sagittal section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.location.drawing import arcPoints
from ..core.location.sections import CORONAL, SAGITTAL
from .zonemodels import ZONE_ATTRIBUTE, addZoneModel, frameOfRecord

ANGLES = "angles"
PLANES = {"coronal": CORONAL, "sagittal": SAGITTAL}
COLOR = (1.0, 0.62, 0.11)
# The rays are ribbons, so that slices that do not run exactly through the center cut them too.
HALF_WIDTH_MM, ARC_RADIUS_MM, LABEL_RADIUS_MM = 2.5, 7.0, 11.0


def showAngles(scene, visitRecord: Mapping[str, Any] | None, isShown: bool) -> list:
    """Draw the arcs of necrosis of a visit as they were measured, or take them away.

    :param visitRecord: entry of "visits" in the record of a hip; None takes the angles away.
    :return: the models, and the markups node with the values.
    """
    removeAngles(scene)
    location = None if visitRecord is None else visitRecord.get("location")
    if not isShown or location is None:
        return []
    frame = frameOfRecord(location["frame"])
    nodes, values = [], []
    for name, plane in PLANES.items():
        arc = location["angles"][name]
        if not arc["spans_degrees"]:
            continue
        surfaces = [_angle(frame, plane, span) for span in arc["spans_degrees"]]
        model = addZoneModel(scene, f"Arc of necrosis, {name}", ANGLES, _joined(surfaces))
        model.GetDisplayNode().SetColor(*COLOR)
        model.GetDisplayNode().SetSliceIntersectionThickness(2)
        nodes.append(model)
        middle = sum(arc["spans_degrees"][0]) / 2.0
        place = frame.toRas(_inFrame(plane, arcPoints(middle, middle, LABEL_RADIUS_MM)))[0]
        values.append((f"{arc['degrees']:.0f}°", place))
    return [*nodes, _labels(scene, values)] if values else nodes


def removeAngles(scene):
    """Take the angles out of the scene."""
    for className in ("vtkMRMLModelNode", "vtkMRMLMarkupsFiducialNode"):
        count = scene.GetNumberOfNodesByClass(className)
        for node in [scene.GetNthNodeByClass(index, className) for index in range(count)]:
            if node.GetAttribute(ZONE_ATTRIBUTE) == ANGLES:
                scene.RemoveNode(node.GetDisplayNode())
                scene.RemoveNode(node)


def _labels(scene, values: list[tuple[str, np.ndarray]]):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "Arcs of necrosis")
    node.SetAttribute(ZONE_ATTRIBUTE, ANGLES)
    node.CreateDefaultDisplayNodes()
    for text, place in values:
        node.SetNthControlPointLabel(node.AddControlPointWorld(*place), text)
    node.SetLocked(True)
    node.SetSaveWithScene(False)
    display = node.GetDisplayNode()
    if display is not None:
        display.SetSelectedColor(*COLOR)
        display.SetTextScale(4.0)
        display.SetGlyphScale(0.3)
        display.SetSaveWithScene(False)
    return node


def _inFrame(plane, points: np.ndarray, acrossMm: float = 0.0) -> np.ndarray:
    """Points of a plane (n, 2) in the frame (n, 3)."""
    local = np.full((len(points), 3), acrossMm)
    local[:, plane[0]], local[:, plane[1]] = points[:, 0], points[:, 1]
    return local


def _angle(frame, plane, span) -> tuple[np.ndarray, np.ndarray]:
    """Ribbons along both rays, and along an arc between them."""
    rays = [np.concatenate([np.zeros((1, 2)), arcPoints(end, end, frame.radiusMm)[:1]]) for end in span]
    return _joined([_ribbon(frame, plane, line) for line in (*rays, arcPoints(*span, ARC_RADIUS_MM))])


def _ribbon(frame, plane, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate([_inFrame(plane, line, -HALF_WIDTH_MM), _inFrame(plane, line, HALF_WIDTH_MM)])
    first, count = np.arange(len(line) - 1), len(line)
    triangles = np.concatenate([np.column_stack([first, first + 1, first + count]),
                                np.column_stack([first + 1, first + count + 1, first + count])])
    return frame.toRas(points), triangles


def _joined(surfaces) -> tuple[np.ndarray, np.ndarray]:
    starts = np.cumsum([0, *(len(points) for points, _ in surfaces)])
    return (np.concatenate([points for points, _ in surfaces]),
            np.concatenate([triangles + start for (_, triangles), start in zip(surfaces, starts)]))
