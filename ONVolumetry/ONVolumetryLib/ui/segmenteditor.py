"""Slicer's Segment Editor inside the panel, with an editor node of its own."""

from __future__ import annotations

import slicer
import vtk
from slicer.util import VTKObservationMixin

from .effectregistration import registerEffects

SINGLETON_TAG = "ONVolumetry"
UNDO_STEPS = 20
EFFECTS = ("Lesion from strokes", "Threshold", "Paint", "Draw", "Erase", "Level tracing", "Grow from seeds",
           "Fill between slices", "Margin", "Smoothing", "Scissors", "Islands", "Logical operators")


class EmbeddedEditor(VTKObservationMixin):
    """Edits head and lesion of one visit; what is drawn in one never takes voxels from the other.

    :param layout: of the panel, which gets the widget.
    """

    def __init__(self, layout):
        VTKObservationMixin.__init__(self)
        registerEffects()
        self.widget = slicer.qMRMLSegmentEditorWidget()
        self.widget.objectName = "segmentEditor"
        self.widget.setMaximumNumberOfUndoStates(UNDO_STEPS)
        self.widget.setSegmentationNodeSelectorVisible(False)
        self.widget.setSourceVolumeNodeSelectorVisible(False)
        self.widget.setSwitchToSegmentationsButtonVisible(False)
        self.widget.setAddRemoveSegmentButtonsVisible(False)
        self.widget.setSpecifyGeometryButtonVisible(False)
        self.widget.setEffectNameOrder(list(EFFECTS))
        self.widget.unorderedEffectsVisible = False
        layout.addWidget(self.widget)
        self.isLesionInsideHead = False
        self._node = None
        self._ids = ("", "")
        self._isMasking = self._isEntered = False

    @property
    def node(self):
        """The vtkMRMLSegmentEditorNode; it keeps choices with the scene. None outside enter() and exit()."""
        return self._node

    def enter(self):
        """Be ready to edit."""
        self._isEntered = True
        self._useNode()
        if not self.widget.readOnly:
            self.widget.installKeyboardShortcuts()
            self.widget.setupViewObservations()

    def exit(self):
        """Let go of views and keys."""
        self._isEntered = False
        self.widget.setActiveEffect(None)
        self.widget.uninstallKeyboardShortcuts()
        self.widget.removeViewObservations()

    def release(self):
        """Let go of everything in the scene, before it is closed or the panel destroyed."""
        self.widget.setActiveEffect(None)
        self.removeObservers()
        # A widget that lives on would edit along with the next one through their common node.
        self.widget.setMRMLSegmentEditorNode(None)
        self._node = None
        self._ids = ("", "")

    def edit(self, visit):
        """Edit the segments of a visit (VisitNodes), or nothing (None)."""
        self._useNode()
        segmentation = None if visit is None else visit.segmentation
        self.widget.enabled = segmentation is not None
        isSame = self.widget.segmentationNode() is segmentation
        # The history of undo is emptied when the segmentation is set anew.
        if not isSame:
            self.widget.setActiveEffect(None)
            self.widget.setSegmentationNode(segmentation)
        volume = None if visit is None else visit.volume
        if self.widget.sourceVolumeNode() is not volume:
            self.widget.setSourceVolumeNode(volume)
        self._ids = ("", "") if visit is None else (visit.headSegmentId, visit.lesionSegmentId)
        if segmentation is not None and (not isSame or not self.widget.currentSegmentID()):
            self.widget.setCurrentSegmentID(self._ids[0])
        self.applyMask()

    def setReadOnly(self, isReadOnly: bool):
        """Allow no edits; the editor is hidden, since its keys would still choose tools."""
        self.widget.setReadOnly(isReadOnly)
        self.widget.setVisible(not isReadOnly)
        if isReadOnly:
            self.widget.removeViewObservations()
            self.widget.uninstallKeyboardShortcuts()
        elif self._isEntered:
            self.widget.installKeyboardShortcuts()
            self.widget.setupViewObservations()

    def saveStateForUndo(self):
        """To be called before code changes segments, so that the user can undo it."""
        self.widget.saveStateForUndo()

    def setLesionInsideHead(self, isInside: bool):
        """Let the lesion be drawn inside the head only, or anywhere."""
        self.isLesionInsideHead = isInside
        self.applyMask()

    def applyMask(self, caller=None, event=None):
        """Mask the strokes while the lesion is drawn; the head is never masked."""
        if self._node is None or self._isMasking:
            return
        modes = slicer.vtkMRMLSegmentationNode
        headId, lesionId = self._ids
        isMasked = self.isLesionInsideHead and lesionId and self._node.GetSelectedSegmentID() == lesionId
        self._isMasking = True
        try:
            self._node.SetOverwriteMode(self._node.OverwriteNone)
            self._node.SetMaskSegmentID(headId if isMasked else "")
            self._node.SetMaskMode(modes.EditAllowedInsideSingleSegment if isMasked else modes.EditAllowedEverywhere)
        finally:
            self._isMasking = False

    def _useNode(self):
        node = editorNode(slicer.mrmlScene)
        if node is self._node:
            return
        self.removeObservers()
        self._node = node
        self.widget.setMRMLSegmentEditorNode(node)
        self.widget.setMRMLScene(slicer.mrmlScene)
        # Without a node the widget would log an error.
        self.widget.setMaskingSectionVisible(False)
        self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self.applyMask)
        self.applyMask()


def editorNode(scene):
    """The module's own editor node of a scene; Slicer's own starts by taking voxels from other segments."""
    node = scene.GetSingletonNode(SINGLETON_TAG, "vtkMRMLSegmentEditorNode")
    if node is None:
        node = scene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
        node.UnRegister(None)
        node.SetSingletonTag(SINGLETON_TAG)
        node.SetName("ONVolumetry segment editor")
        node = scene.AddNode(node)
    return node
