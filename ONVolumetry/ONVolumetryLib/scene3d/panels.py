"""The picture of a regression: one panel a visit, the same three views of each."""

from __future__ import annotations

from PIL import Image, ImageDraw

from ..core.hip import CaseEnd
from . import styles
from .annotation import drawDirectionWords, drawLegend, drawScaleBar
from .captions import footnotes, title, visitLines, visitName, visitRemark
from .lettering import INK, SOFT, drawText, shortened, wrapped
from .regressionscene import RegressionScene, SceneVisit
from .renderer import BACKGROUND, OffscreenRenderer
from .viewpoints import standardViewpoints

CELL = (400, 344)
# Drawn larger and reduced: smooth edges also of translucent parts.
OVERSAMPLING = 2
MARGIN = 14
TITLE_HEIGHT = 52
HEADER_HEIGHT = 108
ROOM_AROUND = 1.24
LINE = (214, 221, 227)


def regressionPicture(scene: RegressionScene, hip: str) -> Image.Image:
    """Draw all visits side by side: anterior, superior and lateral view below each other.

    :param hip: name of the hip.
    """
    pixelMm = 2.0 * ROOM_AROUND * scene.radiusMm / CELL[1]
    renderer = OffscreenRenderer(CELL[0] * OVERSAMPLING, CELL[1] * OVERSAMPLING, scene.centerRas,
                                 pixelMm / OVERSAMPLING)
    panels = [_panel(visit, scene, renderer, pixelMm) for visit in scene.visits]
    width = 2 * MARGIN + sum(panel.size[0] for panel in panels) + MARGIN * (len(panels) - 1)
    footer = _footer(scene, width)
    height = TITLE_HEIGHT + panels[0].size[1] + footer.size[1]
    picture = Image.new("RGB", (width, height), BACKGROUND)
    drawText(picture, (MARGIN, MARGIN), shortened(title(hip, scene), 24, width - 2 * MARGIN), 24)
    for index, panel in enumerate(panels):
        picture.paste(panel, (MARGIN + index * (CELL[0] + MARGIN), TITLE_HEIGHT))
    picture.paste(footer, (0, height - footer.size[1]))
    return picture


def _panel(visit: SceneVisit, scene: RegressionScene, renderer: OffscreenRenderer, pixelMm: float) -> Image.Image:
    viewpoints = standardViewpoints(scene.side)
    panel = Image.new("RGB", (CELL[0], HEADER_HEIGHT + len(viewpoints) * CELL[1]), BACKGROUND)
    _drawHeader(panel, visit, scene.end)
    if not visit.layers:
        return panel
    renderer.setLayers([(layer.shownMesh, layer.style) for layer in visit.layers])
    for index, viewpoint in enumerate(viewpoints):
        cell = Image.fromarray(renderer.picture(viewpoint)).resize(CELL, Image.Resampling.LANCZOS)
        drawDirectionWords(cell, viewpoint, scene.side, 15)
        drawScaleBar(cell, pixelMm, 15)
        drawText(cell, (8, 8), f"{viewpoint.name} view", 15, INK, hasHalo=True)
        panel.paste(cell, (0, HEADER_HEIGHT + index * CELL[1]))
    return panel


def _drawHeader(panel: Image.Image, visit: SceneVisit, end: CaseEnd | None):
    width = panel.size[0]
    ImageDraw.Draw(panel).line([(0, 0), (width, 0)], fill=LINE, width=2)
    first, second = visitLines(visit.measurement)
    lines = [(visitName(visit.measurement), 22, INK), (first, 19, INK), (second, 16, SOFT),
             (visitRemark(visit, end), 15, (160, 60, 0))]
    if not visit.measurement.done:
        # No volumes: the reason stands in their place.
        lines.pop(2)
    row = 10
    for text, size, color in lines:
        drawText(panel, (8, row), shortened(text, size, width - 16), size, color)
        row += size + 6


def _footer(scene: RegressionScene, width: int) -> Image.Image:
    keys = {layer.key for visit in scene.visits for layer in visit.layers}
    lines = [line for note in footnotes(scene) for line in wrapped(note, 15, width - 2 * MARGIN)]
    rows = 1 if width > 3 * CELL[0] else 3
    footer = Image.new("RGB", (width, MARGIN * 2 + rows * 27 + len(lines) * 21), BACKGROUND)
    row = drawLegend(footer, (MARGIN, MARGIN), legendKeys(keys), 17, width - 2 * MARGIN) + 4
    for line in lines:
        drawText(footer, (MARGIN, row), line, 15, SOFT)
        row += 21
    return footer


def legendKeys(keys: set[str]) -> list[str]:
    """Keys of a legend: the head first, and no second entry of the same color."""
    shown = [key for key in (styles.HEAD, styles.LESION, styles.PERSISTENT, styles.REGENERATED, styles.NEW,
                             styles.ORIGINAL) if key in keys]
    if styles.LESION in shown and styles.PERSISTENT in shown:
        shown.remove(styles.PERSISTENT)
    return shown
