"""From the scene of a regression to the report's interactive view."""

from __future__ import annotations

from ..core.hip import CaseEnd
from ..report.viewer3d import ViewerPart, ViewerScene, ViewerVisit
from ..scene3d.captions import footnotes, visitLines, visitName, visitRemark
from ..scene3d.regressionscene import Layer, RegressionScene, SceneVisit


def viewerScene(scene: RegressionScene) -> ViewerScene:
    """What the report shows of a scene: the same parts in the same colors."""
    visits = [_visit(visit, scene.end) for visit in scene.visits]
    return ViewerScene(scene.side, scene.centerRas, scene.radiusMm, visits, footnotes(scene))


def _visit(visit: SceneVisit, end: CaseEnd | None) -> ViewerVisit:
    onv, volume = visitLines(visit.measurement)
    return ViewerVisit(visitName(visit.measurement), onv, volume, visitRemark(visit, end),
                       [_part(layer) for layer in visit.layers])


def _part(layer: Layer) -> ViewerPart:
    style, mesh = layer.style, layer.shownMesh
    return ViewerPart(layer.key, style.title, style.colorRgb, style.farOpacity, style.nearOpacity, mesh.points,
                      mesh.triangles)
