"""Section Landmarks and zones: landmarks are placed, checked, saved with scene and case, and the zones shown."""

import unittest

import numpy as np
import qt
import slicer
from paneltest import PanelTest, settle


def setUpModule():
    import importguard

    importguard.install()


# Lateral, anterior, superior from the head's center, mm.
POINTS = {"lateralEdge": (14.5, 0, 25.1), "teardrop": (-33, 4, -18), "anteriorEdge": (-12.7, 24.9, 0),
          "posteriorEdge": (7.2, -27, 0), "neckAxis": (33, -7, -24), "contralateralTeardrop": (-143, 4, -18)}


class LandmarksSectionTest(PanelTest):
    """The section as a user drives it."""

    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, self.ui.landmarksSection, "collapsed", True)
        self.openCase()
        self.section = self.panel.landmarksSection
        self.ui.landmarksSection.collapsed = False
        settle()

    @property
    def center(self):
        visit = self.visit(0)
        return np.array(visit.segmentation.GetSegmentCenterRAS(visit.headSegmentId))

    def placeAll(self, without=()):
        from ONVolumetryLib.core.location.landmarks import Landmarks
        from ONVolumetryLib.mrml.landmarknodes import setLandmarks

        node = self.section.node or self.section._newNode()
        setLandmarks(node, Landmarks(**{name: self.center + np.array(point) for name, point in POINTS.items()
                                        if name not in without}))
        settle()
        return node

    def states(self):
        table = self.ui.landmarksTable
        return [table.item(row, 1).text() for row in range(table.rowCount)]

    def testListTellsWhatIsSetAndMissing(self):
        self.assertEqual(self.states(), ["missing"] * 4 + ["missing, optional"] * 2)
        self.placeAll(without=("teardrop", "neckAxis"))
        self.assertEqual(self.states(), ["set", "missing", "set", "set", "missing, optional", "set"])
        self.ui.landmarksTable.selectRow(1)
        settle()
        self.assertFalse(self.ui.jumpToLandmarkButton.enabled)
        self.assertIn("teardrop", self.ui.landmarkSentence.text.lower())
        self.assertFalse(self.ui.landmarkPicture.pixmap.isNull())

    def testComparedVisitsShowThemOnTheBaselineOnly(self):
        display = self.placeAll().GetDisplayNode()
        self.ui.segmentSection.collapsed = False
        settle()
        self.addCleanup(setattr, self.ui.segmentSection, "collapsed", True)
        box = slicer.util.findChild(self.ui.segmentContainer, "compareCheckBox")
        box.click()
        settle()
        views = [slicer.app.layoutManager().sliceWidget(f"ONVolumetry{number}").mrmlSliceNode() for number in (1, 2, 3)]
        self.assertEqual([display.IsDisplayableInView(view.GetID()) for view in views], [True, False, False])
        box.click()
        settle()
        self.assertEqual(display.GetNumberOfViewNodeIDs(), 0)

    def testClicksPlaceOneLandmarkAfterTheOther(self):
        self.ui.placeLandmarkButton.click()
        settle()
        self.assertEqual(self.section.placing.field, "lateralEdge")
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        self.assertEqual(interaction.GetCurrentInteractionMode(), interaction.Place)
        self.clickInSlice(0.1, 0.2)
        self.assertEqual(self.section.placing.field, "teardrop")
        self.clickInSlice(-0.2, -0.2)
        self.assertEqual(list(self.section.landmarks.placed), ["lateralEdge", "teardrop"])
        self.assertEqual(self.section.node.GetNumberOfControlPoints(), 6)
        self.ui.placeLandmarkButton.click()
        settle()
        self.assertIsNone(self.section.placing.field)
        self.assertNotEqual(interaction.GetCurrentInteractionMode(), interaction.Place)

    def clickInSlice(self, right, up):
        """Click in the red slice view, from its middle in shares of its size."""
        view = slicer.app.layoutManager().sliceWidget("Red").sliceView()
        interactor = view.interactorStyle().GetInteractor()
        width, height = view.renderWindow().GetSize()
        at = int(width * (0.5 + right)), int(height * (0.5 + up))
        interactor.SetEventInformation(*at, 0, 0)
        interactor.InvokeEvent("EnterEvent")
        interactor.MouseMoveEvent()
        interactor.LeftButtonPressEvent()
        interactor.LeftButtonReleaseEvent()
        settle()

    def testZonesAreMeasuredAndShown(self):
        self.assertFalse(self.ui.showJicZones.enabled)
        self.placeAll()
        self.measure()
        self.assertTrue(self.ui.showJicZones.enabled, self.ui.showJicZones.toolTip)
        self.assertIn("JIC type", self.ui.zonesSummary.text)
        self.assertIn("✓", self.ui.landmarksSection.text)
        self.ui.showJicZones.checked = True
        settle()
        names = [node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLModelNode")]
        self.assertIn("JIC zone C2", names)
        self.ui.showAngles.checked = True
        settle()
        names = [node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLModelNode")]
        self.assertIn("Arc of necrosis, coronal", names)
        self.ui.showJicZones.checked = False
        settle()
        self.assertFalse([node for node in slicer.util.getNodesByClass("vtkMRMLModelNode")
                          if node.GetName().startswith("JIC")])

    def testMovedLandmarkMakesTheResultOutOfDate(self):
        node = self.placeAll()
        self.measure()
        self.assertEqual(self.panel.state.changed, [])
        node.SetNthControlPointPositionWorld(0, *(self.center + np.array([16.0, 0, 25.0])))
        node.InvokeEvent(node.PointEndInteractionEvent)
        settle()
        self.assertTrue(self.panel.state.changed)
        self.assertTrue(self.ui.measureButton.enabled)

    def testImpossiblePointIsSaidAndMarked(self):
        node = self.placeAll()
        self.measure()
        node.SetNthControlPointPositionWorld(0, *(self.center + np.array([5.0, 0, 5.0])))
        node.InvokeEvent(node.PointEndInteractionEvent)
        settle()
        self.assertIn("inside the femoral head", self.ui.landmarksStatus.text)
        self.assertIn("!", self.ui.landmarksSection.text)

    def testRemovedPointIsMissingAndCanBeGoneToBefore(self):
        self.placeAll()
        self.ui.landmarksTable.selectRow(0)
        settle()
        self.ui.jumpToLandmarkButton.click()
        settle()
        red = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
        self.assertLess(abs(red.GetSliceOffset() - (self.center + np.array(POINTS["lateralEdge"]))[2]), 2.5)
        self.ui.removeLandmarkButton.click()
        settle()
        self.assertEqual(self.states()[0], "missing")

    def testLandmarksAreSavedWithSceneAndCase(self):
        from unittest import mock

        from ONVolumetryLib.files.case import readCase
        from ONVolumetryLib.files.landmarkfile import readLandmarks

        self.placeAll()
        before = self.section.landmarks.placed
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(self.folder / "saved")):
            (self.folder / "saved").mkdir()
            self.ui.saveCaseButton.click()
        settle()
        saved = readLandmarks(readCase(self.folder / "saved" / "case.json").landmarks)
        self.assertEqual(sorted(saved.placed), sorted(before))
        self.saveAndOpenAgain()
        after = self.section.landmarks.placed
        self.assertEqual(sorted(after), sorted(before))
        for name, point in before.items():
            self.assertTrue(np.allclose(after[name], point, atol=1e-3))


if __name__ == "__main__":
    unittest.main()
