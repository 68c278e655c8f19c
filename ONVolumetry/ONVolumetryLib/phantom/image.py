"""T1-like images of a synthetic hip, with partial volume, bias field and noise."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..core.geometry import GridGeometry
from .femur import CARTILAGE_MM, femurCortex, femurMarrow, jointSpace, muscles, pelvisBone
from .hip import PhantomHip, PhantomVisit
from .masks import voxelCenters
from .primitives import Sphere
from .shapes import Shape, transformPoints
from .texture import Texture

FAT, MARROW, PELVIC_MARROW, MUSCLE = 1000.0, 840.0, 740.0, 330.0
CARTILAGE, CAPSULE, CORTEX = 430.0, 200.0, 70.0
LESION_OF_MARROW, RIM_OF_MARROW = 0.48, 0.15
SUBSLICE_MM = 0.8
NOISE_STREAM, BIAS_STREAM, TEXTURE_STREAM = 4, 5, 6


@dataclass(frozen=True)
class Coat:
    """A tissue within a solid.

    :param depthMm: how far below the solid's surface it begins; negative above it.
    :param signal: its intensity.
    :param mottling: amplitude of its texture as a share of the signal.
    :param unevenMm: how much the texture shifts its border.
    """

    depthMm: float
    signal: float
    mottling: float = 0.05
    unevenMm: float = 0.0


@dataclass(frozen=True, eq=False)
class Layer:
    """A solid with its coats from outside to inside, painted over the layers before it.

    :param shape: in anatomical coordinates.
    :param inFemur: whether it moves with the femur.
    """

    shape: Shape
    coats: tuple[Coat, ...]
    inFemur: bool = False


def tissueLayers(hip: PhantomHip, visit: PhantomVisit) -> list[Layer]:
    """Bones, joint and lesion of a hip at a visit, from the back to the front."""
    head, radius = visit.head, visit.head.radiusMm
    joint = jointSpace(radius)
    fossa = Sphere(np.array([-0.92, -0.1, -0.36]) * (radius + CARTILAGE_MM + 2.5), 0.36 * radius) - joint
    scar = Sphere(np.array([0.3, 0.0, -0.75]) * radius, 1.02 * radius)
    scarInHead = (scar.grown(0.35) - scar.grown(-0.35)) & Sphere(np.zeros(3), radius - 3)
    layers = [
        Layer(joint, (Coat(-1.5, CAPSULE, 0.1, 0.4),)),
        Layer(pelvisBone(radius), (Coat(0, CORTEX), Coat(1.7, PELVIC_MARROW, 0.08, 0.3))),
        Layer(fossa, (Coat(0, FAT),)),
        Layer(joint, (Coat(0, CARTILAGE),)),
        Layer(femurCortex(radius), (Coat(0, CORTEX),), True),
        Layer(femurMarrow(head), (Coat(-1, CORTEX), Coat(0, MARROW, 0.08)), True),
        Layer(scarInHead, (Coat(0, 0.72 * MARROW, 0.1),), True),
    ]
    return layers + lesionLayers(visit, hip.settings.anatomy.rimMm, MARROW)


def lesionLayers(visit: PhantomVisit, rimMm: float, marrow: float) -> list[Layer]:
    """Rim and inside of the lesion, if one is left; the rim runs along the border in the bone, not the joint."""
    if visit.lesion is None:
        return []
    whole = visit.lesion.shape & visit.head.shape
    inside = whole & visit.lesion.interface.grown(-rimMm)
    return [Layer(whole, (Coat(0, RIM_OF_MARROW * marrow, 0.15),), True),
            Layer(inside, (Coat(0, LESION_OF_MARROW * marrow, 0.16, 0.3 * rimMm),), True)]


def renderImage(hip: PhantomHip, visit: PhantomVisit) -> np.ndarray:
    """Scan a visit.

    :return: int16 array in KJI order on the visit's grid.
    """
    scan, seed = hip.settings.scan, hip.settings.seed
    index = hip.visits.index(visit)
    painter = Painter(tissueLayers(hip, visit), visit, scan.sliceThicknessMm, seed)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        image = np.stack(list(threads.map(painter.paintSlice, range(visit.grid.sizeIjk[2]))))
    image *= biasField(visit.grid, scan.biasPercent / 100, np.random.default_rng([seed, BIAS_STREAM, index]))
    noise = np.random.default_rng([seed, NOISE_STREAM, index])
    return addRicianNoise(image, scan.noisePercent / 100 * MARROW, noise).round().astype(np.int16)


class Painter:
    """Paints slices of finite thickness; the thickness is sampled only where the surface of a layer is near."""

    def __init__(self, layers: list[Layer], visit: PhantomVisit, thicknessMm: float, seed: int):
        self.layers = layers
        self.grid = visit.grid
        self.muscles = muscles(visit.head.radiusMm)
        self.toAnatomical = np.linalg.inv(visit.patientMatrix), np.linalg.inv(visit.femurMatrix)
        self.pixelMm = float(np.mean(visit.grid.spacingMm[:2]))
        self.reachMm = thicknessMm / 2 + self.pixelMm
        count = max(1, int(np.ceil(thicknessMm / SUBSLICE_MM)))
        self.offsetsMm = thicknessMm * ((np.arange(count) + 0.5) / count - 0.5)
        self.texture = Texture(np.random.default_rng([seed, TEXTURE_STREAM]))

    def paintSlice(self, k: int) -> np.ndarray:
        """Signal of one slice (J, I), without bias and noise."""
        points = voxelCenters(self.grid, slice(k, k + 1))[0].astype(np.float32)
        soft = self.softTissue(points)
        signal, nearest = self.sample(points, soft)
        near = nearest < self.reachMm
        normal = self.grid.axisDirections[:, 2].astype(np.float32)
        chosen, behind = points[near], soft[near]
        signal[near] = sum(self.sample(chosen + np.float32(offset) * normal, behind)[0]
                           for offset in self.offsetsMm) / len(self.offsetsMm)
        return signal

    def softTissue(self, points: np.ndarray) -> np.ndarray:
        """Fat and muscle at points (..., 3)."""
        frame = transformPoints(self.toAnatomical[0], points)
        texture = self.texture.at(frame)
        distance = self.muscles.distance(frame) + texture
        cover = np.clip(0.5 - distance / (2 * self.pixelMm), 0, 1)
        fat, muscle = FAT * (1 + 0.05 * texture), MUSCLE * (1 + 0.12 * texture)
        return fat + cover * (muscle - fat)

    def sample(self, points: np.ndarray, soft: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Signal of points (..., 3) over the soft tissue, and how near the surface of a layer is in mm."""
        frames = [transformPoints(matrix, points) for matrix in self.toAnatomical]
        textures = [self.texture.at(frame) for frame in frames]
        signal = soft
        nearest = np.full(points.shape[:-1], np.inf, dtype=np.float32)
        for layer in self.layers:
            texture = textures[layer.inFemur]
            surface = distanceNear(layer.shape, frames[layer.inFemur], self.reachMm)
            for coat in layer.coats:
                distance = surface + np.float32(coat.depthMm) + np.float32(coat.unevenMm) * texture
                np.minimum(nearest, np.abs(distance), out=nearest)
                cover = np.clip(0.5 - distance / self.pixelMm, 0, 1)
                signal = signal + cover * (coat.signal * (1 + coat.mottling * texture) - signal)
        return signal, nearest


