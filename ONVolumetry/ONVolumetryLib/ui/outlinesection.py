"""Section Segment: shows the segment panel the visits of the hip, and takes back what it made."""

from __future__ import annotations

import slicer
from slicer.i18n import tr as _

from ..mrml.approving import NOT_APPROVED, approvalState
from ..mrml.patienttree import arrange
from ..mrml.visittransforms import followUpToBaseline
from .sectionmarks import DONE, TO_DO, setMark, setText
from .segmentpanel import SegmentPanel

# Of a hip that is being outlined, so that a scene opens as it was saved.
OUTLINING_ATTRIBUTE = "ONVolumetry.outlining"


class OutlineSection:
    """Puts a SegmentPanel into its section; it works while the module is open and the section is unfolded.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param panel: ModulePanel.
    """

    def __init__(self, ui, state, panel):
        self.ui, self.state, self.panel = ui, state, panel
        self.segments = SegmentPanel(ui.segmentContainer, state.logic)
        self.segments.onVisitRequested = self._onVisitRequested
        self.segments.onSegmentsMade = self._onSegmentsMade
        self._isModuleOpen = self._isOpen = False
        self._given = self._registered = None
        self._patient = None
        self._shownHip = None
        ui.segmentSection.collapsed = True
        ui.segmentSection.connect("contentsCollapsed(bool)", self._onCollapsed)

    @property
    def isOpen(self) -> bool:
        """Whether the segment panel has the views."""
        return self._isOpen

    def enter(self):
        """The module was opened."""
        self._isModuleOpen = True
        self._openOrClose()

    def exit(self):
        """Another module was opened, or the scene is being closed."""
        self._isModuleOpen = False
        self._openOrClose()

    def cleanup(self):
        """The panel is being destroyed."""
        self.segments.cleanup()

    def show(self):
        """Bring the section up to date."""
        hip = self.state.hip
        self.ui.segmentSection.setVisible(hip is not None)
        self._unfoldAsSaved()
        self._openOrClose()
        if hip is None:
            self._given = self._registered = None
            return
        label = self.state.parameters.activeVisit or (hip.visits[0].label if hip.visits else "")
        given = (label, hip.side, hip.owner, tuple(
            (visit.label, visit.month, visit.done, visit.volume, visit.segmentation, visit.headSegmentId,
             visit.lesionSegmentId) for visit in hip.visits))
        active = next((visit for visit in hip.visits if visit.label == label), None)
        isApproved = active is not None and approvalState(
            active.approval, self.state.outlines.get(label)) != NOT_APPROVED
        if self._isOpen:
            self._give(given, isApproved)
        setText(self.ui.segmentStatus, _("The outlines of this visit are approved and locked; withdraw the approval in "
                                         "the section Approve and export to change them.") if isApproved else "")
        planned = [visit for visit in hip.visits if visit.done]
        isDone = bool(planned) and all(visit.headSegmentId and visit.lesionSegmentId for visit in planned)
        drawn = [visit for visit in self.state.segments if visit.done and visit.head is not None]
        setMark(self.ui.segmentSection, DONE if isDone and len(drawn) == len(planned) else TO_DO)

    def _give(self, given, isApproved: bool):
        hip = self.state.hip
        patient = (hip.sex, dict(hip.settings))
        if patient != self._patient:
            self._patient = patient
            self.segments.setPatient(*patient)
        registered = [followUpToBaseline(hip, visit) for visit in hip.visits]
        state = (given, [(found.status, None if found.toBaselineRas is None else found.toBaselineRas.tobytes())
                         for found in registered])
        if state != self._registered:
            self._registered = state
            self.segments.setHip(hip)
        if given != self._given:
            self._given = given
            self.segments.setVisits(hip.visits, given[0], hip.side)
        self.segments.setReadOnly(isApproved)

    def _unfoldAsSaved(self):
        """Unfold the section for a hip that was being outlined when its scene was saved."""
        owner = None if self.state.hip is None else self.state.hip.owner
        if owner is self._shownHip:
            return
        self._shownHip = owner
        if owner is not None and owner.GetAttribute(OUTLINING_ATTRIBUTE):
            self.ui.segmentSection.collapsed = False

    def _onCollapsed(self, isCollapsed: bool):
        if isCollapsed and self._shownHip is not None:
            self._shownHip.RemoveAttribute(OUTLINING_ATTRIBUTE)
        self._openOrClose()

    def _openOrClose(self):
        shouldBeOpen = (self._isModuleOpen and self.state.hip is not None and not self.ui.segmentSection.collapsed
                        and slicer.app.layoutManager() is not None)
        if shouldBeOpen == self._isOpen:
            return
        self._isOpen, self._given = shouldBeOpen, None
        if shouldBeOpen:
            self.state.hip.owner.SetAttribute(OUTLINING_ATTRIBUTE, "1")
            # Only one section arranges the views at a time.
            self.panel.registrationSection.leave()
            self.segments.setVisits((), "", None)
            self.segments.enter()
            self.panel.update()
        else:
            self.segments.exit()

    def _onVisitRequested(self, label: str):
        labels = [visit.label for visit in self.state.hip.visits]
        self.ui.visitsTable.setCurrentCell(labels.index(label), 0)

    def _onSegmentsMade(self, label: str, segmentation, headId: str, lesionId: str):
        """Write segments that were made for a visit into the scene's parameters."""
        parameters = self.state.parameters
        with slicer.util.NodeModify(parameters.parameterNode):
            for visit in parameters.visits:
                if visit.label == label:
                    visit.segmentation = segmentation
                    visit.headSegmentId, visit.lesionSegmentId = headId, lesionId
        self.state.refresh()
        arrange(slicer.mrmlScene, self.state.hip)
