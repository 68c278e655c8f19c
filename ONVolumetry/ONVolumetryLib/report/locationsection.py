"""Where the lesion lies and where it heals: zones, angles and classes by visit."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.location.classes import Grade
from ..core.location.coronalzones import JIC_ZONES
from ..core.location.result import ABSENT, PRESENT, ZoneChange
from ..core.location.transversezones import ACP_ZONES
from ..core.ratios import ANY_VALUE, Estimate
from .cells import Cell, Row, RowGroup, changeCell, estimateCell, tableElement, textCell
from .formats import number
from .glossary import meaningOfTerm
from .markup import Element, element
from .reportinput import ReportVisit
from .sectionpictures import sectionPictures

NOT_IMAGED, NOT_MEASURABLE = "not imaged", "not measurable"
HINT = ("A zone is present when at least {least} % of its sector is lesion. Regenerated: present at baseline and "
        "absent now; a visit without a scan never counts as regeneration. \u201cMay be otherwise\u201d: errors of "
        "outline, slices or the patient\u2019s tilt could change it.")


def locationSection(measurement: HipMeasurement, visits: Sequence[ReportVisit], side: str) -> list[Element]:
    """Zones over time, angles and classes, and the sections they were read on."""
    least = number(measurement.settings.zonePresencePercent, 0)
    parts = [element("p", {"class": "hint"}, HINT.format(least=least))]
    if not any(visit.location or visit.jicChanges for visit in measurement.visits):
        return [element("p", {"class": "absent"}, "The lesion is not located: no sphere of the head or no lesion.")]
    groups = (RowGroup("JIC zones on the mid-coronal section", (*_zoneRows("jicChanges", JIC_ZONES, _jicShares),
                                                                 *_jicRows(measurement)), notDone=NOT_IMAGED),
              RowGroup("ACP zones on the mid-transverse section",
                       (*_zoneRows("acpChanges", ACP_ZONES, _acpShares), _acp3dRow(),
                        _regeneratedRow(measurement, "ACP", "acpChanges")), notDone=NOT_IMAGED),
              RowGroup("Angles and classes", _angleRows(), notDone=NOT_IMAGED),
              RowGroup("Place of the lesion", _placeRows(), notDone=NOT_IMAGED))
    count = len(measurement.visits)
    parts.append(tableElement("Location by visit", groups, measurement.visits, meaningOfTerm(), count))
    return [*parts, *sectionPictures(measurement, visits, side)]


def _jicShares(visit: VisitMeasurement):
    return visit.location and visit.location.jic and visit.location.jic.section.zones


def _acpShares(visit: VisitMeasurement):
    return visit.location and visit.location.acp and visit.location.acp.section


def _zoneRows(field: str, zones: tuple[str, ...], sharesOf) -> tuple[Row, ...]:
    def row(index: int, zone: str) -> Row:
        def cell(visit: VisitMeasurement) -> Cell | None:
            changes = getattr(visit, field)
            if not changes or changes[index].state not in (PRESENT, ABSENT):
                return Cell(NOT_MEASURABLE, isAbsent=True)
            return _zoneCell(changes[index], sharesOf(visit))
        return Row(f"Zone {zone}", "", field.replace("Changes", "-zones"), cell)

    return tuple(row(index, zone) for index, zone in enumerate(zones))


def _zoneCell(change: ZoneChange, shares) -> Cell:
    details = []
    if shares is not None and not change.isByReader:
        share = shares.zone(change.name)
        details.append("no head in its sector" if share.percent is None
                       else f"{number(share.percent, 0)} % of its sector")
        if share.isNearBoundary:
            details.append("may be otherwise")
    if change.isByReader:
        details.append("by the reader")
    text = "regenerated" if change.isRegenerated else change.state
    return Cell(text, "\n".join(details), isText=True)


def _jicRows(measurement: HipMeasurement) -> tuple[Row, ...]:
    return (Row("JIC type", "", "jic-type", lambda visit: _typeCell(visit, "section")),
            Row("Lateral end of the lesion", "\u00b0 from P", "jic-type", _lateralEndCell),
            Row("JIC zones in 3D", "", "jicChanges".replace("Changes", "-zones"), _jic3dCell),
            _regeneratedRow(measurement, "JIC", "jicChanges"),
            Row("JIC type in 3D", "", "jic-type", lambda visit: _typeCell(visit, "projected")))


def _regeneratedRow(measurement: HipMeasurement, system: str, field: str) -> Row:
    """What regenerated of the whole lesion in each zone; the rows of the zones are those of the section."""
    def cell(visit: VisitMeasurement) -> Cell | None:
        def shares(_) -> Cell | None:
            known = [change for change in getattr(visit, field) if change.regeneratedPercent is not None]
            return textCell("; ".join(f"{change.name} {number(change.regeneratedPercent, 0)} %" for change in known))
        return changeCell(measurement, visit, shares)
    return Row(f"{system} zones in 3D, regenerated", "% of the zone\u2019s baseline lesion",
               field.replace("Changes", "-zones"), cell)


def _typeCell(visit: VisitMeasurement, part: str) -> Cell | None:
    if visit.location is None or visit.location.jic is None:
        return Cell(NOT_MEASURABLE, isAbsent=True)
    end = getattr(visit.location.jic, part).end
    possible = " or ".join("none" if name == "-" else name for name in end.possibleTypes)
    detail = f"may be {possible}" if end.isNearBoundary else None
    return Cell("none" if end.jicType == "-" else end.jicType, detail)


def _lateralEndCell(visit: VisitMeasurement) -> Cell | None:
    if visit.location is None or visit.location.jic is None:
        return Cell(NOT_MEASURABLE, isAbsent=True)
    end = visit.location.jic.section.end
    if end.degreesFromP is None:
        return Cell("no lesion at the surface", isAbsent=True)
    cell = estimateCell(end.degreesFromP, 0, ANY_VALUE)
    nearest = min(end.boundaryDistances.items(), key=lambda entry: abs(entry[1]))
    return Cell(cell.text, f"{cell.detail}\n{number(abs(nearest[1]), 0)}\u00b0 from {nearest[0]}")


def _shares3d(reading) -> str:
    return "\n".join(f"{zone.name} {number(zone.percent or 0.0, 0)} %" for zone in reading.zones)


def _jic3dCell(visit: VisitMeasurement) -> Cell | None:
    if visit.location is None or visit.location.jic is None:
        return Cell(NOT_MEASURABLE, isAbsent=True)
    reading = visit.location.jic.projected.zones
    return Cell(" ".join(reading.present) or "none", _shares3d(reading), isText=True)


def _acp3dRow() -> Row:
    def cell(visit: VisitMeasurement) -> Cell | None:
        if visit.location is None or visit.location.acp is None:
            return Cell(NOT_MEASURABLE, isAbsent=True)
        reading = visit.location.acp.projected
        return Cell(" ".join(reading.present) or "none", _shares3d(reading), isText=True)
    return Row("ACP zones in 3D", "", "acp-zones", cell)


def _angleRows() -> tuple[Row, ...]:
    def angles(name: str, unit: str, term: str, read, decimals: int = 0) -> Row:
        return Row(name, unit, term, lambda visit: _noLesion(visit) or (
            visit.location and estimateCell(read(visit.location.angles), decimals)))

    return (angles("Arc on the mid-coronal section", "\u00b0", "arc", lambda angles: angles.coronal.estimate),
            angles("Arc on the mid-sagittal section", "\u00b0", "arc", lambda angles: angles.sagittal.estimate),
            angles("Modified Kerboul angle", "\u00b0", "kerboul", lambda angles: angles.kerboul),
            Row("Kerboul grade", "", "kerboul", lambda visit: visit.location and _gradeCell(
                visit.location.angles.kerboulGrade)),
            angles("Koo-Kim index", "", "koo-kim", lambda angles: angles.kooKim),
            angles("Koo-Kim index, modified", "", "koo-kim", lambda angles: angles.kooKimModified),
            Row("Steinberg size", "", "steinberg", lambda visit: visit.location and _gradeCell(
                visit.location.steinberg)))


def _noLesion(visit: VisitMeasurement) -> Cell | None:
    """What stands for an angle or a share where a reader found no lesion left."""
    return Cell("0", "no lesion left, as read") if visit.lesionAbsent and visit.location else None


def _gradeCell(grade: Grade | None) -> Cell | None:
    if grade is None:
        return None
    return Cell("none" if grade.name == "-" else grade.name,
                f"may be {' or '.join(grade.possible)}" if grade.isNearBoundary else None)


def _placeRows() -> tuple[Row, ...]:
    def centroid(name: str, field: str) -> Row:
        return Row(name, "\u00b0", "centroid", lambda visit: _centroidCell(visit, field))

    return (centroid("Latitude of its center", "latitudeDegrees"),
            centroid("Longitude of its center", "longitudeDegrees"),
            Row("Articular surface over the lesion", "%", "articular", _articularCell),
            Row("Largest shares by octant", "% of the lesion", "octants", _octantCell),
            Row("Frame of reference", "", "frame", lambda visit: visit.location and textCell(
                f"{visit.location.source}; lateral axis: {visit.location.frame.lateralFrom}")))


def _centroidCell(visit: VisitMeasurement, field: str) -> Cell | None:
    centroid = visit.location and visit.location.centroid
    if centroid is None:
        return Cell("no lesion", isAbsent=True) if visit.lesionAbsent else None
    value: Estimate = getattr(centroid, field)
    return estimateCell(value, 0, ANY_VALUE)


def _articularCell(visit: VisitMeasurement) -> Cell | None:
    share = visit.location and visit.location.articular
    if _noLesion(visit):
        return _noLesion(visit)
    return estimateCell(share.lesionPercent, 1) if share else None


def _octantCell(visit: VisitMeasurement) -> Cell | None:
    if visit.location is None or visit.lesionAbsent:
        return Cell("no lesion", isAbsent=True) if visit.lesionAbsent else None
    shares = [octant for octant in visit.location.octants if octant.shareOfLesionPercent]
    shares.sort(key=lambda octant: -octant.shareOfLesionPercent)
    return textCell("; ".join(f"{octant.name} {number(octant.shareOfLesionPercent, 0)} %" for octant in shares[:3]))
