"""The button that carries the previous visit's head over to the visit that is being outlined."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import qt
from slicer.i18n import tr as _

from ..mrml.headcopy import copyHead, previousHead, reasonNotToCopyHead
from ..mrml.hipnodes import HipNodes, VisitNodes
from .sectionmarks import approvedReason, enable


class HeadCopy:
    """One button, enabled where the registrations of both visits are accepted.

    :param layout: of the panel, which gets the button.
    :param onCopy: called when the user asks for the copy.
    """

    def __init__(self, layout, onCopy: Callable[[], None]):
        self.hip: HipNodes | None = None
        self._active: VisitNodes | None = None
        self.button = qt.QPushButton(_("Copy the previous visit's head"))
        self.button.objectName = "copyHeadButton"
        self.button.connect("clicked()", onCopy)
        layout.addWidget(self.button)

    def update(self, visits: Sequence[VisitNodes], active: VisitNodes, isEditable: bool):
        """Turn to a visit."""
        self._active = active
        if self.hip is not None:
            # The panel may have made segments that the hip does not know yet.
            self.hip = dataclasses.replace(self.hip, visits=tuple(visits))
        reason = self._reason() if isEditable else approvedReason()
        enable(self.button, reason, "" if reason else self._text())

    def copy(self):
        """Replace the head of the active visit.

        :raises ONVolumetryError: it cannot be carried over.
        """
        copyHead(self.hip, self._active)

    def _reason(self) -> str:
        reason = _("There is no hip.") if self.hip is None else reasonNotToCopyHead(self.hip, self._active)
        if reason and self.hip is not None and previousHead(self.hip, self._active) is not None:
            # The registration starts at a head, be it a rough one.
            reason += _("; start the head from the sphere and register the visit in the section Registration")
        return reason and reason[:1].upper() + reason[1:].rstrip(".") + "."

    def _text(self) -> str:
        source = previousHead(self.hip, self._active)
        return _("Replace the head's outline by that of {visit}, carried over by the registration; Undo brings the "
                 "former outline back.").format(visit=source.label)
