"""Tells, shortly after the last change, which visits' segments have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import qt
import slicer
from slicer.util import VTKObservationMixin

from ..mrml.hipnodes import VisitNodes

DELAY_MILLISECONDS = 60


class SegmentWatcher(VTKObservationMixin):
    """Observes the segments of some visits through one timer, which waits while a mouse button is down.

    :param onChanged: called with the labels of the visits that have changed.
    """

    def __init__(self, onChanged: Callable[[list[str]], None]):
        VTKObservationMixin.__init__(self)
        self._onChanged = onChanged
        self._labels: dict[object, str] = {}
        self._changed: dict[str, None] = {}
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MILLISECONDS)
        self._timer.connect("timeout()", self._onTimeout)

    def watch(self, visits: Sequence[VisitNodes]):
        """Observe these visits and no others."""
        wanted = {visit.segmentation: visit.label for visit in visits if visit.segmentation is not None}
        if wanted == self._labels:
            return
        self.stop()
        self._labels = wanted
        events = slicer.vtkSegmentation
        for node in wanted:
            # Undo fires the first only.
            for event in (events.SegmentModified, events.SegmentAdded, events.SegmentRemoved,
                          events.SourceRepresentationModified):
                self.addObserver(node.GetSegmentation(), event, self._onSegmentChanged)
            self.addObserver(node, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._onNodeChanged)

    def stop(self):
        """Observe nothing."""
        self._timer.stop()
        self.removeObservers()
        self._labels, self._changed = {}, {}

    def touch(self, label: str):
        """Report a visit as changed by something that is not observed."""
        self._changed[label] = None
        # A stroke makes several events; waiting anew at each would let the reader wait longer.
        if not self._timer.active:
            self._timer.start()

    def _onSegmentChanged(self, caller, event):
        label = next((label for node, label in self._labels.items() if node.GetSegmentation() is caller), None)
        if label is not None:
            self.touch(label)

    def _onNodeChanged(self, caller, event):
        if caller in self._labels:
            self.touch(self._labels[caller])

    def _onTimeout(self):
        if isMouseButtonDown():
            self._timer.start()
            return
        labels = list(self._changed)
        self._changed = {}
        self._onChanged(labels)


def isMouseButtonDown() -> bool:
    """Whether the user is in the middle of a stroke."""
    return qt.QApplication.mouseButtons() != qt.Qt.NoButton
