"""Sections 1 and 2: a hip is opened, made or found on the wrong side; its visits are edited."""

import time
import unittest
from unittest import mock

import slicer
from paneltest import PanelTest, settle

LESION_ROW = "Lesion volume (ONV)"
LONGEST_SAMPLE_SECONDS = 120


def setUpModule():
    import importguard

    importguard.install()


class HipSectionTest(PanelTest):
    """Section 1."""

    def testEmptyPanelOffersThreeWaysToBegin(self):
        for button in (self.ui.newHipButton, self.ui.openCaseButton, self.ui.sampleButton):
            self.assertTrue(button.enabled)
        for section in (self.ui.visitsSection, self.ui.measureSection, self.ui.approveSection):
            self.assertFalse(section.visible)
        self.assertIn("no hip yet", self.ui.hipStatus.text)

    def testNewHipHasTheUsualVisits(self):
        self.ui.newHipButton.click()
        settle()
        self.assertEqual([(visit.label, visit.month) for visit in self.panel.state.hip.visits],
                         [("preop", 0.0), ("3 months", 3.0), ("12 months", 12.0)])
        self.ui.hipEdit.text = "12"
        self.ui.sideSelector.setCurrentText("Left")
        self.ui.sexSelector.setCurrentText("Female")
        self.ui.ageEdit.text = "44,5"
        settle()
        hip = self.panel.state.hip
        self.assertEqual((hip.hip, hip.side, hip.sex, dict(hip.subject)), ("12", "left", "female", {"age_years": 44.5}))

    def testNameThatNoFolderCanHaveIsSaidWhereItIsTyped(self):
        self.openCase()
        self.assertTrue(self.ui.hipSection.text.endswith("✓"))
        for character in '/<>"\\':
            self.ui.hipEdit.text = f"7{character}1"
            settle()
            self.assertIn("cannot be in a folder name; use letters", self.ui.hipStatus.text)
            self.assertIn("color:", self.ui.hipStatus.text)
            self.assertTrue(self.ui.hipSection.text.endswith("!"))
            self.assertFalse(self.ui.saveCaseButton.enabled)
            self.assertIn("folder name", self.ui.saveCaseButton.toolTip)
        self.ui.hipEdit.text = "7-1"
        settle()
        self.assertTrue(self.ui.hipSection.text.endswith("✓") and self.ui.saveCaseButton.enabled)

    def testSampleHipIsMadeInTheBackgroundAndMeasured(self):
        self.ui.sampleButton.click()
        settle()
        self.assertFalse(self.ui.sampleButton.enabled)
        end = time.monotonic() + LONGEST_SAMPLE_SECONDS
        while self.panel.hipSection.sample.isRunning and time.monotonic() < end:
            settle()
        settle()
        self.assertEqual(self.panel.state.hip.hip, "101", self.ui.hipStatus.text)
        self.measure()
        values = [float(text.split()[0]) for text in self.shownRows()["Lesion share (ONV %)"][1:]]
        for value, truth in zip(values, (19.9, 12.6, 7.5)):
            self.assertAlmostEqual(value, truth, delta=1.0)

    def testWrongSideIsRefusedWithAnOfferToSwap(self):
        self.openCase(side="left")
        self.assertTrue(self.ui.swapSideButton.visible)
        self.assertIn("right", self.ui.hipStatus.text)
        self.assertFalse(self.ui.measureButton.enabled)
        self.ui.swapSideButton.click()
        settle()
        self.assertFalse(self.ui.swapSideButton.visible)
        self.assertEqual(self.ui.sideSelector.currentText, "Right")
        self.measure()

    def testOtherHipSharesScansAndNothingElse(self):
        self.openCase()
        first = self.panel.state.hip
        self.measure()
        self.ui.otherHipButton.click()
        settle()
        other = self.panel.state.hip
        self.assertEqual((other.hip, other.side, other.patient), ("7 left", "left", "P-7"))
        self.assertEqual([visit.volume for visit in other.visits], [visit.volume for visit in first.visits])
        self.assertTrue(all(visit.segmentation is None for visit in other.visits))
        self.assertIsNone(self.panel.state.record)
        self.ui.hipSelector.setCurrentNode(first.owner)
        settle()
        self.assertIsNotNone(self.panel.state.record)

    def testSecondReaderDoesNotSeeTheFirst(self):
        def seen(hip):
            return [bool(visit.segmentation.GetDisplayNode().GetVisibility()) for visit in hip.visits]

        self.openCase()
        first = self.panel.state.hip
        self.panel.hipSection.saveFolder(self.folder / "second")
        self.panel.hipSection.openFolder(self.folder / "second")
        settle()
        second = self.panel.state.hip
        self.assertIsNot(first.owner, second.owner)
        self.assertEqual((seen(first), seen(second)), ([False] * 3, [True, False, False]))
        first.visits[0].segmentation.GetDisplayNode().SetVisibility(True)
        self.ui.segmentSection.collapsed = False
        self.addCleanup(setattr, self.ui.segmentSection, "collapsed", True)
        settle()
        compare = slicer.util.findChild(self.ui.segmentContainer, "compareCheckBox")
        compare.click()
        settle()
        self.assertEqual((seen(first), seen(second)), ([False] * 3, [True] * 3))
        compare.click()
        self.ui.segmentSection.collapsed = True
        settle()
        self.ui.hipSelector.setCurrentNode(first.owner)
        settle()
        self.assertEqual((seen(first), seen(second)), ([True, False, False], [False] * 3))

    def testScenesKeepNoFolder(self):
        """A scene that is handed on tells nothing of the folders, which may be named after patients."""
        import zipfile

        self.openCase()
        self.measure()
        path = self.folder / "scene.mrb"
        self.assertTrue(slicer.util.saveScene(str(path)))
        with zipfile.ZipFile(path) as bundle:
            for name in bundle.namelist():
                self.assertNotIn(self.folder.name.encode(), bundle.read(name), name)

    def testDamagedCaseIsRefusedInThePanelAndLeavesNothing(self):
        path = self.openCase()
        slicer.mrmlScene.Clear(0)
        (path.parent / "12-months.nrrd").write_text("damaged")
        before = slicer.mrmlScene.GetNumberOfNodes()
        self.panel.hipSection.openFolder(path.parent)
        self.assertIn("12-months.nrrd", self.ui.hipStatus.text)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)

    def testRemovedHipTakesItsResultsWithIt(self):
        self.openCase()
        nodes = slicer.mrmlScene.GetNumberOfNodes()
        self.measure()
        with mock.patch.object(slicer.util, "confirmYesNoDisplay", return_value=True):
            self.ui.removeHipButton.click()
        settle()
        self.assertIsNone(self.panel.state.hip)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode"), 3)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLPlotSeriesNode"), 0)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTextNode"), 0)
        self.assertLess(slicer.mrmlScene.GetNumberOfNodes(), nodes + 1)


