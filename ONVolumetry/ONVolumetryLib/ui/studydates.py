"""Study dates of DICOM series that are loaded; they are read from Slicer's records and never stored."""

from __future__ import annotations

import qt
import slicer

DAYS_A_MONTH = 365.25 / 12.0
STUDY_DATE = "0008,0020"
DICOM_FORM = "yyyyMMdd"


def studyDate(volume):
    """Date of the study that a volume comes from, as a QDate; None where nobody knows it."""
    date = qt.QDate.fromString(_dateInDatabase(volume) or _dateInHierarchy(volume), DICOM_FORM)
    return date if date.isValid() else None


def volumesByDate(scene) -> list[tuple]:
    """Study dates of the loaded volumes, the earliest first.

    :return: pairs of a QDate and the volumes of that date.
    """
    nodes = [scene.GetNthNodeByClass(index, "vtkMRMLScalarVolumeNode")
             for index in range(scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode"))]
    days: dict[int, list] = {}
    for node in nodes:
        date = studyDate(node)
        if date is not None:
            days.setdefault(date.toJulianDay(), []).append(node)
    return [(qt.QDate.fromJulianDay(day), days[day]) for day in sorted(days)]


def dateText(date) -> str:
    """A QDate as 2026-01-31."""
    return date.toString("yyyy-MM-dd")


def monthsSince(surgery, date) -> float:
    """Months from surgery to a study, to a tenth; negative before it.

    :param surgery: QDate.
    :param date: QDate.
    """
    return round(surgery.daysTo(date) / DAYS_A_MONTH, 1)


def _dateInDatabase(volume) -> str:
    """As the DICOM database has it, "" where it does not know the volume."""
    uids = (volume.GetAttribute("DICOM.instanceUIDs") or "").split()
    database = getattr(slicer, "dicomDatabase", None)
    if not uids or database is None or not database.isOpen:
        return ""
    return database.instanceValue(uids[0], STUDY_DATE)


def _dateInHierarchy(volume) -> str:
    """As the study above the volume says, "" where there is none; known also without the database."""
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(volume.GetScene())
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    study = tree.GetItemAncestorAtLevel(tree.GetItemByDataNode(volume), constants.GetDICOMLevelStudy())
    return tree.GetItemAttribute(study, constants.GetDICOMStudyDateAttributeName()) if study else ""
