"""Sliders that turn and shift a follow-up by hand, bound to the transform node of its pair."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import qt

from ..mrml.adjusting import adjusted
from ..mrml.segmentwriting import vtkMatrix
from ..mrml.visittransforms import matrixOf
from .sectionmarks import enable
from .segmentlive import isMouseButtonDown

AXES = ("Right", "Anterior", "Superior")
JUDGE_DELAY_MILLISECONDS = 1000
SAME_MM = 1e-6


class RegistrationAdjust:
    """Six sliders; they start at 0 where the transform is when they turn to it, or when somebody else moves it.

    :param ui: widgets of the panel by name.
    :param onMoved: called when the user has not moved a slider for a second, to judge the transform.
    """

    def __init__(self, ui, onMoved: Callable[[], None]):
        self.ui, self._onMoved = ui, onMoved
        self.sliders = [getattr(ui, f"{kind}{axis}Slider") for kind in ("move", "turn") for axis in AXES]
        self._toolTips = [slider.toolTip for slider in self.sliders]
        for slider in self.sliders:
            slider.connect("valueChanged(double)", self._onSlider)
        self._node = self._base = self._center = None
        self._isSetting = False
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(JUDGE_DELAY_MILLISECONDS)
        self._timer.connect("timeout()", self._onTimeout)

    def turnTo(self, node, centerRas):
        """Bind the sliders to a transform node, or to nothing (None).

        :param centerRas: center of the baseline's head, which turns leave where it is.
        """
        node = None if centerRas is None else node
        self._center = None if node is None else np.asarray(centerRas)
        if node is not self._node:
            self._timer.stop()
            self._node, self._base = node, None
        if node is None:
            self._setAll(0.0)
        elif self._base is None or not self._isOwn(matrixOf(node)):
            self._base = matrixOf(node)
            self._setAll(0.0)

    def enable(self, reason: str):
        """Let the sliders be moved, or say why not ("" when they can)."""
        for slider, toolTip in zip(self.sliders, self._toolTips):
            enable(slider, reason, toolTip)

    def release(self):
        """Let go of the scene's node."""
        self._timer.stop()
        self._node = self._base = self._center = None

    def _isOwn(self, matrix: np.ndarray) -> bool:
        return bool(np.max(np.abs(self._wanted() - matrix)) < SAME_MM)

    def _wanted(self) -> np.ndarray:
        values = [slider.value for slider in self.sliders]
        return adjusted(self._base, values[:3], values[3:], self._center)

    def _setAll(self, value: float):
        self._isSetting = True
        try:
            for slider in self.sliders:
                slider.value = value
        finally:
            self._isSetting = False

    def _onSlider(self, value):
        if self._isSetting or self._node is None or self._base is None:
            return
        self._node.SetMatrixTransformToParent(vtkMatrix(self._wanted()))
        self._timer.start()

    def _onTimeout(self):
        if isMouseButtonDown():
            self._timer.start()
        elif self._node is not None:
            self._onMoved()
