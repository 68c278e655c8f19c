"""The true outlines of a visit over those that a reader made."""

from collections.abc import Iterator
from contextlib import contextmanager

import slicer
from realscan import RealVisit, strokesIn

WHITE = (1.0, 1.0, 1.0)
# What the view shows from side to side, in radii of the head.
SEEN_RADII = 3.0


@contextmanager
def truthShown(visits, known: RealVisit) -> Iterator:
    """Let a slice view show a visit's outlines, the true ones as white lines, in the middle slice of the lesion.

    :param visits: VisitNodes of the hip.
    :return: widget of the view.
    """
    from ONVolumetryLib.files.segment import Segment
    from ONVolumetryLib.mrml.segmentwriting import addSegment

    truth = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Truth")
    for name, mask in (("head", known.head), ("lesion", known.lesion)):
        addSegment(truth, Segment(name, mask, name, WHITE))
    truth.CreateDefaultDisplayNodes()
    truth.GetDisplayNode().SetVisibility2DFill(False)
    for visit in visits:
        visit.segmentation.GetDisplayNode().SetVisibility(visit.label == known.label)
    _lookAtLesion(next(visit.volume for visit in visits if visit.label == known.label), known)
    yield slicer.app.layoutManager().sliceWidget("Red")
    slicer.mrmlScene.RemoveNode(truth)


def _lookAtLesion(volume, known: RealVisit):
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    node = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    node.RotateToVolumePlane(volume)
    width, height, depth = node.GetFieldOfView()
    across = SEEN_RADII * known.truth["sphere_radius_mm"]
    node.SetFieldOfView(across * width / height, across, depth)
    node.JumpSliceByCentering(*known.centerRas)
    node.JumpSliceByOffsetting(*strokesIn(known.lesion, 1)[0][0])
