"""A lesion implanted into the head that a real scan shows, up to the edge of its marrow."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from ONVolumetryLib.core.outlining.headoutline import HeadOutline, HeadSettings, outlineHead
from ONVolumetryLib.phantom.background import backgroundHip, renderOnBackground
from ONVolumetryLib.phantom.hip import PhantomVisit
from ONVolumetryLib.phantom.masks import rasterize, uniformGrid
from ONVolumetryLib.phantom.shapes import Shape, transformPoints

FINE_MM, EDGE_MM = 0.4, 1.0


@dataclass(frozen=True, eq=False)
class OutlinedShape(Shape):
    """The solid within an outline, in the coordinates of a synthetic hip."""

    outline: HeadOutline
    toRas: np.ndarray

    def distance(self, points):
        ras = transformPoints(self.toRas, np.asarray(points, dtype=float)).reshape(-1, 3)
        offsets = ras - self.outline.surface.centerRas
        along = np.linalg.norm(offsets, axis=1) - self.outline.surface.radiusToward(offsets)
        plane = (ras - self.outline.sphere.centerRas) @ self.outline.neckDirection - self.outline.cutDistanceMm
        return np.maximum(along, plane).reshape(np.shape(points)[:-1])

    @property
    def bounds(self):
        points = transformPoints(np.linalg.inv(self.toRas), self.outline.surface.pointsRas)
        return np.array([points.min(axis=0) - 0.5, points.max(axis=0) + 0.5])


@dataclass(frozen=True, eq=False)
class OutlinedHead:
    """Takes the place of a synthetic head."""

    shape: Shape
    radiusMm: float


@dataclass(frozen=True, eq=False)
class OutlinedLesion:
    """A lesion without the ball it was drawn in."""

    interface: Shape

    @property
    def shape(self) -> Shape:
        return self.interface


def implanted(settings, scan) -> tuple[PhantomVisit, np.ndarray, float, float]:
    """Implant a lesion into the head as it is outlined before there is a lesion.

    :param settings: of a hip on a background; its sphere says where the lesion lies.
    :return: visit, image, volumes of lesion and head in mm3.
    """
    hip, background = backgroundHip(settings, scan)
    center = np.array(settings.anatomy.centerRas)
    outline = outlineHead(scan.voxels, scan.geometry, center,
                          HeadSettings(settings.anatomy.side, settings.anatomy.headCapFraction))
    before = hip.visits[0]
    head = OutlinedHead(OutlinedShape(outline, before.femurMatrix), float(outline.surface.radiiMm.max()))
    visit = dataclasses.replace(before, head=head, lesion=OutlinedLesion(before.lesion.interface))
    # What the voxels at the edge hold of the marrow is lesion as well.
    wider = dataclasses.replace(visit, head=OutlinedHead(head.shape.grown(EDGE_MM), head.radiusMm))
    image = renderOnBackground(dataclasses.replace(hip, visits=(wider,)), wider, background)
    return visit, image, *_volumes(visit)


def _volumes(visit: PhantomVisit) -> tuple[float, float]:
    head = visit.head.shape
    grid = uniformGrid(head.bounds, FINE_MM)
    return tuple(rasterize(shape, grid).voxelCount * FINE_MM**3 for shape in (visit.lesion.shape & head, head))
