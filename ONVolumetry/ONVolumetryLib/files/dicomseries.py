"""A DICOM series of a folder (or of one multi-frame file) as an image whose geometry comes from the headers alone."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import FileError
from .dicomfolders import whereImagesAre
from .dicompixels import readVoxels
from .dicomscan import DicomSeries, filesOf, scanSeries
from .dicomstack import stackGrid
from .serieschoice import chooseSeries
from .serieswanted import ANY_SERIES, SeriesWanted
from .volumeimage import VolumeImage


def readDicomSeries(path: Path, wanted: SeriesWanted = ANY_SERIES) -> VolumeImage:
    """Read a series of a folder, whatever its files are called; other files are left alone.

    :param path: the folder, or one DICOM file.
    :param wanted: which of several series; by default the only one, or the only coronal T1 or T2 MR.
    :return: the image; slices sorted along their normal, pitch from their positions.
    :raises FileError: there is no series, or several that may be meant, or its pixels cannot be read.
    :raises GeometryError: slices are missing, doubled, uneven, tilted, or of several sizes or directions.
    """
    found = scanSeries(filesOf(path))
    if not found and path.is_dir():
        raise FileError(whereImagesAre(path))
    return imageOfSeries(chooseSeries(found, wanted))


def imageOfSeries(series: DicomSeries) -> VolumeImage:
    """The voxels of a series in place.

    :raises ONVolumetryError: as in readDicomSeries.
    """
    ordered, grid = stackGrid(series.slices)
    voxels = readVoxels(ordered)
    if voxels.shape != grid.shapeKji:
        raise FileError("the pixels do not have the size that the DICOM headers state; export the series again")
    return VolumeImage(voxels, grid, grid.axisDirections[:, 2], ordered[0].frameOfReference or None)
