"""What the tests of the panel share: opening, measuring and approving a hip as a user does."""

import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import qt
import slicer


class PanelTest(unittest.TestCase):
    """Drives the widgets of the panel in the main window."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        slicer.util.selectModule("ONVolumetry")
        self.takePanel()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.addCleanup(slicer.mrmlScene.Clear, 0)

    def takePanel(self):
        self.widget = slicer.modules.onvolumetry.widgetRepresentation().self()
        self.ui, self.panel = self.widget.ui, self.widget.panel

    def openCase(self, **changes):
        """Open a case of three visits as a user does, but for the dialog."""
        from ballcase import makeCase

        path = makeCase(self.folder / "case", **changes)
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(path.parent)):
            self.ui.openCaseButton.click()
        settle()
        self.assertIsNotNone(self.panel.state.hip, self.ui.hipStatus.text)
        return path

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
        settle(0.5)


def settle(seconds=0.05):
    """Let timers and events do their work."""
    end = time.monotonic() + seconds
    while True:
        slicer.app.processEvents()
        if time.monotonic() >= end:
            return
        time.sleep(0.01)
