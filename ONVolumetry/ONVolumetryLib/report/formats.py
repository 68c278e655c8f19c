"""How numbers are written for people: units of method and paper, a true minus, never 0 for "not measured"."""

from __future__ import annotations

from ..core.ratios import SIZE, Estimate, Limits

NOT_MEASURED = "not measured"
NOT_DONE = "not done"
NO_BASELINE = "no baseline"
MM3_PER_CM3 = 1000.0


def number(value: float, decimals: int) -> str:
    """A number with a fixed count of decimals and a true minus sign."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "\u2212")


def short(value: float) -> str:
    """A number with as few digits as it needs."""
    return f"{value:g}".replace("-", "\u2212")


def inCm3(estimate: Estimate) -> Estimate:
    """A volume in mm3 turned to cm3."""
    uncertainty = estimate.standardUncertainty
    return Estimate(estimate.value / MM3_PER_CM3, None if uncertainty is None else uncertainty / MM3_PER_CM3)


def interval(estimate: Estimate, decimals: int, limits: Limits = SIZE) -> str | None:
    """The 95 % interval as "low to high"; None where the uncertainty is not known.

    :param limits: lowest and highest value that is possible; the interval is cut there.
    """
    ends = estimate.confidenceInterval(limits)
    return None if ends is None else f"{number(ends[0], decimals)} to {number(ends[1], decimals)}"


def plural(count: int, word: str) -> str:
    """A count with its noun, such as "1 slice" and "3 slices"."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
