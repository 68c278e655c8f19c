"""The compare layout: one slice view a visit, moved together, of which only one can be drawn in."""

import unittest

import numpy as np
import segmenthost
import slicer
from paneltest import arrangeWindow
from segmenthost import waitFor

VIEWS = ("ONVolumetry1", "ONVolumetry2", "ONVolumetry3")


def setUpModule():
    import importguard

    importguard.install()


class ComparedVisits:
    """Three visits side by side."""

    def compare(self):
        slicer.mrmlScene.Clear(0)
        slicer.app.pauseRender()
        arrangeWindow()
        self.host = segmenthost.Host()
        self.visits = segmenthost.addVisits()
        self.host.open(self.visits, "3 months")
        self.host.child("compareCheckBox").click()
        slicer.app.processEvents()

    def close(self):
        self.host.close()
        slicer.mrmlScene.Clear(0)
        slicer.app.resumeRender()


class CompareLayoutTest(unittest.TestCase):
    """Looks at the views, which are made once; no test depends on where another has moved them."""

    @classmethod
    def setUpClass(cls):
        cls.compared = ComparedVisits()
        cls.compared.compare()
        cls.visits = cls.compared.visits

    @classmethod
    def tearDownClass(cls):
        cls.compared.close()

    def node(self, index):
        return slicer.app.layoutManager().sliceWidget(VIEWS[index]).mrmlSliceNode()

    def offset(self, index):
        """Where the middle of a view lies from the center of its head, mm."""
        from ONVolumetryLib.mrml.ballhip import CENTER_RAS

        pose = self.node(index).GetSliceToRAS()
        center = np.add(CENTER_RAS, segmenthost.SHIFTS[self.visits[index].label])
        return np.array([pose.GetElement(row, 3) for row in range(3)]) - center

    def requireSamePlace(self):
        for index in (1, 2):
            np.testing.assert_allclose(self.offset(index)[:2], self.offset(0)[:2], atol=0.5)
            # Each view is on a slice of its own volume.
            self.assertLess(abs(self.offset(index)[2] - self.offset(0)[2]), 1.6)

    def testEachVisitHasItsVolumeInItsView(self):
        names = slicer.app.layoutManager().sliceViewNames()
        self.assertTrue(set(VIEWS) <= set(names))
        for view, visit in zip(VIEWS, self.visits):
            widget = slicer.app.layoutManager().sliceWidget(view)
            self.assertTrue(widget.visible)
            self.assertEqual(widget.mrmlSliceCompositeNode().GetBackgroundVolumeID(), visit.volume.GetID())
            shownIn = [name for name in VIEWS if self.node(VIEWS.index(name)).GetID()
                       in visit.segmentation.GetDisplayNode().GetViewNodeIDs()]
            self.assertEqual(shownIn, [view])

    def testViewsMoveTogetherFromTheHeadsCenter(self):
        self.requireSamePlace()
        first = self.offset(0)
        for index, step in ((0, 9.0), (2, -15.0)):
            self.node(index).SetSliceOffset(self.node(index).GetSliceOffset() + step)
            slicer.app.processEvents()
            self.requireSamePlace()
        self.assertAlmostEqual(self.offset(0)[2] - first[2], -6.0, delta=1.6)
        pose = self.node(1).GetSliceToRAS()
        pose.SetElement(0, 3, pose.GetElement(0, 3) + 7.0)
        self.node(1).UpdateMatrices()
        self.requireSamePlace()

    def testZoomIsTheSame(self):
        node = self.node(1)
        width, height, depth = node.GetFieldOfView()
        node.SetFieldOfView(width / 2, height / 2, depth)
        node.UpdateMatrices()
        slicer.app.processEvents()
        sizes = [self.node(index).GetFieldOfView()[0] / self.node(index).GetDimensions()[0] for index in range(3)]
        np.testing.assert_allclose(sizes, sizes[1], rtol=1e-6)
        self.assertAlmostEqual(self.node(1).GetFieldOfView()[0], width / 2)

    def testWindowAndLevelAreTheSame(self):
        self.visits[2].volume.GetDisplayNode().SetWindowLevel(321.0, 123.0)
        for visit in self.visits:
            display = visit.volume.GetDisplayNode()
            self.assertEqual((display.GetWindow(), display.GetLevel()), (321.0, 123.0))

    def testSavingShowsAStandardLayoutMeanwhile(self):
        from ONVolumetryLib.ui.comparelayout import afterSave, compareLayout, isOwnLayout, prepareForSave

        prepareForSave()
        prepareForSave()
        self.assertFalse(isOwnLayout(slicer.app.layoutManager().layout))
        afterSave()
        afterSave()
        self.assertEqual(slicer.app.layoutManager().layout, compareLayout(3))

    def testLayoutsAreRegisteredOnce(self):
        from ONVolumetryLib.ui import comparelayout

        comparelayout.registerLayouts()
        node = slicer.app.layoutManager().layoutLogic().GetLayoutNode()
        for count in range(1, comparelayout.MOST_VISITS + 1):
            description = node.GetLayoutDescription(comparelayout.compareLayout(count))
            self.assertEqual(description.count("vtkMRMLSliceNode"), count)


