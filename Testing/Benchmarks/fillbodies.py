"""Bodies outlined on every slice: synthetic lesions, analytic bodies, and real bones and organs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice, pairwise, product
from pathlib import Path

import numpy as np
from ONVolumetryLib.core.errors import ONVolumetryError
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.lesion import FAMILIES
from ONVolumetryLib.phantom.settings import (
    LESION_AXIS,
    ORIENTATIONS,
    HipSettings,
    PhantomSettings,
    ScanSettings,
    VisitPlan,
)

LEAST_SLICES = 6
SPACINGS_MM = ((0.6, 4.0), (0.9, 5.2), (0.7, 4.4), (0.8, 4.8))
# Center (mm, as the files have it) and radius of the heads of the femora.
FEMORA = {"m3": ((-75.82, -121.33, -838.38), 23.19), "m4": ((-92.79, 18.85, -356.79), 25.25)}
ORGANS = ("Heart", "Breast", "Lt Lung", "Tumor Bed", "Tumor Bed Block")


def lesions(wanted: int) -> list[Mask]:
    """Lesions of six slices or more, families, orientations and spacings in turn; nothing is rendered."""
    return list(islice(filter(isLongEnough, map(_lesion, count())), wanted))


def isLongEnough(mask: Mask) -> bool:
    """Whether a body has six slices or more and none of them is empty."""
    slices = slicesOf(mask)
    return len(slices) >= LEAST_SLICES and bool(slices.any(axis=(1, 2)).all())


def slicesOf(mask: Mask) -> np.ndarray:
    """Slices of the body's box, first axis across them."""
    return np.moveaxis(mask.voxels, 2 - sliceStackOfGrid(mask.grid).axis, 0)


def _lesion(number: int) -> Mask:
    random = np.random.default_rng([81, number])
    kinds = list(product(SPACINGS_MM, ORIENTATIONS, FAMILIES))
    (pixel, pitch), orientation, family = kinds[number % len(kinds)]
    axis = np.array(LESION_AXIS) + random.normal(0, 0.15, 3)
    anatomy = HipSettings(family=family, axis=tuple(axis), radiusMm=float(random.uniform(21, 26)),
                          side=("left", "right")[number % 2])
    scan = ScanSettings(spacingMm=(pixel, pixel, pitch), orientation=orientation)
    percent = float(random.uniform(8, 45))
    try:
        return buildHip(PhantomSettings(anatomy=anatomy, scan=scan, seed=number,
                                        visits=(VisitPlan("preop", 0, percent),))).visits[0].lesionMask
    except ONVolumetryError:
        # A lesion that turns away from the dome cannot be that large in every head.
        return Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), GridGeometry((1, 1, 1), np.eye(4)))


def ellipsoids(wanted: int) -> list[Mask]:
    """Ellipsoids of any axes from 8 to 22 mm in any direction."""
    random = np.random.default_rng(82)

    def one() -> Mask:
        basis = np.linalg.qr(random.normal(size=(3, 3)))[0]
        axes = random.uniform(8, 22, 3)
        return _voxelized(random, lambda points: np.linalg.norm(points @ basis / axes, axis=-1) < 1)

    return list(islice(filter(isLongEnough, (one() for _ in count())), wanted))


def blobs(wanted: int) -> list[Mask]:
    """Star-shaped bodies with an undulating surface, dented in places."""
    random = np.random.default_rng(83)

    def one() -> Mask:
        radius, waves = random.uniform(13, 20), random.normal(0, 2, (5, 3))
        phases, heights = random.uniform(0, 2 * np.pi, 5), random.uniform(0.03, 0.1, 5)

        def isInside(points):
            distance = np.linalg.norm(points, axis=-1)
            direction = points / np.maximum(distance, 1e-9)[..., None]
            return distance < radius * (1 + np.sin(direction @ waves.T + phases) @ heights)

        return _voxelized(random, isInside)

    return list(islice(filter(isLongEnough, (one() for _ in count())), wanted))


def _voxelized(random, isInside: Callable) -> Mask:
    """A body about the origin on a scan of random spacing and phase."""
    pixel, pitch = SPACINGS_MM[random.integers(len(SPACINGS_MM))]
    spacing = np.array([pixel, pixel, pitch])
    size = 2 * np.ceil(30 / spacing).astype(int) + 1
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = spacing * (random.uniform(-0.5, 0.5, 3) - (size - 1) / 2)
    grid = GridGeometry(tuple(size), matrix)
    points = np.stack(np.meshgrid(*(start + step * np.arange(number) for start, step, number
                                    in zip(matrix[:3, 3], spacing, size)), indexing="ij"), axis=-1)
    return Mask.fromArray(isInside(points).transpose(2, 1, 0), grid)


def femoralHeads(data: Path) -> list[Mask]:
    """Femoral heads and bladder outlined by hand every 2.5 mm, and every second of these slices (5 mm)."""
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    found = []
    for path in sorted((data / "femoral-head-contours").glob("*_contours.vtp")):
        reader = vtk.vtkXMLPolyDataReader()
        reader.SetFileName(str(path))
        reader.Update()
        lines = reader.GetOutput()
        contours = [vtk_to_numpy(lines.GetCell(index).GetPoints().GetData()).astype(float)
                    for index in range(lines.GetNumberOfCells())]
        found += _thinned(_outlinedByHand(contours, 2.5))
    return found


