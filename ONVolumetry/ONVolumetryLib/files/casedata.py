"""One hip and its visits as a case.json describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.hip import CaseEnd
from .serieswanted import ANY_SERIES, SeriesWanted

FROM_SURGERY, FROM_FIRST_SCAN = "surgery", "first scan"


@dataclass(frozen=True)
class CaseStage:
    """A stage that a reader entered; never computed.

    :param system: such as "ARCO".
    :param value: such as "II".
    """

    system: str
    value: str


@dataclass(frozen=True)
class CaseApproval:
    """A reader's approval of the outlines of one visit.

    :param reader: initials.
    :param time: ISO 8601 in UTC, to the second.
    :param software: name and version that the outlines were approved in.
    :param outlinesSha256: fingerprint of the outlines that were approved (files.approval).
    """

    reader: str
    time: str
    software: str
    outlinesSha256: str


@dataclass(frozen=True)
class CaseVisit:
    """One visit. Paths are absolute.

    :param label: name of the visit, unique within the case without regard to case.
    :param month: months since surgery, unique within the case.
    :param done: False for a planned visit that was not done.
    :param image: image file or DICOM folder.
    :param segmentation: .seg.nrrd or label image.
    :param segments: {"head": name or label value, "lesion": ...}, either may be absent.
    :param lesionAbsent: a reader says that no lesion is left.
    :param transformToBaseline: transform file that carries this visit to the baseline.
    :param landmarks: Slicer markups file with this visit's own landmarks.
    :param jicZones: zones that a reader entered; None where none did, () for "no zone".
    :param acpZones: likewise.
    :param sourceDicom: folder of the original DICOM files of this visit.
    :param approval: of the outlines by a reader; None where nobody approved them.
    :param notDoneReason: why a planned visit was not done, in words.
    :param series: which series of a DICOM folder `image` is, where it holds several.
    """

    label: str
    month: float
    done: bool = True
    image: Path | None = None
    segmentation: Path | None = None
    segments: Mapping[str, str | int] = field(default_factory=dict)
    lesionAbsent: bool = False
    transformToBaseline: Path | None = None
    landmarks: Path | None = None
    reader: str | None = None
    stage: CaseStage | None = None
    jicZones: tuple[str, ...] | None = None
    acpZones: tuple[str, ...] | None = None
    sourceDicom: Path | None = None
    approval: CaseApproval | None = None
    notDoneReason: str | None = None
    series: SeriesWanted = ANY_SERIES


@dataclass(frozen=True)
class Case:
    """One hip. Paths are absolute.

    :param hip: name of the hip and of its folder of results.
    :param patient: pseudonym that ties two hips together; the hip's name where the file has none.
    :param side: "left" or "right"; a case file always says so, a scene may not yet.
    :param sex: "male" or "female".
    :param visits: sorted by month.
    :param subject: covariates; scalars.
    :param landmarks: Slicer markups file in the baseline's space.
    :param settings: as in the file, for the core to read.
    :param path: the file it was read from; None for a case made in memory.
    :param monthsFrom: what the months are counted from: "surgery", or "first scan" where its date is not known.
    """

    hip: str
    patient: str
    side: str | None
    sex: str
    visits: tuple[CaseVisit, ...]
    subject: Mapping[str, str | float | bool | None] = field(default_factory=dict)
    end: CaseEnd | None = None
    landmarks: Path | None = None
    sourceDicom: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    monthsFrom: str = FROM_SURGERY
