"""Cost of measuring a hip beside other programs on the same masks, in one run: ratios, not seconds, are the result.

Run as `make bench`. Peers that are not installed are left out and named.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import SimpleITK
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.core.volume import voxelSummation

SPACING_MM = (0.6, 0.6, 4.0)
SIZES = ((384, 384, 50), (512, 512, 120))
GROWTH_SIZES = ((192, 192, 50), (384, 384, 50), (768, 768, 50))
HEAD_RADIUS_MM = 24.0
LESION_RADII_MM = (14.0, 12.0, 9.0)
MONTHS = (0, 3, 12)
REPEATS = 5

Case = list[tuple[np.ndarray, np.ndarray]]


def makeCase(size, spacing=SPACING_MM) -> Case:
    """Head and lesion label arrays (KJI, uint8) of three visits, a ball cut by a plane with a ball in its dome."""
    center = [(count - 1) / 2 * step for count, step in zip(size, spacing)]
    i, j, k = (np.arange(count) * step - middle for count, step, middle in zip(size, spacing, center))
    squares = k[:, None, None] ** 2 + j[None, :, None] ** 2 + i[None, None, :] ** 2
    ball = squares <= HEAD_RADIUS_MM ** 2
    head = ball & (j[None, :, None] < 0.394 * HEAD_RADIUS_MM)
    visits = []
    for radius in LESION_RADII_MM:
        squaresOfLesion = k[:, None, None] ** 2 + (j[None, :, None] + 14.0) ** 2 + i[None, None, :] ** 2
        lesion = ball & (squaresOfLesion <= radius ** 2)
        visits.append((head.astype(np.uint8), lesion.astype(np.uint8)))
    return visits


def measureWithOurs(case: Case, spacing=SPACING_MM):
    """Volumes, uncertainty, sphere and surface of three visits, from full label arrays."""
    grid = _grid(case, spacing)
    stack = sliceStackOfGrid(grid)
    visits = [VisitSegments(f"month {month}", month, Mask.fromArray(head, grid), Mask.fromArray(lesion, grid),
                            stack=stack) for month, (head, lesion) in zip(MONTHS, case)]
    return measureHip(visits, "male")


def volumesWithOurs(case: Case, spacing=SPACING_MM) -> list[float]:
    grid = _grid(case, spacing)
    return [voxelSummation(Mask.fromArray(array, grid)) for visit in case for array in visit]


def _grid(case: Case, spacing) -> GridGeometry:
    return GridGeometry(case[0][0].shape[::-1], np.diag([*spacing, 1.0]))


def volumesWithSimpleItk(images) -> list[float]:
    """SimpleITK's label statistics with what it computes by default."""
    volumes = []
    for image in images:
        statistics_ = SimpleITK.LabelShapeStatisticsImageFilter()
        statistics_.Execute(image)
        volumes.append(statistics_.GetPhysicalSize(1))
    return volumes


def simpleItkImages(case: Case) -> list:
    images = []
    for visit in case:
        for array in visit:
            image = SimpleITK.GetImageFromArray(array)
            image.SetSpacing(SPACING_MM)
            images.append(image)
    return images


def regionpropsOfScikitImage(case: Case):
    from skimage.measure import regionprops

    return [regionprops(array, spacing=SPACING_MM[::-1])[0].area for visit in case for array in visit]


def shapeOfPyRadiomics(images) -> list[float]:
    """All shape features of PyRadiomics, as its users switch them on."""
    import logging

    from radiomics.shape import RadiomicsShape

    logging.getLogger("radiomics").setLevel(logging.ERROR)
    volumes = []
    for image in images:
        features = RadiomicsShape(image, image, label=1)
        features.enableAllFeatures()
        volumes.append(float(features.execute()["VoxelVolume"]))
    return volumes


def medianSeconds(call: Callable[[], object], repeats: int = REPEATS) -> float:
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peers(case: Case) -> dict[str, Callable[[], object]]:
    """Peers that are installed, by name."""
    images = simpleItkImages(case)
    found = {"SimpleITK LabelShapeStatistics": lambda: volumesWithSimpleItk(images)}
    for name, module, call in (("scikit-image regionprops (area)", "skimage", lambda: regionpropsOfScikitImage(case)),
                               ("PyRadiomics shape features", "radiomics", lambda: shapeOfPyRadiomics(images))):
        try:
            __import__(module)
            found[name] = call
        except ImportError:
            print(f"  ({name}: not installed, left out)")
    return found


def compare(size) -> dict[str, float]:
    print(f"\nThree visits of {size[0]} x {size[1]} x {size[2]} voxels, median of {REPEATS}")
    case = makeCase(size)
    full = medianSeconds(lambda: measureWithOurs(case))
    volumes = medianSeconds(lambda: volumesWithOurs(case))
    print(f"  {'ONVolumetry: volumes, uncertainty, sphere, surface':<52}{full * 1e3:9.1f} ms")
    print(f"  {'ONVolumetry: volumes alone':<52}{volumes * 1e3:9.1f} ms")
    ratios = {}
    for name, call in peers(case).items():
        seconds = medianSeconds(call, repeats=2 if "PyRadiomics" in name else REPEATS)
        ratios[name] = seconds / full
        print(f"  {name:<52}{seconds * 1e3:9.1f} ms   = {seconds / full:6.1f} x ours in full, "
              f"{seconds / volumes:6.1f} x our volumes alone")
    return ratios


def growth():
    """Cost against the number of voxels, for segments that grow with the image and for segments that do not."""
    print("\nCost against the number of voxels (same segments in a larger image)")
    first = None
    for size in GROWTH_SIZES:
        case = makeCase(size)
        seconds = medianSeconds(lambda case=case: measureWithOurs(case))
        voxels = float(np.prod(size))
        first = first or (seconds, voxels)
        print(f"  {voxels / 1e6:7.1f} M voxels: {seconds * 1e3:8.1f} ms  (voxels x {voxels / first[1]:5.1f}, "
              f"time x {seconds / first[0]:5.2f})")
    print("Cost against the number of voxels of the segments (finer voxels, same head)")
    first = None
    for inPlane in (1.2, 0.6, 0.3):
        size = (int(80 / inPlane), int(80 / inPlane), 20)
        case = makeCase(size, (inPlane, inPlane, 4.0))
        seconds = medianSeconds(lambda case=case, step=inPlane: measureWithOurs(case, (step, step, 4.0)))
        voxels = float(sum(np.count_nonzero(array) for visit in case for array in visit))
        first = first or (seconds, voxels)
        print(f"  {voxels / 1e6:7.3f} M voxels: {seconds * 1e3:8.1f} ms  (voxels x {voxels / first[1]:5.1f}, "
              f"time x {seconds / first[0]:5.2f})")


def printPeakMemory(size):
    """Peak memory of a fresh process that measures, beyond what it held before."""
    result = subprocess.run([sys.executable, __file__, "--memory", *map(str, size)], check=True, capture_output=True,
                            text=True)
    before, after, arrays = json.loads(result.stdout)
    print(f"\nPeak memory at {size[0]} x {size[1]} x {size[2]}: {after:.0f} MB, of which {before:.0f} MB the program, "
          f"its libraries and the {arrays:.0f} MB of label arrays; measuring itself added {after - before:.0f} MB")


def measureMemory(size):
    case = makeCase(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    measureWithOurs(case)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([before, after, sum(array.nbytes for visit in case for array in visit) / 2 ** 20]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--memory", nargs=3, type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory:
        measureMemory(tuple(arguments.memory))
        return 0
    for size in SIZES:
        compare(size)
    growth()
    printPeakMemory(SIZES[-1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
