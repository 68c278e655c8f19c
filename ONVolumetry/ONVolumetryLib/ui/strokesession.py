"""Strokes that are being drawn, and the lesion that they ask for, shown but not yet in its segment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..core.mask import Mask
from ..core.outlining.strokemask import strokeMask
from ..files.segment import Segment
from ..files.segmentnames import findHeadAndLesion
from ..mrml.assistedoutlining import gridOfSegment, grownLesion, writeLesion
from ..mrml.segments import describeSegments
from ..mrml.segmentwriting import addSegment

BRUSH_MM = 0.8
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
        """Add a stroke.

        :param pointsRas: where the mouse was, RAS in mm.
        """
        if not self._strokes:
            self._of = self._nodes()
        self._strokes.append((isOutside, np.array(pointsRas, dtype=float)))

    def removeLast(self):
        """Take the last stroke back."""
        if self._strokes:
            self._strokes.pop()

    def clear(self):
        """Take all strokes back."""
        self._strokes: list[tuple[bool, np.ndarray]] = []
        self.mask: Mask | None = None
        self.text = ""
        self._removePreview()

    def end(self):
        """Let go of the scene."""
        self.clear()

    def isElsewhere(self) -> bool:
        """Whether another segment or volume is at hand than the strokes were drawn for."""
        return bool(self._strokes) and self._of is not None and tuple(self._nodes()) != tuple(self._of)

    def grow(self, isRimIncluded: bool):
        """Grow the lesion and show it with the strokes; what cannot be grown is said in the text."""
        self.mask = None
        self.text = ""
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
            self.text = str(error)[:1].upper() + str(error)[1:] + "."
            return
        self.mask = outline.mask
        volumeCm3 = self.mask.voxelCount * grid.voxelVolumeMm3 / 1000
        self.text = _("{volume:.2f} cm³ (strokes: {count}); not applied yet.").format(
            volume=volumeCm3, count=self.count)
        if outline.caution:
            self.text += " " + _(outline.caution)
        self._show(segmentation, grid)

    def apply(self, isRimIncluded: bool):
        """Write what is shown into the selected segment."""
        segmentation, segmentId, _volume = self._nodes()
        counts = [len(kind) for kind in self._byKind()]
        writeLesion(segmentation, segmentId, self.mask, counts, isRimIncluded)
        self.clear()
        self.text = _("Applied; status in progress.")

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
        self._preview = node

    def _removePreview(self):
        node, self._preview = self._preview, None
        if node is not None and slicer.mrmlScene.IsNodePresent(node):
            # The views still ask the segmentation for its segments while its display goes.
            display = node.GetDisplayNode()
            slicer.mrmlScene.RemoveNode(node)
            slicer.mrmlScene.RemoveNode(display)
