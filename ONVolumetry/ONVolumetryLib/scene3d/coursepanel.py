"""The movie's right side: time, ONV %, the measured curve and the legend."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from . import styles
from .annotation import drawLegend
from .captions import endSentence, visitName
from .lettering import SOFT, drawText, shortened, wrapped
from .panels import legendKeys
from .regressionscene import RegressionScene
from .renderer import BACKGROUND
from .storyboard import Shot

LEFT, RIGHT = 64, 36
PLOT_TOP, PLOT_BOTTOM = 290, 500
LINE = (214, 221, 227)
MM3_PER_CM3 = 1000.0


class CoursePanel:
    """Draws the panel; what does not change is drawn once.

    :param scene: what is shown.
    :param hip: name of the hip.
    :param size: width and height in pixels.
    """

    def __init__(self, scene: RegressionScene, hip: str, size: tuple[int, int]):
        self.scene, self.size = scene, size
        self.ground = Image.new("RGB", size, BACKGROUND)
        self.lesionColor = styles.STYLES[styles.LESION].colorRgb
        self._drawTitle(hip)
        if scene.morph is not None:
            self._drawCurve()
        self._drawFooter()

    def picture(self, shot: Shot) -> Image.Image:
        """The panel at one time."""
        picture = self.ground.copy()
        visit = None if shot.visit is None else self.scene.visits[shot.visit]
        name = f"month {shot.month:.1f}" if visit is None else visitName(visit.measurement)
        drawText(picture, (24, 96), shortened(name, 34, self.size[0] - 40), 34)
        percent, volume = self._values(shot)
        drawText(picture, (24, 146), "ONV" if percent is None else f"ONV {percent:.1f} %", 46, self.lesionColor)
        if volume is not None:
            between = "" if visit is not None else ", between visits: interpolated"
            if visit is None and shot.month in self.scene.morph.months:
                between = ", measured"
            drawText(picture, (24, 206), f"{volume / MM3_PER_CM3:.2f} cm3{between}", 20, SOFT)
        if visit is not None and visit.remark:
            drawText(picture, (24, 236), visit.remark, 18, (160, 60, 0))
        if self.scene.morph is not None:
            column, row = self._place(shot.month, self._value(shot.month))
            ImageDraw.Draw(picture).ellipse([column - 9, row - 9, column + 9, row + 9], fill=self.lesionColor,
                                            outline=(255, 255, 255), width=2)
        return picture

    def _values(self, shot: Shot) -> tuple[float | None, float | None]:
        if shot.visit is None:
            return self.scene.morph.percent(shot.month), self.scene.morph.volumeMm3(shot.month)
        measurement = self.scene.visits[shot.visit].measurement
        percent, volume = measurement.onvPercent, measurement.lesionVolume
        return percent and percent.value, volume and volume.volumeMm3

    def _value(self, month: float) -> float:
        """What the curve shows: ONV %, or cm3 where no head is outlined."""
        percent = self.scene.morph.percent(month)
        return self.scene.morph.volumeMm3(month) / MM3_PER_CM3 if percent is None else percent

    def _place(self, month: float, value: float) -> tuple[float, float]:
        months = self.scene.morph.months
        column = LEFT + (self.size[0] - LEFT - RIGHT) * (month - months[0]) / (months[-1] - months[0])
        return column, PLOT_BOTTOM - (PLOT_BOTTOM - PLOT_TOP) * value / self.top

    def _drawTitle(self, hip: str):
        drawText(self.ground, (24, 24), shortened(f"Hip {hip} ({self.scene.side})", 24, self.size[0] - 40), 24)
        drawText(self.ground, (24, 56), "Regression of the osteonecrosis", 19, SOFT)

    def _drawCurve(self):
        months = self.scene.morph.months
        values = [self._value(month) for month in months]
        self.top = max(_niceTop(max(values)), 1e-6)
        draw = ImageDraw.Draw(self.ground)
        for tick in np.linspace(0.0, self.top, 5):
            _, row = self._place(months[0], tick)
            draw.line([(LEFT, row), (self.size[0] - RIGHT, row)], fill=LINE)
            drawText(self.ground, (LEFT - 10, row), f"{tick:g}", 16, SOFT, anchor="rm")
        draw.line([self._place(month, value) for month, value in zip(months, values)], fill=self.lesionColor, width=3)
        for month, value in zip(months, values):
            column, row = self._place(month, value)
            draw.ellipse([column - 5, row - 5, column + 5, row + 5], fill=(255, 255, 255), outline=self.lesionColor,
                         width=2)
            drawText(self.ground, (column, PLOT_BOTTOM + 10), f"{month:g}", 16, SOFT, anchor="ma")
        drawText(self.ground, (LEFT, PLOT_TOP - 14), "ONV %" if self.scene.morph.percents else "ONV in cm3", 16, SOFT,
                 anchor="lb")
        drawText(self.ground, (self.size[0] - RIGHT, PLOT_BOTTOM + 32), "months", 16, SOFT, anchor="ra")

    def _drawFooter(self):
        keys = {layer.key for visit in self.scene.visits for layer in visit.layers}
        row = drawLegend(self.ground, (24, 566), legendKeys(keys), 18, self.size[0] - 40)
        for line in wrapped(f"{self.scene.note} {endSentence(self.scene.end)}", 15, self.size[0] - 48)[:4]:
            drawText(self.ground, (24, row + 4), line, 15, SOFT)
            row += 20


def _niceTop(value: float) -> float:
    """Next round number above a value, divisible into quarters."""
    return next(step for step in (1, 2, 4, 8, 12, 20, 40, 60, 80, 100, 200, 400, 1000) if step >= value)
