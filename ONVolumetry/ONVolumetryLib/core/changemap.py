"""What of a lesion regenerated, what persists and what is new, on the baseline's grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .changeregions import LesionPair, lesionPair
from .geometry import GridGeometry, SliceStack
from .mask import Mask
from .ratios import Estimate, Volume
from .uncertainshell import uncertainShell
from .uncertainty import rootSumOfSquares

SHIFT_DIRECTIONS = np.vstack([np.eye(3), -np.eye(3)])


@dataclass(frozen=True, eq=False)
class ChangeMap:
    """Change of the lesion from baseline to a follow-up, voxel by voxel on a fine grid along the baseline's slices.

    baselineMm3 - regeneratedMm3 + newMm3 = followupMm3 holds exactly. The volumes are those of the interpolated
    outlines, which differ a little from the volumes that are summed over the slices as scanned.

    :param grid: isotropic, at most the in-plane pixel of the baseline.
    :param regenerated: lesion at baseline only.
    :param persistent: lesion at both.
    :param new: lesion at follow-up only.
    :param uncertain: near enough to an outline that it may lie on its other side (95 %); overlaps the others.
    :param regeneratedOutsideShellMm3: regenerated without the uncertain shell.
    :param newOutsideShellMm3: new without the uncertain shell.
    :param grossRegenerationPercent: regenerated in percent of the baseline's lesion.
    :param newLesionPercent: new in percent of the baseline's lesion.
    :param registrationErrorMm: error that the uncertainties contain.
    """

    grid: GridGeometry
    regenerated: Mask
    persistent: Mask
    new: Mask
    uncertain: Mask
    regeneratedOutsideShellMm3: float
    newOutsideShellMm3: float
    grossRegenerationPercent: Estimate
    newLesionPercent: Estimate
    registrationErrorMm: float

    @property
    def regeneratedMm3(self) -> float:
        return self.regenerated.voxelCount * self.grid.voxelVolumeMm3

    @property
    def persistentMm3(self) -> float:
        return self.persistent.voxelCount * self.grid.voxelVolumeMm3

    @property
    def newMm3(self) -> float:
        return self.new.voxelCount * self.grid.voxelVolumeMm3

    @property
    def baselineMm3(self) -> float:
        """Volume of the baseline's lesion on this grid."""
        return (self.regenerated.voxelCount + self.persistent.voxelCount) * self.grid.voxelVolumeMm3

    @property
    def followupMm3(self) -> float:
        """Volume of the follow-up's lesion on this grid."""
        return (self.new.voxelCount + self.persistent.voxelCount) * self.grid.voxelVolumeMm3

    @property
    def netRegenerationPercent(self) -> float:
        """Gross regeneration minus new lesion."""
        return self.grossRegenerationPercent.value - self.newLesionPercent.value


@dataclass(frozen=True, eq=False)
class LesionAtVisit:
    """A lesion as a change map needs it.

    :param mask: None where no lesion is left.
    :param stack: slice axis and pitch; None where there is no lesion.
    :param volume: volume with the parts of its uncertainty.
    """

    mask: Mask | None
    stack: SliceStack | None
    volume: Volume


def changeMap(baseline: LesionAtVisit, followup: LesionAtVisit, followupToBaseline: np.ndarray,
              registrationErrorMm: float, contourSdMm: float) -> ChangeMap:
    """Lay the follow-up's lesion over the baseline's.

    :param baseline: with a lesion.
    :param followup: its lesion may be gone.
    :param followupToBaseline: rigid 4x4 in RAS, mm.
    :param registrationErrorMm: standard error of the transform over the head.
    :param contourSdMm: standard deviation of an outline's position.
    :raises SegmentError: the baseline's lesion is empty.
    """
    pair = lesionPair(baseline.mask, baseline.stack, followup.mask, followup.stack, followupToBaseline)
    shell = uncertainShell(pair, registrationErrorMm, contourSdMm)
    regenerated, new = pair.before & ~pair.after, pair.after & ~pair.before
    voxelMm3 = pair.grid.voxelVolumeMm3
    return ChangeMap(
        grid=pair.grid,
        regenerated=Mask.fromArray(regenerated, pair.grid),
        persistent=Mask.fromArray(pair.before & pair.after, pair.grid),
        new=Mask.fromArray(new, pair.grid),
        uncertain=Mask.fromArray(shell, pair.grid),
        regeneratedOutsideShellMm3=float(np.count_nonzero(regenerated & ~shell)) * voxelMm3,
        newOutsideShellMm3=float(np.count_nonzero(new & ~shell)) * voxelMm3,
        **_percentages(pair, baseline.volume, followup.volume, registrationErrorMm),
        registrationErrorMm=registrationErrorMm,
    )


def _percentages(pair: LesionPair, baseline: Volume, followup: Volume, registrationErrorMm: float) -> dict:
    """Gross regeneration and new lesion with their uncertainty, to first order.

    An error of a volume acts on regenerated and new in proportion to how the lesion's surface is divided between
    them; the registration's error acts by what shifts of its size do.
    """
    regenerated, new = pair.counts()
    total = float(np.count_nonzero(pair.before))
    outside, inside = pair.surfaceShareOfBaselineOutside(), pair.surfaceShareOfFollowupInside()
    shifts = registrationErrorMm / np.sqrt(3.0) * SHIFT_DIRECTIONS
    deviations = np.array([np.subtract(pair.counts(shift), (regenerated, new)) for shift in shifts])
    # Six shifts, two for each axis: the variances of the axes add up.
    byShift = 100.0 / total * np.sqrt(np.sum(deviations ** 2, axis=0) / 2.0)
    before, after = _percentUncertainty(baseline, baseline), _percentUncertainty(followup, baseline)
    gross, grown = 100.0 * regenerated / total, 100.0 * new / total
    # The baseline's own volume is also what the percentages refer to.
    grossSe = rootSumOfSquares(before * abs(outside - gross / 100.0), after * inside, float(byShift[0]))
    newSe = rootSumOfSquares(before * (1.0 - outside + grown / 100.0), after * (1.0 - inside), float(byShift[1]))
    return {"grossRegenerationPercent": Estimate(gross, grossSe), "newLesionPercent": Estimate(grown, newSe)}


def _percentUncertainty(volume: Volume, baseline: Volume) -> float:
    return 100.0 * rootSumOfSquares(volume.samplingSeMm3, volume.contourSeMm3) / baseline.volumeMm3
