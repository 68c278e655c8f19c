"""The scene of a regression: what is shown at every visit, where it lies, and the lesion between visits."""

import dataclasses
import json
import struct
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("vtkmodules", reason="vtk is not installed")

from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.hip import CaseEnd, VisitSegments
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.scene3d import styles
from ONVolumetryLib.scene3d.captions import footnotes, visitLines, visitRemark
from ONVolumetryLib.scene3d.changeparts import changeParts
from ONVolumetryLib.scene3d.gltf import regressionGlb
from ONVolumetryLib.scene3d.mesh import polyDataOf, vtkVolumeMm3
from ONVolumetryLib.scene3d.regressionscene import regressionScene
from ONVolumetryLib.scene3d.smoothfield import SmoothField
from ONVolumetryLib.scene3d.storyboard import FRAMES_PER_SECOND, storyboard
from ONVolumetryLib.scene3d.surfaces import isosurface
from ONVolumetryLib.scene3d.viewpoints import directionWords, standardViewpoints, turnedViewpoint
from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

SHIFT_MM = np.array([6.0, -4.0, 3.0])


def moved(matrix=None, verdict="accepted"):
    return SimpleNamespace(followupToBaselineRas=np.eye(4) if matrix is None else matrix, verdict=verdict)


def registered(measurement, byLabel):
    """The measurement with registrations as a later step of the program adds them."""
    visits = []
    for visit in measurement.visits:
        copy = dataclasses.replace(visit)
        if visit.label in byLabel:
            object.__setattr__(copy, "registration", byLabel[visit.label])
        visits.append(copy)
    return dataclasses.replace(measurement, visits=tuple(visits))


@pytest.fixture(scope="module")
def shiftedGrid(shapes):
    """A grid whose origin is the follow-up scanner's: the patient lies elsewhere."""
    grid = shapes.gridAround(30.0)
    matrix = np.array(grid.ijkToRas)
    matrix[:3, 3] += SHIFT_MM
    return type(grid)(grid.sizeIjk, matrix)


@pytest.fixture(scope="module")
def segments(shapes, shiftedGrid):
    later = shapes.visit("3 months", 3, 8.0)
    move = lambda mask: dataclasses.replace(mask, grid=shiftedGrid)  # noqa: E731
    later = dataclasses.replace(later, head=move(later.head), lesion=move(later.lesion))
    return (shapes.visit("preop", 0, 12.0), later, VisitSegments("12 months", 12, done=False))


@pytest.fixture(scope="module")
def measurement(segments):
    return measureHip(segments, "male")


@pytest.fixture(scope="module")
def backToBaseline():
    matrix = np.eye(4)
    matrix[:3, 3] = -SHIFT_MM
    return matrix


@pytest.fixture(scope="module")
def scene(segments, measurement, backToBaseline):
    return regressionScene(segments, registered(measurement, {"3 months": moved(backToBaseline)}), "right")


def testVisitsAreShownInOneSpaceWithWhatChanged(scene, measurement):
    preop, later, missing = scene.visits
    assert [layer.key for layer in preop.layers] == [styles.LESION, styles.HEAD]
    assert [layer.key for layer in later.layers] == [styles.PERSISTENT, styles.REGENERATED, styles.ORIGINAL,
                                                     styles.HEAD]
    assert not missing.layers
    before, after = (measurement.visit(name).lesion.volumeMm3 for name in ("preop", "3 months"))
    assert vtkVolumeMm3(preop.layer(styles.LESION).mesh) == pytest.approx(before, rel=0.02)
    assert vtkVolumeMm3(later.layer(styles.PERSISTENT).mesh) == pytest.approx(after, rel=0.03)
    regenerated = vtkVolumeMm3(later.layer(styles.REGENERATED).mesh)
    assert regenerated == pytest.approx(before - after, rel=0.15)
    middles = [visit.layer(styles.HEAD).mesh.points.mean(axis=0) for visit in (preop, later)]
    assert np.linalg.norm(middles[0] - middles[1]) < 0.5
    assert scene.isRegistered and "registered to the baseline" in scene.note


def testEverySurfaceIsClosedAndItsDriftIsTold(scene):
    for visit in scene.visits[:2]:
        assert all(layer.mesh.isWatertight for layer in visit.layers)
        assert abs(visit.lesionDriftPercent) < 2
        assert abs(visit.headDriftPercent) < 2


def testInnerWallOfTheRegeneratedPartDoesNotHideTheLesion(scene, measurement):
    layer = scene.visits[1].layer(styles.REGENERATED)
    shown = layer.shownMesh
    distances = np.linalg.norm(shown.points[shown.triangles].mean(axis=1) - [0, 0, 8], axis=1)
    # Balls of 12 and 8 mm about (0, 0, 8): only the outer one's surface is left.
    assert distances.min() > 9.5
    assert len(shown.triangles) > 0.5 * len(layer.mesh.triangles)


