"""Section Visits: the visits, their months, volumes and outlines."""

from __future__ import annotations

import html
from contextlib import contextmanager

import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..mrml.hipcase import requireMeasurable
from ..mrml.patienttree import arrange
from .hipparameters import VisitParameters, visitNodes
from .hipstate import sentence
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText
from .showvisit import shownVolume, showVisit
from .visitdates import VisitDates
from .visitstable import VisitsTable

HEAD, LESION = "headSegmentId", "lesionSegmentId"


class VisitsSection:
    """Binds the widgets of this section.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param panel: ModulePanel.
    """

    def __init__(self, ui, state, panel):
        self.ui, self.state, self.panel = ui, state, panel
        self.table = VisitsTable(ui.visitsTable, self.setFields)
        self.message = ""
        self._isUpdating = False
        self._selectors = {HEAD: ui.headSelector, LESION: ui.lesionSelector}
        self.dates = VisitDates(ui, state, self)
        for selector in self._selectors.values():
            # The form has labels that say more than the selector's own.
            selector.horizontalLayout = True
        ui.headSelector.connect("currentSegmentChanged(QString)", self._onHeadChanged)
        ui.lesionSelector.connect("currentSegmentChanged(QString)", self._onLesionChanged)
        ui.visitsTable.connect("itemSelectionChanged()", self._onRowSelected)
        for button, action in ((ui.addVisitButton, self.addVisit), (ui.removeVisitButton, self._onRemove),
                               (ui.visitUpButton, lambda: self.moveVisit(-1)),
                               (ui.visitDownButton, lambda: self.moveVisit(1)),
                               (ui.useShownButton, self.useShownVolume)):
            button.connect("clicked(bool)", lambda checked=False, action=action: action())

    @property
    def row(self) -> int:
        """The selected row, -1 where none is."""
        return self.ui.visitsTable.currentRow()

    def visits(self) -> list[VisitParameters]:
        """The visits in the order of the table."""
        return [] if self.state.parameters is None else list(self.state.parameters.visits)

    def show(self):
        """Bring the section up to date."""
        self.ui.visitsSection.setVisible(self.state.hip is not None)
        if self.state.hip is None:
            self.table.show([])
            return
        with self._updating():
            self._suggestSegments()
            visits = self.visits()
            self.table.show(visits)
            if not 0 <= self.row < len(visits) and visits:
                self.ui.visitsTable.setCurrentCell(self._activeRow(visits), 0)
            self._showSegmentSelectors(visits)
            self._showButtons(visits)
        problem = self._problem()
        setText(self.ui.visitsStatus, "<br>".join(html.escape(text) for text in (self.message, problem) if text))
        hasOutlines = any(visit.done and visit.segmentation is not None for visit in visits)
        setMark(self.ui.visitsSection, LOOK if problem and hasOutlines else TO_DO if problem else DONE)

    def setFields(self, row: int, fields: dict):
        """Change fields of one visit in the scene.

        :param row: of the table.
        :param fields: values by name of VisitParameters' fields.
        """
        if self.state.parameters is None:
            return
        self.message = ""
        visit = self.state.parameters.visits[row]
        with slicer.util.NodeModify(self.state.parameters.parameterNode):
            for name, value in fields.items():
                if name == "segmentation" and value is not visit.segmentation:
                    visit.headSegmentId = visit.lesionSegmentId = ""
                if name == "label" and self.state.parameters.activeVisit == visit.label:
                    self.state.parameters.activeVisit = value
                setattr(visit, name, value)
        self.panel.update()
        if {"volume", "segmentation"} & set(fields):
            arrange(slicer.mrmlScene, self.state.hip)

    def addVisit(self):
        """Add a visit below, a year after the last."""
        visits = self.visits()
        month = max((visit.month for visit in visits), default=-12.0) + 12.0
        self._write([*visits, VisitParameters(label=_("{month:g} months").format(month=month), month=month)])
        self.ui.visitsTable.setCurrentCell(len(visits), 0)

    def removeVisit(self, row: int):
        """Take a visit out of the table; its nodes stay in the scene."""
        visits = self.visits()
        self._write(visits[:row] + visits[row + 1:])

    def moveVisit(self, step: int):
        """Move the selected visit up (-1) or down (1)."""
        visits, row = self.visits(), self.row
        if 0 <= row + step < len(visits):
            visits[row], visits[row + step] = visits[row + step], visits[row]
            self._write(visits)
            self.ui.visitsTable.setCurrentCell(row + step, 0)

    def useShownVolume(self):
        """Take the volume in the slice views as that of the selected visit."""
        self.setFields(self.row, {"volume": shownVolume()})

    def replaceVisits(self, visits: list[VisitParameters]):
        """Show other visits in the table."""
        self._write(visits)

    def _write(self, visits: list[VisitParameters]):
        # Copies: packs of the old list would write to places that hold other visits by then.
        fields = list(VisitParameters.__annotations__)
        copies = [VisitParameters(**{name: getattr(visit, name) for name in fields}) for visit in visits]
        with slicer.util.NodeModify(self.state.parameters.parameterNode):
            self.state.parameters.visits = copies
        self.panel.update()

    @contextmanager
    def _updating(self):
        self._isUpdating = True
        try:
            yield
        finally:
            self._isUpdating = False

    def _activeRow(self, visits) -> int:
        labels = [visit.label for visit in visits]
        active = self.state.parameters.activeVisit
        return labels.index(active) if active in labels else 0

    def _suggestSegments(self):
        """Choose the segments of a segmentation that was just chosen; forget those that were removed."""
        isChanged = False
        for visit in self.state.parameters.visits:
            node = visit.segmentation
            for name in (HEAD, LESION):
                segmentId = getattr(visit, name)
                if segmentId and (node is None or node.GetSegmentation().GetSegment(segmentId) is None):
                    setattr(visit, name, "")
                    isChanged = True
            if node is not None and not visit.headSegmentId and not visit.lesionSegmentId:
                found = self.state.logic.suggestSegments(node, self.state.hip.side)
                if any(found):
                    visit.headSegmentId, visit.lesionSegmentId = found
                    isChanged = True
        if isChanged:
            self.state.refresh()

    def _showSegmentSelectors(self, visits):
        visit = visits[self.row] if 0 <= self.row < len(visits) else None
        node = None if visit is None or not visit.done else visit.segmentation
        self.ui.segmentForm.setVisible(node is not None)
        for name, selector in self._selectors.items():
            if selector.currentNode() is not node:
                selector.setCurrentNode(node)
            if node is not None and selector.currentSegmentID() != getattr(visit, name):
                selector.setCurrentSegmentID(getattr(visit, name))

    def _onHeadChanged(self, segmentId: str):
        self._onSegmentChanged(HEAD, segmentId)

    def _onLesionChanged(self, segmentId: str):
        self._onSegmentChanged(LESION, segmentId)

    def _onSegmentChanged(self, name: str, segmentId: str):
        visits = self.visits()
        if self._isUpdating or self.state.hip is None or not 0 <= self.row < len(visits):
            return
        visit = visits[self.row]
        before = getattr(visit, name)
        node = visit.segmentation
        # A removed segment is no choice; the selector moves on to another one by itself.
        wasRemoved = bool(before) and (node is None or node.GetSegmentation().GetSegment(before) is None)
        if segmentId != before:
            self.setFields(self.row, {name: "" if wasRemoved else segmentId})

    def _onRowSelected(self):
        visits = self.visits()
        if self._isUpdating or not 0 <= self.row < len(visits):
            return
        self.state.parameters.activeVisit = visits[self.row].label
        if not self.panel.outlineSection.isOpen:
            self.panel.registrationSection.leave()
            showVisit(self.state.hip, visitNodes(visits[self.row]))
        self.panel.update()

    def _showButtons(self, visits):
        ui, row = self.ui, self.row
        none = "" if 0 <= row < len(visits) else _("Select a visit in the table first.")
        notDone = none or ("" if visits[row].done else _("The selected visit was not done."))
        enable(ui.removeVisitButton, none, _("Remove the selected visit from the table; its volume and outlines stay "
                                             "in the scene."))
        enable(ui.visitUpButton, none or ("" if row > 0 else _("The selected visit is the first one.")),
               _("Move the selected visit up."))
        enable(ui.visitDownButton, none or ("" if row < len(visits) - 1 else _("The selected visit is the last one.")),
               _("Move the selected visit down."))
        noVolume = "" if shownVolume() is not None else _("The slice views show no volume.")
        enable(ui.useShownButton, notDone or noVolume,
               _("Take the volume that the slice views show as the volume of the selected visit."))
        self.dates.showButtons()

    def _problem(self) -> str:
        if not self.state.hip.sex:
            return ""
        try:
            requireMeasurable(self.state.hip)
        except ONVolumetryError as error:
            return sentence(str(error))
        return sentence(self.state.problem)

    def _onRemove(self):
        text = _("Remove the visit {visit} from the table? Its volume and outlines stay in the scene.").format(
            visit=self.visits()[self.row].label)
        if slicer.util.confirmYesNoDisplay(text):
            self.removeVisit(self.row)
