"""A synthetic cohort that resembles the paper's, for demonstrations and tests; always marked as synthetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import CaseError
from . import papernumbers as paper
from .papernumbers import PRINTED, Printed
from .separation import isSeparated
from .syntheticfit import FittedCohort, fitCohort
from .syntheticrecords import VISITS, SyntheticHip, rowsCsv
from .syntheticzones import paperZones, randomZones

PAPER_COUNT = paper.HEALED_COUNT + paper.NON_HEALED_COUNT
FEWEST_HIPS, MOST_HIPS = 1, 1_000_000
STARTS = 20
HEALED_SHARE, TWO_HIPS_SHARE = 0.8, 0.2


@dataclass(frozen=True)
class TargetComparison:
    """A printed mean and SD beside those of the synthetic hips.

    :param isReproduced: both agree to the printed digits.
    """

    target: Printed
    n: int
    mean: float
    sd: float
    isReproduced: bool


@dataclass(frozen=True)
class SyntheticCohort:
    """An invented cohort.

    :param csv: text of its measurements.csv.
    :param comparisons: with what the paper prints; only for 20 hips.
    """

    hips: tuple[SyntheticHip, ...]
    csv: str
    seed: int
    comparisons: tuple[TargetComparison, ...]

    @property
    def contradictions(self) -> list[str]:
        """What could not be reproduced because the paper's numbers contradict one another, one sentence each."""
        return [f"{entry.target.quantity}, {entry.target.group}, {VISITS[entry.target.visit][0]}: the paper prints "
                f"{entry.target.mean} (SD {entry.target.sd}), which its other numbers do not allow; the synthetic "
                f"hips have {entry.mean:.1f} (SD {entry.sd:.1f})"
                for entry in self.comparisons if not entry.isReproduced]


def syntheticCohort(count: int = PAPER_COUNT, seed: int = 1) -> SyntheticCohort:
    """Invent a cohort.

    :param count: 20 gives hips with the paper's means, SDs, missing visits and zone counts; any other number gives
        a random sample of such hips.
    :param seed: the same seed gives the same hips.
    :raises CaseError: the count is not between 1 and a million.
    """
    if not FEWEST_HIPS <= count <= MOST_HIPS:
        raise CaseError(f"{count} synthetic hips cannot be made; ask for {FEWEST_HIPS} to {MOST_HIPS}")
    generator = np.random.default_rng(seed)
    hips = tuple(_paperHips(generator) if count == PAPER_COUNT else _randomHips(generator, count))
    comparisons = tuple(_compare(hips, target) for target in PRINTED) if count == PAPER_COUNT else ()
    return SyntheticCohort(hips, rowsCsv(hips), seed, comparisons)


def _paperHips(generator) -> list[SyntheticHip]:
    fitted = _fitted(generator)
    healed = np.arange(PAPER_COUNT) < paper.HEALED_COUNT
    names = [f"{101 + index}" if isHealed else f"{201 + index - paper.HEALED_COUNT}"
             for index, isHealed in enumerate(healed)]
    imaged = np.ones((PAPER_COUNT, 3), dtype=bool)
    missing = np.flatnonzero(np.isnan(fitted.onvPercent[:, 2]))
    # One healed hip without a volume at 12 months was imaged and has zones: 17 scans but 16 volumes.
    imaged[missing[1:], 2] = False
    zones = paperZones(generator, fitted.onvPercent, imaged)
    ends = {"203": ("arthroplasty", paper.ILLUSTRATED_ARTHROPLASTY_MONTH), "204": ("arthroplasty", 9.0)}
    return _hips(generator, names, fitted, healed=healed, imaged=imaged, zones=zones, ends=ends,
                 patients=[f"P-{name}" for name in names])


def _fitted(generator) -> FittedCohort:
    for _ in range(STARTS):
        try:
            return fitCohort(generator)
        except RuntimeError:
            continue
    raise CaseError("no synthetic hips have the printed means and SDs; use another seed")


