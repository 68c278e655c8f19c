"""Heads with a lesion that is known exactly, in real and synthetic T1 scans, and strokes as a reader draws them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.phantom import image as phantomimage
from ONVolumetryLib.phantom.background import backgroundHip, renderOnBackground
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan
from outlinedhead import implanted
from realpairs import HIPS
from scipy import ndimage

FAMILIES = ("cap", "cone", "wedge")
CONTRASTS = (0.52, 0.35, 0.2, 0.6)
SPACINGS_MM = ((0.6, 0.6, 4.0), (0.8, 0.8, 4.5), (0.9, 0.9, 5.2))
ORIENTATIONS = ("coronal", "sagittal", "axial", "coronal")
DARK_RIM = 0.15


@dataclass(frozen=True, eq=False)
class LesionScene:
    """An image with head and lesion.

    :param name: what it is, for a table.
    :param contrast: how much darker the lesion's inside is, as a share of the marrow's signal.
    :param hasDarkRim: False where the rim is only as dark as the contrast makes it.
    :param exactMm3: volume of the lesion.
    :param headMm3: volume of the head.
    :param anatomy: side and share of the neck.
    """

    name: str
    contrast: float
    hasDarkRim: bool
    voxels: np.ndarray
    grid: GridGeometry
    head: Mask
    lesion: Mask
    exactMm3: float
    headMm3: float
    anatomy: HipSettings
    centerRas: np.ndarray

    @property
    def isReal(self) -> bool:
        return self.name.startswith("real")


def lesionScene(folder: Path | None, number: int, percents=(5.0, 45.0), rimMm: float = 2.0,
                isToEdge: bool = False) -> LesionScene:
    """Make a scene; even numbers are real scans, odd ones synthetic.

    :param folder: shared/data/pelvis-t1; None makes synthetic scenes only.
    :param percents: range of the lesion's share of the head.
    :param isToEdge: in real scans the head is what its marrow fills, instead of the published ball.
    """
    random = np.random.default_rng([77, number])
    family, contrast = FAMILIES[number % 3], CONTRASTS[(number // 3) % 4]
    hasDarkRim = (number // 12) % 2 == 0
    percent = float(random.uniform(*percents))
    isReal = number % 2 == 0 and folder is not None
    with lesionSignals(1 - contrast, DARK_RIM if hasDarkRim else max(DARK_RIM, 1 - 1.63 * contrast)):
        make = _synthetic if not isReal else _realToItsEdge if isToEdge else _real
        settings, visit, voxels, volumes, what = make(folder, number, random, (family, percent, rimMm))
    name = f"{what} {family} {percent:.0f} % contrast {contrast:.2f} {'dark' if hasDarkRim else 'faint'} rim"
    return LesionScene(name, contrast, hasDarkRim, voxels, visit.grid, visit.headMask, visit.lesionMask, *volumes,
                       settings.anatomy, visit.centerRas)


@contextmanager
def lesionSignals(inside: float, rim: float) -> Iterator[None]:
    """Let synthetic lesions have other signals than usual, as shares of the marrow's."""
    before = phantomimage.LESION_OF_MARROW, phantomimage.RIM_OF_MARROW
    phantomimage.LESION_OF_MARROW, phantomimage.RIM_OF_MARROW = inside, rim
    try:
        yield
    finally:
        phantomimage.LESION_OF_MARROW, phantomimage.RIM_OF_MARROW = before


def _real(folder: Path, number: int, random, lesion):
    settings, scan, what = _realHip(folder, number, lesion)
    phantom, background = backgroundHip(settings, scan)
    visit = phantom.visits[0]
    volumes = visit.onv.volumeMm3, visit.head.volumeMm3
    return settings, visit, renderOnBackground(phantom, visit, background), volumes, what


def _realToItsEdge(folder: Path, number: int, random, lesion):
    settings, scan, what = _realHip(folder, number, lesion)
    visit, voxels, *volumes = implanted(settings, scan)
    return settings, visit, voxels, volumes, what


def _realHip(folder: Path, number: int, lesion):
    family, percent, rimMm = lesion
    hip = (number // 2) % len(HIPS)
    name, side, centerLps, radius = HIPS[hip]
    center = tuple(np.array(centerLps) * [-1, -1, 1])
    settings = PhantomSettings(
        anatomy=HipSettings(side=side, sex="female", radiusMm=radius, family=family, centerRas=center, foveaDepthMm=0,
                            rimMm=rimMm),
        scan=ScanSettings(noisePercent=0, thicknessMm=4.0), visits=(VisitPlan("preop", 0, percent),), seed=number)
    return settings, _scan(folder / name), f"real head {hip}"


def _synthetic(folder, number: int, random, lesion):
    family, percent, rimMm = lesion
    spacing, orientation = SPACINGS_MM[(number // 2) % 3], ORIENTATIONS[(number // 6) % 4]
    anatomy = HipSettings(family=family, radiusMm=float(random.uniform(21, 26)), rimMm=rimMm)
    settings = PhantomSettings(anatomy=anatomy, scan=ScanSettings(spacingMm=spacing, orientation=orientation),
                               visits=(VisitPlan("preop", 0, percent),), seed=number)
    phantom = buildHip(settings)
    visit = phantom.visits[0]
    image = phantomimage.renderImage(phantom, visit)
    volumes = visit.onv.volumeMm3, visit.head.volumeMm3
    return settings, visit, image, volumes, f"synthetic {orientation} {spacing[2]} mm"


@lru_cache(maxsize=3)
def _scan(path: Path):
    return readImage(path)


def strokesIn(scene: LesionScene, random, sliceCount: int) -> Mask:
    """Strokes at random places inside the lesion, one a slice, 1 to 2 pixels from its border at least."""
    lesion, grid = scene.lesion, scene.grid
    axis = 2 - int(np.argmax(grid.spacingMm))
    spacing = np.delete(grid.spacingMm[::-1], axis)
    slices = np.moveaxis(lesion.voxels, axis, 0)
    areas = slices.sum(axis=(1, 2)).astype(float)
    chosen = random.choice(len(areas), size=min(sliceCount, np.count_nonzero(areas)), replace=False,
                           p=areas / areas.sum())
    marked = np.zeros_like(slices)
    for index in chosen:
        depth = ndimage.distance_transform_edt(np.pad(slices[index], 1), sampling=spacing)[1:-1, 1:-1]
        core = depth > min(2.0, 0.7 * depth.max())
        points = np.argwhere(core)
        start = points[random.integers(len(points))]
        near = points[np.linalg.norm((points - start) * spacing, axis=1) < 12.0]
        line = start + np.linspace(0, 1, 60)[:, None] * (near[random.integers(len(near))] - start)
        stroke = np.zeros_like(core)
        stroke[tuple(np.rint(line).astype(int).T)] = True
        marked[index] |= ndimage.binary_dilation(stroke) & core
    return Mask(np.ascontiguousarray(np.moveaxis(marked, 0, axis)), lesion.offsetIjk, grid)
