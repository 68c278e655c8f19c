"""Reading and writing images: NRRD, NIfTI, MetaImage, or a folder with a DICOM series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..core.errors import FileError, GeometryError
from ..core.geometry import GridGeometry
from .dicomheader import isDicomFile
from .dicomseries import readDicomSeries
from .filecontext import atomicPath, namedFile, requireFile
from .headercheck import checkHeader
from .headertexts import BAD_SPACING, SHEARED, TRUNCATED
from .itkgrid import applyGrid, gridOfItkImage, itkWarningsOff, requireSeveralSlices
from .niftiheader import checkNiftiPosition
from .serieswanted import ANY_SERIES, SeriesWanted
from .volumeimage import VolumeImage

__all__ = ["VolumeImage", "readImage", "readItkImage", "writeImage", "writeItkImage"]

IMAGE_ENDINGS = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd")


def readImage(path, wanted: SeriesWanted = ANY_SERIES) -> VolumeImage:
    """Read an image.

    :param path: a NRRD, NIfTI or MetaImage file, or a folder that holds DICOM series, or one multi-frame DICOM file.
    :param wanted: which of several DICOM series.
    :return: the image in RAS.
    :raises FileError: the file is absent, damaged, or of another kind.
    :raises GeometryError: the image is two-dimensional, a time series, sheared, or has no spacing.
    """
    path = Path(path)
    with namedFile(path):
        if path.is_dir():
            return readDicomSeries(path, wanted)
        requireFile(path)
        if not path.name.lower().endswith(IMAGE_ENDINGS) and isDicomFile(path):
            return readDicomSeries(path, wanted)
        image, geometry = readItkImage(path)
        if image.GetNumberOfComponentsPerPixel() > 1:
            raise FileError("this is a color or vector image; give a gray-scale image")
        requireSeveralSlices(geometry)
        return VolumeImage(sitk.GetArrayFromImage(image), geometry)


def readItkImage(path: Path) -> tuple[sitk.Image, GridGeometry]:
    """Read one image file with SimpleITK after its header has been checked.

    :return: the image, which may have several components, and its grid.
    """
    if not path.name.lower().endswith(IMAGE_ENDINGS):
        raise FileError(f"the kind of file is not known; give one of {', '.join(IMAGE_ENDINGS)} or a DICOM folder")
    niftiHeader = checkHeader(path)
    try:
        with itkWarningsOff():
            image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise _plainError(str(error)) from error
    geometry = gridOfItkImage(image)
    if niftiHeader is not None:
        checkNiftiPosition(niftiHeader, geometry)
    return image, geometry


def _plainError(text: str) -> Exception:
    """Turn what ITK says into one plain sentence."""
    lower = text.lower()
    if "orthonormal" in lower:
        return GeometryError(SHEARED)
    if "spacing" in lower or "space vector" in lower or "space origin" in lower:
        return GeometryError(BAD_SPACING)
    if "determinant" in lower:
        return GeometryError("the direction matrix is singular; export the image again with its orientation")
    return FileError(TRUNCATED)


def writeImage(path, voxels: np.ndarray, geometry: GridGeometry):
    """Write an image, compressed; the file appears whole or not at all.

    :param path: ends in .nrrd, .nii.gz, .mha or another ending that can be read.
    :param voxels: array in KJI order; booleans are written as 0 and 1.
    :param geometry: its grid.
    :raises FileError: the ending is not known or the file cannot be written.
    """
    path = Path(path)
    with namedFile(path):
        if not path.name.lower().endswith(IMAGE_ENDINGS) or path.name.lower().endswith((".nhdr", ".mhd")):
            raise FileError("the kind of file is not known; write .nrrd, .nii.gz or .mha")
        voxels = np.asarray(voxels)
        if voxels.shape != geometry.shapeKji:
            raise FileError(f"an array of size {voxels.shape[::-1]} does not fit a grid of size {geometry.sizeIjk}")
        image = sitk.GetImageFromArray(voxels.astype(np.uint8) if voxels.dtype == bool else voxels)
        writeItkImage(path, applyGrid(image, geometry))


def writeItkImage(path: Path, image: sitk.Image):
    """Write a SimpleITK image under a temporary name and rename it."""
    try:
        with atomicPath(path) as temporary:
            sitk.WriteImage(image, str(temporary), useCompression=True)
    except RuntimeError as error:
        raise FileError("the file cannot be written; check the folder and the free space") from error
