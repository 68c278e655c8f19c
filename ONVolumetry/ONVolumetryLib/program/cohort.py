"""Statistics and figures of a cohort from the rows of measurements.csv, and agreement of readers."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..core.errors import ONVolumetryError
from ..files.outputlock import outputLock
from .argumentparser import positiveCount

NEEDED_LIBRARIES = ("pandas", "statsmodels", "matplotlib")
HOW_TO_INSTALL = f"pip install {' '.join(NEEDED_LIBRARIES)}"
SYNTHETIC_FILE = "synthetic.csv"
DEFAULT_SEED = 1


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry cohort`."""
    parser.add_argument("tables", nargs="*", type=Path, metavar="TABLE.csv",
                        help="measurements.csv of one or many runs of measure; their rows are put together")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--visits", nargs="+", default=[], metavar="LABEL=OTHER,...",
                        help="labels that mean the same visit, such as \"3 months=3m,M3\"; LABEL alone keeps it apart")
    parser.add_argument("--covariates", nargs="+", metavar="COLUMN",
                        help="columns of the baseline table (default: sex and all that are no measurements)")
    parser.add_argument("--welch", action="store_true", help="Welch's in place of Student's two-sample t test")
    parser.add_argument("--independent-fisher", action="store_true",
                        help="also compare zones between visits as if the hips were different ones, as the paper does")
    parser.add_argument("--ratio-of-means", action="store_true",
                        help="also print ratios of means beside the means of the hips' ratios")
    parser.add_argument("--bootstraps", type=positiveCount, default=2000, metavar="N",
                        help="resamples of patients for the cut-off's interval (default 2000)")
    parser.add_argument("--readers", nargs="+", default=[], type=Path, metavar="FOLDER",
                        help="two or more folders with case files of the same hips, one a reader: agreement of readers")
    parser.add_argument("--synthetic", type=positiveCount, metavar="N",
                        help="invent N hips, write their rows to DIR and analyze them; 20 resemble the paper's")
    parser.add_argument("--seed", type=int, default=None, metavar="N",
                        help="seed of the synthetic hips and of the resamples")


def run(arguments: argparse.Namespace) -> int:
    """Analyze the cohort.

    :return: 0.
    :raises ONVolumetryError: a table or a case cannot be read, or a library is missing.
    """
    if not (arguments.tables or arguments.synthetic or arguments.readers):
        arguments.usageError("give at least one TABLE.csv, --synthetic N or --readers FOLDER FOLDER")
    if arguments.tables and arguments.synthetic:
        arguments.usageError("--synthetic makes its own rows; leave out TABLE.csv")
    if len(arguments.readers) == 1:
        arguments.usageError("--readers needs two or more folders")
    requireLibraries()
    with outputLock(arguments.output):
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    from ..cohort.analysis import analyzeCohort
    from ..cohort.output import writeCohort
    from ..cohort.results import CohortResults
    from ..cohort.table import readCohort
    from ..report.formats import plural

    settings = _settings(arguments)
    tables = [_syntheticTable(arguments)] if arguments.synthetic else arguments.tables
    readerTables, readerFigures = _readers(arguments)
    if tables:
        table = readCohort(tables, settings)
        print(f"{plural(len(table.hips), 'hip')}, {plural(len(table.rows), 'row')}, visits: "
              + ", ".join(visit.label for visit in table.visits), flush=True)
        results = analyzeCohort(table, settings, readerTables)
    else:
        results = CohortResults(None, settings, readerTables)
    written = writeCohort(results, arguments.output, readerFigures)
    print(f"Cohort report: {written[0]}")
    print(f"Numbers: {written[1]} and {written[2]}; {plural((len(written) - 3) // 2, 'figure')} as PNG and SVG")
    return 0


def requireLibraries():
    """Make sure that the libraries of the statistics are there.

    :raises ONVolumetryError: one is missing; the text says how to install them.
    """
    from importlib.util import find_spec

    missing = [name for name in NEEDED_LIBRARIES if find_spec(name) is None]
    if missing:
        raise ONVolumetryError(f"cohort: {', '.join(missing)} not installed; install with {HOW_TO_INSTALL}")


def _settings(arguments: argparse.Namespace):
    from ..cohort.settings import DEFAULT_SEED as BOOTSTRAP_SEED
    from ..cohort.settings import CohortSettings
    from ..cohort.visitkeys import parseVisitGroups

    covariates = tuple("_".join(name.split()).casefold() for name in arguments.covariates or ()) or None
    return CohortSettings(
        useWelch=arguments.welch, useIndependentFisher=arguments.independent_fisher,
        useRatioOfMeans=arguments.ratio_of_means, visitGroups=parseVisitGroups(arguments.visits),
        covariates=covariates, bootstrapCount=arguments.bootstraps,
        seed=BOOTSTRAP_SEED if arguments.seed is None else arguments.seed)


def _syntheticTable(arguments: argparse.Namespace) -> Path:
    from ..cohort.synthetic import syntheticCohort
    from ..files.filecontext import atomicPath

    cohort = syntheticCohort(arguments.synthetic, DEFAULT_SEED if arguments.seed is None else arguments.seed)
    path = arguments.output / SYNTHETIC_FILE
    with atomicPath(path) as temporary:
        temporary.write_text(cohort.csv, encoding="utf-8", newline="")
    print(f"Synthetic rows: {path}")
    for contradiction in cohort.contradictions:
        print(f"Not reproduced: {contradiction}")
    return path


def _readers(arguments: argparse.Namespace):
    if not arguments.readers:
        return (), ()
    from ..cohort.readers import readerAgreement

    return readerAgreement(arguments.readers)