def _randomHips(generator, count: int) -> list[SyntheticHip]:
    healed = generator.random(count) < HEALED_SHARE
    if count >= 2:
        healed[:2] = True, False
    first = np.exp(np.where(healed, np.log(16.7) - 0.085, np.log(27.9) - 0.145)
                   + np.where(healed, 0.41, 0.54) * generator.standard_normal(count)).clip(0.5, 70.0)
    middle = first * (1 - np.where(healed, 0.412, 0.274) + 0.19 * generator.standard_normal(count)).clip(0.05, 1.3)
    last = first * (1 - np.where(healed, 0.812, 0.438) + 0.16 * generator.standard_normal(count)).clip(0.0, 1.3)
    onvPercent = np.column_stack([first, middle, last])
    isLost = generator.random(count) < np.where(healed, 0.1, 0.5)
    onvPercent[isLost, 2] = np.nan
    isMissed = generator.random(count) < 0.05
    onvPercent[isMissed, 1] = np.nan
    imaged = ~np.isnan(onvPercent)
    fhv = 38.5 * np.exp(0.13 * generator.standard_normal(count))
    sav = fhv * np.exp(-paper.FHV_SAV_SD_PERCENT / 100 * generator.standard_normal(count))
    names = [f"S{index + 1:0{len(str(count))}d}" for index in range(count)]
    ends = {name: ("arthroplasty", 9.0) for name, lost, good in zip(names, isLost, healed) if lost and not good}
    zones = randomZones(generator, onvPercent, imaged)
    # Neighbors in the list share a patient now and then.
    shares = generator.random(count) < TWO_HIPS_SHARE / 2
    patients = [f"P-{names[index - 1] if index % 2 and shares[index] else name}" for index, name in enumerate(names)]
    return _hips(generator, names, FittedCohort(onvPercent, fhv, sav), healed=healed, imaged=imaged, zones=zones,
                 ends=ends, patients=patients)


def _hips(generator, names, fitted: FittedCohort, *, healed, imaged, zones, ends, patients) -> list[SyntheticHip]:
    count = len(names)
    # Men have the larger heads.
    isMale = fitted.fhvCm3 + 4 * generator.standard_normal(count) > np.quantile(fitted.fhvCm3, 0.35)
    age, months = _ageAndMonths(generator, healed, fitted.onvPercent)
    smoker, sides = generator.random(count) < 0.35, generator.random(count) < 0.5
    causes = generator.choice(["idiopathic", "corticosteroids", "alcohol", "other"], count, p=[0.4, 0.35, 0.15, 0.1])
    made = []
    firstOf: dict[str, int] = {}
    for index, name in enumerate(names):
        other = firstOf.setdefault(patients[index], index)
        isRight = sides[index] if other == index else not sides[other]
        subject = {"age_years": float(age[other]), "months_since_diagnosis": float(months[other]),
                   "smoker": bool(smoker[other]), "etiology": str(causes[other])}
        sex = "male" if isMale[other] else "female"
        reason, month = ends.get(name, (None, None))
        made.append(SyntheticHip(
            name, patients[index], "right" if isRight else "left", sex, bool(healed[index]),
            float(fitted.fhvCm3[index]), float(fitted.savCm3[index]),
            tuple(None if np.isnan(value) else float(value) for value in fitted.onvPercent[index]),
            tuple(bool(value) for value in imaged[index]), tuple(zones["JIC"][index]), tuple(zones["ACP"][index]),
            reason, month, subject))
    return made


def _ageAndMonths(generator, healed: np.ndarray, onvPercent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Age in years and months since diagnosis; younger and earlier hips heal more often, as in the paper.

    Drawn again while they would separate the outcomes, for which there is no probit to show.
    """
    count = len(healed)
    for _ in range(STARTS):
        isOld = generator.random(count) < np.where(healed, 0.25, 0.55)
        isEarly = generator.random(count) < np.where(healed, 0.5, 0.3)
        age = np.round(np.where(isOld, generator.uniform(50, 68, count), generator.uniform(24, 49, count)))
        early, late = generator.uniform(0.8, 2.9, count), generator.gamma(3.0, 3.0, count) + 3.0
        months = np.round(np.where(isEarly, early, late), 1)
        if count > PAPER_COUNT or not _isSeparated(healed, onvPercent, age, months):
            break
    return age, months


def _isSeparated(healed, onvPercent, age, months) -> bool:
    rows = np.argwhere(~np.isnan(onvPercent))
    hip, visit = rows[:, 0], rows[:, 1]
    design = np.column_stack([np.ones(len(rows)), onvPercent[hip, visit], visit == 1, visit == 2, months[hip] < 3,
                              age[hip] >= 50])
    return isSeparated(healed[hip], design)


def _compare(hips, target: Printed) -> TargetComparison:
    values = []
    for hip in hips:
        value, first = hip.onvPercent[target.visit], hip.onvPercent[0]
        if value is None or (target.group != "all" and (target.group == "healed") != hip.healed):
            continue
        values.append({"onv_percent": value, "onv_cm3": value / 100 * hip.fhvCm3,
                       "regeneration_percent": 100 - 100 * value / first}[target.quantity])
    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    isReproduced = round(mean, 1) == target.mean and round(sd, 1) == target.sd
    return TargetComparison(target, len(values), mean, sd, isReproduced)
