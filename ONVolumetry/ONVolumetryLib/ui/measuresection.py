"""Section Measure: measure all visits, and read the result."""

from __future__ import annotations

import html

import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..files.casedata import FROM_SURGERY
from ..mrml.patienttree import arrange
from ..mrml.plots import PlotTexts, chartsOfRecord, updatePlots
from ..mrml.recordlinks import RECORD_ROLE
from .cancelabletask import CancelableTask, TaskCanceledError
from .hipstate import sentence
from .plotview import showChart
from .resultview import ResultView
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText
from .texts import titleOfKey


class MeasureSection:
    """Binds the widgets of this section.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param panel: ModulePanel.
    """

    def __init__(self, ui, state, panel):
        self.ui, self.state, self.panel = ui, state, panel
        self.view = ResultView(ui)
        self.failure = ""
        self.task = CancelableTask(ui.measureProgress, ui.cancelButton)
        ui.measureButton.connect("clicked(bool)", lambda checked=False: self.measure())
        ui.courseButton.connect("clicked(bool)", lambda checked=False: self.showPlot(0))
        ui.areaButton.connect("clicked(bool)", lambda checked=False: self.showPlot(1))

    def show(self):
        """Bring the section up to date."""
        ui, state = self.ui, self.state
        ui.measureSection.setVisible(state.hip is not None)
        reason = _("Measuring.") if self.task.isRunning else state.reasonNotToMeasure()
        enable(ui.measureButton, reason, _("Measure volumes, sphere and their uncertainty at all visits."))
        self.task.enableButton(_("Nothing is being measured."), _("Stop measuring; the former result stays."))
        hasResult = state.record is not None
        noPlot = "" if hasResult else _("Measure first.")
        if slicer.app.layoutManager() is None:
            noPlot = _("There are no views to plot in.")
        enable(ui.courseButton, noPlot, _("Show ONV % over the months with its 95 % intervals in the plot view."))
        enable(ui.areaButton, noPlot, _("Show the area of the lesion in every slice in the plot view."))
        if hasResult:
            self.view.show(state.record)
        else:
            self.view.clear()
        isLook = bool(self.failure) or (hasResult and bool(state.changed))
        setText(ui.statusLabel, self._status(reason))
        setMark(ui.measureSection, LOOK if isLook else DONE if hasResult else TO_DO)

    def _status(self, reason: str) -> str:
        if self.failure:
            return self.failure
        if self.state.record is not None and self.state.changed:
            return "<b>" + _("Out of date.") + "</b> " + html.escape(
                _("The result below is of other outlines or choices ({visits}): press Measure.").format(
                    visits=", ".join(self.state.changed)) if not reason else reason)
        return html.escape(reason)

    def measure(self):
        """Measure all visits and store the result in the scene; refusals are said in the panel."""
        failure = _("The measurement failed unexpectedly.")
        with slicer.util.tryWithErrorDisplay(failure, waitCursor=True), self.task.running():
            self.failure = ""
            self.show()
            try:
                self._measure()
            except TaskCanceledError:
                self.failure = _("Canceled: the former result, if any, is kept.")
            except ONVolumetryError as error:
                self.failure = f"<b>{_('Not measured.')}</b> {html.escape(sentence(str(error)))}"
        self.panel.update()

    def _measure(self):
        hip, logic = self.state.hip, self.state.logic
        if self.panel.registrationSection.registersOnMeasure:
            logic.register(hip, self.task.progress)
        measurement = logic.measure(hip, self.task.progress)
        self.panel.registrationSection.measured(measurement)
        record = logic.record(hip, measurement)
        textNode, tableNode = logic.store(hip, record, titleOfKey)
        charts = updatePlots(slicer.mrmlScene, textNode, record, plotTexts(hip.monthsFrom))
        arrange(slicer.mrmlScene, hip, (textNode, tableNode, *charts))

    def showPlot(self, index: int):
        """Show one of the two charts in the plot view.

        :param index: 0 for the course, 1 for the areas.
        """
        textNode = self.state.parameters.parameterNode.GetNodeReference(RECORD_ROLE)
        if chartsOfRecord(textNode)[index] is None:
            updatePlots(slicer.mrmlScene, textNode, self.state.record, plotTexts(self.state.hip.monthsFrom))
        showChart(chartsOfRecord(textNode)[index])


def plotTexts(monthsFrom: str) -> PlotTexts:
    """Words of the plots in the user's language.

    :param monthsFrom: what the months are counted from, as in HipNodes.
    """
    months = _("Months since surgery") if monthsFrom == FROM_SURGERY else _("Months since the first scan")
    return PlotTexts(_("Lesion in the head"), months, _("ONV (% of the head), 95 % interval"),
                     _("Area of the lesion by slice"), _("Position across the slices (mm)"), _("Area (mm²)"))
