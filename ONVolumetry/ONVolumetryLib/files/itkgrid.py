"""The border between SimpleITK, which speaks LPS, and this library, which speaks RAS."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import SimpleITK as sitk

from ..core.errors import FileError, GeometryError
from ..core.geometry import GridGeometry

TWO_DIMENSIONAL = "the image is two-dimensional; give a volume with several slices"
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
PLAUSIBLE_SPACING_MM = (0.01, 50.0)
# 512 x 512 x 512: five times the largest hip series; a header that states more is damaged.
MOST_VOXELS = 2**27


def gridOfItkImage(image: sitk.Image) -> GridGeometry:
    """Grid of a three-dimensional SimpleITK image, LPS turned into RAS.

    :raises GeometryError: the image is two-dimensional, a time series, or has no usable geometry; or its spacing is
        not one of a scan in mm.
    """
    if image.GetDimension() < 3:
        raise GeometryError(TWO_DIMENSIONAL)
    if image.GetDimension() > 3:
        raise GeometryError("the image has four dimensions (a time series); give one volume")
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    matrix[:3, 3] = image.GetOrigin()
    grid = GridGeometry(image.GetSize(), LPS_TO_RAS @ matrix)
    requirePlausibleSpacing(grid)
    return grid


def requirePlausibleSpacing(grid: GridGeometry):
    """Refuse a grid that cannot be a scan in mm.

    :raises GeometryError: a spacing lies outside 0.01 to 50 mm.
    """
    low, high = PLAUSIBLE_SPACING_MM
    for spacing in grid.spacingMm:
        if not low <= spacing <= high:
            raise GeometryError(f"the voxel spacing is {spacing:g} mm, which no scan has; check the unit (mm) and "
                                "export the image again")


def requirePossibleSize(voxelCount: int):
    """Refuse a size that would not fit into memory, before anything is read.

    :raises FileError: there are more voxels than a scan of a hip has.
    """
    if not 0 < voxelCount <= MOST_VOXELS:
        raise FileError(f"the header states {voxelCount:,} voxels, which no scan of a hip has; export the image again, "
                        "or crop it to the hip")


def requireSeveralSlices(grid: GridGeometry):
    """Refuse a grid of one slice.

    :raises GeometryError: the grid is one voxel thick along an axis.
    """
    if min(grid.sizeIjk) < 2:
        raise GeometryError(TWO_DIMENSIONAL)


def applyGrid(image: sitk.Image, grid: GridGeometry) -> sitk.Image:
    """Give a SimpleITK image the place of a grid, RAS turned into LPS.

    :return: the same image.
    """
    matrix = LPS_TO_RAS @ grid.ijkToRas
    image.SetSpacing([float(spacing) for spacing in grid.spacingMm])
    image.SetDirection((matrix[:3, :3] / grid.spacingMm).ravel().tolist())
    image.SetOrigin(matrix[:3, 3].tolist())
    return image


@contextmanager
def itkWarningsOff():
    """Keep ITK from printing notes to standard error while a file is read; errors still arrive as exceptions."""
    before = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(before)
