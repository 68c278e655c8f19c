"""Reading and writing segmentations: 3D Slicer's .seg.nrrd and plain label images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..core.errors import FileError, SegmentError
from ..core.geometry import GridGeometry
from .dicomseries import isDicomFile
from .filecontext import namedFile, requireFile
from .images import IMAGE_ENDINGS, readItkImage
from .itkgrid import requireSeveralSlices
from .labels import masksOfLabels
from .segment import Segment, Segmentation
from .segnrrd import hasSegmentKeys, segmentsOfFile
from .segnrrdwriter import writeSegmentFile

__all__ = ["Segment", "Segmentation", "readSegmentation", "writeSegmentation"]

MAXIMUM_LABELS = 256
SEGMENTATION_ENDING = ".seg.nrrd"
# Distinct colors for the labels of an image that has none (ColorBrewer, "Set1", reordered).
LABEL_COLORS = ((0.30, 0.69, 0.29), (0.89, 0.10, 0.11), (0.22, 0.49, 0.72), (1.0, 0.50, 0.0), (0.60, 0.31, 0.64))


def readSegmentation(path) -> Segmentation:
    """Read a segmentation.

    :param path: .seg.nrrd, or a label image (NRRD, NIfTI, MetaImage), whose segments are named "label 1" and so on.
    :return: every segment, empty ones too.
    :raises FileError: the file is absent, damaged, or of another kind.
    :raises GeometryError: the grid cannot be measured.
    :raises SegmentError: the voxels are not labels.
    """
    path = Path(path)
    with namedFile(path):
        requireFile(path)
        if not path.name.lower().endswith(IMAGE_ENDINGS) and isDicomFile(path):
            raise FileError("DICOM segmentations and structure sets are not read; open the file in 3D Slicer and save "
                            "the segmentation as .seg.nrrd")
        image, grid = readItkImage(path)
        array = _integers(sitk.GetArrayViewFromImage(image))
        if hasSegmentKeys(path):
            return Segmentation(segmentsOfFile(path, array, grid), grid)
        if image.GetNumberOfComponentsPerPixel() > 1:
            raise FileError("this is a color or vector image; give a label image")
        requireSeveralSlices(grid)
        return Segmentation(_segmentsOfLabels(array, grid), grid)


def writeSegmentation(path, segmentation: Segmentation):
    """Write a .seg.nrrd that 3D Slicer opens with names, colors, codes and status; whole or not at all.

    :param path: ends in .seg.nrrd.
    :raises FileError: the ending is another one, or the file cannot be written.
    :raises SegmentError: a segment lies on another grid.
    """
    path = Path(path)
    with namedFile(path):
        if not path.name.lower().endswith(SEGMENTATION_ENDING):
            raise FileError(f"a segmentation is written as {SEGMENTATION_ENDING}; give the file that ending")
        writeSegmentFile(path, segmentation.segments, segmentation.grid)


def _integers(array: np.ndarray) -> np.ndarray:
    """Voxels as integers; label images are often stored as floating-point numbers."""
    if np.issubdtype(array.dtype, np.integer):
        return array
    with np.errstate(invalid="ignore"):
        labels = array.astype(np.int32)
    if not np.array_equal(labels, array):
        raise SegmentError("the voxels are not whole numbers, so this is not a label image; give the segmentation, "
                           "not the image")
    return labels


def _segmentsOfLabels(array: np.ndarray, grid: GridGeometry) -> tuple[Segment, ...]:
    masks = masksOfLabels(array, grid)
    if len(masks) > MAXIMUM_LABELS:
        raise SegmentError(f"there are more than {MAXIMUM_LABELS} different labels; give the segmentation, not the "
                           "image")
    return tuple(Segment(f"label {label}", mask, f"label_{label}", LABEL_COLORS[(label - 1) % len(LABEL_COLORS)],
                         labelValue=label) for label, mask in masks.items())
