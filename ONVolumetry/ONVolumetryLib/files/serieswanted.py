"""Which of several DICOM series in one folder is meant."""

from __future__ import annotations

from dataclasses import dataclass

NAME_IT = ('name the wanted one with "series_number" or "series_instance_uid" in the case, or put it in a folder of '
           "its own")


@dataclass(frozen=True)
class SeriesWanted:
    """What the user says about the series; nothing said leaves the choice to the rule.

    :param uid: SeriesInstanceUID.
    :param number: series number.
    :param remedy: what the user can do where the choice is open.
    """

    uid: str | None = None
    number: int | None = None
    remedy: str = NAME_IT

    @property
    def isSaid(self) -> bool:
        return self.uid is not None or self.number is not None


ANY_SERIES = SeriesWanted()
