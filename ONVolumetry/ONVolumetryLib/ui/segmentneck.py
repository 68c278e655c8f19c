"""The plane between head and neck: defined at the baseline, shown at every visit, cut by a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..mrml.hipnodes import VisitNodes
from ..mrml.neckplane import (
    NeckPlane,
    addPlaneNode,
    cutHead,
    defaultNeckPlane,
    findPlaneNode,
    planeOfNode,
    removeShownPlanes,
    shownPlane,
    showPlaneAtVisit,
)
from ..mrml.visits import baselineOf
from .sectionmarks import approvedReason, enable
from .segmentviews import Drawing

SIZE_IN_RADII = 2.6


class NeckSection(VTKObservationMixin):
    """Buttons to define the plane and to cut the head there.

    :param layout: of the panel, which gets the widgets.
    :param onChanged: called when the plane was defined, moved or removed.
    :param onCut: called when the user wants the head of the active visit to be cut.
    """

    def __init__(self, layout, onChanged: Callable[[], None], onCut: Callable[[], None]):
        VTKObservationMixin.__init__(self)
        self._onChanged = onChanged
        self._node = self._baseline = self._active = self._side = None
        self._spheres: Mapping = {}
        row = qt.QHBoxLayout()
        self.defineButton = qt.QPushButton(_("Define the neck plane"))
        self.defineButton.objectName = "defineNeckPlaneButton"
        self.defineButton.connect("clicked()", self._onDefineClicked)
        self.cutButton = qt.QPushButton(_("Cut the head at the plane"))
        self.cutButton.objectName = "cutHeadButton"
        self.cutButton.connect("clicked()", onCut)
        for button in (self.defineButton, self.cutButton):
            row.addWidget(button)
        layout.addLayout(row)

    def update(self, visits: Sequence[VisitNodes], active: VisitNodes, spheres: Mapping, side: str | None,
               isEditable: bool):
        """Turn to a visit, and put the plane where its head is.

        :param spheres: SphereFit by label of the visit.
        """
        ordered = sorted(visits, key=lambda visit: visit.month)
        self._baseline = baselineOf(visits) or (ordered[0] if ordered else None)
        self._active, self._spheres, self._side = active, spheres, side
        self._observe(None if self._baseline is None or self._baseline.segmentation is None
                      else findPlaneNode(slicer.mrmlScene, self._baseline.segmentation))
        self._drawAtVisits(visits)
        self._updateButtons(isEditable)

    def planeAt(self, visit: VisitNodes) -> NeckPlane | None:
        """The plane at a visit; None while it is not defined or one of the two heads has no sphere."""
        if self._node is None or visit.label not in self._spheres or self._baseline.label not in self._spheres:
            return None
        plane = planeOfNode(self._node)
        if visit.label == self._baseline.label:
            return plane
        return plane.movedWithHead(self._spheres[self._baseline.label].centerRas, self._spheres[visit.label].centerRas)

    def cut(self) -> int:
        """Cut the head of the active visit.

        :return: number of voxels that were removed.
        :raises ONVolumetryError: nothing can be cut.
        """
        active = self._active
        return cutHead(active.segmentation, active.headSegmentId, self.planeAt(active),
                       self._spheres[active.label].centerRas)

    def drawings(self, visits: Sequence[VisitNodes]) -> list[Drawing]:
        """What draws the plane at the visits."""
        if self._node is None:
            return []
        found = [Drawing(self._baseline.label, self._node.GetDisplayNode(), True)]
        for visit in visits:
            node = None if visit.segmentation is None else shownPlane(slicer.mrmlScene, visit.segmentation)
            if node is not None:
                found.append(Drawing(visit.label, node.GetDisplayNode(), self.planeAt(visit) is not None))
        return found

    def release(self):
        """Let go of the scene's nodes, and take away what is drawn at other visits than the baseline."""
        self.removeObservers()
        self._node = self._baseline = self._active = None
        self._spheres = {}
        removeShownPlanes(slicer.mrmlScene)

    def _observe(self, node):
        if node is self._node:
            return
        self.removeObservers()
        self._node = node
        if node is not None:
            self.addObserver(node, node.PointEndInteractionEvent, self._onPlaneMoved)

    def _drawAtVisits(self, visits: Sequence[VisitNodes]):
        for visit in visits:
            if visit.segmentation is None or visit is self._baseline or visit.label == self._baseline.label:
                continue
            plane = self.planeAt(visit)
            if plane is not None:
                showPlaneAtVisit(slicer.mrmlScene, visit.segmentation, plane,
                                 SIZE_IN_RADII * self._spheres[visit.label].radiusMm)

    def _updateButtons(self, isEditable: bool):
        approved = "" if isEditable else approvedReason()
        isBaseline = self._active.label == self._baseline.label
        hasSphere = self._active.label in self._spheres
        noHead = _("Outline the head first: its sphere tells where the plane belongs.")
        reason = "" if isBaseline else _("The plane is defined at {visit}; go there to move or remove it.").format(
            visit=self._baseline.label)
        if self._node is None and not reason and not hasSphere:
            reason = noHead
        self.defineButton.text = _("Define the neck plane") if self._node is None else _("Remove the neck plane")
        enable(self.defineButton, approved or reason,
               _("Drag the plane's handles until it parts head and neck. It is shown at the same place of the head at "
                 "every visit."))
        reason = "" if self._node is not None else _("Define the neck plane at {visit} first.").format(
            visit=self._baseline.label)
        if not reason and self.planeAt(self._active) is None:
            reason = noHead
        enable(self.cutButton, approved or reason,
               _("Remove the voxels of the head beyond the plane; Undo brings them back."))

    def _onDefineClicked(self):
        if self._node is not None:
            node = self._node
            self._observe(None)
            slicer.mrmlScene.RemoveNode(node)
            removeShownPlanes(slicer.mrmlScene)
        else:
            sphere = self._spheres[self._baseline.label]
            plane = defaultNeckPlane(sphere.centerRas, sphere.radiusMm, self._side)
            self._observe(addPlaneNode(slicer.mrmlScene, self._baseline.segmentation, plane,
                                       SIZE_IN_RADII * sphere.radiusMm))
        self._onChanged()

    def _onPlaneMoved(self, caller, event):
        self._onChanged()
