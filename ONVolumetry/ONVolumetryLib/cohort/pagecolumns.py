"""How each kind of statistic stands in the tables of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..report.formats import number
from .agreement import BlandAltman, BradleyBlackwood, Concordance
from .baselinetable import CategoryCount
from .descriptivetables import FollowUp, RatioOfMeans
from .fisher import FisherExact, McNemarExact
from .goodness import Classification, GoodnessOfFit
from .healingtables import ModelSummary
from .icc import IntraclassCorrelation, MeasurementError
from .power import PowerOfChange
from .ranktests import MannWhitney
from .regression import Coefficient
from .roc import RocArea, YoudenCutoff
from .samples import Description
from .surfacedistance import Overlap
from .ttests import TTest
from .zonetables import RegeneratedCount, ZoneCount

ABSENT = "\u2013"
Column = tuple[str, Callable[[Any], str]]


def figure(value: float | None) -> str:
    """A number with about four digits."""
    if value is None:
        return ABSENT
    size = abs(value)
    return number(value, 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3)


def fixed(value: float | None) -> str:
    """A mean or a difference with two decimals."""
    return ABSENT if value is None else number(value, 1 if abs(value) >= 100 else 2)


def probability(p: float | None) -> str:
    """A p value as journals print it."""
    if p is None:
        return ABSENT
    return "< 0.001" if p < 0.001 else number(p, 3)


def range95(low: float | None, high: float | None, text: Callable[[float | None], str] = figure) -> str:
    """An interval as "low to high"."""
    return ABSENT if low is None or high is None else f"{text(low)} to {text(high)}"


def _plain(field: str) -> Callable[[Any], str]:
    return lambda entry: figure(getattr(entry, field))


def _whole(field: str) -> Callable[[Any], str]:
    def text(entry) -> str:
        value = getattr(entry, field)
        return ABSENT if value is None else str(value)
    return text


def _p(field: str = "p") -> Callable[[Any], str]:
    return lambda entry: probability(getattr(entry, field))


def _ci(entry) -> str:
    return range95(entry.ciLow, entry.ciHigh)


def _fixed(field: str) -> Callable[[Any], str]:
    return lambda entry: fixed(getattr(entry, field))


def _fixedCi(entry) -> str:
    return range95(entry.ciLow, entry.ciHigh, fixed)


def _meanSd(entry) -> str:
    return fixed(entry.mean) if entry.sd is None else f"{fixed(entry.mean)} ({fixed(entry.sd)})"


def _medianIqr(entry) -> str:
    if entry.median is None:
        return ABSENT
    return f"{fixed(entry.median)} ({range95(entry.firstQuartile, entry.thirdQuartile, fixed)})"


def _df(entry) -> str:
    return ABSENT if entry.df is None else f"{entry.df:g}" if entry.df == round(entry.df) else number(entry.df, 1)


def _groupSizes(entry) -> str:
    return str(entry.n) if entry.n1 is None else f"{entry.n1} + {entry.n2}"


def _share(part: str) -> Callable[[Any], str]:
    def text(entry) -> str:
        percent = "" if entry.percent is None else f" ({number(entry.percent, 0)} %)"
        return f"{getattr(entry, part)}/{entry.n}{percent}"
    return text


N: Column = ("n", _whole("n"))
COLUMNS: dict[type, tuple[Column, ...]] = {
    FollowUp: (("Measured", _whole("n")), ("Hips", _whole("hips")), ("Missing", _whole("missing")),
               ("Not done", _whole("notDone")), ("Came, not measured", _whole("notMeasured")),
               ("Of the missing: after arthroplasty", _whole("arthroplasty")),
               ("Of the missing: left otherwise", _whole("otherEnd"))),
    Description: (N, ("Missing", _whole("missing")), ("Mean (SD)", _meanSd), ("SE", _fixed("se")),
                  ("95 % CI", _fixedCi),
                  ("Median (quartiles)", _medianIqr)),
    TTest: (("n", _groupSizes), ("Difference", _fixed("difference")), ("SE", _fixed("se")), ("95 % CI", _fixedCi),
            ("t", _plain("t")), ("df", _df), ("p", _p())),
    MannWhitney: (("n", _groupSizes), ("Rank sum", _plain("rankSum")), ("z", _plain("z")), ("p", _p()),
                  ("Exact p", _p("exactP"))),
    PowerOfChange: (N, ("dz", _plain("dz")), ("Power, paired", _plain("pairedPower")), ("d", _plain("d")),
                    ("Power, two-sample", _plain("twoSamplePower"))),
    Coefficient: (("Estimate", _plain("estimate")), ("SE", _plain("se")), ("95 % CI", _ci),
                  ("t or z", _plain("statistic")), ("df", _df), ("p", _p())),
    Concordance: (N, ("\u03c1c", _plain("rhoC")), ("95 % CI (z transform)", _ci), ("SE", _plain("se")),
                  ("r", _plain("pearsonR")), ("C_b", _plain("biasCorrection")), ("u", _plain("locationShift")),
                  ("Scale shift", _plain("scaleShift"))),
    BlandAltman: (N, ("Mean difference (SD)", lambda entry: f"{figure(entry.meanDifference)} "
                                                            f"({figure(entry.sdDifference)})"),
                  ("95 % CI", _ci),
                  ("Limits of agreement", lambda entry: range95(entry.loaLow, entry.loaHigh)),
                  ("CI of the lower", lambda entry: range95(entry.loaLowCiLow, entry.loaLowCiHigh)),
                  ("CI of the upper", lambda entry: range95(entry.loaHighCiLow, entry.loaHighCiHigh)),
                  ("Pitman p", _p("pitmanP"))),
    BradleyBlackwood: (N, ("F", _plain("f")), ("p", _p())),
    IntraclassCorrelation: (("n", _whole("n")), ("Readings each", _whole("k")), ("ICC", _plain("value")),
                            ("95 % CI", _ci)),
    MeasurementError: (N, ("Readers", _whole("k")), ("SEM, agreement", _plain("semAgreement")),
                       ("SEM, consistency", _plain("semConsistency")),
                       ("Smallest detectable change, agreement", _plain("sdcAgreement")),
                       ("Smallest detectable change, consistency", _plain("sdcConsistency"))),
    ModelSummary: (N, ("Patients", _whole("clusters")), ("Log likelihood", _plain("logLikelihood")),
                   ("Without predictors", _plain("nullLogLikelihood")), ("LR \u03c7\u00b2", _plain("likelihoodRatio")),
                   ("Pseudo R\u00b2", _plain("pseudoRSquared"))),
    Classification: (N, ("True +", _whole("truePositive")), ("False +", _whole("falsePositive")),
                     ("False \u2212", _whole("falseNegative")), ("True \u2212", _whole("trueNegative")),
                     ("Sensitivity, %", _plain("sensitivityPercent")), ("Specificity, %", _plain("specificityPercent")),
                     ("Correct, %", _plain("correctPercent"))),
    GoodnessOfFit: (N, ("Patterns or groups", _whole("groups")), ("\u03c7\u00b2", _plain("chiSquare")),
                    ("df", _whole("df")), ("p", _p())),
    RocArea: (("Healed + not", lambda entry: f"{entry.healed} + {entry.nonHealed}"), ("AUC", _plain("auc")),
              ("SE", _plain("se")), ("95 % CI", _ci)),
    YoudenCutoff: (N, ("Cut-off, ONV %", _plain("cutoff")), ("95 % CI", _ci), ("Youden index", _plain("youdenIndex")),
                   ("Sensitivity, %", _plain("sensitivityPercent")), ("Specificity, %", _plain("specificityPercent")),
                   ("Resamples", _whole("resamples"))),
    Overlap: (("Dice", _plain("dice")), ("Hausdorff, mm", _fixed("hausdorffMm")),
              ("Hausdorff 95 %, mm", _fixed("hausdorff95Mm")), ("Average distance, mm", _fixed("averageDistanceMm"))),
    RatioOfMeans: (N, ("Ratio of means, %", _plain("ratioPercent"))),
}

# Statistics that fit in one cell, for tables with a column a zone or a group.
COMPACT: dict[type, Callable[[Any], str]] = {
    ZoneCount: _share("present"),
    RegeneratedCount: _share("regenerated"),
    CategoryCount: _share("count"),
    FisherExact: lambda entry: f"p = {probability(entry.p)}".replace("= <", "<"),
    McNemarExact: lambda entry: f"\u2212{entry.lost} +{entry.gained} of {entry.n}, p = {probability(entry.p)}".replace(
        "= <", "<"),
    Description: lambda entry: f"{_meanSd(entry)}, n = {entry.n}" + (f", {entry.missing} missing" if entry.missing
                                                                     else ""),
    TTest: lambda entry: f"{entry.test}: p = {probability(entry.p)}".replace("= <", "<"),
    MannWhitney: lambda entry: f"rank-sum: p = {probability(entry.p)}".replace("= <", "<"),
}
