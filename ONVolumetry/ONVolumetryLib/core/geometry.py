"""The place of a voxel grid in the patient, and the axis along which it was sliced."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .errors import GeometryError

# Direction cosines that round to three digits still pass; a sheared or tilted grid does not.
ORTHOGONALITY_TOLERANCE = 1e-3
SLICE_AXIS_SPACING_RATIO = 1.5
AXIS_NAMES = "IJK"


@dataclass(frozen=True, eq=False)
class GridGeometry:
    """A voxel grid in patient coordinates.

    :param sizeIjk: number of voxels along I, J, K (arrays are indexed the other way round, KJI).
    :param ijkToRas: 4x4 matrix from voxel indices to RAS in mm; voxel centers have integer indices.
    :raises GeometryError: the matrix is not finite, has a zero spacing, or is sheared.
    """

    sizeIjk: tuple[int, int, int]
    ijkToRas: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "sizeIjk", tuple(int(size) for size in self.sizeIjk))
        matrix = np.array(self.ijkToRas, dtype=float)
        matrix.setflags(write=False)
        object.__setattr__(self, "ijkToRas", matrix)
        if len(self.sizeIjk) != 3 or min(self.sizeIjk) < 1 or matrix.shape != (4, 4):
            raise GeometryError("the grid is not three-dimensional; give a volume with several slices")
        self._checkMatrix()

    def _checkMatrix(self):
        if not np.all(np.isfinite(self.ijkToRas)):
            raise GeometryError("the spacing, origin or direction is not a number; export the image again")
        if np.any(self.spacingMm <= 0):
            raise GeometryError("the voxel spacing is zero; export the image again with its spacing")
        cosines = self.axisDirections.T @ self.axisDirections
        if np.max(np.abs(cosines - np.eye(3))) > ORTHOGONALITY_TOLERANCE:
            raise GeometryError(
                "the grid is sheared (its axes are not at right angles, as with a tilted gantry); "
                "resample the image to a rectangular grid"
            )

    @cached_property
    def spacingMm(self) -> np.ndarray:
        """Distance between neighboring voxel centers along I, J and K in mm, shape (3,)."""
        return np.linalg.norm(self.ijkToRas[:3, :3], axis=0)

    @cached_property
    def axisDirections(self) -> np.ndarray:
        """Unit vectors of the I, J and K axes in RAS as the columns of a 3x3 matrix."""
        return self.ijkToRas[:3, :3] / self.spacingMm

    @cached_property
    def voxelVolumeMm3(self) -> float:
        """Volume of one voxel: the absolute determinant of the 3x3 part of the matrix."""
        return float(abs(np.linalg.det(self.ijkToRas[:3, :3])))

    @property
    def shapeKji(self) -> tuple[int, int, int]:
        """Shape of a numpy array on this grid."""
        return self.sizeIjk[::-1]

    def toRas(self, pointsIjk: np.ndarray) -> np.ndarray:
        """Map voxel indices (fractional ones too) to RAS.

        :param pointsIjk: array (..., 3) of I, J, K.
        :return: array (..., 3) in mm.
        """
        return np.asarray(pointsIjk, dtype=float) @ self.ijkToRas[:3, :3].T + self.ijkToRas[:3, 3]

    def toIjk(self, pointsRas: np.ndarray) -> np.ndarray:
        """Map RAS points in mm, array (..., 3), to fractional voxel indices I, J, K."""
        inverse = np.linalg.inv(self.ijkToRas)
        return np.asarray(pointsRas, dtype=float) @ inverse[:3, :3].T + inverse[:3, 3]

    def cropped(self, offsetIjk, sizeIjk) -> GridGeometry:
        """Geometry of the part of this grid that starts at a voxel.

        :param offsetIjk: first voxel kept along I, J, K; may lie outside this grid.
        :param sizeIjk: number of voxels kept.
        """
        matrix = np.array(self.ijkToRas)
        matrix[:3, 3] = self.toRas(np.asarray(offsetIjk, dtype=float))
        return GridGeometry(tuple(sizeIjk), matrix)

    def cornersRas(self) -> np.ndarray:
        """The eight outer corners (voxel faces, not centers) in RAS, shape (8, 3)."""
        ends = [(-0.5, size - 0.5) for size in self.sizeIjk]
        return self.toRas(np.array(np.meshgrid(*ends, indexing="ij")).reshape(3, -1).T)

    def isSameLattice(self, other: GridGeometry, toleranceMm: float = 1e-3) -> bool:
        """Whether both grids have the same size and place every voxel center at the same point."""
        if self.sizeIjk != other.sizeIjk:
            return False
        return bool(np.max(np.abs(self.cornersRas() - other.cornersRas())) < toleranceMm)


@dataclass(frozen=True)
class SliceStack:
    """How the patient was sliced: the axis of the grid across the slices, and their pitch.

    :param axis: 0, 1 or 2 for the I, J or K axis of the segmentation's grid.
    :param pitchMm: distance between neighboring slices (from their positions; never the slice thickness).
    :param reason: in plain words, how the axis and pitch were chosen.
    :param firstSliceMm: place of one of the slices along the axis, from the center of the grid's first plane.
    """

    axis: int
    pitchMm: float
    reason: str
    firstSliceMm: float = 0.0

    @property
    def axisName(self) -> str:
        return AXIS_NAMES[self.axis]


def sliceStackOfGrid(geometry: GridGeometry, acquisitionNormalRas=None) -> SliceStack:
    """Choose the slice axis of a grid.

    The axis with the largest spacing if that is at least 1.5 times the smallest; else the acquisition
    axis where it is known; else K.

    :param acquisitionNormalRas: normal of the acquired slices in RAS, from DICOM, or None.
    """
    spacing = geometry.spacingMm
    largest = int(np.argmax(spacing))
    if spacing[largest] >= SLICE_AXIS_SPACING_RATIO * np.min(spacing):
        axis, reason = largest, "largest spacing"
    elif acquisitionNormalRas is not None:
        normal = np.asarray(acquisitionNormalRas, dtype=float)
        axis, reason = int(np.argmax(np.abs(normal @ geometry.axisDirections))), "acquisition axis of the series"
    else:
        axis, reason = 2, "third axis (spacing nearly equal in all directions)"
    return SliceStack(axis, float(spacing[axis]), reason)


def sliceStackOfSegmentation(segmentation: GridGeometry, image: GridGeometry | None,
                             acquisitionNormalRas=None) -> SliceStack:
    """Choose slice axis and pitch of a segmentation that may be finer than the image it was drawn on.

    A segmentation that is finer than its image across the slices takes the image's pitch: resampling
    a label adds no information about the patient.

    :param image: grid of the image, or None where there is none.
    :return: axis of the *segmentation's* grid, with the pitch of the slices that were really imaged.
    """
    if image is None:
        return sliceStackOfGrid(segmentation, acquisitionNormalRas)
    imageStack = sliceStackOfGrid(image, acquisitionNormalRas)
    alignment = np.abs(image.axisDirections[:, imageStack.axis] @ segmentation.axisDirections)
    axis = int(np.argmax(alignment))
    ownPitch = float(segmentation.spacingMm[axis])
    # A segmentation coarser than its image has a pitch of its own.
    if np.max(segmentation.spacingMm) > imageStack.pitchMm * 1.01:
        return sliceStackOfGrid(segmentation, image.axisDirections[:, imageStack.axis])
    if imageStack.pitchMm > ownPitch * 1.01:
        direction = segmentation.axisDirections[:, axis]
        firstSliceMm = float(direction @ (image.ijkToRas[:3, 3] - segmentation.ijkToRas[:3, 3]))
        return SliceStack(axis, imageStack.pitchMm, f"{imageStack.reason} of the image, which is coarser than the "
                                                    "segmentation", firstSliceMm)
    return SliceStack(axis, ownPitch, f"{imageStack.reason} of the image")
