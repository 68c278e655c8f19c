"""The 3D files of a hip; what cannot be made is said in a sentence and leaves the rest alone."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..core.hip import CaseEnd, HipMeasurement, VisitSegments
from ..report.viewer3d import ViewerScene
from .regressionnames import MODEL, MOVIE, PICTURE, PROBLEMS

WORKER = "ONVolumetryLib.program.regressionworker"
TIME_LIMIT_SECONDS = 600
NO_VTK = "no 3D pictures, movie, model or interactive view: the package vtk is missing; install it with pip install vtk"
NO_OPENGL = (f"no {PICTURE} and no {MOVIE}: this computer has no OpenGL to draw with; install EGL or OSMesa "
             "(Debian, Ubuntu: apt-get install libegl1 libgl1-mesa-dri); all else is written")
NO_MOVIE = f"no {MOVIE}: drawing it ended unexpectedly; measure again, or use --no-render"
# Exit status of a Python error; a process that OpenGL ended has another.
STOPPED = 1


@dataclass(frozen=True, eq=False)
class RegressionFiles:
    """What was made in 3D of one hip.

    :param viewer: for the report's interactive view; None where there is nothing to show or no VTK.
    :param files: bytes by file name.
    :param notes: one sentence for everything that could not be made.
    """

    viewer: ViewerScene | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def regressionFiles(segments: Sequence[VisitSegments], measurement: HipMeasurement, side: str, hip: str,
                    isRendered: bool, *, end: CaseEnd | None = None) -> RegressionFiles:
    """Build the scene of a hip, and write model, picture and movie.

    :param segments: outlines of the visits.
    :param side: "left" or "right".
    :param hip: name of the hip.
    :param isRendered: False leaves the files out; the scene is still made.
    :param end: why and when the hip left the follow-up; None where it did not.
    """
    try:
        # VTK takes a second to load and may be missing.
        from ..scene3d.gltf import regressionGlb
        from ..scene3d.regressionscene import regressionScene
        from .regressionview import viewerScene
        from .zonebands import withZoneBands
    except ImportError:
        return RegressionFiles(notes=(NO_VTK,))
    scene = regressionScene(segments, measurement, side, end=end)
    viewer = scene and withZoneBands(viewerScene(scene), scene, measurement)
    if scene is None or not isRendered:
        return RegressionFiles(viewer)
    files, notes = _drawn(scene, hip)
    return RegressionFiles(viewer, {**files, MODEL: regressionGlb(scene, hip)}, notes)


def _drawn(scene, hip: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Draw in a process of its own: where OpenGL is missing or broken VTK ends the process it is in."""
    with tempfile.TemporaryDirectory(prefix="onvolumetry-") as name:
        folder = Path(name)
        (folder / "scene.pickle").write_bytes(pickle.dumps((scene, hip), protocol=pickle.HIGHEST_PROTOCOL))
        try:
            done = subprocess.run([sys.executable, "-m", WORKER, str(folder)], env=_environment(), check=False,
                                  capture_output=True, timeout=TIME_LIMIT_SECONDS)
            status, said = done.returncode, done.stderr.decode("utf-8", "replace").strip()
        except subprocess.TimeoutExpired:
            status, said = STOPPED, "it took too long"
        files = {path.name: path.read_bytes() for path in (folder / PICTURE, folder / MOVIE) if path.exists()}
        problems = folder / PROBLEMS
        notes = tuple(problems.read_text(encoding="utf-8").splitlines()) if problems.exists() else ()
        if status == 0:
            return files, notes
        if status == STOPPED:
            missing = " and no ".join(name for name in (PICTURE, MOVIE) if name not in files)
            reason = said.splitlines()[-1] if said else "unknown failure"
            failure = f"no {missing}: {reason}; please report it, and measure with --no-render meanwhile"
            return files, (*notes, failure)
        return files, (*notes, NO_MOVIE if files else NO_OPENGL)


def _environment() -> dict[str, str]:
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
