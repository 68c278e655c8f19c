"""Break files in seeded ways and read them: python brokenfiles.py FOLDER KIND FIRST COUNT, one line of JSON each.

Not a test by itself: testBrokenFiles.py runs it in a process whose memory and time are limited, because a decoder that
crashes takes its process with it.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import resource
import signal
import struct
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np
import pydicom
from ONVolumetryLib.core.errors import ONVolumetryError
from ONVolumetryLib.core.geometry import GridGeometry

SECONDS, MEMORY_BYTES = 10, 2 * 1024**3
ABSURD = ("nan", "inf", "-inf", "1e300", "-1e300", "0", "99999999999999999999", "1e-300", "", "x" * 300)
# After these the numbers must be those of the sound file, if it is read at all.
STRICT = ("truncate", "absurd", "absent")
VOLUME_DIGITS = 9


def main(folder: Path, kind: str, first: int, count: int):
    """Read `count` broken copies of the kind's file."""
    warnings.simplefilter("ignore")
    target, read, strategies = KINDS[kind](folder)
    sound = target.read_bytes()
    expected = read()
    usedBytes = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (usedBytes + MEMORY_BYTES, usedBytes + MEMORY_BYTES))
    signal.signal(signal.SIGALRM, _tooLong)
    for number in range(first, first + count):
        generator = random.Random(f"{kind} {number}")
        name, change = generator.choice(strategies)
        print(json.dumps({"kind": kind, "number": number, "how": name}), flush=True)
        try:
            broken = change(sound, generator)
        except Exception:  # Not every change can be made to every file.
            broken = truncate(sound, generator)
            name = "truncate"
        target.write_bytes(broken)
        print(json.dumps({"outcome": _outcome(read, expected, name)}), flush=True)
    target.write_bytes(sound)


class TooLong(BaseException):
    """The time is over."""


def _tooLong(number, frame):
    raise TooLong


def _outcome(read, expected, how: str) -> str:
    signal.alarm(SECONDS)
    try:
        found = read()
    except ONVolumetryError as error:
        return "refused" if "\n" not in str(error) else f"error of several lines: {error!r}"
    except TooLong:
        return "hangs"
    except BaseException as error:
        return "needs more than 2 GB" if isinstance(error, MemoryError) else traceback.format_exc()
    finally:
        signal.alarm(0)
    if found == expected:
        return "same"
    # A segment of which nothing is left is not measured, which is no wrong number.
    if isinstance(expected, list) and how in STRICT and not set(found) - {0.0, *expected}:
        return "same"
    return f"differs: {found} instead of {expected}" if how in STRICT else "other"


def truncate(data, generator):
    return data[:generator.randrange(len(data))]


def overwrite(data, generator):
    changed = bytearray(data)
    for _ in range(generator.randint(1, 8)):
        changed[generator.randrange(len(data))] = generator.randrange(256)
    return bytes(changed)


def swap(data, generator):
    changed = bytearray(data)
    for _ in range(generator.randint(1, 4)):
        one, other = generator.randrange(len(data)), generator.randrange(len(data))
        changed[one], changed[other] = changed[other], changed[one]
    return bytes(changed)


def hugeLength(data, generator):
    at = generator.randrange(max(len(data) - 4, 1))
    return data[:at] + generator.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0")) + data[at + 4:]


def lose(data, generator):
    at = generator.randrange(len(data))
    return data[:at] + data[at + generator.randint(1, 64):]


def insert(data, generator):
    at = generator.randrange(len(data))
    return data[:at] + generator.randbytes(generator.randint(1, 64)) + data[at:]


BYTES = [("truncate", truncate), ("overwrite", overwrite), ("swap", swap), ("huge length", hugeLength), ("lose", lose),
         ("insert", insert)]


def absurdHeader(end: bytes):
    """One number of a text header becomes an absurd one."""
    def change(data, generator):
        header, mark, rest = data.partition(end)
        numbers = list(re.finditer(rb"[-+]?[0-9][0-9.e+-]*", header))
        number = generator.choice(numbers[1:])
        word = generator.choice(ABSURD).encode()
        return header[:number.start()] + word + header[number.end():] + mark + rest
    return change


def absurdNifti(data, generator):
    """A field of the binary header becomes an absurd one."""
    changed = bytearray(data)
    at, kind = generator.choice([(40 + 2 * index, "h") for index in range(8)] + [(70, "h"), (72, "h"), (108, "f")]
                                + [(76 + 4 * index, "f") for index in range(8)])
    value = generator.choice((-1, 0, 32767) if kind == "h" else (float("nan"), float("inf"), -1.0, 0.0, 1e30, 1e-30))
    struct.pack_into(f"<{kind}", changed, at, value)
    return bytes(changed)


def absurdJson(data, generator):
    document = json.loads(data)
    places = []
    _collect(document, places)
    holder, key = generator.choice(places)
    holder[key] = generator.choice((None, float("nan"), 1e400, -1, 0, "", [], {}, "x" * 5000, True, 10**400,
                                    [[[[]]]], "../../etc/passwd", "a\u202eb", "\0"))
    return json.dumps(document).encode()


def absentJson(data, generator):
    document = json.loads(data)
    places = []
    _collect(document, places)
    holder, key = generator.choice(places)
    del holder[key]
    return json.dumps(document).encode()


def _collect(value, places):
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(children):
        places.append((value, key))
        _collect(child, places)


