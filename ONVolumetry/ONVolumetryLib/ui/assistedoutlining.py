"""What the buttons of assisted outlining do with the visit at hand."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..core.outlining.headoutline import HeadSettings
from ..core.settings import MeasurementSettings
from ..files.keys import SETTING_FIELDS
from ..mrml.assistedoutlining import fillSlices, outlineHeadFromBaseline, outlineHeadOnClick
from ..mrml.hipnodes import VisitNodes
from ..mrml.marrow import polarityOf
from ..mrml.visits import baselineOf
from .interpolatedlist import InterpolatedList
from .marrowchoice import marrowText
from .segmentassist import AssistSection


class AssistedOutlining:
    """Makes outlines of the active visit, each of which can be undone.

    :param layout: gets the buttons.
    :param panel: SegmentPanel.
    """

    def __init__(self, layout, panel):
        self._panel = panel
        self.section = AssistSection(layout, self.headFromClick, self.headFromBaseline, self.fillSlices)
        self.interpolated = InterpolatedList(layout, panel.editor, panel.numbers.say)

    def update(self, visit: VisitNodes, isEditable: bool):
        """Enable what can be used at a visit."""
        self.section.update(visit.volume, isEditable, self._whyNoBaseline(visit))
        self.interpolated.update(visit, isEditable)

    def stop(self):
        """End placing the point."""
        self.section.stop()

    def release(self):
        """Let go of the scene's nodes."""
        self.section.release()
        self.interpolated.release()

    def headFromClick(self, clickRas):
        """Outline the head around a point (RAS, mm)."""
        visit, settings = self._panel.active, self._settings()
        self._show(self._panel.edit(lambda: outlineHeadOnClick(visit.segmentation, visit.headSegmentId, visit.volume,
                                                               clickRas, settings)))

    def headFromBaseline(self):
        """Outline the head where the baseline's is found again."""
        baseline, visit, settings = baselineOf(self._panel.visits), self._panel.active, self._settings()
        self._show(self._panel.edit(lambda: outlineHeadFromBaseline(baseline, visit, settings)))

    def fillSlices(self):
        """Fill the slices between outlined ones of the selected segment."""
        visit = self._panel.active
        segmentId = self._panel.editor.widget.currentSegmentID() or visit.lesionSegmentId
        numbers = self._panel.edit(lambda: fillSlices(visit.segmentation, segmentId, visit.volume))
        if numbers is not None:
            self.section.say(_("Slices filled: {count}. Their outline is dashed until you edit or confirm it.").format(
                count=len(numbers)))

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
        if outline is not None:
            self._panel.parts.views.goToHead(self._panel.active, outline.sphere)
            marrow = marrowText(outline.polarity, polarityOf(self._panel.active.volume) is not None)
            self.section.say(_("Head found in {marrow}: sphere of radius {radius:.1f} mm. {share:.0f} % of "
                               "its surface is not sure (no clear edge, or a lesion under it) and marked in magenta: "
                               "look there, and correct it with any tool.").format(
                                   marrow=marrow, radius=outline.sphere.radiusMm, share=100 * outline.uncertainShare))
