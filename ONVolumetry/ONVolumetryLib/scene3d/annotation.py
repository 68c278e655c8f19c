"""Words of direction, scale bar and legend on pictures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

from .lettering import INK, SOFT, drawText, textWidth
from .styles import STYLES, Style
from .viewpoints import Viewpoint, directionWords

BAR_MM = 20.0
SWATCH = (30, 16)
# A direction nearly along the line of sight has no side of the picture.
FLATTEST = 0.2
# A word farther behind would be written across the body.
FARTHEST_BEHIND = -0.35


def drawDirectionWords(picture: Image.Image, viewpoint: Viewpoint, side: str, size: int):
    """Write the patient's directions at the edges of a standard view."""
    width, height = picture.size
    edge = size * 0.35
    for word, direction in directionWords(side).items():
        right, up, _ = viewpoint.rotation() @ direction
        if abs(right) > 0.9:
            place = (width - edge, height / 2) if right > 0 else (edge, height / 2)
            drawText(picture, place, word, size, SOFT, anchor="rm" if right > 0 else "lm", hasHalo=True)
        elif abs(up) > 0.9:
            place = (width / 2, edge) if up > 0 else (width / 2, height - edge)
            drawText(picture, place, word, size, SOFT, anchor="ma" if up > 0 else "md", hasHalo=True)


def drawTurningWords(picture: Image.Image, viewpoint: Viewpoint, side: str, size: int, radiusPixels: float):
    """Write the patient's directions around a body that turns; those behind it fade or are left out."""
    middle = np.array(picture.size) / 2.0
    for word, direction in directionWords(side).items():
        right, up, toward = viewpoint.rotation() @ direction
        if np.hypot(right, up) < FLATTEST or toward < FARTHEST_BEHIND:
            continue
        half = textWidth(word, size) / 2.0
        outward = np.array([right, -up])
        place = middle + outward * (radiusPixels + size) + np.array([np.sign(right) * half * abs(right), 0.0])
        place[0] = np.clip(place[0], half + 12, picture.size[0] - half - 12)
        fade = float(np.clip(0.5 * (1.0 - toward), 0.0, 1.0)) * 0.6
        color = tuple(round(part + (255 - part) * fade) for part in SOFT)
        drawText(picture, tuple(place), word, size, color, anchor="mm", hasHalo=True)


def drawScaleBar(picture: Image.Image, pixelMm: float, size: int):
    """A bar of 20 mm at the lower left; the views are parallel, so it holds at every depth."""
    length = BAR_MM / pixelMm
    left, bottom = size * 0.5, picture.size[1] - size * 0.5
    draw = ImageDraw.Draw(picture)
    draw.line([(left, bottom), (left + length, bottom)], fill=INK, width=3)
    for end in (left, left + length):
        draw.line([(end, bottom - 5), (end, bottom + 5)], fill=INK, width=2)
    drawText(picture, (left + length / 2, bottom - 6), f"{BAR_MM:g} mm", size, INK, anchor="md", hasHalo=True)


def legendColor(style: Style) -> tuple[int, int, int]:
    """Color of a part on white as it meets the eye (near and far side of a translucent one)."""
    cover = 1.0 - (1.0 - style.farOpacity) * (1.0 - style.nearOpacity)
    return tuple(round(255 + (part - 255) * cover) for part in style.colorRgb)


def drawLegend(picture: Image.Image, place: tuple[float, float], keys: Iterable[str], size: int,
               widthPixels: float) -> float:
    """Draw the legend of some parts in rows.

    :param place: column and row of its upper left.
    :return: row below it.
    """
    left, top = place
    column, draw = left, ImageDraw.Draw(picture)
    for key in keys:
        style = STYLES[key]
        needed = SWATCH[0] + 8 + textWidth(style.title, size) + 26
        if column > left and column + needed > left + widthPixels:
            column, top = left, top + size * 1.5
        middle = top + size * 0.6
        draw.rectangle([column, middle - SWATCH[1] / 2, column + SWATCH[0], middle + SWATCH[1] / 2],
                       fill=legendColor(style), outline=SOFT)
        drawText(picture, (column + SWATCH[0] + 8, middle), style.title, size, INK, anchor="lm")
        column += needed
    return top + size * 1.5
