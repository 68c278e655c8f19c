"""What is known of where a lesion lies at one visit."""

from __future__ import annotations

from dataclasses import dataclass

from ..ratios import Estimate
from .arcs import NecroticArc
from .classes import Grade
from .coronalzones import CoronalZones
from .frame import AnatomicalFrame
from .landmarks import Landmarks
from .lateralend import LateralEnd
from .spatial import OctantShare
from .surfaceshell import ArticularShare
from .transversezones import TransverseSlabs, TransverseZones
from .zonereading import ZoneReading

PRESENT, ABSENT, NOT_IMAGED, NOT_MEASURABLE = "present", "absent", "not imaged", "not measurable"
OWN_LANDMARKS, BASELINE_LANDMARKS, CARRIED = "own landmarks", "baseline's landmarks", "carried over by registration"
PATIENT_AXES = "patient's axes at this visit"


@dataclass(frozen=True)
class JicReading:
    """JIC zones and type, read in one way.

    :param zones: with the share of every sector that is lesion.
    :param end: lateral end of the lesion, and the type.
    """

    zones: ZoneReading
    end: LateralEnd

    @property
    def disagrees(self) -> bool:
        """Whether the type is not the most lateral zone that is present."""
        present = self.zones.present
        return (present[-1] if present else "-") != self.end.jicType


@dataclass(frozen=True, eq=False)
class JicLocation:
    """JIC zones on the mid-coronal section and from the whole lesion."""

    geometry: CoronalZones
    section: JicReading
    projected: JicReading


@dataclass(frozen=True, eq=False)
class AcpLocation:
    """Zones of the paper on the mid-transverse section and from the whole lesion."""

    geometry: TransverseZones | TransverseSlabs
    section: ZoneReading
    projected: ZoneReading


@dataclass(frozen=True)
class Centroid:
    """Center of the lesion as a place on the head.

    :param latitudeDegrees: above the mid-transverse plane (negative: below).
    :param longitudeDegrees: from lateral (0) over anterior (90) to medial (180); posterior is negative.
    :param distanceMm: distance from the head's center.
    """

    latitudeDegrees: Estimate
    longitudeDegrees: Estimate
    distanceMm: float


@dataclass(frozen=True)
class NecroticAngles:
    """Angles on the sections through O, and what follows from them.

    :param kooKimModified: with the largest arc over all sections of either plane instead of the middle ones.
    """

    coronal: NecroticArc
    sagittal: NecroticArc
    kerboul: Estimate
    kerboulGrade: Grade
    kooKim: Estimate
    kooKimModified: Estimate


@dataclass(frozen=True, eq=False)
class LesionLocation:
    """Where the lesion lies at one visit; None where it was not measured.

    :param frame: anatomical frame in the visit's own space.
    :param source: where the frame comes from, in words.
    :param landmarks: in the visit's own space.
    :param jic: None without usable landmarks; jicReason says why.
    :param acp: likewise, acpReason.
    :param steinberg: None where ONV % is not known.
    :param centroid: None where no lesion is left.
    """

    frame: AnatomicalFrame
    source: str
    landmarks: Landmarks | None
    jic: JicLocation | None
    jicReason: str | None
    acp: AcpLocation | None
    acpReason: str | None
    angles: NecroticAngles
    steinberg: Grade | None
    centroid: Centroid | None
    articular: ArticularShare | None
    octants: tuple[OctantShare, ...]


@dataclass(frozen=True)
class ZoneChange:
    """One zone over time.

    :param state: "present", "absent", "not imaged" or "not measurable".
    :param isByReader: whether a reader said so, not the program.
    :param isRegenerated: present at baseline and absent now; None unless both are known.
    :param baselineMm3: lesion of the baseline in this zone's wedge; None without a change map.
    :param regeneratedPercent: of that lesion, what regenerated; None likewise, or where there was none.
    """

    name: str
    state: str
    isByReader: bool = False
    isRegenerated: bool | None = None
    baselineMm3: float | None = None
    regeneratedPercent: float | None = None
