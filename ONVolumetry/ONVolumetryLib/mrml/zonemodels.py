"""Zones drawn in a scene: colored bands on the head's sphere, and the walls between the sectors in slice views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.location.drawing import ZONE_COLORS, sphereBand
from ..core.location.frame import AnatomicalFrame
from ..core.location.sections import CORONAL, TRANSVERSE
from ..scene3d.mesh import Mesh, polyDataOf

ZONE_ATTRIBUTE = "ONVolumetry.zone"
PLANES = {"jic": CORONAL, "acp": TRANSVERSE}
CLEARANCE_MM, WALL_REACH_MM = 0.6, 4.0
BAND_OPACITY, WALL_COLOR = 0.45, (1.0, 1.0, 1.0)


def showZones(scene, visitRecord: Mapping[str, Any] | None, system: str, isShown: bool) -> list:
    """Draw the zones of a visit as they were measured, or take them away.

    The models are made anew when they are needed and not saved with the scene.

    :param visitRecord: entry of "visits" in the record of a hip; None takes the zones away.
    :param system: "jic" or "acp".
    :return: the models.
    """
    removeZones(scene, system)
    limits = None if visitRecord is None else zoneLimits(visitRecord, system)
    if not isShown or limits is None:
        return []
    frame = frameOfRecord(visitRecord["location"]["frame"])
    models = []
    for (name, ends), color in zip(limits.items(), ZONE_COLORS):
        points, triangles = sphereBand(frame, PLANES[system], ends, frame.radiusMm + CLEARANCE_MM)
        model = addZoneModel(scene, f"{system.upper()} zone {name}", system, (points, triangles))
        model.GetDisplayNode().SetColor(*(part / 255.0 for part in color))
        model.GetDisplayNode().SetOpacity(BAND_OPACITY)
        models.append(model)
    walls = addZoneModel(scene, f"{system.upper()} sectors", system, _walls(frame, PLANES[system], limits))
    walls.GetDisplayNode().SetColor(*WALL_COLOR)
    # In 3D the walls would hide the lesion.
    walls.GetDisplayNode().SetVisibility3D(False)
    walls.GetDisplayNode().SetSliceIntersectionThickness(1)
    return [*models, walls]


def zoneLimits(visitRecord: Mapping[str, Any], system: str) -> dict[str, list[float]] | None:
    """First and last direction of every zone in degrees; None where zones were not measured by sectors."""
    location = visitRecord.get("location")
    part = None if location is None else location.get(system)
    return None if part is None else part["geometry"].get("limits_degrees")


def removeZones(scene, system: str | None = None):
    """Take the zones of a system, or of all, out of the scene."""
    count = scene.GetNumberOfNodesByClass("vtkMRMLModelNode")
    models = [scene.GetNthNodeByClass(index, "vtkMRMLModelNode") for index in range(count)]
    for model in models:
        if model.GetAttribute(ZONE_ATTRIBUTE) in ((system,) if system else tuple(PLANES)):
            scene.RemoveNode(model.GetDisplayNode())
            scene.RemoveNode(model)


def frameOfRecord(record: Mapping[str, Any]) -> AnatomicalFrame:
    """The anatomical frame that a record holds."""
    axes = np.array([record[key] for key in ("lateral_ras", "anterior_ras", "superior_ras")])
    return AnatomicalFrame(np.array(record["center_ras_mm"]), axes, record["radius_mm"], record["lateral_axis"])


def _walls(frame: AnatomicalFrame, plane, limits: Mapping[str, list[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Half-planes between the sectors, each a quadrilateral through the axis across the plane."""
    points, triangles = [], []
    reach = frame.radiusMm + WALL_REACH_MM
    for degrees in sorted({round(float(end) % 360.0, 6) for ends in limits.values() for end in ends}):
        direction = np.zeros(3)
        direction[plane[0]], direction[plane[1]] = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        axis = np.zeros(3)
        axis[plane[2]] = frame.radiusMm
        start = len(points)
        points += [-axis, reach * direction - axis, reach * direction + axis, axis]
        triangles += [(start, start + 1, start + 2), (start, start + 2, start + 3)]
    return frame.toRas(np.array(points)), np.array(triangles)


def addZoneModel(scene, name: str, system: str, surface: tuple[np.ndarray, np.ndarray]):
    """Add a surface that is shown in all views and not saved with the scene.

    :param system: what it belongs to, for taking it away again.
    :param surface: points (n, 3) in RAS and triangles (m, 3).
    """
    model = scene.AddNewNodeByClass("vtkMRMLModelNode", name)
    model.SetAttribute(ZONE_ATTRIBUTE, system)
    model.SetAndObservePolyData(polyDataOf(Mesh(np.asarray(surface[0], dtype=np.float32), surface[1].astype(np.int32))))
    model.CreateDefaultDisplayNodes()
    display = model.GetDisplayNode()
    display.SetVisibility2D(True)
    display.SetSliceIntersectionThickness(4)
    display.SetBackfaceCulling(False)
    for node in (model, display):
        node.SetSaveWithScene(False)
    model.SetSelectable(False)
    return model
