"""The regression of one hip as meshes: what is shown at every visit, all in one space."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.hip import CaseEnd, HipMeasurement, VisitMeasurement, VisitSegments
from . import styles
from .changeparts import changeParts
from .mesh import Mesh
from .morph import LesionMorph
from .smoothfield import SmoothField
from .surfaces import DISPLAY_TRIANGLES, coarser, decimated, isosurface
from .visitfields import HipFields, Placement, VisitFields, hipFields

REGISTERED, UNREGISTERED, DOUBTFUL = "registered", "unregistered", "doubtful"
# The ghost stays clear of the surfaces that it would otherwise coincide with.
GHOST_CLEARANCE_MM = 0.4
# A regenerated part's surface this near to the lesion is the wall between the two.
WALL_REACH_MM = 0.7
TEXT_OF_PLACEMENT = {
    UNREGISTERED: "own space: no accepted registration",
    DOUBTFUL: "registration doubtful",
}


@dataclass(frozen=True, eq=False)
class Layer:
    """One part of a visit.

    :param key: one of styles.STYLES.
    :param mesh: its closed surface, RAS in mm, in the space of the baseline.
    :param isInner: per triangle, whether it is a wall toward the persistent lesion, which it would hide.
    """

    key: str
    mesh: Mesh
    isInner: np.ndarray | None = None

    @property
    def shownMesh(self) -> Mesh:
        """The surface without inner walls."""
        return self.mesh if self.isInner is None else Mesh(self.mesh.points, self.mesh.triangles[~self.isInner])

    @property
    def style(self) -> styles.Style:
        return styles.STYLES[self.key]


@dataclass(frozen=True, eq=False)
class SceneVisit:
    """One visit as it is shown.

    :param measurement: what was measured.
    :param placement: "registered" (also the baseline), "doubtful" or "unregistered" (only the head's center
        coincides with the baseline's).
    :param layers: parts in drawing order; none where nothing is outlined.
    :param headDriftPercent: deviation of the drawn head's volume from the measured one.
    :param lesionDriftPercent: the same of the lesion; None where none is drawn.
    """

    measurement: VisitMeasurement
    placement: str
    layers: tuple[Layer, ...]
    headDriftPercent: float | None = None
    lesionDriftPercent: float | None = None

    @property
    def label(self) -> str:
        return self.measurement.label

    def layer(self, key: str) -> Layer | None:
        """The part of that key, or None."""
        return next((layer for layer in self.layers if layer.key == key), None)

    @property
    def remark(self) -> str:
        """What the viewer must know of this visit's place; empty where it is in place."""
        return TEXT_OF_PLACEMENT.get(self.placement, "") if self.layers else ""


@dataclass(frozen=True, eq=False)
class RegressionScene:
    """All visits of a hip in the space of its baseline.

    :param side: "left" or "right".
    :param visits: in order of time.
    :param centerRas: center of the baseline's head, about which views turn.
    :param radiusMm: of a ball about the center that holds everything drawn.
    :param morph: the lesion between the visits; None with fewer than two measured visits.
    :param end: why and when the hip left the follow-up; None where it did not.
    """

    side: str
    visits: tuple[SceneVisit, ...]
    centerRas: np.ndarray
    radiusMm: float
    morph: LesionMorph | None
    end: CaseEnd | None = None

    @property
    def isRegistered(self) -> bool:
        """Whether all visits that are drawn lie in one space."""
        return all(visit.placement != UNREGISTERED for visit in self.visits if visit.layers)

    @property
    def note(self) -> str:
        """One sentence on how the visits lie to each other."""
        if len([visit for visit in self.visits if visit.layers]) < 2:
            return "One visit is outlined."
        if self.isRegistered:
            return "All visits are registered to the baseline: the same place of the femur lies at the same spot."
        return ("Visits without an accepted registration are shown as they were scanned: only the center of the head "
                "was aligned, so their lesions may not be compared point by point.")


def regressionScene(segments: Sequence[VisitSegments], measurement: HipMeasurement, side: str,
                    triangles: int = DISPLAY_TRIANGLES, *, progress: Callable[[float], None] | None = None,
                    placements: Mapping[str, Placement] | None = None,
                    end: CaseEnd | None = None) -> RegressionScene | None:
    """Build what is shown of a hip.

    :param segments: outlines of the visits.
    :param measurement: what was measured of them.
    :param side: "left" or "right".
    :param triangles: for each surface, about.
    :param progress: called with the share that is done.
    :param placements: how visits lie on the baseline, by label; None takes the registrations of the measurement.
    :param end: why and when the hip left the follow-up; None where it did not.
    :return: None where nothing is outlined at any visit.
    """
    fields = hipFields(segments, measurement, placements)
    if fields is None:
        return None
    visits = []
    for index, entry in enumerate(fields.visits):
        visits.append(_sceneVisit(entry, fields, measurement.baseline, triangles))
        if progress is not None:
            progress((index + 1) / len(fields.visits))
    return RegressionScene(side, tuple(visits), fields.centerRas, _radiusMm(visits, fields.centerRas),
                           LesionMorph.of(fields.visits), end)


def _sceneVisit(entry: VisitFields, fields: HipFields, baseline: str | None, triangles: int) -> SceneVisit:
    placement = (DOUBTFUL if entry.isDoubtful else REGISTERED) if entry.isRegistered else UNREGISTERED
    first = next((visit for visit in fields.visits if visit.measurement.label == baseline), None)
    meshes = {}
    isFollowup = first is not None and entry is not first and entry.isRegistered
    if isFollowup and first.lesion is not None and entry.lesionMm3 is not None:
        meshes |= {key: isosurface(part) for key, part in changeParts(first.lesion, entry.lesion).items()}
        meshes[styles.ORIGINAL] = isosurface(_grown(first.lesion, GHOST_CLEARANCE_MM))
    elif entry.lesion is not None:
        meshes[styles.LESION] = isosurface(entry.lesion)
    if entry.head is not None:
        meshes[styles.HEAD] = isosurface(coarser(entry.head, entry.headMm3))
    layers = tuple(_layer(key, decimated(meshes[key], triangles), entry.lesion) for key in styles.STYLES
                   if key in meshes and not meshes[key].isEmpty)
    drift = {layer.key: layer.mesh.volumeMm3 for layer in layers}
    if entry.lesion is not None:
        drift[styles.LESION] = drift.get(styles.LESION) or isosurface(entry.lesion).volumeMm3
    return SceneVisit(entry.measurement, placement, layers,
                      _drift(drift.get(styles.HEAD), entry.headMm3), _drift(drift.get(styles.LESION), entry.lesionMm3))


def _layer(key: str, mesh: Mesh, lesion: SmoothField | None) -> Layer:
    if key != styles.REGENERATED or lesion is None:
        return Layer(key, mesh)
    isNear = lesion.at(mesh.points) > -WALL_REACH_MM
    return Layer(key, mesh, isNear[mesh.triangles].all(axis=1))


def _drift(volumeMm3: float | None, targetMm3: float | None) -> float | None:
    return None if volumeMm3 is None or not targetMm3 else 100.0 * (volumeMm3 / targetMm3 - 1.0)


def _grown(field: SmoothField, distanceMm: float) -> SmoothField:
    return SmoothField(field.values + np.float32(distanceMm), field.geometry)


def _radiusMm(visits: Sequence[SceneVisit], center: np.ndarray) -> float:
    return max((float(np.max(np.linalg.norm(layer.mesh.points - center, axis=1)))
                for visit in visits for layer in visit.layers), default=25.0)
