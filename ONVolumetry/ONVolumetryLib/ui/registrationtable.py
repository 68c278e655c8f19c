"""The table of pairs: one row a follow-up, with what is known of its registration."""

from __future__ import annotations

from collections.abc import Sequence

import qt
from slicer.i18n import tr as _

from ..core.registration.result import ACCEPTED, DOUBTFUL, REJECTED
from ..mrml.pairsummary import PairSummary
from ..mrml.visittransforms import NOT_JUDGED, NOT_REGISTERED

NOT_KNOWN = "-"
ARROW = "→"


class RegistrationTable:
    """Fills a QTableWidget; a row is selected as long as there is one.

    :param table: the QTableWidget.
    """

    def __init__(self, table):
        self.table = table
        self.pairs: list[PairSummary] = []
        headers = ((_("Visit"), ""), (_("Status"), _("Whether the follow-up was laid on the baseline well enough.")),
                   (_("Error (mm)"), _("Standard error of the place of a point of the head.")),
                   (_("Correlation"), _("Correlation of the two images within the femur, before and after.")),
                   (_("Outlines (mm)"), _("Mean distance of the two outlines of the head, away from neck and lesion.")),
                   (_("Centers (mm)"), _("Distance of the centers of the two heads' spheres.")))
        table.setColumnCount(len(headers))
        table.setHorizontalHeaderLabels([title for title, _toolTip in headers])
        for column, (_title, toolTip) in enumerate(headers):
            table.horizontalHeaderItem(column).setToolTip(toolTip)
        table.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)

    @property
    def selected(self) -> PairSummary | None:
        """The pair of the selected row."""
        row = self.table.currentRow()
        return self.pairs[row] if 0 <= row < len(self.pairs) else None

    def show(self, pairs: Sequence[PairSummary]):
        """Show pairs; the selection stays on its row."""
        table, self.pairs = self.table, list(pairs)
        row = table.currentRow()
        wasBlocked = table.blockSignals(True)
        table.setRowCount(len(pairs))
        for index, pair in enumerate(pairs):
            for column, text in enumerate(_texts(pair)):
                cell = qt.QTableWidgetItem(text)
                cell.setToolTip(reasonText(pair) or text)
                if column > 1:
                    cell.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
                table.setItem(index, column, cell)
        if pairs:
            table.setCurrentCell(min(max(row, 0), len(pairs) - 1), 0)
        table.blockSignals(wasBlocked)
        table.setVisible(bool(pairs))
        table.resizeColumnsToContents()
        table.horizontalHeader().setStretchLastSection(True)
        heights = sum(table.rowHeight(index) for index in range(table.rowCount))
        scrollBar = table.horizontalScrollBar().sizeHint.height()
        table.setFixedHeight(table.horizontalHeader().sizeHint.height() + heights + 2 * table.frameWidth + scrollBar)


def statusText(pair: PairSummary) -> str:
    """Status of a pair in the user's language."""
    text = {ACCEPTED: _("accepted"), DOUBTFUL: _("doubtful"), REJECTED: _("rejected"),
            NOT_JUDGED: _("not judged yet"), NOT_REGISTERED: _("not registered")}[pair.status]
    if pair.isUsers:
        text = _("manual: {status}").format(status=text)
    isJudged = pair.status in (ACCEPTED, DOUBTFUL, REJECTED)
    return _("{status}, out of date").format(status=text) if isJudged and not pair.isCurrent else text


def reasonText(pair: PairSummary) -> str:
    """Why a pair was judged so, as a sentence."""
    return pair.reason and pair.reason[:1].upper() + pair.reason[1:] + "."


def _texts(pair: PairSummary) -> tuple[str, ...]:
    metric = NOT_KNOWN
    if pair.metricAfter is not None:
        before = NOT_KNOWN if pair.metricBefore is None else f"{pair.metricBefore:.2f}"
        metric = f"{before} {ARROW} {pair.metricAfter:.2f}"
    return (pair.label, statusText(pair), _number(pair.errorMm, 2), metric, _number(pair.headSurfaceDistanceMm, 1),
            _number(pair.sphereCenterDistanceMm, 1))


def _number(value: float | None, decimals: int) -> str:
    return NOT_KNOWN if value is None else f"{value:.{decimals}f}"
