"""Follows the README's tutorial in a Slicer as a new user would, and takes a screenshot of each step.

python3 Testing/InSlicer/runinslicer.py --script Testing/InSlicer/followtutorial.py
The pictures are in build/screenshots; those of the steps before the other hip are the README's and those of docs.
"""

import re
import sys
import time
from pathlib import Path

import numpy as np
import slicer

sys.path.insert(0, str(Path(__file__).resolve().parent))

import segmenthost
from panelwalk import PanelWalk, runSteps

LONGEST_SAMPLE_SECONDS = 240


class Tutorial(PanelWalk):
    """The steps of the tutorial."""

    def load(self):
        start = time.monotonic()
        self.press(self.ui.sampleButton, 0.2)
        while self.panel.hipSection.sample.isRunning:
            self.work(0.2)
            if time.monotonic() - start > LONGEST_SAMPLE_SECONDS:
                raise RuntimeError("the sample hip was not made in time")
        print(f"sample hip after {time.monotonic() - start:.1f} s", flush=True)
        self.picture("load", self.ui.hipSection)

    def segment(self):
        self.ui.segmentSection.collapsed = False
        self.work(1.0)
        self.picture("segment", self.ui.segmentSection)
        self.interpolate()
        self.growLesion()
        self.press(self.child("compareCheckBox"), 1.0)
        self.picture("compare", self.ui.segmentSection)
        self.press(self.child("blindedCheckBox"), 0.5)
        self.picture("blinded", self.ui.segmentSection)
        self.press(self.child("blindedCheckBox"))
        self.press(self.child("compareCheckBox"))
        self.press(self.child("defineNeckPlaneButton"))
        self.picture("neckplane", self.ui.segmentSection)
        self.press(self.child("defineNeckPlaneButton"))
        self.ui.segmentSection.collapsed = True
        self.work(0.5)

    def interpolate(self):
        """Every second slice of the lesion is taken away and filled in again; then all of it is undone."""
        visit, editor = self.panel.state.hip.visits[0], self.child("segmentEditor")
        editor.setCurrentSegmentID(visit.lesionSegmentId)
        editor.saveStateForUndo()
        place = visit.segmentation, visit.lesionSegmentId, visit.volume
        array = slicer.util.arrayFromSegmentBinaryLabelmap(*place).copy()
        array[np.flatnonzero(array.any(axis=(1, 2)))[1:-1:2]] = 0
        slicer.util.updateSegmentBinaryLabelmapFromArray(array, *place)
        self.work(0.5)
        self.press(self.child("fillSlicesButton"))
        links = re.findall(r'href="([^"]+)"', self.child("interpolatedLabel").text)
        self.child("interpolatedLabel").linkActivated(links[len(links) // 2])
        self.picture("interpolatedpanel", self.ui.segmentSection)
        self.grab(slicer.app.layoutManager().sliceWidget("Red"), "interpolated")
        for _step in range(2):
            editor.undo()
            self.work(0.5)

    def growLesion(self):
        """A lesion grown from one stroke, not applied."""
        from ONVolumetryLib.mrml.segmentediting import segmentMask

        visit, editor = self.panel.state.hip.visits[0], self.child("segmentEditor")
        editor.setCurrentSegmentID(visit.lesionSegmentId)
        editor.setActiveEffectByName("Lesion from strokes")
        self.work(0.3)
        points = segmentMask(visit.segmentation, visit.lesionSegmentId).pointsRas()
        middle = points[np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1))]
        slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode().JumpSliceByOffsetting(*middle)
        self.work(0.3)
        segmenthost.dragIn("Red", middle - np.array([5.0, 0.0, 0.0]), middle + np.array([5.0, 0.0, 1.0]), 10)
        self.work(1.0)
        self.picture("assist", self.child("marrowBox"))
        effect = editor.activeEffect().self()
        if not effect.applyButton.enabled:
            raise RuntimeError(f"no lesion grew: {effect.label.text}")
        effect.clearButton.click()
        editor.setActiveEffectByName("")
        self.work(0.3)

    def landmarks(self):
        """Only looked at: the sample hip has its landmarks; the zones need the measurement."""
        self.ui.landmarksSection.collapsed = False
        self.work(0.5)
        for name in ("showJicZones", "showAngles"):
            getattr(self.ui, name).checked = True
        self.work(1.0)
        self.picture("landmarks", self.ui.landmarksSection)
        for name in ("showJicZones", "showAngles"):
            getattr(self.ui, name).checked = False
        self.ui.landmarksSection.collapsed = True

    def register(self):
        self.ui.registrationSection.collapsed = False
        self.press(self.ui.registerButton, 1.0)
        self.ui.registrationTable.setCurrentCell(1, 0)
        self.press(self.ui.viewRegisteredButton, 1.0)
        self.ui.checkerboardCheckBox.checked = True
        self.work(0.5)
        self.picture("registration", self.ui.registrationSection)
        self.press(self.ui.viewRegisteredButton, 0.5)
        self.press(self.ui.changeMapButton, 3.0)
        self.picture("change", self.ui.registrationSection)
        self.press(self.ui.changeMapButton, 0.5)
        self.ui.registrationSection.collapsed = True
        self.work(0.5)

    def regression(self):
        self.ui.regressionSection.collapsed = False
        self.press(self.ui.regressionBuildButton, 2.0)
        self.press(self.ui.regressionAnteriorButton, 1.0)
        self.picture("regression-slicer", self.ui.regressionSection)
        self.press(self.ui.regressionTimelineButton, 2.0)
        self.picture("timeline", self.ui.regressionSection)
        self.press(self.ui.regressionLeaveButton, 1.0)
        self.ui.regressionSection.collapsed = True

    def cohort(self):
        """As far as it goes without the packages of the statistics."""
        self.ui.cohortSection.collapsed = False
        self.ui.cohortSceneCheckBox.click()
        self.work(1.0)
        self.picture("cohort", self.ui.cohortSection)
        self.ui.cohortSceneCheckBox.click()
        self.ui.cohortSection.collapsed = True

    def measure(self):
        self.press(self.ui.measureButton, 1.0)
        self.press(self.ui.courseButton, 1.0)
        self.picture("measure", self.ui.measureSection)

    def approve(self):
        self.ui.readerEdit.text = "AB"
        self.work(0.3)
        self.press(self.ui.approveButton, 1.0)
        self.press(self.ui.areaButton, 1.0)
        self.press(self.ui.checkButton, 1.0)
        self.picture("approve", self.ui.approveSection)

    def outlineOtherHip(self):
        """From clicked points to a painted lesion, in the hip that has no outlines yet."""
        from ONVolumetryLib.mrml.ballhip import RADIUS_MM

        first = self.panel.state.hip
        center = np.array(self.panel.state.record["visits"][0]["sphere"]["center_ras_mm"])
        self.press(self.ui.otherHipButton, 0.5)
        self.picture("otherhip", self.ui.hipSection)
        # The sample shows one hip only: its head stands in for the other one.
        self.ui.sideSelector.setCurrentText("Right" if first.side == "right" else "Left")
        self.ui.segmentSection.collapsed = False
        self.work(1.0)
        self.picture("nooutlines", self.ui.segmentSection)
        self.press(self.child("placePointsButton"))
        self.clickAround(center, RADIUS_MM)
        self.picture("points", self.ui.segmentSection)
        self.press(self.child("startHeadButton"))
        self.paint(center)
        self.picture("painted", self.ui.segmentSection)
        self.child("segmentEditor").undo()
        self.work(0.5)
        self.picture("undone", self.ui.segmentSection)
        self.ui.segmentSection.collapsed = True
        self.work(0.5)
        self.picture("otherlocked", self.ui.measureSection)

    def clickAround(self, center, radiusMm):
        """Four clicks on the head's outline in each of three slices."""
        import segmenthost

        node = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
        axes = np.array([[node.GetSliceToRAS().GetElement(row, column) for column in range(3)] for row in range(3)])
        for offset in (-8.0, 0.0, 8.0):
            node.JumpSliceByOffsetting(*(center + offset * axes[:, 2]))
            self.work(0.2)
            pose = [node.GetSliceToRAS().GetElement(row, 3) for row in range(3)]
            shown = center + ((np.array(pose) - center) @ axes[:, 2]) * axes[:, 2]
            radius = np.sqrt(radiusMm ** 2 - np.sum((shown - center) ** 2))
            for right, up in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                point = shown + radius * (right * axes[:, 0] + up * axes[:, 1])
                segmenthost.dragIn("Red", point, point, steps=1)

    def paint(self, center):
        import segmenthost

        editor = self.child("segmentEditor")
        editor.setCurrentSegmentID(self.panel.state.hip.visits[0].lesionSegmentId)
        editor.setActiveEffectByName("Paint")
        self.work(0.2)
        node = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
        node.JumpSliceByOffsetting(*center)
        self.work(0.2)
        half, above = np.array([6.0, 0.0, 0.0]), np.array([0.0, 0.0, 14.0])
        segmenthost.dragIn("Red", center + above - half, center + above + half)
        self.work(0.5)


def steps():
    tutorial = Tutorial()
    return (tutorial.load, tutorial.segment, tutorial.register, tutorial.measure, tutorial.landmarks,
            tutorial.regression, tutorial.approve, tutorial.cohort, tutorial.outlineOtherHip)


slicer.util.exit(runSteps(steps))
