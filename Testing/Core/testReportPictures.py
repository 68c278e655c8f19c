"""Pictures of slices: turned as a radiologist expects, with outlines where the segments are."""

import base64
import io
import re
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.files.volumeimage import VolumeImage
from ONVolumetryLib.report.contours import enclosedArea, maskOutlines
from ONVolumetryLib.report.planes import directionLetters, displayPlane
from ONVolumetryLib.report.plotaxes import niceStep, upwardScale
from ONVolumetryLib.report.reportinput import ReportVisit
from ONVolumetryLib.report.sampling import maskOnGrid
from ONVolumetryLib.report.slicechoice import chosenSlices, cutOut, pictureSource
from ONVolumetryLib.report.slicepictures import picturesSection
from PIL import Image

RADIUS = 20.0
RIGHT, ANTERIOR, SUPERIOR = np.eye(3)


def signedAxes():
    """Every way in which I, J and K can run along the patient's axes, of both handednesses."""
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            yield np.eye(3)[:, list(order)] * signs


def gridAround(directions: np.ndarray, spacing, extentMm: float = 90.0, center=(0.0, 0.0, 0.0)) -> GridGeometry:
    size = tuple(int(np.ceil(extentMm / step)) for step in spacing)
    matrix = np.eye(4)
    matrix[:3, :3] = directions * np.asarray(spacing)
    matrix[:3, 3] = np.asarray(center) - matrix[:3, :3] @ ((np.array(size) - 1) / 2)
    return GridGeometry(size, matrix)


def positions(grid: GridGeometry) -> np.ndarray:
    return grid.toRas(np.moveaxis(np.indices(grid.shapeKji), 0, -1)[..., ::-1])


def ball(grid: GridGeometry, center=(0.0, 0.0, 0.0), radius: float = RADIUS) -> np.ndarray:
    return np.linalg.norm(positions(grid) - np.asarray(center), axis=-1) < radius


def markedVisit(image: GridGeometry, outlined: GridGeometry | None = None) -> ReportVisit:
    """A head whose right-superior-anterior quarter shines brightest, with a lesion at its top."""
    outlined = outlined or image
    place = positions(image)
    voxels = np.where(ball(image), 200.0, 50.0) + 4.0 * place[..., 0] + 2.0 * place[..., 1] + 1.0 * place[..., 2]
    lesion = ball(outlined) & ball(outlined, 15 * SUPERIOR, 9)
    return ReportVisit(VisitSegments("preop", 0, Mask.fromArray(ball(outlined), outlined),
                                     Mask.fromArray(lesion, outlined), stack=sliceStackOfGrid(outlined)),
                       VolumeImage(voxels, image))


def figures(visit: ReportVisit) -> list:
    section = picturesSection(measureHip([visit.segments], "male"), [visit])
    return [figure for part in section for figure in part.iter("figure")]


def pixels(figure) -> np.ndarray:
    data = figure.find(".//image").get("href").split(",")[1]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))).astype(float)


def letters(figure) -> dict[str, str]:
    return {text.get("class").split()[1]: text.text for text in figure.iter("text") if " " in text.get("class")}


def outlines(figure, name: str) -> list[np.ndarray]:
    """Points (n, 2) in mm of every outline of a segment."""
    paths = [path.get("d") for path in figure.iter("path") if path.get("class") == f"outline {name}"]
    return [np.array([[float(value) for value in point.split(",")] for point in ring.split("L")])
            for path in paths for ring in re.findall("M([^Z]*)Z", path)]


def outlineArea(figure, name: str) -> float:
    return enclosedArea(outlines(figure, name))


def sphereCenter(figure) -> np.ndarray:
    circle = figure.find(".//circle")
    return np.array([float(circle.get("cx")), float(circle.get("cy"))])


