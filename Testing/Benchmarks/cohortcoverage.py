"""How often 95 % intervals of the cohort's statistics hold the truth in simulated cohorts; time of 100,000 rows.

Run as `python Testing/Benchmarks/cohortcoverage.py [--cohorts 2000] [--hips 60]`; `make bench` runs it too.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from ONVolumetryLib.cohort.agreement import concordance
from ONVolumetryLib.cohort.analysis import analyzeCohort
from ONVolumetryLib.cohort.errors import StatisticError
from ONVolumetryLib.cohort.icc import intraclassCorrelations
from ONVolumetryLib.cohort.output import writeCohort
from ONVolumetryLib.cohort.probit import fitProbit
from ONVolumetryLib.cohort.roc import rocArea
from ONVolumetryLib.cohort.synthetic import syntheticCohort
from ONVolumetryLib.cohort.table import readCohort
from scipy import stats

SEED = 20221212
# Percent of intervals that must hold the truth; None = measured and printed only.
LIMITS = {"Lin": (93, 97), "ICC(1,1)": (93, 97), "ICC(3,1)": (93, 97), "AUC": (92, 98), "ICC(2,1)": None,
          "probit slope": (90, 97)}
SUBJECT_SD, READER_SD, ERROR_SD = 10.0, 2.0, 4.0
READERS = 3
HEALED_SHARE, SEPARATION = 0.6, 1.0
PROBIT_SLOPE, HIPS_A_PATIENT = -0.08, 2
ROWS_OF_SCALE, LIMIT_OF_SCALE_SECONDS = 100_000, 60.0


class Tally:
    """Counts intervals that hold the truth."""

    def __init__(self):
        self.hits: dict[str, int] = dict.fromkeys(LIMITS, 0)
        self.tries: dict[str, int] = dict.fromkeys(LIMITS, 0)

    def add(self, name: str, low: float | None, high: float | None, truth: float):
        if low is None or high is None:
            return
        self.tries[name] += 1
        self.hits[name] += low <= truth <= high

    def percent(self, name: str) -> float:
        return 100.0 * self.hits[name] / max(1, self.tries[name])


def simulateLin(generator: np.random.Generator, hips: int, tally: Tally):
    """Two methods with equal means and errors: rho_c = between / (between + error)."""
    true = generator.normal(40, SUBJECT_SD, hips)
    x, y = (true + generator.normal(0, ERROR_SD, hips) for _ in range(2))
    result = concordance(x, y)
    tally.add("Lin", result.ciLow, result.ciHigh, SUBJECT_SD ** 2 / (SUBJECT_SD ** 2 + ERROR_SD ** 2))


def simulateIcc(generator: np.random.Generator, hips: int, tally: Tally):
    """Three readers: without offsets for ICC(1,1) and ICC(3,1), with random ones for ICC(2,1)."""
    noise = generator.normal(0, ERROR_SD, (hips, READERS)) + generator.normal(40, SUBJECT_SD, (hips, 1))
    plain = {form.form: form for form in intraclassCorrelations(noise)}
    truth = SUBJECT_SD ** 2 / (SUBJECT_SD ** 2 + ERROR_SD ** 2)
    for name in ("ICC(1,1)", "ICC(3,1)"):
        tally.add(name, plain[name].ciLow, plain[name].ciHigh, truth)
    offset = {form.form: form for form in intraclassCorrelations(noise + generator.normal(0, READER_SD, READERS))}
    tally.add("ICC(2,1)", offset["ICC(2,1)"].ciLow, offset["ICC(2,1)"].ciHigh,
              SUBJECT_SD ** 2 / (SUBJECT_SD ** 2 + READER_SD ** 2 + ERROR_SD ** 2))


def simulateAuc(generator: np.random.Generator, hips: int, tally: Tally):
    """Two normal groups a standard deviation apart: AUC = Phi(1 / sqrt(2))."""
    healed = np.arange(hips) < round(HEALED_SHARE * hips)
    values = generator.normal(0, 1, hips) + np.where(healed, 0.0, SEPARATION)
    area = rocArea(values, healed)
    tally.add("AUC", area.ciLow, area.ciHigh, float(stats.norm.cdf(SEPARATION / np.sqrt(2))))


def simulateProbit(generator: np.random.Generator, hips: int, tally: Tally):
    """Healing of two hips a patient with a shared random part; the marginal slope is the truth."""
    patients = np.arange(hips) // HIPS_A_PATIENT
    onvPercent = generator.gamma(4.0, 4.5, hips)
    shared = generator.normal(0, np.sqrt(0.4), patients.max() + 1)[patients]
    # Shared and own parts add up to variance 1, so that the slope is that of the marginal probit.
    healed = 1.9 + PROBIT_SLOPE * onvPercent + shared + generator.normal(0, np.sqrt(0.6), hips) > 0
    design = np.column_stack([np.ones(hips), onvPercent])
    try:
        slope = fitProbit(healed.astype(float), design, ("constant", "ONV %"), patients).coefficients[1]
    except StatisticError:
        return
    tally.add("probit slope", slope.ciLow, slope.ciHigh, PROBIT_SLOPE)


def coverage(cohorts: int, hips: int) -> Tally:
    """Simulate cohorts; each has its own seed, so that any one can be repeated alone."""
    tally = Tally()
    for index in range(cohorts):
        generator = np.random.default_rng([SEED, index])
        for simulate in (simulateLin, simulateIcc, simulateAuc, simulateProbit):
            simulate(generator, hips, tally)
    return tally


def secondsOfScale() -> tuple[float, float]:
    """Time from 100,000 rows on disk to all files of the cohort: by the clock, and of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(syntheticCohort(-(-ROWS_OF_SCALE // 3), 1).csv, encoding="utf-8", newline="")
        start, startOfProcessor = time.perf_counter(), time.process_time()
        writeCohort(analyzeCohort(readCohort([path])), Path(folder) / "results")
        return time.perf_counter() - start, time.process_time() - startOfProcessor


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=2000)
    parser.add_argument("--hips", type=int, default=60)
    arguments = parser.parse_args()
    tally = coverage(arguments.cohorts, arguments.hips)
    failed = False
    record = {"cohorts": arguments.cohorts, "hips": arguments.hips, "seed": SEED, "coverage_percent": {}}
    for name, limits in LIMITS.items():
        percent = tally.percent(name)
        record["coverage_percent"][name] = round(percent, 2)
        isWithin = limits is None or limits[0] <= percent <= limits[1]
        failed |= not isWithin
        wanted = "measured only" if limits is None else f"wanted {limits[0]} to {limits[1]} %"
        print(f"{name:14s} {percent:6.2f} % of {tally.tries[name]} intervals hold the truth ({wanted})"
              f"{'' if isWithin else '  OUTSIDE'}")
    clock, seconds = secondsOfScale()
    failed |= seconds > LIMIT_OF_SCALE_SECONDS
    record["seconds_of_100000_rows"] = round(seconds, 1)
    # One process with one thread: the clock says more only where the computer does other work.
    print(f"{ROWS_OF_SCALE} rows to all files: {seconds:.1f} s of processor time (limit {LIMIT_OF_SCALE_SECONDS:g} s), "
          f"{clock:.1f} s by the clock")
    print(json.dumps(record))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
