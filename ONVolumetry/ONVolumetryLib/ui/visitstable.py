"""The table of visits: one row a visit, its cells bound to the parameters of the hip."""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from .hipparameters import VisitParameters, number
from .studydates import dateText, studyDate

LABEL, MONTH, VOLUME, OUTLINES, STATE = range(5)
# Less would leave nothing of the names of volumes and outlines.
LEAST_WIDTH_PIXELS = 520
NOT_DONE_REASONS = ("arthroplasty", "withdrawn", "lost", "other")


class VisitsTable:
    """Fills a QTableWidget and writes back what the user changes.

    :param table: the QTableWidget.
    :param onChanged: called with the row and a mapping of the changed fields of its VisitParameters.
    """

    def __init__(self, table, onChanged: Callable[[int, dict], None]):
        self.table, self.onChanged = table, onChanged
        self._isFilling = False
        self._shownIds: dict = {}
        headers = (_("Visit"), _("Month"), _("MR volume"), _("Outlines"), _("State"))
        table.setColumnCount(len(headers))
        table.setHorizontalHeaderLabels(headers)
        table.horizontalHeaderItem(MONTH).setToolTip(
            _("Months since surgery (0 or less before it), or since the first scan."))
        table.horizontalHeaderItem(OUTLINES).setToolTip(_("Segmentation that holds the outlines of the visit."))
        table.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        table.setMinimumWidth(LEAST_WIDTH_PIXELS)
        table.connect("cellChanged(int,int)", self._onCellChanged)

    def show(self, visits: list[VisitParameters]):
        """Show the visits in their order."""
        self._isFilling = True
        try:
            if self.table.rowCount != len(visits):
                self._shownIds.clear()
                self.table.setRowCount(len(visits))
            for row, visit in enumerate(visits):
                self._showRow(row, visit)
        finally:
            self._isFilling = False
        self._fit()

    def nodeSelector(self, row: int, column: int):
        """The qMRMLNodeComboBox of a cell."""
        return self.table.cellWidget(row, column)

    def stateSelector(self, row: int):
        """The QComboBox that says whether a visit was done."""
        return self.table.cellWidget(row, STATE)

    def _showRow(self, row: int, visit: VisitParameters):
        for column, text in ((LABEL, visit.label), (MONTH, f"{visit.month:g}")):
            item = self.table.item(row, column)
            if item is None:
                item = qt.QTableWidgetItem()
                self.table.setItem(row, column, item)
            if item.text() != text:
                item.setText(text)
        if self.table.cellWidget(row, VOLUME) is None:
            self._addWidgets(row)
        for column, node in ((VOLUME, visit.volume), (OUTLINES, visit.segmentation)):
            selector = self.table.cellWidget(row, column)
            selector.setCurrentNode(node)
            self._shownIds[selector] = None if node is None else node.GetID()
            selector.enabled = visit.done
            selector.toolTip = _toolTip(node, column) if visit.done else _(
                "The visit was not done: set its state to Done first.")
        states = self.table.cellWidget(row, STATE)
        reason = visit.notDoneReason or NOT_DONE_REASONS[-1]
        if not visit.done and states.findData(reason) < 0:
            states.addItem(_("Not done: {reason}").format(reason=reason), reason)
        states.setCurrentIndex(states.findData("" if visit.done else reason))

    def _addWidgets(self, row: int):
        for column, className, field in ((VOLUME, "vtkMRMLScalarVolumeNode", "volume"),
                                         (OUTLINES, "vtkMRMLSegmentationNode", "segmentation")):
            selector = slicer.qMRMLNodeComboBox()
            selector.nodeTypes = [className]
            selector.showChildNodeTypes = False
            selector.noneEnabled = True
            selector.addEnabled = selector.removeEnabled = selector.renameEnabled = False
            selector.setMRMLScene(slicer.mrmlScene)
            selector.connect("currentNodeChanged(vtkMRMLNode*)",
                             lambda node, selector=selector, column=column, field=field:
                             self._onNode(selector, column, field))
            self.table.setCellWidget(row, column, selector)
        states = qt.QComboBox()
        words = {"arthroplasty": _("arthroplasty"), "withdrawn": _("withdrawn"), "lost": _("lost to follow-up"),
                 "other": _("other reason")}
        states.addItem(_("Done"), "")
        for reason in NOT_DONE_REASONS:
            states.addItem(_("Not done: {reason}").format(reason=words[reason]), reason)
        states.connect("currentIndexChanged(int)", lambda index, states=states: self._onWidget(
            states, STATE, {"done": not states.itemData(index), "notDoneReason": states.itemData(index) or ""}))
        self.table.setCellWidget(row, STATE, states)

    def _onNode(self, selector, column: int, field: str):
        """Take a node that the user chose; a selector whose node is removed moves on to another one by itself."""
        if self._isFilling:
            return
        former = self._shownIds.get(selector)

        def apply():
            if selector not in self._shownIds:
                return  # The row is gone.
            wasRemoved = former is not None and slicer.mrmlScene.GetNodeByID(former) is None
            self._onWidget(selector, column, {field: None if wasRemoved else selector.currentNode()})

        # Whether the former node is being removed is known only afterwards.
        qt.QTimer.singleShot(0, apply)

    def _onWidget(self, widget, column: int, fields: dict):
        if self._isFilling:
            return
        for row in range(self.table.rowCount):
            if self.table.cellWidget(row, column) is widget:
                self.onChanged(row, fields)

    def _onCellChanged(self, row: int, column: int):
        if self._isFilling:
            return
        text = self.table.item(row, column).text().strip()
        if column == LABEL and text:
            self.onChanged(row, {"label": text})
        elif column == MONTH and number(text) is not None:
            self.onChanged(row, {"month": number(text)})
        else:
            self.onChanged(row, {})

    def _fit(self):
        header = self.table.horizontalHeader()
        for column, mode in ((LABEL, qt.QHeaderView.ResizeToContents), (MONTH, qt.QHeaderView.ResizeToContents),
                             (VOLUME, qt.QHeaderView.Stretch), (OUTLINES, qt.QHeaderView.Stretch)):
            header.setSectionResizeMode(column, mode)
        header.setSectionResizeMode(STATE, qt.QHeaderView.Fixed)
        self.table.setColumnWidth(STATE, 92)
        rowHeights = sum(self.table.rowHeight(row) for row in range(self.table.rowCount))
        self.table.setFixedHeight(header.sizeHint.height() + rowHeights + 2 * self.table.frameWidth + 2)


def _toolTip(node, column: int) -> str:
    if node is None:
        return _("Choose the MR volume of this visit.") if column == VOLUME else _(
            "Choose the segmentation of this visit, or let the section Segment make it.")
    date = studyDate(node) if column == VOLUME else None
    return node.GetName() if date is None else _("{volume}, study of {date}").format(
        volume=node.GetName(), date=dateText(date))
