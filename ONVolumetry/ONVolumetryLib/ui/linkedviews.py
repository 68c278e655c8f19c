"""Slice views of several visits that move together: same place of the head, same zoom, same window and level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import vtk
from slicer.util import VTKObservationMixin

from ..core.geometry import GridGeometry
from ..mrml.sliceplanes import onNearestSlice, poseAtOtherHead, poseAtSamePlace
from .sliceviews import poseOf, setPixelSize, setPose


@dataclass(frozen=True, eq=False)
class LinkedView:
    """One of the views.

    :param sliceNode: vtkMRMLSliceNode.
    :param volume: what it shows, or None.
    :param grid: of the volume, or None.
    :param centerRas: center of the head in this view, mm; None leaves the view out of the link.
    :param toBaselineRas: 4x4 that carries this view's visit to the baseline, by which two views that have it are
        linked; None where there is no accepted registration.
    """

    sliceNode: Any
    volume: Any
    grid: GridGeometry | None
    centerRas: np.ndarray | None
    toBaselineRas: np.ndarray | None = None


class LinkedViews(VTKObservationMixin):
    """Lets all views follow the one that the user moves."""

    def __init__(self):
        VTKObservationMixin.__init__(self)
        self._views: tuple[LinkedView, ...] = ()
        self._isFollowing = False

    @property
    def isLinked(self) -> bool:
        return bool(self._views)

    def start(self, views: Sequence[LinkedView]):
        """Link views; all follow the first at once."""
        isSame = len(views) == len(self._views) and all(map(_isLinkedAlike, views, self._views))
        first = self._views[0] if isSame and self._views else None
        self.stop()
        self._views = tuple(views)
        for view in self._views:
            self.addObserver(view.sliceNode, vtk.vtkCommand.ModifiedEvent, self._onViewMoved)
            if view.volume is not None and view.volume.GetDisplayNode() is not None:
                self.addObserver(view.volume.GetDisplayNode(), vtk.vtkCommand.ModifiedEvent, self._onWindowChanged)
        if self._views and first is None:
            self._onViewMoved(self._views[0].sliceNode)
            if self._views[0].volume is not None:
                self._onWindowChanged(self._views[0].volume.GetDisplayNode())

    def stop(self):
        """Let the views go their own ways."""
        self.removeObservers()
        self._views = ()

    def _onViewMoved(self, caller, event=None):
        source = next((view for view in self._views if view.sliceNode is caller), None)
        if source is None or source.centerRas is None or self._isFollowing:
            return
        self._isFollowing = True
        try:
            for view in self._views:
                if view is not source and view.centerRas is not None:
                    _follow(source, view)
        finally:
            self._isFollowing = False

    def _onWindowChanged(self, caller, event=None):
        if caller is None or self._isFollowing or not caller.IsA("vtkMRMLScalarVolumeDisplayNode"):
            return
        self._isFollowing = True
        try:
            for view in self._views:
                display = None if view.volume is None else view.volume.GetDisplayNode()
                if display is not None and display is not caller:
                    display.SetAutoWindowLevel(False)
                    display.SetWindowLevel(caller.GetWindow(), caller.GetLevel())
        finally:
            self._isFollowing = False


def _isLinkedAlike(first: LinkedView, second: LinkedView) -> bool:
    if first.sliceNode is not second.sliceNode:
        return False
    if first.toBaselineRas is None or second.toBaselineRas is None:
        return first.toBaselineRas is second.toBaselineRas
    return np.array_equal(first.toBaselineRas, second.toBaselineRas)


def _follow(source: LinkedView, view: LinkedView):
    pose, axes = poseOf(source.sliceNode), poseOf(view.sliceNode)[:3, :3]
    if source.toBaselineRas is None or view.toBaselineRas is None:
        pose = poseAtOtherHead(pose, source.centerRas, axes, view.centerRas)
    else:
        pose = poseAtSamePlace(pose, np.linalg.inv(view.toBaselineRas) @ source.toBaselineRas, axes)
    if view.grid is not None:
        pose = onNearestSlice(pose, view.grid)
    setPose(view.sliceNode, pose)
    pixelMm = source.sliceNode.GetFieldOfView()[0] / max(source.sliceNode.GetDimensions()[0], 1)
    setPixelSize(view.sliceNode, pixelMm)
