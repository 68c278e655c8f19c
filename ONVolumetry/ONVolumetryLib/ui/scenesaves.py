"""Tells a part of the panel when the scene is saved or closed."""

from __future__ import annotations

from collections.abc import Callable

import slicer
from slicer.util import VTKObservationMixin


class SceneSaves(VTKObservationMixin):
    """Observes the application's scene until it is stopped.

    :param onStartSave: called before the scene is saved.
    :param onEndSave: called when it was saved.
    :param onStartClose: called before it is closed.
    """

    def __init__(self, onStartSave: Callable[[], None], onEndSave: Callable[[], None],
                 onStartClose: Callable[[], None]):
        VTKObservationMixin.__init__(self)
        scene = slicer.mrmlScene
        for event, action in ((scene.StartSaveEvent, onStartSave), (scene.EndSaveEvent, onEndSave),
                              (scene.StartCloseEvent, onStartClose)):
            self.addObserver(scene, event, lambda caller, name, action=action: action())

    def stop(self):
        """Observe nothing."""
        self.removeObservers()
