"""What a reader may choose about the statistics; every choice is named in the output."""

from __future__ import annotations

from dataclasses import dataclass, field

DEFAULT_SEED = 20221212


@dataclass(frozen=True)
class CohortSettings:
    """Choices for the statistics of a cohort.

    :param useWelch: two-sample t tests without assuming equal variances (Welch) in place of Student's.
    :param useIndependentFisher: compare zones between visits as if the hips were different ones, as the paper does.
    :param useRatioOfMeans: print 100 x (mean residual volume / mean first volume) beside the mean of the hips' ratios.
    :param visitGroups: canonical visit label to the other spellings that mean it; a label named alone stays itself.
    :param covariates: columns of the baseline table; None takes all that there are.
    :param bootstrapCount: resamples of patients for the cut-off's interval.
    :param seed: of the resampling.
    :param monthsSplit: months since diagnosis at which the probit divides the hips.
    :param ageSplit: years of age at which the probit divides the hips.
    """

    useWelch: bool = False
    useIndependentFisher: bool = False
    useRatioOfMeans: bool = False
    visitGroups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    covariates: tuple[str, ...] | None = None
    bootstrapCount: int = 2000
    seed: int = DEFAULT_SEED
    monthsSplit: float = 3.0
    ageSplit: float = 50.0
