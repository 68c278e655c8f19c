"""Starts the marks of interpolated slices once the scene has outlines made with help, and loads nothing before."""

from __future__ import annotations

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

SEGMENTATION_CLASS = "vtkMRMLSegmentationNode"
# As in core.outlining.origin, which Slicer is not to load while it starts.
ORIGIN_TAG = "ONVolumetry.Origin"
# A file is read after its node was added.
DELAY_MILLISECONDS = 300


class MarkStart(VTKObservationMixin):
    """Looks at the segmentations that are added to the application's scene, until one needs marks."""

    def __init__(self):
        VTKObservationMixin.__init__(self)
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MILLISECONDS)
        self._timer.connect("timeout()", self._look)

    def start(self):
        """Begin to look."""
        scene = slicer.mrmlScene
        if not self.hasObserver(scene, scene.NodeAddedEvent, self._onNodeAdded):
            self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
        self._look()

    def stop(self):
        """Look no more."""
        self._timer.stop()
        self.removeObservers()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, caller, event, node):
        if node.IsA(SEGMENTATION_CLASS):
            self._timer.start()

    def _look(self):
        if slicer.mrmlScene.IsBatchProcessing():
            self._timer.start()
        elif any(map(_isMadeWithHelp, slicer.util.getNodesByClass(SEGMENTATION_CLASS))):
            self.stop()
            from .interpolatedmarks import marks

            marks().start()


def _isMadeWithHelp(node) -> bool:
    segmentation = node.GetSegmentation()
    return any(segmentation.GetNthSegment(index).HasTag(ORIGIN_TAG)
               for index in range(segmentation.GetNumberOfSegments()))


_running = MarkStart()


def markStart() -> MarkStart:
    """That of the application."""
    return _running
