"""Files of the 3D regression: picture, model and movie, drawn as the program draws them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import slicer

from ..core.errors import FileError
from ..files.filecontext import atomicPath, namedFile
from ..scene3d.moviefile import MP4, animationSuffix

POLL_SECONDS = 0.05
LIBRARY_FOLDER = Path(__file__).resolve().parents[2]
# PythonSlicer may replace PYTHONPATH.
START_DRAWING = ("import sys; sys.path.insert(0, sys.argv.pop(1)); from ONVolumetryLib.scene3d.drawing import main; "
                 "sys.exit(main(sys.argv[1:]))")
REFUSED = 2


def exportDrawing(path, regression, hip: str, progress: Callable[[float], None]):
    """Write the picture (.png) or the movie (.mp4, .webp, .gif).

    It is drawn by a process of its own: an OpenGL that fails there leaves Slicer and its scene alone.

    :param regression: scene3d RegressionScene.
    :param hip: name of the hip.
    :param progress: called many times a second with the share that is done; may raise to cancel.
    :raises FileError: the file cannot be written.
    """
    from ..scene3d.drawing import prepare

    python = shutil.which("PythonSlicer")
    if python is None:
        raise FileError("the program PythonSlicer of 3D Slicer is missing; install 3D Slicer again")
    with namedFile(path), atomicPath(path) as temporary, tempfile.TemporaryDirectory(prefix="ONVolumetry-") as name:
        prepare(Path(name), regression, hip)
        command = [python, "-c", START_DRAWING, str(LIBRARY_FOLDER), name, str(temporary), str(ffmpegPath() or "")]
        with (Path(name) / "said.txt").open("w+", encoding="utf-8", errors="replace") as said:
            status = _waitFor(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said), Path(name), progress)
            said.seek(0)
            lines = said.read().strip().splitlines()
        if status == REFUSED and lines:
            raise FileError(lines[-1])
        if status != 0 or not temporary.is_file():
            raise FileError("drawing ended unexpectedly: this computer may lack the OpenGL for it; take a picture with "
                            "the module Screen Capture instead")


def _waitFor(process, folder: Path, progress: Callable[[float], None]) -> int:
    from ..scene3d.drawing import progressOf

    try:
        while process.poll() is None:
            progress(progressOf(folder))
            time.sleep(POLL_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return process.returncode


def exportModel(path, regression, hip: str):
    """Write the model (.glb): all visits side by side, a named node for each visit and part.

    :raises FileError: the file cannot be written.
    """
    from ..scene3d.gltf import regressionGlb

    with namedFile(path), atomicPath(path) as temporary:
        temporary.write_bytes(regressionGlb(regression, hip))


def ffmpegPath() -> Path | None:
    """The ffmpeg that the module Screen Capture is set up with; None where it has none."""
    settings = slicer.app.userSettings()
    text = settings.value("General/ffmpegPath") if settings.contains("General/ffmpegPath") else ""
    path = Path(slicer.app.toSlicerHomeAbsolutePath(text)) if text else None
    return path if path is not None and path.is_file() else None


def movieSuffix() -> str:
    """Format of the movie here: .mp4 where there is an ffmpeg, else an animated picture."""
    return MP4 if ffmpegPath() is not None else animationSuffix()
