"""Which of several DICOM series in one folder is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SeriesWanted:
    """What the user says about the series; nothing said leaves the choice to the rule.

    :param uid: SeriesInstanceUID.
    :param number: series number.
    """

    uid: str | None = None
    number: int | None = None

    @property
    def isSaid(self) -> bool:
        return self.uid is not None or self.number is not None


ANY_SERIES = SeriesWanted()
