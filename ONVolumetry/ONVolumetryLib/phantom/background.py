"""Synthetic lesions implanted into a real scan of a hip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..core.bodyside import sideOfPoint
from ..core.errors import ONVolumetryError
from ..core.geometry import GridGeometry, sliceStackOfGrid
from ..files.images import VolumeImage
from .femur import femurMarrow
from .hip import PhantomHip, PhantomVisit, buildHip
from .image import NOISE_STREAM, TEXTURE_STREAM, Layer, addRicianNoise, distanceNear, lesionLayers
from .masks import rasterize, voxelCenters
from .primitives import Sphere
from .settings import PhantomSettings
from .shapes import transformPoints
from .texture import Texture

SUBSLICES = 5
FEMUR_MARGIN_MM, FEMUR_BLEND_MM = 2.0, 4.0
# Share of the marrow's signal below which a voxel holds no marrow, and the share of marrow in the brightest.
NO_MARROW, MOST_MARROW = 0.3, 1.4
BACKGROUND_PHASE_STREAM = 7
SPLINE_ORDER = 3


@dataclass(frozen=True, eq=False)
class Background:
    """A real scan with a femoral head in it.

    :param image: the scan.
    :param marrowSignal: median signal of the head's marrow.
    :param sliceAxis: 0, 1 or 2 for I, J or K.
    :param thicknessMm: slice thickness.
    """

    image: VolumeImage
    marrowSignal: float
    sliceAxis: int
    thicknessMm: float


def backgroundHip(settings: PhantomSettings, image: VolumeImage) -> tuple[PhantomHip, Background]:
    """Lay a synthetic hip over a real scan; the settings' center and radius say where the head is.

    The first visit keeps the scan's grid; later ones have it shifted by a random part of a voxel along each axis,
    or along the slices by the settings' phase.

    :raises ONVolumetryError: the head is not inside the scan, or on the other side.
    """
    requireHeadInside(settings, image.geometry)
    stack = sliceStackOfGrid(image.geometry, image.acquisitionNormalRas)
    ball = Sphere(np.array(settings.anatomy.centerRas, dtype=float), 0.75 * settings.anatomy.radiusMm)
    core = rasterize(ball, image.geometry)
    marrow = 0.0 if core.isEmpty else float(np.median(image.voxels[core.fullArray() > 0]))
    if not marrow > 0:
        raise ONVolumetryError("the background has no signal where the head is to be; give the center and the radius "
                               "of its femoral head")
    thickness = settings.scan.thicknessMm or stack.pitchMm
    hip = buildHip(settings, lambda index: _shiftedGrid(settings, image.geometry, stack.axis, index))
    return hip, Background(image, marrow, stack.axis, thickness)


def renderOnBackground(hip: PhantomHip, visit: PhantomVisit, background: Background) -> np.ndarray:
    """The real scan as it would have been at a visit, with the lesion in its head.

    The patient is moved rigidly; a femur turned against the pelvis is blended into it; noise is added anew.

    :return: array in KJI order on the visit's grid, int16.
    """
    seed, index = hip.settings.seed, hip.visits.index(visit)
    image = _moved(background.image, visit.grid, hip.patientBaselineToVisit(visit))
    if not np.allclose(visit.femurMatrix, visit.patientMatrix):
        turned = _moved(background.image, visit.grid, hip.baselineToVisit(visit))
        image += _femurShare(visit) * (turned - image)
    implant = Implant(visit, background, Texture(np.random.default_rng([seed, TEXTURE_STREAM])), image)
    for layer in lesionLayers(visit, hip.settings.anatomy.rimMm, background.marrowSignal):
        implant.paint(layer)
    noise = np.random.default_rng([seed, NOISE_STREAM, index])
    noisy = addRicianNoise(image, hip.settings.scan.noisePercent / 100 * background.marrowSignal, noise)
    return np.clip(noisy.round(), 0, np.iinfo(np.int16).max).astype(np.int16)


def requireHeadInside(settings: PhantomSettings, grid: GridGeometry):
    """Refuse a center that cannot be that of the head in a real scan.

    :raises ONVolumetryError: the head would not be inside the scan, or is on the other side.
    """
    center = np.array(settings.anatomy.centerRas, dtype=float)
    reach = settings.anatomy.radiusMm / grid.spacingMm
    ijk = grid.toIjk(center)
    if np.any(ijk - reach < -0.5) or np.any(ijk + reach > np.array(grid.sizeIjk) - 0.5):
        raise ONVolumetryError("the head does not lie inside the background image; give its center as R A S in mm "
                               "(where a program shows L and P, change the signs of the first two)")
    if sideOfPoint(float(center[0]), grid) not in (None, settings.anatomy.side):
        raise ONVolumetryError(f"the center lies in the other half of the background image than a "
                               f"{settings.anatomy.side} hip; correct the side or the center (R is positive on the "
                               "patient's right)")


def _shiftedGrid(settings: PhantomSettings, grid: GridGeometry, sliceAxis: int, index: int) -> GridGeometry:
    if index == 0:
        return grid
    phase = np.random.default_rng([settings.seed, BACKGROUND_PHASE_STREAM, index]).uniform(-0.5, 0.5, 3)
    if settings.scan.phase is not None:
        phase[sliceAxis] = settings.scan.phase
    return grid.cropped(phase, grid.sizeIjk)


def _moved(image: VolumeImage, grid: GridGeometry, baselineToVisit: np.ndarray) -> np.ndarray:
    """The image after a move, resampled with cubic splines; float32."""
    ijkToSource = np.linalg.inv(baselineToVisit @ image.geometry.ijkToRas) @ grid.ijkToRas
    voxels = image.voxels.astype(np.float32)
    if grid.sizeIjk == image.geometry.sizeIjk and np.allclose(ijkToSource, np.eye(4), atol=1e-9):
        return voxels
    kjiToSource = ijkToSource[2::-1, 2::-1]
    moved = ndimage.affine_transform(voxels, kjiToSource, ijkToSource[2::-1, 3], grid.shapeKji, np.float32,
                                     order=SPLINE_ORDER, mode="constant")
    return np.maximum(moved, 0)


def _femurShare(visit: PhantomVisit) -> np.ndarray:
    """1 in the femur, 0 in the pelvis, with a soft seam; (K, J, I) float32."""
    femur = femurMarrow(visit.head).grown(FEMUR_MARGIN_MM)
    share = np.empty(visit.grid.shapeKji, dtype=np.float32)
    toFemur = np.linalg.inv(visit.femurMatrix)
    for k in range(visit.grid.sizeIjk[2]):
        points = transformPoints(toFemur, voxelCenters(visit.grid, slice(k, k + 1))[0].astype(np.float32))
        share[k] = np.clip(0.5 - distanceNear(femur, points, FEMUR_BLEND_MM) / FEMUR_BLEND_MM, 0, 1)
    return share


class Implant:
    """Blends a lesion over the image around the head, with the partial volume of the slice thickness."""

    def __init__(self, visit: PhantomVisit, background: Background, texture: Texture, image: np.ndarray):
        box = _boxAround(visit)
        grid = visit.grid.cropped([part.start for part in box[::-1]], [part.stop - part.start for part in box[::-1]])
        self.target = image[box]
        # A lesion takes the place of marrow alone: a voxel at the edge that holds cortex too loses less.
        self.marrow = background.marrowSignal
        self.share = np.clip((self.target / self.marrow - NO_MARROW) / (1 - NO_MARROW), 0, MOST_MARROW)
        self.rest = self.target - self.share * self.marrow
        self.pixelMm = float(np.min(grid.spacingMm))
        toFemur = np.linalg.inv(visit.femurMatrix)
        self.points = transformPoints(toFemur, voxelCenters(grid))
        self.normal = toFemur[:3, :3] @ grid.axisDirections[:, background.sliceAxis]
        self.offsetsMm = background.thicknessMm * ((np.arange(SUBSLICES) + 0.5) / SUBSLICES - 0.5)
        self.mottling = texture.at(self.points.astype(np.float32))

    def paint(self, layer: Layer):
        """Paint one layer of the lesion."""
        coat, = layer.coats
        cover = np.zeros(self.target.shape)
        for offset in self.offsetsMm:
            distance = layer.shape.distance(self.points + offset * self.normal) + coat.unevenMm * self.mottling
            cover += np.clip(0.5 - distance / self.pixelMm, 0, 1) / SUBSLICES
        signal = coat.signal * (1 + coat.mottling * self.mottling)
        self.target += cover * (np.maximum(self.rest + self.share * signal, 0) - self.target)


def _boxAround(visit: PhantomVisit) -> tuple[slice, slice, slice]:
    """Voxels (K, J, I) around the head, within the grid."""
    bounds = visit.grid.toIjk(visit.centerRas) + np.outer([-1, 1], (visit.head.radiusMm + 3) / visit.grid.spacingMm)
    low = np.clip(np.floor(bounds[0]), 0, None).astype(int)
    high = np.minimum(np.ceil(bounds[1]) + 1, visit.grid.sizeIjk).astype(int)
    return tuple(slice(int(start), int(stop)) for start, stop in zip(low[::-1], high[::-1]))
