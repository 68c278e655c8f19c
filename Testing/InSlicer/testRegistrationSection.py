"""Section Registration: the panel's widgets, the views and the scene."""

import dataclasses
import time
import unittest
from unittest import mock

import numpy as np
import quickregistration
import slicer
import vtk
from paneltest import PanelTest, settle

GROSS_ROW = "Regenerated (gross)"
VIEWS = ("Red", "Yellow", "Green")
COMPARE_VIEWS = ("ONVolumetry1", "ONVolumetry2", "ONVolumetry3")
STATUS, ERROR = 1, 2
# Far more than the sliders wait before the transform is judged, for busy computers.
JUDGED_SECONDS = 30.0


def setUpModule():
    import importguard

    importguard.install()


class RegistrationTest(PanelTest):
    """What the tests of this section share."""

    def setUp(self):
        super().setUp()
        self.ui.registrationSection.collapsed = False
        self.addCleanup(setattr, self.ui.registrationSection, "collapsed", True)

    def register(self):
        self.assertTrue(self.ui.registerButton.enabled, self.ui.registerButton.toolTip)
        self.ui.registerButton.click()
        settle()

    def cell(self, row, column=STATUS):
        return self.ui.registrationTable.item(row, column).text()

    def pair(self, row=1):
        from ONVolumetryLib.mrml.visittransforms import pairNode

        return pairNode(self.panel.state.hip, self.visit(row))

    def waitUntilJudged(self, row=0):
        """Let the timer of the sliders run out."""
        end = time.monotonic() + JUDGED_SECONDS
        while "not judged" in self.cell(row) and time.monotonic() < end:
            settle()

    def requireNothingIsMoved(self):
        for visit in self.panel.state.hip.visits:
            for node in (visit.volume, visit.segmentation):
                self.assertIsNone(node.GetParentTransformNode())

    def composite(self, name="Red"):
        return slicer.app.layoutManager().sliceWidget(name).sliceLogic().GetSliceCompositeNode()


class RealRegistrationTest(RegistrationTest):
    """With the registration itself."""

    def testMeasureRegistersAndGivesTheProgramsNumbers(self):
        from ONVolumetryLib.program.casemeasurement import measureCase

        path = self.openCase()
        self.measure(isRegistered=True)
        program = measureCase(path)[1]
        for row, label in ((1, "3 months"), (2, "12 months")):
            shown, expected = self.panel.state.record["visits"][row], program.visit(label)
            change = expected.changeMap
            self.assertEqual(shown["registration"]["verdict"], expected.registration.verdict)
            self.assertAlmostEqual(shown["registration_error_mm"], expected.registration.errorMm, delta=1e-6)
            self.assertLess(abs(shown["change_map"]["regenerated_cm3"] * 1000 / change.regeneratedMm3 - 1), 1e-9)
            self.assertAlmostEqual(shown["new_lesion_percent"], change.newLesionPercent.value, delta=1e-9)
            self.assertEqual(self.cell(row - 1), "accepted")
        self.assertIn("±", self.shownRows()[GROSS_ROW][2])
        self.assertFalse(self.ui.registerButton.enabled)
        self.requireNothingIsMoved()


