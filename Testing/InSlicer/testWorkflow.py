"""The whole panel: scenes are saved and opened again, nodes are removed, modules are left."""

import unittest

import qt
import slicer
from panelstate import panelState
from paneltest import PanelTest, settle

LESION_ROW = "Lesion volume (ONV)"


def setUpModule():
    import importguard

    importguard.install()


class WholePanelTest(PanelTest):
    """What holds for all sections."""

    def testEveryDisabledButtonSaysWhy(self):
        def check():
            for button in self.widget.parent.findChildren(qt.QAbstractButton):
                if button.objectName.endswith("Button") and button.visible and not button.enabled:
                    self.assertTrue(button.toolTip, button.objectName)
                    reasons.add((button.objectName, button.toolTip))

        reasons = set()
        check()
        self.ui.newHipButton.click()
        settle()
        check()
        self.assertIn("Enter the name of the hip", self.ui.measureButton.toolTip)
        self.openCase()
        check()
        self.measure()
        check()
        self.assertGreater(len(reasons), 8)

    def testSectionsAreNumberedAndMarked(self):
        self.openCase()
        self.measure()
        sections = [widget for widget in self.ui.hipSection.parentWidget().children()
                    if widget.className() == "ctkCollapsibleButton"]
        titles = sorted((section.text for section in sections), key=lambda title: int(title.split(".")[0]))
        self.assertGreaterEqual(len(titles), 6)
        for number, title in enumerate(titles, start=1):
            self.assertRegex(title, rf"^{number}\. \w.*   [○✓!]$")

    def testSceneIsSavedAndOpenedAgain(self):
        self.openCase()
        self.measure()
        self.approve()
        self.ui.visitsTable.setCurrentCell(1, 0)
        settle()
        before = self.wholeState()
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        settle()
        self.assertIsNone(self.panel.state.hip)
        slicer.util.loadScene(path)
        settle()
        self.assertEqual(self.wholeState(), before)
        self.assertEqual(self.panel.state.changed, [])
        self.assertEqual(self.ui.approvalTable.item(0, 3).text()[:3], "AB,")

    def testFromScansToAnApprovedTable(self):
        """One way through all sections with the mouse: table, brush, undo, measure, approve, save, reload."""
        # As a user has it: the views are drawn.
        slicer.app.resumeRender()
        self.addCleanup(slicer.app.pauseRender)
        self.openCase()
        self.ui.visitsTable.item(1, 1).setText("3.5")
        self.ui.segmentSection.collapsed = False
        self.addCleanup(setattr, self.ui.segmentSection, "collapsed", True)
        settle()
        onv = slicer.util.findChild(self.ui.segmentContainer, "onvLabel")
        before, voxels = onv.text, self.lesionVoxels()
        self.brush()
        self.assertGreater(self.lesionVoxels(), voxels)
        self.assertNotEqual(onv.text, before)
        self.panel.outlineSection.segments.editor.widget.undo()
        settle()
        self.assertEqual((self.lesionVoxels(), onv.text), (voxels, before))
        self.brush()
        shown = onv.text.split()[0]
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][1].split()[0], shown)
        self.approve()
        self.assertTrue(self.panel.outlineSection.segments.editor.widget.readOnly)
        state, path = panelState(self.widget), str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        settle()
        slicer.util.loadScene(path)
        settle()
        self.assertEqual(panelState(self.widget), state)
        self.assertEqual(self.visit(1).month, 3.5)
        self.assertTrue(self.panel.outlineSection.segments.editor.widget.readOnly)

    def brush(self):
        """Draw a stroke of the lesion through the middle of the head."""
        import segmenthost
        from ballcase import RIGHT_OF_MIDDLE_MM
        from ONVolumetryLib.mrml.ballhip import CENTER_RAS

        editor = self.panel.outlineSection.segments.editor.widget
        editor.setCurrentSegmentID(self.visit(0).lesionSegmentId)
        editor.setActiveEffectByName("Paint")
        effect = editor.activeEffect()
        effect.setCommonParameter("BrushDiameterIsRelative", 0)
        effect.setCommonParameter("BrushAbsoluteDiameter", 6)
        settle()
        pose = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode().GetSliceToRAS()
        x, y, z = CENTER_RAS[0] + RIGHT_OF_MIDDLE_MM, CENTER_RAS[1] - 10.0, pose.GetElement(2, 3)
        segmenthost.dragIn("Red", (x - 10.0, y, z), (x + 5.0, y, z))
        settle()

    def lesionVoxels(self):
        visit = self.visit(0)
        return int(slicer.util.arrayFromSegmentBinaryLabelmap(visit.segmentation, visit.lesionSegmentId).sum())

    def wholeState(self):
        hip, record = self.panel.state.hip, self.panel.state.record
        visits = [(visit.label, visit.month, visit.volume.GetName(), visit.segmentation.GetName(),
                   visit.headSegmentId, visit.lesionSegmentId, visit.done, visit.approval) for visit in hip.visits]
        return (hip.hip, hip.patient, hip.side, hip.sex, dict(hip.subject), dict(hip.settings), visits, dict(record),
                self.shownRows(), self.panel.state.parameters.activeVisit, self.ui.readerEdit.text,
                dict(self.panel.state.outlines))

    def testClosingScenesLeavesNothingBehind(self):
        def count():
            self.openCase()
            self.measure()
            slicer.mrmlScene.Clear(0)
            settle()
            watch = self.panel._watch
            return slicer.mrmlScene.GetNumberOfNodes(), len(self.widget.Observations), len(watch.Observations)

        count()
        self.assertEqual(count(), count())

    def testRenamedAndRemovedNodes(self):
        self.openCase()
        self.measure()
        self.visit(1).segmentation.SetName("Renamed")
        self.visit(1).volume.SetName("Renamed too")
        settle()
        self.assertFalse(self.ui.statusLabel.visible)
        slicer.mrmlScene.RemoveNode(slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLTableNode"))
        slicer.mrmlScene.RemoveNode(self.visit(2).segmentation)
        settle()
        self.assertIsNone(self.visit(2).segmentation)
        self.assertIn("Out of date", self.ui.statusLabel.text)
        self.measure()
        self.assertEqual(self.shownRows()[LESION_ROW][3], "not measured")
        self.visit(0).segmentation.GetSegmentation().RemoveSegment(self.visit(0).lesionSegmentId)
        settle()
        self.assertEqual(self.visit(0).lesionSegmentId, "")
        slicer.mrmlScene.RemoveNode(self.panel.state.hip.owner)
        settle()
        self.assertIsNone(self.panel.state.hip)

    def testTwoHipsKeepTheirResults(self):
        self.openCase()
        self.measure()
        first = self.panel.state.hip.owner
        self.openCase(hip="8")
        self.assertIsNone(self.panel.state.record)
        self.measure()
        self.ui.hipSelector.setCurrentNode(first)
        settle()
        self.assertEqual(self.panel.state.record["hip"], "7")
        self.assertEqual(self.ui.hipEdit.text, "7")

    def testLeavingAndEnteringChangesNothing(self):
        self.openCase()
        self.measure()
        rows = self.shownRows()
        slicer.util.selectModule("Data")
        slicer.util.selectModule("ONVolumetry")
        settle()
        self.assertEqual(self.shownRows(), rows)
        self.assertTrue(self.ui.measureButton.enabled)

    def testHipOfANewerVersionIsRefusedInThePanel(self):
        self.openCase()
        node = self.panel.state.hip.owner
        self.widget.exit()
        node.SetParameter("schemaVersion", "99")
        self.widget.enter()
        self.assertIn("newer version of ONVolumetry", self.ui.hipStatus.text)
        self.assertFalse(self.ui.measureSection.visible)

    def testReloadKeepsThePanelWorking(self):
        self.widget.onReload()
        self.takePanel()
        self.widget.enter()
        self.openCase()
        self.measure()
        self.assertNotEqual(self.shownRows()[LESION_ROW][1], "not measured")

    def testInstallationIsChecked(self):
        nodes = slicer.mrmlScene.GetNumberOfNodes()
        self.ui.checkButton.click()
        settle()
        self.assertIn("all 3 checks passed", self.ui.checkBrowser.plainText)
        self.assertTrue(self.ui.checkSection.text.endswith("✓"))
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), nodes)


if __name__ == "__main__":
    unittest.main()
