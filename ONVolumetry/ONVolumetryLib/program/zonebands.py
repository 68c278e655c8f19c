"""Zones as colored bands on the head, for the report's interactive view."""

from __future__ import annotations

from dataclasses import replace

from ..core.hip import HipMeasurement
from ..core.location.drawing import sphereBand
from ..core.location.result import LesionLocation
from ..core.location.sections import CORONAL, TRANSVERSE
from ..core.location.transversezones import TransverseSlabs
from ..report.viewer3d import ViewerPart, ViewerScene
from ..scene3d.regressionscene import UNREGISTERED, RegressionScene

# Okabe and Ito's colors that the parts of the lesion do not use; the systems differ a little, as each has a switch.
JIC_COLORS = ((86, 180, 233), (153, 153, 153), (240, 228, 66), (230, 159, 0))
ACP_COLORS = ((87, 181, 234), (154, 154, 154), (241, 229, 67), (231, 160, 1))
CLEARANCE_MM = 0.8
FAR_OPACITY, NEAR_OPACITY = 0.12, 0.42


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
    for system, plane, colors, isShown in (("JIC", CORONAL, JIC_COLORS, True), ("ACP", TRANSVERSE, ACP_COLORS, False)):
        located = location.jic if system == "JIC" else location.acp
        if located is None or isinstance(located.geometry, TransverseSlabs):
            continue
        for (name, limits), color in zip(located.geometry.limits.items(), colors):
            points, triangles = sphereBand(location.frame, plane, limits, location.frame.radiusMm + CLEARANCE_MM)
            parts.append(ViewerPart(f"zone-{system}-{name}", f"{system} zone {name}", color, FAR_OPACITY, NEAR_OPACITY,
                                    points, triangles, isShown))
    return parts
