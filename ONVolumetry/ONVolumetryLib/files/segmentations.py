"""Reading segmentations (3D Slicer's .seg.nrrd, label images, DICOM SEG, RTSTRUCT) and writing .seg.nrrd."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..core.errors import FileError, GeometryError, SegmentError
from ..core.geometry import GridGeometry
from .dicomheader import isDicomFile, readDicomObject
from .dicomseg import LABEL_MAP_STORAGE, segmentationOfSeg
from .dicomseg import STORAGE as SEG_STORAGE
from .filecontext import namedFile, requireFile
from .images import IMAGE_ENDINGS, readItkImage
from .itkgrid import requireSeveralSlices
from .labels import masksOfLabels
from .rtstruct import STORAGE as STRUCTURE_SET_STORAGE
from .rtstruct import segmentationOfStructureSet
from .segment import Segment, Segmentation
from .segnrrd import hasSegmentKeys, segmentsOfFile
from .segnrrdwriter import writeSegmentFile
from .volumeimage import VolumeImage

__all__ = ["Segment", "Segmentation", "readSegmentation", "writeSegmentation"]

MAXIMUM_LABELS = 256
SEGMENTATION_ENDING = ".seg.nrrd"
# Distinct colors for the labels of an image that has none (ColorBrewer, "Set1", reordered).
LABEL_COLORS = ((0.30, 0.69, 0.29), (0.89, 0.10, 0.11), (0.22, 0.49, 0.72), (1.0, 0.50, 0.0), (0.60, 0.31, 0.64))


def readSegmentation(path, image: VolumeImage | None = None) -> Segmentation:
    """Read a segmentation.

    :param path: .seg.nrrd, or a label image (NRRD, NIfTI, MetaImage), whose segments are named "label 1" and so on, or
        a DICOM segmentation or structure set.
    :param image: the image it was drawn on; a structure set cannot be read without.
    :return: every segment, empty ones too.
    :raises FileError: the file is absent, damaged, or of another kind.
    :raises GeometryError: the grid cannot be measured.
    :raises SegmentError: the voxels are not labels.
    """
    path = Path(path)
    with namedFile(path):
        requireFile(path)
        if not path.name.lower().endswith(IMAGE_ENDINGS) and isDicomFile(path):
            return _dicomSegmentation(path, image)
        labels, grid = readItkImage(path)
        array = _integers(sitk.GetArrayViewFromImage(labels))
        if hasSegmentKeys(path):
            return Segmentation(segmentsOfFile(path, array, grid), grid)
        if labels.GetNumberOfComponentsPerPixel() > 1:
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


def _dicomSegmentation(path: Path, image: VolumeImage | None) -> Segmentation:
    dataset = readDicomObject(path)
    kind = str(dataset.SOPClassUID)
    if kind not in (SEG_STORAGE, LABEL_MAP_STORAGE, STRUCTURE_SET_STORAGE):
        raise FileError("this DICOM object is no segmentation and no structure set; give the segmentation")
    _requireSameFrameOfReference(dataset, image)
    grid = image and image.geometry
    if kind == STRUCTURE_SET_STORAGE:
        return segmentationOfStructureSet(dataset, grid, image and image.acquisitionNormalRas)
    return segmentationOfSeg(dataset, grid)


def _requireSameFrameOfReference(dataset, image: VolumeImage | None):
    """Coordinates of two frames of reference have nothing to do with each other."""
    holders = [dataset, *(dataset.get("StructureSetROISequence") or []),
               *(dataset.get("ReferencedFrameOfReferenceSequence") or [])]
    stated = {str(uid) for holder in holders for keyword in ("FrameOfReferenceUID", "ReferencedFrameOfReferenceUID")
              if (uid := holder.get(keyword))}
    known = None if image is None else image.frameOfReference
    if known is not None and stated and known not in stated:
        raise GeometryError("the segmentation was drawn in another frame of reference than the image, so that it "
                            "cannot be laid on it; give the image that it was drawn on")


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
