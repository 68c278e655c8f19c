"""Pairs of scans of one hip that are known to the last digit: real hips, moved, with a lesion that shrinks.

A real T1 scan is moved as a patient moves between two visits; the femur may turn against the pelvis, in which case
the moved femur is blended into the still pelvis. The follow-up has another slice pitch and phase, another contrast and
bias field, and new noise; both visits hold an implanted lesion, and outlines that are off as a reader's are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.registration.result import RegistrationVisit
from ONVolumetryLib.core.sphere import fitSphereToMask
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.files.volumeimage import VolumeImage
from ONVolumetryLib.phantom.background import Background, Implant
from ONVolumetryLib.phantom.femur import NECK_DIRECTION, femurMarrow
from ONVolumetryLib.phantom.hip import PhantomVisit, buildHip
from ONVolumetryLib.phantom.image import addRicianNoise, distanceNear, lesionLayers
from ONVolumetryLib.phantom.masks import rasterize, voxelCenters
from ONVolumetryLib.phantom.primitives import HalfSpace, Sphere
from ONVolumetryLib.phantom.settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan
from ONVolumetryLib.phantom.shapes import Intersection, Union, transformPoints
from ONVolumetryLib.phantom.texture import Texture
from scipy import ndimage

# Folder, side, center of the head in LPS (mm) and radius (mm) of the published scans in shared/data/pelvis-t1.
HIPS = (("case-04/dicom", "right", (-116.9, -37.9, -57.2), 19.1),
        ("case-04/dicom", "left", (58.4, -27.7, -53.4), 19.05),
        ("case-05/t1_cor.nii.gz", "right", (-131.0, 3.7, -0.8), 19.75),
        ("case-05/t1_cor.nii.gz", "left", (38.8, 0.2, -6.5), 19.98),
        ("case-07/dicom", "right", (-85.7, -4.7, -37.6), 21.13), ("case-07/dicom", "left", (88.7, -5.6, -40.4), 21.53))
# The scan reaches farther than the pair, so that a move brings real tissue in at the edges.
FIELD_HALF_MM, SCAN_HALF_MM = 90.0, 125.0
LARGEST_TURN_DEGREES, LARGEST_SHIFT_MM = 10.0, 15.0
FEMUR_TURN_DEGREES = (5.0, 8.0)
PERCENTS = (20.0, 12.0)
OUTLINE_SD_MM, NOISE_PERCENT, BIAS = 0.4, 4.0, 0.1
# The femora differ from the model of one: a narrower region would leave parts of the real bone behind.
JOINT_HALF_MM, SOFT_TISSUE_MM, SEAM_MM = 2.0, 24.0, 4.0


@dataclass(frozen=True, eq=False)
class Pair:
    """Two visits of one hip and the truth between them.

    :param baselineToFollowup: 4x4 of the femur, RAS in mm.
    :param headPoints: points of the head at baseline (n, 3), to measure errors at.
    """

    hip: int
    baseline: RegistrationVisit
    followup: RegistrationVisit
    baselineToFollowup: np.ndarray
    headPoints: np.ndarray

    def errorMm(self, baselineToFollowup: np.ndarray) -> float:
        """Mean distance over the head between where a point comes from and where a found transform puts it."""
        followup = self.headPoints @ self.baselineToFollowup[:3, :3].T + self.baselineToFollowup[:3, 3]
        inverse = np.linalg.inv(baselineToFollowup)
        back = followup @ inverse[:3, :3].T + inverse[:3, 3]
        return float(np.mean(np.linalg.norm(back - self.headPoints, axis=1)))


def makePair(folder: Path, hip: int, seed: int, isFemurTurned: bool) -> Pair:
    """Make a pair.

    :param folder: shared/data/pelvis-t1.
    :param hip: index into HIPS.
    :param isFemurTurned: whether the femur turns against the pelvis by 5 to 8 degrees.
    """
    random = np.random.default_rng([seed, hip, isFemurTurned])
    _, side, centerLps, radius = HIPS[hip]
    center = np.array(centerLps) * [-1, -1, 1]
    source = _scan(folder, hip)
    turn = random.uniform(*FEMUR_TURN_DEGREES) if isFemurTurned else 0.0
    settings = PhantomSettings(
        visits=tuple(VisitPlan(f"visit {index}", 3 * index, percent) for index, percent in enumerate(PERCENTS)),
        anatomy=HipSettings(side=side, sex="female", radiusMm=radius, centerRas=tuple(center)), seed=seed,
        scan=ScanSettings(rotationDegrees=LARGEST_TURN_DEGREES, translationMm=LARGEST_SHIFT_MM,
                          femurTurnDegrees=turn))
    field = source.geometry.cropped(*_boxAround(source.geometry, center, FIELD_HALF_MM))
    grids = field, _otherGrid(field, random)
    phantom = buildHip(settings, lambda index: grids[index])
    marrow = float(np.median(source.voxels[rasterize(Sphere(center, 0.75 * radius), source.geometry).fullArray() > 0]))
    background = Background(source, marrow, 2, 4.0)
    visits = []
    for index, visit in enumerate(phantom.visits):
        image = _rendered(phantom, visit, background, isFemurTurned and index == 1)
        if index == 1:
            image = _otherContrast(image, marrow, random)
        noise = NOISE_PERCENT / 100 * float(np.median(image[visit.headMask.fullArray() > 0]))
        visits.append(_outlined(visit, addRicianNoise(image.astype(np.float32), noise, random), random))
    points = center + radius * _pointsInBall(random)
    return Pair(hip, *visits, phantom.baselineToVisit(phantom.visits[1]), points)


@lru_cache(maxsize=6)
def _scan(folder: Path, hip: int) -> VolumeImage:
    name, _, centerLps, _ = HIPS[hip]
    image = readImage(folder / name)
    low, size = _boxAround(image.geometry, np.array(centerLps) * [-1, -1, 1], SCAN_HALF_MM)
    box = tuple(slice(start, start + count) for start, count in zip(low[::-1], size[::-1]))
    return VolumeImage(image.voxels[box].astype(np.float32), image.geometry.cropped(low, size))


def _boxAround(grid: GridGeometry, centerRas, halfMm: float) -> tuple[np.ndarray, np.ndarray]:
    """First voxel and size of the part of a grid within a distance of a point."""
    middle, reach = grid.toIjk(centerRas), halfMm / grid.spacingMm
    low = np.clip(np.floor(middle - reach), 0, None).astype(int)
    return low, np.minimum(np.ceil(middle + reach) + 1, grid.sizeIjk).astype(int) - low


def _otherGrid(grid: GridGeometry, random) -> GridGeometry:
    spacing = grid.spacingMm * [1, 1, random.uniform(4.0, 5.0) / grid.spacingMm[2]]
    matrix = np.array(grid.ijkToRas)
    matrix[:3, :3] = grid.axisDirections * spacing
    matrix[:3, 3] = grid.toRas(random.uniform(-0.5, 0.5, 3))
    size = np.array(grid.sizeIjk)
    size[2] = round(size[2] * grid.spacingMm[2] / spacing[2])
    return GridGeometry(tuple(size), matrix)


def _rendered(phantom, visit: PhantomVisit, background: Background, isFemurTurned: bool) -> np.ndarray:
    image = _moved(background.image, visit.grid, phantom.patientBaselineToVisit(visit))
    if isFemurTurned:
        turned = _moved(background.image, visit.grid, phantom.baselineToVisit(visit))
        image += _femurShare(visit) * (turned - image)
    implant = Implant(visit, background, Texture(np.random.default_rng(phantom.settings.seed)), image)
    for layer in lesionLayers(visit, phantom.settings.anatomy.rimMm, background.marrowSignal):
        implant.paint(layer)
    return image


def _moved(source: VolumeImage, grid: GridGeometry, move: np.ndarray) -> np.ndarray:
    toSource = np.linalg.inv(move @ source.geometry.ijkToRas) @ grid.ijkToRas
    moved = ndimage.affine_transform(source.voxels, toSource[2::-1, 2::-1], toSource[2::-1, 3], grid.shapeKji,
                                     np.float32, order=3)
    return np.maximum(moved, 0)


def _femurShare(visit: PhantomVisit) -> np.ndarray:
    """1 in the femur and the soft tissue on it, 0 in the pelvis; the seam runs through the joint's space."""
    radius = visit.head.radiusMm
    neckSide = HalfSpace(0.35 * radius * NECK_DIRECTION, -NECK_DIRECTION)
    femur = Union((Sphere(np.zeros(3), radius + JOINT_HALF_MM),
                   Intersection((femurMarrow(visit.head).grown(SOFT_TISSUE_MM), neckSide))))
    toFemur = np.linalg.inv(visit.femurMatrix)
    share = np.empty(visit.grid.shapeKji, dtype=np.float32)
    for k in range(len(share)):
        points = transformPoints(toFemur, voxelCenters(visit.grid, slice(k, k + 1))[0].astype(np.float32))
        share[k] = np.clip(0.5 - distanceNear(femur, points, 2 * SEAM_MM) / SEAM_MM, 0, 1)
    return share


