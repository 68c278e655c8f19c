"""The order in which the Tab key goes through the panel: as the widgets stand, row by row."""

from __future__ import annotations

import itertools

import qt


def orderFocus(root):
    """Let Tab go from top to bottom, and in a row from left to right.

    :param root: widget whose layout holds all others.
    """
    widgets = inReadingOrder(root)
    for former, next_ in itertools.pairwise(widgets):
        qt.QWidget.setTabOrder(former, next_)


def inReadingOrder(widget) -> list:
    """Widgets below a widget that take the focus by Tab, as their layouts order them.

    A table comes with the widgets in its cells.
    """
    found = []
    if isinstance(widget, qt.QTableWidget):
        cells = [widget.cellWidget(row, column) for row in range(widget.rowCount)
                 for column in range(widget.columnCount)]
        parts = [cell for cell in cells if cell is not None]
    else:
        parts = _partsOf(widget.layout())
    if widget.focusPolicy & qt.Qt.TabFocus:
        _keepFocus(widget)
        found.append(widget)
    for part in parts:
        found.extend(inReadingOrder(part))
    return found


def _keepFocus(widget):
    """The list of Slicer's node selectors hands its focus on to the selector, which takes none by Tab and no keys."""
    proxy = widget.focusProxy()
    if proxy is not None and proxy.isAncestorOf(widget) and not proxy.focusPolicy & qt.Qt.TabFocus:
        widget.setFocusProxy(None)


def _partsOf(layout) -> list:
    """Widgets of a layout and of the layouts in it."""
    parts: list = []
    for index in range(0 if layout is None else layout.count()):
        item = layout.itemAt(index)
        if item.widget() is not None:
            parts.append(item.widget())
        elif item.layout() is not None:
            parts.extend(_partsOf(item.layout()))
    return parts
