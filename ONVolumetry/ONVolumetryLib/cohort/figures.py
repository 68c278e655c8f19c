"""All figures of a cohort."""

from __future__ import annotations

from dataclasses import replace

from .agreementfigures import fhvSavFigures
from .boxfigures import boxesByHealing, boxesByVisit, spaghetti
from .cohortplots import cohortPlots
from .figurestyle import CohortFigure
from .healingfigures import healingProbability, rocCurves
from .results import CohortResults
from .zonefigures import zoneBars

# Names that figures of any cohort may have, so that those of an earlier one can be told from the user's own files.
FIGURE_KEYS = ("onv_percent_by_visit", "onv_percent_by_visit_and_healing", "onv_percent_of_every_hip", "jic_zones",
               "acp_zones", "probability_of_healing", "roc", "fhv_sav_bland_altman", "fhv_sav_concordance",
               "readers_*_bland_altman", "readers_*_concordance")


def cohortFigures(results: CohortResults) -> list[CohortFigure]:
    """Draw every figure that the rows allow, in the order in which they are shown."""
    table = results.table
    made = [boxesByVisit(table), boxesByHealing(table), spaghetti(table), *zoneBars(table),
            healingProbability(table, results.healing), rocCurves(table), *fhvSavFigures(table)]
    plots = {plot.key: plot for plot in cohortPlots(results)}
    return [replace(figure, plot=figure.plot or plots.get(figure.key)) for figure in made if figure is not None]
