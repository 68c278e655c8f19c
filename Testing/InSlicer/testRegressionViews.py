"""One 3D view a visit: what is in it, in which colors, and cameras that move together."""

import unittest

import numpy as np
import slicer
from paneltest import settle
from regressiontest import GREEN, LABELS, SharedRegressionTest, caption, dragIn3D, pixels, share, toward, visibleModels


def setUpModule():
    import importguard

    importguard.install()


class RegressionViewsTest(SharedRegressionTest):
    """One 3D view a visit."""

    isDrawn = True

    def testEveryVisitIsInItsOwnView(self):
        for index, view in enumerate(self.views()):
            self.assertTrue(view.visible)
            shown = visibleModels(view)
            self.assertEqual(shown, {model.node.GetID() for model in self.regression.modelsOf(self.visit(index))})
            self.assertGreater(len(shown), 1)
            self.assertIn(LABELS[index], caption(view))
            self.assertIn("ONV", caption(view))
            self.assertNotIn("own space", caption(view))
        self.assertIn("All visits are registered", self.ui.regressionStatus.text)

    def testViewsShowThePartsInTheirColors(self):
        first, second, third = (pixels(view) for view in self.views())
        lesion = self.visit(0).segmentation.GetSegmentation().GetSegment(self.visit(0).lesionSegmentId).GetColor()
        orange = tuple(255 * part for part in lesion)
        self.assertGreater(share(first, orange), 0.02)
        # The head takes a sixth of these narrow views, and the regenerated part is seen through it.
        self.assertLess(share(first, GREEN), 0.0005)
        self.assertGreater(share(third, GREEN), 0.0015)
        self.assertLess(share(third, orange), share(second, orange))
        self.assertLess(share(second, orange), share(first, orange))
        for picture in (first, second, third):
            # Nothing is cut off: the ground reaches all around.
            border = np.concatenate([picture[:2].reshape(-1, 3), picture[:, :2].reshape(-1, 3),
                                     picture[:, -2:].reshape(-1, 3)])
            self.assertGreater(np.mean(border.min(axis=1) > 250), 0.98)

    def testViewsAreAsWideAsEachOtherWhateverWasShownBefore(self):
        self.views()[0].parentWidget().setSizes([100, 300, 200])
        settle()
        self.assertGreater(np.ptp([view.width for view in self.views()]), 50)
        self.ui.regressionLeaveButton.click()
        slicer.util.mainWindow().resize(1300, 900)
        settle()
        slicer.util.mainWindow().resize(1600, 1000)
        self.ui.regressionVisitsButton.click()
        settle()
        self.assertLessEqual(np.ptp([view.width for view in self.views()]), 2)

    def testPresetsTurnAllCamerasAtOnce(self):
        from ONVolumetryLib.scene3d.viewpoints import directionWords

        for name, direction in directionWords("right").items():
            getattr(self.ui, f"regression{name.title()}Button").click()
            settle()
            for camera in self.cameras():
                np.testing.assert_allclose(toward(camera), direction, atol=1e-6)
                np.testing.assert_allclose(camera.GetFocalPoint(), self.regression.centerRas, atol=1e-6)
                self.assertEqual(camera.GetParallelScale(), self.cameras()[0].GetParallelScale())
                self.assertTrue(camera.GetParallelProjection())

    def testCamerasFollowTheMouse(self):
        before = [toward(camera) for camera in self.cameras()]
        dragIn3D(self.views()[1], (60, 30))
        settle()
        after = [toward(camera) for camera in self.cameras()]
        self.assertGreater(np.linalg.norm(after[1] - before[1]), 0.05)
        for direction in after:
            np.testing.assert_allclose(direction, after[1], atol=1e-6)

    def testSamePlaceOfTheHeadIsAtTheSameSpot(self):
        self.ui.regressionAnteriorButton.click()
        settle()
        masks = [pixels(view).min(axis=2) < 245 for view in self.views()]
        # The legend and the captions differ; the heads in the middle do not.
        height, width = masks[0].shape
        middle = (slice(height // 4, 3 * height // 4), slice(width // 4, 3 * width // 4))
        self.assertLess(np.mean(masks[0][middle] != masks[1][middle]), 0.02)

    def testColorAndOpacityFollowTheSegments(self):
        visit = self.visit(0)
        segment = visit.segmentation.GetSegmentation().GetSegment(visit.lesionSegmentId)
        self.addCleanup(settle)
        self.addCleanup(segment.SetColor, *segment.GetColor())
        self.addCleanup(visit.segmentation.GetDisplayNode().SetSegmentOpacity3D, visit.lesionSegmentId, 1.0)
        segment.SetColor(0.1, 0.2, 0.9)
        settle()
        display = self.models(0, "lesion").display
        np.testing.assert_allclose(display.GetColor(), (0.1, 0.2, 0.9), atol=1e-6)
        visit.segmentation.GetDisplayNode().SetSegmentOpacity3D(visit.lesionSegmentId, 0.5)
        settle()
        self.assertAlmostEqual(display.GetOpacity(), 0.5)
        self.assertEqual(self.models(1, "persistent").display.GetOpacity(), 1.0)

    def testPartsAreSwitchedInAllViews(self):
        box = self.child("regressionPart head")
        self.assertTrue(box.checked and box.visible)
        box.click()
        settle()
        for index in range(3):
            self.assertFalse(self.models(index, "head").display.GetVisibility())
        self.assertTrue(self.models(0, "lesion").display.GetVisibility())
        self.child("regressionPart lesion").click()
        settle()
        self.assertFalse(self.models(0, "lesion").display.GetVisibility())
        self.assertFalse(self.models(2, "persistent").display.GetVisibility())
        self.child("regressionPart lesion").click()
        box.click()
        settle()
        self.assertTrue(self.models(2, "head").display.GetVisibility())
        self.assertTrue(self.models(2, "persistent").display.GetVisibility())

    def testRulerDirectionsAndLegend(self):
        for view in self.views():
            node = view.mrmlViewNode()
            # From where the views begin, posterior is behind the head.
            self.assertEqual([node.GetAxisLabel(index).strip() for index in range(6)],
                             ["medial", "lateral", "", "anterior", "inferior", "superior"])
            self.assertEqual((node.GetRulerType(), node.GetRenderMode()), (node.RulerTypeThin, node.Orthographic))
        self.ui.regressionMedialButton.click()
        settle()
        self.assertEqual([self.views()[0].mrmlViewNode().GetAxisLabel(index).strip() for index in range(6)],
                         ["medial", "", "posterior", "anterior", "inferior", "superior"])
        legend = next(node for node in slicer.util.getNodesByClass("vtkMRMLColorLegendDisplayNode"))
        self.assertEqual(list(legend.GetViewNodeIDs()), [self.views()[2].mrmlViewNode().GetID()])
        colors = legend.GetPrimaryDisplayNode().GetColorNode()
        self.assertEqual([colors.GetColorName(index) for index in range(colors.GetNumberOfColors())],
                         ["Original lesion", "Regenerated", "Osteonecrosis", "Femoral head"])


class UnregisteredTest(SharedRegressionTest):
    """Without a registration."""

    isRegistered = False

    def testVisitsStayInTheirOwnSpaceAndSaySo(self):
        self.assertIn("only the center of the head was aligned", self.ui.regressionStatus.text)
        self.assertNotIn("own space", caption(self.views()[0]))
        for index in (1, 2):
            self.assertIn("own space: no accepted registration", caption(self.views()[index]))
            self.assertEqual([model.key for model in self.regression.modelsOf(self.visit(index))], ["lesion", "head"])
        self.ui.regressionTimelineButton.click()
        settle()
        self.assertIn("own space", caption(self.view3D("ONVolumetry3DTimeline")))


if __name__ == "__main__":
    unittest.main()
