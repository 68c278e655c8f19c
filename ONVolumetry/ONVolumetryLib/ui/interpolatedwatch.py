"""Follows the segmentations of the scene: which outlines have interpolated slices that nobody has looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from ..mrml.interpolatedslices import InterpolatedOutline, interpolatedOutlines, noteEditedSlices
from ..mrml.outlinesinscene import approvedOutlines
from ..mrml.parameterschema import HIP_ATTRIBUTE
from .segmentlive import DELAY_MILLISECONDS, isMouseButtonDown

SEGMENTATION_CLASS, HIP_CLASS = "vtkMRMLSegmentationNode", "vtkMRMLScriptedModuleNode"


class InterpolatedWatch(VTKObservationMixin):
    """Works shortly after the last change, through one timer, which waits while a mouse button is down.

    :param onOutlines: called when the outlines may be others.
    :param onDisplay: called when a segmentation with such outlines is displayed in another way.
    """

    def __init__(self, onOutlines: Callable[[], None], onDisplay: Callable[[], None]):
        VTKObservationMixin.__init__(self)
        self._onOutlines, self._onDisplay = onOutlines, onDisplay
        self._found: dict[object, list[InterpolatedOutline]] = {}
        self._approved: set = set()
        self._observers: dict[object, VTKObservationMixin] = {}
        self._changed: dict[object, None] = {}
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MILLISECONDS)
        self._timer.connect("timeout()", self._onTimeout)

    @property
    def outlines(self) -> Mapping[object, Sequence[InterpolatedOutline]]:
        """By vtkMRMLSegmentationNode; those of approved visits are not among them."""
        return {node: outlines for node, outlines in self._found.items() if outlines and node not in self._approved}

    def start(self):
        """Follow the scene."""
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
        self.addObserver(scene, scene.NodeRemovedEvent, self._onNodeRemoved)
        for className in (SEGMENTATION_CLASS, HIP_CLASS):
            for node in slicer.util.getNodesByClass(className):
                self._follow(node)

    def stop(self):
        """Follow nothing, and know nothing."""
        self._timer.stop()
        self.removeObservers()
        for observer in self._observers.values():
            observer.removeObservers()
        self._found, self._approved, self._changed, self._observers = {}, set(), {}, {}

    def _follow(self, node):
        # One for each node: an observer keeps hold of what it has ever observed.
        observer = self._observers.setdefault(node, VTKObservationMixin())
        if node.IsA(HIP_CLASS):
            observer.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._onHip)
            self._onHip(node)
            return
        observer.addObserver(node, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._onNodeChanged)
        observer.addObserver(node, slicer.vtkMRMLDisplayableNode.DisplayModifiedEvent, self._onDisplayChanged)
        observer.addObserver(node, node.SegmentationChangedEvent, self._onNodeChanged)
        self._touch(node)

    def _touch(self, node):
        self._followSegments(node)
        self._changed[node] = None
        if not self._timer.active:
            self._timer.start()

    def _followSegments(self, node):
        """A node may have got another vtkSegmentation, as when its file was read."""
        observer, segmentation, events = self._observers[node], node.GetSegmentation(), slicer.vtkSegmentation
        # Undo fires the first only.
        for event in (events.SegmentModified, events.SegmentAdded, events.SegmentRemoved,
                      events.SourceRepresentationModified):
            if not observer.hasObserver(segmentation, event, self._onSegmentChanged):
                observer.addObserver(segmentation, event, self._onSegmentChanged)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, caller, event, node):
        if node.IsA(SEGMENTATION_CLASS) or node.IsA(HIP_CLASS):
            self._follow(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeRemoved(self, caller, event, node):
        if node not in self._observers:
            return
        self._observers.pop(node).removeObservers()
        wasKnown = node in self.outlines
        self._found.pop(node, None)
        self._changed.pop(node, None)
        self._approved.discard(node)
        if wasKnown:
            self._onOutlines()

    def _onNodeChanged(self, caller, event):
        self._touch(caller)

    def _onSegmentChanged(self, caller, event):
        for node in list(self._observers):
            if node.IsA(SEGMENTATION_CLASS) and node.GetSegmentation() is caller:
                self._touch(node)

    def _onDisplayChanged(self, caller, event):
        if caller in self.outlines:
            self._onDisplay()

    def _onHip(self, caller, event=None):
        if caller.GetAttribute(HIP_ATTRIBUTE) and not self._timer.active:
            self._timer.start()

    def _onTimeout(self):
        scene = slicer.mrmlScene
        if isMouseButtonDown() or scene.IsBatchProcessing():
            self._timer.start()
            return
        changed, self._changed = [node for node in self._changed if scene.IsNodePresent(node)], {}
        approved = set(approvedOutlines(scene))
        if not changed and approved == self._approved:
            return
        self._approved = approved
        for node in changed:
            noteEditedSlices(node)
            self._found[node] = interpolatedOutlines(node)
        self._onOutlines()
