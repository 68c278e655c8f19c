"""What Slicer's side needs of the 3D pipeline: times of a timeline, movie files, named views, placements."""

import itertools
import os
import stat
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

pytest.importorskip("vtkmodules", reason="vtk is not installed")

from ONVolumetryLib.core.errors import FileError
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.scene3d import styles
from ONVolumetryLib.scene3d.moviefile import ANIMATION_WIDTH, animationSuffix, writeMovie
from ONVolumetryLib.scene3d.regressionscene import DOUBTFUL, REGISTERED, UNREGISTERED, regressionScene
from ONVolumetryLib.scene3d.smoothfield import fieldOfMask
from ONVolumetryLib.scene3d.surfaces import SKIN_MM, fieldAtVolume, halved, isosurface
from ONVolumetryLib.scene3d.timeline import MOST_FRAMES, timelineMonths
from ONVolumetryLib.scene3d.viewpoints import directionWords, namedViewpoint, standardViewpoints
from ONVolumetryLib.scene3d.visitfields import Placement

risingMonths = some.lists(some.integers(-12, 600), min_size=2, max_size=30, unique=True).map(sorted)


@given(risingMonths)
def testTimelineShowsEveryVisitThatThereIsRoomFor(months):
    frames = timelineMonths(months)
    assert len(frames) <= MOST_FRAMES
    assert frames == sorted(set(frames))
    assert (frames[0], frames[-1]) == (months[0], months[-1])
    if len(months) <= MOST_FRAMES:
        assert set(months) <= set(frames)
    else:
        assert set(frames) <= set(months)


def testStepsBetweenVisitsAreEqual():
    assert timelineMonths((0, 3, 12)) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 4.5, 6, 7.5, 9, 10.5, 12]


@pytest.mark.parametrize("side", ["left", "right"])
def testNamedViewsAreThoseOfTheProgram(side):
    for standard in standardViewpoints(side):
        np.testing.assert_array_equal(namedViewpoint(standard.name, side).rotation(), standard.rotation())
    for name, direction in directionWords(side).items():
        viewpoint = namedViewpoint(name, side)
        np.testing.assert_array_equal(viewpoint.towardViewerRas, direction)
        assert np.linalg.det(viewpoint.rotation()) == pytest.approx(1.0)
    assert namedViewpoint("medial", side).towardViewerRas[0] == (-1.0 if side == "right" else 1.0)


def testPlacementsWinOverTheMeasurement(shapes):
    segments = [shapes.visit("preop", 0, 12.0), shapes.visit("3 months", 3, 8.0), shapes.visit("12 months", 12, 6.0)]
    measurement = measureHip(segments, "male")
    scene = regressionScene(segments, measurement, "right", placements={
        "3 months": Placement(np.eye(4)), "12 months": Placement(np.eye(4), isDoubtful=True)})
    assert [visit.placement for visit in scene.visits] == [REGISTERED, REGISTERED, DOUBTFUL]
    assert scene.visits[1].layer(styles.REGENERATED) is not None
    alone = regressionScene(segments, measurement, "right", placements={})
    assert [visit.placement for visit in alone.visits] == [REGISTERED, UNREGISTERED, UNREGISTERED]


def testSurfacesThatTheHeadHoldsBackReachTheirVolume(shapes):
    """A cap along the head's surface: most of its surface cannot move when the level does."""
    grid = shapes.gridAround(30.0)
    head = shapes.maskOf(shapes.ball(24.0), grid)
    lesion = shapes.maskOf(shapes.cap(24.0, 5.0, np.array([0.3, 0.2, 0.93])), grid)
    visit = shapes.visit("preop", 0, 12.0)
    whole = halved(fieldOfMask(head, visit.stack))
    field = fieldOfMask(lesion, visit.stack)
    values = type(field)(field.sampledOn(whole.geometry), whole.geometry)
    target = lesion.voxelCount * grid.voxelVolumeMm3
    for wanted in (0.9 * target, target, 1.1 * target):
        surface = isosurface(fieldAtVolume(values, wanted, whole.values - np.float32(SKIN_MM)))
        assert surface.volumeMm3 == pytest.approx(wanted, rel=0.002)


def picturesOf(count, size=(64, 48)):
    """Frames whose red rises; each a NumPy array."""
    for index in range(count):
        frame = np.zeros((size[1], size[0], 3), np.uint8)
        frame[..., 0] = min(40 * index, 255)
        frame[:, : 4 * index + 4, 1] = 200
        yield frame


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def testAnimatedPictureHoldsEveryFrame(tmp_path, suffix):
    path = tmp_path / f"movie{suffix}"
    writeMovie(path, picturesOf(6), 10)
    with Image.open(path) as animation:
        assert (animation.n_frames, animation.size) == (6, (64, 48))
        for index in range(6):
            animation.seek(index)
            assert animation.convert("RGB").getpixel((60, 20))[0] == pytest.approx(40 * index, abs=12)
            assert animation.info["duration"] == 100
        assert animation.info.get("loop") == 0


def testAnimatedPictureIsMadeSmaller(tmp_path):
    path = tmp_path / f"movie{animationSuffix()}"
    writeMovie(path, picturesOf(2, (1280, 720)), 15)
    with Image.open(path) as animation:
        assert animation.size == (ANIMATION_WIDTH, 540)


def testMp4IsWrittenByTheGivenFfmpeg(tmp_path):
    encoder = pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed")
    path = tmp_path / "movie.mp4"
    writeMovie(path, picturesOf(8), 4, encoder.get_ffmpeg_exe())
    frames = encoder.read_frames(str(path))
    about = next(frames)
    assert (about["size"], about["codec"]) == ((64, 48), "h264")
    assert about["duration"] == pytest.approx(2.0, abs=0.3)


@pytest.mark.skipif(os.name == "nt", reason="a program made of a script, as Unix runs it")
@pytest.mark.parametrize("script, words", [
    ("#!/bin/sh\ncat > /dev/null\necho 'Unknown encoder libx264' >&2\nexit 1\n", "Unknown encoder"),
    ("#!/bin/sh\nexit 3\n", "ffmpeg cannot write it"), (None, "cannot be started")])
def testFfmpegThatFailsIsSaid(tmp_path, script, words):
    program = tmp_path / "ffmpeg"
    if script is not None:
        program.write_text(script)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(FileError, match=words):
        writeMovie(tmp_path / "movie.mp4", picturesOf(20, (320, 240)), 4, program)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts processes in the way of Linux")
def testCanceledMovieLeavesNoEncoderBehind(tmp_path):
    encoder = pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed")

    def frames():
        yield from itertools.islice(picturesOf(3), 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writeMovie(tmp_path / "movie.mp4", frames(), 4, encoder.get_ffmpeg_exe())
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
