"""What the 3D views show of the regression of a hip, in the layouts made for it; elsewhere nothing of it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import qt
import slicer

from ..mrml.hipnodes import VisitNodes
from ..mrml.regressionlegend import LEGEND_ROLE, renewLegend
from ..mrml.regressionnodes import Regression
from ..scene3d.viewpoints import directionWords, namedViewpoint, turnedViewpoint
from .comparelayout import STANDARD_LAYOUT, currentLayout, isOwnLayout, showLayout
from .directionwords import DirectionWords, writeWords
from .displaystates import display, restoreDisplays
from .regressionlayout import (
    MOST_VISITS,
    TIMELINE_LAYOUT,
    TIMELINE_VIEW,
    isRegressionLayout,
    visitsLayout,
    visitViewName,
)
from .threedviews import evenOut, lookFrom, otherViewIds, setCaption, setUpView, threeDWidget

LONGEST_LABEL = 12
# The program's movie and page begin from here too.
START_DEGREES, START_ELEVATION_DEGREES = 25.0, 18.0
START = "start"


@dataclass(frozen=True, eq=False)
class Shown:
    """What is to be shown.

    :param regression: of the hip.
    :param visits: of the hip.
    :param captions: text for the view of a visit, by the visit's label.
    :param timelineCaption: text for the view of the timeline.
    :param hidden: keys of parts that the user switched off.
    :param wordOf: word for a direction in the user's language, by the English one.
    """

    regression: Regression
    visits: Sequence[VisitNodes]
    captions: Mapping[str, str]
    timelineCaption: str
    hidden: frozenset[str]
    wordOf: Mapping[str, str]


class RegressionViews:
    """Arranges the views, and gives everything back when another layout is shown."""

    def __init__(self):
        self._layoutBefore: int | None = None
        self._arranged: Any = None
        self._setUp: dict[str, tuple] = {}
        self._worded: dict[str, tuple] = {}
        self._words = DirectionWords()

    @property
    def isShown(self) -> bool:
        """Whether the layout is one of the regression."""
        return slicer.app.layoutManager() is not None and isRegressionLayout(currentLayout())

    @property
    def isTimeline(self) -> bool:
        return currentLayout() == TIMELINE_LAYOUT

    def enterVisits(self, shown: Shown):
        """Show one view a visit."""
        self._enter(visitsLayout(len(visitsInViews(shown.regression, shown.visits))), shown)

    def enterTimeline(self, shown: Shown):
        """Show the view of the timeline."""
        self._enter(TIMELINE_LAYOUT, shown)

    def _enter(self, layout: int, shown: Shown):
        if not isOwnLayout(currentLayout()):
            self._layoutBefore = currentLayout()
        showLayout(layout)
        # The new views get their size only when events are processed.
        slicer.app.processEvents(qt.QEventLoop.ExcludeUserInputEvents)
        evenOut(self.viewNames())
        self.arrange(shown)
        self.lookFrom(START, shown.regression)

    def leave(self):
        """Show the layout that was shown before."""
        self.putAway()
        if self.isShown:
            showLayout(STANDARD_LAYOUT if self._layoutBefore is None else self._layoutBefore)
        self._layoutBefore = None

    def putAway(self):
        """Hide everything of the regression and display all else as it was."""
        self._words.stop()
        self._setUp, self._worded = {}, {}
        if self._arranged is not None:
            self._arranged = None
            restoreDisplays()

    def arrange(self, shown: Shown):
        """Show what belongs into the views of the layout that is shown."""
        if not self.isShown:
            self.putAway()
            return
        if self._arranged is not None and self._arranged.regression.room is not shown.regression.room:
            restoreDisplays()
        self._arranged = shown
        places = {name: place for name, place in self._places(shown).items() if threeDWidget(name) is not None}
        newViews = [name for name in places if self._worded.get(name) != _wordsKey(shown)]
        for name, (visit, _) in places.items():
            self._setUpView(name, visit, shown)
        if newViews and shown.regression.room is not None:
            renewLegend(slicer.mrmlScene, shown.regression.room)
        ids = {name: threeDWidget(name).mrmlViewNode().GetID() for name in places}
        inView = {id(model): ids[name] for name, (_, models) in places.items() for model in models}
        for model in shown.regression.models:
            if model.display is not None:
                viewId = inView.get(id(model))
                display(model.display, viewId is not None and model.key not in shown.hidden,
                        [] if viewId is None else [viewId])
        self._displayRoom(shown.regression.room, list(ids.values()))
        self._displayOthers(shown.regression)
        self._writeWords(newViews, shown)

    def lookFrom(self, name: str, regression: Regression):
        """Turn the cameras of all views at once.

        :param name: one of scene3d.viewpoints.directionWords(), or START.
        """
        viewpoint = turnedViewpoint(regression.side, START_DEGREES, START_ELEVATION_DEGREES) if name == START else \
            namedViewpoint(name, regression.side)
        lookFrom(viewpoint, regression.centerRas, regression.radiusMm, self.viewNames())

    def viewNames(self) -> list[str]:
        """Names of the views of the layout that is shown, from left to right."""
        if not self.isShown:
            return []
        if self.isTimeline:
            return [TIMELINE_VIEW]
        return [visitViewName(index) for index in range(currentLayout() - visitsLayout(1) + 1)]

    def _places(self, shown: Shown) -> dict[str, tuple]:
        """Visit (None for the timeline) and models of every view."""
        if self.isTimeline:
            return {TIMELINE_VIEW: (None, shown.regression.timelineModels)}
        visits = visitsInViews(shown.regression, shown.visits)
        return {name: (visit, shown.regression.modelsOf(visit)) for name, visit in zip(self.viewNames(), visits)}

    def _setUpView(self, viewName: str, visit: VisitNodes | None, shown: Shown):
        label = "T" if visit is None else visit.label if len(visit.label) <= LONGEST_LABEL else f"{visit.month:g} mo"
        node = threeDWidget(viewName).mrmlViewNode()
        # Slicer takes back the user's zoom at every change of the view's node.
        if self._setUp.get(viewName) != (node, shown.regression.side, label):
            self._setUp[viewName] = (node, shown.regression.side, label)
            setUpView(node, label)
        setCaption(viewName, shown.timelineCaption if visit is None else shown.captions[visit.label])

    def _writeWords(self, viewNames: Sequence[str], shown: Shown):
        """Words of direction in views that have none yet: once everything is displayed."""
        words = {shown.wordOf[word]: direction for word, direction in directionWords(shown.regression.side).items()}
        for name in viewNames:
            widget = threeDWidget(name)
            self._worded[name] = _wordsKey(shown)
            writeWords(widget.threeDView(), widget.mrmlViewNode(), words)
            self._words.follow(widget.mrmlViewNode(), words)

    def _displayRoom(self, room, viewIds: list[str]):
        """The room in every view, and its legend in the last."""
        if room is None:
            return
        for index in range(room.GetNumberOfDisplayNodes()):
            node = room.GetNthDisplayNode(index)
            isLegend = node.IsA("vtkMRMLColorLegendDisplayNode")
            display(node, not isLegend or room.GetNodeReference(LEGEND_ROLE) is not None,
                    viewIds[-1:] if isLegend else viewIds)

    def _displayOthers(self, regression: Regression):
        """All else in the other views only, as visible as it was: Slicer puts words of direction around everything."""
        own = {model.display for model in regression.models}
        if regression.room is not None:
            own |= {regression.room.GetNthDisplayNode(index)
                    for index in range(regression.room.GetNumberOfDisplayNodes())}
        others = otherViewIds()
        for node in slicer.util.getNodesByClass("vtkMRMLDisplayNode"):
            # Hidden nodes too: the words stand around them as well.
            if node not in own and not node.GetViewNodeIDs():
                display(node, bool(node.GetVisibility()), others)


def _wordsKey(shown: Shown) -> tuple:
    """What words and legend of a view are for."""
    return shown.regression.room, shown.regression.side


def visitsInViews(regression: Regression, visits: Sequence[VisitNodes]) -> list[VisitNodes]:
    """Visits with something to show in order of time: the first, and the last of so many that there are views."""
    found = [visit for visit in sorted(visits, key=lambda visit: visit.month) if regression.modelsOf(visit)]
    return found if len(found) <= MOST_VISITS else [found[0], *found[1 - MOST_VISITS:]]
