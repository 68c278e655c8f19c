"""Interpolated slices of the visit at hand that are to be looked at: a link to each, and a button to confirm it."""

from __future__ import annotations

import html
from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from ..mrml.hipnodes import VisitNodes
from ..mrml.interpolatedslices import InterpolatedOutline, confirmSlices
from .interpolatedmarks import marks
from .sectionmarks import approvedReason


class InterpolatedList:
    """A line of numbers and a button, which are seen while there are such slices.

    :param layout: of the panel, which gets the widgets.
    :param editor: EmbeddedEditor.
    :param onProblem: called with what the user has to know.
    """

    def __init__(self, layout, editor, onProblem: Callable[[str], None]):
        self._editor, self._onProblem = editor, onProblem
        self._segmentation, self._isEditable = None, False
        self.label = qt.QLabel()
        self.label.objectName = "interpolatedLabel"
        self.label.wordWrap = True
        self.label.setTextInteractionFlags(qt.Qt.LinksAccessibleByMouse | qt.Qt.LinksAccessibleByKeyboard)
        self.label.toolTip = _("Interpolated slices have a dashed outline. One that you edit or confirm is your own.")
        self.label.connect("linkActivated(QString)", self._onLink)
        self.button = qt.QPushButton()
        self.button.objectName = "confirmSliceButton"
        self.button.connect("clicked()", self.confirm)
        row = qt.QHBoxLayout()
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        layout.addLayout(row)
        self._show()

    def update(self, visit: VisitNodes, isEditable: bool):
        """Turn to a visit."""
        if self._segmentation is None:
            marks().listen(self._show)
        self._segmentation, self._isEditable = visit.segmentation, isEditable
        self._show()

    def release(self):
        """Let go of the visit."""
        marks().unlisten(self._show)
        self._segmentation = None
        self._show()

    def confirm(self):
        """The interpolated slices in the views are right as they are; can be undone."""
        self._editor.saveStateForUndo()
        for outline, indices in self._shown():
            confirmSlices(self._segmentation, outline.segmentId, indices)

    def _outlines(self) -> list[InterpolatedOutline]:
        return [] if self._segmentation is None else marks().outlinesOf(self._segmentation)

    def _shown(self) -> list[tuple[InterpolatedOutline, set[int]]]:
        found = [(outline, marks().shownSlices(self._segmentation, outline.segmentId)) for outline in self._outlines()]
        return [(outline, indices) for outline, indices in found if indices]

    def _show(self):
        outlines, shown = self._outlines(), self._shown()
        for widget in (self.label, self.button):
            widget.setVisible(bool(outlines))
        self.label.text = _("Interpolated slices to be looked at: {slices}").format(
            slices="; ".join(map(_links, outlines)))
        numbers = ", ".join(str(index + 1) for index in sorted({index for _outline, all_ in shown for index in all_}))
        self.button.text = _("Confirm slice {number}").format(number=numbers) if numbers else _("Confirm slice")
        self.button.enabled = bool(numbers) and self._isEditable
        self.button.toolTip = _("The outline is right as it is on this slice ({segments}); Undo takes that "
                                "back.").format(segments=", ".join(outline.name for outline, _indices in shown))
        if not self._isEditable:
            self.button.toolTip = approvedReason()
        elif not numbers:
            self.button.toolTip = _("No slice view shows an interpolated slice; click one of the numbers.")

    def _onLink(self, link: str):
        segmentId, _separator, index = link.rpartition(" ")
        self._editor.widget.setCurrentSegmentID(segmentId)
        if not marks().jumpTo(self._segmentation, segmentId, int(index)):
            self._onProblem(_("No slice view displays this segment; show it first."))


def _links(outline: InterpolatedOutline) -> str:
    """Name of the segment and its slices, each a link with the segment's ID and the index of the slice."""
    links = (f'<a href="{html.escape(f"{outline.segmentId} {index}")}">{index + 1}</a>'
             for index in outline.slices.indices)
    return f"{html.escape(outline.name)} {', '.join(links)}"
