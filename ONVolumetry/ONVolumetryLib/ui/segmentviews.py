"""What the slice and 3D views show while a visit is outlined, or while visits are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import qt
import slicer

from ..core.errors import ONVolumetryError
from ..mrml.grids import volumeGrid
from ..mrml.headcopy import TRUSTED
from ..mrml.hipnodes import HipNodes, VisitNodes
from ..mrml.outlinesinscene import outlinesOfHips
from ..mrml.sliceplanes import acquisitionAxes, onNearestSlice, slicePose
from ..mrml.visittransforms import followUpToBaseline
from .comparelayout import (
    MOST_VISITS,
    OUTLINE_LAYOUT,
    OUTLINE_VIEW,
    STANDARD_LAYOUT,
    compareLayout,
    compareViewName,
    currentLayout,
    isOwnLayout,
    leaveLayout,
    otherSliceViewIds,
    showLayout,
)
from .displaystates import display, restoreDisplays
from .linkedviews import LinkedView, LinkedViews
from .sliceviews import lookIn3D, setPixelSize, setPose, showWholeLabel, sliceNode, threeDViewIds

MARGIN = 1.6
LONGEST_LABEL = 12


@dataclass(frozen=True, eq=False)
class Drawing:
    """Something that belongs to a visit beside its outlines.

    :param label: of the visit.
    :param displayNode: of what is drawn, or None.
    :param isVisible: whether it is to be seen while its visit is.
    """

    label: str
    displayNode: Any
    isVisible: bool


class SegmentViews:
    """Arranges views for the visits of a hip, and gives them back as they were."""

    def __init__(self):
        self.links = LinkedViews()
        self.isComparing = False
        self.isBlinded = False
        self.hip: HipNodes | None = None
        self._layoutBefore = None
        self._shown = None

    def show(self, visits: Sequence[VisitNodes], active: VisitNodes, spheres: Mapping,
             drawings: Sequence[Drawing] = ()):
        """Show the active visit, or all of them side by side.

        :param spheres: SphereFit by label of the visit; views are linked by their centers.
        :param drawings: what else belongs to a visit.
        """
        if self._layoutBefore is None and not isOwnLayout(currentLayout()):
            self._layoutBefore = currentLayout()
        visible = self.comparedVisits(visits, active) if self.isComparing else [active]
        number = compareLayout(len(visible)) if self.isComparing else OUTLINE_LAYOUT
        state = (number, tuple((visit.label, visit.volume) for visit in visible))
        isNew = state != self._shown
        if isNew:
            self._shown = state
            self.links.stop()
            showLayout(number)
            # The new views get their size only when events are processed.
            slicer.app.processEvents(qt.QEventLoop.ExcludeUserInputEvents)
            for index, visit in enumerate(visible):
                self._showVolume(self._viewName(index), visit, spheres.get(visit.label))
        self._display(visits, visible, active, drawings)
        if isNew and not self.isComparing:
            lookIn3D(spheres.get(active.label))
        if self.isComparing:
            self._link(visible, spheres)

    def goToHead(self, visit: VisitNodes, sphere):
        """Look at a head of the active visit that was just found, as large as when the visit is opened.

        :param sphere: SphereFit of the head.
        """
        if not self.isComparing:
            self._showVolume(OUTLINE_VIEW, visit, sphere)
            lookIn3D(sphere)

    def leave(self):
        """Give layout and display back as they were."""
        self.links.stop()
        restoreDisplays()
        if isOwnLayout(currentLayout()):
            showLayout(STANDARD_LAYOUT if self._layoutBefore is None else self._layoutBefore)
        leaveLayout()
        self._layoutBefore = None
        self._shown = None

    def putAway(self):
        """Before a scene is saved: outlines as visible as they were, so that they are in any Slicer."""
        self.links.stop()
        restoreDisplays()

    def comparedVisits(self, visits: Sequence[VisitNodes], active: VisitNodes) -> list[VisitNodes]:
        """Visits with something to show, in order of time; the active one is among them whatever their number."""
        ordered = [visit for visit in sorted(visits, key=lambda visit: visit.month)
                   if visit.volume is not None or visit.segmentation is not None]
        chosen = [visit for visit in ordered if visit.label != active.label][:MOST_VISITS - 1]
        return [visit for visit in ordered if visit in chosen or visit.label == active.label]

    def _viewName(self, index: int) -> str:
        return compareViewName(index) if self.isComparing else OUTLINE_VIEW

    def _showVolume(self, viewName: str, visit: VisitNodes, sphere):
        logic = slicer.app.layoutManager().sliceWidget(viewName).sliceLogic()
        composite, node = logic.GetSliceCompositeNode(), logic.GetSliceNode()
        composite.SetLinkedControl(False)
        composite.SetBackgroundVolumeID(None if visit.volume is None else visit.volume.GetID())
        composite.SetForegroundVolumeID(None)
        composite.SetLabelVolumeID(None)
        if self.isComparing:
            node.SetLayoutLabel(visit.label if len(visit.label) <= LONGEST_LABEL else f"{visit.month:g} mo")
            showWholeLabel(viewName)
        grid = gridOf(visit)
        if grid is None:
            logic.FitSliceToAll()
            return
        center = grid.cornersRas().mean(axis=0) if sphere is None else np.asarray(sphere.centerRas)
        setPose(node, onNearestSlice(slicePose(acquisitionAxes(grid), center), grid))
        widthMm = np.ptp(grid.cornersRas() @ acquisitionAxes(grid), axis=0)[:2].max()
        setPixelSize(node, (widthMm if sphere is None else min(widthMm, 2 * MARGIN * sphere.radiusMm))
                     / max(min(node.GetDimensions()[:2]), 1))

    def _display(self, visits, visible, active: VisitNodes, drawings):
        """Everything in the view of its visit, the active one's also in 3D; hidden where the reader is blinded.

        Outlines of other hips, and of other readers of this hip, are never seen.
        """
        own = [visit.segmentation for visit in visits]
        for segmentation in outlinesOfHips(slicer.mrmlScene):
            if segmentation not in own and segmentation.GetDisplayNode() is not None:
                display(segmentation.GetDisplayNode(), False, ())
        outlines = [Drawing(visit.label, visit.segmentation.GetDisplayNode(), True) for visit in visits
                    if visit.segmentation is not None]
        places = {visit.label: index for index, visit in enumerate(visible)}
        for drawing in (*outlines, *drawings):
            if drawing.displayNode is None:
                continue
            isActive = drawing.label == active.label
            isShown = drawing.label in places and drawing.isVisible and (isActive or not self.isBlinded)
            views = []
            if self.isComparing and drawing.label in places:
                views = [*otherSliceViewIds(), sliceNode(compareViewName(places[drawing.label])).GetID()]
                views += threeDViewIds() if isActive else []
            display(drawing.displayNode, isShown, views)

    def _link(self, visible, spheres: Mapping):
        self.links.start([LinkedView(sliceNode(compareViewName(index)), visit.volume, gridOf(visit),
                                     centerOf(visit, spheres), self._toBaseline(visit))
                          for index, visit in enumerate(visible)])

    def _toBaseline(self, visit: VisitNodes):
        """4x4 of an accepted registration; None leaves the view linked by the head's center."""
        if self.hip is None:
            return None
        found = followUpToBaseline(self.hip, visit)
        return found.toBaselineRas if found.status in TRUSTED else None


def gridOf(visit: VisitNodes):
    """Grid of the visit's volume, or None where it cannot be measured."""
    try:
        return None if visit.volume is None else volumeGrid(visit.volume)
    except ONVolumetryError:
        return None


def centerOf(visit: VisitNodes, spheres: Mapping):
    """Center of the visit's head, or of its volume while no head is outlined; None without both."""
    if visit.label in spheres:
        return np.asarray(spheres[visit.label].centerRas)
    grid = gridOf(visit)
    return None if grid is None else grid.cornersRas().mean(axis=0)
