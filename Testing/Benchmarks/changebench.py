"""Change maps of synthetic lesions rescanned at thick slices, with the registration errors that were found."""

from __future__ import annotations

import numpy as np
from ONVolumetryLib.core.changemap import LesionAtVisit, changeMap
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.ratios import Volume
from ONVolumetryLib.core.registration.rigid import rigidMatrix
from ONVolumetryLib.core.volume import measureVolume
from ONVolumetryLib.phantom.femur import HeadModel
from ONVolumetryLib.phantom.masks import rasterize
from ONVolumetryLib.phantom.primitives import Sphere
from ONVolumetryLib.phantom.settings import LESION_AXIS
from ONVolumetryLib.phantom.truth import calibrateLesion

HEAD = HeadModel(24.0, 0.22, 1.5)
KINDS = ("ball", "wedge", "cap", "cone")
PITCHES_MM, PIXEL_MM, FIELD_MM = (4.0, 5.0), 0.7, 80.0
# Axes of a coronal scan.
CORONAL = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
CONTOUR_SD_MM = 0.5
PHASES, SHRINKING_RUNS = 40, 20
PERFECT = (np.eye(4), 0.0, np.zeros(3))


def changeAims(errors: list) -> list[tuple[str, bool]]:
    """Measure change maps and return the aims.

    :param errors: for each registration its remaining error (4x4 in the baseline), the reported error in mm, and the
        center of the head.
    """
    print("unchanged lesion at other slice phases: net regeneration in points, mean and spread; in brackets with "
          "perfect registration; regenerated and new outside the uncertain shell in % (largest)")
    aims = []
    for kind in KINDS:
        for pitchMm in PITCHES_MM:
            aims += _unchanged(kind, pitchMm, errors)
    for pitchMm in PITCHES_MM:
        aims += _shrinking(pitchMm, errors)
    return aims


def _unchanged(kind: str, pitchMm: float, errors: list) -> list[tuple[str, bool]]:
    shape = _shape(kind, 15.0)
    real = [_mapped(shape, shape, pitchMm, run, errors[run % len(errors)]) for run in range(PHASES)]
    perfect = [_mapped(shape, shape, pitchMm, run, PERFECT) for run in range(PHASES)]
    net, ideal = (np.array([change.netRegenerationPercent for change in changes]) for changes in (real, perfect))
    outside = max(max(change.regeneratedOutsideShellMm3, change.newOutsideShellMm3) / change.baselineMm3
                  for change in real)
    name = f"unchanged {kind}, slices of {pitchMm:g} mm"
    print(f"  {kind:6s} {pitchMm:g} mm: {net.mean():+.2f} +- {net.std():.2f} "
          f"({ideal.mean():+.2f} +- {ideal.std():.2f}); {100 * outside:.2f}", flush=True)
    return [(f"{name}: mean net regeneration {net.mean():+.2f} within 1 point", abs(net.mean()) <= 1.0),
            (f"{name}: spread {net.std():.2f} <= 1.2 x {ideal.std():.2f}", net.std() <= 1.2 * ideal.std()),
            (f"{name}: {100 * outside:.2f} <= 1 % outside the shell", outside <= 0.01),
            (f"{name}: volumes balance", all(_balances(change) for change in real))]


def _shrinking(pitchMm: float, errors: list) -> list[tuple[str, bool]]:
    before, after = _shape("wedge", 20.0), _shape("wedge", 12.0)
    gross = np.array([_mapped(before, after, pitchMm, run, errors[run % len(errors)]).grossRegenerationPercent.value
                      for run in range(SHRINKING_RUNS)])
    deviation = np.abs(gross - 40.0)
    print(f"wedge that shrinks by 40 %, {pitchMm:g} mm: gross regeneration off by {deviation.mean():.2f} points on "
          f"average, 95 % of runs within {np.percentile(deviation, 95):.2f}", flush=True)
    return [(f"shrinking wedge, {pitchMm:g} mm: mean gross error {deviation.mean():.2f} <= 2 points",
             deviation.mean() <= 2.0),
            (f"shrinking wedge, {pitchMm:g} mm: 95 % within {np.percentile(deviation, 95):.2f} <= 5 points",
             np.percentile(deviation, 95) <= 5.0)]


def _shape(kind: str, percent: float):
    if kind == "ball":
        return Sphere(np.zeros(3), 12.0)
    return calibrateLesion(kind, LESION_AXIS, HEAD, percent, 3).shape & HEAD.shape


def _mapped(before, after, pitchMm: float, run: int, error):
    random = np.random.default_rng([run, round(10 * pitchMm)])
    move = rigidMatrix(random.normal(0, 0.05, 3), random.normal(0, 4, 3), np.zeros(3))
    matrix, reportedMm, center = error
    toHead = np.eye(4)
    toHead[:3, 3] = center
    # The error as it is about the head's center, which lies at the origin here.
    remaining = np.linalg.inv(toHead) @ matrix @ toHead
    return changeMap(_outlined(before, pitchMm, np.eye(4), random), _outlined(after, pitchMm, move, random),
                     remaining @ np.linalg.inv(move), reportedMm, CONTOUR_SD_MM)


def _outlined(shape, pitchMm: float, move: np.ndarray, random) -> LesionAtVisit:
    spacing = np.array([PIXEL_MM, PIXEL_MM, pitchMm])
    size = np.ceil(FIELD_MM / spacing).astype(int)
    matrix = np.eye(4)
    matrix[:3, :3] = CORONAL * spacing
    matrix[:3, 3] = -matrix[:3, :3] @ ((size - 1) / 2 + random.uniform(-0.5, 0.5, 3))
    grid = GridGeometry(tuple(size), matrix)
    mask, stack = rasterize(shape.moved(move), grid), sliceStackOfGrid(grid)
    return LesionAtVisit(mask, stack, Volume.ofSegment(measureVolume(mask, stack, CONTOUR_SD_MM)))


def _balances(change) -> bool:
    counts = [getattr(change, part).voxelCount for part in ("regenerated", "persistent", "new")]
    voxelMm3 = change.grid.voxelVolumeMm3
    return (counts[0] + counts[1]) - counts[0] + counts[2] == round(change.followupMm3 / voxelMm3)