def testLesionStaysUnderTheSurfaceOfTheHead(shapes):
    """A lesion that reaches the head's surface does not flicker through it."""
    visit = shapes.visit("preop", 0, 12.0)
    head = visit.head.fullArray() != 0
    above = visit.head.grid.toRas(np.moveaxis(np.indices(head.shape), 0, -1)[..., ::-1])[..., 2] > 10
    visits = (dataclasses.replace(visit, lesion=Mask.fromArray(head & above, visit.head.grid)),)
    shown = regressionScene(visits, measureHip(visits, "male"), "right").visits[0]
    distance = vtkImplicitPolyDataDistance()
    distance.SetInput(polyDataOf(shown.layer(styles.HEAD).mesh))
    values = np.array([distance.EvaluateFunction(point) for point in shown.layer(styles.LESION).mesh.points[::3]])
    assert np.mean(values < 0) > 0.995
    assert np.median(values[values > -1]) == pytest.approx(-0.35, abs=0.15)


@pytest.mark.parametrize("registration", [None, moved(np.diag([1.0, 1.0, 1.0, 1.0]), "rejected")])
def testWithoutARegistrationEachVisitIsInItsOwnSpaceAndSaysSo(segments, measurement, registration):
    byLabel = {} if registration is None else {"3 months": registration}
    scene = regressionScene(segments, registered(measurement, byLabel), "right")
    later = scene.visits[1]
    assert [layer.key for layer in later.layers] == [styles.LESION, styles.HEAD]
    assert not scene.isRegistered
    assert "no accepted registration" in later.remark and not scene.visits[0].remark
    assert "may not be compared" in scene.note
    middle = later.layer(styles.HEAD).mesh.points.mean(axis=0)
    assert np.linalg.norm(middle - scene.visits[0].layer(styles.HEAD).mesh.points.mean(axis=0)) < 0.5


def testDoubtfulRegistrationIsUsedAndSaid(segments, measurement, backToBaseline):
    doubtful = registered(measurement, {"3 months": moved(backToBaseline, "doubtful")})
    visit = regressionScene(segments, doubtful, "left").visits[1]
    assert visit.layer(styles.REGENERATED) is not None
    assert "doubtful" in visit.remark


def testNewLesionIsShownAsNew(shapes):
    visits = (shapes.visit("preop", 0, 8.0), shapes.visit("3 months", 3, 13.0))
    measured = registered(measureHip(visits, "male"), {"3 months": moved()})
    later = regressionScene(visits, measured, "right").visits[1]
    grown = measured.visits[1].lesion.volumeMm3 - measured.visits[0].lesion.volumeMm3
    assert vtkVolumeMm3(later.layer(styles.NEW).mesh) == pytest.approx(grown, rel=0.15)
    assert later.layer(styles.REGENERATED) is None


def testUnchangedLesionShowsNoSlivers(shapes):
    visits = (shapes.visit("preop", 0, 12.0), shapes.visit("3 months", 3, 12.0, grid=shapes.gridAround(
        30.0, shiftMm=(0.2, 0.3, 1.7))))
    measured = registered(measureHip(visits, "male"), {"3 months": moved()})
    later = regressionScene(visits, measured, "right").visits[1]
    shown = sum(later.layer(key).mesh.volumeMm3 for key in (styles.NEW, styles.REGENERATED) if later.layer(key))
    assert shown < 0.03 * measured.visits[0].lesion.volumeMm3


@pytest.mark.parametrize("growthMm, isDrawn", [(1.2, False), (3.0, True)])
def testThinGrowthIsNotDrawnAndThickIs(growthMm, isDrawn):
    matrix = np.diag([0.7, 0.7, 0.7, 1.0])
    matrix[:3, 3] = -20.3
    grid = GridGeometry((59, 59, 59), matrix)
    distance = np.linalg.norm(grid.toRas(np.moveaxis(np.indices(grid.shapeKji), 0, -1)[..., ::-1]), axis=-1)
    before, after = (SmoothField((radius - distance).astype(np.float32), grid) for radius in (12.0, 12.0 + growthMm))
    new = isosurface(changeParts(before, after)[styles.NEW])
    assert new.isEmpty != isDrawn
    if isDrawn:
        assert new.volumeMm3 == pytest.approx(4 / 3 * np.pi * (15.0 ** 3 - 12.0 ** 3), rel=0.15)


