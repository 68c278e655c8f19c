"""Pictures and movie as rendered offscreen: what is on them, and what happens without OpenGL."""

import dataclasses
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("vtkmodules", reason="vtk is not installed")

from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.program.regressionfiles import regressionFiles
from ONVolumetryLib.scene3d import annotation, styles
from ONVolumetryLib.scene3d.drawing import prepare
from ONVolumetryLib.scene3d.lettering import drawText, shortened, textWidth, wrapped
from ONVolumetryLib.scene3d.panels import CELL, HEADER_HEIGHT, MARGIN, TITLE_HEIGHT
from ONVolumetryLib.scene3d.regressionscene import regressionScene

# Draws in a process of its own: without OpenGL VTK ends the process that it is in.
SCRIPT = """
import pickle, sys
import numpy as np
from pathlib import Path
from ONVolumetryLib.core.hip import CaseEnd
from ONVolumetryLib.scene3d.movie import movieFrames
from ONVolumetryLib.scene3d.panels import regressionPicture
from ONVolumetryLib.scene3d.regressionscene import regressionScene
from ONVolumetryLib.scene3d.storyboard import storyboard
folder = Path(sys.argv[1])
segments, measurement = pickle.loads((folder / "hip.pickle").read_bytes())
scene = regressionScene(segments, measurement, "right", end=CaseEnd("arthroplasty", 11.0))
regressionPicture(scene, "101").save(folder / "picture.png")
shots = storyboard(scene)
chosen = [shots[index] for index in (0, 20, 45, 65, len(shots) - 20)]
np.save(folder / "frames.npy", np.stack(list(movieFrames(scene, "101", chosen))))
"""
NEAR = 60
REMARK_COLOR = (160, 60, 0)


@pytest.fixture(scope="module")
def hip(shapes):
    segments = (shapes.visit("preop", 0, 13.0), shapes.visit("3 months", 3, 9.0),
                VisitSegments("12 months", 12, done=False))
    measured = measureHip(segments, "male")
    later = dataclasses.replace(measured.visits[1])
    object.__setattr__(later, "registration", SimpleNamespace(followupToBaselineRas=np.eye(4), verdict="accepted"))
    return segments, dataclasses.replace(measured, visits=(measured.visits[0], later, measured.visits[2]))


def inProcess(repository: Path, arguments, **variables):
    environment = {**os.environ, "PYTHONPATH": str(repository / "ONVolumetry"), **variables}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def drawn(hip, repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "hip.pickle").write_bytes(pickle.dumps(hip))
    done = inProcess(repository, ["-c", SCRIPT, str(folder)])
    if done.returncode not in (0, 1):
        pytest.skip("this computer has no OpenGL (neither EGL nor OSMesa)")
    assert done.returncode == 0, done.stderr
    return np.asarray(Image.open(folder / "picture.png").convert("RGB")), np.load(folder / "frames.npy")


def share(picture: np.ndarray, color) -> float:
    """Share of the pixels near a color, in brightness not narrower than shading makes it."""
    pixels = picture.reshape(-1, 3).astype(float)
    wanted = np.array(color, dtype=float)
    scale = (pixels @ wanted) / (wanted @ wanted)
    away = np.linalg.norm(pixels - scale[:, None] * wanted, axis=1)
    return float(np.mean((away < NEAR) & (scale > 0.45) & (scale < 1.15)))


def panels(picture: np.ndarray) -> list[np.ndarray]:
    """The drawn part of each visit's column."""
    top = TITLE_HEIGHT + HEADER_HEIGHT
    return [picture[top:top + 3 * CELL[1], left:left + CELL[0]]
            for left in range(MARGIN, picture.shape[1] - CELL[0], CELL[0] + MARGIN)]


def testEveryPartIsSeenInTheColorOfTheLegend(drawn):
    preop, later, missing = panels(drawn[0])
    lesion, regenerated = styles.STYLES[styles.LESION].colorRgb, styles.STYLES[styles.REGENERATED].colorRgb
    assert 0.05 < share(preop, lesion) < 0.5
    assert share(preop, regenerated) < 0.002
    assert 0.01 < share(later, lesion) < share(preop, lesion)
    green = annotation.legendColor(styles.STYLES[styles.REGENERATED])
    assert green[1] > 1.5 * green[0]
    assert share(later, green) > 0.02
    head = annotation.legendColor(styles.STYLES[styles.HEAD])
    for panel in (preop, later):
        assert share(panel[panel.min(axis=2) < 250], head) > 0.3
    assert missing.min() == 255


