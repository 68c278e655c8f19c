"""Solids of known size on voxel grids, for the tests of the core."""

from types import SimpleNamespace

import numpy as np
import pytest
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.case import Case, CaseVisit, writeCase
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation
from scipy.spatial.transform import Rotation

HEAD_RADIUS_MM = 24.0
HEAD_SPACING_MM = (1.0, 1.0, 4.0)
# Towards the neck: lateral (of a left hip), and down.
NECK_DIRECTION = np.array([-0.6, 0.0, -0.8])


def rotationOf(vector) -> np.ndarray:
    """3x3 rotation by the vector's length in radians about its direction."""
    return Rotation.from_rotvec(vector).as_matrix()


def gridAround(halfWidthMm, spacingMm=HEAD_SPACING_MM, directions=None, shiftMm=(0.0, 0.0, 0.0)) -> GridGeometry:
    """Grid whose middle voxel lies at RAS `shiftMm`, with the columns of `directions` as its axes."""
    spacing = np.asarray(spacingMm, dtype=float)
    size = 2 * np.ceil(halfWidthMm / spacing).astype(int) + 1
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(3) if directions is None else directions) * spacing
    matrix[:3, 3] = np.asarray(shiftMm) - matrix[:3, :3] @ ((size - 1) / 2.0)
    return GridGeometry(tuple(size), matrix)


def maskOf(inside, grid: GridGeometry) -> Mask:
    """Voxels whose centers satisfy `inside`, a function of RAS points (..., 3)."""
    k, j, i = np.meshgrid(*(np.arange(size) for size in grid.shapeKji), indexing="ij")
    return Mask.fromArray(inside(grid.toRas(np.stack([i, j, k], axis=-1))), grid)


def ball(radiusMm, centerRas=(0.0, 0.0, 0.0)):
    return lambda points: np.linalg.norm(points - np.asarray(centerRas), axis=-1) <= radiusMm


def cutBall(radiusMm, cutDistanceMm, direction=NECK_DIRECTION):
    """Ball without the cap beyond a plane."""
    return lambda points: ball(radiusMm)(points) & (points @ np.asarray(direction) <= cutDistanceMm)


def cap(radiusMm, heightMm, direction):
    """Cap of a ball; its flat face is perpendicular to the direction."""
    return lambda points: ball(radiusMm)(points) & (points @ np.asarray(direction) >= radiusMm - heightMm)


def cone(radiusMm, halfAngleDegrees, direction):
    """Cone from the center of a ball to its surface (spherical sector)."""
    cosine = np.cos(np.radians(halfAngleDegrees))
    return lambda points: ball(radiusMm)(points) & (points @ np.asarray(direction)
                                                   >= cosine * np.linalg.norm(points, axis=-1))


def directionsOnSphere(count) -> np.ndarray:
    """Unit vectors spread evenly (rings of equal area, golden angle)."""
    height = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    turn = np.arange(count) * np.pi * (3.0 - np.sqrt(5.0))
    ring = np.sqrt(1.0 - height ** 2)
    return np.column_stack([ring * np.cos(turn), ring * np.sin(turn), height])


def visit(label, month, lesionRadiusMm=10.0, headRadiusMm=HEAD_RADIUS_MM, *, exclusive=False, grid=None, **fields):
    """A visit with a ball as the lesion (None: not outlined) in a head that is a ball cut at the neck."""
    grid = grid or gridAround(30.0)
    head = lesion = None
    if lesionRadiusMm is not None:
        lesion = maskOf(ball(lesionRadiusMm, (0.0, 0.0, 8.0)), grid)
    if headRadiusMm is not None:
        head = maskOf(cutBall(headRadiusMm, 0.394 * headRadiusMm), grid)
        if exclusive:
            head = Mask.fromArray((head.fullArray() != 0) & (lesion.fullArray() == 0), grid)
    return VisitSegments(label, month, **{"head": head, "lesion": lesion, "stack": sliceStackOfGrid(grid), **fields})


@pytest.fixture(scope="session")
def shapes():
    """Functions that make solids, grids and visits."""
    return SimpleNamespace(rotationOf=rotationOf, gridAround=gridAround, maskOf=maskOf, ball=ball, cutBall=cutBall,
                           cap=cap, cone=cone, directionsOnSphere=directionsOnSphere, visit=visit,
                           neckDirection=NECK_DIRECTION)


def segmentationOfBalls(lesionRadiusMm=10.0, skipped=()):
    """Head and lesion as balls on a coarse grid."""
    grid = GridGeometry((60, 60, 15), np.array([[-1, 0, 0, 30], [0, 0, 4, -28], [0, 1, 0, -30], [0, 0, 0, 1.0]]))
    k, j, i = np.indices(grid.shapeKji)
    ras = grid.toRas(np.stack([i, j, k], axis=-1))
    head = np.linalg.norm(ras, axis=-1) < HEAD_RADIUS_MM
    lesion = head & (np.linalg.norm(ras - (0, 0, 14.0), axis=-1) < lesionRadiusMm)
    lesion[list(skipped)] = False
    return Segmentation((Segment("Femoral head", Mask.fromArray(head, grid), "head", status="completed"),
                         Segment("Osteonecrosis lesion", Mask.fromArray(lesion, grid), "lesion", status="completed")),
                        grid)


@pytest.fixture(scope="session")
def ballSegmentation():
    """Function that makes a segmentation of a head and a lesion."""
    return segmentationOfBalls


@pytest.fixture
def makeCase(tmp_path):
    """Function that writes the case of a hip; radii of the lesion in mm by visit."""
    def make(hip, radii=(12.0, 8.0), **fields):
        folder = tmp_path / f"case-{hip}"
        visits = []
        for month, radius in zip((0, 3, 12), radii):
            path = folder / f"m{month}.seg.nrrd"
            writeSegmentation(path, segmentationOfBalls(radius))
            visits.append(CaseVisit(f"month {month}", month, segmentation=path))
        values = {"patient": f"P-{hip}", "side": "right", "sex": "male", **fields}
        writeCase(folder / "case.json", Case(hip=hip, visits=tuple(visits), **values))
        return folder / "case.json"
    return make


@pytest.fixture
def analyze(tmp_path):
    """Function that analyzes rows (hip, visit, month, ONV %, healed) with optional further columns."""
    from ONVolumetryLib.cohort.analysis import analyzeCohort
    from ONVolumetryLib.cohort.settings import CohortSettings
    from ONVolumetryLib.cohort.table import readCohort

    def run(rows, more=""):
        path = tmp_path / "rows.csv"
        lines = [",".join(str(value) for value in row) for row in rows]
        path.write_text("\n".join((f"hip,visit,month,onv_percent,healed{more}", *lines)))
        return analyzeCohort(readCohort([path]), CohortSettings(bootstrapCount=50))
    return run


@pytest.fixture(scope="session")
def findCells():
    """Function that finds the cells of a table of statistics by their fields."""
    return cellsOf


@pytest.fixture(scope="session")
def oneCell():
    """Function that finds the one cell of a table of statistics with these fields."""
    def one(results, key, **wanted):
        cells = cellsOf(results, key, **wanted)
        assert len(cells) == 1, (key, wanted, len(cells))
        return cells[0]
    return one


def cellsOf(results, key, **wanted):
    return [cell for cell in results.find(key).cells if all(getattr(cell, name) == value
                                                            for name, value in wanted.items())]
