"""Files of the 3D regression: picture, model and movie, drawn as the program draws them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import slicer

from ..files.filecontext import atomicPath, namedFile
from ..scene3d.moviefile import MP4, animationSuffix, writeMovie


def exportPicture(path, regression, hip: str):
    """Write the picture: one panel a visit, three views of each.

    :param regression: scene3d RegressionScene.
    :param hip: name of the hip.
    :raises FileError: the file cannot be written.
    """
    from ..scene3d.panels import regressionPicture

    with namedFile(path), atomicPath(path) as temporary:
        regressionPicture(regression, hip).save(temporary, optimize=True)


def exportModel(path, regression, hip: str):
    """Write the model (.glb): all visits side by side, a named node for each visit and part.

    :raises FileError: the file cannot be written.
    """
    from ..scene3d.gltf import regressionGlb

    with namedFile(path), atomicPath(path) as temporary:
        temporary.write_bytes(regressionGlb(regression, hip))


def exportMovie(path, regression, hip: str, progress: Callable[[float], None]):
    """Write the movie in the format that its ending says.

    :param progress: called with the share that is done; may raise to cancel.
    :raises FileError: the file cannot be written.
    """
    from ..scene3d.movie import movieFrames
    from ..scene3d.storyboard import FRAMES_PER_SECOND, storyboard

    shots = storyboard(regression)

    def frames():
        for index, frame in enumerate(movieFrames(regression, hip, shots)):
            progress(index / len(shots))
            yield frame

    with namedFile(path), atomicPath(path) as temporary:
        writeMovie(temporary, frames(), FRAMES_PER_SECOND, ffmpegPath())


def ffmpegPath() -> Path | None:
    """The ffmpeg that the module Screen Capture is set up with; None where it has none."""
    settings = slicer.app.userSettings()
    text = settings.value("General/ffmpegPath") if settings.contains("General/ffmpegPath") else ""
    path = Path(slicer.app.toSlicerHomeAbsolutePath(text)) if text else None
    return path if path is not None and path.is_file() else None


def movieSuffix() -> str:
    """Format of the movie here: .mp4 where there is an ffmpeg, else an animated picture."""
    return MP4 if ffmpegPath() is not None else animationSuffix()
