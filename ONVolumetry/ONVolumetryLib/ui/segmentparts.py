"""Parts of the section Segment that make or show something of the visit at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..mrml.headsphere import removeSpheres, startHead
from ..mrml.hipnodes import VisitNodes
from ..mrml.readingmode import BLINDED, NOT_HIDDEN, OPEN
from ..mrml.segmentediting import segmentMask
from ..mrml.templatesegments import sayNoLesionIsLeft
from ..mrml.uncertainedge import removeUncertainEdges
from .assistedoutlining import AssistedOutlining
from .segmentchoices import SegmentChoices
from .segmentcopy import HeadCopy
from .segmentdrawings import otherDrawings
from .segmentneck import NeckSection
from .segmentsphere import SphereStart, sphereDrawings
from .segmentviews import Drawing, SegmentViews


class SegmentParts:
    """Assistance, start of the head, neck plane, choices and views.

    :param built: widgets of the section.
    :param panel: SegmentPanel, by which parts change segments.
    """

    def __init__(self, built, panel):
        self._panel = panel
        self._seenIds: set[str] = set()
        self.views = SegmentViews()
        self.assist = AssistedOutlining(built.assistLayout, panel)
        self.sphereStart = SphereStart(built.headLayout, panel.refresh, self._onStartHead)
        self.headCopy = HeadCopy(built.headLayout, lambda: panel.edit(self.headCopy.copy))
        self.neck = NeckSection(built.headLayout, panel.refresh, self._onCutHead)
        self.choices = SegmentChoices(built, panel.editor, self.views, panel.refresh)
        built.absentCheckBox.connect("clicked(bool)", self._onAbsentClicked)

    def show(self, visits: Sequence[VisitNodes], visit: VisitNodes, spheres: Mapping, isEditable: bool):
        """Bring all parts up to date.

        :param visits: of the hip.
        :param visit: at hand, with its segmentation.
        :param spheres: SphereFit by label of the visit.
        """
        self.sphereStart.setSegmentation(visit.segmentation, isEditable)
        self.headCopy.update(visits, visit, isEditable)
        self.assist.update(visit, isEditable)
        self.neck.update(visits, visit, spheres, self._panel.side, isEditable)
        self.choices.show(visit, len(self.views.comparedVisits(visits, visit)), isEditable)
        self.views.show(visits, visit, spheres, self._drawings(visits, visit, spheres))
        self._noteSeen(visits, visit)

    def readingOf(self, visits: Sequence[VisitNodes], visit: VisitNodes) -> str:
        """How a visit is outlined now: BLINDED, NOT_HIDDEN or OPEN.

        It is not blinded once another visit's outlines were seen here without being hidden.
        """
        if not self.choices.isBlinded:
            isBeside = self.views.isComparing and len(self.views.comparedVisits(visits, visit)) > 1
            return OPEN if isBeside else NOT_HIDDEN
        others = {other.segmentation.GetID() for other in visits
                  if other.segmentation is not None and other.segmentation is not visit.segmentation}
        return NOT_HIDDEN if others & self._seenIds else BLINDED

    def forgetSeen(self):
        """The scene is closed: its nodes' IDs will belong to others."""
        self._seenIds.clear()

    def stop(self):
        """End what waits for a click in a view."""
        self.sphereStart.stopPlacing()
        self.assist.stop()

    def release(self):
        """Let go of the scene's nodes, and take away what is drawn beside the outlines."""
        self.sphereStart.release()
        self.assist.release()
        self.neck.release()
        removeSpheres(slicer.mrmlScene)
        removeUncertainEdges(slicer.mrmlScene)

    def _noteSeen(self, visits: Sequence[VisitNodes], visit: VisitNodes):
        """Keep which visits' outlines are in sight while they are not to be hidden."""
        if not self.choices.isBlinded:
            shown = self.views.comparedVisits(visits, visit) if self.views.isComparing else [visit]
            self._seenIds |= {other.segmentation.GetID() for other in shown if other.segmentation is not None
                              and other.segmentation.GetID() not in self._seenIds and _isOutlined(other)}

    def _drawings(self, visits, visit: VisitNodes, spheres: Mapping) -> list[Drawing]:
        landmarks = None if self.views.hip is None else self.views.hip.landmarks
        drawn = self.sphereStart.shownAt(visit.label, spheres)
        return [*self.neck.drawings(visits), *sphereDrawings(visits, drawn, self.choices.isSphereShown),
                *otherDrawings(visits, visit.label, self.sphereStart.pointsNode, landmarks)]

    def _onStartHead(self, sphere):
        visit = self._panel.active
        self._panel.edit(lambda: startHead(visit.segmentation, visit.headSegmentId, sphere))

    def _onCutHead(self):
        if self._panel.edit(self.neck.cut) == 0:
            self._panel.numbers.say(_("Nothing of the head lies beyond the plane."))

    def _onAbsentClicked(self, isAbsent: bool):
        visit = self._panel.active
        self._panel.edit(lambda: sayNoLesionIsLeft(visit.segmentation, visit.lesionSegmentId, isAbsent))


def _isOutlined(visit: VisitNodes) -> bool:
    """Whether head or lesion has voxels; so too where they cannot be read, since they may be in sight."""
    segmentation = visit.segmentation.GetSegmentation()
    try:
        return any(not segmentMask(visit.segmentation, segmentId).isEmpty
                   for segmentId in (visit.headSegmentId, visit.lesionSegmentId)
                   if segmentId and segmentation.GetSegment(segmentId) is not None)
    except ONVolumetryError:
        return True
