"""Interpolated slices are marked where a reader looks, until he edits or confirms them."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import qt
import segmenthost
import slicer
import vtk
from paneltest import PanelTest
from segmenthost import displayPoint, dragIn, waitFor

DARK = 40
VIEW = "Red"


def setUpModule():
    import importguard

    importguard.install()


def fill(visit, segmentId, head):
    """Let every second slice of a segment be interpolated; the first of them, from 0."""
    from ONVolumetryLib.core.mask import Mask
    from ONVolumetryLib.mrml.assistedoutlining import fillSlices
    from ONVolumetryLib.mrml.segmentediting import replaceVoxels

    thinned = head.voxels.copy()
    thinned[1:-1:2] = False
    replaceVoxels(visit.segmentation, segmentId, Mask(thinned, head.offsetIjk, head.grid))
    return [number - 1 for number in fillSlices(visit.segmentation, segmentId, visit.volume)]


class InterpolatedMarksTest(unittest.TestCase):
    """The head of the first visit, every second slice of which is interpolated."""

    def setUp(self):
        from ONVolumetryLib.ui.interpolatedmarks import marks

        slicer.mrmlScene.Clear(0)
        slicer.util.mainWindow().resize(1600, 1000)
        self.marks = marks()
        self.marks.start()
        self.host = segmenthost.Host()
        self.host.open(segmenthost.addVisits(), "preop")
        self.visit = self.host.panel.active
        self.head, self.lesion = segmenthost.shiftedBall(segmenthost.SHIFTS["preop"])
        self.filled = fill(self.visit, self.visit.headSegmentId, self.head)
        waitFor(lambda: self.left() == self.filled)

    def tearDown(self):
        if self.host is not None:
            self.host.close()
        slicer.mrmlScene.Clear(0)

    def left(self):
        """Slices that are still marked, from 0."""
        outlines = self.marks.outlinesOf(self.visit.segmentation)
        return list(outlines[0].slices.indices) if outlines else []

    def text(self, viewName=VIEW):
        return self.marks.markIn(viewName).text

    def node(self):
        return slicer.app.layoutManager().sliceWidget(VIEW).mrmlSliceNode()

    def place(self, index):
        """Middle of the head on a slice."""
        center = self.head.pointsRas().mean(axis=0)
        ijk = self.head.grid.toIjk(center)
        return self.head.grid.toRas([*ijk[:2], index])

    def goTo(self, index):
        self.node().JumpSliceByOffsetting(*self.place(index))
        slicer.app.processEvents()

    def pixels(self):
        """What the slice view shows, rows from below."""
        view = slicer.app.layoutManager().sliceWidget(VIEW).sliceView()
        view.forceRender()
        grabber = vtk.vtkWindowToImageFilter()
        grabber.SetInput(view.renderWindow())
        grabber.ReadFrontBufferOff()
        grabber.Update()
        image = grabber.GetOutput()
        from vtk.util.numpy_support import vtk_to_numpy

        width, height = image.GetDimensions()[:2]
        return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, -1)[..., :3].astype(int)

    def alongOutline(self, index):
        """Shares of the head's outline on a slice that are drawn in its color, and in the color of the gaps."""
        from ONVolumetryLib.core.sliceoutline import dashes, sliceOutlines

        seen = self.pixels()
        segment = self.visit.segmentation.GetSegmentation().GetSegment(self.visit.headSegmentId)
        own, spots = 255 * np.array(segment.GetColor()), []
        for loop in sliceOutlines(self.visitMask(), 2, index):
            for piece in dashes(loop, 0.3, 0.3):
                column, row = displayPoint(VIEW, piece[0])
                spots.append(seen[row, column])
        spots = np.array(spots)
        return (float(np.mean(np.abs(spots - own).max(axis=1) < DARK)), float(np.mean(spots.max(axis=1) < DARK)))

    def visitMask(self):
        from ONVolumetryLib.mrml.segmentediting import segmentMask

        return segmentMask(self.visit.segmentation, self.visit.headSegmentId)

    def edit(self, index):
        """Erase a spot at the rim of the head on a slice, with the mouse."""
        self.goTo(index)
        editor = self.host.panel.editor.widget
        editor.setCurrentSegmentID(self.visit.headSegmentId)
        editor.setActiveEffectByName("Erase")
        rim = self.place(index) + np.array([-18.0, 0.0, 0.0])
        slicer.app.processEvents()
        dragIn(VIEW, rim, rim + np.array([1.0, 0.0, 1.0]), steps=3)
        editor.setActiveEffect(None)

    def test_outlineIsDashedOnInterpolatedSlicesOnly(self):
        self.goTo(self.filled[2])
        self.assertEqual(self.text(), "Femoral head: interpolated slice")
        colored, gaps = self.alongOutline(self.filled[2])
        self.assertGreater(colored, 0.4)
        self.assertGreater(gaps, 0.25)
        self.goTo(self.filled[2] + 1)
        self.assertEqual((self.text(), self.marks.markIn(VIEW).dashCount), ("", 0))
        self.assertLess(self.alongOutline(self.filled[2] + 1)[1], 0.05)

    def test_dashesFollowTheZoom(self):
        self.goTo(self.filled[2])
        before = self.marks.markIn(VIEW).dashCount
        width, height, depth = self.node().GetFieldOfView()
        self.node().SetFieldOfView(1.6 * width, 1.6 * height, depth)
        slicer.app.processEvents()
        self.assertAlmostEqual(self.marks.markIn(VIEW).dashCount / before, 1 / 1.6, delta=0.05)
        self.assertGreater(self.alongOutline(self.filled[2])[1], 0.2)

    def test_turnedViewIsNotMarked(self):
        self.goTo(self.filled[2])
        self.node().SetOrientation("Sagittal")
        slicer.app.processEvents()
        self.assertEqual(self.text(), "")

    def test_editedSliceLosesItsMarkAndUndoGivesItBack(self):
        index = self.filled[2]
        self.edit(index)
        waitFor(lambda: index not in self.left())
        self.assertEqual(self.left(), [other for other in self.filled if other != index])
        self.assertEqual(self.text(), "")
        origin = self.tag()
        self.assertNotIn(f",{index + 1},", origin.split("slice_axis")[0])
        self.assertIn(f'"reviewed_slices":[{index + 1}]', origin)
        self.assertNotIn(f">{index + 1}<", self.host.text("interpolatedLabel"))
        self.host.panel.editor.widget.undo()
        waitFor(lambda: self.left() == self.filled)
        self.assertEqual(self.text(), "Femoral head: interpolated slice")
        self.host.panel.editor.widget.redo()
        waitFor(lambda: index not in self.left())

    def tag(self):
        from ONVolumetryLib.mrml.segments import segmentTag

        segment = self.visit.segmentation.GetSegmentation().GetSegment(self.visit.headSegmentId)
        return segmentTag(segment, "ONVolumetry.Origin")

    def test_listLeadsToASliceThatIsConfirmed(self):
        label, button = self.host.child("interpolatedLabel"), self.host.child("confirmSliceButton")
        for widget in (label, button, self.host.child("marrowBox")):
            self.assertTrue(widget.focusPolicy & qt.Qt.TabFocus, widget.objectName)
            self.assertTrue(widget.toolTip)
        self.goTo(self.filled[0] - 1)
        self.assertFalse(button.enabled)
        self.assertIn("click one of the numbers", button.toolTip)
        index = self.filled[3]
        self.assertIn(f">{index + 1}</a>", label.text)
        self.host.panel.editor.widget.setCurrentSegmentID(self.visit.lesionSegmentId)
        label.linkActivated(f"{self.visit.headSegmentId} {index}")
        slicer.app.processEvents()
        self.assertEqual(self.text(), "Femoral head: interpolated slice")
        self.assertEqual(self.host.panel.editor.widget.currentSegmentID(), self.visit.headSegmentId)
        self.assertEqual(button.text, f"Confirm slice {index + 1}")
        button.click()
        waitFor(lambda: index not in self.left())
        self.assertEqual(self.text(), "")
        self.assertNotIn(f">{index + 1}</a>", label.text)
        self.assertFalse(button.enabled)
        self.host.panel.editor.widget.undo()
        waitFor(lambda: self.left() == self.filled)

    def test_linkTurnsAViewThatShowsNoSlices(self):
        self.node().SetOrientation("Sagittal")
        self.host.child("interpolatedLabel").linkActivated(f"{self.visit.headSegmentId} {self.filled[1]}")
        slicer.app.processEvents()
        self.assertEqual(self.text(), "Femoral head: interpolated slice")

    def test_completedSegmentAndHiddenSegmentAreNotMarked(self):
        self.goTo(self.filled[2])
        segmentation, headId = self.visit.segmentation, self.visit.headSegmentId
        segmentation.GetDisplayNode().SetSegmentVisibility(headId, False)
        slicer.app.processEvents()
        self.assertEqual(self.text(), "")
        segmentation.GetDisplayNode().SetSegmentVisibility(headId, True)
        slicer.app.processEvents()
        self.assertEqual(self.text(), "Femoral head: interpolated slice")
        segmentation.GetSegmentation().GetSegment(headId).SetTag("Segmentation.Status", "completed")
        waitFor(lambda: self.text() == "")
        self.assertFalse(self.host.child("interpolatedLabel").visible)

    def test_bothSegmentsAreNamed(self):
        segmentation = self.visit.segmentation
        both = set(fill(self.visit, self.visit.lesionSegmentId, self.lesion)) & set(self.filled)
        waitFor(lambda: len(self.marks.outlinesOf(segmentation)) == 2)
        self.assertTrue(both)
        self.goTo(sorted(both)[0])
        self.assertEqual(self.text().splitlines(), ["Femoral head: interpolated slice",
                                                    "Osteonecrosis lesion: interpolated slice"])

    def test_onlyTheViewOfTheVisitIsMarkedWhileVisitsAreCompared(self):
        slicer.util.mainWindow().resize(1100, 800)
        self.host.child("compareCheckBox").click()
        slicer.app.processEvents()
        view = slicer.app.layoutManager().sliceWidget("ONVolumetry1")
        view.mrmlSliceNode().JumpSliceByOffsetting(*self.place(self.filled[2]))
        waitFor(lambda: self.text("ONVolumetry1"))
        self.assertLess(view.mrmlSliceNode().GetDimensions()[0], 420)
        self.assertEqual(self.text("ONVolumetry1").splitlines(), ["Femoral head:", "interpolated slice"])
        self.assertEqual((self.text("ONVolumetry2"), self.text(VIEW)), ("", ""))
        self.host.panel.setVisits(self.host.panel.visits, "3 months", "right")
        waitFor(lambda: self.text("ONVolumetry1"))
        self.host.child("blindedCheckBox").click()
        slicer.app.processEvents()
        self.assertEqual(self.text("ONVolumetry1"), "")

    def test_orientationMarkerIsLeftFree(self):
        self.goTo(self.filled[2])
        node, corner = self.node(), self.marks.markIn(VIEW).cornerPixels
        self.addCleanup(node.SetOrientationMarkerType, node.OrientationMarkerTypeNone)
        self.addCleanup(node.SetOrientationMarkerSize, node.OrientationMarkerSizeMedium)
        node.SetOrientationMarkerType(node.OrientationMarkerTypeCube)
        height, width = self.pixels().shape[:2]
        self.assertLess(corner[1], 0.05 * height)
        for size, name in enumerate(("small", "medium", "large")):
            node.SetOrientationMarkerSize(size)
            slicer.app.processEvents()
            self.assertEqual(node.GetOrientationMarkerSizeAsString(size), name)
            markers = [renderer.GetViewport() for renderer in self.renderers() if renderer.GetViewport()[0] > 0]
            self.assertEqual(len(markers), 1)
            corner = self.marks.markIn(VIEW).cornerPixels
            self.assertGreaterEqual(corner[1], markers[0][3] * height)
            self.assertLess(corner[1], markers[0][3] * height + 20)
            self.assertLess(corner[0], width)

    def renderers(self):
        window = slicer.app.layoutManager().sliceWidget(VIEW).sliceView().renderWindow()
        return [window.GetRenderers().GetItemAsObject(index) for index in range(window.GetRenderers(
            ).GetNumberOfItems())]

    def test_marksOutliveTheModuleAndTheFileButNotTheScene(self):
        from ONVolumetryLib.ui.markstart import markStart

        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = str(Path(folder.name) / "scene.mrb")
        name = self.visit.segmentation.GetName()
        self.host.close()
        self.host = None
        slicer.util.selectModule("SegmentEditor")
        slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
        slicer.app.processEvents()
        self.goTo(self.filled[2])
        self.assertEqual(self.text(), "Femoral head: interpolated slice")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertEqual((self.text(), self.left()), ("", []))
        # As in a Slicer in which the module was not opened yet.
        self.marks.stop()
        markStart().start()
        slicer.app.processEvents()
        self.assertIsNone(self.marks.markIn(VIEW))
        slicer.util.loadScene(path)
        self.goTo(self.filled[2])
        waitFor(lambda: self.marks.markIn(VIEW) and self.text() == "Femoral head: interpolated slice")
        self.assertEqual(self.marks.outlinesOf(slicer.util.getNode(name))[0].slices.indices, tuple(self.filled))

    def test_stoppingTakesEverythingAway(self):
        self.goTo(self.filled[2])
        renderer = slicer.app.layoutManager().sliceWidget(VIEW).sliceView().renderWindow().GetRenderers(
            ).GetFirstRenderer()
        drawn = renderer.GetViewProps().GetNumberOfItems()
        self.marks.stop()
        self.addCleanup(self.marks.start)
        self.assertEqual(renderer.GetViewProps().GetNumberOfItems(), drawn - 3)
        self.assertIsNone(self.marks.markIn(VIEW))
        self.assertFalse(self.marks.Observations)
        self.goTo(self.filled[3])
        self.marks.start()
        waitFor(lambda: self.text() == "Femoral head: interpolated slice")


