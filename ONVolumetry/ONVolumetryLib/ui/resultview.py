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
    """Table and notes of one measured hip.

    :param ui: widgets of the panel by name.
    """

    def __init__(self, ui):
        self.ui = ui

    def clear(self):
        """Show nothing."""
        self.ui.resultButton.hide()
        self.ui.resultTable.setRowCount(0)
        self.ui.notesBrowser.clear()

    def show(self, record: Mapping[str, Any]):
        """Show a record.

        :param record: of the hip, as stored in the scene.
        """
        visit = record["visits"][0]
        self.ui.resultButton.show()
        self._fillTable(resultRows(visit))
        self.ui.notesBrowser.setHtml(_notes(record, visit["notes"]))

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


def _notes(record: Mapping[str, Any], notes) -> str:
    """What was measured, and what its reader must know, as HTML."""
    sex = {"male": _("male"), "female": _("female")}[record["sex"]]
    text = _("{hip}, {sex}. Outlines are taken as accurate to {contour:g} mm (1 SD).").format(
        hip=html.escape(record["hip"]), sex=sex, contour=record["settings"]["contour_sd_mm"])
    return f"<p>{text}</p>" + "".join(f"<p>• {html.escape(note['text'])}</p>" for note in notes)
