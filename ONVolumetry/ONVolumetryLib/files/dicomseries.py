"""One DICOM series in a folder (or one multi-frame file) as an image whose geometry comes from the headers alone."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

from ..core.errors import FileError, ONVolumetryError
from .dicomslices import DicomSlice, slicesOfDataset
from .dicomstack import stackGrid
from .itkgrid import itkWarningsOff
from .volumeimage import VolumeImage

NOT_IMAGES = {"SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "SR", "PR", "KO", "REG", "DOC"}
HEADER_TAGS = [
    "SOPClassUID", "Modality", "ImageType", "SeriesInstanceUID", "SeriesNumber", "SeriesDescription", "InstanceNumber",
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "NumberOfFrames",
    "SamplesPerPixel", "RescaleSlope", "RescaleIntercept", "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence", "SpecificCharacterSet",
]
# Group 2 or 8, little or big endian: how a DICOM file without preamble begins.
FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x08")


def isDicomFile(path: Path) -> bool:
    """Whether a file is a DICOM object, with or without the usual preamble."""
    return readDicomHeader(path) is not None


def readDicomHeader(path: Path) -> pydicom.Dataset | None:
    """Header of a DICOM file, or None for any other file."""
    with open(path, "rb") as file:
        start = file.read(132)
    if start[128:132] != b"DICM" and start[:2] not in FIRST_GROUPS:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True, specific_tags=HEADER_TAGS)
            return dataset if "SOPClassUID" in dataset else None
        except Exception:  # Bytes of another kind of file can fail in any way that a parser can.
            return None


def readDicomSeries(path: Path) -> VolumeImage:
    """Read the one series of a folder, whatever its files are called; other files are left alone.

    :param path: the folder, or one DICOM file.
    :return: the image; slices sorted along their normal, pitch from their positions.
    :raises FileError: there is no series, or more than one, or its pixels cannot be read.
    :raises GeometryError: slices are missing, doubled, uneven, tilted, or of several sizes or directions.
    """
    ordered, grid = stackGrid(_imageSlices(path))
    voxels = _readVoxels(ordered)
    if voxels.shape != grid.shapeKji:
        raise FileError("the pixels do not have the size that the DICOM headers state; export the series again")
    return VolumeImage(voxels, grid, grid.axisDirections[:, 2])


def _imageSlices(path: Path) -> list[DicomSlice]:
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file())
    slices = [piece for file in files for piece in _slicesOfFile(file)]
    if not slices:
        raise FileError("there is no DICOM image in this folder; give the folder that holds the files of one series")
    return slices


def _slicesOfFile(file: Path) -> list[DicomSlice]:
    dataset = readDicomHeader(file)
    if dataset is None:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if str(dataset.get("Modality", "")) in NOT_IMAGES or "Rows" not in dataset:
                return []
            return list(slicesOfDataset(file, dataset))
        except ONVolumetryError:
            raise
        except Exception as error:  # A damaged value can fail in any way that its parser can.
            raise FileError("a DICOM header is damaged; copy or export the series again") from error


def _readVoxels(ordered: list[DicomSlice]) -> np.ndarray:
    """Voxels in KJI order, rescaled."""
    files = [str(piece.path) for piece in ordered]
    # ITK takes the voxel type of the first file for all of them.
    isFractional = any(number != round(number) for piece in ordered for number in piece.rescale)
    try:
        with itkWarningsOff():
            if len(set(files)) == len(files):
                reader = sitk.ImageSeriesReader()
                reader.SetFileNames(files)
                if isFractional:
                    reader.SetOutputPixelType(sitk.sitkFloat32)
                return sitk.GetArrayFromImage(reader.Execute())
            if len(set(files)) > 1:
                raise FileError("the folder holds several multi-frame files; give one of them")
            if len({piece.rescale for piece in ordered}) > 1:
                raise FileError("the frames have different intensity scales; export the series as one file per slice")
            voxels = sitk.GetArrayFromImage(sitk.ReadImage(files[0]))
    except RuntimeError:
        return _readVoxelsWithPydicom(ordered)
    return voxels[[piece.frame for piece in ordered]]


def _readVoxelsWithPydicom(ordered: list[DicomSlice]) -> np.ndarray:
    """Voxels of files that ITK does not know as DICOM, such as those without a preamble."""
    frames = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for piece in ordered:
                pixels = pydicom.dcmread(piece.path, force=True).pixel_array
                slope, intercept = piece.rescale
                pixels = pixels[piece.frame] if pixels.ndim == 3 else pixels
                frames.append(pixels if piece.rescale == (1, 0) else pixels * slope + intercept)
        except Exception as error:  # Each decoder fails in its own way.
            raise FileError("the pixels of the DICOM series cannot be read (damaged, or an unknown compression); "
                            "export it again without compression") from error
    return np.stack(frames)
