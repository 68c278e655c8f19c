"""How the marrow looks in the image of the visit at hand: recognized, or as the reader says."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from ..core.outlining.spheresearch import BRIGHT_INSIDE, DARK_INSIDE
from ..mrml.marrow import polarityOf, setPolarity
from .sectionmarks import approvedReason, enable


class MarrowChoice:
    """A list of three, kept with the volume.

    :param layout: of the panel, which gets the widgets.
    """

    def __init__(self, layout):
        self._volume = None
        self.box = qt.QComboBox()
        self.box.objectName = "marrowBox"
        for text, polarity in ((_("recognized"), ""), (_("bright (T1, PD, T2, CT)"), BRIGHT_INSIDE),
                               (_("dark (fat-suppressed)"), DARK_INSIDE)):
            self.box.addItem(text, polarity)
        self.box.connect("activated(int)", self._onActivated)
        label = qt.QLabel(_("Marrow:"))
        label.setBuddy(self.box)
        row = qt.QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.box, 1)
        layout.addLayout(row)

    def update(self, volume, isEditable: bool):
        """Turn to the volume of a visit, or to none."""
        self._volume = volume
        self.box.setCurrentIndex(max(self.box.findData(polarityOf(volume) or ""), 0))
        noVolume = "" if volume is not None else _("Choose the MR volume of this visit first.")
        enable(self.box, noVolume if isEditable else approvedReason(),
               _("How marrow looks in this image, for the head from one click and from the baseline. Choose it where "
                 "it was recognized wrongly; it is kept with the volume."))

    def release(self):
        """Let go of the volume."""
        self._volume = None

    def _onActivated(self, index: int):
        if self._volume is not None:
            setPolarity(self._volume, self.box.itemData(index) or None)


def marrowText(polarity: str, isChosen: bool) -> str:
    """What a head was found by, in words.

    :param polarity: "bright" or "dark".
    :param isChosen: whether the reader has said so.
    """
    recognized = {BRIGHT_INSIDE: _("bright marrow (recognized)"), DARK_INSIDE: _("dark marrow (recognized)")}
    chosen = {BRIGHT_INSIDE: _("bright marrow (chosen)"), DARK_INSIDE: _("dark marrow (chosen)")}
    return (chosen if isChosen else recognized)[polarity]
