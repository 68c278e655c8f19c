"""Shows the record of a hip: a table of quantities by visit and the notes in plain words."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import qt
from slicer.i18n import tr as _

from ..mrml.readingmode import BLINDED, OPEN, READING_KEY
from ..mrml.resultrows import ResultRow, resultRows
from .texts import meaningOfKey, titleOfKey, valueText

CENTER, RADIUS, CENTER_KEY = "sphere_center_ras_mm", "sphere_radius_mm", "center_ras_mm"


class ResultView:
    """Table and notes of a measured hip.

    :param ui: widgets of the panel by name.
    """

    def __init__(self, ui):
        self.ui = ui
        self._shown = None

    def clear(self):
        """Show nothing."""
        self._shown = None
        for widget in (self.ui.resultTable, self.ui.notesBrowser):
            widget.hide()
        self.ui.resultTable.setRowCount(0)
        self.ui.notesBrowser.clear()

    def show(self, record: Mapping[str, Any]):
        """Show a record.

        :param record: of the hip, as stored in the scene.
        """
        if record == self._shown:
            return
        self._shown = record
        self.ui.resultTable.show()
        self.ui.notesBrowser.show()
        self._fillTable(record)
        self.ui.notesBrowser.setHtml(_notes(record))

    def _fillTable(self, record: Mapping[str, Any]):
        table, visits = self.ui.resultTable, record["visits"]
        headers = (_("Quantity"), _("Unit"), *(visit["visit"] for visit in visits))
        table.setColumnCount(len(headers))
        table.setHorizontalHeaderLabels(headers)
        columns = [[row for row in resultRows(visit, record["baseline"]) if row.key != CENTER] for visit in visits]
        table.setRowCount(len(columns[0]))
        toolTip = _("± is the combined standard uncertainty (1 SD) of slice sampling and outline position; 1.96 times "
                    "it makes 95 %.")
        for column, visit in enumerate(visits):
            table.horizontalHeaderItem(2 + column).setToolTip(
                _("Month {month:g}.").format(month=visit["month"]) + " " + toolTip)
        for index, rows in enumerate(zip(*columns)):
            key = rows[0].key
            texts = (titleOfKey(key), rows[0].unit, *(_valueWithUncertainty(row) for row in rows))
            for column, text in enumerate(texts):
                cell = qt.QTableWidgetItem(text)
                cell.setToolTip(meaningOfKey(key))
                if key == RADIUS and column > 1:
                    cell.setToolTip(_centerText(visits[column - 2]))
                if column > 1:
                    cell.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
                table.setItem(index, column, cell)
        _fitToContent(table)


def _centerText(visit: Mapping[str, Any]) -> str:
    """Center of the sphere, which is too wide for a column."""
    center = (visit["sphere"] or {}).get(CENTER_KEY)
    return "" if center is None else _("Center (R, A, S): {center} mm").format(
        center=", ".join(f"{part:.1f}" for part in center))


def _valueWithUncertainty(row: ResultRow) -> str:
    value = valueText(row.value)
    return f"{value} ± {row.uncertainty}" if row.uncertainty else value


def _fitToContent(table):
    """All rows visible without a scroll bar of the table's own; the panel scrolls."""
    table.resizeColumnsToContents()
    table.resizeRowsToContents()
    header = table.horizontalHeader()
    header.setSectionResizeMode(0, qt.QHeaderView.Interactive)
    rowHeights = sum(table.rowHeight(row) for row in range(table.rowCount))
    scrollBar = table.horizontalScrollBar().sizeHint.height()
    table.setFixedHeight(header.sizeHint.height() + rowHeights + 2 * table.frameWidth + scrollBar)
    table.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)


def _notes(record: Mapping[str, Any]) -> str:
    """What was measured, and what its reader must know, as HTML."""
    sex = {"male": _("male"), "female": _("female")}[record["sex"]]
    side = {"left": _("left"), "right": _("right"), None: ""}[record["side"]]
    text = _("Hip {hip} {side}, {sex}. ± is one standard uncertainty; 1.96 times it is half of the 95 % interval. "
             "Outlines are taken as accurate to {contour:g} mm (1 SD).").format(
        hip=html.escape(record["hip"]), side=side, sex=sex, contour=record["settings"]["contour_sd_mm"])
    for reading, words in ((BLINDED, _("Edited only while other visits' outlines were hidden (blinded): {visits}.")),
                           (OPEN, _("Edited in sight of other visits' outlines: {visits}."))):
        labels = [html.escape(visit["visit"]) for visit in record["visits"] if visit.get(READING_KEY) == reading]
        text += " " + words.format(visits=", ".join(labels)) if labels else ""
    notes = [f"<p>• <b>{html.escape(visit['visit'])}:</b> {html.escape(note['text'])}</p>"
             for visit in record["visits"] for note in visit["notes"]]
    return f"<p>{text}</p>" + "".join(notes)
