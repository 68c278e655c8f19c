"""The timeline: the lesion at the time that Slicer's own sequence tools show."""

import time
import unittest

import numpy as np
import slicer
from paneltest import settle
from regressiontest import SharedRegressionTest, caption, loadPng, pixels, share, toward, visibleModels
from segmenthost import waitFor


def setUpModule():
    import importguard

    importguard.install()


class TimelineTest(SharedRegressionTest):
    """The lesion over time."""

    isDrawn = True

    def setUp(self):
        super().setUp()
        self.ui.regressionTimelineButton.click()
        settle()
        self.browser = self.regression.browser
        self.browser.SetSelectedItemNumber(0)
        self.view = self.view3D("ONVolumetry3DTimeline")

    def lesion(self):
        return next(model.node for model in self.regression.timelineModels if model.key == "lesion")

    def testStepsShowTheLesionOfTheirTime(self):
        from ONVolumetryLib.scene3d.mesh import meshOf

        self.assertEqual(self.browser.GetNumberOfItems(), 13)
        spent, shares = [], []
        for index, frame in enumerate(self.regression.frames):
            # How long drawing takes is up to the graphics card.
            with slicer.util.RenderBlocker():
                start = time.process_time()
                self.browser.SetSelectedItemNumber(index)
                spent.append(time.process_time() - start)
            settle(0.05)
            volume = meshOf(self.lesion().GetPolyData()).volumeMm3
            self.assertAlmostEqual(volume / frame.volumeMm3, 1.0, delta=0.02)
            text = caption(self.view)
            self.assertIn(f"ONV {frame.percent:.1f} %", text)
            self.assertEqual("interpolated" not in text, frame.isMeasured)
            picture = pixels(self.view)
            shares.append(share(picture, tuple(255 * part for part in self.lesionColor())))
            self.assertGreater(shares[-1], 0.003)
        self.assertLess(max(spent), 0.05)
        self.assertLess(shares[-1], 0.8 * shares[0])
        print(f"a step of the timeline took {1000 * np.median(spent):.1f} ms, at most {1000 * max(spent):.1f}")

    def lesionColor(self):
        visit = self.visit(0)
        return visit.segmentation.GetSegmentation().GetSegment(visit.lesionSegmentId).GetColor()

    def testSlidersAndButtonsAreSlicers(self):
        seek, play = self.child("regressionSeekWidget"), self.child("regressionPlayWidget")
        self.assertTrue(seek.visible and play.visible)
        seek.setSelectedItemNumber(5)
        settle()
        self.assertEqual(self.browser.GetSelectedItemNumber(), 5)
        play.onVcrNext()
        settle()
        self.assertEqual(self.browser.GetSelectedItemNumber(), 6)
        play.onVcrPlayPause()
        waitFor(lambda: self.browser.GetSelectedItemNumber() != 6)
        self.assertTrue(self.browser.GetPlaybackActive())
        play.onVcrPlayPause()
        settle()
        self.assertFalse(self.browser.GetPlaybackActive())

    def testScreenCaptureTakesTheSequence(self):
        import ScreenCapture

        logic = ScreenCapture.ScreenCaptureLogic()
        folder = self.folder / "captured"
        folder.mkdir()
        viewNode = self.view.mrmlViewNode()
        logic.captureSequence(viewNode, self.browser, 0, 12, 4, str(folder), "frame_%05d.png")
        pictures = [np.asarray(loadPng(path)) for path in sorted(folder.glob("*.png"))]
        self.assertEqual(len(pictures), 4)
        color = tuple(255 * part for part in self.lesionColor())
        shares = [share(picture, color) for picture in pictures]
        self.assertEqual(shares, sorted(shares, reverse=True))
        self.assertGreater(shares[-1], 0.003)

    def testOnlyTheTimelineIsInItsView(self):
        self.assertEqual(visibleModels(self.view), {model.node.GetID() for model in self.regression.timelineModels})
        self.ui.regressionVisitsButton.click()
        settle()
        self.assertFalse(any(model.display.GetVisibility() for model in self.regression.timelineModels))

    def testPresetsTurnItsCameraToo(self):
        self.ui.regressionSuperiorButton.click()
        settle()
        np.testing.assert_allclose(toward(self.camera("ONVolumetry3DTimeline")), (0, 0, 1), atol=1e-6)


if __name__ == "__main__":
    unittest.main()
