"""Landmarks in 3D Slicer's markups files."""

import json

import numpy as np
import pytest
from ONVolumetryLib.core.errors import ONVolumetryError
from ONVolumetryLib.core.location.landmarks import TITLE_OF_LANDMARK, Landmarks
from ONVolumetryLib.files.keys import LANDMARK_FIELDS
from ONVolumetryLib.files.landmarkfile import readLandmarks, writeLandmarks

LANDMARKS = Landmarks(lateralEdge=(102.5, -12.0, -9.9), teardrop=(55.0, -8.0, -53.0), anteriorEdge=(75.3, 12.9, -35.0),
                      posteriorEdge=(95.2, -39.0, -35.0), neckAxis=(130.0, -20.0, -60.0),
                      contralateralTeardrop=(-55.0, -8.0, -53.0))

TWICE = ('{"markups": [{"controlPoints": [{"label": "teardrop", "position": [1, 2, 3]},'
         ' {"label": "Teardrop", "position": [1, 2, 4]}]}]}')


def writeMarkups(path, points, system="LPS", **point):
    """A markups file as Slicer writes it, with (label, position) pairs."""
    controlPoints = [{"id": str(index), "label": label, "position": position, **point}
                     for index, (label, position) in enumerate(points)]
    path.write_text(json.dumps({"@schema": "x", "markups": [{
        "type": "Fiducial", "coordinateSystem": system, "coordinateUnits": "mm", "controlPoints": controlPoints}]}))
    return path


def requireEqual(first: Landmarks, second: Landmarks):
    assert first.placed.keys() == second.placed.keys()
    assert all(np.allclose(point, second.placed[name]) for name, point in first.placed.items())


def testWrittenLandmarksAreReadBack(tmp_path):
    writeLandmarks(tmp_path / "landmarks.mrk.json", LANDMARKS)
    requireEqual(readLandmarks(tmp_path / "landmarks.mrk.json"), LANDMARKS)
    document = json.loads((tmp_path / "landmarks.mrk.json").read_text())
    markup = document["markups"][0]
    assert markup["coordinateSystem"] == "LPS"
    # Slicer shows RAS and stores LPS.
    assert markup["controlPoints"][0]["position"] == [-102.5, 12.0, -9.9]
    assert [point["label"] for point in markup["controlPoints"]] == list(LANDMARK_FIELDS)


@pytest.mark.parametrize("system", ["LPS", "RAS", "1", "0"])
def testEitherCoordinateSystemInAnyOrder(tmp_path, system):
    sign = np.array([-1.0, -1.0, 1.0]) if system in ("LPS", "1") else np.ones(3)
    points = [(label.upper() + " ", (LANDMARKS.placed[field] * sign).tolist())
              for label, field in reversed(LANDMARK_FIELDS.items())]
    requireEqual(readLandmarks(writeMarkups(tmp_path / "x.mrk.json", points, system)), LANDMARKS)


def testPointsThatAreNotPlacedAreMissingAndNamed(tmp_path):
    points = [("teardrop", [1.0, 2.0, 3.0]), ("spine", [0.0, 0.0, 0.0])]
    landmarks = readLandmarks(writeMarkups(tmp_path / "x.mrk.json", points))
    assert landmarks.missing(("lateralEdge", "teardrop")) == ("lateral acetabular edge",)
    unplaced = writeMarkups(tmp_path / "y.mrk.json", points[:1], positionStatus="undefined")
    with pytest.raises(ONVolumetryError, match="no point has the label of a landmark"):
        readLandmarks(unplaced)


def testTitlesAreTheLabels():
    assert {field: label for label, field in LANDMARK_FIELDS.items()} == TITLE_OF_LANDMARK


@pytest.mark.parametrize(("text", "said"), [
    ("{", "this is not JSON"), ("[]", "not a markups file"), ('{"markups": 3}', "not a markups file"),
    ('{"markups": [{"coordinateSystem": "XYZ", "controlPoints": []}]}', "coordinate system"),
    ('{"markups": [{"coordinateUnits": "m", "controlPoints": []}]}', "not in mm"),
    ('{"markups": [{"controlPoints": {}}]}', "not a list"),
    ('{"markups": [{"controlPoints": [3]}]}', "not an object"),
    ('{"markups": [{"controlPoints": [{"label": "teardrop", "position": [1, 2]}]}]}', "not three numbers"),
    ('{"markups": [{"controlPoints": [{"label": "teardrop", "position": [1, 2, NaN]}]}]}', "not three numbers"),
    (TWICE, "placed twice"),
])
def testBadFileIsRefusedInOneLineThatNamesIt(tmp_path, text, said):
    path = tmp_path / "bad.mrk.json"
    path.write_text(text)
    with pytest.raises(ONVolumetryError) as caught:
        readLandmarks(path)
    assert said in str(caught.value) and str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def testAbsentFileIsNamed(tmp_path):
    with pytest.raises(ONVolumetryError, match=r"none\.mrk\.json: no such file"):
        readLandmarks(tmp_path / "none.mrk.json")
