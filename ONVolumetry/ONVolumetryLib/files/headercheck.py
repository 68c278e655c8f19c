"""Checks of image headers that ITK mends in silence: no spacing, a sheared or contradicting position, a short file."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from ..core.errors import FileError, GeometryError
from ..core.geometry import GridGeometry
from .nrrdheader import decodeText, readNrrdHeader

NO_SPACING = "the file does not say how large a voxel is; export the image again with its spacing"
BAD_SPACING = "the voxel spacing is zero or not a number; export the image again with its spacing"
TRUNCATED = "the file is damaged or incomplete; copy or export it again"
NIFTI_HEADER_BYTES = 348
NIFTI_UNIT_MM = {1: 1000.0, 2: 1.0, 3: 0.001}


def checkHeader(path: Path):
    """Refuse a file that ITK would read with a geometry or content of its own making.

    :param path: a .nrrd, .nhdr, .nii, .nii.gz, .mha or .mhd file.
    :raises GeometryError: the spacing is absent, zero or not a number, or the direction matrix is sheared.
    :raises FileError: the file ends too early.
    """
    name = path.name.lower()
    if name.endswith((".nrrd", ".nhdr")):
        _checkNrrd(path)
    elif name.endswith((".nii", ".nii.gz")):
        _checkNifti(path)
    elif name.endswith((".mha", ".mhd")):
        _checkMetaImage(path)


def _checkNrrd(path: Path):
    fields = readNrrdHeader(path).fields
    text = fields.get("space directions", fields.get("spacings"))
    if text is None:
        raise GeometryError(NO_SPACING)
    if "space directions" in fields:
        vectors = [vector for vector in text.replace(")", ") ").split(") ") if "(" in vector]
        numbers = [number for vector in vectors for number in vector.split("(")[1].split(",")]
        _requireNumbers(numbers)
        return
    spacings = text.split()
    kinds = fields.get("kinds", "").split()
    # The axis of a vector has no spacing of its own, which a NRRD file writes as "nan".
    isSpatial = [kinds[axis] in ("domain", "space", "???", "none") if axis < len(kinds) else True
                 for axis in range(len(spacings))]
    _requireNumbers([spacing for spacing, spatial in zip(spacings, isSpatial) if spatial], positive=True)


def _checkMetaImage(path: Path):
    fields = {}
    with open(path, "rb") as file:
        for _ in range(200):
            key, _, value = decodeText(file.readline(4096)).partition("=")
            fields[key.strip()] = value.strip()
            if key.strip() == "ElementDataFile":
                break
    spacing = fields.get("ElementSpacing", fields.get("ElementSize"))
    if spacing is None:
        raise GeometryError(NO_SPACING)
    _requireNumbers(spacing.split(), positive=True)


def _requireNumbers(texts: list[str], positive: bool = False):
    try:
        values = np.array([float(text) for text in texts])
    except ValueError:
        values = np.array([np.nan])
    if not np.all(np.isfinite(values)) or (positive and np.any(values == 0)):
        raise GeometryError(BAD_SPACING)


def _checkNifti(path: Path):
    openFile = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with openFile(path, "rb") as file:
            header = file.read(NIFTI_HEADER_BYTES)
            length = len(header) + _remainingBytes(file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(TRUNCATED) from error
    if len(header) < NIFTI_HEADER_BYTES:
        raise FileError(TRUNCATED)
    order = "<" if struct.unpack_from("<i", header)[0] == NIFTI_HEADER_BYTES else ">"
    if struct.unpack_from(f"{order}i", header)[0] != NIFTI_HEADER_BYTES:
        raise FileError("this is not a NIfTI-1 file although its name says so; save the image as NRRD")
    sizes = struct.unpack_from(f"{order}8h", header, 40)
    bitsPerVoxel, = struct.unpack_from(f"{order}h", header, 72)
    offset, = struct.unpack_from(f"{order}f", header, 108)
    voxels = int(np.prod([max(size, 1) for size in sizes[1:1 + max(sizes[0], 0)]], dtype=np.int64))
    if length < offset + voxels * bitsPerVoxel // 8:
        raise FileError(TRUNCATED)
    pixelSizes = np.array(struct.unpack_from(f"{order}8f", header, 76)[1:4])
    if not np.all(np.isfinite(pixelSizes)) or np.any(pixelSizes[:max(min(sizes[0], 3), 0)] <= 0):
        raise GeometryError(BAD_SPACING)


def _remainingBytes(file) -> int:
    total = 0
    while chunk := file.read(1 << 20):
        total += len(chunk)
    return total


def checkNiftiPosition(path: Path, grid: GridGeometry):
    """Compare the sform of a NIfTI file with the grid that ITK made of it.

    ITK falls back on the qform, or on the voxel sizes, where the sform is sheared or disagrees with them.

    :param grid: what ITK read.
    :raises GeometryError: the sform is sheared, or differs from what was read.
    """
    openFile = gzip.open if path.name.lower().endswith(".gz") else open
    with openFile(path, "rb") as file:
        header = file.read(NIFTI_HEADER_BYTES)
    order = "<" if struct.unpack_from("<i", header)[0] == NIFTI_HEADER_BYTES else ">"
    sformCode, = struct.unpack_from(f"{order}h", header, 254)
    if sformCode <= 0:
        return
    unitMm = NIFTI_UNIT_MM.get(header[123] & 7, 1.0)
    matrix = np.eye(4)
    matrix[:3] = np.array(struct.unpack_from(f"{order}12f", header, 280)).reshape(3, 4) * unitMm
    sform = GridGeometry(grid.sizeIjk, matrix)
    if not sform.isSameLattice(grid, 0.05 * float(np.min(grid.spacingMm))):
        raise GeometryError("the header places the image in two contradicting ways (its sform differs from its "
                            "qform or voxel sizes); open it in 3D Slicer, check it, and save it as NRRD")
