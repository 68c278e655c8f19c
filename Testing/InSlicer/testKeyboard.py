"""A reader without a mouse, and one who hovers: order of the Tab key, shortcuts, and words on every widget."""

import itertools
import unittest

import qt
import slicer
from paneltest import SharingPanelTest, settle

SAME_ROW_PIXELS = 10
WITH_WORDS = (qt.QAbstractButton, qt.QLineEdit, qt.QComboBox, qt.QDateEdit, qt.QCheckBox)
# Slicer's own widgets bring their own words.
OF_SLICER = ("segmentEditor",)


def setUpModule():
    import importguard

    importguard.install()


class KeyboardTest(SharingPanelTest):
    """The panel with all its sections unfolded."""

    def prepare(self):
        self.openCase()
        self.measure()
        self.ui.segmentSection.collapsed = False
        self.addClassCleanup(setattr, self.ui.segmentSection, "collapsed", True)
        settle()

    @property
    def root(self):
        return self.ui.hipSection.parentWidget()

    def inTabOrder(self):
        """Widgets that Tab reaches one after the other, from the first button of the panel on."""
        first = widget = self.ui.newHipButton
        found = []
        while True:
            # Parts of a widget hand the focus on to it.
            if (self.root.isAncestorOf(widget) and widget.visible and widget.focusPolicy & qt.Qt.TabFocus
                    and widget.focusProxy() is None):
                found.append(widget)
            widget = widget.nextInFocusChain()
            if widget is first:
                return found

    def sectionOf(self, widget):
        while widget is not None and widget.parentWidget() is not self.root:
            widget = widget.parentWidget()
        return widget

    def place(self, widget):
        corner = widget.mapTo(self.root, qt.QPoint(0, 0))
        return corner.x(), corner.y() + widget.height // 2

    def isOfSlicer(self, widget):
        while widget is not None and widget is not self.root:
            if widget.objectName in OF_SLICER:
                return True
            widget = widget.parentWidget()
        return False

    def testTabGoesFromTopToBottomAndFromLeftToRight(self):
        widgets = [widget for widget in self.inTabOrder() if not self.isOfSlicer(widget)]
        self.assertGreater(len(widgets), 40)
        table = self.ui.visitsTable
        for former, widget in itertools.pairwise(widgets):
            if former is table or former is self.sectionOf(former):
                continue  # What contains the next one stands around it.
            (x, y), (nextX, nextY) = self.place(former), self.place(widget)
            isBelow = nextY > y + SAME_ROW_PIXELS
            isBeside = abs(nextY - y) <= SAME_ROW_PIXELS and nextX >= x
            self.assertTrue(isBelow or isBeside or widget is self.ui.newHipButton,
                            f"{former.objectName or former} at {x}, {y} is followed by {widget.objectName or widget} "
                            f"at {nextX}, {nextY}")

    def testTabReachesEveryWidgetThatCanBeUsed(self):
        reached = self.inTabOrder()
        for name in ("hipEdit", "sexSelector", "visitsTable", "addVisitButton", "surgeryDateEdit", "measureButton",
                     "readerEdit", "approveButton", "exportReportButton", "checkSection"):
            self.assertIn(getattr(self.ui, name), reached, name)
        for row in range(3):
            self.assertIn(self.panel.visitsSection.table.stateSelector(row), reached)
            for column in (2, 3):
                selector = self.panel.visitsSection.table.nodeSelector(row, column)
                self.assertIn(next(part for part in selector.children() if part.inherits("QComboBox")), reached)

    def testTabLeavesTheTables(self):
        for table in (self.ui.visitsTable, self.ui.resultTable, self.ui.approvalTable):
            self.assertFalse(table.tabKeyNavigation)

    def testEveryWidgetSaysWhatItDoes(self):
        for widget in self.root.findChildren(qt.QWidget):
            if not isinstance(widget, WITH_WORDS) or not widget.visible or self.isOfSlicer(widget):
                continue
            above, words = widget, ""
            while above is not None and above is not self.root and not words:
                words, above = above.toolTip, above.parentWidget()
            name = widget.objectName or widget.parentWidget().objectName
            self.assertTrue(words, f"{widget.className()} {name} has no tooltip")
            self.assertNotIn(words, ("Done.", "Not done yet.", "Needs a look.") if widget is not self.sectionOf(widget)
                             else (), f"{widget.className()} {name} has only the tooltip of its section")

    def testKeysOfTheEditorUndoAndRedo(self):
        visit = self.visit(0)
        editor = self.panel.outlineSection.segments.editor.widget
        keys = {shortcut.key.toString(): shortcut for shortcut in slicer.util.mainWindow().findChildren(qt.QShortcut)}
        for key in ("Z", "Y", "1", "Esc", "Space"):
            self.assertIn(key, keys)
        count = self.voxels(visit)
        editor.saveStateForUndo()
        self.eraseSlice(0)
        erased = self.voxels(visit)
        self.assertLess(erased, count)
        keys["Z"].activated()
        settle()
        self.assertEqual(self.voxels(visit), count)
        keys["Y"].activated()
        settle()
        self.assertEqual(self.voxels(visit), erased)
        keys["Z"].activated()
        settle()

    def voxels(self, visit):
        return int(slicer.util.arrayFromSegmentBinaryLabelmap(visit.segmentation, visit.lesionSegmentId).sum())


if __name__ == "__main__":
    unittest.main()
