"""Writes images as coronal T1 series of an invented patient."""

from pathlib import Path

import numpy as np

IDENTITY = {"PatientName": "ROSSI^GIULIA", "PatientID": "HOSP-4711", "PatientBirthDate": "19620314", "PatientSex": "F",
            "AccessionNumber": "", "StudyID": "1", "StudyTime": "101500"}
SERIES = {"Modality": "MR", "SeriesNumber": 3, "SeriesDescription": "t1_tse_cor", "EchoTime": 12.0,
          "RepetitionTime": 550.0}
PIXELS = {"SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2", "BitsAllocated": 16, "BitsStored": 16,
          "HighBit": 15, "PixelRepresentation": 0}


def writeSeries(folder: Path, voxels: np.ndarray, grid, date: str, thicknessMm: float | None = None):
    """Write a series as one file a slice.

    :param folder: is made.
    :param voxels: (K, J, I), whole numbers from 0 to 65535.
    :param grid: GridGeometry of the voxels.
    :param date: of the study, as 20240131.
    :param thicknessMm: of the slices; their pitch where None.
    """
    from pydicom.uid import generate_uid

    common = {**IDENTITY, **SERIES, **PIXELS, **_geometry(grid, thicknessMm), "StudyDate": date,
              "StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid(),
              "FrameOfReferenceUID": generate_uid()}
    folder.mkdir(parents=True)
    for k, pixels in enumerate(voxels):
        position = _lps(grid) @ [0, 0, k, 1]
        dataset = _sliceDataset(common, pixels)
        dataset.InstanceNumber = k + 1
        dataset.ImagePositionPatient = [f"{value:.8f}" for value in position[:3]]
        dataset.save_as(folder / f"IM{k:03d}", enforce_file_format=True)


def _lps(grid) -> np.ndarray:
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.ijkToRas


def _geometry(grid, thicknessMm: float | None) -> dict:
    directions = _lps(grid)[:3, :3] / grid.spacingMm
    return {"Rows": grid.sizeIjk[1], "Columns": grid.sizeIjk[0],
            "ImageOrientationPatient": [f"{value:.10f}" for value in directions[:, :2].T.ravel()],
            "PixelSpacing": [f"{grid.spacingMm[1]:.8f}", f"{grid.spacingMm[0]:.8f}"],
            "SliceThickness": f"{thicknessMm or grid.spacingMm[2]:g}"}


def _sliceDataset(common: dict, pixels: np.ndarray):
    import pydicom
    from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    for keyword, value in common.items():
        setattr(dataset, keyword, value)
    dataset.PixelData = pixels.astype(np.uint16).tobytes()
    return dataset
