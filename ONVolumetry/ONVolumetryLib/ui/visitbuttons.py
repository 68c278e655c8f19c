"""One button for each visit, the chosen one pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import qt
from slicer.i18n import tr as _

from ..mrml.hipnodes import VisitNodes

LABEL_PROPERTY = "visitLabel"


class VisitButtons:
    """Buttons to turn to a visit.

    :param layout: gets the buttons.
    :param onClicked: called with the label of the visit that the user chose.
    """

    def __init__(self, layout, onClicked: Callable[[str], None]):
        self._layout = layout
        self._group = qt.QButtonGroup(layout.parentWidget())
        self._group.connect("buttonClicked(QAbstractButton*)",
                            lambda button: onClicked(button.property(LABEL_PROPERTY)))

    def show(self, visits: Sequence[VisitNodes], activeLabel: str):
        """Show the visits in order of time."""
        ordered = sorted(visits, key=lambda visit: visit.month)
        labels = [visit.label for visit in ordered]
        if [button.property(LABEL_PROPERTY) for button in self._group.buttons()] != labels:
            self._build(labels)
        for button, visit in zip(self._group.buttons(), ordered):
            button.checked = visit.label == activeLabel
            button.toolTip = reasonNotToOutline(visit) or _("Outline this visit.")

    def _build(self, labels):
        for button in list(self._group.buttons()):
            self._group.removeButton(button)
            self._layout.removeWidget(button)
            button.hide()
            button.setParent(None)
            button.deleteLater()
        for label in labels:
            button = qt.QPushButton(label)
            button.checkable = True
            button.setProperty(LABEL_PROPERTY, label)
            button.objectName = f"visitButton {label}"
            self._group.addButton(button)
            self._layout.addWidget(button)


def reasonNotToOutline(visit: VisitNodes | None) -> str:
    """Why a visit cannot be outlined, "" when it can."""
    if visit is None:
        return _("Choose a visit to outline.")
    if not visit.done:
        return _("This visit was not done.")
    if visit.volume is None and visit.segmentation is None:
        return _("Choose the MR volume of this visit first.")
    return ""
