"""A hip of three visits in the application's scene, and the Segment section in a dock of the main window."""

import time

import numpy as np
import qt
import slicer

SHIFTS = {"preop": (0.0, 0.0, 0.0), "3 months": (4.0, -6.0, 9.0), "12 months": (-5.0, 3.0, -6.0)}
MONTHS = {"preop": 0.0, "3 months": 3.0, "12 months": 12.0}
SPACING_MM = (0.6, 0.6, 3.0)


def addVisits(outlined=("preop", "3 months", "12 months")):
    """Volumes of a bright ball, each visit's elsewhere, and the outlines of some visits."""
    from ONVolumetryLib.mrml.hipnodes import VisitNodes

    visits = []
    for label, shift in SHIFTS.items():
        head, lesion = shiftedBall(shift)
        volume = addVolume(label, head, lesion)
        visit = VisitNodes(None, "", "", volume, label, MONTHS[label])
        visits.append(outline(visit, head, lesion) if label in outlined else visit)
    return visits


def shiftedBall(shift):
    """Masks of head and lesion, moved in the patient."""
    from ONVolumetryLib.core.geometry import GridGeometry
    from ONVolumetryLib.core.mask import Mask
    from ONVolumetryLib.mrml.ballhip import ballMasks

    head, lesion = ballMasks(SPACING_MM)
    matrix = np.array(head.grid.ijkToRas)
    matrix[:3, 3] += shift
    grid = GridGeometry(head.grid.sizeIjk, matrix)
    return tuple(Mask(mask.voxels, mask.offsetIjk, grid) for mask in (head, lesion))


def addVolume(name, head, lesion):
    """A volume in which the head is bright and the lesion dark."""
    from ONVolumetryLib.mrml.segmentwriting import vtkMatrix

    noise = np.random.default_rng(1).normal(0.0, 8.0, head.grid.shapeKji)
    array = (60 + 140 * head.fullArray() - 90 * lesion.fullArray() + noise).astype(np.int16)
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", f"MR {name}")
    volume.SetIJKToRASMatrix(vtkMatrix(head.grid.ijkToRas))
    slicer.util.updateVolumeFromArray(volume, array)
    volume.CreateDefaultDisplayNodes()
    return volume


def outline(visit, head, lesion):
    """The visit with both segments drawn."""
    import dataclasses

    from ONVolumetryLib.mrml.segmentediting import replaceVoxels
    from ONVolumetryLib.mrml.templatesegments import addVisitSegmentation

    node, headId, lesionId = addVisitSegmentation(slicer.mrmlScene, visit.volume, visit.label)
    replaceVoxels(node, headId, head)
    replaceVoxels(node, lesionId, lesion)
    return dataclasses.replace(visit, segmentation=node, headSegmentId=headId, lesionSegmentId=lesionId)


class Host:
    """The section in a dock at the left, as its owner would show it."""

    def __init__(self):
        from ONVolumetryLib.ui.segmentpanel import SegmentPanel

        self.dock = qt.QDockWidget("Segment")
        self.widget = qt.QWidget()
        self.dock.setWidget(self.widget)
        slicer.util.mainWindow().addDockWidget(qt.Qt.LeftDockWidgetArea, self.dock)
        self.panel = SegmentPanel(self.widget, None)
        self.panel.setPatient("male")

    def child(self, name):
        return slicer.util.findChild(self.widget, name)

    def text(self, name) -> str:
        return self.child(name).text

    def open(self, visits, label):
        self.panel.setVisits(visits, label, "right")
        self.panel.enter()
        slicer.app.processEvents()

    def close(self):
        self.panel.cleanup()
        slicer.util.mainWindow().removeDockWidget(self.dock)
        self.dock.deleteLater()
        slicer.app.processEvents()


def waitFor(condition, seconds=60.0) -> float:
    """Let the application work until something is so.

    :return: how long it took, s.
    """
    start = time.perf_counter()
    while not condition():
        if time.perf_counter() - start > seconds:
            raise AssertionError("it did not happen in time")
        slicer.app.processEvents()
        time.sleep(0.005)
    return time.perf_counter() - start


def displayPoint(viewName, pointRas):
    """Pixel of a slice view (from the lower left corner) where a point of the patient is."""
    import vtk

    node = slicer.app.layoutManager().sliceWidget(viewName).mrmlSliceNode()
    inverse = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Invert(node.GetXYToRAS(), inverse)
    return tuple(round(value) for value in inverse.MultiplyPoint((*pointRas, 1.0))[:2])


def dragIn(viewName, startRas, endRas, steps=12):
    """Press the mouse at a point of the patient, move to another one, and release."""
    widget = slicer.app.layoutManager().sliceWidget(viewName)
    slicer.util.clickAndDrag(widget.sliceView(), start=displayPoint(viewName, startRas),
                             end=displayPoint(viewName, endRas), steps=steps)
