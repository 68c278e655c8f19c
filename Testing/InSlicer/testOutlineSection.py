"""Section 3 in the panel: it works on the hip that is shown, and stops when the module or the scene is left."""

import sys
import unittest
from unittest import mock

import numpy as np
import slicer
from paneltest import PanelTest, settle
from segmenthost import dragIn


def setUpModule():
    import importguard

    importguard.install()


class OutlineSectionTest(PanelTest):
    """The segment panel inside the module's panel."""

    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, self.ui.segmentSection, "collapsed", True)

    def unfold(self):
        self.ui.segmentSection.collapsed = False
        settle()

    def testSegmentsAreMadeWhereThereAreNone(self):
        self.openCase()
        self.ui.otherHipButton.click()
        settle()
        self.assertIsNone(self.visit(0).segmentation)
        self.unfold()
        visit = self.visit(0)
        self.assertIsNotNone(visit.segmentation)
        names = [visit.segmentation.GetSegmentation().GetSegment(segmentId).GetName()
                 for segmentId in (visit.headSegmentId, visit.lesionSegmentId)]
        self.assertEqual(names, ["Femoral head", "Osteonecrosis lesion"])
        self.assertIsNone(self.visit(1).segmentation)
        self.ui.visitsTable.setCurrentCell(1, 0)
        settle()
        self.assertIsNotNone(self.visit(1).segmentation)
        self.assertIsNot(self.visit(1).segmentation, visit.segmentation)

    def testVisitOfTheTableIsOutlined(self):
        self.openCase()
        self.unfold()
        segments = self.panel.outlineSection.segments
        self.assertEqual(segments.active.label, "preop")
        self.ui.visitsTable.setCurrentCell(2, 0)
        settle()
        self.assertEqual(segments.active.label, "12 months")
        segments.onVisitRequested("3 months")
        settle()
        self.assertEqual(self.panel.state.parameters.activeVisit, "3 months")
        self.assertEqual(segments.active.label, "3 months")

    def testApprovedOutlinesAreReadOnly(self):
        self.openCase()
        self.unfold()
        editor = self.panel.outlineSection.segments.editor.widget
        self.assertFalse(editor.readOnly)
        self.measure()
        self.approve()
        self.assertTrue(editor.readOnly)
        self.assertIn("locked", self.ui.segmentStatus.text)
        for name in ("headFromClickButton", "headFromBaselineButton", "fillSlicesButton", "placePointsButton",
                     "startHeadButton", "defineNeckPlaneButton", "cutHeadButton", "copyHeadButton", "marrowBox",
                     "noLesionCheckBox", "insideHeadCheckBox"):
            widget = slicer.util.findChild(self.ui.segmentContainer, name)
            self.assertFalse(widget.enabled, name)
            self.assertIn("The visit is approved; withdraw the approval first.", widget.toolTip, name)
        self.panel.approveSection.withdraw()
        settle()
        self.assertFalse(editor.readOnly)

    def testApplyIsInSightAfterAStroke(self):
        from ONVolumetryLib.mrml.segmentediting import segmentMask

        self.openCase()
        self.unfold()
        editor = self.panel.outlineSection.segments.editor.widget
        editor.setCurrentSegmentID(self.visit(0).lesionSegmentId)
        editor.setActiveEffectByName("Lesion from strokes")
        self.addCleanup(editor.setActiveEffect, None)
        settle()
        for name in ("strokesLabel", "applyStrokesButton"):
            self.assertTrue(slicer.util.findChild(editor, name).visibleRegion().isEmpty(), name)
        visit = self.visit(0)
        center = segmentMask(visit.segmentation, visit.lesionSegmentId).pointsRas().mean(axis=0)
        dragIn("Red", np.add(center, (-2.0, 0.0, 0.0)), np.add(center, (2.0, 0.0, 0.0)), steps=4)
        settle()
        for name in ("strokesLabel", "applyStrokesButton"):
            self.assertFalse(slicer.util.findChild(editor, name).visibleRegion().isEmpty(), name)

    def testEditInTheSectionMakesTheResultOutOfDate(self):
        self.openCase()
        self.unfold()
        self.measure()
        self.assertEqual(self.panel.state.changed, [])
        self.eraseSlice(0)
        self.assertEqual(self.panel.state.changed, ["preop"])

    def testBlindedReadingIsSaidWithTheResult(self):
        self.openCase()
        self.unfold()
        compare, hide = (slicer.util.findChild(self.ui.segmentContainer, f"{name}CheckBox")
                         for name in ("compare", "blinded"))
        for box in (compare, hide):
            self.addCleanup(setattr, box, "checked", False)
        hide.click()
        self.eraseSlice(0)
        self.measure()
        self.assertIn("(blinded): preop.", self.ui.notesBrowser.plainText)
        hide.click()
        compare.click()
        settle()
        self.eraseSlice(0)
        self.measure()
        self.assertIn("in sight of other visits' outlines: preop.", self.ui.notesBrowser.plainText)
        self.assertEqual(self.panel.state.record["visits"][0]["reading"], "open")

    def testEditWithoutHidingOtherOutlinesIsNotCalledBlinded(self):
        self.openCase()
        self.unfold()
        segments = self.panel.outlineSection.segments
        for label in ("3 months", "preop"):
            segments.onVisitRequested(label)
            settle()
        self.eraseSlice(0)
        self.measure()
        self.assertNotIn("Edited", self.ui.notesBrowser.plainText)
        self.assertIsNone(self.panel.state.record["visits"][0]["reading"])

    def testSectionIsUnfoldedAsItWasSaved(self):
        path = str(self.folder / "scene.mrb")
        self.openCase()
        self.unfold()
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        self.ui.segmentSection.collapsed = True
        slicer.util.loadScene(path)
        settle()
        self.assertFalse(self.ui.segmentSection.collapsed)
        self.assertTrue(self.panel.outlineSection.isOpen)
        self.ui.segmentSection.collapsed = True
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(path)
        settle()
        self.assertTrue(self.ui.segmentSection.collapsed)

    def testLeavingLetsGoOfTheSection(self):
        self.openCase()
        self.unfold()
        section = self.panel.outlineSection
        self.assertTrue(section.isOpen)
        slicer.util.selectModule("Data")
        settle()
        self.assertFalse(section.isOpen)
        slicer.util.selectModule("ONVolumetry")
        settle()
        self.assertTrue(section.isOpen)
        slicer.mrmlScene.Clear(0)
        settle()
        self.assertFalse(section.isOpen)

    def testSavedSceneOpensWithTheSameNumbersWhileOutlining(self):
        self.openCase()
        self.unfold()
        self.measure()
        record = dict(self.panel.state.record)
        self.saveAndOpenAgain()
        self.assertEqual(dict(self.panel.state.record), record)
        self.assertEqual(self.panel.state.changed, [])
        self.assertTrue(self.panel.outlineSection.isOpen)

    def testSavedSceneCanBeOutlinedAtOnceAgain(self):
        from ONVolumetryLib.ui.sliceviews import BALL_MARGIN

        self.openCase()
        self.unfold()
        self.ui.visitsTable.setCurrentCell(1, 0)
        settle()
        self.saveAndOpenAgain()
        segments = self.panel.outlineSection.segments
        editor = segments.editor.widget
        self.assertEqual(segments.active.label, "3 months")
        self.assertIs(editor.segmentationNode(), self.visit(1).segmentation)
        self.assertIs(editor.sourceVolumeNode(), self.visit(1).volume)
        self.assertEqual(editor.currentSegmentID(), self.visit(1).headSegmentId)
        self.assertTrue(slicer.util.findChild(editor, "Paint").enabled)
        sphere = segments.numbers.spheres["3 months"]
        view = slicer.app.layoutManager().threeDWidget(0).threeDView()
        camera = slicer.modules.cameras.logic().GetViewActiveCameraNode(view.mrmlViewNode())
        for found, expected in zip(camera.GetFocalPoint(), sphere.centerRas):
            self.assertAlmostEqual(found, expected, delta=0.1)
        self.assertAlmostEqual(camera.GetParallelScale() * min(1, view.width / view.height),
                               BALL_MARGIN * sphere.radiusMm, delta=1)

    def testOutlinesThatAreDeletedAreSaidToBeMissing(self):
        self.openCase()
        self.unfold()
        self.measure()
        said = []
        with mock.patch.object(sys, "excepthook", lambda kind, error, trace: said.append(repr(error))):
            for row in (0, 1):
                node = self.visit(row).segmentation
                tree = slicer.mrmlScene.GetSubjectHierarchyNode()
                tree.RemoveItem(tree.GetItemByDataNode(node))
                del node
                settle()
        self.assertEqual(said, [])
        self.assertEqual(self.panel.state.changed[:2], ["preop", "3 months"])
        self.assertIn("not measured", slicer.util.findChild(self.ui.segmentContainer, "onvLabel").text)


if __name__ == "__main__":
    unittest.main()