@pytest.mark.parametrize("directions", list(signedAxes()))
@pytest.mark.parametrize("thickAxis", [0, 1, 2])
def testPatientRightIsOnTheLeftWhateverTheGrid(directions, thickAxis):
    spacing = np.where(np.arange(3) == thickAxis, 5.0, 1.2)
    figure = figures(markedVisit(gridAround(directions, spacing, 56.0)))[0]
    shown = pixels(figure)
    normal = np.argmax(np.abs(directions[:, thickAxis]))
    middle = shown.shape[0] // 2, shown.shape[1] // 2
    left, right = shown[:, :middle[1]].mean(), shown[:, -middle[1]:].mean()
    top, bottom = shown[:middle[0]].mean(), shown[-middle[0]:].mean()
    # Brightness rises toward right, anterior and superior; all three are at the left or the top of their views.
    assert left > right
    assert top > bottom
    expected = ({"left": "A", "right": "P", "top": "S", "bottom": "I"},
                {"left": "R", "right": "L", "top": "S", "bottom": "I"},
                {"left": "R", "right": "L", "top": "A", "bottom": "P"})[normal]
    assert letters(figure) == expected
    assert ("Sagittal", "Coronal", "Axial")[normal] in figure.find(".//strong").text


def testObliqueGridSaysSoAndKeepsItsLetters():
    turned = np.array([[np.cos(0.4), -np.sin(0.4), 0], [np.sin(0.4), np.cos(0.4), 0], [0, 0, 1]])
    grid = gridAround(turned @ np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (1.0, 1.0, 4.0))
    plane = displayPlane(grid, 2)
    assert plane.name == "oblique coronal"
    assert plane.edgeLetters()["left"] == "RA"
    assert directionLetters((0.1, -0.99, 0.0)) == "P"


def testPixelFindsThePointThatTheSliceShows():
    for directions in signedAxes():
        grid = gridAround(directions, (1.0, 1.5, 2.0), 12.0)
        rng = np.random.default_rng(2)
        array = np.zeros(grid.shapeKji)
        pointIjk = [int(rng.integers(size)) for size in grid.sizeIjk]
        array[tuple(pointIjk[::-1])] = 1.0
        for axis in range(3):
            plane = displayPlane(grid, axis)
            row, column = np.argwhere(plane.slice(array, pointIjk[axis]))[0]
            assert plane.pixel(pointIjk, grid.sizeIjk) == (column, row)


def testOutlinesHoldTheAreasOfTheSegments():
    visit = markedVisit(gridAround(np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (0.7, 0.9, 4.0)))
    source = pictureSource(visit)
    cut = cutOut(source, source.sideMm)
    for chosen, figure in zip(chosenSlices(source, cut), figures(visit)):
        for name, mask in (("head", cut.head), ("lesion", cut.lesion)):
            area = np.count_nonzero(chosen.plane.slice(mask, chosen.index)) * 0.7 * 0.9
            assert outlineArea(figure, name) == pytest.approx(area, abs=0.7 * 0.9)


def testSegmentsOnAnotherGridAreDrawnWhereTheyAreInThePatient():
    image = gridAround(np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (0.7, 0.7, 4.0), center=(3.0, -2.0, 4.0))
    outlined = gridAround(np.column_stack([SUPERIOR, RIGHT, -ANTERIOR]), (0.6, 0.5, 2.1), 70.0)
    same, other = (figures(markedVisit(image, grid)) for grid in (None, outlined))
    assert len(same) == len(other)
    for expected, drawn in zip(same, other):
        assert outlineArea(drawn, "head") == pytest.approx(outlineArea(expected, "head"), rel=0.05)
        places = [np.concatenate(outlines(figure, "lesion")).mean(axis=0) - sphereCenter(figure)
                  for figure in (expected, drawn)]
        assert places[0] == pytest.approx(places[1], abs=0.7)


def testSphereIsDrawnAroundTheHead():
    figure = figures(markedVisit(gridAround(np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (0.7, 0.7, 4.0))))[2]
    points = np.concatenate(outlines(figure, "head"))
    distances = np.linalg.norm(points - sphereCenter(figure), axis=1)
    assert distances == pytest.approx(float(figure.find(".//circle").get("r")), abs=0.7)


def testThickSlicesShowTheLargestLesionSectionAndNeighborsOnly():
    shown = figures(markedVisit(gridAround(np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (0.7, 0.7, 2.0))))
    captions = ["".join(figure.find("figcaption").itertext()) for figure in shown]
    assert len(shown) == 5
    assert sum("largest section of the lesion" in caption for caption in captions) == 1
    assert all("Coronal" in caption and "lesion" in caption for caption in captions)


