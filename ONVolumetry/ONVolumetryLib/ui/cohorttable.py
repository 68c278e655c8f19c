"""Shows the hips of a cohort: name, visits, healing, source, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence

import qt
from slicer.i18n import tr as _

from ..cohort.intake import IntakeHip, IntakeVisit, shortName

MOST_ROWS_SHOWN = 8
PROBLEM_COLOR = "#b2430b"


class CohortHipTable:
    """Fills the table of hips.

    :param table: QTableWidget.
    """

    def __init__(self, table):
        self.table = table

    def show(self, hips: Sequence[IntakeHip]):
        """Show hips, one a row, in their order."""
        table = self.table
        headers = (_("Hip"), _("Visits"), _("Healed"), _("Problem"), _("Source"))
        table.setColumnCount(len(headers))
        table.setHorizontalHeaderLabels(headers)
        table.setRowCount(len(hips))
        for row, hip in enumerate(hips):
            problem = "; ".join(hip.problems)
            texts = (hip.hip or _("not read"), ", ".join(map(_visitText, hip.visits)), _healedText(hip.healed), problem,
                     shortName(hip.source))
            tips = ("", texts[1], "", problem, hip.source)
            for column, (text, tip) in enumerate(zip(texts, tips)):
                cell = qt.QTableWidgetItem(text)
                cell.setToolTip(tip)
                if problem and column in (0, 3):
                    cell.setForeground(qt.QBrush(qt.QColor(PROBLEM_COLOR)))
                table.setItem(row, column, cell)
        self._fit()
        table.setVisible(bool(hips))

    def selectedSource(self, hips: Sequence[IntakeHip]) -> str | None:
        """Source of the selected row; None where no row is selected."""
        row = self.table.currentRow()
        return hips[row].source if 0 <= row < len(hips) else None

    def _fit(self):
        table = self.table
        for column in (0, 2):
            table.resizeColumnToContents(column)
        hasProblem = any(table.item(row, 3).text() for row in range(table.rowCount))
        table.setColumnHidden(3, not hasProblem)
        header = table.horizontalHeader()
        for column in (1, 3):
            header.setSectionResizeMode(column, qt.QHeaderView.Stretch)
        header.setSectionResizeMode(4, qt.QHeaderView.ResizeToContents)
        table.resizeRowsToContents()
        shown = min(table.rowCount, MOST_ROWS_SHOWN)
        heights = sum(table.rowHeight(row) for row in range(shown))
        table.setFixedHeight(header.sizeHint.height() + heights + 2 * table.frameWidth + 2)


def _visitText(visit: IntakeVisit) -> str:
    if visit.isMeasured is False:
        return _("{visit} (not measured)").format(visit=visit.label)
    return visit.label


def _healedText(healed: bool | None) -> str:
    return {True: _("yes"), False: _("no")}.get(healed, _("not stated"))
