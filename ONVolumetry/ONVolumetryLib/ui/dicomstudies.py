"""Studies of Slicer's DICOM database as visits of the hip."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..files.importplan import SeriesRule
from ..mrml.dicomvisits import addPlannedVolume, planStudies
from .hipparameters import VisitParameters

STUDY_DATE, STUDY_DESCRIPTION = "0008,0020", "0008,1030"


def database():
    """Slicer's DICOM database, or None where it is not open."""
    found = getattr(slicer, "dicomDatabase", None)
    return found if found is not None and found.isOpen else None


def studiesInDatabase() -> list[tuple[str, str]]:
    """UID and text of every study, the patients one after the other, the earliest study first."""
    found = []
    for patient in database().patients():
        for study in database().studiesForPatient(patient):
            files = filesOfStudy(study)
            if not files:
                continue
            name = database().nameForPatient(patient)
            date = database().fileValue(str(files[0]), STUDY_DATE)
            description = database().fileValue(str(files[0]), STUDY_DESCRIPTION)
            found.append((patient, date, study, f"{name}   {date[:4]}-{date[4:6]}-{date[6:]}   {description}"))
    return [(study, text) for patient, date, study, text in sorted(found)]


def filesOfStudy(study: str) -> list[Path]:
    """All files of a study."""
    return [Path(path) for series in database().seriesForStudy(study) for path in database().filesForSeries(series)]


def fileOfInstance(uid: str) -> str:
    """Path of the file of a SOP instance UID, "" where the database does not know it."""
    return "" if database() is None else database().fileForInstance(uid)


def visitsOfStudies(studies: list[str], surgery: dt.date | None, contrast: str | None) -> list[VisitParameters]:
    """Load the studies as visits without outlines.

    :param surgery: day of surgery; None counts the months from the first scan.
    :param contrast: "T1" or "T2"; None takes the only coronal series.
    :raises ONVolumetryError: what cannot be known; nothing is loaded then.
    """
    rule = SeriesRule(contrast, None, _("choose T1 or T2 in the dialog, or load the wanted series in the DICOM module"))
    planned = planStudies([file for study in studies for file in filesOfStudy(study)], surgery, rule)
    return [VisitParameters(label=visit.label, month=visit.month, volume=addPlannedVolume(slicer.mrmlScene, visit))
            for visit in planned]


class StudiesDialog:
    """Asks which studies become visits."""

    def __init__(self, parent):
        self.widget = qt.QDialog(parent)
        self.widget.setWindowTitle(_("Add studies as visits"))
        self.widget.resize(560, 320)
        layout = qt.QVBoxLayout(self.widget)
        hint = qt.QLabel(_("Select the studies of one patient; each becomes a visit. Months are counted from the date "
                           "of surgery in the panel, or from the first study where none was entered."))
        hint.wordWrap = True
        self.list = qt.QListWidget()
        self.list.selectionMode = qt.QAbstractItemView.ExtendedSelection
        for study, text in studiesInDatabase():
            item = qt.QListWidgetItem(text)
            item.setData(qt.Qt.UserRole, study)
            self.list.addItem(item)
        self.contrast = qt.QComboBox()
        for text, value in ((_("the only coronal T1 or T2 series"), ""), (_("the coronal T1 series"), "T1"),
                            (_("the coronal T2 series"), "T2")):
            self.contrast.addItem(text, value)
        self.contrast.toolTip = _("Which series of a study is taken.")
        buttons = qt.QDialogButtonBox()
        buttons.addButton(_("Add as visits"), qt.QDialogButtonBox.AcceptRole)
        buttons.addButton(_("Cancel"), qt.QDialogButtonBox.RejectRole)
        buttons.connect("accepted()", self.widget.accept)
        buttons.connect("rejected()", self.widget.reject)
        for part in (hint, self.list, self.contrast, buttons):
            layout.addWidget(part)

    def ask(self) -> tuple[list[str], str | None]:
        """Show the dialog.

        :return: UIDs of the studies, none where the user pressed Cancel, and the contrast.
        """
        accepted = self.widget.exec_() == qt.QDialog.Accepted
        studies = [item.data(qt.Qt.UserRole) for item in self.list.selectedItems()] if accepted else []
        contrast = self.contrast.itemData(self.contrast.currentIndex) or None
        self.widget.deleteLater()
        return studies, contrast
