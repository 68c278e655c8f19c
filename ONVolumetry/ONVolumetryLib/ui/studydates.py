"""Study dates of DICOM series that are loaded; they are read from the database and never stored."""

from __future__ import annotations

import qt
import slicer

DAYS_A_MONTH = 365.25 / 12.0
STUDY_DATE = "0008,0020"


def studyDate(volume):
    """Date of the study that a volume comes from, as a QDate; None where the database does not know it."""
    uids = (volume.GetAttribute("DICOM.instanceUIDs") or "").split()
    database = getattr(slicer, "dicomDatabase", None)
    if not uids or database is None or not database.isOpen:
        return None
    date = qt.QDate.fromString(database.instanceValue(uids[0], STUDY_DATE), "yyyyMMdd")
    return date if date.isValid() else None


def seriesByDate(scene) -> list:
    """Volumes with a study date, the earliest first."""
    nodes = [scene.GetNthNodeByClass(index, "vtkMRMLScalarVolumeNode")
             for index in range(scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode"))]
    dated = [(date.toJulianDay(), node) for node in nodes if (date := studyDate(node)) is not None]
    return [node for day, node in sorted(dated, key=lambda pair: pair[0])]


def monthsSince(surgery, date) -> float:
    """Months from surgery to a study, to a tenth; negative before it.

    :param surgery: QDate.
    :param date: QDate.
    """
    return round(surgery.daysTo(date) / DAYS_A_MONTH, 1)
