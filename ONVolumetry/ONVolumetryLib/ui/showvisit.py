"""Shows one visit in the views: its volume and its outlines, at the middle of the head."""

from __future__ import annotations

import slicer

from ..mrml.hipnodes import HipNodes, VisitNodes
from ..mrml.outlinesinscene import outlinesOfHips


def showVisit(hip: HipNodes, visit: VisitNodes):
    """Put the volume of a visit in the slice views and hide the outlines of other visits, hips and readers.

    Does nothing where the application has no views.
    """
    if slicer.app.layoutManager() is None:
        return
    if visit.volume is not None:
        slicer.util.setSliceViewerLayers(background=visit.volume, foreground=None, label=None, fit=True)
    own = [other.segmentation for other in hip.visits if other.segmentation is not None]
    for segmentation in dict.fromkeys((*own, *outlinesOfHips(slicer.mrmlScene))):
        segmentation.CreateDefaultDisplayNodes()
        segmentation.GetDisplayNode().SetVisibility(segmentation is visit.segmentation)
    if visit.segmentation is None or not visit.headSegmentId:
        return
    if visit.segmentation.GetSegmentation().GetSegment(visit.headSegmentId) is None:
        return
    center = visit.segmentation.GetSegmentCenterRAS(visit.headSegmentId)
    if center is not None:
        slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *center, slicer.vtkMRMLSliceNode.OffsetJumpSlice)


def shownVolume():
    """The volume that the slice views show, or None."""
    manager = slicer.app.layoutManager()
    if manager is None:
        return None
    widgets = [manager.sliceWidget(name) for name in manager.sliceViewNames()]
    for widget in sorted(widgets, key=lambda widget: not widget.visible):
        volume = slicer.mrmlScene.GetNodeByID(widget.mrmlSliceCompositeNode().GetBackgroundVolumeID() or "")
        if volume is not None:
            return volume
    return None
