"""The hip that the panel shows, with everything the sections need to know of it, worked out once a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..core.hip import VisitSegments
from ..files.approval import outlinesSha256
from ..mrml.hipcase import requireMeasurable
from ..mrml.hipnodes import HipNodes
from ..mrml.sides import sideInImage
from .hipparameters import HipParameters, hipNodes


class HipState:
    """What is known of the active hip.

    :param logic: ONVolumetryLogic of the application's scene.
    """

    def __init__(self, logic):
        self.logic = logic
        self.parameters: HipParameters | None = None
        self.hip: HipNodes | None = None
        self.segments: tuple[VisitSegments, ...] = ()
        self.record: Mapping[str, Any] | None = None
        self.changed: list[str] = []
        self.outlines: dict[str, str] = {}
        self.problem = ""
        self.sideFound: str | None = None
        self._readKey = None
        self._version = 0

    def setParameters(self, parameters: HipParameters | None):
        """Turn to another hip, or to none."""
        self.parameters = parameters
        self.outlinesChanged()

    def outlinesChanged(self):
        """Outlines, volumes or transforms may be others from now on."""
        self._version += 1

    def refresh(self):
        """Work everything out again; outlines are read only where they may have changed."""
        self.record, self.changed, self.problem = None, [], ""
        if self.parameters is None:
            self.hip, self.segments, self.outlines, self.sideFound = None, (), {}, None
            return
        self.hip = hipNodes(self.parameters)
        try:
            self._readOutlines()
            stored = self.logic.storedRecord(self.hip)
            if stored is not None:
                self.record = stored.record
                self.changed = self.logic.changedVisits(self.hip, stored.record, self.segments)
        except ONVolumetryError as error:
            self.problem = str(error)

    def _readOutlines(self):
        key = self._keyOfReading()
        if key == self._readKey:
            return
        self.segments, self.outlines, self.sideFound, self._readKey = (), {}, None, None
        self.segments = tuple(self.logic.segmentsOf(self.hip))
        self.outlines = {visit.label: outlinesSha256(visit) for visit in self.segments if visit.done}
        self.sideFound = sideInImage(self.hip, self.segments)
        self._readKey = key

    def _keyOfReading(self):
        def identity(node):
            return None if node is None else (node.GetID(), node.GetTransformNodeID())

        return (self._version, self.hip.owner.GetID(), tuple(
            (visit.label, visit.month, visit.done, identity(visit.segmentation), identity(visit.volume),
             visit.headSegmentId, visit.lesionSegmentId, visit.approval is None) for visit in self.hip.visits))

    @property
    def isSideWrong(self) -> bool:
        """Whether the side that was chosen contradicts the place of the head."""
        return bool(self.hip and self.hip.side and self.sideFound and self.hip.side != self.sideFound)

    def reasonNotToMeasure(self) -> str:
        """What is missing, in words for the user; "" when everything is there."""
        if self.hip is None:
            return _("Add a hip, open a case folder or load the sample hip first.")
        reasons = (
            (not self.hip.hip.strip(), _("Enter the name of the hip.")),
            (not self.hip.side, _("Select the side of the hip.")),
            (not self.hip.sex, _("Select the sex: the sphere-adjusted volume depends on it.")),
            (self.isSideWrong, _("The side contradicts the place of the head in the image: swap it in the section "
                                 "Hip.")),
        )
        found = next((reason for applies, reason in reasons if applies), "")
        return found or self._reasonOfVisits() or sentence(self.problem)

    def _reasonOfVisits(self) -> str:
        for visit in self.hip.visits:
            if visit.done and visit.segmentation is not None and not visit.headSegmentId and not visit.lesionSegmentId:
                return _("Select the segments of head and lesion at the visit {visit}.").format(visit=visit.label)
        try:
            requireMeasurable(self.hip)
        except ONVolumetryError as error:
            return sentence(str(error))
        return ""

    def reasonNotToUseResult(self) -> str:
        """Why the result cannot be approved or exported; "" when it can."""
        if self.record is None:
            return self.reasonNotToMeasure() or _("Measure first.")
        if self.changed:
            return _("The result is out of date: press Measure first.")
        return ""


def sentence(text: str) -> str:
    """A message of an error as a sentence."""
    return text and text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
