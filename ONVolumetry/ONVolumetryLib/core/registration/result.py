"""What a registration is given, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import GridGeometry, SliceStack
from ..mask import Mask
from ..sphere import SphereFit

ACCEPTED, DOUBTFUL, REJECTED = "accepted", "doubtful", "rejected"
BY_IMAGE, BY_HEAD_SURFACE, BY_USER = "image", "head surface", "user"


@dataclass(frozen=True, eq=False)
class RegistrationVisit:
    """What one visit gives to register.

    :param head: femoral head, lesion included.
    :param lesion: osteonecrosis; None where none is outlined or none is left.
    :param stack: slice axis and pitch of the segmentation.
    :param sphere: sphere of the head.
    :param voxels: image in KJI order; None where there is none.
    :param imageGrid: grid of the image; None where there is none.
    """

    head: Mask
    lesion: Mask | None
    stack: SliceStack
    sphere: SphereFit
    voxels: np.ndarray | None = None
    imageGrid: GridGeometry | None = None

    @property
    def hasImage(self) -> bool:
        return self.voxels is not None and self.imageGrid is not None


@dataclass(frozen=True)
class RegistrationSettings:
    """Settings of a registration.

    :param marginMm: how far around the femur's marrow the image counts, so that its cortex is seen.
    :param limitMm: error beyond which a registration is rejected.
    """

    marginMm: float = 2.0
    limitMm: float = 1.5


@dataclass(frozen=True, eq=False)
class RegistrationResult:
    """A rigid transform with the quality of it.

    :param followupToBaselineRas: 4x4 that carries a point of the follow-up, RAS in mm, to the same place of the
        femur in the baseline.
    :param verdict: "accepted", "doubtful" or "rejected".
    :param reason: why, in plain words.
    :param method: "image", "head surface" (geometry only) or "user".
    :param metricBefore: correlation of the two images within the femur as the scans lie, 0 to 1; None where there is
        no image or the femur lies outside it.
    :param metricAfter: the same after registration.
    :param headSurfaceDistanceMm: mean distance between the two outlines of the head, away from neck and lesion;
        None where lesions leave nothing of them.
    :param sphereCenterDistanceMm: distance of the two spheres' centers after registration.
    :param errorMm: standard error of the place of a point of the head (root mean square over the head).
    """

    followupToBaselineRas: np.ndarray
    verdict: str
    reason: str
    method: str
    metricBefore: float | None
    metricAfter: float | None
    headSurfaceDistanceMm: float | None
    sphereCenterDistanceMm: float
    errorMm: float

    def __post_init__(self):
        matrix = np.array(self.followupToBaselineRas, dtype=float)
        matrix.setflags(write=False)
        object.__setattr__(self, "followupToBaselineRas", matrix)

    @property
    def isUsable(self) -> bool:
        """Whether the change may be mapped with it: accepted, or doubtful with the doubt shown."""
        return self.verdict != REJECTED
