"""Section Approve and export: a reader approves the outlines; tables and reports leave the scene."""

from __future__ import annotations

import html
from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..files.dicomexport import exportNotes
from ..files.segnrrd import STATUS_TAG
from ..mrml.approving import APPROVED, CHANGED, NOT_APPROVED, approvalState, approve
from ..mrml.dicomexport import exportHip
from ..mrml.segments import segmentTag
from .approvequestion import questionBeforeApproval
from .dicomstudies import fileOfInstance
from .exporting import exportCsv, exportReport
from .hipparameters import hipNodes
from .hipstate import sentence
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText
from .texts import titleOfKey

# Read by the panel's Segment Editor: approved outlines are shown and not edited.
LOCKED_ATTRIBUTE = "ONVolumetry.approved"
APPROVAL_FIELDS = ("approvedBy", "approvedTime", "approvedSoftware", "approvedOutlines")


class ApproveSection:
    """Binds the widgets of this section.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param panel: ModulePanel.
    """

    def __init__(self, ui, state, panel):
        self.ui, self.state, self.panel = ui, state, panel
        self.message = ""
        for button, action in ((ui.approveButton, self._onApprove), (ui.withdrawButton, self._onWithdraw),
                               (ui.exportCsvButton, self._onExportCsv),
                               (ui.exportReportButton, self._onExportReport),
                               (ui.exportDicomButton, self._onExportDicom),
                               (ui.exportFolderButton, self._onExportFolder)):
            button.connect("clicked(bool)", lambda checked=False, action=action: action())

    def states(self) -> dict[str, str]:
        """State of every visit that was done and has outlines, by label."""
        if self.state.hip is None:
            return {}
        return {visit.label: approvalState(visit.approval, self.state.outlines.get(visit.label))
                for visit in self.state.hip.visits if visit.done and visit.segmentation is not None}

    def show(self):
        """Bring the section up to date."""
        ui, state = self.ui, self.state
        ui.approveSection.setVisible(state.record is not None)
        if state.record is None:
            return
        states = self.states()
        self._fillTable(states)
        reason = state.reasonNotToUseResult()
        isAll = bool(states) and all(value == APPROVED for value in states.values())
        noReader = "" if state.parameters.readerInitials.strip() else _("Enter the reader's initials first.")
        already = _("All visits are approved as they are.") if isAll else ""
        enable(ui.approveButton, reason or already or noReader,
               _("Lock the outlines and store reader, time, software version and a fingerprint of the outlines."))
        isAny = any(value != NOT_APPROVED for value in states.values())
        enable(ui.withdrawButton, "" if isAny else _("No visit is approved."),
               _("Unlock the outlines of all visits and forget their approval."))
        enable(ui.exportCsvButton, reason, _("Write measurements.csv: one row a visit."))
        enable(ui.exportReportButton, reason, _("Write the report, a page that opens in any browser."))
        enable(ui.exportDicomButton, reason or self._reasonNotToExportDicom(),
               _("Write DICOM objects for a PACS: a segmentation a visit and a measurement report. They name the "
                 "patient of the original series."))
        enable(ui.exportFolderButton, "" if ui.saveCaseButton.enabled else ui.saveCaseButton.toolTip,
               _("Write images, outlines and approvals as a case folder that the program measures with the same "
                 "numbers."))
        isChanged = CHANGED in states.values()
        changed = [label for label, value in states.items() if value == CHANGED]
        text = self.message
        if isChanged:
            text = "<b>" + _("Changed after approval:") + "</b> " + html.escape(", ".join(changed))
        setText(ui.approveStatus, text)
        setMark(ui.approveSection, LOOK if isChanged else DONE if isAll else TO_DO)

    def _fillTable(self, states: dict[str, str]):
        table = self.ui.approvalTable
        headers = (_("Visit"), _("Head"), _("Lesion"), _("Approval"))
        table.setColumnCount(len(headers))
        table.setHorizontalHeaderLabels(headers)
        visits = list(self.state.hip.visits)
        table.setRowCount(len(visits))
        for row, visit in enumerate(visits):
            state = states.get(visit.label)
            texts = (visit.label, *(_statusText(visit, segmentId, state == APPROVED)
                                    for segmentId in (visit.headSegmentId, visit.lesionSegmentId)),
                     self._approvalText(visit, state))
            for column, text in enumerate(texts):
                cell = qt.QTableWidgetItem(text)
                cell.setToolTip(text)
                table.setItem(row, column, cell)
        table.resizeColumnsToContents()
        table.horizontalHeader().setStretchLastSection(True)
        heights = sum(table.rowHeight(row) for row in range(table.rowCount))
        table.setFixedHeight(table.horizontalHeader().sizeHint.height() + heights + 2 * table.frameWidth + 2)

    def _approvalText(self, visit, state: str | None) -> str:
        if state is None:
            return _("not done") if not visit.done else _("no outlines")
        if state == NOT_APPROVED:
            return _("not approved")
        who = f"{visit.approval.reader}, {visit.approval.time[:10]}"
        return _("changed after approval ({who})").format(who=who) if state == CHANGED else who

    def approve(self):
        """Approve all visits that were measured, as they are now."""
        try:
            byLabel = {visit["visit"]: visit for visit in self.state.record["visits"]}
            reader = self.state.parameters.readerInitials
            approvals = {label: approve(byLabel[label], reader) for label, value in self.states().items()
                         if value != APPROVED}
        except ONVolumetryError as error:
            self.message = html.escape(sentence(str(error)))
            self.panel.update()
            return
        with slicer.util.NodeModify(self.state.parameters.parameterNode):
            for visit in self.state.parameters.visits:
                if visit.label in approvals:
                    self._write(visit, approvals[visit.label])
        self._storeAgain()

    def withdraw(self):
        """Forget the approval of all visits."""
        with slicer.util.NodeModify(self.state.parameters.parameterNode):
            for visit in self.state.parameters.visits:
                self._write(visit, None)
        self._storeAgain()

    def _write(self, visit, approval):
        values = ("",) * 4 if approval is None else (
            approval.reader, approval.time, approval.software, approval.outlinesSha256)
        for name, value in zip(APPROVAL_FIELDS, values):
            setattr(visit, name, value)
        visit.reader = visit.approvedBy or visit.reader
        if visit.segmentation is not None:
            visit.segmentation.SetAttribute(LOCKED_ATTRIBUTE, None if approval is None else "1")

    def _storeAgain(self):
        """The approval is part of the record, so write it anew; the volumes are those at hand."""
        logic = self.state.logic
        self.message = ""
        hip = hipNodes(self.state.parameters)
        if self.state.record is not None and not self.state.changed:
            logic.store(hip, logic.record(hip, logic.measure(hip)), titleOfKey)
        self.panel.update()

    def exportCsv(self, path):
        """Write measurements.csv with the approvals as they are now."""
        logic, hip = self.state.logic, self.state.hip
        self._attempt(lambda: exportCsv(path, logic.record(hip, logic.measure(hip))), path)

    def exportReport(self, path):
        """Write report.html."""
        self._attempt(lambda: exportReport(path, self.state.logic, self.state.hip), path)

    def exportDicom(self, folder):
        """Write the DICOM objects of the hip."""
        logic, hip = self.state.logic, self.state.hip

        def write() -> list[str]:
            record, segments = logic.record(hip, logic.measure(hip)), logic.segmentsOf(hip)
            exportHip(folder, hip, record, segments, fileOfInstance)
            return exportNotes(segments)
        self._attempt(write, folder)

    def _reasonNotToExportDicom(self) -> str:
        from importlib.util import find_spec

        return "" if find_spec("highdicom") else _("This Slicer has no highdicom, which writes DICOM objects; use 5.12 "
                                                   "or newer.")

    def _attempt(self, action: Callable[[], list[str] | None], path):
        """:param action: writes the file, and returns notes on it where it has any."""
        with slicer.util.tryWithErrorDisplay(_("The file was not written."), waitCursor=True):
            try:
                notes = action() or ()
                lines = [_("Written: {path}").format(path=path)]
                lines += [_("Note: {text}").format(text=text) for text in notes]
                self.message = "<br>".join(map(html.escape, lines))
            except ONVolumetryError as error:
                self.message = f"<b>{_('Not written.')}</b> {html.escape(sentence(str(error)))}"
        self.panel.update()

    def _onApprove(self):
        states = self.states()
        question = questionBeforeApproval(visit for visit in self.state.hip.visits
                                          if states.get(visit.label, APPROVED) != APPROVED)
        if not question or slicer.util.confirmYesNoDisplay(question):
            self.approve()

    def _onWithdraw(self):
        if slicer.util.confirmYesNoDisplay(_("Withdraw the approval of all visits of this hip?")):
            self.withdraw()

    def _onExportCsv(self):
        path = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), _("Export the measurements"),
                                              "measurements.csv", "CSV (*.csv)")
        if path:
            self.exportCsv(path)

    def _onExportDicom(self):
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the DICOM objects"))
        if folder:
            self.exportDicom(folder)

    def _onExportReport(self):
        path = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), _("Export the report"), "report.html",
                                              "HTML (*.html)")
        if path:
            self.exportReport(path)

    def _onExportFolder(self):
        self.panel.hipSection.chooseFolderAndSave()
        self.message = self.panel.hipSection.message
        self.panel.update()


def _statusText(visit, segmentId: str, isApproved: bool) -> str:
    """Status of a segment as the Segment Editor names it; what was in progress is confirmed by an approval."""
    if not visit.done or visit.segmentation is None or not segmentId:
        return ""
    segment = visit.segmentation.GetSegmentation().GetSegment(segmentId)
    if segment is None:
        return ""
    words = {"notstarted": _("not started"), "inprogress": _("confirmed") if isApproved else _("in progress"),
             "completed": _("completed"), "flagged": _("flagged")}
    return words.get(segmentTag(segment, STATUS_TAG), _("no status"))
