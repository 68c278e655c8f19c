"""Tables of what tells the hips that healed: probit, classification, ROC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import StatisticError, orNote
from .goodness import hosmerLemeshow, pearsonFit
from .grouping import healing, wide
from .healingmodel import HealingModel, fitHealing
from .results import ALL, COMPARED, Cell, StatisticsTable, merge
from .roc import rocArea, youdenCutoff
from .samples import describe
from .settings import CohortSettings
from .table import CohortTable

SECTION = "Prediction of healing"
FEW_CLUSTERS = 30
CAUTION = ("The paper's 10, 15 and 22 % are means of groups or hypotheses, not cut-offs, and no cut-off of a sample "
           "this small is advice for a patient.")


@dataclass(frozen=True)
class ModelSummary:
    """Likelihood of a probit: LR = 2 (ll - ll0), pseudo R^2 = 1 - ll / ll0 (McFadden).

    :param n: rows; `clusters` patients.
    """

    n: int
    clusters: int
    logLikelihood: float
    nullLogLikelihood: float
    likelihoodRatio: float
    pseudoRSquared: float


def healingTables(table: CohortTable, settings: CohortSettings) -> tuple[list[StatisticsTable], HealingModel | None]:
    """The probit's tables and those of the ROC; the model itself where there is one."""
    model, note = orNote(fitHealing, table, settings)
    return [*_probitTables(table, model, note), _rocTable(table, settings)], model


def _probitTables(table: CohortTable, model: HealingModel | None, note: str | None) -> list[StatisticsTable]:
    definition = (
        "Probit of healing on ONV % + visit (the first is the reference) + months since diagnosis + age (both split "
        "in two), every hip and visit with all of them, nothing imputed; errors clustered by patient, factor G/(G-1), "
        "z tests.")
    if model is None:
        return [StatisticsTable("healing_probit", SECTION, "Probability of healing: probit", definition,
                                (Cell(ALL, "", None, note),))]
    fit, notes = model.fit, list(model.notes)
    if fit.clusters < FEW_CLUSTERS:
        notes.append(f"only {fit.clusters} patients: below {FEW_CLUSTERS} clusters the errors tend to be too small and "
                     "the p values too")
    cells = [Cell(ALL, "", coefficient, None, coefficient.name, fit.n) for coefficient in fit.coefficients]
    summary = ModelSummary(fit.n, fit.clusters, fit.logLikelihood, fit.nullLogLikelihood, fit.likelihoodRatio,
                           fit.pseudoRSquared)
    cells.append(Cell(ALL, "", summary, None, "model"))
    checks = [Cell(ALL, "", fit.classification, None, "classification at 0.5")]
    for item, call, arguments in (("Pearson fit", pearsonFit, (model.design,)),
                                  ("Hosmer-Lemeshow fit", hosmerLemeshow, ())):
        result, reason = orNote(call, model.outcome, fit.probability, *arguments)
        checks.append(Cell(ALL, "", result, reason, item))
    return [
        StatisticsTable("healing_probit", SECTION, "Probability of healing: probit", definition, tuple(cells),
                        tuple(notes)),
        StatisticsTable("healing_fit", SECTION, "Probability of healing: classification and fit",
                        "Healed is predicted where the probability is at least 0.5, for the same hips that the model "
                        "was fitted to, which flatters it. Pearson fit over covariate patterns, Hosmer-Lemeshow over "
                        "ten groups of similar probability; a small p says that the model does not fit.",
                        tuple(checks)),
        StatisticsTable("predicted_healed", SECTION, "ONV % of the hips that are predicted to heal",
                        "ONV % of the rows with a predicted probability of at least 0.5.",
                        tuple(_predictedHealed(table, model)))]


def _predictedHealed(table: CohortTable, model: HealingModel):
    predicted = model.fit.probability >= 0.5
    for label in model.visits:
        yield Cell("predicted healed", label, describe(model.onvPercent[predicted & (model.visit == label)]))


def _rocTable(table: CohortTable, settings: CohortSettings) -> StatisticsTable:
    values = wide(table, "onv_percent")
    healed, nonHealed = healing(table)
    patients = table.hips["patient"].to_numpy()
    cells = []
    for index, visit in enumerate(table.visits):
        known = (healed | nonHealed) & ~np.isnan(values[:, index])
        sample, outcome = values[known, index], healed[known]
        area, note = orNote(_area, table, sample, outcome)
        shared = "two hips of a patient are taken as independent" if len(set(patients[known])) < known.sum() else None
        degenerate = "perfect separation: no interval" if area is not None and area.ciLow is None else None
        cells.append(Cell(COMPARED, visit.label, area, merge(note, shared if area else None, degenerate),
                          "ROC area", int(known.sum())))
        if area is not None:
            cutoff, note = orNote(youdenCutoff, sample, outcome, patients[known], settings.bootstrapCount,
                                  settings.seed)
            cells.append(Cell(COMPARED, visit.label, cutoff, note, "Youden cut-off"))
    return StatisticsTable(
        "roc", SECTION, "ROC of ONV %: low = healed",
        "Area = probability that a healed hip has a lower ONV % than a non-healed one (ties half), DeLong 95 % CI on "
        "the logit scale. Youden cut-off: healed is predicted at or below the value with the largest sensitivity + "
        f"specificity - 1; 95 % CI from {settings.bootstrapCount} resamples of patients (seed {settings.seed}). "
        + CAUTION, tuple(cells))


def _area(table: CohortTable, sample, outcome):
    if not table.hasHealing:
        raise StatisticError("not computed: no column healed tells which hips healed")
    return rocArea(sample, outcome)
