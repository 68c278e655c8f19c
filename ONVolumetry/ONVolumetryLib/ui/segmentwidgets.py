"""Widgets of the Segment section, in order from top to bottom."""

from __future__ import annotations

from types import SimpleNamespace

import qt
from slicer.i18n import tr as _


def buildSegmentWidgets(parent) -> SimpleNamespace:
    """Fill an empty widget.

    :return: visitLayout, message, body and its layouts (numbers, views, head, editor) and check boxes.
    """
    layout = parent.layout()
    if layout is None:
        layout = qt.QVBoxLayout(parent)
    built = SimpleNamespace(layout=layout, visitLayout=qt.QHBoxLayout())
    layout.addLayout(built.visitLayout)
    built.message = qt.QLabel()
    built.message.objectName = "segmentMessage"
    built.message.wordWrap = True
    layout.addWidget(built.message)
    built.body = qt.QWidget()
    built.body.objectName = "segmentBody"
    body = qt.QVBoxLayout(built.body)
    body.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(built.body)
    built.numbersLayout = qt.QVBoxLayout()
    body.addLayout(built.numbersLayout)
    body.addLayout(_viewRow(built))
    built.assistLayout = qt.QVBoxLayout()
    body.addLayout(built.assistLayout)
    built.headLayout = qt.QVBoxLayout()
    body.addLayout(built.headLayout)
    built.insideCheckBox = _checkBox("insideHeadCheckBox", _("Draw the lesion inside the head only"))
    built.insideCheckBox.toolTip = _("Strokes of the lesion outside the head are ignored.")
    built.absentCheckBox = _checkBox("noLesionCheckBox", _("No lesion left at this visit"))
    row = qt.QHBoxLayout()
    row.addWidget(built.insideCheckBox)
    row.addWidget(built.absentCheckBox)
    body.addLayout(row)
    built.editorLayout = qt.QVBoxLayout()
    body.addLayout(built.editorLayout)
    return built


def _viewRow(built):
    row = qt.QHBoxLayout()
    built.compareCheckBox = _checkBox("compareCheckBox", _("Compare visits"))
    built.blindedCheckBox = _checkBox("blindedCheckBox", _("Hide other outlines"))
    built.sphereCheckBox = _checkBox("showSphereCheckBox", _("Show the sphere"))
    built.sphereCheckBox.checked = True
    built.sphereCheckBox.toolTip = _("Draw the sphere of the head in slice and 3D views.")
    for box in (built.compareCheckBox, built.blindedCheckBox, built.sphereCheckBox):
        row.addWidget(box)
    row.addStretch(1)
    return row


def _checkBox(name: str, text: str):
    box = qt.QCheckBox(text)
    box.objectName = name
    return box
