"""A small drawing of the hip that shows where a landmark lies."""

from __future__ import annotations

import qt

WIDTH, HEIGHT = 150, 130
BONE, SOCKET, PAPER, POINT = "#b9c4cd", "#5b6b78", "#ffffff", "#d55e00"
# Places of the landmarks in the drawing of a right hip, pixels; coronal from the front, axial from below.
PLACES = {
    "lateralEdge": ("coronal", (47, 35)), "teardrop": ("coronal", (108, 86)), "neckAxis": ("coronal", (42, 92)),
    "contralateralTeardrop": ("coronal", (142, 86)), "anteriorEdge": ("axial", (86, 28)),
    "posteriorEdge": ("axial", (72, 107)),
}


def landmarkPixmap(field: str, side: str | None):
    """The drawing of one landmark; a left hip is mirrored.

    :param field: of the landmark.
    :return: qt.QPixmap.
    """
    pixmap = qt.QPixmap(WIDTH, HEIGHT)
    pixmap.fill(qt.QColor(PAPER))
    painter = qt.QPainter(pixmap)
    painter.setRenderHint(qt.QPainter.Antialiasing, True)
    if side == "left":
        painter.translate(WIDTH, 0)
        painter.scale(-1, 1)
    view, (x, y) = PLACES[field]
    (_drawCoronal if view == "coronal" else _drawAxial)(painter)
    painter.setPen(qt.QPen(qt.QColor(PAPER), 2))
    painter.setBrush(qt.QBrush(qt.QColor(POINT)))
    painter.drawEllipse(qt.QPointF(x, y), 6, 6)
    painter.end()
    return pixmap


def _pens(painter, color: str, width: int):
    pen = qt.QPen(qt.QColor(color), width)
    pen.setCapStyle(qt.Qt.RoundCap)
    painter.setPen(pen)
    painter.setBrush(qt.QBrush())


def _drawCoronal(painter):
    """Head, neck and shaft, the socket's roof and floor, the teardrop."""
    _pens(painter, BONE, 26)
    painter.drawLine(70, 64, 36, 98)
    painter.drawLine(34, 98, 30, 128)
    painter.setBrush(qt.QBrush(qt.QColor(BONE)))
    _pens(painter, BONE, 1)
    painter.setBrush(qt.QBrush(qt.QColor(BONE)))
    painter.drawEllipse(qt.QPointF(76, 58), 29, 29)
    _pens(painter, SOCKET, 5)
    # Sixteenths of a degree, counter-clockwise from the right.
    painter.drawArc(40, 22, 72, 72, -40 * 16, 180 * 16)
    painter.drawArc(101, 68, 13, 18, 180 * 16, 180 * 16)
    painter.drawLine(101, 76, 101, 66)
    painter.drawLine(114, 76, 116, 52)


def _drawAxial(painter):
    """Head and neck from below, anterior on top, with the socket's two edges."""
    _pens(painter, BONE, 24)
    painter.drawLine(72, 68, 22, 78)
    _pens(painter, BONE, 1)
    painter.setBrush(qt.QBrush(qt.QColor(BONE)))
    painter.drawEllipse(qt.QPointF(76, 68), 30, 30)
    _pens(painter, SOCKET, 5)
    painter.drawArc(38, 30, 76, 76, -98 * 16, 176 * 16)
