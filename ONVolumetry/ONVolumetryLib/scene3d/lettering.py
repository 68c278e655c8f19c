"""Text on pictures, in a font that needs no file."""

from __future__ import annotations

import functools
import unicodedata

from PIL import Image, ImageDraw, ImageFont

INK = (28, 38, 48)
SOFT = (86, 99, 111)
# Pillow's own font has ASCII letters; other writing needs one of these of the system.
SYSTEM_FONTS = ("DejaVuSans.ttf", "arial.ttf", "Arial.ttf", "Arial Unicode.ttf", "LiberationSans-Regular.ttf")
HALO_WIDTH = 2


def textWidth(text: str, size: int) -> float:
    """Width of a line in pixels."""
    shown, font = _lettering(text, size)
    return font.getlength(shown)


def drawText(picture: Image.Image, place: tuple[float, float], text: str, size: int, color=INK, *,
             anchor: str = "la", hasHalo: bool = False):
    """Draw one line.

    :param place: column and row of the anchor.
    :param anchor: Pillow's anchor, such as "la" (left, ascender) or "mm" (middle).
    :param hasHalo: whether a light rim keeps it readable on any ground.
    """
    shown, font = _lettering(text, size)
    halo = {"stroke_width": HALO_WIDTH, "stroke_fill": (255, 255, 255)} if hasHalo else {}
    ImageDraw.Draw(picture).text(place, shown, font=font, fill=color, anchor=anchor, **halo)


def wrapped(text: str, size: int, widthPixels: float) -> list[str]:
    """Words broken into lines of at most a width."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if textWidth(longer, size) <= widthPixels or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(text: str, size: int, widthPixels: float) -> str:
    """Text that fits a width, cut with dots if need be."""
    if textWidth(text, size) <= widthPixels:
        return text
    while text and textWidth(text + "...", size) > widthPixels:
        text = text[:-1]
    return text.rstrip() + "..."


def _lettering(text: str, size: int):
    """The text as it can be written, and the font."""
    if text.isascii():
        return text, _font(size)
    systemFont = _systemFont(size)
    if systemFont is not None:
        return text, systemFont
    plain = "".join(part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part))
    return plain.encode("ascii", "replace").decode("ascii"), _font(size)


@functools.cache
def _font(size: int):
    return ImageFont.load_default(size)


@functools.cache
def _systemFont(size: int):
    for name in SYSTEM_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None