class CompareChoicesTest(ComparedVisits, unittest.TestCase):
    """Drives the check boxes of the Segment section and draws."""

    def setUp(self):
        self.compare()

    def tearDown(self):
        self.close()

    def testOnlyTheActiveVisitCanBeDrawnIn(self):
        from ONVolumetryLib.mrml.ballhip import CENTER_RAS

        panel = self.host.panel
        panel.editor.widget.setCurrentSegmentID(panel.active.lesionSegmentId)
        panel.editor.widget.setActiveEffectByName("Paint")
        slicer.app.processEvents()
        for index, isDrawn in ((0, False), (2, False), (1, True)):
            before = self.voxelCounts()
            center = np.add(CENTER_RAS, segmenthost.SHIFTS[self.visits[index].label])
            segmenthost.dragIn(VIEWS[index], np.add(center, (-12.0, -10.0, 0.0)), np.add(center, (5.0, -10.0, 0.0)),
                               steps=4)
            slicer.app.processEvents()
            self.assertEqual(self.voxelCounts() != before, isDrawn, VIEWS[index])
            self.assertEqual(self.voxelCounts()[::2], before[::2])

    def voxelCounts(self):
        from ONVolumetryLib.mrml.segmentediting import segmentMask

        return [segmentMask(visit.segmentation, visit.lesionSegmentId).voxelCount for visit in self.visits]

    def testBlindedReaderSeesOnlyTheActiveOutlines(self):
        def visible():
            return [bool(visit.segmentation.GetDisplayNode().GetVisibility()) for visit in self.visits]

        self.assertEqual(visible(), [True, True, True])
        self.host.child("blindedCheckBox").click()
        self.assertTrue(self.host.panel.isBlinded)
        self.assertEqual(visible(), [False, True, False])
        self.host.child("visitButton 12 months").click()
        self.assertEqual(visible(), [False, False, True])

    def testReadingIsNotedWithTheSegmentation(self):
        from ONVolumetryLib.mrml.readingmode import readingOf

        self.startBlinded()
        node = self.edit()
        waitFor(lambda: readingOf(node) == "blinded")
        self.host.child("compareCheckBox").click()
        self.host.child("blindedCheckBox").click()
        self.edit()
        waitFor(lambda: readingOf(node) == "open")
        self.host.child("blindedCheckBox").click()
        self.edit()
        with self.assertRaises(AssertionError):
            waitFor(lambda: readingOf(node) == "blinded", seconds=0.5)
        self.assertIsNone(readingOf(self.visits[0].segmentation))

    def testVisitIsNotBlindedAfterAnotherOnesOutlinesWereSeen(self):
        from ONVolumetryLib.mrml.readingmode import readingOf

        self.startBlinded()
        node = self.edit()
        waitFor(lambda: readingOf(node) == "blinded")
        self.host.child("blindedCheckBox").click()
        for label in ("12 months", "3 months"):
            self.host.child(f"visitButton {label}").click()
        self.host.child("blindedCheckBox").click()
        self.edit()
        waitFor(lambda: node.GetAttribute("ONVolumetry.reading") == "not hidden")
        self.assertIsNone(readingOf(node))

    def startBlinded(self):
        """Open the section anew, with nothing seen, and hide other outlines before visits are compared."""
        self.host.child("compareCheckBox").click()
        self.host.close()
        self.host = segmenthost.Host()
        self.host.open(self.visits, "3 months")
        self.host.child("blindedCheckBox").click()

    def edit(self):
        from ONVolumetryLib.mrml.segmentediting import replaceVoxels, segmentMask

        visit = self.host.panel.active
        mask = segmentMask(visit.segmentation, visit.headSegmentId)
        replaceVoxels(visit.segmentation, visit.headSegmentId, mask)
        return visit.segmentation

    def testChoicesComeBackWithTheSection(self):
        from ONVolumetryLib.ui.comparelayout import compareLayout

        self.host.child("blindedCheckBox").click()
        self.host.panel.exit()
        other = segmenthost.Host()
        self.addCleanup(other.close)
        other.open(self.visits, "preop")
        self.assertTrue(other.child("compareCheckBox").checked and other.panel.isBlinded)
        self.assertEqual(slicer.app.layoutManager().layout, compareLayout(3))


if __name__ == "__main__":
    unittest.main()