def testSpecksAreNotDrawn():
    """A ball that appears apart from the lesion is drawn where it is more than a few voxels of a scan."""
    matrix = np.diag([0.7, 0.7, 0.7, 1.0])
    matrix[:3, 3] = -20.0
    grid = GridGeometry((59, 59, 59), matrix)
    points = grid.toRas(np.moveaxis(np.indices(grid.shapeKji), 0, -1)[..., ::-1])

    def ball(radius, height):
        return (radius - np.linalg.norm(points - (0.0, 0.0, height), axis=-1)).astype(np.float32)

    before = SmoothField(ball(8.0, -6.0), grid)
    for radius, isDrawn in ((1.7, False), (3.0, True)):
        after = SmoothField(np.maximum(before.values, ball(radius, 12.0)), grid)
        assert isosurface(changeParts(before, after)[styles.NEW]).isEmpty != isDrawn


def testLesionThatIsGoneAndOneNotMeasured(shapes):
    visits = (shapes.visit("preop", 0, 10.0), shapes.visit("3 months", 3, None),
              shapes.visit("12 months", 12, None, lesionAbsent=True))
    measured = registered(measureHip(visits, "male"), {"3 months": moved(), "12 months": moved()})
    scene = regressionScene(visits, measured, "right")
    assert [layer.key for layer in scene.visits[1].layers] == [styles.HEAD]
    assert [layer.key for layer in scene.visits[2].layers] == [styles.REGENERATED, styles.ORIGINAL, styles.HEAD]
    assert "not measured" in visitLines(measured.visits[1])[0]
    assert "no lesion left" in visitLines(measured.visits[2])[1]
    volume = measured.visits[0].lesion.volumeMm3
    assert scene.morph.months == (0, 12)
    assert scene.morph.lesion(6).volumeMm3 == pytest.approx(volume / 2, rel=0.01)
    assert scene.morph.lesion(12).isEmpty


@pytest.mark.parametrize(("endMonth", "remark", "noteCount"), [
    (11, "arthroplasty at month 11 (follow-up ended)", 0), (12, "arthroplasty at month 12 (follow-up ended)", 0),
    (14, "", 1)])
def testEndOfFollowUpIsSaidOnce(segments, measurement, endMonth, remark, noteCount):
    """At the first visit that it kept from being done, or below the pictures."""
    visits = (*segments[:2], VisitSegments("12 months", 12, done=False))
    measured = measureHip(visits, "male")
    scene = regressionScene(visits, measured, "right", end=CaseEnd("arthroplasty", endMonth))
    assert [visitRemark(visit, scene.end) for visit in scene.visits][2] == remark
    notes = [note for note in footnotes(scene) if note == f"Follow-up ended: arthroplasty at month {endMonth}."]
    assert len(notes) == noteCount
    assert remark.encode() in regressionGlb(scene, "203")
    assert not any("ended" in note for note in footnotes(dataclasses.replace(scene, end=None)))


def testVisitsWithoutAHeadOrWithoutAnything(shapes):
    visits = (shapes.visit("preop", 0, 10.0, None), shapes.visit("3 months", 3, 8.0, None))
    scene = regressionScene(visits, measureHip(visits, "male"), "left")
    assert [[layer.key for layer in visit.layers] for visit in scene.visits] == [[styles.LESION]] * 2
    assert scene.morph.percents is None
    empty = (VisitSegments("preop", 0), VisitSegments("3 months", 3, done=False))
    assert regressionScene(empty, measureHip(empty, "male"), "left") is None


@pytest.mark.parametrize("month", [0.0, 0.7, 1.5, 3.0])
def testLesionBetweenVisitsFollowsTheMeasuredCurve(scene, measurement, month):
    before, after = (measurement.visit(name).lesion.volumeMm3 for name in ("preop", "3 months"))
    mesh = scene.morph.lesion(month)
    assert mesh.isWatertight
    assert vtkVolumeMm3(mesh) == pytest.approx(before + (after - before) * month / 3, rel=0.01)


def testMovieIsShortAndPassesThroughEveryVisit(scene):
    shots = storyboard(scene)
    assert len(shots) <= 12 * FRAMES_PER_SECOND
    assert {shot.visit for shot in shots} == {0, 1, None}
    months = [shot.month for shot in shots if shot.visit is None]
    assert months == sorted(months)
    assert {0.0, 3.0} <= set(months)


def testOneVisitIsTurnedOnly(shapes):
    visits = (shapes.visit("preop", 0, 12.0),)
    scene = regressionScene(visits, measureHip(visits, "male"), "right")
    assert scene.morph is None
    assert {shot.visit for shot in storyboard(scene)} == {0}