def deepJson(data, generator):
    depth = generator.randint(500, 100000)
    return b'{"schema":' + b"[" * depth + b"]" * depth + b"}"


def _elements(dataset, found):
    for element in dataset:
        found.append((dataset, element.tag))
        if element.VR == "SQ":
            for item in element.value:
                _elements(item, found)


def changeTag(isAbsent):
    """A tag is left out, or holds an absurd value."""
    def change(data, generator):
        from io import BytesIO

        dataset = pydicom.dcmread(BytesIO(data), force=True)
        found = []
        _elements(dataset, found)
        holder, tag = generator.choice(found)
        element = holder[tag]
        if isAbsent:
            del holder[tag]
        elif element.VR == "SQ":
            element.value = []
        elif element.VR in ("US", "UL", "SS", "SL"):
            element.value = generator.choice((0, 1, 65535, 32767))
        elif element.VR in ("FD", "FL"):
            element.value = generator.choice((float("nan"), float("inf"), 0.0, -1e30))
        elif element.VR in ("OB", "OW"):
            element.value = element.value[:generator.randrange(len(element.value))]
        else:
            count = generator.choice((1, element.VM or 1))
            _setRaw(holder, tag, "\\".join(generator.choice(ABSURD) for _ in range(count)))
        target = BytesIO()
        dataset.save_as(target)
        return target.getvalue()
    return change


def _setRaw(holder, tag, text: str):
    from pydicom.dataelem import RawDataElement

    data = text.encode() + b" " * (len(text) % 2)
    element = holder[tag]
    holder._dict[tag] = RawDataElement(tag, element.VR, len(data), data, 0, False, True)


TAGS = [("absent", changeTag(True)), ("absurd", changeTag(False))]


def _digest(array) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:12]


def _segmentation(path, image=None):
    """Names and volumes, and that every voxel has a place."""
    from ONVolumetryLib.files.segmentations import readSegmentation

    segmentation = readSegmentation(path, image)
    for segment in segmentation.segments:
        if not segment.mask.isEmpty:
            assert np.all(np.isfinite(segment.mask.pointsRas()))
    return sorted(round(segment.mask.voxelCount * segmentation.grid.voxelVolumeMm3, 3)
                  for segment in segmentation.segments)


def _image(path):
    from ONVolumetryLib.files.images import readImage

    image = readImage(path)
    assert np.all(np.isfinite(image.voxels))
    return image.geometry.sizeIjk, [round(float(value), 4) for value in image.geometry.spacingMm]


def caseKind(folder):
    from ONVolumetryLib.files.case import readCase

    path = folder / "case.json"

    def read():
        case = readCase(path, requireFiles=False)
        return [(visit.month, visit.done, visit.lesionAbsent) for visit in case.visits], case.side, case.sex
    return path, read, [*BYTES, ("other values", absurdJson), ("other keys", absentJson), ("deep", deepJson)] * 2


def segNrrdKind(folder):
    path = folder / "preop.seg.nrrd"
    return path, lambda: _segmentation(path), [*BYTES, *[("absurd", absurdHeader(b"\n\n"))] * 4]


def niftiKind(folder):
    path = folder / "image.nii"
    return path, lambda: _image(path), [*BYTES, *[("absurd", absurdNifti)] * 4]


def dicomKind(folder):
    return folder / "series" / "IM002", lambda: _image(folder / "series"), [*BYTES, *TAGS * 3]


def multiFrameKind(folder):
    path = folder / "multiframe.dcm"
    return path, lambda: _image(path), [*BYTES, *TAGS * 3]


def segKind(folder):
    path = folder / "seg.dcm"
    return path, lambda: _segmentation(path), [*BYTES, *TAGS * 3]


def structureSetKind(folder):
    from ONVolumetryLib.files.volumeimage import VolumeImage

    path = folder / "rtstruct.dcm"
    grid = GridGeometry((40, 40, 8), np.diag([-1.0, -1.0, 4.0, 1.0]))
    image = VolumeImage(np.zeros(grid.shapeKji, dtype=np.uint8), grid)
    return path, lambda: _segmentation(path, image), [*BYTES, *TAGS * 3]


def csvKind(folder):
    from ONVolumetryLib.cohort.settings import CohortSettings
    from ONVolumetryLib.cohort.table import readCohort

    path = folder / "measurements.csv"

    def read():
        table = readCohort([path], CohortSettings())
        return len(table.hips), len(table.rows)
    return path, read, [(name, change) if name != "truncate" else ("cut", change) for name, change in BYTES] + [
        ("other numbers", absurdHeader(b"no such mark"))] * 3


def markupsKind(folder):
    from ONVolumetryLib.files.landmarkfile import readLandmarks

    path = folder / "landmarks.mrk.json"

    def read():
        found = readLandmarks(path)
        points = [value for value in vars(found).values() if isinstance(value, np.ndarray)]
        assert all(np.all(np.isfinite(point)) for point in points)
        return [point.round(4).tolist() for point in points]
    return path, read, [*[(name, change) if name != "truncate" else ("cut", change) for name, change in BYTES],
                        ("other values", absurdJson), ("other keys", absentJson), ("deep", deepJson)]


KINDS = {"mrk.json": markupsKind, "case": caseKind, "seg.nrrd": segNrrdKind, "nifti": niftiKind, "dicom": dicomKind,
         "multi-frame": multiFrameKind, "seg": segKind, "rtstruct": structureSetKind, "csv": csvKind}

if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
