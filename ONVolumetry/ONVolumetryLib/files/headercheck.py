"""Checks of image headers that ITK mends in silence: no spacing, a sheared or contradicting position, a short file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..core.errors import FileError, GeometryError
from .headertexts import BAD_SPACING, NO_SPACING, TRUNCATED
from .metaimageheader import checkMetaImage
from .niftiheader import NiftiHeader, checkNifti, readNiftiHeader
from .nrrdheader import readNrrdHeader


def checkHeader(path: Path) -> NiftiHeader | None:
    """Refuse a file that ITK would read with a geometry or content of its own making.

    :param path: a .nrrd, .nhdr, .nii, .nii.gz, .mha or .mhd file.
    :return: the header of a NIfTI file, whose place is to be compared with what ITK reads; None for other files.
    :raises GeometryError: the spacing is absent, zero or not a number.
    :raises FileError: the file is damaged or ends too early.
    """
    name = path.name.lower()
    if name.endswith((".nrrd", ".nhdr")):
        _checkNrrd(path)
    elif name.endswith((".nii", ".nii.gz")):
        header = readNiftiHeader(path)
        checkNifti(header)
        return header
    elif name.endswith((".mha", ".mhd")):
        checkMetaImage(path)
    return None


def _checkNrrd(path: Path):
    fields = readNrrdHeader(path).fields
    sizes = fields.get("sizes", "").split()
    if not sizes or not all(size.isdecimal() and int(size) > 0 for size in sizes):
        raise FileError(TRUNCATED)
    if "space directions" in fields:
        numbers = [number for vector in re.findall(r"\(([^)]*)\)", fields["space directions"])
                   for number in vector.split(",")]
    elif "spacings" in fields:
        numbers = _spatialSpacings(fields)
    else:
        raise GeometryError(NO_SPACING)
    try:
        values = np.array([float(number) for number in numbers])
    except ValueError as error:
        raise GeometryError(BAD_SPACING) from error
    if not np.all(np.isfinite(values)) or not np.any(values):
        raise GeometryError(BAD_SPACING)


def _spatialSpacings(fields: dict[str, str]) -> list[str]:
    """Spacings without those of axes that are no directions in space, which a file writes as "nan"."""
    kinds = fields.get("kinds", "").split()
    spacings = fields["spacings"].split()
    return [spacing for axis, spacing in enumerate(spacings)
            if axis >= len(kinds) or kinds[axis] in ("domain", "space", "???", "none")]
