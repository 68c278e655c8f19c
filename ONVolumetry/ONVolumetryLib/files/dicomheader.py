"""The header of a DICOM file, or the finding that a file is none."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom

from ..core.errors import FileError, ONVolumetryError

NOT_IMAGES = {"SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "SR", "PR", "KO", "REG", "DOC"}
HEADER_TAGS = [
    "SOPClassUID", "SOPInstanceUID", "Modality", "ImageType", "StudyInstanceUID", "StudyDate", "PatientID",
    "PatientName", "PatientSex", "PatientBirthDate", "SeriesInstanceUID", "SeriesNumber", "SeriesDescription",
    "ProtocolName", "InstanceNumber", "FrameOfReferenceUID", "Laterality", "EchoTime", "RepetitionTime",
    "AcquisitionContrast", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness",
    "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "RescaleSlope", "RescaleIntercept",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "SpecificCharacterSet",
]
# Group 2 or 8, little or big endian: how a DICOM file without preamble begins.
FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x08")
DAMAGED_HEADER = "a DICOM header is damaged; copy or export the series again"


def isDicomFile(path: Path) -> bool:
    """Whether a file is a DICOM object, with or without the usual preamble."""
    return readDicomHeader(path) is not None


def readDicomHeader(path: Path) -> pydicom.Dataset | None:
    """Header of a DICOM file, or None for any other file."""
    if not _looksLikeDicom(path):
        return None
    with pydicomQuiet():
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True, specific_tags=HEADER_TAGS)
            return dataset if "SOPClassUID" in dataset else None
        except Exception:  # Bytes of another kind of file can fail in any way that a parser can.
            return None


def readDicomObject(path: Path) -> pydicom.Dataset:
    """A whole DICOM file.

    :raises FileError: the file is damaged or not DICOM.
    """
    with damagedDicom(DAMAGED_HEADER):
        dataset = pydicom.dcmread(path, force=True)
        if "SOPClassUID" not in dataset:
            raise FileError("this is not a DICOM object; give the file that the hospital's system exported")
        return dataset


@contextmanager
def damagedDicom(text: str) -> Iterator[None]:
    """Turn whatever pydicom raises at damaged values into one sentence, and keep its warnings back.

    :param text: the sentence.
    :raises FileError: something inside failed that is not the user's error already.
    """
    with pydicomQuiet():
        try:
            yield
        except (ONVolumetryError, OSError, MemoryError):
            raise
        except Exception as error:  # A damaged value can fail in any way that its parser can.
            raise FileError(text) from error


@contextmanager
def pydicomQuiet() -> Iterator[None]:
    """No warnings of pydicom on standard error: they quote values, which may be names of patients."""
    before = pydicom.config.settings.reading_validation_mode
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        pydicom.config.settings.reading_validation_mode = before


def _looksLikeDicom(path: Path) -> bool:
    with open(path, "rb") as file:
        start = file.read(132)
    return start[128:132] == b"DICM" or start[:2] in FIRST_GROUPS
