"""Parts of the section Segment that make or show something of the visit at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import slicer
from slicer.i18n import tr as _

from ..mrml.headsphere import removeSpheres, startHead
from ..mrml.hipnodes import VisitNodes
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

    def isSeenBesideOthers(self, visits: Sequence[VisitNodes], visit: VisitNodes) -> bool:
        """Whether outlines of other visits are in sight while this one is outlined."""
        return (self.views.isComparing and len(self.views.comparedVisits(visits, visit)) > 1
                and not self.choices.isBlinded)

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
