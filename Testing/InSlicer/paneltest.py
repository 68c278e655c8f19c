"""What the tests of the panel share: opening, measuring and approving a hip as a user does."""

import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import qt
import slicer

# Large enough for the panel beside the views; software OpenGL takes its time for every pixel.
WINDOW_PIXELS = (1280, 900)
STEP_SECONDS, WORK_SECONDS, LONGEST_SECONDS = 0.01, 0.02, 60.0


class PanelTest(unittest.TestCase):
    """Drives the widgets of the panel in the main window."""

    latestPanel = None
    # Whether the views are drawn meanwhile: only tests that look at pixels or use the mouse in a view need it.
    isDrawn = False

    def setUp(self):
        self.pauseDrawing()
        slicer.mrmlScene.Clear(0)
        arrangeWindow()
        slicer.util.selectModule("ONVolumetry")
        self.takePanel()
        self.makeFolder()
        self.addCleanup(self.clearScene)

    def pauseDrawing(self):
        if not self.isDrawn:
            slicer.app.pauseRender()
            self.addCleanup(slicer.app.resumeRender)

    def clearScene(self):
        """Leave nothing to the next test."""
        slicer.mrmlScene.Clear(0)

    def makeFolder(self):
        """A folder that is there until the test is over."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def takePanel(self):
        self.widget = slicer.modules.onvolumetry.widgetRepresentation().self()
        self.ui, self.panel = self.widget.ui, self.widget.panel
        PanelTest.latestPanel = self.panel

    def openCase(self, **changes):
        """Open a case of three visits as a user does, but for the dialog."""
        from ballcase import makeCase

        path = makeCase(self.folder / "case", **changes)
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(path.parent)):
            self.ui.openCaseButton.click()
        settle()
        self.assertIsNotNone(self.panel.state.hip, self.ui.hipStatus.text)
        return path

    def saveAndOpenAgain(self):
        """Save the scene, close it and open what was saved."""
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        settle()
        slicer.util.loadScene(path)
        settle()

    def measure(self, isRegistered=False):
        """Press Measure; without registering, which takes some seconds a visit and which few tests are about."""
        self.ui.registerOnMeasureCheckBox.checked = isRegistered
        settle()
        self.assertTrue(self.ui.measureButton.enabled, self.ui.measureButton.toolTip)
        self.ui.measureButton.click()
        settle()

    def approve(self, reader="AB"):
        self.ui.readerEdit.text = reader
        settle()
        self.assertTrue(self.ui.approveButton.enabled, self.ui.approveButton.toolTip)
        self.ui.approveButton.click()
        settle()

    def shownRows(self):
        """Text of the table: {quantity: [unit, one text a visit]}."""
        table = self.ui.resultTable
        texts = [[table.item(row, column).text() for column in range(table.columnCount)]
                 for row in range(table.rowCount)]
        return {quantity: rest for quantity, *rest in texts}

    def visit(self, row=0):
        return self.panel.state.hip.visits[row]

    def eraseSlice(self, row=0):
        """Erase the lesion of a visit in one slice, with undo, as the Segment Editor does."""
        visit = self.visit(row)
        array = slicer.util.arrayFromSegmentBinaryLabelmap(visit.segmentation, visit.lesionSegmentId, visit.volume)
        changed = array.copy()
        changed[np.flatnonzero(array.any(axis=(1, 2)))[0]] = 0
        self.setLesion(row, changed)
        return array

    def setLesion(self, row, array):
        visit = self.visit(row)
        slicer.util.updateSegmentBinaryLabelmapFromArray(array, visit.segmentation, visit.lesionSegmentId, visit.volume)
        settle()


class SharingPanelTest(PanelTest):
    """Tests that look at one thing, which is made for the first of them, and that leave it as it was.

    After a test that failed it is made anew.
    """

    sharedBy = None

    def setUp(self):
        if SharingPanelTest.sharedBy is type(self):
            self.pauseDrawing()
            self.takePanel()
            self.makeFolder()
            self.again()
        else:
            type(self).doClassCleanups()
            super().setUp()
            self.prepare()
        SharingPanelTest.sharedBy = None
        self.addCleanup(self._share)

    def prepare(self):
        """Make what the tests look at; what it changes in the window is undone by addClassCleanup."""

    def again(self):
        """Bring back what may be left otherwise by another test."""

    def clearScene(self):
        """The scene stays for the next test."""

    def _share(self):
        outcome = self._outcome
        if outcome is None or outcome.success:
            SharingPanelTest.sharedBy = type(self)

    @classmethod
    def tearDownClass(cls):
        SharingPanelTest.sharedBy = None
        slicer.mrmlScene.Clear(0)


def arrangeWindow(pixels=WINDOW_PIXELS):
    """Let every test begin with the same window, which shows one slice view: each view takes its time to be drawn."""
    slicer.util.mainWindow().resize(*pixels)
    slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)


def settle(seconds=0.05):
    """Let timers and events do their work, until nothing was done for so long and no edit waits to be noticed."""
    end, idle = time.monotonic() + LONGEST_SECONDS, 0.0
    while (idle < seconds or _isEditWaiting()) and time.monotonic() < end:
        start = time.thread_time()
        slicer.app.processEvents()
        # What other programs take of the processors is no work of this one.
        idle = 0.0 if time.thread_time() - start > WORK_SECONDS else idle + STEP_SECONDS
        time.sleep(STEP_SECONDS)


def _isEditWaiting() -> bool:
    """Whether the panel has still to look at what was changed in the scene."""
    panel = PanelTest.latestPanel
    return panel is not None and (panel._watch._timer.isActive()
                                  or panel.outlineSection.segments._watcher._timer.isActive())
