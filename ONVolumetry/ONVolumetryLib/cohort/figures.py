"""All figures of a cohort."""

from __future__ import annotations

from .agreementfigures import fhvSavFigures
from .boxfigures import boxesByHealing, boxesByVisit, spaghetti
from .figurestyle import CohortFigure
from .healingfigures import healingProbability, rocCurves
from .results import CohortResults
from .zonefigures import zoneBars


def cohortFigures(results: CohortResults) -> list[CohortFigure]:
    """Draw every figure that the rows allow, in the order in which they are shown."""
    table = results.table
    made = [boxesByVisit(table), boxesByHealing(table), spaghetti(table), *zoneBars(table),
            healingProbability(table, results.healing), rocCurves(table), *fhvSavFigures(table)]
    return [figure for figure in made if figure is not None]
