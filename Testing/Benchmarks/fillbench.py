"""Filling between outlined slices: every 2nd or 3rd slice of known bodies is kept, the rest interpolated."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fillbodies
import numpy as np
from ONVolumetryLib.core.geometry import sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.outlining.betweenslices import fillBetweenSlices
from slicerfill import slicersFill

# Largest error of the volume aimed at, in %, by the step between outlined slices.
AIMS_PERCENT = {2: 2.0, 3: 4.0}
# Share of fillings in % that must be within; few outlines cannot tell where a body is widest.
LEAST_WITHIN_PERCENT = {2: 85.0, 3: 80.0}
MANY_SLICES = 9


@dataclass(frozen=True)
class Filling:
    """One body filled once.

    :param sliceCount: slices of the body.
    :param error: of the volume against all slices outlined, in %.
    :param peerError: the same for Slicer's own on the same outlines.
    """

    sliceCount: int
    error: float
    dice: float
    peerError: float
    peerDice: float
    seconds: float


def betweenSlices(arguments) -> list[tuple[str, bool]]:
    """Synthetic lesions, analytic bodies, real bones and organs; real ones are left out where their files are not."""
    data: Path = arguments.data.resolve().parent
    groups = {"lesions": fillbodies.lesions(arguments.lesions), "ellipsoids": fillbodies.ellipsoids(24),
              "undulating blobs": fillbodies.blobs(24), "heads of real femora (CT surfaces)": fillbodies.femora(data),
              "femoral heads and bladder, by hand": fillbodies.femoralHeads(data),
              "organs and tumor beds, by hand": fillbodies.organs(data)}
    aims = []
    for name, bodies in groups.items():
        if not bodies:
            print(f"{name}: left out, the files are not there")
            continue
        for step, aim in AIMS_PERCENT.items():
            fillings = [filling for body in bodies for filling in _fillings(body, step)]
            print(f"{name}, every {step} slices outlined ({len(bodies)} bodies, {len(fillings)} fillings):", flush=True)
            report(fillings, aim)
            aims += _aims(name, step, fillings)
    return aims


def _fillings(body: Mask, step: int) -> Iterator[Filling]:
    """Every choice of the slices that are outlined; the body's first and last slice always are."""
    axis, slices = sliceStackOfGrid(body.grid).axis, fillbodies.slicesOf(body)
    for start in range(step):
        isOutlined = np.zeros(len(slices), dtype=bool)
        isOutlined[start::step] = isOutlined[[0, -1]] = True
        voxels = np.moveaxis(slices * isOutlined[:, None, None], 0, 2 - axis)
        outlines = Mask(np.ascontiguousarray(voxels), body.offsetIjk, body.grid)
        began = time.process_time()
        ours = fillBetweenSlices(outlines, axis).mask
        seconds = time.process_time() - began
        peer = slicersFill(outlines, axis)
        yield Filling(len(slices), *_compared(ours, body), *_compared(peer, body), seconds)


def _compared(found: Mask, truth: Mask) -> tuple[float, float]:
    """Error of the volume in % and Dice."""
    return (100 * (found.voxelCount / truth.voxelCount - 1),
            2 * found.countInside(truth) / (found.voxelCount + truth.voxelCount))


def report(fillings: list[Filling], aim: float):
    """Print the figures, and where the aim is missed by how many slices a body has."""
    errors = np.array([filling.error for filling in fillings])
    print(f"  volume {_figures(errors, aim)}, bias {errors.mean():+.2f} %, Dice {_mean(fillings, 'dice'):.4f}, at most "
          f"{max(filling.seconds for filling in fillings):.2f} s")
    print(f"  Slicer {_figures(np.array([filling.peerError for filling in fillings]), aim)}, Dice "
          f"{_mean(fillings, 'peerDice'):.4f}", flush=True)
    for text, isIn in (("6 slices", lambda number: number == 6), ("7 or 8 slices", lambda number: 7 <= number <= 8),
                       (f"{MANY_SLICES} slices or more", lambda number: number >= MANY_SLICES)):
        chosen = np.array([filling.error for filling in fillings if isIn(filling.sliceCount)])
        if len(chosen) and np.abs(errors).max() > aim:
            print(f"    {text}: {_figures(chosen, aim)} ({len(chosen)})")


def _figures(errors: np.ndarray, aim: float) -> str:
    sizes = np.abs(errors)
    return (f"error mean {sizes.mean():.2f}, median {np.median(sizes):.2f}, 95th percentile "
            f"{np.percentile(sizes, 95):.2f}, worst {sizes.max():.1f} %, within {aim:g} %: "
            f"{100 * np.mean(sizes <= aim):.0f} %")


def _mean(fillings: list[Filling], what: str) -> float:
    return float(np.mean([getattr(filling, what) for filling in fillings]))


def _aims(name: str, step: int, fillings: list[Filling]) -> list[tuple[str, bool]]:
    aim, least = AIMS_PERCENT[step], LEAST_WITHIN_PERCENT[step]
    errors, peers = (np.abs([getattr(filling, what) for filling in fillings]) for what in ("error", "peerError"))
    within, seconds = 100 * float(np.mean(errors <= aim)), max(filling.seconds for filling in fillings)
    isBetter = errors.mean() < peers.mean() and _mean(fillings, "dice") > _mean(fillings, "peerDice")
    what = f"{name}, every {step} slices"
    return [(f"{what}: volume within {errors.mean():.2f} <= {aim:g} % on average", errors.mean() <= aim),
            (f"{what}: within {aim:g} % in {within:.0f} >= {least:g} % of the fillings", within >= least),
            (f"{what}: better than Slicer's ({peers.mean():.2f} %)", isBetter),
            (f"{what}: {seconds:.2f} <= 1 s of processor time", seconds <= 1.0)]