class VisitsSectionTest(PanelTest):
    """Section 2."""

    def testCellsAreBoundToTheScene(self):
        self.openCase()
        table = self.ui.visitsTable
        table.item(1, 1).setText("4,5")
        table.item(1, 0).setText("early")
        settle()
        self.assertEqual((self.visit(1).label, self.visit(1).month), ("early", 4.5))
        table.item(1, 1).setText("soon")
        settle()
        self.assertEqual(table.item(1, 1).text(), "4.5")
        self.panel.visitsSection.table.nodeSelector(1, 2).setCurrentNode(self.visit(2).volume)
        settle()
        self.assertIs(self.visit(1).volume, self.visit(2).volume)

    def testVisitThatWasNotDone(self):
        self.openCase()
        states = self.panel.visitsSection.table.stateSelector(2)
        states.setCurrentIndex(states.findData("withdrawn"))
        settle()
        self.assertFalse(self.visit(2).done)
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][3], "not done")
        self.assertEqual(self.panel.state.record["visits"][2]["not_done_reason"], "withdrawn")

    def testAddRemoveAndReorder(self):
        self.openCase()
        nodes = [visit.volume for visit in self.panel.state.hip.visits]
        self.ui.addVisitButton.click()
        settle()
        self.assertEqual((self.visit(3).label, self.visit(3).month), ("24 months", 24.0))
        self.ui.visitUpButton.click()
        settle()
        self.assertEqual([visit.label for visit in self.panel.state.hip.visits],
                         ["preop", "3 months", "24 months", "12 months"])
        self.assertEqual([visit.volume for visit in self.panel.state.hip.visits], [*nodes[:2], None, nodes[2]])
        with mock.patch.object(slicer.util, "confirmYesNoDisplay", return_value=True):
            self.ui.visitsTable.setCurrentCell(0, 0)
            self.ui.removeVisitButton.click()
        settle()
        self.assertEqual([visit.label for visit in self.panel.state.hip.visits], ["3 months", "24 months", "12 months"])
        self.assertIn("no visit before surgery", self.ui.visitsStatus.text)
        self.assertTrue(slicer.mrmlScene.IsNodePresent(nodes[0]))

    def testShownVolumeIsUsed(self):
        self.openCase()
        wanted = self.visit(2).volume
        slicer.util.setSliceViewerLayers(background=wanted)
        self.panel.visitsSection.useShownVolume()
        settle()
        self.assertIs(self.visit(0).volume, wanted)

    def testSelectedVisitIsShown(self):
        self.openCase()
        self.ui.visitsTable.setCurrentCell(1, 0)
        settle()
        shown = slicer.app.layoutManager().sliceWidget("Red").sliceLogic().GetBackgroundLayer().GetVolumeNode()
        self.assertIs(shown, self.visit(1).volume)
        visible = [bool(visit.segmentation.GetDisplayNode().GetVisibility()) for visit in self.panel.state.hip.visits]
        self.assertEqual(visible, [False, True, False])

    def testSegmentsAreSuggestedAndCanBeChanged(self):
        self.openCase()
        visit = self.visit()
        self.ui.visitsTable.setCurrentCell(0, 0)
        self.assertEqual(self.ui.headSelector.currentSegmentID(), visit.headSegmentId)
        self.ui.lesionSelector.setCurrentSegmentID("")
        settle()
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][1], "not measured")

    def testSubjectHierarchyHoldsPatientAndVisits(self):
        self.openCase()
        self.measure()
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        study = tree.GetItemParent(tree.GetItemByDataNode(self.visit(1).segmentation))
        self.assertEqual(tree.GetItemName(study), "3 months")
        self.assertEqual(tree.GetItemName(tree.GetItemParent(study)), "P-7")


if __name__ == "__main__":
    unittest.main()
