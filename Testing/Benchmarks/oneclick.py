"""Lesions grown from strokes in heads that one click outlined: the whole of it, against what is there."""

from __future__ import annotations

import numpy as np
from lesionscenes import LesionScene, lesionScene, strokesIn
from ONVolumetryLib.core.errors import OutliningError
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.outlining.headoutline import HeadSettings, outlineHead
from ONVolumetryLib.core.outlining.lesiongrowth import Strokes, outlineLesion

CLICK_MM = 6.0
FAINT_CONTRAST = 0.3


def oneClick(arguments) -> list[tuple[str, bool]]:
    """Head from a click, lesion from strokes on two slices, in real and synthetic scans."""
    entries = []
    for number in range(arguments.lesions):
        scene = lesionScene(arguments.data, number, isToEdge=True)
        truth = 100 * scene.exactMm3 / scene.headMm3
        try:
            headMm3, lesionMm3 = _outlined(scene, number)
        except OutliningError as refusal:
            print(f"{scene.name}: {refusal}", flush=True)
            continue
        percent = 100 * lesionMm3 / headMm3
        entries.append((scene.isReal, scene.contrast, 100 * (headMm3 / scene.headMm3 - 1),
                        100 * (lesionMm3 / scene.exactMm3 - 1), percent - truth))
        print(f"{scene.name}: head {entries[-1][2]:+.1f} %, lesion {entries[-1][3]:+.1f} %, ONV {percent:.1f} % of FHV "
              f"(truth {truth:.1f})", flush=True)
    aims = []
    for isReal in (True, False):
        for isFaint in (False, True):
            chosen = [entry[2:] for entry in entries if entry[0] == isReal and (entry[1] < FAINT_CONTRAST) == isFaint]
            if len(chosen) > 1:
                kind = f"one click, {'real' if isReal else 'synthetic'}{' and faint' if isFaint else ''}"
                aims += _aims(kind, np.array(chosen), isFaint)
    return aims


def _aims(kind: str, errors: np.ndarray, isFaint: bool) -> list[tuple[str, bool]]:
    """Errors of head (%), lesion (%) and ONV (points of FHV); no aim for lesions that hardly differ from marrow."""
    head, lesion, points = errors.T
    print(f"{kind}, {len(head)} hips: head {head.mean():+.1f} % (SD {head.std(ddof=1):.1f}), lesion mean "
          f"{lesion.mean():+.1f} %, ONV {points.mean():+.2f} points (SD {points.std(ddof=1):.2f})")
    ofHead, ofLesion = float(np.mean(np.abs(head))), float(np.median(np.abs(lesion)))
    aims = [(f"{kind}: head off by {ofHead:.1f} <= 2 % on average", ofHead <= 2.0)]
    if not isFaint:
        aims.append((f"{kind}: median volume error of the lesion {ofLesion:.1f} <= 10 %", ofLesion <= 10.0))
    return aims


def _outlined(scene: LesionScene, number: int) -> tuple[float, float]:
    """Volumes of head and lesion in mm3."""
    random = np.random.default_rng([11, number])
    direction = random.normal(size=3)
    click = scene.centerRas + direction / np.linalg.norm(direction) * CLICK_MM * random.uniform() ** (1 / 3)
    head = outlineHead(scene.voxels, scene.grid, click, HeadSettings(scene.anatomy.side, scene.anatomy.headCapFraction))
    strokes = strokesIn(scene, random, 2)
    lesion = outlineLesion(scene.voxels, scene.grid, head.mask, Strokes(strokes)).mask
    return tuple(_volumeMm3(mask) for mask in (head.mask, lesion))


def _volumeMm3(mask: Mask) -> float:
    return mask.voxelCount * mask.grid.voxelVolumeMm3
