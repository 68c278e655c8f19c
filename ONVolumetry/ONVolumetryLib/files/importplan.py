"""From the scans of one patient to the visits of a case, with months in place of dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import CaseError, ONVolumetryError
from .dicomscan import DicomSeries, requireSound
from .dicomstack import stackGrid
from .dicomtree import Scan
from .serieschoice import isCoronalMr, listSeries

DAYS_A_MONTH = 365.25 / 12.0
SERIES_REMEDY = "say which one with --contrast T1, or with --series and a part of its description or its number"


@dataclass(frozen=True)
class SeriesRule:
    """Which series of each day becomes the image of the visit.

    :param contrast: "T1" or "T2"; None takes the only coronal one of either.
    :param text: part of the description, or the series number; None for the coronal T1 or T2 series.
    :param remedy: what the user can do where the rule does not name one series.
    """

    contrast: str | None = None
    text: str | None = None
    remedy: str = SERIES_REMEDY


@dataclass(frozen=True, eq=False)
class PlannedVisit:
    """A visit to be written.

    :param label: name of the visit.
    :param month: months since surgery, or since the first scan.
    :param scan: the scans of the day.
    :param series: the one that becomes the image.
    """

    label: str
    month: float
    scan: Scan
    series: DicomSeries


def planVisits(scans: Sequence[Scan], surgery: dt.date | None, rule: SeriesRule) -> tuple[PlannedVisit, ...]:
    """Choose the series of each day and count the months.

    :param scans: of one patient.
    :param surgery: day of surgery; None counts from the first scan.
    :raises CaseError: a date is missing, there is no visit before surgery, or a series is not plain to choose.
    """
    chosen = [(scan, _chooseOfDay(index, scan, len(scans), rule)) for index, scan in enumerate(scans)]
    chosen = [(scan, series) for scan, series in chosen if series is not None]
    if not chosen:
        found = "; ".join(listSeries(scan.series) for scan in scans)
        raise CaseError(f"there is no coronal T1 or T2 MR series of several slices; there are: {found}; "
                        f"{rule.remedy}")
    if len(chosen) > 1 and any(scan.date is None for scan, _ in chosen):
        raise CaseError("there are scans without a study date, so that their order is not known; import each scan by "
                        "itself, or ask for an export with dates")
    months = _months([scan.date for scan, _ in chosen], surgery)
    labels = _labels(months, surgery is not None)
    visits = tuple(PlannedVisit(label, month, scan, series)
                   for label, month, (scan, series) in zip(labels, months, chosen))
    for visit in visits:
        _requireGrid(visit)
    return visits


def _requireGrid(visit: PlannedVisit):
    """Find out before anything is written."""
    try:
        stackGrid(visit.series.slices)
    except ONVolumetryError as error:
        raise CaseError(f'visit "{visit.label}", {visit.series.text}: {error}') from error


def _chooseOfDay(index: int, scan: Scan, count: int, rule: SeriesRule) -> DicomSeries | None:
    """The series of a day; None where it has none of the wanted kind."""
    matches = [series for series in scan.series if _fits(series, rule)]
    if len(matches) > 1:
        which = "there is" if count == 1 else f"scan {index + 1} of {count} (by date) has"
        raise CaseError(f"{which} more than one series to choose from: {listSeries(matches)}; {rule.remedy}")
    return requireSound(matches[0]) if matches else None


def _fits(series: DicomSeries, rule: SeriesRule) -> bool:
    if rule.contrast is not None and series.contrast != rule.contrast:
        return False
    if rule.text is None:
        return isCoronalMr(series)
    wanted = rule.text.strip().casefold()
    if wanted.isdecimal():
        return series.number == int(wanted)
    return wanted in series.text.casefold()


def _months(dates: Sequence[dt.date | None], surgery: dt.date | None) -> list[float]:
    if dates[0] is None:
        if surgery is not None:
            raise CaseError("the scan has no study date, so that its month cannot be counted from the date of "
                            "surgery; leave that out, and enter the month afterwards")
        return [0.0]
    start = surgery or dates[0]
    exact = [(date - start).days / DAYS_A_MONTH for date in dates]
    if exact[0] > 0:
        raise CaseError("all scans were made after the date of surgery, and a case needs one from before; add "
                        "that scan, or correct the date")
    for digits in (1, 2):
        months = [round(month, digits) + 0.0 for month in exact]
        if len(set(months)) == len(months):
            break
    return months


def _labels(months: Sequence[float], isSurgeryKnown: bool) -> list[str]:
    """Names in whole months where they differ."""
    before = [month for month in months if month <= 0]
    whole = [round(month) for month in months]
    labels = []
    for month in months:
        number = f"{round(month):g}" if whole.count(round(month)) == 1 and round(month) else f"{month:g}"
        unit = "month" if number in ("1", "-1") else "months"
        if month == before[-1]:
            labels.append("preop" if isSurgeryKnown else "first scan")
        elif month < 0:
            labels.append(f"{number.lstrip('-')} {unit} before")
        else:
            labels.append(f"{number} {unit}")
    return labels