def testSlicesRunFromPosteriorToAnteriorWhateverTheGrid():
    captions = []
    for sign in (1.0, -1.0):
        grid = gridAround(np.column_stack([-RIGHT, -SUPERIOR, sign * ANTERIOR]), (0.7, 0.7, 4.0))
        lesion = Mask.fromArray(ball(grid) & ball(grid, (0, 6, 12), 10), grid)
        segments = VisitSegments("preop", 0, Mask.fromArray(ball(grid), grid), lesion, stack=sliceStackOfGrid(grid))
        captions.append([figure.find("figcaption").find("br").tail for figure in figures(ReportVisit(segments))])
    assert captions[0] == captions[1]
    assert captions[0] != captions[0][::-1]


def testCubicVoxelsShowThreePlanes():
    shown = figures(markedVisit(gridAround(np.eye(3), (1.0, 1.0, 1.0))))
    assert [figure.find(".//strong").text.split(",")[0] for figure in shown] == ["Coronal", "Axial", "Sagittal"]


def testPixelsThatAreNotSquareAreShownInMillimeters():
    figure = figures(markedVisit(gridAround(np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (0.5, 1.0, 4.0))))[0]
    image, shown = figure.find(".//image"), pixels(figure)
    assert float(image.get("width")) / shown.shape[1] == pytest.approx(0.5, abs=1e-3)
    assert float(image.get("height")) / shown.shape[0] == pytest.approx(1.0, abs=1e-3)
    _, _, width, height = (float(value) for value in figure.find("svg").get("viewBox").split())
    assert width == height


def testVisitWithoutImageShowsItsOutlinesOnly():
    visit = markedVisit(gridAround(np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (0.7, 0.7, 4.0)))
    without = ReportVisit(visit.segments)
    assert all(figure.find(".//image") is None for figure in figures(without))
    for expected, drawn in zip(figures(visit), figures(without)):
        assert outlineArea(drawn, "head") == pytest.approx(outlineArea(expected, "head"), abs=0.5)
    far = VolumeImage(visit.image.voxels, gridAround(np.eye(3), (1.0, 1.0, 1.0), center=(500.0, 0, 0)))
    section = picturesSection(measureHip([visit.segments], "male"), [ReportVisit(visit.segments, far)])
    assert any("The image does not reach the head" in (part.text or "") for part in section)


def testHeadAtTheEdgeOfTheImageIsPaddedAndConstantImagesAreShown():
    image = gridAround(np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (0.7, 0.7, 4.0), 30.0, center=(15.0, 0, 10.0))
    outlined = gridAround(np.column_stack([-RIGHT, -SUPERIOR, ANTERIOR]), (0.7, 0.7, 4.0))
    visit = markedVisit(image, outlined)
    assert pixels(figures(visit)[0]).min() == 0
    flat = ReportVisit(visit.segments, VolumeImage(np.full(image.shapeKji, 7, dtype=np.int16), image))
    assert figures(flat)


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def testOutlinesAreClosedAroundEveryMask(mask):
    found = maskOutlines(mask)
    assert bool(found) == bool(mask.any())
    for points in found:
        steps = np.abs(points - np.roll(points, -1, axis=0)).max(axis=1)
        assert len(points) >= 4
        assert np.all(steps <= 1.0)
    # Every part loses half a pixel at its corners and every hole half a pixel too, so this many at most.
    assert enclosedArea(found) == pytest.approx(np.count_nonzero(mask), abs=0.5 * len(found) + 1e-9)


def testMaskOnAFinerGridKeepsItsVolume():
    coarse, fine = gridAround(np.eye(3), (2.0, 2.0, 2.0), 60.0), gridAround(np.eye(3), (0.5, 0.5, 0.5), 60.0)
    mask = Mask.fromArray(ball(coarse), coarse)
    assert np.count_nonzero(maskOnGrid(mask, fine)) == 64 * mask.voxelCount


@given(st.floats(1e-6, 1e6), st.integers(2, 10))
def testAxesHaveFewRoundTicks(highest, count):
    assert highest / niceStep(highest, count) <= count + 1e-6
    scale = upwardScale(highest, 200.0, 250.0)
    assert 2 <= len(scale.ticks) <= 7
    assert scale.high >= highest * (1 - 1e-9)
    assert scale.place(0.0) == 250.0
    assert scale.place(scale.high) == pytest.approx(50.0)
