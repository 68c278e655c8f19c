"""Movie files without a package of their own: MP4 by a given ffmpeg, or an animated picture by Pillow."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, features

from ..core.errors import FileError

MP4, WEBP, GIF = ".mp4", ".webp", ".gif"
# Animated pictures are opened as a whole by their viewers, so they are smaller than the movie.
ANIMATION_WIDTH = 960
WEBP_QUALITY = 80
GIF_COLORS = 128
ENCODING = ("-an", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "23", "-preset", "veryfast", "-movflags",
            "+faststart")


def animationSuffix() -> str:
    """The kind of animated picture that Pillow writes here."""
    return WEBP if features.check("webp") else GIF


def writeMovie(path, frames: Iterable[np.ndarray], framesPerSecond: int, ffmpeg=None):
    """Write frames as they come; the ending of the path says as what.

    :param path: ends in .mp4, .webp or .gif.
    :param frames: (rows, columns, 3) uint8, all of one size with even sides.
    :param ffmpeg: the program, for .mp4.
    :raises FileError: the file cannot be written, or ffmpeg cannot write it.
    """
    path = Path(path)
    if path.suffix.lower() == MP4:
        _writeMp4(path, frames, framesPerSecond, ffmpeg)
    else:
        _writeAnimation(path, frames, framesPerSecond)


def _writeMp4(path: Path, frames: Iterable[np.ndarray], framesPerSecond: int, ffmpeg):
    process = None
    with tempfile.TemporaryFile() as said:
        try:
            for frame in frames:
                if process is None:
                    process = _encoder(path, frame.shape, framesPerSecond, ffmpeg, said)
                process.stdin.write(np.ascontiguousarray(frame).data)
            process.stdin.close()
            status = process.wait()
        except (BrokenPipeError, OSError) as error:
            status = _end(process)
            if process is None:
                raise FileError(f"ffmpeg cannot be started ({error.strerror}); set its path in the module Screen "
                                "Capture") from error
        except BaseException:
            _end(process)
            raise
        if status != 0:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines()
            raise FileError(f"ffmpeg cannot write it ({lines[-1] if lines else 'no reason given'}); install an ffmpeg "
                            "with H.264 (libx264)")


def _encoder(path: Path, shape, framesPerSecond: int, ffmpeg, said):
    size = f"{shape[1]}x{shape[0]}"
    command = [str(ffmpeg), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r",
               str(framesPerSecond), "-i", "-", *ENCODING, str(path)]
    flags = subprocess.CREATE_NO_WINDOW if os.name == "nt" else 0
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said,
                            creationflags=flags)


def _end(process) -> int:
    """Let go of an encoder that failed or is not wanted any more."""
    if process is None:
        return 1
    process.kill()
    process.wait()
    return 1


def _writeAnimation(path: Path, frames: Iterable[np.ndarray], framesPerSecond: int):
    isGif = path.suffix.lower() == GIF
    pictures = [_reduced(frame, isGif) for frame in frames]
    options = {"save_all": True, "append_images": pictures[1:], "duration": round(1000 / framesPerSecond), "loop": 0}
    if not isGif:
        options |= {"quality": WEBP_QUALITY, "method": 1}
    pictures[0].save(path, **options)


def _reduced(frame: np.ndarray, isGif: bool) -> Image.Image:
    picture = Image.fromarray(frame)
    height = round(picture.height * ANIMATION_WIDTH / picture.width)
    if picture.width > ANIMATION_WIDTH:
        picture = picture.resize((ANIMATION_WIDTH, height), Image.Resampling.LANCZOS)
    return picture.quantize(GIF_COLORS, dither=Image.Dither.NONE) if isGif else picture
