"""Femoral heads outlined in a radiotherapy plan: the volume against three programs' figures."""

import base64
import struct
import zlib
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.volume import cavalieriVolume, measureVolume, trapezoidVolume

PITCH_MM = 2.5
PIXEL_MM = 0.9
# Area times pitch, trapezoid (cm3), and the figures of Eclipse, CERR and SlicerRT.
FIGURES = {"left": (49.404, 49.125, (49.2, 49.376, 49.154)), "right": (50.336, 49.944, (50.0, 50.361, 50.027))}


def decoded(element, dtype):
    """Array of a VTK XML data array: base64 of a header of block sizes, then of zlib blocks."""
    text = "".join(element.text.split())
    count = struct.unpack("<I", base64.b64decode(text[:8])[:4])[0]
    headerLength = 4 * (3 + count)
    encodedHeader = -(-headerLength // 3) * 4
    sizes = struct.unpack(f"<{3 + count}I", base64.b64decode(text[:encodedHeader])[:headerLength])[3:]
    body = base64.b64decode(text[encodedHeader:])
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    return np.frombuffer(b"".join(zlib.decompress(body[low:high]) for low, high in pairwise(starts)), dtype)


def readContours(path):
    """Closed planar contours, RAS in mm, one array (n, 3) each."""
    piece = ET.parse(path).getroot().find("PolyData/Piece")
    points = decoded(piece.find("Points/DataArray"), "<f4").reshape(-1, 3).astype(float)
    lines = {array.get("Name"): decoded(array, "<i8") for array in piece.findall("Lines/DataArray")}
    ends = lines["offsets"]
    return [points[lines["connectivity"][start:end]] for start, end in zip(np.concatenate([[0], ends]), ends)]


def polygonArea(contour):
    x, y = contour[:, 0], contour[:, 1]
    return 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def isInside(contour, points):
    """Even-odd rule for points (n, 2)."""
    inside = np.zeros(len(points), dtype=bool)
    for (xa, ya), (xb, yb) in zip(contour[:, :2], np.roll(contour[:, :2], -1, axis=0)):
        if ya == yb:
            continue
        crosses = (points[:, 1] >= min(ya, yb)) & (points[:, 1] < max(ya, yb))
        inside ^= crosses & (points[:, 0] < xa + (points[:, 1] - ya) * (xb - xa) / (yb - ya))
    return inside


@pytest.fixture(scope="module", params=["left", "right"])
def head(request, sharedData):
    contours = readContours(sharedData / "femoral-head-contours" / f"femoral_head_{request.param}_contours.vtp")
    return request.param, sorted(contours, key=lambda contour: contour[0, 2])


def rasterized(contours):
    low = np.floor(np.min([contour.min(axis=0) for contour in contours], axis=0)) - 2.0
    high = np.max([contour.max(axis=0) for contour in contours], axis=0) + 2.0
    size = np.ceil((high - low) / PIXEL_MM).astype(int)
    matrix = np.diag([PIXEL_MM, PIXEL_MM, PITCH_MM, 1.0])
    matrix[:3, 3] = *low[:2], contours[0][0, 2]
    grid = GridGeometry((size[0], size[1], len(contours)), matrix)
    j, i = np.meshgrid(np.arange(size[1]), np.arange(size[0]), indexing="ij")
    points = grid.toRas(np.stack([i, j, 0 * i], axis=-1).reshape(-1, 3))[:, :2]
    return Mask.fromArray(np.array([isInside(contour, points).reshape(j.shape) for contour in contours]), grid)


def testContoursHaveTheVolumeOfThreePrograms(head):
    side, contours = head
    cavalieriCm3, trapezoidCm3, programs = FIGURES[side]
    planes = np.array([contour[0, 2] for contour in contours])
    assert np.diff(planes) == pytest.approx(PITCH_MM, abs=1e-3), "one contour a slice"
    areas = [polygonArea(contour) for contour in contours]
    assert cavalieriVolume(areas, PITCH_MM) / 1000 == pytest.approx(cavalieriCm3, rel=1e-3)
    assert trapezoidVolume(areas, PITCH_MM) / 1000 == pytest.approx(trapezoidCm3, rel=1e-3)
    for figure in programs:
        assert cavalieriVolume(areas, PITCH_MM) / 1000 == pytest.approx(figure, rel=0.01)


def testRasterizedContoursHaveTheSameVolume(head):
    side, contours = head
    cavalieriCm3, trapezoidCm3, programs = FIGURES[side]
    mask = rasterized(contours)
    measured = measureVolume(mask, sliceStackOfGrid(mask.grid), 0.5)
    assert measured.sliceCount == len(contours)
    assert measured.volumeMm3 / 1000 == pytest.approx(cavalieriCm3, rel=5e-3)
    assert measured.trapezoidMm3 / 1000 == pytest.approx(trapezoidCm3, rel=5e-3)
    for figure in programs:
        assert measured.volumeMm3 / 1000 == pytest.approx(figure, rel=0.01)
        assert abs(measured.volumeMm3 / 1000 - figure) < 1.96 * measured.combinedSeMm3 / 1000
