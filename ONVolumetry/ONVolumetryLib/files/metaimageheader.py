"""The text header of a MetaImage file (https://itk.org/Wiki/MetaIO/Documentation)."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from ..core.errors import FileError, GeometryError
from .headertexts import BAD_SPACING, NO_SPACING, TRUNCATED
from .nrrdheader import decodeText

LONGEST_HEADER_LINES = 200
VOXEL_BYTES = {
    "MET_CHAR": 1, "MET_UCHAR": 1, "MET_SHORT": 2, "MET_USHORT": 2, "MET_INT": 4, "MET_UINT": 4, "MET_LONG": 4,
    "MET_ULONG": 4, "MET_LONG_LONG": 8, "MET_ULONG_LONG": 8, "MET_FLOAT": 4, "MET_DOUBLE": 8,
}
# Number of values per field: the power of the dimension.
VALUE_COUNTS = {"TransformMatrix": 2, "Rotation": 2, "Orientation": 2, "Offset": 1, "Position": 1, "Origin": 1,
                "CenterOfRotation": 1, "ElementSpacing": 1, "ElementSize": 1}


def checkMetaImage(path: Path):
    """Refuse a header that ITK does not survive, or completes in silence, and a file that ends too early.

    :raises GeometryError: the spacing is absent, zero or not a number.
    :raises FileError: the file is damaged or incomplete.
    """
    fields, dataOffset = _readFields(path)
    sizes = _numbers(fields, "DimSize", int)
    if len(sizes) == 0 or min(sizes) < 1 or fields.get("NDims") != str(len(sizes)):
        raise FileError(TRUNCATED)
    if "ElementSpacing" not in fields and "ElementSize" not in fields:
        raise GeometryError(NO_SPACING)
    for key, power in VALUE_COUNTS.items():
        values = np.array(_numbers(fields, key, float))
        if key in fields and (len(values) != len(sizes) ** power or not np.all(np.isfinite(values))
                              or (key in ("ElementSpacing", "ElementSize") and np.any(values == 0))):
            raise GeometryError(BAD_SPACING)
    _checkLength(path, fields, sizes, dataOffset)


def _readFields(path: Path) -> tuple[dict[str, str], int]:
    """Fields of the header, and where it ends."""
    fields: dict[str, str] = {}
    with open(path, "rb") as file:
        for _ in range(LONGEST_HEADER_LINES):
            key, _, value = decodeText(file.readline(4096)).partition("=")
            fields[key.strip()] = value.strip()
            if key.strip() == "ElementDataFile":
                return fields, file.tell()
    raise FileError(TRUNCATED)


def _numbers(fields: dict[str, str], key: str, kind: type) -> list:
    try:
        return [kind(text) for text in fields.get(key, "").split()]
    except ValueError:
        return []


def _isTrue(text: str) -> bool:
    return text[:1] in ("T", "t", "1")


def _checkLength(path: Path, fields: dict[str, str], sizes: list[int], dataOffset: int):
    voxelBytes = VOXEL_BYTES.get(fields.get("ElementType", "").removesuffix("_ARRAY"))
    channels = _numbers(fields, "ElementNumberOfChannels", int) or [1]
    dataFile = fields["ElementDataFile"]
    if voxelBytes is None or channels[0] < 1 or not dataFile:
        raise FileError(TRUNCATED)
    if not _isTrue(fields.get("BinaryData", "True")) or "HeaderSize" in fields:
        raise FileError("this kind of MetaImage (text or with a foreign header) is not read; save the image as NRRD")
    if dataFile.split()[0] == "LIST" or "%" in dataFile:
        raise FileError("a MetaImage with its voxels in several files is not read; save the image as NRRD")
    needed = voxelBytes * channels[0]
    for size in sizes:
        needed *= size
    source, offset = (path, dataOffset) if dataFile.upper() == "LOCAL" else (path.parent / dataFile, 0)
    if not source.is_file() or _storedBytes(source, offset, fields, needed) < needed:
        raise FileError(TRUNCATED)


def _storedBytes(source: Path, offset: int, fields: dict[str, str], needed: int) -> int:
    """Number of bytes of voxels in a file, at least as far as they are needed."""
    if not _isTrue(fields.get("CompressedData", "False")):
        return source.stat().st_size - offset
    total = 0
    unpacker = zlib.decompressobj(wbits=47)
    with open(source, "rb") as file:
        file.seek(offset)
        try:
            while total < needed and (chunk := file.read(1 << 20)):
                total += len(unpacker.decompress(chunk))
        except zlib.error:
            return 0
    return total