def organs(data: Path) -> list[Mask]:
    """Organs and tumor beds outlined by hand every 3 mm in a radiotherapy plan, and every second of these (6 mm)."""
    import pydicom

    path = data / "rtstruct-samples" / "dicompyler-core" / "rtss.dcm"
    if not path.is_file():
        return []
    dataset = pydicom.dcmread(path)
    names = {item.ROINumber: item.ROIName for item in dataset.StructureSetROISequence}
    found = []
    for item in dataset.ROIContourSequence:
        if names[item.ReferencedROINumber] in ORGANS:
            contours = [np.reshape(np.array(contour.ContourData, dtype=float), (-1, 3))
                        for contour in item.ContourSequence]
            found += _thinned(_outlinedByHand(contours, 3.0))
    return [mask for mask in found if isLongEnough(mask)]


def femora(data: Path, cuts: int = 6) -> list[Mask]:
    """Heads of real femora, cut off from neck and shaft, on slices of random direction and phase."""
    found = []
    for name, (center, radius) in FEMORA.items():
        path = data / "femur-stl" / f"{name}_rfemur_mm.stl"
        if path.is_file():
            corners = _stlCorners(path) - center
            random = np.random.default_rng(84)
            found += [_femoralHead(corners, radius, random, np.eye(3)[number % 3]) for number in range(cuts)]
    return found


def _femoralHead(corners: np.ndarray, radius: float, random, direction: np.ndarray) -> Mask:
    pixel, pitch = SPACINGS_MM[random.integers(len(SPACINGS_MM))]
    normal = direction + random.normal(0, 0.15, 3)
    basis = np.linalg.qr(np.column_stack([normal, np.roll(normal, 1), np.roll(normal, 2)]))[0][:, ::-1]
    toShaft = corners.mean(axis=(0, 1))
    toShaft = basis.T @ toShaft / np.linalg.norm(toShaft)
    turned = corners @ basis
    across = np.arange(-radius - 4, radius + 4, pixel)
    places = np.arange(-radius - 4, radius + 4, pitch) + random.uniform(0, pitch)
    slices = []
    for place in places:
        points = np.stack(np.broadcast_arrays(across[None, :], across[:, None], place), axis=-1)
        isHead = (np.linalg.norm(points, axis=-1) < radius + 4) & (points @ toShaft < 0.55 * radius)
        slices.append(_evenOdd(_crossing(turned, place), across, across) & isHead)
    matrix = np.diag([pixel, pixel, pitch, 1.0])
    return Mask.fromArray(np.array(slices), GridGeometry((len(across), len(across), len(places)), matrix))


def _stlCorners(path: Path) -> np.ndarray:
    """Corners of a binary STL file's triangles, shape (n, 3, 3)."""
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    data = path.read_bytes()
    return np.frombuffer(data, record, count=int.from_bytes(data[80:84], "little"), offset=84)["corners"].astype(float)


def _crossing(corners: np.ndarray, place: float) -> np.ndarray:
    """Segments in which triangles cross the plane z = place, shape (n, 2, 2)."""
    above = corners[:, :, 2] > place
    cut = corners[above.any(axis=1) & ~above.all(axis=1)]
    ends = []
    for first, second in ((0, 1), (1, 2), (2, 0)):
        a, b = cut[:, first], cut[:, second]
        with np.errstate(divide="ignore", invalid="ignore"):
            point = a + ((place - a[:, 2]) / (b[:, 2] - a[:, 2]))[:, None] * (b - a)
        ends.append(np.where(((a[:, 2] > place) != (b[:, 2] > place))[:, None], point[:, :2], np.nan))
    stacked = np.stack(ends, axis=1)
    return stacked[~np.isnan(stacked[:, :, 0])].reshape(-1, 2, 2)


def _outlinedByHand(contours: list[np.ndarray], pitch: float) -> Mask:
    """Planar contours as voxels of 0.7 mm; one within another cuts a hole."""
    points = np.concatenate(contours)
    x, y = (np.arange(points[:, axis].min() - 2, points[:, axis].max() + 2, 0.7) for axis in (0, 1))
    lowest = points[:, 2].min()
    slices = np.zeros((round((points[:, 2].max() - lowest) / pitch) + 1, len(y), len(x)), dtype=bool)
    for contour in contours:
        segments = np.array(list(pairwise(np.vstack([contour, contour[:1]])[:, :2])))
        slices[round((contour[0, 2] - lowest) / pitch)] ^= _evenOdd(segments, x, y)
    matrix = np.diag([0.7, 0.7, pitch, 1.0])
    return Mask.fromArray(slices, GridGeometry((len(x), len(y), len(slices)), matrix))


def _evenOdd(segments: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pixels (y, x) with an odd number of segments to their left."""
    crossed = np.zeros((len(y), len(x) + 1), dtype=int)
    for (xa, ya), (xb, yb) in segments:
        rows = np.arange(*np.searchsorted(y, sorted((ya, yb))))
        if len(rows):
            np.add.at(crossed, (rows, np.searchsorted(x, xa + (y[rows] - ya) * (xb - xa) / (yb - ya))), 1)
    return np.cumsum(crossed, axis=1)[:, :-1] % 2 == 1


def _thinned(mask: Mask) -> Iterator[Mask]:
    """A body as it was outlined, and with every second of its slices only, at twice the pitch."""
    yield mask
    spacing = np.array(mask.grid.spacingMm) * (1, 1, 2)
    for start in (0, 1):
        half = mask.voxels[start::2]
        yield Mask.fromArray(half, GridGeometry(half.shape[::-1], np.diag([*spacing, 1.0])))
