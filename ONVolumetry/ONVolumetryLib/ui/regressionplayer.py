"""The slider of the timeline: 3D Slicer's own widgets, bound to the sequence browser of a hip."""

from __future__ import annotations

from collections.abc import Callable

import slicer
import vtk
from slicer.util import VTKObservationMixin


class Player(VTKObservationMixin):
    """Play, pause and step, and a slider.

    :param layout: gets the widgets.
    :param onFrame: called when another time is shown, by whatever means.
    """

    def __init__(self, layout, onFrame: Callable[[], None]):
        VTKObservationMixin.__init__(self)
        self.onFrame = onFrame
        self.browser = None
        self._widgets = []
        for className, name in (("qMRMLSequenceBrowserSeekWidget", "regressionSeekWidget"),
                                ("qMRMLSequenceBrowserPlayWidget", "regressionPlayWidget")):
            if hasattr(slicer, className):
                widget = getattr(slicer, className)()
                widget.objectName = name
                widget.setMRMLScene(slicer.mrmlScene)
                layout.addWidget(widget)
                self._widgets.append(widget)
        for widget in self._widgets[1:]:
            widget.setRecordingControlsVisible(False)

    @property
    def isAvailable(self) -> bool:
        """Whether this Slicer has its module Sequences."""
        return len(self._widgets) == 2 and hasattr(slicer, "vtkMRMLSequenceBrowserNode")

    def setBrowser(self, browser):
        """Show the frames of a browser, or of none."""
        if browser is self.browser:
            return
        self.pause()
        self.removeObservers()
        self.browser = browser
        for widget in self._widgets:
            widget.setMRMLSequenceBrowserNode(browser)
        if browser is not None:
            self.addObserver(browser, vtk.vtkCommand.ModifiedEvent, lambda caller, event: self.onFrame())

    def pause(self):
        """Stop playing."""
        if self.browser is not None and self.browser.GetPlaybackActive():
            self.browser.SetPlaybackActive(False)

    @property
    def index(self) -> int:
        """Number of the frame that is shown; 0 where there is none."""
        return 0 if self.browser is None else max(self.browser.GetSelectedItemNumber(), 0)
