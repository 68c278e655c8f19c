"""The panel's inputs and its Measure button, bound to the parameters of the scene."""

from __future__ import annotations

import html
from contextlib import contextmanager

import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..mrml.hipnodes import HipNodes, VisitNodes
from .resultview import ResultView
from .texts import titleOfKey

HEAD, LESION = "headSegmentId", "lesionSegmentId"


class MeasurePanel:
    """Lets a user choose the outlines of one visit, measure them and read the result.

    :param ui: widgets of the panel by name.
    :param logic: ONVolumetryLogic of the application's scene.
    """

    def __init__(self, ui, logic):
        self.ui = ui
        self.logic = logic
        self.view = ResultView(ui)
        self._parameters = None
        self._shownSegmentationId = None
        self._isUpdating = False
        self._selectors = {HEAD: ui.headSelector, LESION: ui.lesionSelector}
        ui.headSelector.connect("currentSegmentChanged(QString)", self._onHeadChanged)
        ui.lesionSelector.connect("currentSegmentChanged(QString)", self._onLesionChanged)
        ui.measureButton.connect("clicked(bool)", self._onMeasure)

    def setParameters(self, parameters):
        """Show the parameters of the scene, or nothing while there are none (None)."""
        self._parameters = parameters
        self._shownSegmentationId = None
        self.update()

    def update(self, caller=None, event=None):
        """Bring the panel up to date with the parameters."""
        if self._isUpdating:
            return
        with self._updating():
            if self._parameters is not None:
                self._suggestForNewSegmentation()
                self._showSegments()
            self._showButton()
            self._showResult()

    def showProblem(self, text: str):
        """Say in the panel why nothing is measured.

        :param text: of an error, one line.
        """
        self._showStatus("<b>" + _("Not measured.") + "</b> " + html.escape(text[:1].upper() + text[1:]) + ".")

    def _showStatus(self, text: str):
        self.ui.statusLabel.text = text
        self.ui.statusLabel.setVisible(bool(text))

    @contextmanager
    def _updating(self):
        self._isUpdating = True
        try:
            yield
        finally:
            self._isUpdating = False

    def _suggestForNewSegmentation(self):
        """Choose segments and volume when the user turns to another segmentation, to save clicks."""
        parameters = self._parameters
        segmentation = parameters.segmentation
        segmentationId = None if segmentation is None else segmentation.GetID()
        wasShown, self._shownSegmentationId = self._shownSegmentationId, segmentationId
        if segmentation is None or segmentationId == wasShown:
            return
        # A scene that was just loaded has its choices already.
        if wasShown is None and (parameters.headSegmentId or parameters.lesionSegmentId):
            return
        parameters.headSegmentId, parameters.lesionSegmentId = self.logic.suggestSegments(segmentation)
        parameters.volume = self.logic.suggestVolume(segmentation)

    def _showSegments(self):
        segmentation = self._parameters.segmentation
        for name, selector in self._selectors.items():
            # A removed segment is no choice; the selector would move on to another one by itself.
            if not self._hasSegment(getattr(self._parameters, name)):
                setattr(self._parameters, name, "")
            selector.setCurrentNode(segmentation)
            selector.setCurrentSegmentID(getattr(self._parameters, name))
            selector.enabled = segmentation is not None
            if segmentation is None:
                selector.toolTip = _("Select the segmentation first.")

    def _hasSegment(self, segmentId: str) -> bool:
        segmentation = self._parameters.segmentation
        return bool(segmentId) and segmentation is not None and (
            segmentation.GetSegmentation().GetSegment(segmentId) is not None)

    def _onHeadChanged(self, segmentId: str):
        self._onSegmentChanged(HEAD, segmentId)

    def _onLesionChanged(self, segmentId: str):
        self._onSegmentChanged(LESION, segmentId)

    def _onSegmentChanged(self, name: str, segmentId: str):
        if self._isUpdating or self._parameters is None:
            return
        before = getattr(self._parameters, name)
        wasRemoved = bool(before) and not self._hasSegment(before)
        setattr(self._parameters, name, "" if wasRemoved else segmentId)
        self.update()

    def _reasonNotToMeasure(self) -> str:
        """What is missing, in words for the user; "" when everything is there."""
        parameters = self._parameters
        if parameters is None:
            return _("The scene is being closed.")
        if parameters.segmentation is None:
            return _("Select the segmentation that holds the outlines.")
        if not parameters.headSegmentId:
            return _("Select the segment of the femoral head.")
        if parameters.headSegmentId == parameters.lesionSegmentId:
            return _("Head and lesion are the same segment: select two different ones.")
        if not parameters.sex.value:
            return _("Select the sex: the sphere-adjusted volume depends on it.")
        return ""

    def _showButton(self):
        reason = self._reasonNotToMeasure()
        self.ui.measureButton.enabled = not reason
        self.ui.measureButton.toolTip = reason or _("Measure volumes, sphere and their uncertainty.")
        self._showStatus(reason)

    def _hip(self) -> HipNodes:
        parameters = self._parameters
        visit = VisitNodes(parameters.segmentation, parameters.headSegmentId, parameters.lesionSegmentId,
                           parameters.volume)
        return HipNodes(parameters.segmentation.GetName(), parameters.sex.value, (visit,))

    def _showResult(self):
        stored = None
        if self._parameters is not None and self._parameters.segmentation is not None:
            try:
                stored = self.logic.storedRecord(self._hip())
            except ONVolumetryError as error:
                self.showProblem(str(error))
        if stored is None:
            self.view.clear()
            return
        self.view.show(stored.record)
        if not stored.isSameInput and self.ui.measureButton.enabled:
            self._showStatus(_("The result below is of other inputs than these: press Measure."))

    def _onMeasure(self):
        with slicer.util.tryWithErrorDisplay(_("The measurement failed unexpectedly."), waitCursor=True):
            self._measure()

    def _measure(self):
        hip = self._hip()
        try:
            record = self.logic.record(hip, self.logic.measure(hip))
        except ONVolumetryError as error:
            self.view.clear()
            self.showProblem(str(error))
            return
        self.logic.store(hip, record, titleOfKey)
        self.update()
