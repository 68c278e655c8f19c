"""Zones as colored bands on the head, for the report's interactive view."""

from __future__ import annotations

from dataclasses import replace

from ..core.hip import HipMeasurement
from ..core.location.drawing import ZONE_COLORS, sphereBand
from ..core.location.result import LesionLocation
from ..core.location.sections import CORONAL, TRANSVERSE
from ..core.location.transversezones import TransverseSlabs
from ..report.viewer3d import ViewerPart, ViewerScene
from ..scene3d.regressionscene import UNREGISTERED, RegressionScene

CLEARANCE_MM = 0.8
FAR_OPACITY, NEAR_OPACITY = 0.1, 0.3


def withZoneBands(viewer: ViewerScene, scene: RegressionScene, measurement: HipMeasurement) -> ViewerScene:
    """The view with the zones of the baseline on the head of every visit that lies in its space.

    JIC zones are shown at once, ACP zones on demand; none where no zones were measured.
    """
    baseline = next((visit for visit in measurement.visits if visit.label == measurement.baseline), None)
    if baseline is None or baseline.location is None:
        return viewer
    bands = _bands(baseline.location)
    visits = []
    for shown, visit in zip(viewer.visits, scene.visits):
        isInPlace = visit.layers and visit.placement != UNREGISTERED
        visits.append(replace(shown, parts=[*shown.parts, *bands]) if isInPlace else shown)
    return replace(viewer, visits=visits)


def _bands(location: LesionLocation) -> list[ViewerPart]:
    parts = []
    for system, plane, isShown in (("JIC", CORONAL, True), ("ACP", TRANSVERSE, False)):
        located = location.jic if system == "JIC" else location.acp
        if located is None or isinstance(located.geometry, TransverseSlabs):
            continue
        for (name, limits), color in zip(located.geometry.limits.items(), ZONE_COLORS):
            points, triangles = sphereBand(location.frame, plane, limits, location.frame.radiusMm + CLEARANCE_MM)
            parts.append(ViewerPart(f"zone-{system}-{name}", name, color, FAR_OPACITY, NEAR_OPACITY, points, triangles,
                                    isShown, f"{system} zones"))
    return parts
