"""Landmarks in 3D Slicer's markups files (.mrk.json)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import FileError
from ..core.location.landmarks import Landmarks
from .filecontext import atomicPath, namedFile, requireFile
from .keys import LANDMARK_FIELDS
from .strictjson import parseJson

LANDMARK_FILE = "landmarks.mrk.json"
SCHEMA = ("https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
          "markups-schema-v1.0.3.json#")
# Slicer numbers the systems in old files.
SIGNS = {"LPS": (-1.0, -1.0, 1.0), "RAS": (1.0, 1.0, 1.0), "1": (-1.0, -1.0, 1.0), "0": (1.0, 1.0, 1.0)}
DEFINED = "defined"
FARTHEST_MM = 10000.0
IDENTITY = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]


def readLandmarks(path) -> Landmarks:
    """Read the landmarks of one hip, in any order; control points with other labels are left alone.

    :param path: .mrk.json as 3D Slicer saves it, in LPS or RAS.
    :return: landmarks in RAS; those that are absent or not placed yet are None.
    :raises FileError: the file is absent, is no markups file, or places a landmark twice.
    :raises CaseError: the file is not JSON.
    """
    path = Path(path)
    with namedFile(path):
        document = parseJson(requireFile(path).read_bytes(), "the landmarks as a .mrk.json")
        points: dict[str, np.ndarray] = {}
        for markup in _markups(document):
            for label, point in _points(markup):
                field = LANDMARK_FIELDS.get(" ".join(label.casefold().split()))
                if field is None:
                    continue
                if field in points:
                    raise FileError(f'the landmark "{label.strip()}" is placed twice; keep one')
                points[field] = point
        if not points:
            raise FileError("no point has the label of a landmark; the labels are " + ", ".join(LANDMARK_FIELDS))
        return Landmarks(**points)


def writeLandmarks(path, landmarks: Landmarks):
    """Write landmarks as a markups file that 3D Slicer opens; the file appears whole or not at all.

    :param path: ends in .mrk.json.
    """
    path = Path(path)
    with namedFile(path), atomicPath(path) as temporary:
        temporary.write_text(json.dumps(landmarksAsJson(landmarks), indent=2) + "\n", encoding="utf-8")


def landmarksAsJson(landmarks: Landmarks) -> dict[str, Any]:
    """Content of the markups file, LPS as Slicer writes it."""
    placed = landmarks.placed
    signs = np.array(SIGNS["LPS"])
    points = []
    for number, (label, field) in enumerate(LANDMARK_FIELDS.items(), 1):
        if field in placed:
            points.append({"id": str(number), "label": label, "description": "", "associatedNodeID": "",
                           "position": (placed[field] * signs).tolist(), "orientation": IDENTITY, "selected": True,
                           "locked": False, "visibility": True, "positionStatus": DEFINED})
    return {"@schema": SCHEMA, "markups": [{"type": "Fiducial", "coordinateSystem": "LPS", "coordinateUnits": "mm",
                                            "locked": False, "labelFormat": "%N-%d", "controlPoints": points}]}


def _markups(document: Any) -> list[dict[str, Any]]:
    markups = document.get("markups") if isinstance(document, dict) else None
    if not isinstance(markups, list) or not all(isinstance(markup, dict) for markup in markups):
        raise FileError("this is not a markups file; save the landmarks of 3D Slicer as .mrk.json")
    return markups


def _points(markup: dict[str, Any]):
    """Label and RAS position of every control point that is placed."""
    system = str(markup.get("coordinateSystem", "LPS")).upper()
    if system not in SIGNS:
        raise FileError(f'the coordinate system "{system}" is not known; save the landmarks in LPS or RAS')
    if str(markup.get("coordinateUnits", "mm")) not in ("mm", "millimeter", "millimetre"):
        raise FileError("the coordinates are not in mm; save the landmarks in mm")
    controlPoints = markup.get("controlPoints", [])
    if not isinstance(controlPoints, list):
        raise FileError('"controlPoints" is not a list; save the landmarks of 3D Slicer again')
    for number, point in enumerate(controlPoints, 1):
        if not isinstance(point, dict):
            raise FileError(f"control point {number} is not an object; save the landmarks of 3D Slicer again")
        label = point.get("label", "")
        if not isinstance(label, str) or point.get("positionStatus", DEFINED) != DEFINED:
            continue
        yield label, _position(point.get("position"), label or str(number)) * np.array(SIGNS[system])


def _position(value: Any, label: str) -> np.ndarray:
    isTriple = isinstance(value, list) and len(value) == 3 and all(
        isinstance(part, (int, float)) and not isinstance(part, bool) and math.isfinite(part) for part in value)
    if not isTriple or max(abs(part) for part in value) > FARTHEST_MM:
        raise FileError(f'the position of "{label}" is not three numbers in mm; place the point again')
    return np.array(value, dtype=float)
