"""Draw a regression in a process of its own: python -m ONVolumetryLib.program.regressionworker FOLDER."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from ..scene3d.movie import SIZE, movieFrames
from ..scene3d.panels import regressionPicture
from ..scene3d.storyboard import FRAMES_PER_SECOND
from .regressionnames import MOVIE, PICTURE, PROBLEMS

NO_ENCODER = f"no {MOVIE}: the package imageio-ffmpeg is missing; install it with pip install imageio-ffmpeg"
ENCODER_FAILED = f"no {MOVIE}: the encoder ffmpeg failed; reinstall imageio-ffmpeg"
# Even quality, a file that starts while it loads, and no more memory than needed.
ENCODING = ("-crf", "23", "-preset", "veryfast", "-movflags", "+faststart", "-threads", "2")


def main(folder: Path):
    """Draw scene.pickle of a folder into picture and movie there.

    :param folder: written by regressionfiles, which alone starts this.
    """
    scene, hip = pickle.loads((folder / "scene.pickle").read_bytes())
    partial = folder / "partial.png"
    regressionPicture(scene, hip).save(partial, optimize=True)
    partial.rename(folder / PICTURE)
    problem = writeMovie(scene, hip, folder / MOVIE)
    if problem is not None:
        (folder / PROBLEMS).write_text(problem + "\n", encoding="utf-8")


def writeMovie(scene, hip: str, path: Path) -> str | None:
    """Write the movie as MP4 (H.264).

    :return: a sentence on what is missing, or None where it was written.
    """
    try:
        import imageio_ffmpeg
    except ImportError:
        return NO_ENCODER
    partial = path.with_name(f"partial-{path.name}")
    try:
        writer = imageio_ffmpeg.write_frames(str(partial), SIZE, fps=FRAMES_PER_SECOND, codec="libx264", quality=None,
                                             macro_block_size=2, output_params=list(ENCODING))
        writer.send(None)
        for frame in movieFrames(scene, hip):
            writer.send(frame)
        writer.close()
    except OSError:
        return ENCODER_FAILED
    if not partial.exists() or partial.stat().st_size == 0:
        return ENCODER_FAILED
    partial.rename(path)
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
