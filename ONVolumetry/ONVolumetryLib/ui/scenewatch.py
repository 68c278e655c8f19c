"""Tells the panel when something that its hip is made of changes, once for many changes."""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from ..mrml.visittransforms import pairNode

EDIT_DELAY_MILLISECONDS = 150


class SceneWatch(VTKObservationMixin):
    """Observes the node of a hip, its outlines, volumes and their transforms, and those that register them.

    :param onChanged: called after a change of the hip's node; the argument says whether outlines may have changed.
    """

    def __init__(self, onChanged: Callable[[bool], None]):
        VTKObservationMixin.__init__(self)
        self.onChanged = onChanged
        self._watched: tuple = ()
        self._isEdited = False
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._onTimeout)

    def watch(self, hip):
        """Observe the nodes of a hip, and no others.

        :param hip: HipNodes, or None to observe nothing.
        """
        nodes = () if hip is None else (hip.owner, *(
            node for visit in hip.visits for node in (visit.segmentation, visit.volume, pairNode(hip, visit))
            if node is not None), *(() if hip.landmarks is None else (hip.landmarks,)))
        if len(nodes) == len(self._watched) and all(a is b for a, b in zip(nodes, self._watched)):
            return
        self.stop()
        self._watched = nodes
        for node in dict.fromkeys(nodes):
            self._observe(node)
        if nodes:
            self.addObserver(slicer.mrmlScene, slicer.vtkMRMLScene.NodeRemovedEvent, self._onHip)

    def stop(self):
        """Observe nothing and forget what was about to be told."""
        self._timer.stop()
        self._isEdited = False
        self._watched = ()
        self.removeObservers()

    def _observe(self, node):
        if node.IsA("vtkMRMLScriptedModuleNode"):
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._onHip)
            return
        if node.IsA("vtkMRMLTransformNode"):
            self.addObserver(node, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._onHip)
            return
        if node.IsA("vtkMRMLMarkupsNode"):
            for event in (node.PointPositionDefinedEvent, node.PointPositionUndefinedEvent, node.PointRemovedEvent,
                          node.PointEndInteractionEvent, slicer.vtkMRMLTransformableNode.TransformModifiedEvent):
                self.addObserver(node, event, self._onHip)
            return
        self.addObserver(node, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._onEdit)
        if node.IsA("vtkMRMLSegmentationNode"):
            segmentation = slicer.vtkSegmentation
            # Undo and redo fire SegmentModified only.
            for event in (segmentation.SegmentModified, segmentation.SegmentAdded, segmentation.SegmentRemoved,
                          segmentation.SourceRepresentationModified):
                self.addObserver(node.GetSegmentation(), event, self._onEdit)
        else:
            self.addObserver(node, slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent, self._onEdit)

    def _onHip(self, caller, event):
        if not self._timer.isActive():
            self._timer.start(0)

    def _onEdit(self, caller, event):
        self._isEdited = True
        self._timer.start(EDIT_DELAY_MILLISECONDS)

    def _onTimeout(self):
        # A stroke is not over while a mouse button is down.
        if self._isEdited and int(qt.QApplication.mouseButtons()):
            self._timer.start(EDIT_DELAY_MILLISECONDS)
            return
        isEdited, self._isEdited = self._isEdited, False
        self.onChanged(isEdited)
