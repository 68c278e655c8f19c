"""The upper part of the section Cohort: sources, readers and options, kept in the scene."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..cohort.intake import IntakeHip, checked, readSource
from ..cohort.runplan import PlannedCohort
from ..core.errors import ONVolumetryError
from ..mrml.cohortnode import CohortChoices, CohortState, readState, writeState
from .cohorttable import CohortHipTable
from .hipstate import sentence
from .sectionmarks import enable, setText

OPTIONS = {"cohortWelchCheckBox": ("useWelch", "--welch"),
           "cohortFisherCheckBox": ("useIndependentFisher", "--independent-fisher"),
           "cohortRatioCheckBox": ("useRatioOfMeans", "--ratio-of-means")}
MOST_SHOWN_HIPS = 500


class CohortInput:
    """Binds the widgets with which a cohort is put together.

    :param ui: widgets of the panel by name.
    :param sceneHips: SceneHips of the application's scene.
    :param onChanged: called after every change.
    """

    def __init__(self, ui, sceneHips, onChanged: Callable[[], None]):
        self.ui, self.sceneHips, self.onChanged = ui, sceneHips, onChanged
        self.table = CohortHipTable(ui.cohortTable)
        self.state = CohortState()
        self.hips: list[IntakeHip] = []
        self.shown: list[IntakeHip] = []
        self.problem = ""
        self._read: dict[str, tuple] = {}
        self._isUpdating = self._hasProblem = False
        for name, method in (("cohortAddTablesButton", self.addTables), ("cohortAddFolderButton", self.addFolder),
                             ("cohortRemoveButton", self.remove), ("cohortAddReaderButton", self.addReader),
                             ("cohortRemoveReaderButton", self.removeReader)):
            getattr(ui, name).connect("clicked(bool)", lambda checked=False, call=method: call())
        for name in ("cohortSceneCheckBox", *OPTIONS):
            getattr(ui, name).connect("toggled(bool)", lambda isOn: self._takeOptions())
        ui.cohortVisitsEdit.connect("editingFinished()", self._takeOptions)
        ui.cohortTable.connect("itemSelectionChanged()", self._enableRemove)
        ui.cohortReadersList.connect("itemSelectionChanged()", self._enableRemove)

    @property
    def choices(self) -> CohortChoices:
        return self.state.choices

    def readScene(self):
        """Take the cohort of the scene that is there now."""
        self.problem = ""
        try:
            self.state = readState(slicer.mrmlScene)
        except ONVolumetryError as error:
            self.state, self.problem = CohortState(), str(error)
        self._showChoices()
        self.look()

    def look(self, isThorough: bool = False):
        """Read the sources again and show what is in them.

        :param isThorough: also compare the outlines of the scene's hips with their results.
        """
        found = [hip for source in self.choices.sources for hip in self._hipsOf(source)]
        inScene = self.sceneHips.look(isThorough) if self.choices.useScene else []
        self.hips, problem = checked([*found, *inScene], self.choices.visits)
        if self.choices.useScene and not inScene:
            problem = problem or _("There is no hip in this scene.")
        # Those that need a look first; a table of thousands of rows would be slow.
        self.shown = sorted(self.hips, key=lambda hip: not hip.problems)[:MOST_SHOWN_HIPS]
        self.table.show(self.shown)
        count = "" if len(self.shown) == len(self.hips) else _("{count} hips; the list shows {shown} of them.").format(
            count=len(self.hips), shown=len(self.shown))
        self._hasProblem = bool(problem)
        setText(self.ui.cohortProblem, html.escape(sentence(self.problem or problem) or count))
        self._enableRemove()
        self.onChanged()

    def _hipsOf(self, source: str) -> list[IntakeHip]:
        """Hips of a source; a table that has not changed is not read again."""
        path = Path(source)
        if not path.is_file():
            return readSource(path)
        stamp = (path.stat().st_mtime_ns, path.stat().st_size)
        if self._read.get(source, (None,))[0] != stamp:
            self._read[source] = (stamp, readSource(path))
        return self._read[source][1]

    def isOfScene(self) -> bool:
        """Whether what is shown is the cohort that the scene holds."""
        try:
            return readState(slicer.mrmlScene) == self.state
        except ONVolumetryError:
            return False

    def reasonNotToRun(self) -> str:
        """What stands in the way of a run; "" when nothing does."""
        if not self.hips and len(self.choices.readers) < 2:
            return _("Add tables, cases, the hips of this scene, or the folders of two readers first.")
        if self.hips and any(hip.problems for hip in self.hips):
            return _("Mend or remove the hips with a problem first.")
        if self.choices.readers and len(self.choices.readers) < 2:
            return _("Add the folder of a second reader, or remove the first.")
        return self.ui.cohortProblem.text if self._hasProblem else ""

    def plan(self) -> PlannedCohort:
        """What is to be run."""
        choices = self.choices
        options = [option for field, option in OPTIONS.values() if getattr(choices, field)]
        return PlannedCohort([Path(source) for source in choices.sources], [Path(path) for path in choices.readers],
                             choices.useScene, choices.visits, options)

    def addTables(self):
        """Let the user choose tables."""
        names = qt.QFileDialog.getOpenFileNames(slicer.util.mainWindow(), _("Tables of a cohort"), "",
                                                _("Tables (*.csv *.txt *.tsv);;All files (*)"))
        self.addSources(names)

    def addFolder(self):
        """Let the user choose a case folder, or a folder of such folders."""
        name = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder with cases"))
        self.addSources([name] if name else [])

    def addSources(self, names):
        """Add files and folders; those that are there already are left out."""
        self._change(sources=tuple(dict.fromkeys((*self.choices.sources, *map(str, names)))))

    def remove(self):
        """Take the source of the selected hip out of the cohort."""
        source = self.table.selectedSource(self.shown)
        if source in self.choices.sources or self._folderOf(source):
            gone = source if source in self.choices.sources else self._folderOf(source)
            self._change(sources=tuple(path for path in self.choices.sources if path != gone))
        elif source is not None:
            self._change(useScene=False)

    def _folderOf(self, source: str | None) -> str | None:
        """The folder that the user added and that a case was found in."""
        parents = [] if source is None else [str(parent) for parent in Path(source).parents]
        return next((path for path in self.choices.sources if path in parents), None)

    def addReader(self):
        """Let the user choose the folder of a reader."""
        name = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder with the cases of a reader"))
        if name:
            self._change(readers=tuple(dict.fromkeys((*self.choices.readers, str(name)))))

    def removeReader(self):
        """Take the selected reader out."""
        row = self.ui.cohortReadersList.currentRow
        self._change(readers=tuple(path for index, path in enumerate(self.choices.readers) if index != row))

    def keepResult(self, document):
        """Keep a result in the scene, with what it was computed from."""
        self.state = CohortState(self.choices, document, self.choices)
        writeState(slicer.mrmlScene, self.state)

    def _takeOptions(self):
        if self._isUpdating:
            return
        taken = {field: getattr(self.ui, name).checked for name, (field, _option) in OPTIONS.items()}
        self._change(useScene=self.ui.cohortSceneCheckBox.checked, visits=self.ui.cohortVisitsEdit.text.strip(),
                     **taken)

    def _change(self, **changes):
        changed = replace(self.choices, **changes)
        if changed == self.choices:
            return
        self.problem = ""
        self.state = replace(self.state, choices=changed)
        writeState(slicer.mrmlScene, self.state)
        self._showChoices()
        self.look()

    def _showChoices(self):
        self._isUpdating = True
        try:
            ui, choices = self.ui, self.choices
            ui.cohortSceneCheckBox.checked = choices.useScene
            ui.cohortVisitsEdit.text = choices.visits
            for name, (field, _option) in OPTIONS.items():
                getattr(ui, name).checked = getattr(choices, field)
            ui.cohortReadersList.clear()
            for path in choices.readers:
                ui.cohortReadersList.addItem(path)
        finally:
            self._isUpdating = False

    def _enableRemove(self):
        enable(self.ui.cohortRemoveButton, "" if self.table.selectedSource(self.shown) is not None else
               _("Select a hip in the list first."),
               _("Take the source of the selected row out of the list; no file is deleted."))
        enable(self.ui.cohortRemoveReaderButton, "" if self.ui.cohortReadersList.currentRow >= 0 else
               _("Select a reader in the list first."),
               _("Take the selected folder out of the list; no file is deleted."))