class ApprovedOutlinesTest(PanelTest):
    """A case whose first visit has a lesion with interpolated slices."""

    def testApprovalConfirmsAllSlicesAndWithdrawingItDoesNot(self):
        from ONVolumetryLib.mrml.segmentediting import segmentMask
        from ONVolumetryLib.ui.interpolatedmarks import marks

        self.openCase()
        visit = self.visit(0)
        filled = fill(visit, visit.lesionSegmentId, segmentMask(visit.segmentation, visit.lesionSegmentId))
        waitFor(lambda: marks().outlinesOf(visit.segmentation))
        self.assertEqual(list(marks().outlinesOf(visit.segmentation)[0].slices.indices), filled)
        self.measure()
        self.assertTrue(marks().outlinesOf(visit.segmentation))
        name = visit.segmentation.GetSegmentation().GetSegment(visit.lesionSegmentId).GetName()
        for answer in (False, True):
            with mock.patch.object(slicer.util, "confirmYesNoDisplay", return_value=answer) as asked:
                self.approve()
            numbers = ", ".join(str(index + 1) for index in filled)
            self.assertEqual(asked.call_args.args[0],
                             f'Slices {numbers} of "{name}" at preop are interpolated and were not confirmed.\n'
                             "Approve them as they are?")
            self.assertEqual(visit.segmentation.GetAttribute("ONVolumetry.approved"), "1" if answer else None)
        waitFor(lambda: not marks().outlinesOf(visit.segmentation))
        self.panel.approveSection.withdraw()
        waitFor(lambda: marks().outlinesOf(visit.segmentation))


if __name__ == "__main__":
    unittest.main()
