"""Strokes that are being drawn, and the lesion that they ask for, shown but not yet in its segment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError, OutliningError
from ..core.mask import Mask
from ..core.outlining.strokemask import strokeMask
from ..files.segment import Segment
from ..files.segmentnames import findHeadAndLesion
from ..mrml.assistedoutlining import gridOfSegment, grownLesion, outlineState, writeLesion
from ..mrml.segments import describeSegments
from ..mrml.segmentwriting import addSegment

BRUSH_MM = 0.8
# Called with the words for the user where strokes that were not applied are dropped.
dropListeners: list[Callable[[str], None]] = []
LESION_COLOR, INSIDE_COLOR, OUTSIDE_COLOR = (0.95, 0.35, 0.1), (1.0, 0.95, 0.2), (0.3, 0.75, 1.0)


class StrokeSession:
    """One use of the tool.

    :param nodes: gives the segmentation node, the selected segment's ID and the volume node at hand.
    """

    def __init__(self, nodes: Callable):
        self._nodes = nodes
        self._of = None
        self._preview = None
        self.clear()

    @property
    def count(self) -> int:
        """Number of strokes."""
        return len(self._strokes)

    def add(self, pointsRas, isOutside: bool):
        """Add a stroke, unless it is for another segment than the ones before or for the head.

        :param pointsRas: where the mouse was, RAS in mm.
        """
        if self.whyElsewhere:
            return
        if not self._strokes:
            self._of = self._nodes()
            try:
                self._headId(*self._of[:2])
            except ONVolumetryError as error:
                self._text = _asSentence(error)
                return
        self._strokes.append((isOutside, np.array(pointsRas, dtype=float)))

    def removeLast(self):
        """Take the last stroke back."""
        if self._strokes:
            self._strokes.pop()

    def clear(self):
        """Take all strokes back."""
        self._strokes: list[tuple[bool, np.ndarray]] = []
        self.mask: Mask | None = None
        self._text, self._applied = "", None
        self._removePreview()

    def end(self):
        """Let go of the scene."""
        self._drop()

    @property
    def text(self) -> str:
        """What the user has to know now."""
        return self.whyElsewhere or self._text

    @property
    def canApply(self) -> bool:
        """Whether a lesion is shown, and the segment that it is for selected."""
        return self.mask is not None and not self.whyElsewhere

    @property
    def whyElsewhere(self) -> str:
        """Why the strokes cannot be used with the segment that is selected, "" where they can or there are none."""
        if not self._strokes or tuple(self._nodes()) == tuple(self._of):
            return ""
        segment = self._of[0].GetSegmentation().GetSegment(self._of[1])
        if segment is None:
            return _("The segment that the strokes were drawn for is gone; press Clear.")
        return _("The strokes were drawn for {name}; select it to apply them.").format(name=segment.GetName())

    def follow(self):
        """Let what is kept and said agree with the scene: strokes of another image are dropped."""
        if self._strokes:
            segmentation, _segmentId, volume = self._nodes()
            if segmentation is not self._of[0] or volume is not self._of[2]:
                self._drop()
        elif self._applied is not None and outlineState(*self._of[:2]) != self._applied:
            self._text, self._applied = "", None

    def hide(self):
        """Take the preview out of the scene before it is closed."""
        self._removePreview()

    def _drop(self):
        hasStrokes = self.count > 0
        self.clear()
        if hasStrokes:
            self._text = _("The strokes that were not applied were dropped.")
            slicer.util.showStatusMessage(self._text, 8000)
            for onDropped in tuple(dropListeners):
                onDropped(self._text)

    def grow(self, isRimIncluded: bool):
        """Grow the lesion and show it with the strokes; what cannot be grown is said in the text."""
        if self.whyElsewhere:
            return
        if not self._strokes:
            self.mask = None
            self._removePreview()
            return
        self.mask, self._text = None, ""
        if not any(not isOutside for isOutside, _points in self._strokes):
            self._removePreview()
            return
        segmentation, segmentId, volume = self._nodes()
        try:
            headId = self._headId(segmentation, segmentId)
            outline = grownLesion(segmentation, headId, volume, self._byKind(), brushMm=BRUSH_MM,
                                  isRimIncluded=isRimIncluded)
            grid = gridOfSegment(segmentation, headId)
        except ONVolumetryError as error:
            self._removePreview()
            self._text = _asSentence(error)
            return
        self.mask = outline.mask
        volumeCm3 = self.mask.voxelCount * grid.voxelVolumeMm3 / 1000
        self._text = _("{volume:.2f} cm³ (strokes: {count}); not applied yet.").format(
            volume=volumeCm3, count=self.count)
        if outline.caution:
            self._text += " " + _(outline.caution)
        self._show(segmentation, grid)

    def apply(self, isRimIncluded: bool):
        """Write what is shown into the segment that the strokes were drawn for.

        :raises OutliningError: another segment is selected, or it is the head's.
        """
        if not self.canApply:
            raise OutliningError(self.text)
        segmentation, segmentId, _volume = self._of
        self._headId(segmentation, segmentId)
        counts = [len(kind) for kind in self._byKind()]
        writeLesion(segmentation, segmentId, self.mask, counts, isRimIncluded)
        self.clear()
        self._applied = outlineState(segmentation, segmentId)
        self._text = _("Applied; status in progress.")

    def _byKind(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        return tuple([points for isOutside, points in self._strokes if isOutside == wanted]
                     for wanted in (False, True))

    def _headId(self, segmentation, segmentId: str) -> str:
        head = None if segmentation is None else findHeadAndLesion(describeSegments(segmentation))[0]
        if head is None:
            raise ONVolumetryError('there is no segment named "Femoral head" to grow the lesion in; outline it first')
        if head.identifier == segmentId:
            raise ONVolumetryError("the femoral head is selected; select the segment of the lesion")
        return head.identifier

    def _show(self, segmentation, grid):
        self._removePreview()
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", _("Preview of the lesion"))
        node.SetSaveWithScene(False)
        node.SetHideFromEditors(True)
        inside, outside = (strokeMask(kind, grid, BRUSH_MM) for kind in self._byKind())
        shown = ((_("Lesion"), self.mask, LESION_COLOR), (_("Strokes inside"), inside, INSIDE_COLOR),
                 (_("Strokes outside"), outside, OUTSIDE_COLOR))
        for name, mask, color in shown:
            if not mask.isEmpty:
                addSegment(node, Segment(name, mask, name, color))
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetOpacity2DFill(0.35)
        node.GetDisplayNode().SetSliceIntersectionThickness(2)
        # A saved scene would keep the item without its node, and could not be read with its own tree.
        tree = slicer.mrmlScene.GetSubjectHierarchyNode()
        tree.RemoveItem(tree.GetItemByDataNode(node), False, True)
        self._preview = node

    def _removePreview(self):
        node, self._preview = self._preview, None
        if node is not None and slicer.mrmlScene.IsNodePresent(node):
            # The views still ask the segmentation for its segments while its display goes.
            display = node.GetDisplayNode()
            slicer.mrmlScene.RemoveNode(node)
            # Slicer mostly removes it along, and complains of a node that is not in the scene.
            if display is not None and slicer.mrmlScene.IsNodePresent(display):
                slicer.mrmlScene.RemoveNode(display)


def _asSentence(error: Exception) -> str:
    return str(error)[:1].upper() + str(error)[1:] + "."
