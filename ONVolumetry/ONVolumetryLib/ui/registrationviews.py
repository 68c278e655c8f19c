"""What the slice and 3D views show of a pair: the follow-up laid on the baseline, or the change of the lesion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from ..mrml.changenodes import changeNodes
from ..mrml.hipnodes import HipNodes, VisitNodes
from ..mrml.registeredview import (
    OUTLINE_COLOR,
    addCheckerboard,
    addOutlineCopy,
    addVolumeCopy,
    checkerboard,
    removeCopies,
    setTransform,
)
from ..mrml.sliceplanes import AXIAL, CORONAL, SAGITTAL, slicePose
from ..mrml.visittransforms import baselineOfChange, matrixOf
from .comparelayout import STANDARD_LAYOUT, currentLayout, showLayout
from .displaystates import display, restoreDisplays
from .sliceviews import setPixelSize, setPose, sliceNode

VIEWS = (("Red", AXIAL), ("Yellow", SAGITTAL), ("Green", CORONAL))
FIELD_MM = 130.0


@dataclass(frozen=True, eq=False)
class ShownPair:
    """A follow-up that is looked at.

    :param hip: that it belongs to.
    :param visit: the follow-up.
    :param node: its transform node.
    :param centerRas: center of the baseline's head.
    """

    hip: HipNodes
    visit: VisitNodes
    node: Any
    centerRas: np.ndarray


@dataclass(frozen=True)
class Blend:
    """How baseline and follow-up are shown together.

    :param fade: share of the follow-up, 0 to 1.
    :param isBoard: in tiles.
    :param isAsScanned: the follow-up where it was scanned.
    """

    fade: float
    isBoard: bool
    isAsScanned: bool


class RegistrationViews:
    """Arranges the standard views for a pair, and gives them back as they were."""

    def __init__(self):
        self._layoutBefore = None
        self._shown = None
        self._copies: list = []
        self._board = self._boardState = None

    @property
    def isShowing(self) -> bool:
        return self._shown is not None

    def showPair(self, pair: ShownPair):
        """Show a follow-up on the baseline."""
        visit = pair.visit
        state = ("pair", visit.volume, visit.segmentation, pair.node)
        if state == self._shown:
            return
        self._clear()
        self._open(pair.hip, pair.centerRas)
        self._shown, self._copies = state, []
        if visit.volume is not None:
            self._copies.append(addVolumeCopy(slicer.mrmlScene, visit.volume, pair.node))
        if visit.segmentation is not None:
            self._copies.append(addOutlineCopy(slicer.mrmlScene, visit, pair.node, OUTLINE_COLOR))
        addOutlineCopy(slicer.mrmlScene, baselineOfChange(pair.hip.visits), None)
        self._hideOutlines(pair.hip)

    def blend(self, pair: ShownPair, blend: Blend):
        """Fade between the two, or show them in tiles, before or after the registration."""
        for node in self._copies:
            setTransform(node, None if blend.isAsScanned else pair.node)
        foreground = next((node for node in self._copies if node.IsA("vtkMRMLScalarVolumeNode")), None)
        fade = blend.fade
        if blend.isBoard and foreground is not None and baselineOfChange(pair.hip.visits).volume is not None:
            foreground, fade = self._checkerboard(pair, blend.isAsScanned), 1.0
        for composite in _composites():
            composite.SetForegroundVolumeID(None if foreground is None else foreground.GetID())
            composite.SetForegroundOpacity(fade)

    def showChange(self, hip: HipNodes, node, centerRas):
        """Show a change map on the baseline.

        :param node: vtkMRMLSegmentationNode of the change.
        """
        state = ("change", node)
        if state == self._shown:
            return
        self._clear()
        self._open(hip, centerRas)
        self._shown = state
        self._hideOutlines(hip)
        for other in changeNodes(slicer.mrmlScene):
            display(other.GetDisplayNode(), other is node, ())
        # The views are drawn once more with their new content before the camera looks at it.
        slicer.util.resetThreeDViews()

    def leave(self):
        """Give everything back as it was."""
        if self._shown is None:
            return
        self._clear()
        if self._layoutBefore is not None:
            showLayout(self._layoutBefore)
            self._layoutBefore = None

    def _clear(self):
        if self._shown is None:
            return
        self._shown, self._copies, self._board, self._boardState = None, [], None, None
        for composite in _composites():
            composite.SetForegroundVolumeID(None)
            composite.SetForegroundOpacity(0.0)
        removeCopies(slicer.mrmlScene)
        restoreDisplays()

    def _open(self, hip: HipNodes, centerRas):
        if currentLayout() != STANDARD_LAYOUT:
            self._layoutBefore = self._layoutBefore if self._layoutBefore is not None else currentLayout()
            showLayout(STANDARD_LAYOUT)
        baseline = baselineOfChange(hip.visits)
        slicer.app.processEvents()
        for name, axes in VIEWS:
            logic = slicer.app.layoutManager().sliceWidget(name).sliceLogic()
            composite = logic.GetSliceCompositeNode()
            composite.SetBackgroundVolumeID(None if baseline.volume is None else baseline.volume.GetID())
            composite.SetForegroundVolumeID(None)
            composite.SetLabelVolumeID(None)
            node = sliceNode(name)
            setPose(node, slicePose(axes, centerRas))
            setPixelSize(node, FIELD_MM / max(min(node.GetDimensions()[:2]), 1))

    def _hideOutlines(self, hip: HipNodes):
        """Show neither outlines that hide the image nor change maps."""
        others = [visit.segmentation for visit in hip.visits if visit.segmentation is not None]
        for node in (*others, *changeNodes(slicer.mrmlScene)):
            node.CreateDefaultDisplayNodes()
            display(node.GetDisplayNode(), False, ())

    def _checkerboard(self, pair: ShownPair, isAsScanned: bool):
        baseline = baselineOfChange(pair.hip.visits).volume
        matrix = np.eye(4) if isAsScanned else matrixOf(pair.node)
        state = matrix.tobytes()
        if state != self._boardState:
            image = checkerboard(baseline, pair.visit.volume, matrix, pair.centerRas)
            if self._board is not None:
                slicer.mrmlScene.RemoveNode(self._board.GetDisplayNode())
                slicer.mrmlScene.RemoveNode(self._board)
            self._board, self._boardState = addCheckerboard(slicer.mrmlScene, image, baseline), state
        return self._board


def _composites() -> list:
    manager = slicer.app.layoutManager()
    return [manager.sliceWidget(name).sliceLogic().GetSliceCompositeNode() for name, _axes in VIEWS
            if manager is not None and manager.sliceWidget(name) is not None]
