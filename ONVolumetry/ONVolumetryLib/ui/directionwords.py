"""Words of direction in the 3D views: those behind the head are left out, as they would be read through it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import slicer
import vtk
from slicer.util import VTKObservationMixin

# Cosine between the line of sight and a direction from which its word would stand behind the head.
FARTHEST_BEHIND = -0.5
NO_WORD = " "


class DirectionWords(VTKObservationMixin):
    """Keeps the words of some views as their cameras turn."""

    def __init__(self):
        VTKObservationMixin.__init__(self)
        self._words: dict = {}

    def follow(self, viewNode, words: Mapping[str, np.ndarray]):
        """Follow the camera of a view.

        :param words: as writeWords() has written them.
        """
        camera = slicer.modules.cameras.logic().GetViewActiveCameraNode(viewNode)
        self._words[camera] = (viewNode, dict(words))
        if not self.hasObserver(camera, vtk.vtkCommand.ModifiedEvent, self._onCamera):
            self.addObserver(camera, vtk.vtkCommand.ModifiedEvent, self._onCamera)

    def stop(self):
        """Follow no camera any more."""
        self.removeObservers()
        self._words = {}

    def _onCamera(self, camera, event):
        viewNode, words = self._words[camera]
        toward = np.subtract(camera.GetPosition(), camera.GetFocalPoint())
        toward /= max(np.linalg.norm(toward), 1e-9)
        wanted = {_labelIndex(direction): word if direction @ toward > FARTHEST_BEHIND else NO_WORD
                  for word, direction in words.items()}
        if any(viewNode.GetAxisLabel(index) != text for index, text in wanted.items()):
            wasModified = viewNode.StartModify()
            # Slicer sets the camera's scale from this field at every change of the view's node.
            viewNode.SetFieldOfView(camera.GetParallelScale())
            for index, text in wanted.items():
                viewNode.SetAxisLabel(index, text)
            viewNode.EndModify(wasModified)


def writeWords(view, viewNode, words: Mapping[str, np.ndarray]):
    """Write all words into a view, around what it shows now.

    :param view: qMRMLThreeDView.
    :param words: unit vectors in RAS along the patient's axes by the word that stands there.
    """
    for word, direction in words.items():
        viewNode.SetAxisLabel(_labelIndex(direction), word)
    # Slicer looks only now where the words belong, and how long they are.
    view.resetFocalPoint()


def _labelIndex(direction: np.ndarray) -> int:
    """Slicer's number of the label of a direction: left, right, posterior, anterior, inferior, superior."""
    axis = int(np.argmax(np.abs(direction)))
    return 2 * axis + int(direction[axis] > 0)
