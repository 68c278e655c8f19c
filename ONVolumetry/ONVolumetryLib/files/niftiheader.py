"""The binary header of a NIfTI-1 file (https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h)."""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.errors import FileError, GeometryError
from ..core.geometry import GridGeometry
from .headertexts import BAD_SPACING, TRUNCATED

HEADER_BYTES = 348
MILLIMETERS_OF_UNIT = {1: 1000.0, 2: 1.0, 3: 0.001}
SAME_PLACE_SPACINGS = 0.05


@dataclass(frozen=True, eq=False)
class NiftiHeader:
    """What is checked of the header.

    :param sizes: voxels along each axis.
    :param spacing: as in the header, in its own unit.
    :param bitsPerVoxel: size of one voxel.
    :param dataOffset: where the voxels begin in the file.
    :param sform: 4x4 matrix from voxel indices to RAS in mm, or None where the file has none.
    :param fileBytes: length of the file, unpacked.
    """

    sizes: tuple[int, ...]
    spacing: np.ndarray
    bitsPerVoxel: int
    dataOffset: float
    sform: np.ndarray | None
    fileBytes: int


def readNiftiHeader(path: Path) -> NiftiHeader:
    """Read and unpack a NIfTI file as far as to know its header and its length.

    :raises FileError: the file is not NIfTI-1, or is damaged.
    """
    openFile = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with openFile(path, "rb") as file:
            header = file.read(HEADER_BYTES)
            fileBytes = len(header) + _remainingBytes(file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(TRUNCATED) from error
    if len(header) < HEADER_BYTES:
        raise FileError(TRUNCATED)
    order = next((order for order in "<>" if struct.unpack_from(f"{order}i", header)[0] == HEADER_BYTES), None)
    if order is None or header[344:347] != b"n+1":
        raise FileError("this is not a NIfTI-1 file although its name says so; save the image as NRRD")
    dimension, *sizes = struct.unpack_from(f"{order}8h", header, 40)
    if not 1 <= dimension <= 7 or min(sizes[:dimension]) < 1:
        raise FileError(TRUNCATED)
    sformCode, = struct.unpack_from(f"{order}h", header, 254)
    sform = np.eye(4)
    sform[:3] = np.reshape(struct.unpack_from(f"{order}12f", header, 280), (3, 4))
    return NiftiHeader(
        sizes=tuple(sizes[:dimension]),
        spacing=np.array(struct.unpack_from(f"{order}7f", header, 80)),
        bitsPerVoxel=struct.unpack_from(f"{order}h", header, 72)[0],
        dataOffset=struct.unpack_from(f"{order}f", header, 108)[0],
        sform=_inMillimeters(sform, header[123]) if sformCode > 0 else None,
        fileBytes=fileBytes,
    )


def _inMillimeters(matrix: np.ndarray, units: int) -> np.ndarray:
    scale = MILLIMETERS_OF_UNIT.get(units & 7, 1.0)
    return np.diag([scale, scale, scale, 1.0]) @ matrix


def _remainingBytes(file) -> int:
    total = 0
    while chunk := file.read(1 << 20):
        total += len(chunk)
    return total


def checkNifti(header: NiftiHeader):
    """Refuse what ITK replaces in silence: lost voxels by 0, and a spacing of 0 or NaN by 1.

    :raises FileError: the file ends too early.
    :raises GeometryError: the spacing is zero or not a number.
    """
    voxels = 1
    for size in header.sizes:
        voxels *= size
    needed = header.dataOffset + voxels * header.bitsPerVoxel / 8
    if header.bitsPerVoxel < 1 or header.dataOffset < HEADER_BYTES or not header.fileBytes >= needed:
        raise FileError(TRUNCATED)
    # The first three only: a single picture still has a thickness, a time step need not be given.
    spacing = header.spacing[:min(len(header.sizes), 3)]
    if not np.all(np.isfinite(spacing)) or np.any(spacing <= 0):
        raise GeometryError(BAD_SPACING)


def checkNiftiPosition(header: NiftiHeader, grid: GridGeometry):
    """Compare the sform with the grid that ITK made of the file.

    ITK falls back on the qform, or on the voxel sizes, where the sform is sheared or disagrees with them.

    :param grid: what ITK read.
    :raises GeometryError: the sform is sheared, or differs from what was read.
    """
    if header.sform is None:
        return
    sform = GridGeometry(grid.sizeIjk, header.sform)
    if not sform.isSameLattice(grid, SAME_PLACE_SPACINGS * float(np.min(grid.spacingMm))):
        raise GeometryError("the header places the image in two contradicting ways (its sform differs from its "
                            "qform or voxel sizes); open it in 3D Slicer, check it, and save it as NRRD")
