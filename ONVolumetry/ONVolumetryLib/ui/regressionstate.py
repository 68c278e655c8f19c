"""What the section Regression in 3D knows of the hip that the panel shows."""

from __future__ import annotations

import slicer

from ..core.errors import SegmentError
from ..mrml.regressionlegend import setLegend
from ..mrml.regressionnodes import Regression, findRegression, fingerprintOf, hipScene, storeRegression
from ..mrml.regressionparts import followSegments
from ..scene3d.viewpoints import directionWords
from .regressiontexts import directionWord, frameCaption, partTitle, visitCaption
from .regressionviews import Shown

HIDDEN_KEY = "ONVolumetry.regressionHidden"


class RegressionState:
    """Finds, makes and describes the regression of a hip.

    :param state: HipState of the panel.
    """

    def __init__(self, state):
        self.state = state
        self._scene = (None, None)

    @property
    def regression(self) -> Regression | None:
        """What the scene holds of the hip."""
        return None if self.state.hip is None else findRegression(self.state.hip.owner)

    @property
    def fingerprint(self) -> str:
        """Of the outlines and registrations as they are now."""
        return fingerprintOf(self.state.hip, self.state.segments, self.state.outlines)

    @property
    def hidden(self) -> frozenset[str]:
        """Keys of the parts that the user switched off."""
        return frozenset((self.state.hip.owner.GetParameter(HIDDEN_KEY) or "").split())

    @hidden.setter
    def hidden(self, keys: frozenset[str]):
        self.state.hip.owner.SetParameter(HIDDEN_KEY, " ".join(sorted(keys)))

    def currentScene(self):
        """The scene3d RegressionScene of the outlines as they are now.

        :raises ONVolumetryError: something cannot be measured, or nothing is outlined.
        """
        fingerprint = self.fingerprint
        if self._scene[0] != fingerprint:
            hip, logic = self.state.hip, self.state.logic
            scene = hipScene(hip, self.state.segments, logic.measure(hip))
            if scene is None:
                raise SegmentError("nothing is outlined at any visit; outline head and lesion first")
            self._scene = (fingerprint, scene)
        return self._scene[1]

    def build(self):
        """Put models and timeline of the outlines as they are now into the scene.

        :raises ONVolumetryError: something cannot be measured, or nothing is outlined.
        """
        storeRegression(slicer.mrmlScene, self.state.hip, self.currentScene(), self.fingerprint)

    def forget(self):
        """Keep nothing of a scene that is being closed."""
        self._scene = (None, None)

    def followSegments(self, regression: Regression):
        """Give models and legend the colors and opacity of the segments as they are now."""
        visits = self.state.hip.visits
        followSegments(regression.models, visits)
        if regression.room is not None:
            setLegend(regression.room, regression.models, visits, partTitle)

    def whatToShow(self, regression: Regression) -> Shown:
        """Everything that stands in the views."""
        visits = self.state.hip.visits
        captions = {visit.label: visitCaption(
            visit, None if visit.segmentation is None else regression.summaries.get(visit.segmentation.GetID()))
            for visit in visits}
        return Shown(regression, visits, captions, timelineCaption(regression, visits), self.hidden,
                     {word: directionWord(word) for word in directionWords("right")})


def timelineCaption(regression: Regression, visits) -> str:
    """What stands in the view of the timeline at the time that its browser shows."""
    if regression.browser is None or not regression.frames:
        return ""
    index = min(max(regression.browser.GetSelectedItemNumber(), 0), len(regression.frames) - 1)
    return frameCaption(regression.frames[index], visits, regression.isRegistered)
