"""The movie of a regression as a series of pictures; what writes them to a file is up to the caller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from . import styles
from .annotation import drawScaleBar, drawTurningWords
from .coursepanel import CoursePanel
from .mesh import Mesh
from .regressionscene import RegressionScene
from .renderer import OffscreenRenderer
from .storyboard import ELEVATION_DEGREES, Shot, storyboard
from .styles import Style
from .viewpoints import turnedViewpoint

SIZE = (1280, 720)
ROOM_AROUND = 1.3


def movieFrames(scene: RegressionScene, hip: str, shots: Sequence[Shot] | None = None) -> Iterator[np.ndarray]:
    """Draw the movie frame by frame.

    :param hip: name of the hip.
    :param shots: frames to draw; None = the whole storyboard.
    :return: frames (720, 1280, 3) uint8, storyboard.FRAMES_PER_SECOND of them a second.
    """
    height = SIZE[1]
    pixelMm = 2.0 * ROOM_AROUND * scene.radiusMm / height
    renderer = OffscreenRenderer(height, height, scene.centerRas, pixelMm, isSmoothed=True)
    panel = CoursePanel(scene, hip, (SIZE[0] - height, height))
    shown = None
    for shot in storyboard(scene) if shots is None else shots:
        content = (shot.visit, shot.month)
        if content != shown:
            renderer.setLayers(_layers(scene, shot))
            side, shown = panel.picture(shot), content
        viewpoint = turnedViewpoint(scene.side, shot.degrees, ELEVATION_DEGREES)
        view = Image.fromarray(renderer.picture(viewpoint))
        drawTurningWords(view, viewpoint, scene.side, 20, 1.06 * scene.radiusMm / pixelMm)
        drawScaleBar(view, pixelMm, 20)
        frame = Image.new("RGB", SIZE)
        frame.paste(view, (0, 0))
        frame.paste(side, (height, 0))
        yield np.asarray(frame)


def _layers(scene: RegressionScene, shot: Shot) -> list[tuple[Mesh, Style]]:
    if shot.visit is not None:
        return [(layer.shownMesh, layer.style) for layer in scene.visits[shot.visit].layers]
    layers = [(scene.morph.lesion(shot.month), styles.STYLES[styles.LESION])]
    ghost = next((visit.layer(styles.ORIGINAL) for visit in scene.visits if visit.layer(styles.ORIGINAL)), None)
    if ghost is not None and scene.isRegistered:
        layers.append((ghost.mesh, ghost.style))
    nearest = scene.morph.nearestVisit(shot.month)
    head = next(visit.layer(styles.HEAD) for visit in scene.visits if visit.label == nearest)
    if head is not None:
        layers.append((head.mesh, head.style))
    return layers
