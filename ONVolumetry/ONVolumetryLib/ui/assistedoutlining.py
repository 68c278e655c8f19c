"""What the buttons of assisted outlining do with the visit at hand."""

from __future__ import annotations

from collections.abc import Callable

from slicer.i18n import tr as _

from ..core.errors import OutliningError
from ..core.outlining.headchecks import NO_HEAD
from ..core.outlining.headoutline import HeadSettings
from ..core.settings import MeasurementSettings
from ..files.keys import SETTING_FIELDS
from ..mrml.assistedoutlining import fillSlices, outlineHeadFromBaseline, outlineHeadOnClick, outlineState
from ..mrml.hipnodes import VisitNodes
from ..mrml.marrow import polarityOf
from ..mrml.uncertainedge import removeUncertainEdges
from ..mrml.visits import baselineOf
from .interpolatedlist import InterpolatedList
from .marrowchoice import marrowText
from .segmentassist import AssistSection
from .strokesession import dropListeners


class AssistedOutlining:
    """Makes outlines of the active visit, each of which can be undone.

    :param layout: gets the buttons.
    :param panel: SegmentPanel.
    """

    def __init__(self, layout, panel):
        self._panel = panel
        self._at = self._said = self._marked = self._noticed = None
        self.section = AssistSection(layout, self.headFromClick, self.headFromBaseline, self.fillSlices)
        self.interpolated = InterpolatedList(layout, panel.editor, panel.numbers.say)

    def update(self, visit: VisitNodes, isEditable: bool):
        """Enable what can be used at a visit, and take back what is no longer so."""
        if self._onDropped not in dropListeners:
            dropListeners.append(self._onDropped)
        at = _imageOf(visit)
        if self._at != at or not isEditable:
            # A click that is waited for was meant for the visit before.
            self.section.stop()
        self._at = at
        if self._noticed != at:
            self.section.notice("")
        self._forgetWhatIsUndone()
        self.section.update(visit.volume, isEditable, self._whyNoBaseline(visit))
        self.interpolated.update(visit, isEditable)

    def stop(self):
        """End placing the point."""
        self.section.stop()

    def release(self):
        """Let go of the scene's nodes."""
        if self._onDropped in dropListeners:
            dropListeners.remove(self._onDropped)
        self._at = self._said = self._marked = self._noticed = None
        self.section.release()
        self.interpolated.release()

    def headFromClick(self, clickRas):
        """Outline the head around a point (RAS, mm)."""
        visit, settings = self._panel.active, self._settings()
        self._show(self._edit(lambda: _withMarrowNamed(
            lambda: outlineHeadOnClick(visit.segmentation, visit.headSegmentId, visit.volume, clickRas, settings),
            settings)))

    def headFromBaseline(self):
        """Outline the head where the baseline's is found again."""
        baseline, visit, settings = baselineOf(self._panel.visits), self._panel.active, self._settings()
        self._show(self._edit(lambda: _withMarrowNamed(
            lambda: outlineHeadFromBaseline(baseline, visit, settings), settings)))

    def fillSlices(self):
        """Fill the slices between outlined ones of the selected segment."""
        visit = self._panel.active
        segmentId = self._panel.editor.widget.currentSegmentID() or visit.lesionSegmentId
        numbers = self._edit(lambda: fillSlices(visit.segmentation, segmentId, visit.volume))
        if numbers is not None:
            self._say(segmentId, _("Slices filled: {count}. Their outline is dashed until you edit or confirm "
                                   "it.").format(count=len(numbers)))

    def _edit(self, change: Callable):
        self._said = None
        self.section.say("")
        self.section.notice("")
        return self._panel.edit(change)

    def _say(self, segmentId: str, text: str):
        self._said = _stateAt(self._panel.active.segmentation, segmentId)
        self.section.say(text)

    def _forgetWhatIsUndone(self):
        said, marked = self._said, self._marked
        if said is not None and (said[0] is not self._panel.active.segmentation or _stateAt(*said[:2]) != said):
            self._said = None
            self.section.say("")
        if marked is not None and _stateAt(*marked[:2]) != marked:
            self._marked = None
            removeUncertainEdges(marked[0].GetScene())

    def _onDropped(self, text: str):
        self._noticed = _imageOf(self._panel.active)
        self.section.notice(text)

    def _settings(self) -> HeadSettings:
        numbers = self._panel.numbers
        settings = MeasurementSettings.fromMapping(dict(numbers.settings), SETTING_FIELDS)
        cap = settings.capFraction(numbers.sex) if numbers.sex else HeadSettings().capFraction
        return HeadSettings(self._panel.side, cap, polarityOf(self._panel.active.volume))

    def _whyNoBaseline(self, visit: VisitNodes) -> str:
        baseline = baselineOf(self._panel.visits)
        if baseline is None or baseline.label == visit.label:
            return _("This is the baseline: click its head.")
        if baseline.volume is None or not self._panel.hasSphere(baseline):
            return _("Outline the head at {visit} first.").format(visit=baseline.label)
        return ""

    def _show(self, outline):
        if outline is None:
            return
        visit = self._panel.active
        self._panel.parts.views.goToHead(visit, outline.sphere)
        self._marked = _stateAt(visit.segmentation, visit.headSegmentId)
        marrow = marrowText(outline.polarity, polarityOf(visit.volume) is not None)
        self._say(visit.headSegmentId, _(
            "Head found in {marrow}: sphere of radius {radius:.1f} mm. {share:.0f} % of "
            "its surface is not sure (no clear edge, or a lesion under it) and marked in magenta: "
            "look there, and correct it with any tool.").format(
                marrow=marrow, radius=outline.sphere.radiusMm, share=100 * outline.uncertainShare))


def _imageOf(visit: VisitNodes | None) -> tuple:
    return (None, None) if visit is None else (visit.segmentation, visit.volume)


def _stateAt(segmentation, segmentId: str) -> tuple:
    return segmentation, segmentId, outlineState(segmentation, segmentId)


def _withMarrowNamed(outlineIt: Callable, settings: HeadSettings):
    """Outline a head; where none is recognized in marrow that the reader has chosen, name that choice as well."""
    try:
        return outlineIt()
    except OutliningError as error:
        if settings.polarity is None or NO_HEAD not in str(error):
            raise
        remedy = _('or choose under "Marrow" how marrow looks in this image (now chosen: {polarity})').format(
            polarity=_(settings.polarity))
        raise OutliningError(f"{error}; {remedy}") from error
