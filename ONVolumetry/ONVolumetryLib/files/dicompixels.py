"""The voxels of a DICOM series, whatever their transfer syntax, without any library that 3D Slicer does not bundle."""

from __future__ import annotations

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from ..core.errors import FileError
from .dicomheader import damagedDicom, pydicomQuiet, readDataset
from .dicomslices import DicomSlice
from .itkgrid import itkWarningsOff, requirePossibleSize

UNREADABLE = ("the pixels of the DICOM series cannot be read (damaged, or an unknown compression); export it again "
              "without compression")


def readVoxels(ordered: list[DicomSlice]) -> np.ndarray:
    """Voxels in KJI order, rescaled.

    :param ordered: slices of one size, in the order of the K axis.
    :raises FileError: the pixels cannot be read, or are not as many as the headers state.
    """
    columns, rows = ordered[0].size
    requirePossibleSize(columns * rows * len(ordered))
    files = {piece.path: None for piece in ordered}
    if len(files) > 1 and len(files) < len(ordered):
        raise FileError("the folder holds several multi-frame files; give one of them")
    frames = {path: _framesOfFile(path, (rows, columns)) for path in files}
    stored = [frames[piece.path][piece.frame] for piece in ordered if piece.frame < len(frames[piece.path])]
    if len(stored) < len(ordered):
        raise FileError(UNREADABLE)
    return _rescaled(stored, [piece.rescale for piece in ordered])


def _framesOfFile(path, shape: tuple[int, int]) -> np.ndarray:
    """Stored values of a file, (frame, row, column)."""
    with damagedDicom(UNREADABLE):
        dataset = readDataset(path)
        pixels = _storedValues(path, dataset)
        pixels = pixels[np.newaxis] if pixels.ndim == 2 else pixels
        if pixels.ndim != 3 or pixels.shape[1:] != shape:
            raise FileError("the pixels do not have the size that the DICOM headers state; export the series again")
        return pixels


def _storedValues(path, dataset: pydicom.Dataset) -> np.ndarray:
    """ITK knows JPEG Lossless, which pydicom does not by itself; pydicom reads all else, damaged files included."""
    syntax = transferSyntax(dataset)
    isPlain = not syntax.is_compressed or syntax == RLELossless
    try:
        return _bounded(dataset, isPlain and syntax != RLELossless).pixel_array
    except Exception:  # Each decoder fails in its own way.
        if isPlain:
            raise
    return _withItk(path, dataset)


def transferSyntax(dataset: pydicom.Dataset) -> pydicom.uid.UID:
    """Its transfer syntax; that of a file without file meta information is seen from its bytes."""
    if "TransferSyntaxUID" not in dataset.file_meta:
        isImplicit, _ = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if isImplicit else ExplicitVRLittleEndian
    return dataset.file_meta.TransferSyntaxUID


def _bounded(dataset: pydicom.Dataset, isNative: bool) -> pydicom.Dataset:
    """Refuse sizes that the pixels do not have, before a decoder makes room for them."""
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    count = int(dataset.Rows) * int(dataset.Columns) * max(frames, 1)
    requirePossibleSize(count)
    requireWholePixels(dataset, count, isNative)
    return dataset


def requireWholePixels(dataset: pydicom.Dataset, count: int, isNative: bool):
    """Refuse uncompressed pixels that are more or fewer than the header states.

    :param count: number of pixels stated.
    :raises FileError: a row would begin at the wrong pixel.
    """
    if not isNative or "PixelData" not in dataset:
        return
    needed = (count * int(dataset.BitsAllocated) * int(dataset.get("SamplesPerPixel", 1) or 1) + 7) // 8
    if not needed <= len(dataset.PixelData) <= needed + 1:
        raise FileError("the pixels do not have the size that the DICOM headers state; export the series again")


def _withItk(path, dataset: pydicom.Dataset) -> np.ndarray:
    """Stored values of a file; ITK's rescaling is undone by reading without it."""
    with itkWarningsOff(), pydicomQuiet():
        image = sitk.ReadImage(str(path))
        values = sitk.GetArrayFromImage(image)
    slope, intercept = float(dataset.get("RescaleSlope", 1) or 1), float(dataset.get("RescaleIntercept", 0) or 0)
    if (slope, intercept) == (1.0, 0.0):
        return values
    return np.round((values - intercept) / slope).astype(np.int32)


def _rescaled(stored: list[np.ndarray], rescales: list[tuple[float, float]]) -> np.ndarray:
    """Values by each slice's own scale, as whole numbers where all of them are."""
    if all(rescale == (1.0, 0.0) for rescale in rescales):
        return np.stack(stored)
    isWhole = all(number == round(number) and abs(number) < 2**15 for rescale in rescales for number in rescale)
    kind = np.int32 if isWhole and stored[0].dtype.itemsize <= 2 else np.float32
    return np.stack([frame.astype(kind) * kind(slope) + kind(intercept)
                     for frame, (slope, intercept) in zip(stored, rescales)])
