"""One hip over its visits: what is given to measure, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .changemap import ChangeMap
from .geometry import SliceStack
from .mask import Mask
from .octants import OctantChange
from .outlining.origin import OutlineReport
from .ratios import NO_LESION, Change, Estimate, LesionState, Volume
from .registration.result import RegistrationResult
from .settings import MeasurementSettings
from .sphere import SphereFit
from .sphereadjusted import SphereAdjustedVolume
from .volume import SegmentVolume

if TYPE_CHECKING:
    from .location.result import LesionLocation, ZoneChange

WRONG_SIDE, UNCONFIRMED, SAME_OUTLINES = "wrong-side", "unconfirmed", "same-outlines"


@dataclass(frozen=True)
class CaseEnd:
    """Why and when a hip left the follow-up.

    :param reason: "arthroplasty", "withdrawn" or "lost".
    :param month: months since surgery.
    """

    reason: str
    month: float


@dataclass(frozen=True, eq=False)
class VisitSegments:
    """What one visit gives to measure.

    :param label: name of the visit, such as "preop".
    :param month: months since surgery (0 or less before it).
    :param head: femoral head as outlined; None when there is no such segment or nobody drew it.
    :param lesion: osteonecrosis as outlined; None likewise.
    :param lesionAbsent: a reader says that no lesion is left, so that its volume is 0 and not unknown.
    :param stack: slice axis and pitch; None where there is no segmentation.
    :param done: False for a planned visit that was not done.
    :param warnings: notes of the reading, one sentence each.
    :param outlining: how the outlines came about, where it is known.
    """

    label: str
    month: float
    head: Mask | None = None
    lesion: Mask | None = None
    lesionAbsent: bool = False
    stack: SliceStack | None = None
    done: bool = True
    warnings: tuple[str, ...] = ()
    outlining: tuple[OutlineReport, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something the reader of a number must know.

    :param code: stable name, for programs.
    :param text: one plain sentence.
    """

    code: str
    text: str


class ReadingWarning(str):
    """Warning of the reading that has a code of its own, such as WRONG_SIDE."""

    code: str

    def __new__(cls, code: str, text: str) -> ReadingWarning:
        """A warning.

        :param code: stable name, for programs.
        :param text: one plain sentence.
        """
        warning = super().__new__(cls, text)
        warning.code = code
        return warning

    def __getnewargs__(self) -> tuple[str, str]:
        """What a copy is made from."""
        return self.code, str(self)


@dataclass(frozen=True)
class HeadReference:
    """The head volume that ONV % refers to.

    :param kind: "visit" (the same visit's head), "baseline" or "sphere-adjusted".
    :param visit: label of the visit that the volume comes from.
    """

    kind: str
    visit: str


@dataclass(frozen=True)
class VisitMeasurement:
    """What was measured at one visit; None means not measured, never 0.

    :param lesion: volume of the lesion's segment; None also where no lesion is left (see lesionAbsent).
    :param head: volume of the head, lesion included.
    :param onvPercent: lesion in percent of the head named by headReference.
    :param onvPercentSav: lesion in percent of this visit's sphere-adjusted volume.
    :param fhvSavDifferencePercent: head against sphere-adjusted volume, in percent of their mean.
    :param fhvDriftPercent: change of the head volume from baseline, in percent.
    :param changeFromBaseline: None on the baseline's own row.
    :param changeFromPrevious: change from the previous measured visit, which the rate refers to.
    :param registration: how the visit lies on the baseline; None on the baseline's own row and where there is none.
    :param changeMap: what regenerated, persists and is new; None without a usable registration.
    :param octants: the change map by octant of the head; empty likewise.
    :param location: where the lesion lies; None without a sphere or a measured lesion.
    :param jicChanges: state of every JIC zone, compared with the baseline; empty where nobody located the lesion.
    :param acpChanges: likewise of the ACP zones.
    :param outlining: how the outlines came about, where it is known.
    """

    label: str
    month: float
    done: bool
    stack: SliceStack | None = None
    lesion: SegmentVolume | None = None
    lesionAbsent: bool = False
    head: SegmentVolume | None = None
    sphere: SphereFit | None = None
    sphereAdjusted: SphereAdjustedVolume | None = None
    headReference: HeadReference | None = None
    onvPercent: Estimate | None = None
    onvPercentSav: Estimate | None = None
    fhvSavDifferencePercent: Estimate | None = None
    fhvDriftPercent: Estimate | None = None
    changeFromBaseline: Change | None = None
    changeFromPrevious: Change | None = None
    notes: tuple[Note, ...] = ()
    registration: RegistrationResult | None = None
    changeMap: ChangeMap | None = None
    octants: tuple[OctantChange, ...] = ()
    location: LesionLocation | None = None
    jicChanges: tuple[ZoneChange, ...] = ()
    acpChanges: tuple[ZoneChange, ...] = ()
    outlining: tuple[OutlineReport, ...] = ()

    @property
    def lesionVolume(self) -> Volume | None:
        """Lesion volume with the parts of its uncertainty; None = not measured."""
        if self.lesion is not None:
            return Volume.ofSegment(self.lesion)
        return NO_LESION if self.lesionAbsent else None

    @property
    def lesionState(self) -> LesionState | None:
        """What the change of the lesion is computed from; None = not measured."""
        lesion = self.lesionVolume
        return None if lesion is None else LesionState(self.label, self.month, lesion, self.onvPercent)


@dataclass(frozen=True)
class HipMeasurement:
    """All visits of one hip in order of time.

    :param baseline: label of the baseline visit, or None where no visit can be one.
    :param changes: change between every pair of visits with a measured lesion.
    :param sex: "male" or "female".
    :param settings: settings in force.
    """

    visits: tuple[VisitMeasurement, ...]
    baseline: str | None
    changes: tuple[Change, ...]
    sex: str
    settings: MeasurementSettings = field(default_factory=MeasurementSettings)

    def visit(self, label: str) -> VisitMeasurement:
        """The visit of that label.

        :raises KeyError: there is none.
        """
        for visit in self.visits:
            if visit.label == label:
                return visit
        raise KeyError(label)
