"""Volumes and months of the visits from the study dates of loaded DICOM series."""

from __future__ import annotations

import datetime as dt

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..files.casedata import FROM_FIRST_SCAN, FROM_SURGERY
from .dicomstudies import StudiesDialog, database, visitsOfStudies
from .hipparameters import setMonthsFrom
from .hipstate import sentence
from .sectionmarks import enable
from .studydates import dateText, monthsSince, studyDate, volumesByDate


class VisitDates:
    """Binds the date of surgery and the two buttons that read study dates.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param section: VisitsSection, which changes the visits and shows what is said.
    """

    def __init__(self, ui, state, section):
        self.ui, self.state, self.section = ui, state, section
        self._hipOfDate = None
        ui.surgeryDateEdit.setDate(qt.QDate.currentDate())
        ui.surgeryDateEdit.connect("dateChanged(QDate)", self._onSurgeryDateChanged)
        ui.useSeriesButton.connect("clicked(bool)", lambda checked=False: self.fillByDate())
        ui.monthsButton.connect("clicked(bool)", lambda checked=False: self.monthsFromDates())
        ui.fromDicomButton.connect("clicked(bool)", lambda checked=False: self._onFromDicom())
        ui.firstScanCheckBox.connect("clicked(bool)", self._onFirstScanClicked)

    def fillByDate(self):
        """Put the loaded DICOM series into the empty volume cells: the earliest study to the earliest visit.

        A study with several series is left to the reader, who knows which one was outlined.
        """
        visits, said = self.section.visits(), []
        taken = {visit.volume for visit in visits}
        studies = [(date, volumes) for date, volumes in volumesByDate(slicer.mrmlScene) if not taken & set(volumes)]
        rows = [row for row, visit in enumerate(visits) if visit.done and visit.volume is None]
        for row, (date, volumes) in zip(sorted(rows, key=lambda row: visits[row].month), studies):
            text = _("{visit}: study of {date}") if len(volumes) == 1 else _(
                "{visit}: {count} series of {date}, choose one in the table")
            said.append(text.format(visit=visits[row].label, count=len(volumes), date=dateText(date)))
            if len(volumes) == 1:
                self.section.setFields(row, {"volume": volumes[0]})
        self._say(said, _("No visit lacks a volume, or no study is left for it."))

    def monthsFromDates(self):
        """Compute the months from the study dates; the dates are not stored."""
        surgery, said, visits = self.ui.surgeryDateEdit.date, [], self.section.visits()
        for row, visit in enumerate(visits):
            date = None if visit.volume is None else studyDate(visit.volume)
            if date is not None:
                said.append(_("{visit}: study of {date}").format(visit=visit.label, date=dateText(date)))
                self.section.setFields(row, {"month": monthsSince(surgery, date)})
        if len(said) == len(visits):
            self._countFrom(FROM_SURGERY)
        self._say(said, "")

    def addStudies(self, studies: list[str], contrast: str | None = None):
        """Load studies of the DICOM database as visits; visits that hold nothing yet make room for them.

        :param studies: UIDs of the studies.
        :param contrast: "T1" or "T2"; None takes the only coronal series.
        """
        isDated = self._hipOfDate is self.state.hip.owner
        surgery = dt.date.fromisoformat(self.ui.surgeryDateEdit.date.toString("yyyy-MM-dd")) if isDated else None
        try:
            with slicer.util.WaitCursor():
                added = visitsOfStudies(studies, surgery, contrast)
        except ONVolumetryError as error:
            self.section.message = sentence(str(error))
            self.section.panel.update()
            return
        kept = [visit for visit in self.section.visits() if visit.volume is not None or visit.segmentation is not None]
        if not isDated or not kept:
            self._countFrom(FROM_SURGERY if isDated else FROM_FIRST_SCAN)
        self.section.replaceVisits(kept + added)
        counted = _("Months are counted from the date of surgery.") if isDated else _(
            "Months are counted from the first study. Once the date of surgery is known, correct them and untick that "
            "above.")
        self.section.message = _("{count} visits added. {counted}").format(count=len(added), counted=counted)
        self.section.panel.update()

    def _countFrom(self, monthsFrom: str):
        setMonthsFrom(self.state.parameters.parameterNode, monthsFrom)

    def _onFirstScanClicked(self, isFirstScan: bool):
        self._countFrom(FROM_FIRST_SCAN if isFirstScan else FROM_SURGERY)
        self.section.panel.update()

    def _onFromDicom(self):
        studies, contrast = StudiesDialog(slicer.util.mainWindow()).ask()
        if studies:
            self.addStudies(studies, contrast)

    def showButtons(self):
        """Say what can be done with dates, and why not."""
        self.ui.firstScanCheckBox.checked = self.state.hip.monthsFrom == FROM_FIRST_SCAN
        noDatabase = _("Slicer's DICOM database is not open; open the DICOM module once.")
        noStudies = _("Slicer's DICOM database holds no studies; import them in the DICOM module.")
        reason = noDatabase if database() is None else "" if database().patients() else noStudies
        enable(self.ui.fromDicomButton, reason, _("Select studies in Slicer's DICOM database; each becomes a visit."))
        series = {volume for date, volumes in volumesByDate(slicer.mrmlScene) for volume in volumes}
        noSeries = "" if series else _("No DICOM series with a study date is loaded.")
        enable(self.ui.useSeriesButton, noSeries, _("Fill the empty volume cells with the DICOM series that are "
                                                    "loaded, by study date."))
        dated = any(visit.volume is not None and visit.volume in series for visit in self.section.visits())
        undated = "" if dated else _("No visit has a DICOM series with a study date.")
        noDate = "" if self._hipOfDate is self.state.hip.owner else _("Enter the date of surgery first.")
        enable(self.ui.monthsButton, noSeries or undated or noDate,
               _("Compute the months of all visits from the study dates. Only the months are stored."))

    def _say(self, said: list[str], nothing: str):
        self.section.message = _("{list}. Check that each study belongs to its visit.").format(
            list="; ".join(said)) if said else nothing
        self.section.panel.update()

    def _onSurgeryDateChanged(self, date):
        """The date belongs to the hip that is shown; another hip needs its own."""
        if self.state.hip is not None:
            self._hipOfDate = self.state.hip.owner
            self.section.panel.update()
