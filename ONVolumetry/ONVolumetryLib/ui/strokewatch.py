"""Tells when the Segment Editor turns to other nodes, or the segments that it edits change."""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

BEFORE_OTHERS = 10.0


class StrokeWatch(VTKObservationMixin):
    """Observes an editor node and the segmentation that it edits.

    :param onChanged: called at each change.
    :param onClose: called before the scene is closed.
    """

    def __init__(self, onChanged: Callable[[], None], onClose: Callable[[], None]):
        VTKObservationMixin.__init__(self)
        self._onChanged, self._onClose = onChanged, onClose
        self._watched = (None, None)
        # In the middle of an undo a segment has no voxels.
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", onChanged)

    def watch(self, editorNode):
        """Observe these nodes and no others."""
        segmentation = None if editorNode is None else editorNode.GetSegmentationNode()
        if (editorNode, segmentation) == self._watched:
            return
        self.stop()
        self._watched = (editorNode, segmentation)
        # Before those who would look for the preview in the subject hierarchy.
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, lambda caller, name: self._onClose(), priority=BEFORE_OTHERS)
        if editorNode is not None:
            self.addObserver(editorNode, vtk.vtkCommand.ModifiedEvent, self._onNodeEvent)
        if segmentation is not None:
            events = slicer.vtkSegmentation
            # Undo fires the first only.
            for event in (events.SegmentModified, events.SegmentRemoved, events.SourceRepresentationModified):
                self.addObserver(segmentation.GetSegmentation(), event, self._onSegmentEvent)

    def stop(self):
        """Observe nothing."""
        self._timer.stop()
        self.removeObservers()
        self._watched = (None, None)

    def _onNodeEvent(self, caller, event):
        self._onChanged()

    def _onSegmentEvent(self, caller, event):
        self._timer.start()
