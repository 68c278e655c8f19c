"""What the report is told beside the measurement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..core.geometry import GridGeometry
from ..core.hip import VisitSegments
from ..files.casedata import FROM_SURGERY


class ScalarImage(Protocol):
    """An image as the report needs it.

    :param voxels: scalar values in KJI order.
    :param geometry: its grid, IJK to RAS in mm.
    """

    voxels: np.ndarray
    geometry: GridGeometry


@dataclass(frozen=True, eq=False)
class ReportSubject:
    """Whose hip it is, by pseudonym, and what else the reader should know of it.

    :param hip: identifier of the hip.
    :param side: "left" or "right".
    :param patient: pseudonym of the patient; None where it is the hip's identifier.
    :param subject: further values by key, as the case gives them (true "synthetic" marks the page as such).
    :param endReason: why follow-up ended, such as "arthroplasty"; None where it did not.
    :param endMonth: month at which it ended.
    :param measuredOn: day of the measurement (not of a scan).
    :param monthsFrom: what the months are counted from: "surgery" or "first scan".
    """

    hip: str
    side: str
    patient: str | None = None
    subject: Mapping[str, object] = field(default_factory=dict)
    endReason: str | None = None
    endMonth: float | None = None
    measuredOn: dt.date | None = None
    monthsFrom: str = FROM_SURGERY

    @property
    def monthsSince(self) -> str:
        """Words for an axis of months."""
        return "months since " + ("surgery" if self.monthsFrom == FROM_SURGERY else "the first scan")

    @property
    def isSynthetic(self) -> bool:
        """Whether the case says that the hip was made by a program."""
        return str(self.subject.get("synthetic", "")).strip().casefold() in ("true", "1", "1.0", "yes")


@dataclass(frozen=True, eq=False)
class ReportVisit:
    """One visit as it is to be shown.

    :param segments: the outlines that were measured.
    :param image: the image they were drawn on; None where there is none.
    :param reader: who outlined it.
    :param stage: stage as entered by the reader, such as "ARCO II".
    :param status: state of the visit or its outlines in plain words, such as "completed".
    """

    segments: VisitSegments
    image: ScalarImage | None = None
    reader: str | None = None
    stage: str | None = None
    status: str | None = None

    @property
    def label(self) -> str:
        return self.segments.label