def distanceNear(shape: Shape, points: np.ndarray, reachMm: float) -> np.ndarray:
    """Distances as of the shape, but just some value beyond the reach for points farther than it from its box."""
    farMm = reachMm + 3.0
    low, high = (shape.bounds + np.array([[-farMm], [farMm]])).astype(points.dtype)
    inside = (points > low) & (points < high)
    inBox = inside[..., 0] & inside[..., 1] & inside[..., 2]
    distance = np.full(points.shape[:-1], farMm, dtype=points.dtype)
    distance[inBox] = shape.distance(points[inBox])
    return distance


def biasField(grid: GridGeometry, amplitude: float, generator: np.random.Generator) -> np.ndarray:
    """Smooth field (K, J, I) within 1 +- amplitude, as of a surface coil."""
    k, j, i = (np.linspace(-1, 1, size, dtype=np.float32) for size in grid.shapeKji)
    a, b, c, d, e = generator.uniform(-1, 1, 5)
    field = (a * i + c * i * i)[None, None, :] + (b * j)[None, :, None] + (d * k)[:, None, None]
    field = field + e * (i[None, :] * j[:, None])[None]
    return 1 + amplitude * field / max(float(np.abs(field).max()), 1e-6)


def addRicianNoise(image: np.ndarray, standardDeviation: float, generator: np.random.Generator) -> np.ndarray:
    """Magnitude of the image with Gaussian noise in both channels."""
    if standardDeviation <= 0:
        return image
    real = image + standardDeviation * generator.standard_normal(image.shape, dtype=np.float32)
    imaginary = standardDeviation * generator.standard_normal(image.shape, dtype=np.float32)
    return np.hypot(real, imaginary)
