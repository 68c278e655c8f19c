"""Marks interpolated slices in all slice views, whichever module is open, until a reader edits or confirms them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import slicer
import vtk
from slicer.util import VTKObservationMixin

from ..core.sliceoutline import sliceOutlines
from ..mrml.interpolatedslices import InterpolatedOutline
from ..mrml.sliceplanes import acquisitionAxes, shownSlice, slicePose
from .interpolatedwatch import InterpolatedWatch
from .slicemark import MarkedOutline, SliceMark
from .sliceviews import isSegmentSeen, poseOf, setPose, sliceNodesInLayout


class InterpolatedMarks(VTKObservationMixin):
    """Keeps the marks of all slice views up to date."""

    def __init__(self):
        VTKObservationMixin.__init__(self)
        self._watch = InterpolatedWatch(self._onOutlines, self._drawAll)
        self._marks: dict[str, SliceMark] = {}
        self._shown: dict[str, list[tuple[object, InterpolatedOutline, int]]] = {}
        self._loops: dict[tuple[InterpolatedOutline, int], list] = {}
        self._listeners: list[Callable[[], None]] = []
        self._isRunning = False

    def start(self):
        """Mark what there is, and follow scene and views."""
        if self._isRunning or slicer.app.layoutManager() is None:
            return
        self._isRunning = True
        slicer.app.layoutManager().connect("layoutChanged(int)", self._onLayoutChanged)
        self._watch.start()
        self._onLayoutChanged()

    def stop(self):
        """Take all marks away, and follow nothing."""
        if not self._isRunning:
            return
        self._isRunning = False
        manager = slicer.app.layoutManager()
        if manager is not None:
            manager.disconnect("layoutChanged(int)", self._onLayoutChanged)
        self._watch.stop()
        self.removeObservers()
        for mark in self._marks.values():
            mark.remove()
        self._marks, self._shown, self._loops, self._listeners = {}, {}, {}, []

    def listen(self, onShown: Callable[[], None]):
        """Call a function whenever views show other interpolated slices."""
        self._listeners.append(onShown)

    def unlisten(self, onShown: Callable[[], None]):
        """Call it no more."""
        if onShown in self._listeners:
            self._listeners.remove(onShown)

    def markIn(self, viewName: str) -> SliceMark | None:
        """What is drawn on a slice view; None where nothing is followed."""
        return self._marks.get(viewName)

    def outlinesOf(self, segmentationNode) -> list[InterpolatedOutline]:
        """Outlines of a segmentation with interpolated slices to be looked at."""
        return list(self._watch.outlines.get(segmentationNode, ()))

    def shownSlices(self, segmentationNode, segmentId: str) -> set[int]:
        """Interpolated slices of a segment that slice views show, from 0."""
        return {index for shown in self._shown.values() for node, outline, index in shown
                if node is segmentationNode and outline.segmentId == segmentId}

    def jumpTo(self, segmentationNode, segmentId: str, index: int) -> bool:
        """Show an interpolated slice in every view that displays the slices of its segment; turns one if none does.

        :param index: of the slice, from 0.
        :return: whether any view displays the segment.
        """
        outline = next((one for one in self.outlinesOf(segmentationNode) if one.segmentId == segmentId), None)
        if outline is None:
            return False
        grid, axis = outline.mask.grid, outline.slices.axis
        middle = np.vstack(self._loopsOf(outline, index)).mean(axis=0)
        views = [node for node in sliceNodesInLayout() if isSegmentSeen(segmentationNode, segmentId, node)]
        along = [node for node in views if shownSlice(poseOf(node), grid, axis) is not None]
        for node in along:
            node.JumpSliceByOffsetting(*middle)
        if views and not along:
            setPose(views[0], slicePose(acquisitionAxes(grid, axis), middle))
        return bool(views)

    def _onLayoutChanged(self, number: int = 0):
        manager = slicer.app.layoutManager()
        for name in manager.sliceViewNames():
            if name not in self._marks:
                self._marks[name] = SliceMark(manager.sliceWidget(name))
                self.addObserver(self._marks[name].node, vtk.vtkCommand.ModifiedEvent, self._onViewMoved)
        self._drawAll()

    def _onViewMoved(self, caller, event):
        name = next(name for name, mark in self._marks.items() if mark.node is caller)
        if self._draw(name):
            self._tell()

    def _onOutlines(self):
        self._loops = {}
        for name in self._marks:
            self._draw(name)
        # Which slices are left may have changed also where no view shows any of them.
        self._tell()

    def _drawAll(self):
        isOther = [self._draw(name) for name in self._marks]
        if any(isOther):
            self._tell()

    def _tell(self):
        for listener in list(self._listeners):
            listener()

    def _draw(self, name: str) -> bool:
        """Mark what a view shows.

        :return: whether these are other slices than before.
        """
        mark, before = self._marks[name], self._shown.get(name, [])
        shown = list(self._shownIn(mark.node))
        if not shown and not before:
            return False
        self._shown[name] = shown
        mark.show([MarkedOutline(outline.name, outline.colorRgb, self._loopsOf(outline, index))
                   for _node, outline, index in shown])
        mark.view.scheduleRender()
        return [_identity(one) for one in shown] != [_identity(one) for one in before]

    def _shownIn(self, sliceNode) -> Iterator[tuple[object, InterpolatedOutline, int]]:
        outlines = self._watch.outlines
        if not outlines or not sliceNode.IsMappedInLayout():
            return
        pose = poseOf(sliceNode)
        for node, ofNode in outlines.items():
            for outline in ofNode:
                index = shownSlice(pose, outline.mask.grid, outline.slices.axis)
                if index in outline.slices.indices and isSegmentSeen(node, outline.segmentId, sliceNode):
                    yield node, outline, index

    def _loopsOf(self, outline: InterpolatedOutline, index: int) -> list:
        if (outline, index) not in self._loops:
            self._loops[outline, index] = sliceOutlines(outline.mask, outline.slices.axis, index)
        return self._loops[outline, index]


def _identity(shown) -> tuple:
    node, outline, index = shown
    return node.GetID(), outline.segmentId, index


_running = InterpolatedMarks()


def marks() -> InterpolatedMarks:
    """Those of the application; there are no others, since they would be drawn twice."""
    return _running
