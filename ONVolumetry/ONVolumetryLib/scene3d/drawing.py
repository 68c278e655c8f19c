"""Draw a regression into a file in a process of its own, which OpenGL may end without harm to the one that asks.

Started as `python -m ONVolumetryLib.scene3d.drawing FOLDER PATH [FFMPEG]`; FOLDER holds what prepare() wrote.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..core.errors import ONVolumetryError
from .moviefile import writeMovie
from .regressionscene import RegressionScene

SCENE_FILE, PROGRESS_FILE = "scene.pickle", "progress.txt"
PICTURE_SUFFIX = ".png"


def prepare(folder: Path, scene: RegressionScene, hip: str):
    """Leave in a folder what is to be drawn.

    :param hip: name of the hip.
    """
    (folder / SCENE_FILE).write_bytes(pickle.dumps((scene, hip), protocol=pickle.HIGHEST_PROTOCOL))


def progressOf(folder: Path) -> float:
    """Share of a movie that is drawn."""
    try:
        return float((folder / PROGRESS_FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0


def draw(folder: Path, path: Path, ffmpeg: str | None = None):
    """Draw a picture (.png) or a movie (.mp4, .webp, .gif).

    :param ffmpeg: the program, for .mp4.
    :raises FileError: the file cannot be written.
    """
    scene, hip = pickle.loads((folder / SCENE_FILE).read_bytes())
    if path.suffix.lower() == PICTURE_SUFFIX:
        from .panels import regressionPicture

        regressionPicture(scene, hip).save(path, optimize=True)
        return
    from .storyboard import FRAMES_PER_SECOND

    writeMovie(path, _frames(folder, scene, hip), FRAMES_PER_SECOND, ffmpeg)


def _frames(folder: Path, scene: RegressionScene, hip: str) -> Iterator[np.ndarray]:
    from .movie import movieFrames
    from .storyboard import storyboard

    shots = storyboard(scene)
    for index, frame in enumerate(movieFrames(scene, hip, shots)):
        (folder / PROGRESS_FILE).write_text(f"{index / len(shots):.3f}", encoding="ascii")
        yield frame


def main(arguments: list[str]) -> int:
    """Draw what the command line says; a refusal is one line on standard error."""
    folder, path, *others = arguments
    try:
        draw(Path(folder), Path(path), others[0] if others and others[0] else None)
    except (ONVolumetryError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