class QuickRegistrationTest(RegistrationTest):
    """With a stand-in for the registration."""

    def setUp(self):
        super().setUp()
        patch = quickregistration.patched()
        patch.start()
        self.addCleanup(patch.stop)
        self.openCase()

    def testTableSaysWhatIsKnown(self):
        self.assertEqual(self.cell(0), "not registered")
        self.assertIn("Register", self.ui.registrationReason.text)
        self.register()
        self.assertEqual([self.cell(row) for row in (0, 1)], ["accepted", "accepted"])
        self.assertEqual(self.cell(0, 0), "3 months")
        self.assertAlmostEqual(float(self.cell(0, ERROR)), 0.1, delta=0.05)
        self.assertEqual(self.cell(0, 3), "0.20 → 0.98")
        self.assertIn("stand-in says so", self.ui.registrationReason.text)
        self.assertIn("registered as they are", self.ui.registerButton.toolTip)
        self.assertIn("✓", self.ui.registrationSection.text)
        self.eraseSlice(1)
        self.assertEqual(self.cell(0), "accepted, out of date")
        self.assertTrue(self.ui.registerButton.enabled)

    def testEveryPairHasATransformThatHoldsNoNode(self):
        from ONVolumetryLib.mrml.pairnodes import ownedPairs

        self.register()
        self.assertEqual(ownedPairs(self.panel.state.hip.owner), [self.pair(1), self.pair(2)])
        self.requireNothingIsMoved()
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        self.assertEqual(tree.GetItemParent(tree.GetItemByDataNode(self.pair(1))),
                         tree.GetItemParent(tree.GetItemByDataNode(self.visit(1).volume)))

    def testChangeIsMeasuredWithTheRegistration(self):
        self.measure()
        self.assertEqual(self.shownRows()[GROSS_ROW][1:], ["baseline", "not measured", "not measured"])
        self.assertIn("not registered", self.ui.notesBrowser.plainText)
        self.register()
        self.assertIn("Out of date", self.ui.statusLabel.text)
        self.measure()
        self.assertIn("±", self.shownRows()[GROSS_ROW][2])
        self.assertFalse(self.ui.statusLabel.visible)

    def testFollowUpIsShownOnTheBaseline(self):
        from ONVolumetryLib.mrml.registeredview import copiesOf

        self.register()
        before = slicer.mrmlScene.GetNumberOfNodes()
        self.ui.viewRegisteredButton.click()
        settle()
        copy = slicer.mrmlScene.GetNodeByID(self.composite().GetForegroundVolumeID())
        self.assertIs(copy.GetImageData(), self.visit(1).volume.GetImageData())
        self.assertIs(copy.GetParentTransformNode(), self.pair(1))
        self.assertEqual(self.composite().GetBackgroundVolumeID(), self.visit(0).volume.GetID())
        self.requireNothingIsMoved()
        self.ui.fadeSlider.value = 0.8
        self.assertAlmostEqual(self.composite("Green").GetForegroundOpacity(), 0.8)
        self.ui.asScannedCheckBox.click()
        self.assertIsNone(copy.GetParentTransformNode())
        self.ui.checkerboardCheckBox.click()
        settle()
        self.assertIn("Checkerboard", slicer.mrmlScene.GetNodeByID(self.composite().GetForegroundVolumeID()).GetName())
        self.assertFalse(self.ui.fadeSlider.enabled)
        self.ui.viewRegisteredButton.click()
        settle()
        self.assertEqual(copiesOf(slicer.mrmlScene), [])
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)
        self.assertIsNone(self.composite().GetForegroundVolumeID())
        for box in (self.ui.asScannedCheckBox, self.ui.checkerboardCheckBox):
            box.checked = False

    def testOnlyOneSectionHasTheViews(self):
        self.register()
        self.ui.segmentSection.collapsed = False
        settle()
        self.ui.viewRegisteredButton.click()
        settle()
        self.assertTrue(self.ui.segmentSection.collapsed)
        self.ui.segmentSection.collapsed = False
        settle()
        self.assertFalse(self.ui.viewRegisteredButton.checked)
        self.ui.segmentSection.collapsed = True

    def testSlidersMoveTheTransformAndItIsJudgedAnew(self):
        from ONVolumetryLib.mrml.visittransforms import matrixOf

        self.register()
        found = matrixOf(self.pair(1))
        center = self.panel.registrationSection.look.center()
        self.ui.moveRightSlider.value = 4.0
        settle()
        self.assertEqual(self.cell(0), "manual: not judged yet")
        np.testing.assert_allclose(matrixOf(self.pair(1))[:3, 3] - found[:3, 3], [4.0, 0.0, 0.0], atol=1e-9)
        self.waitUntilJudged()
        self.assertEqual(self.cell(0), "manual: rejected")
        self.assertIn("!", self.ui.registrationSection.text)
        self.assertEqual(self.ui.moveRightSlider.value, 4.0)
        self.ui.moveRightSlider.value = 0.0
        self.ui.turnSuperiorSlider.value = 5.0
        settle()
        self.waitUntilJudged()
        self.assertEqual(self.cell(0), "manual: accepted")
        turned = matrixOf(self.pair(1)) @ np.linalg.inv(found) @ [*center, 1.0]
        np.testing.assert_allclose(turned[:3], center, atol=1e-6)
        self.requireNothingIsMoved()
        self.ui.automaticButton.click()
        settle()
        self.assertEqual(self.cell(0), "accepted")
        np.testing.assert_allclose(matrixOf(self.pair(1)), found, atol=1e-9)
        self.assertEqual(self.ui.turnSuperiorSlider.value, 0.0)

    def testTransformMovedElsewhereIsNoticed(self):
        self.register()
        self.measure()
        matrix = vtk.vtkMatrix4x4()
        matrix.SetElement(0, 3, 2.5)
        self.pair(2).SetMatrixTransformToParent(matrix)
        settle()
        self.assertEqual(self.cell(1), "manual: not judged yet")
        self.assertIn("12 months", self.ui.statusLabel.text)
        self.register()
        self.assertEqual(self.cell(1)[:7], "manual:")

    def testTransformOfTheUserWins(self):
        from ONVolumetryLib.mrml.visittransforms import matrixOf

        self.assertIn("Choose a linear transform", self.ui.useTransformButton.toolTip)
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Mine")
        move = vtk.vtkTransform()
        move.RotateZ(3.0)
        node.SetMatrixTransformToParent(move.GetMatrix())
        self.ui.transformSelector.setCurrentNode(node)
        settle()
        self.ui.useTransformButton.click()
        settle()
        np.testing.assert_allclose(matrixOf(self.pair(1)), matrixOf(node), atol=1e-9)
        self.assertEqual(self.cell(0)[:7], "manual:")
        self.assertEqual(self.cell(1), "not registered")
        move.Scale(1.2, 1.0, 1.0)
        node.SetMatrixTransformToParent(move.GetMatrix())
        self.ui.useTransformButton.click()
        self.assertIn("scales", self.ui.registrationStatus.text)

    def testChangeMapIsShownInSliceAnd3DViews(self):
        from ONVolumetryLib.files.changefile import SEGMENTS
        from ONVolumetryLib.mrml.changenodes import changeNodes
        from ONVolumetryLib.mrml.segmentediting import segmentMask

        self.assertIn("not registered", self.ui.changeMapButton.toolTip)
        self.register()
        self.ui.changeMapButton.click()
        settle()
        (node,) = changeNodes(slicer.mrmlScene)
        display = node.GetDisplayNode()
        self.assertTrue(display.GetVisibility() and display.GetVisibility2D() and display.GetVisibility3D())
        self.assertIn("regenerated", self.ui.changeLegend.text)
        self.measure()
        change = self.panel.state.record["visits"][1]["change_map"]
        for part, *_ in SEGMENTS[:3]:
            mask = segmentMask(node, part)
            self.assertAlmostEqual(mask.voxelCount * mask.grid.voxelVolumeMm3 / 1000, change[f"{part}_cm3"], places=9)
        self.assertFalse(self.visit(1).segmentation.GetDisplayNode().GetVisibility())
        self.ui.registrationTable.setCurrentCell(1, 0)
        settle()
        self.assertEqual(len(changeNodes(slicer.mrmlScene)), 2)
        self.ui.changeMapButton.click()
        settle()
        self.assertFalse(self.ui.changeLegend.visible)
        self.assertFalse(any(node.GetDisplayNode().GetVisibility() for node in changeNodes(slicer.mrmlScene)))

    def testChangeMapFollowsTheNextMeasurement(self):
        from ONVolumetryLib.mrml.changenodes import changeNodes
        from ONVolumetryLib.mrml.segmentediting import segmentMask

        self.register()
        self.ui.changeMapButton.click()
        settle()
        (node,) = changeNodes(slicer.mrmlScene)
        before = segmentMask(node, "persistent").voxelCount
        self.eraseSlice(1)
        self.assertFalse(self.ui.changeMapButton.checked)
        self.measure(isRegistered=True)
        self.assertLess(segmentMask(node, "persistent").voxelCount, before)

    def testSceneKeepsRegistrationsAndChangeMaps(self):
        from ONVolumetryLib.mrml.changenodes import changeNodes
        from ONVolumetryLib.mrml.visittransforms import matrixOf

        self.register()
        self.ui.moveRightSlider.value = 0.4
        settle()
        self.waitUntilJudged()
        self.measure()
        self.ui.changeMapButton.click()
        settle()
        expected = [(self.cell(row), matrixOf(self.pair(row + 1))) for row in (0, 1)]
        self.saveAndOpenAgain()
        for row, (text, matrix) in enumerate(expected):
            self.assertEqual(self.cell(row), text)
            np.testing.assert_allclose(matrixOf(self.pair(row + 1)), matrix, atol=1e-9)
        self.assertEqual(expected[0][0], "manual: accepted")
        self.assertEqual(self.panel.state.changed, [])
        self.assertEqual(len(changeNodes(slicer.mrmlScene)), 1)

    def testTransformOfACaseFolderIsOpenedAndSaved(self):
        from ONVolumetryLib.files.case import readCase, writeCase
        from ONVolumetryLib.files.transforms import readTransformToBaseline, writeTransformToBaseline

        case = readCase(self.folder / "case" / "case.json")
        own = np.eye(4)
        own[0, 3] = 0.7
        writeTransformToBaseline(self.folder / "case" / "own.tfm", own)
        visits = (*case.visits[:2], dataclasses.replace(
            case.visits[2], transformToBaseline=self.folder / "case" / "own.tfm"))
        writeCase(self.folder / "case" / "case.json", dataclasses.replace(case, visits=visits))
        slicer.mrmlScene.Clear(0)
        self.panel.hipSection.openFolder(self.folder / "case")
        settle()
        self.assertEqual(self.cell(1), "manual: not judged yet")
        self.register()
        self.assertEqual(self.cell(1), "manual: accepted")
        self.panel.hipSection.saveFolder(self.folder / "saved")
        saved = readCase(self.folder / "saved" / "case.json")
        self.assertIsNone(saved.visits[1].transformToBaseline)
        np.testing.assert_allclose(readTransformToBaseline(saved.visits[2].transformToBaseline), own, atol=1e-9)

    def testCancelStopsAfterTheVisitAtHand(self):
        task = self.panel.registrationSection.task
        progress = task.progress

        def cancelSecond(fraction, text):
            if fraction > 0:
                self.assertTrue(self.ui.cancelRegistrationButton.enabled)
                self.ui.cancelRegistrationButton.click()
            progress(fraction, text)

        task.progress = cancelSecond
        self.addCleanup(delattr, task, "progress")
        self.ui.registerButton.click()
        settle()
        self.assertIn("Canceled", self.ui.registrationStatus.text)
        self.assertEqual([self.cell(row) for row in (0, 1)], ["accepted", "not registered"])

    def testRemovedNodesAndRenamedVisits(self):
        self.register()
        self.ui.visitsTable.item(1, 0).setText("M3")
        settle()
        self.assertEqual((self.cell(0, 0), self.cell(0)), ("M3", "accepted"))
        self.ui.viewRegisteredButton.click()
        settle()
        slicer.mrmlScene.RemoveNode(self.pair(1))
        settle()
        self.assertEqual(self.cell(0), "not registered")
        self.assertFalse(self.ui.viewRegisteredButton.checked)
        owner = self.panel.state.hip.owner
        node = self.pair(2)
        with mock.patch.object(slicer.util, "confirmYesNoDisplay", return_value=True):
            self.ui.removeHipButton.click()
        settle()
        self.assertFalse(slicer.mrmlScene.IsNodePresent(owner) or slicer.mrmlScene.IsNodePresent(node))

    def testClosingScenesLeavesNothingBehind(self):
        def count():
            self.openCase()
            self.register()
            self.ui.viewRegisteredButton.click()
            settle()
            slicer.mrmlScene.Clear(0)
            settle()
            return slicer.mrmlScene.GetNumberOfNodes(), len(self.panel._watch.Observations)

        count()
        self.assertEqual(count(), count())

    def testDisabledWidgetsSayWhy(self):
        for button in (self.ui.viewRegisteredButton, self.ui.changeMapButton, self.ui.automaticButton,
                       self.ui.cancelRegistrationButton, self.ui.useTransformButton, self.ui.moveRightSlider):
            self.assertFalse(button.enabled, button.objectName)
            self.assertTrue(button.toolTip, button.objectName)

    def testHeadOfThePreviousVisitIsCopiedThroughTheRegistrationAndUndone(self):
        from ONVolumetryLib.mrml.segmentediting import segmentMask

        def head():
            return segmentMask(self.visit(1).segmentation, self.visit(1).headSegmentId)

        self.ui.visitsTable.setCurrentCell(1, 0)
        self.ui.segmentSection.collapsed = False
        self.addCleanup(setattr, self.ui.segmentSection, "collapsed", True)
        settle()
        button = slicer.util.findChild(self.ui.segmentContainer, "copyHeadButton")
        self.assertFalse(button.enabled)
        self.assertIn("not registered", button.toolTip)
        self.register()
        self.assertTrue(button.enabled, button.toolTip)
        before = head().fullArray()
        button.click()
        settle()
        copied = head().fullArray()
        self.assertTrue(0 < np.count_nonzero(copied != before) < 0.1 * np.count_nonzero(before))
        slicer.util.findChild(self.ui.segmentContainer, "segmentEditor").undo()
        settle()
        np.testing.assert_array_equal(head().fullArray(), before)

    def testComparedViewsAreLinkedByTheRegistration(self):
        from ONVolumetryLib.mrml.visittransforms import matrixOf

        self.register()
        self.ui.segmentSection.collapsed = False
        self.addCleanup(setattr, self.ui.segmentSection, "collapsed", True)
        settle()
        box = slicer.util.findChild(self.ui.segmentContainer, "compareCheckBox")
        box.click()
        self.addCleanup(box.click)
        settle()
        nodes = [slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode() for name in COMPARE_VIEWS]

        def middle(node):
            return np.array([node.GetSliceToRAS().GetElement(row, 3) for row in range(4)])

        pose = nodes[0].GetSliceToRAS()
        pose.SetElement(0, 3, pose.GetElement(0, 3) + 20.0)
        nodes[0].UpdateMatrices()
        settle()
        for node, row in ((nodes[1], 1), (nodes[2], 2)):
            carried = matrixOf(self.pair(row)) @ middle(node)
            difference = carried - middle(nodes[0])
            np.testing.assert_allclose(difference[:2], 0.0, atol=0.5)
            # Each view is on a slice of its own volume.
            self.assertLess(abs(difference[2]), 1.6)
        # By the heads' centers alone the views would be several mm apart.
        self.assertGreater(abs(middle(nodes[1])[1] - middle(nodes[0])[1]), 2.0)


if __name__ == "__main__":
    unittest.main()