@pytest.mark.parametrize("side", ["left", "right"])
def testViewsShowThePatientFromWhereTheySay(side):
    words = directionWords(side)
    anterior, superior, lateral = standardViewpoints(side)
    for view, toward, up, right in ((anterior, "anterior", "superior", "medial" if side == "right" else "lateral"),
                                    (superior, "superior", "anterior", "lateral" if side == "right" else "medial"),
                                    (lateral, "lateral", "superior", "anterior" if side == "right" else "posterior")):
        assert np.allclose(view.rotation() @ words[toward], [0, 0, 1])
        assert np.allclose(view.rotation() @ words[up], [0, 1, 0])
        assert np.allclose(view.rotation() @ words[right], [1, 0, 0])
    # The patient's right is on the viewer's left, as on a radiograph.
    assert np.allclose(anterior.rotation() @ [1, 0, 0], [-1, 0, 0])
    assert np.allclose(turnedViewpoint(side, 90).towardViewerRas, lateral.towardViewerRas)


def readGlb(data: bytes):
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON" and size % 4 == 0
    document = json.loads(data[20:20 + size])
    binarySize, kind = struct.unpack_from("<I4s", data, 20 + size)
    assert kind == b"BIN\0" and binarySize == len(data) - 28 - size
    return document, data[28 + size:]


def testModelHasANamedNodeForEveryVisitAndPart(scene):
    document, binary = readGlb(regressionGlb(scene, "101"))
    nodes = document["nodes"]
    root = nodes[document["scenes"][document["scene"]]["nodes"][0]]
    assert root["name"] == "Hip 101 (right)"
    visits = [nodes[index] for index in root["children"]]
    assert [visit["name"] for visit in visits] == ["preop (month 0)", "3 months", "12 months"]
    assert "children" not in visits[2] and visits[2]["extras"]["onv"] == "not done"
    parts = [nodes[index]["name"] for index in visits[1]["children"]]
    assert parts == [f"3 months: {styles.STYLES[layer.key].title}" for layer in scene.visits[1].layers]
    for mesh, layer in zip(document["meshes"], [layer for visit in scene.visits for layer in visit.layers]):
        primitive = mesh["primitives"][0]
        points = accessor(document, binary, primitive["attributes"]["POSITION"])
        triangles = accessor(document, binary, primitive["indices"]).reshape(-1, 3)
        normals = accessor(document, binary, primitive["attributes"]["NORMAL"])
        assert triangles.max() < len(points) == len(normals)
        assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-3)
        assert len(triangles) == len(layer.shownMesh.triangles)
        if layer.isInner is not None:
            continue
        first, second, third = np.moveaxis(points[triangles].astype(float), 1, 0)
        volume = np.einsum("ij,ij->", first, np.cross(second, third)) / 6
        assert volume * 1e9 == pytest.approx(layer.mesh.volumeMm3, rel=1e-3)
        # y is up, z is anterior, x is the patient's left.
        moved = (layer.mesh.points - scene.centerRas)[:, [0, 2, 1]] * [-1e-3, 1e-3, 1e-3]
        assert np.allclose(points, moved, atol=1e-6)


def accessor(document, binary, index) -> np.ndarray:
    entry = document["accessors"][index]
    view = document["bufferViews"][entry["bufferView"]]
    dtype, width = {5126: "<f4", 5125: "<u4"}[entry["componentType"]], {"VEC3": 3, "SCALAR": 1}[entry["type"]]
    assert view["byteOffset"] % 4 == 0
    values = np.frombuffer(binary, dtype, entry["count"] * width, view["byteOffset"]).reshape(entry["count"], width)
    if "min" in entry:
        assert np.allclose(values.min(axis=0), entry["min"]) and np.allclose(values.max(axis=0), entry["max"])
    return values


def testModelIsColoredAsTheLegendAndTranslucentWhereItIs(scene):
    document, _ = readGlb(regressionGlb(scene, "101"))
    materials = {material["name"]: material for material in document["materials"]}
    for style in (styles.STYLES[styles.HEAD], styles.STYLES[styles.PERSISTENT], styles.STYLES[styles.REGENERATED]):
        color = materials[style.title]["pbrMetallicRoughness"]["baseColorFactor"]
        shown = [12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in color[:3]]
        assert np.allclose(np.array(shown) * 255, style.colorRgb, atol=0.5)
        assert color[3] == style.opacity
        assert materials[style.title].get("alphaMode", "OPAQUE") == ("OPAQUE" if style.isOpaque else "BLEND")


def testModelIsReadByVtk(scene, tmp_path):
    reader = pytest.importorskip("vtkmodules.vtkIOGeometry").vtkGLTFReader()
    path = tmp_path / "regression.glb"
    path.write_bytes(regressionGlb(scene, "101"))
    reader.SetFileName(str(path))
    reader.Update()
    assert reader.GetOutput().GetNumberOfPoints() == sum(
        len(layer.mesh.points) for visit in scene.visits for layer in visit.layers)
