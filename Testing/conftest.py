"""Fixtures shared by all levels of tests."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pydicom
import pytest
from ONVolumetryLib.core.geometry import GridGeometry
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid
from scipy.spatial.transform import Rotation

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def sharedData() -> Path:
    """Folder of real images, meshes and contours that the project does not carry."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real data are not beside the repository (no folder {folder.relative_to(REPOSITORY.parent)})")
    return folder


@pytest.fixture(scope="session")
def sharedMethod() -> Path:
    """Folder of published reference numbers that the project does not carry."""
    folder = REPOSITORY.parent / "shared" / "method"
    if not folder.is_dir():
        pytest.skip("the table of reference numbers is not beside the repository (no folder shared/method)")
    return folder


IDENTITY = {
    "PatientName": "ROSSI^GIULIA", "PatientID": "HOSP-4711-X", "PatientBirthDate": "19620314",
    "AccessionNumber": "ACC998877", "StudyID": "STUDY-5521", "ReferringPhysicianName": "BIANCHI^MARIO",
    "InstitutionName": "OSPEDALE SAN CARLO", "OtherPatientIDs": "RSSGLI62C54", "PatientAddress": "VIA ROMA 17",
    "OperatorsName": "VERDI^ANNA", "StationName": "MRSTATION9",
}


def writeDicomSeries(folder, voxels, grid, studyDate="20230116", *, seriesNumber=3, description="t1_tse_cor",
                     names="IM{:03d}", thicknessMm=None, **tags):
    """Write an image as one DICOM file per slice of an invented patient; returns the datasets.

    :param voxels: (K, J, I), whole numbers from 0 to 65535.
    :param grid: a right-handed grid in LPS, so that slices ascend along the normal.
    """
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.ijkToRas
    directions = lps[:3, :3] / grid.spacingMm
    study, series, frame = (generate_uid(entropy_srcs=[str(part), studyDate, str(seriesNumber)])
                            for part in ("study", "series", "frame"))
    folder.mkdir(parents=True, exist_ok=True)
    datasets = []
    for k in range(grid.sizeIjk[2]):
        dataset = pydicom.Dataset()
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        for keyword, value in {**IDENTITY, "PatientSex": "F", "Modality": "MR", "StudyDate": studyDate,
                               "SeriesDate": studyDate, "StudyTime": "101500", "StudyInstanceUID": study,
                               "SeriesInstanceUID": series, "FrameOfReferenceUID": frame, "Manufacturer": "Maker",
                               "PositionReferenceIndicator": "", "SeriesNumber": seriesNumber,
                               "SeriesDescription": description, "InstanceNumber": k + 1, "ScanningSequence": "SE",
                               "SequenceVariant": "NONE", "ScanOptions": "", "MRAcquisitionType": "2D",
                               "EchoTime": 12.0, "RepetitionTime": 550.0, "EchoTrainLength": 1,
                               "ImageType": ["ORIGINAL", "PRIMARY", "M"], "SamplesPerPixel": 1,
                               "PhotometricInterpretation": "MONOCHROME2", "BitsAllocated": 16, "BitsStored": 16,
                               "HighBit": 15, "PixelRepresentation": 0, "Laterality": "", **tags}.items():
            setattr(dataset, keyword, value)
        dataset.ImageOrientationPatient = [f"{value:.10f}" for value in directions[:, :2].T.ravel()]
        dataset.ImagePositionPatient = [f"{value:.8f}" for value in (lps @ [0, 0, k, 1])[:3]]
        dataset.PixelSpacing = [f"{grid.spacingMm[1]:.10f}", f"{grid.spacingMm[0]:.10f}"]
        dataset.SliceThickness = f"{thicknessMm or grid.spacingMm[2]:g}"
        dataset.Rows, dataset.Columns = grid.sizeIjk[1], grid.sizeIjk[0]
        dataset.PixelData = voxels[k].astype(np.uint16).tobytes()
        dataset.save_as(folder / names.format(k), enforce_file_format=True)
        datasets.append(dataset)
    return datasets


@pytest.fixture(scope="session")
def dicom():
    """Functions and values that make the DICOM files of an invented patient."""
    return SimpleNamespace(writeSeries=writeDicomSeries, identity=IDENTITY, grid=coronalGrid)


def coronalGrid(sizeIjk=(64, 64, 16), spacingMm=(1.0, 1.0, 4.0), shiftMm=(0.0, 0.0, 0.0)):
    """Coronal slices about RAS `shiftMm`, a little oblique: columns run to the patient's left, rows down."""
    turn = Rotation.from_rotvec((0.02, -0.03, 0.05)).as_matrix()
    directions = turn @ np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]]).T
    matrix = np.eye(4)
    matrix[:3, :3] = directions * spacingMm
    matrix[:3, 3] = np.asarray(shiftMm) - matrix[:3, :3] @ ((np.array(sizeIjk) - 1) / 2.0)
    return GridGeometry(sizeIjk, matrix)
