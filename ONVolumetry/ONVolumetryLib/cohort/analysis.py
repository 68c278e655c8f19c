"""All statistics of a cohort, in the order in which they are read."""

from __future__ import annotations

from .agreementtables import fhvSavTables
from .baselinetable import baselineTable
from .changetables import changeTables, didTables
from .descriptivetables import comparisonTables, followUpTable, measureTables, ratioOfMeansTable
from .healingtables import healingTables
from .results import CohortResults, StatisticsTable
from .settings import CohortSettings
from .table import CohortTable
from .zonetables import zoneTables


def analyzeCohort(table: CohortTable, settings: CohortSettings | None = None,
                  readerTables: tuple[StatisticsTable, ...] = ()) -> CohortResults:
    """Compute everything that the rows allow; what they do not allow has a note in its place.

    :param readerTables: agreement of readers, computed elsewhere, to be shown with the rest.
    """
    settings = settings or CohortSettings()
    tables = [followUpTable(table)]
    baseline = baselineTable(table, settings)
    tables += [baseline] if baseline else []
    tables += measureTables(table) + comparisonTables(table, settings)
    if settings.useRatioOfMeans:
        tables.append(ratioOfMeansTable(table))
    tables += changeTables(table, settings) + didTables(table, settings)
    healing, model = healingTables(table, settings)
    tables += healing + zoneTables(table, settings) + fhvSavTables(table) + list(readerTables)
    return CohortResults(table, settings, tuple(tables), model)
