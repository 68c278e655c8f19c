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
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
# Some anonymizers give two patients the same UIDs.
IDENTIFYING_SERIES = ("PatientID", "SeriesInstanceUID")
DAMAGED_HEADER = "a DICOM header is damaged; copy or export the series again"


def isDicomFile(path: Path) -> bool:
    """Whether a file is a DICOM object, with or without the usual preamble, damaged or not."""
    try:
        return readDicomHeader(path) is not None
    except FileError:
        return True


def readDicomHeader(path: Path) -> pydicom.Dataset | None:
    """Header of a DICOM file, or None for any other file and the index of a medium.

    :raises FileError: the file says that it is DICOM but cannot be read.
    """
    start = _start(path)
    saysSo = start[128:132] == b"DICM"
    if not saysSo and start[:2] not in FIRST_GROUPS:
        return None
    with pydicomQuiet():
        try:
            dataset = readDataset(path, stop_before_pixels=True, specific_tags=HEADER_TAGS)
            if "SOPClassUID" in dataset:
                for keyword in ("SOPClassUID", *IDENTIFYING_SERIES):
                    dataset.get(keyword)
                return dataset
            isIndex = dataset.file_meta.get("MediaStorageSOPClassUID") == MEDIA_DIRECTORY
        except Exception:  # Bytes of another kind of file can fail in any way that a parser can.
            isIndex = False
    if saysSo and not isIndex:
        raise FileError(f"a DICOM file is damaged ({path.name}); copy or export the series again")
    return None


def readDataset(path: Path, **options) -> pydicom.Dataset:
    """Read with pydicom, which otherwise asks for as much memory as a damaged length says."""
    with open(path, "rb") as file:
        return pydicom.dcmread(_BoundedFile(file), force=True, **options)


class _BoundedFile:
    """A file of which no more can be read than there is."""

    def __init__(self, file):
        self._file = file
        self._size = file.seek(0, 2)
        file.seek(0)
        self.name = file.name
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, count: int = -1) -> bytes:
        rest = max(self._size - self._file.tell(), 0)
        return self._file.read(rest if count is None or count < 0 else min(count, rest))


def readDicomObject(path: Path) -> pydicom.Dataset:
    """A whole DICOM file.

    :raises FileError: the file is damaged or not DICOM.
    """
    with damagedDicom(DAMAGED_HEADER):
        dataset = readDataset(path)
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


def _start(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(132)
