"""The check boxes of the Segment section; choices are kept with the scene."""

from __future__ import annotations

from collections.abc import Callable

from slicer.i18n import tr as _

from ..mrml.hipnodes import VisitNodes
from ..mrml.segmentediting import segmentMask
from ..mrml.templatesegments import isSaidAbsent
from .sectionmarks import approvedReason, enable

COMPARE_ATTRIBUTE = "ONVolumetry.compare"
BLINDED_ATTRIBUTE = "ONVolumetry.blinded"
INSIDE_ATTRIBUTE = "ONVolumetry.lesionInsideHead"


class SegmentChoices:
    """Compare visits, hide other outlines, show the sphere, draw the lesion inside the head only.

    :param built: widgets of the section.
    :param editor: EmbeddedEditor, whose node keeps the choices.
    :param views: SegmentViews.
    :param onChanged: called when the user has changed a choice.
    """

    def __init__(self, built, editor, views, onChanged: Callable[[], None]):
        self._built, self._editor, self._views, self._onChanged = built, editor, views, onChanged
        self._insideTip = built.insideCheckBox.toolTip
        built.compareCheckBox.connect("toggled(bool)", self._onCompareToggled)
        built.blindedCheckBox.connect("toggled(bool)", self._onBlindedToggled)
        built.insideCheckBox.connect("toggled(bool)", self._onInsideToggled)
        built.sphereCheckBox.connect("toggled(bool)", lambda isShown: onChanged())

    @property
    def isBlinded(self) -> bool:
        return self._built.blindedCheckBox.checked

    @property
    def isSphereShown(self) -> bool:
        return self._built.sphereCheckBox.checked

    def restore(self):
        """Take over what is kept with the scene."""
        for attribute, box in ((COMPARE_ATTRIBUTE, self._built.compareCheckBox),
                               (BLINDED_ATTRIBUTE, self._built.blindedCheckBox),
                               (INSIDE_ATTRIBUTE, self._built.insideCheckBox)):
            box.checked = bool(self._editor.node.GetAttribute(attribute))

    def show(self, visit: VisitNodes, comparedCount: int, canEdit: bool):
        """Say what can be chosen at a visit, and why not.

        :param comparedCount: number of visits that could be compared.
        """
        built, isComparing = self._built, self._views.isComparing
        built.compareCheckBox.enabled = isComparing or comparedCount > 1
        built.compareCheckBox.toolTip = (
            _("One slice view for each visit, at the same place of the head.") if comparedCount > 1
            else _("There is no other visit with a volume or outlines."))
        built.blindedCheckBox.toolTip = _(
            "Blinded reading: the outlines of the other visits are hidden while visits are compared. The result calls "
            "a visit blinded if this was on at all its edits and no other visit's outlines were shown before.")
        isEmpty = segmentMask(visit.segmentation, visit.lesionSegmentId).isEmpty
        built.absentCheckBox.checked = isSaidAbsent(visit.segmentation, visit.lesionSegmentId)
        built.absentCheckBox.enabled = canEdit and isEmpty
        built.absentCheckBox.toolTip = (
            _("The lesion's volume is then 0; without this mark an empty lesion is not measured.") if isEmpty
            else _("A lesion is outlined at this visit; clear the segment before you say that none is left."))
        if not canEdit:
            built.absentCheckBox.toolTip = approvedReason()
        enable(built.insideCheckBox, "" if canEdit else approvedReason(), self._insideTip)

    def _onCompareToggled(self, isComparing: bool):
        self._views.isComparing = isComparing
        self._keep(COMPARE_ATTRIBUTE, isComparing)

    def _onBlindedToggled(self, isBlinded: bool):
        self._views.isBlinded = isBlinded
        self._keep(BLINDED_ATTRIBUTE, isBlinded)

    def _onInsideToggled(self, isInside: bool):
        self._editor.setLesionInsideHead(isInside)
        self._keep(INSIDE_ATTRIBUTE, isInside)

    def _keep(self, attribute: str, isChosen: bool):
        if self._editor.node is not None:
            self._editor.node.SetAttribute(attribute, "1" if isChosen else None)
        self._onChanged()
