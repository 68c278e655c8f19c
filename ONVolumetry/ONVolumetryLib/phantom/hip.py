"""A synthetic hip over its visits: solids, moves and grids, without images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial.transform import Rotation

from ..core.errors import ONVolumetryError
from ..core.geometry import GridGeometry
from ..core.mask import Mask
from .femur import HeadModel
from .lesion import Lesion
from .masks import rasterize
from .settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan
from .truth import ExactVolume, calibrateLesion, lesionVolume, requirePossiblePercent

# Rows: directions of the I, J and K axes in RAS for a right hip, as scanners store them.
AXES_OF_ORIENTATION = {
    "coronal": [[-1, 0, 0], [0, 0, -1], [0, -1, 0]],
    "sagittal": [[0, -1, 0], [0, 0, -1], [1, 0, 0]],
    "axial": [[-1, 0, 0], [0, -1, 0], [0, 0, 1]],
}
FIELD_OF_VIEW_RADII = {"coronal": (5.4, 5.4, 3.5), "sagittal": (5.0, 5.4, 4.2), "axial": (5.4, 5.0, 4.2)}
FIELD_CENTER_RADII = np.array([0.35, 0.0, -0.1])
# About a minute of painting a visit.
LARGEST_VOXEL_COUNT = 20_000_000
NO_LESION = ExactVolume(0.0, "closed form", 0.0)
MOVE_STREAM, PHASE_STREAM, TURN_STREAM = 1, 2, 3


@dataclass(frozen=True, eq=False)
class PhantomVisit:
    """One visit of a synthetic hip.

    :param plan: label, month and wanted percentage.
    :param grid: the scan's grid.
    :param patientMatrix: 4x4 from anatomical coordinates (head's center 0) to RAS for pelvis and soft tissue.
    :param femurMatrix: the same for the femur.
    :param lesion: None when none is left, or the visit was not done.
    :param onv: exact volume of the lesion within the head; None when the visit was not done.
    """

    plan: VisitPlan
    grid: GridGeometry
    patientMatrix: np.ndarray
    femurMatrix: np.ndarray
    head: HeadModel
    lesion: Lesion | None
    onv: ExactVolume | None

    @property
    def done(self) -> bool:
        return self.onv is not None

    @property
    def centerRas(self) -> np.ndarray:
        """Center of the head at this visit, mm."""
        return self.femurMatrix[:3, 3]

    @cached_property
    def headMask(self) -> Mask:
        """The head as a reader would outline it, lesion included."""
        return rasterize(self.head.shape.moved(self.femurMatrix), self.grid)

    @cached_property
    def lesionMask(self) -> Mask:
        """The lesion as a reader would outline it, rim included; empty when none is left."""
        if self.lesion is None:
            return Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), self.grid)
        return rasterize((self.lesion.shape & self.head.shape).moved(self.femurMatrix), self.grid)

    @property
    def onvPercent(self) -> float:
        return 100 * self.onv.volumeMm3 / self.head.volumeMm3


@dataclass(frozen=True, eq=False)
class PhantomHip:
    """A synthetic hip.

    :param settings: all that was chosen.
    :param visits: in the order of time, those not done included.
    """

    settings: PhantomSettings
    visits: tuple[PhantomVisit, ...]

    def baselineToVisit(self, visit: PhantomVisit) -> np.ndarray:
        """4x4 that maps points of the femur from the first visit to another one, RAS to RAS."""
        return visit.femurMatrix @ np.linalg.inv(self.visits[0].femurMatrix)

    def patientBaselineToVisit(self, visit: PhantomVisit) -> np.ndarray:
        """The same for the pelvis."""
        return visit.patientMatrix @ np.linalg.inv(self.visits[0].patientMatrix)


def buildHip(settings: PhantomSettings, gridOfVisit=None) -> PhantomHip:
    """Make the solids, moves and grids of a synthetic hip.

    :param gridOfVisit: function of the visit's index that gives another grid than the settings describe.
    """
    head = _headModel(settings.anatomy)
    start = anatomicalToRas(settings.anatomy)
    gridOfVisit = gridOfVisit or (lambda index: scanGrid(settings, index))
    lesions: dict[float, tuple[Lesion | None, ExactVolume]] = {0.0: (None, NO_LESION)}
    visits = []
    for index, plan in enumerate(settings.visits):
        if plan.percent is not None and plan.percent not in lesions:
            lesion = calibrateLesion(settings.anatomy.family, settings.anatomy.axis, head, plan.percent, settings.seed)
            lesions[plan.percent] = lesion, lesionVolume(lesion, head)
        lesion, onv = lesions.get(plan.percent, (None, None))
        patient = start @ _patientMove(settings.scan, settings.seed, index)
        femur = patient @ _femurTurn(settings.scan, settings.seed, index)
        visits.append(PhantomVisit(plan, gridOfVisit(index), patient, femur, head, lesion, onv))
    return PhantomHip(settings, tuple(visits))


def requirePossible(settings: PhantomSettings, hasGridOfItsOwn: bool = False):
    """Refuse quickly what `buildHip` would refuse, and scans that would take very long to make.

    :param hasGridOfItsOwn: whether the grid comes from a real scan, so that the settings do not matter to it.
    :raises ONVolumetryError: a lesion cannot be that large, or the scan has too many voxels.
    """
    anatomy, head = settings.anatomy, _headModel(settings.anatomy)
    for percent in sorted({plan.percent for plan in settings.visits if plan.percent}):
        requirePossiblePercent(anatomy.family, anatomy.axis, head, percent, settings.seed)
    if not hasGridOfItsOwn:
        scanSize(settings)


def scanSize(settings: PhantomSettings) -> np.ndarray:
    """Voxels of a scan along I, J and K.

    :raises ONVolumetryError: they are more than can be made in a sensible time.
    """
    scan = settings.scan
    spacing = np.array(scan.spacingMm)
    size = np.ceil(np.array(FIELD_OF_VIEW_RADII[scan.orientation]) * settings.anatomy.radiusMm / spacing).astype(int)
    count = int(np.prod(size))
    if count > LARGEST_VOXEL_COUNT:
        coarser = np.ceil(spacing * np.cbrt(count / LARGEST_VOXEL_COUNT) * 20 + 0.1) / 20
        raise ONVolumetryError(
            f"a scan with a spacing of {_listed(spacing)} mm has {count / 1e6:.0f} million voxels, more than the "
            f"{LARGEST_VOXEL_COUNT // 1_000_000} million that are made; give a coarser spacing, such as "
            f"{_listed(coarser)}")
    return size


def _listed(values) -> str:
    return " ".join(f"{value:g}" for value in values)


def _headModel(anatomy: HipSettings) -> HeadModel:
    return HeadModel(anatomy.radiusMm, anatomy.headCapFraction, anatomy.foveaDepthMm)


def anatomicalToRas(anatomy: HipSettings) -> np.ndarray:
    """4x4 from lateral, anterior, superior about the head's center to RAS at baseline; mirrors a left hip."""
    lateral = 1.0 if anatomy.side == "right" else -1.0
    matrix = np.diag([lateral, 1.0, 1.0, 1.0])
    center = (lateral * 88.0, -12.0, -35.0) if anatomy.centerRas is None else anatomy.centerRas
    matrix[:3, 3] = center
    return matrix


def scanGrid(settings: PhantomSettings, index: int) -> GridGeometry:
    """Grid of one visit: a box about the baseline's hip, shifted by the phase."""
    scan, radius = settings.scan, settings.anatomy.radiusMm
    spacing, size = np.array(scan.spacingMm), scanSize(settings)
    phase = np.random.default_rng([settings.seed, PHASE_STREAM, index]).uniform(size=3)
    if scan.phase is not None:
        phase[2] = scan.phase
    directions = np.array(AXES_OF_ORIENTATION[scan.orientation], dtype=float)
    rotation = Rotation.from_euler("xyz", scan.obliquityDegrees, degrees=True).as_matrix()
    axes = rotation @ directions.T * spacing
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[:3, 3] = FIELD_CENTER_RADII * radius - axes @ ((size - 1) / 2 + phase - 0.5)
    placed = anatomicalToRas(settings.anatomy) @ matrix
    return GridGeometry(tuple(size), placed if settings.anatomy.side == "right" else _reversedI(placed, size[0]))


def _reversedI(matrix: np.ndarray, size: int) -> np.ndarray:
    """The same voxels counted from the other end of I, so that a mirrored grid is right-handed again."""
    flip = np.eye(4)
    flip[0, 0], flip[0, 3] = -1, size - 1
    return matrix @ flip


def _patientMove(scan: ScanSettings, seed: int, index: int) -> np.ndarray:
    matrix = np.eye(4)
    if index > 0:
        generator = np.random.default_rng([seed, MOVE_STREAM, index])
        matrix[:3, :3] = _randomRotation(generator, scan.rotationDegrees)
        matrix[:3, 3] = _randomVector(generator, scan.translationMm)
    return matrix


def _femurTurn(scan: ScanSettings, seed: int, index: int) -> np.ndarray:
    matrix = np.eye(4)
    if index > 0 and scan.femurTurnDegrees > 0:
        generator = np.random.default_rng([seed, TURN_STREAM, index])
        matrix[:3, :3] = _randomRotation(generator, scan.femurTurnDegrees)
    return matrix


def _randomRotation(generator: np.random.Generator, largestDegrees: float) -> np.ndarray:
    return Rotation.from_rotvec(np.radians(_randomVector(generator, largestDegrees))).as_matrix()


def _randomVector(generator: np.random.Generator, largest: float) -> np.ndarray:
    vector = generator.normal(size=3)
    return vector / np.linalg.norm(vector) * generator.uniform(0.5, 1.0) * largest
