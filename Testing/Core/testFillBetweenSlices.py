"""Slices filled between outlined ones: the volume of all slices outlined, the outlines kept, any lie of the grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ONVolumetryLib.core.errors import OutliningError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.outlining.areasbetween import interpolatedAreas
from ONVolumetryLib.core.outlining.betweenslices import fillBetweenSlices
from scipy import ndimage

PITCH_MM, PIXEL_MM = 4.5, 0.8
# Half-axes in mm of ellipsoids that are turned at random.
ELLIPSOIDS = ((20, 14, 17), (24, 9, 16), (13, 22, 18), (16, 16, 25))


def voxelized(isInside, size=(90, 90, 13), seed=0) -> Mask:
    """Voxels of a body about the middle of a scan whose slices lie anyhow."""
    shift = np.random.default_rng(seed).uniform(-0.5, 0.5, 3)
    places = [spacing * (np.arange(count) - (count - 1) / 2 + share)
              for count, spacing, share in zip(size, (PIXEL_MM, PIXEL_MM, PITCH_MM), shift)]
    points = np.stack(np.meshgrid(*places, indexing="ij"), axis=-1)
    return Mask.fromArray(isInside(points).transpose(2, 1, 0),
                          GridGeometry(size, np.diag([PIXEL_MM, PIXEL_MM, PITCH_MM, 1.0])))


def ellipsoid(axes, center=(0, 0, 0), seed=0):
    """Points inside an ellipsoid, turned at random; along the axes for the seed None."""
    basis = np.eye(3) if seed is None else np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return lambda points: np.linalg.norm((points - center) @ basis / axes, axis=-1) < 1


def outlines(body: Mask, step: int, start: int = 0) -> Mask:
    """Every `step`-th slice of a body, and its first and last."""
    kept = np.zeros(len(body.voxels), dtype=bool)
    kept[start::step] = kept[[0, -1]] = True
    return Mask(body.voxels & kept[:, None, None], body.offsetIjk, body.grid)


def filled(mask: Mask, axis: int = 2) -> np.ndarray:
    return fillBetweenSlices(mask, axis).mask.fullArray().astype(bool)


def errorPercent(body: Mask, step: int, start: int) -> float:
    return 100 * (np.count_nonzero(filled(outlines(body, step, start))) / body.voxelCount - 1)


@pytest.mark.parametrize("step, largest, average", [(2, 0.5, 0.2), (3, 1.0, 0.35)])
def testEllipsoidsHaveTheVolumeOfAllSlicesOutlined(step, largest, average):
    errors = [abs(errorPercent(voxelized(ellipsoid(axes, seed=number), seed=number), step, start))
              for number, axes in enumerate(ELLIPSOIDS) for start in range(step)]
    assert max(errors) < largest
    assert np.mean(errors) < average


@pytest.mark.parametrize("step, largest", [(2, 2.0), (3, 4.0)])
def testCapsOfABallHaveTheVolumeOfAllSlicesOutlined(shapes, step, largest):
    for number, direction in enumerate(((0.6, 0, 0.8), (0, 1, 0), (-0.5, 0.7, 0.5))):
        isInside = shapes.cap(25.0, 20.0, direction / np.linalg.norm(direction))
        for start in range(step):
            assert abs(errorPercent(voxelized(isInside, seed=number), step, start)) < largest, (direction, start)


def testOutlinesStayAndOnlyTheSlicesBetweenAreFilled():
    body = voxelized(ellipsoid((20, 14, 17)))
    given = outlines(body, 3, 1)
    found = fillBetweenSlices(given, 2)
    before, after = given.fullArray(), found.mask.fullArray()
    isOutlined = before.any(axis=(1, 2))
    assert np.array_equal(after[isOutlined], before[isOutlined])
    between = np.arange(np.flatnonzero(isOutlined)[0], np.flatnonzero(isOutlined)[-1] + 1)
    assert found.interpolatedSlices == tuple(index for index in between if not isOutlined[index])
    assert np.array_equal(np.flatnonzero(after.any(axis=(1, 2))), between)


def testBodyMayBeWiderBetweenItsOutlines():
    body = voxelized(ellipsoid((20, 20, 20), seed=None))
    truth = body.fullArray() > 0
    widest = int(np.argmax(truth.sum(axis=(1, 2))))
    isEmpty = np.isin(np.arange(len(truth)), (widest, widest + 1))
    found = filled(Mask.fromArray(truth & ~isEmpty[:, None, None], body.grid))
    assert found[widest].sum() * PIXEL_MM**2 == pytest.approx(np.pi * 400, rel=0.03)
    assert np.count_nonzero(found[widest] != truth[widest]) < 0.03 * truth[widest].sum()


def testOneOutlineOnEachSideIsEnough():
    body = voxelized(lambda points: (np.linalg.norm(points[..., :2], axis=-1) < 12) & (abs(points[..., 2]) < 8))
    assert 3 <= np.count_nonzero(body.voxels.any(axis=(1, 2))) <= 4
    assert errorPercent(body, 100, 0) == pytest.approx(0, abs=0.5)


def testHolesStay():
    def isInside(points):
        distance, place = np.linalg.norm(points[..., :2], axis=-1), points[..., 2]
        return (distance < 22 - place**2 / 60) & (distance > 8 + place / 5) & (abs(place) < 20)

    body = voxelized(isInside)
    for inside, truth in zip(filled(outlines(body, 3)), body.fullArray() > 0):
        hole, trueHole = (np.count_nonzero(ndimage.binary_fill_holes(array) & ~array) for array in (inside, truth))
        assert 0.6 * trueHole <= hole <= 1.4 * trueHole
        assert np.count_nonzero(inside) == pytest.approx(np.count_nonzero(truth), rel=0.04)


def testIslandsStayApart():
    left, right = ellipsoid((12, 12, 22), (-17, 0, 0), 3), ellipsoid((12, 14, 20), (17, 0, 0), 3)
    body = voxelized(lambda points: left(points) | right(points))
    found = filled(outlines(body, 3, 1))
    truth = body.fullArray() > 0
    assert 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + body.voxelCount) > 0.96
    assert np.count_nonzero(found) == pytest.approx(body.voxelCount, rel=0.04)


@pytest.mark.parametrize("step, dice", [(2, 0.96), (3, 0.93)])
def testIslandThatBeginsLaterDoesNotDragTheOther(step, dice):
    first, second = ellipsoid((11, 13, 20), (-16, 0, -7), None), ellipsoid((12, 11, 20), (16, 0, 7), None)
    body = voxelized(lambda points: first(points) | second(points))
    for start in range(step):
        found, truth = filled(outlines(body, step, start)), body.fullArray() > 0
        assert 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + body.voxelCount) > dice, start


def testObliqueColumnDoesNotVanish():
    body = voxelized(lambda points: (np.linalg.norm(points[..., :2] - 1.5 * points[..., 2:] * (1, 0), axis=-1) < 5)
                     & (abs(points[..., 2]) < 18))
    found, truth = filled(outlines(body, 3)), body.fullArray() > 0
    assert 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + body.voxelCount) > 0.93


def testUnevenOutlinesLeaveNoWaist():
    areas = interpolatedAreas(np.array([0, 1, 2, 8]), np.array([100.0, 110.0, 100.0, 100.0]), np.arange(3, 8))
    assert np.all(areas > 55) and np.all(areas <= 100)
    assert np.all(interpolatedAreas(np.array([0, 1, 9]), np.array([900.0, 100.0, 800.0]), np.arange(2, 9)) >= 0)


def testOutlinesAtTheEdgeOfTheImage():
    body = voxelized(ellipsoid((18, 18, 22)), size=(30, 90, 11))
    found = filled(outlines(body, 2))
    truth = body.fullArray() > 0
    assert truth[:, :, [0, -1]].any(), "the body does not reach the edge"
    assert 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + body.voxelCount) > 0.98


def testOutlineMayFillTheImage():
    whole = np.zeros((8, 16, 17), dtype=bool)
    whole[[2, 5]] = whole[[0, 7], 3:12, 3:12] = True
    grid = GridGeometry(whole.shape[::-1], np.diag([0.8, 0.8, 4, 1.0]))
    found = filled(Mask.fromArray(whole, grid))
    assert found[2:6].all()
    assert not found[1, 0].any(), "the slice beside a smaller outline is smaller"
    assert np.array_equal(filled(Mask.fromArray(np.flip(whole, (1, 2)), grid)), np.flip(found, (1, 2)))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]))
def testLieOfTheGridDoesNotMatter(seed, step):
    random = np.random.default_rng(seed)
    parts = [ellipsoid(random.uniform(5, 14, 3), random.uniform(-5, 5, 3), int(random.integers(1e6)))
             for _ in range(2)]
    body = voxelized(lambda points: parts[0](points) | parts[1](points), size=(72, 66, 9), seed=seed)
    given = outlines(body, step, int(random.integers(step)))
    if np.count_nonzero(given.voxels.any(axis=(1, 2))) in (1, len(given.voxels)):
        return
    array, matrix, expected = given.fullArray(), np.diag([PIXEL_MM, PIXEL_MM, PITCH_MM, 1.0]), filled(given)
    for axes in ((0,), (1,), (2,), (0, 1, 2)):
        mirrored = Mask.fromArray(np.flip(array, axes), given.grid)
        assert np.array_equal(np.flip(filled(mirrored), axes), expected), f"mirrored along {axes}"
    turned = Mask.fromArray(np.rot90(array, axes=(1, 2)), GridGeometry((66, 72, 9), matrix))
    assert np.array_equal(np.rot90(filled(turned), -1, axes=(1, 2)), expected), "turned by 90 degrees"
    moved = np.pad(array, ((3, 1), (4, 0), (7, 2)))
    further = Mask.fromArray(moved, GridGeometry(moved.shape[::-1], matrix))
    assert np.array_equal(filled(further)[3:-1, 4:, 7:-2], expected), "moved"
    swapped = Mask.fromArray(array.transpose(2, 1, 0), GridGeometry((9, 66, 72), matrix[[2, 1, 0, 3]][:, [2, 1, 0, 3]]))
    assert np.array_equal(filled(swapped, 0).transpose(2, 1, 0), expected), "slices along I"


@pytest.mark.parametrize("step, text", [(1, "nothing to fill"), (None, "at least two slices")])
def testWithoutAGapItIsRefused(step, text):
    body = voxelized(ellipsoid((20, 14, 17)))
    single = Mask(body.voxels & (np.arange(len(body.voxels)) == 3)[:, None, None], body.offsetIjk, body.grid)
    with pytest.raises(OutliningError, match=text):
        fillBetweenSlices(single if step is None else outlines(body, step), 2)


def testGapThatIsTooWideIsRefusedButThinSlicesAreNot():
    body = voxelized(ellipsoid((20, 14, 17)))
    ends = np.flatnonzero(body.voxels.any(axis=(1, 2)))[[0, -1]]
    only = Mask(body.voxels & np.isin(np.arange(len(body.voxels)), ends)[:, None, None], body.offsetIjk, body.grid)
    first, last = ends + body.offsetIjk[2] + 1
    with pytest.raises(OutliningError, match=f"between slice {first} and slice {last}.*every second or third slice"):
        fillBetweenSlices(only, 2)
    thin = np.array(body.grid.ijkToRas)
    thin[:3, 2] /= 8
    near = Mask(only.voxels, only.offsetIjk, GridGeometry(body.grid.sizeIjk, thin))
    assert len(fillBetweenSlices(near, 2).interpolatedSlices) == last - first - 1
