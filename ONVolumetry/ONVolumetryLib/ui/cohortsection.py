"""Section Cohort: many hips put together, their statistics and figures."""

from __future__ import annotations

import html
import json
import shutil
import tempfile
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..cohort.runplan import RESULT_FILE, RESULTS, SCENE_TABLE, RunStep, resultFiles, runSteps
from ..core.errors import ONVolumetryError
from ..files.filecontext import atomicPath, namedFile
from ..mrml.cohortplots import plotsOf, showPlot
from .cohortinput import CohortInput
from .cohortinstall import CohortInstall
from .cohortrun import CohortRun
from .hipstate import sentence
from .plotview import showChart
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText
from .sections import insertSection

UI_FILE, NEXT_SECTION = "CohortSection.ui", "checkSection"
MOST_PROBLEMS = 5


class CohortSection:
    """Puts the section into the panel and binds its widgets.

    :param ui: widgets of the panel by name; gets those of the section.
    :param sceneHips: SceneHips of the application's scene.
    """

    def __init__(self, ui, sceneHips):
        insertSection(ui, UI_FILE, NEXT_SECTION)
        self.ui = ui
        self.message = ""
        self._folder = Path(tempfile.mkdtemp(prefix="ONVolumetry-cohort-"))
        self._hasFiles = False
        self.runner = CohortRun(self._onProgress, self._onDone, self._onError)
        self.install = CohortInstall(ui, self.show)
        self.input = CohortInput(ui, sceneHips, self._onInput)
        for name, method in (("cohortRunButton", self.run), ("cohortCancelButton", self.cancel),
                             ("cohortShowButton", self.showFigure), ("cohortReportButton", self.openReport),
                             ("cohortExportButton", self.export)):
            getattr(ui, name).connect("clicked(bool)", lambda checked=False, call=method: call())
        ui.cohortFigureSelector.connect("activated(int)", lambda index: self.showFigure())
        ui.cohortSection.connect("contentsCollapsed(bool)", self._onUnfolded)
        self.input.readScene()

    def cleanup(self):
        """The panel is being destroyed."""
        self.runner.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def sceneChanged(self):
        """Another scene may be there, or this one was emptied."""
        if self.input.isOfScene():
            return
        self.runner.stop()
        self.message, self._hasFiles = "", False
        self.input.readScene()

    def _onUnfolded(self, isCollapsed: bool):
        if not isCollapsed:
            self.install.look()
            self.input.look()

    def _onInput(self):
        self.message = ""
        self.show()

    def show(self):
        """Bring the section up to date."""
        ui, isRunning = self.ui, self.runner.isRunning
        document = self.input.state.document
        reason = _("Computing.") if isRunning else self.input.reasonNotToRun() or self.install.reason()
        enable(ui.cohortRunButton, reason, _("Compute all statistics and figures."))
        enable(ui.cohortCancelButton, "" if isRunning else _("Nothing is being computed."),
               _("Stop; hips that were measured are kept for the next run."))
        ui.cohortProgress.setVisible(isRunning)
        noResult = "" if document is not None else _("Run first.")
        noFiles = noResult or ("" if self._hasFiles else _("Run again: the files of the last session are gone."))
        noPlot = noResult or ("" if slicer.app.layoutManager() is not None else _("There are no views to plot in."))
        enable(ui.cohortFigureSelector, noPlot, _("Figure to show in the plot view."))
        enable(ui.cohortShowButton, noPlot, _("Show the figure in the plot view."))
        enable(ui.cohortReportButton, noFiles, _("Open the page with all tables, figures and the methods in the "
                                                 "browser."))
        enable(ui.cohortExportButton, noFiles, _("Save cohort.html, cohort.json, cohort.csv and all figures (PNG, SVG) "
                                                 "into a folder."))
        self._showFigureNames(document)
        isOld = document is not None and self.input.state.inputs != self.input.choices
        text = self.message
        if not text and isOld:
            text = "<b>" + _("Out of date:") + "</b> " + _("sources or options were changed since the last run.")
        setText(ui.cohortStatus, text)
        setMark(ui.cohortSection, LOOK if isOld else DONE if document is not None else TO_DO)

    def _showFigureNames(self, document):
        selector = self.ui.cohortFigureSelector
        wanted = [] if document is None else [(plot["title"], plot["key"]) for plot in plotsOf(document)]
        if wanted == [(selector.itemText(index), selector.itemData(index)) for index in range(selector.count)]:
            return
        selector.clear()
        for title, key in wanted:
            selector.addItem(title, key)

    def run(self):
        """Look at the sources once more, and compute."""
        with slicer.util.tryWithErrorDisplay(_("The cohort cannot be computed."), waitCursor=True):
            self.input.look(isThorough=True)
            reason = self.input.reasonNotToRun() or self.install.reason()
            if reason:
                self.message = html.escape(reason)
            else:
                self._start()
        self.show()

    def _start(self):
        try:
            shutil.rmtree(self._folder / RESULTS, ignore_errors=True)
            self._hasFiles = False
            if self.input.choices.useScene:
                self.input.sceneHips.writeTable(self._folder / SCENE_TABLE)
            self.runner.start(runSteps(self.input.plan(), self._folder), self._folder)
        except ONVolumetryError as error:
            self.message = html.escape(sentence(str(error)))

    def cancel(self):
        """Stop the computation; the former result, if any, is kept."""
        self.runner.stop()
        self.message = _("Canceled: the former result, if any, is kept.")
        self.show()

    def _onProgress(self, step: RunStep, fraction: float | None):
        bar = self.ui.cohortProgress
        bar.setRange(0, 0 if fraction is None else 100)
        if fraction is not None:
            bar.value = round(100 * fraction)
        texts = {"measure": _("Measuring the hips"), "cohort": _("Computing statistics and figures")}
        bar.setFormat(f"{texts[step.command]}  %p%")
        setText(self.ui.cohortStatus, f"{texts[step.command]} ...")

    def _onDone(self):
        document = json.loads((self._folder / RESULTS / RESULT_FILE).read_text(encoding="utf-8"))
        self._hasFiles = True
        self.input.keepResult(document)
        self.message = _("Done: {hips} hips, {figures} figures.").format(
            hips=document.get("hips", 0), figures=len(plotsOf(document)))
        self.show()
        self.showFigure()

    def _onError(self, problems):
        shown = [html.escape(sentence(problem)) for problem in problems[:MOST_PROBLEMS]]
        if len(problems) > MOST_PROBLEMS:
            shown.append(_("... and {count} more.").format(count=len(problems) - MOST_PROBLEMS))
        self.message = f"<b>{_('Not computed.')}</b> " + "<br>".join(shown)
        self.show()

    def showFigure(self):
        """Show the figure that is selected in the plot view."""
        key = self.ui.cohortFigureSelector.currentData
        if key and slicer.app.layoutManager() is not None:
            showChart(showPlot(slicer.mrmlScene, self.input.state.document, key))

    def openReport(self):
        """Open the cohort's page in the browser."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._folder / RESULTS / "cohort.html")))

    def export(self):
        """Copy all files of the result into a folder."""
        name = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the cohort's files"))
        if not name:
            return
        files = resultFiles(self._folder)
        try:
            for path in files:
                with namedFile(Path(name) / path.name), atomicPath(Path(name) / path.name) as temporary:
                    shutil.copyfile(path, temporary)
            self.message = _("Saved {count} files in {folder}.").format(count=len(files), folder=html.escape(str(name)))
        except ONVolumetryError as error:
            self.message = html.escape(sentence(str(error)))
        self.show()