def testVisitAfterTheEndOfFollowUpSaysWhatEndedIt(drawn):
    headers = [drawn[0][TITLE_HEIGHT:TITLE_HEIGHT + HEADER_HEIGHT, left:left + CELL[0]]
               for left in (MARGIN + index * (CELL[0] + MARGIN) for index in range(3))]
    red = [np.mean(np.abs(header.astype(int) - REMARK_COLOR).max(axis=2) < 40) for header in headers]
    assert red[2] > 0.01 and red[0] == 0.0


def testNothingTouchesTheEdgeOfAView(drawn):
    for panel in panels(drawn[0])[:2]:
        for row in range(3):
            cell = panel[row * CELL[1]:(row + 1) * CELL[1]].astype(int)
            colorful = np.ptp(cell, axis=2) > 25
            rows, columns = np.nonzero(colorful)
            assert rows.min() > 10 and columns.min() > 10
            assert rows.max() < CELL[1] - 10 and columns.max() < CELL[0] - 10


def testSameCameraAtEveryVisit(drawn):
    """The head fills the same pixels at both visits."""
    preop, later, _ = (panel.min(axis=2) < 245 for panel in panels(drawn[0]))
    assert np.mean(preop != later) < 0.02


def testScaleBarIsTrue(drawn, hip):
    """The head's width over the bar's length is its width in mm over 20."""
    panel = panels(drawn[0])[0]
    anterior = panel[:CELL[1]].astype(int)
    bar = np.flatnonzero(np.all(anterior[CELL[1] - 8] < 120, axis=1))
    body = np.flatnonzero((anterior[CELL[1] // 2 - 40] < 245).any(axis=1))
    body = body[(body > 70) & (body < CELL[0] - 70)]
    width = 20.0 * np.ptp(body) / np.ptp(bar)
    radius = hip[1].visits[0].sphere.radiusMm
    assert 1.4 * radius < width <= 2.1 * radius


def testNoFrameIsEmptyAndTheLesionShrinks(drawn):
    lesion = styles.STYLES[styles.LESION].colorRgb
    frames = drawn[1]
    assert frames.shape == (5, 720, 1280, 3)
    for frame in frames:
        assert share(frame[:, :720], lesion) > 0.005
        assert np.mean(frame[:, 720:].min(axis=2) < 200) > 0.01
    assert share(frames[3][:, :720], lesion) < 0.9 * share(frames[2][:, :720], lesion)
    for frame in frames:
        border = np.concatenate([frame[:4, :720].reshape(-1, 3), frame[:680, :3].reshape(-1, 3)])
        assert border.min() == 255


@pytest.mark.parametrize("window", ["vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow", "vtkXOpenGLRenderWindow"])
@pytest.mark.usefixtures("drawn")
def testWhateverWindowIsAskedForSomethingIsDrawn(hip, repository, tmp_path, window):
    """VTK takes another kind where the one asked for does not work."""
    (tmp_path / "hip.pickle").write_bytes(pickle.dumps(hip))
    script = SCRIPT.split("shots =", maxsplit=1)[0]
    done = inProcess(repository, ["-c", script, str(tmp_path)], VTK_DEFAULT_OPENGL_WINDOW=window)
    assert done.returncode == 0, done.stderr
    picture = np.asarray(Image.open(tmp_path / "picture.png").convert("RGB"))
    assert share(panels(picture)[0], styles.STYLES[styles.LESION].colorRgb) > 0.05


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="libraries are hidden in the way of Linux")
def testWithoutOpenGlTheRestIsWrittenAndOneLineSaysWhy(repository, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("EGL.so.1", "EGL.so", "OSMesa.so", "OSMesa.so.6", "OSMesa.so.8", "GL.so.1", "GL.so", "GLX.so.0",
                 "OpenGL.so.0", "X11.so.6", "X11.so"):
        (broken / f"lib{name}").write_text("not a library")
    made = inProcess(repository, ["-m", "ONVolumetryLib.cli", "phantom", "--output", str(tmp_path / "hip"),
                                  "--spacing", "2.5", "2.5", "5", "--percent", "20", "10"])
    assert made.returncode == 0, made.stderr
    results = tmp_path / "results"
    stale = results / "phantom" / "regression.png"
    stale.parent.mkdir(parents=True)
    stale.write_text("of an earlier measurement")
    done = inProcess(repository, ["-m", "ONVolumetryLib.cli", "measure", str(tmp_path / "hip"), "--output",
                                  str(results)], LD_LIBRARY_PATH=str(broken))
    assert done.returncode == 0, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("note: ") and "no OpenGL" in lines[0]
    assert {path.name for path in (results / "phantom").iterdir() if "regression" in path.name} == {"regression.glb"}
    assert (results / "phantom" / "report.html").exists()
    assert len(json.loads((results / "measurements.json").read_text())["hips"]) == 1


@pytest.mark.usefixtures("drawn")
def testMovieIsOneThatPlayersOpen(hip, tmp_path):
    encoder = pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed")
    made = regressionFiles(hip[0], hip[1], "right", "101", isRendered=True)
    assert made.notes == ()
    assert set(made.files) == {"regression.png", "regression.mp4", "regression.glb"}
    assert made.files["regression.png"].startswith(b"\x89PNG") and len(made.files["regression.png"]) < 1_000_000
    path = tmp_path / "movie.mp4"
    path.write_bytes(made.files["regression.mp4"])
    assert path.stat().st_size < 5_000_000
    frames = encoder.read_frames(str(path))
    about = next(frames)
    assert about["size"] == (1280, 720)
    assert about["duration"] <= 12.1
    assert about["codec"].startswith("h264")
    for frame in list(frames)[::12]:
        picture = np.frombuffer(frame, np.uint8).reshape(720, 1280, 3)
        assert share(picture[:, :720], styles.STYLES[styles.LESION].colorRgb) > 0.004


@pytest.mark.usefixtures("drawn")
def testPictureIsDrawnInAProcessOfItsOwn(hip, repository, tmp_path):
    prepare(tmp_path, regressionScene(*hip, "right"), "101")
    path = tmp_path / "regression.png"
    done = inProcess(repository, ["-m", "ONVolumetryLib.scene3d.drawing", str(tmp_path), str(path)])
    assert done.returncode == 0, done.stderr
    picture = np.asarray(Image.open(path).convert("RGB"))
    assert share(panels(picture)[0], styles.STYLES[styles.LESION].colorRgb) > 0.05
    arguments = ["-m", "ONVolumetryLib.scene3d.drawing", str(tmp_path), str(tmp_path / "no" / "a.png")]
    done = inProcess(repository, arguments)
    assert done.returncode == 2 and "No such file" in done.stderr.splitlines()[-1]


WITHOUT = """
import pickle, sys
from pathlib import Path
sys.modules[sys.argv[2]] = None
segments, measurement = pickle.loads(Path(sys.argv[1]).read_bytes())
from ONVolumetryLib.program.regressionfiles import regressionFiles
made = regressionFiles(segments, measurement, "right", "101", isRendered=sys.argv[2] == "vtkmodules")
assert made.files == {}
if sys.argv[2] == "vtkmodules":
    assert made.viewer is None
    assert "pip install vtk" in made.notes[0]
else:
    from ONVolumetryLib.program.regressionworker import writeMovie
    print(writeMovie(None, "101", Path("regression.mp4")))
"""


@pytest.mark.parametrize("package, remedy", [("vtkmodules", ""), ("imageio_ffmpeg", "pip install imageio-ffmpeg")])
def testMissingPackageIsNamedWithItsRemedy(hip, repository, tmp_path, package, remedy):
    (tmp_path / "hip.pickle").write_bytes(pickle.dumps(hip))
    done = inProcess(repository, ["-c", WITHOUT, str(tmp_path / "hip.pickle"), package])
    assert done.returncode == 0, done.stderr
    assert remedy in done.stdout


def testNoRenderLeavesTheFilesOutAndKeepsTheView(hip):
    made = regressionFiles(hip[0], hip[1], "right", "101", isRendered=False)
    assert made.files == {} and made.notes == ()
    assert [len(visit.parts) for visit in made.viewer.visits] == [2, 4, 0]


def testWordsFitTheirPlace():
    assert textWidth(shortened("a very long name of a visit " * 4, 20, 300), 20) <= 300
    assert shortened("short", 20, 300) == "short"
    lines = wrapped("words " * 40, 15, 200)
    assert len(lines) > 3 and all(textWidth(line, 15) <= 200 for line in lines)


def testOtherWritingThanAsciiIsDrawn():
    picture = Image.new("RGB", (200, 40), "white")
    drawText(picture, (5, 5), "préop \u2014 3 мес", 20)
    assert np.asarray(picture).min() < 100
