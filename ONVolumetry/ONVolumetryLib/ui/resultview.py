"""Shows the record of a hip: a table of quantities and the notes in plain words."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import qt
from slicer.i18n import tr as _

from ..mrml.resultrows import resultRows
from .texts import meaningOfKey, titleOfKey, valueText

NUMBER_COLUMNS = (1, 2)


class ResultView:
    """Table, caption and notes of one measured hip.

    :param ui: widgets of the panel by name.
    """

    def __init__(self, ui):
        self.ui = ui

    def clear(self):
        """Show nothing."""
        self.ui.resultButton.hide()
        self.ui.resultTable.setRowCount(0)
        self.ui.captionLabel.text = ""
        self.ui.notesLabel.text = ""

    def show(self, record: Mapping[str, Any], isCurrent: bool):
        """Show a record.

        :param record: of the hip, as stored in the scene.
        :param isCurrent: whether the panel's inputs are those that were measured.
        """
        visit = record["visits"][0]
        self.ui.resultButton.show()
        self.ui.captionLabel.text = _caption(record, isCurrent)
        self._fillTable(resultRows(visit))
        self.ui.notesLabel.text = _notes(visit["notes"])

    def _fillTable(self, rows):
        table = self.ui.resultTable
        headers = (_("Quantity"), _("Value"), _("± (1 SD)"), _("Unit"))
        table.setColumnCount(len(headers))
        table.setHorizontalHeaderLabels(headers)
        table.horizontalHeaderItem(2).setToolTip(
            _("Combined standard uncertainty of slice sampling and outline position; 1.96 times it makes 95 %."))
        table.setRowCount(len(rows))
        for index, row in enumerate(rows):
            texts = (titleOfKey(row.key), valueText(row.value), row.uncertainty, row.unit)
            for column, text in enumerate(texts):
                table.setItem(index, column, _cell(text, column, meaningOfKey(row.key)))
        _fitToContent(table)


def _cell(text: str, column: int, toolTip: str):
    cell = qt.QTableWidgetItem(text)
    cell.setToolTip(toolTip)
    if column in NUMBER_COLUMNS:
        cell.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
    return cell


def _fitToContent(table):
    """All rows visible without a scroll bar of the table's own; the panel scrolls."""
    table.resizeColumnsToContents()
    table.resizeRowsToContents()
    header = table.horizontalHeader()
    header.setSectionResizeMode(0, qt.QHeaderView.Stretch)
    rowHeights = sum(table.rowHeight(row) for row in range(table.rowCount))
    table.setFixedHeight(header.height + rowHeights + 2 * table.frameWidth)
    table.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)


def _caption(record: Mapping[str, Any], isCurrent: bool) -> str:
    sex = {"male": _("male"), "female": _("female")}[record["sex"]]
    contour = record["settings"]["contour_sd_mm"]
    text = _("{hip}, {sex}; outlines taken as accurate to {contour:g} mm.").format(hip=record["hip"], sex=sex,
                                                                             contour=contour)
    if not isCurrent:
        text += " " + _("This is the result of other inputs than those above: press Measure.")
    return text


def _notes(notes) -> str:
    if not notes:
        return ""
    items = "".join(f"<li>{html.escape(note['text'])}</li>" for note in notes)
    return "<p>" + _("Please note:") + f"</p><ul style='margin-left:-20px'>{items}</ul>"