def _otherContrast(image: np.ndarray, marrow: float, random) -> np.ndarray:
    changed = random.uniform(0.5, 2.0) * marrow * (image / marrow) ** random.uniform(0.75, 1.3)
    slopes = random.uniform(-BIAS, BIAS, 3)
    axes = np.meshgrid(*(np.linspace(-1, 1, size) for size in image.shape), indexing="ij", sparse=True)
    return changed * (1 + sum(slope * axis for slope, axis in zip(slopes, axes)))


def _outlined(visit: PhantomVisit, voxels: np.ndarray, random) -> RegistrationVisit:
    """Outlines as a reader draws them, off by some tenths of a millimeter."""
    place = np.eye(4)
    place[:3, 3] = random.normal(0, OUTLINE_SD_MM, 3)
    head: Mask = rasterize(visit.head.shape.moved(place @ visit.femurMatrix), visit.grid)
    lesion = rasterize((visit.lesion.shape & visit.head.shape).moved(place @ visit.femurMatrix), visit.grid)
    stack = sliceStackOfGrid(visit.grid)
    return RegistrationVisit(head, lesion, stack, fitSphereToMask(head, stack), voxels, visit.grid)


def _pointsInBall(random, count: int = 2000) -> np.ndarray:
    points = random.uniform(-1, 1, (3 * count, 3))
    return points[np.linalg.norm(points, axis=1) < 1][:count]
