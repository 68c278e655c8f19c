"""Which of several series is meant; what cannot be known is asked."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import FileError
from .dicomscan import DicomSeries, requireSound
from .filecontext import oneLine
from .serieswanted import ANY_SERIES, SeriesWanted

# A localizer or a test has fewer.
LEAST_SLICES = 5
NO_IMAGE = "there is no DICOM image in this folder; give the folder that holds the files of one series"


def chooseSeries(found: Sequence[DicomSeries], wanted: SeriesWanted = ANY_SERIES) -> DicomSeries:
    """The series that the user names, or the only one, or the only coronal T1 or T2 MR of several slices.

    :raises FileError: there is none, none of that name, or more than one that may be meant; the text lists them.
    """
    if not found:
        raise FileError(NO_IMAGE)
    for series in found:
        # It may be a slice of the very series, perhaps its last, which nobody would miss.
        if series.isDamagedFiles:
            requireSound(series)
    if wanted.isSaid:
        return requireSound(_named(found, wanted))
    if len(found) == 1:
        return requireSound(found[0])
    likely = [series for series in found if isCoronalMr(series)]
    if len(likely) == 1:
        return requireSound(likely[0])
    raise FileError(f"the folder holds more than one series: {listSeries(found)}; {wanted.remedy}")


def isCoronalMr(series: DicomSeries) -> bool:
    """Whether a series is what the method reads: coronal T1 or T2 MR of several slices, no localizer."""
    return (len(series.slices) >= LEAST_SLICES and series.plane == "coronal" and series.contrast is not None
            and not series.isLocalizer)


def listSeries(found: Sequence[DicomSeries]) -> str:
    """The series one after the other, without identifiers."""
    return "; ".join(series.summary for series in found)


def _named(found: Sequence[DicomSeries], wanted: SeriesWanted) -> DicomSeries:
    if wanted.uid is not None:
        matches = [series for series in found if series.uid == wanted.uid]
        what = "with the series_instance_uid of the case"
    else:
        matches = [series for series in found if series.number == wanted.number]
        what = f"with the number {wanted.number}"
    if not matches:
        raise FileError(f"there is no series {what}; the folder holds: {oneLine(listSeries(found))}; correct it")
    if len(matches) > 1:
        raise FileError(f'there is more than one series {what}: {listSeries(matches)}; name one with '
                        '"series_instance_uid" in the case, or put it in a folder of its own')
    return matches[0]
