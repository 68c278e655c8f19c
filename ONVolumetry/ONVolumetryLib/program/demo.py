"""Show the main job on two synthetic hips and a synthetic cohort that resemble those of the source paper."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..core.errors import ONVolumetryError
from ..phantom.presets import PRESETS
from ..phantom.writer import writePhantom
from . import cohort
from .measure import printNotes
from .measurerun import measureInto
from .resulttable import resultTable

DEFAULT_FOLDER = Path("onvolumetry-demo")
COHORT_SIZE = 20
SHOWN_PRESETS = ("healed-101", "non-healed-203")


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry demo`."""
    parser.add_argument("--output", type=Path, default=DEFAULT_FOLDER, metavar="DIR",
                        help=f"folder for the hips and their results (default {DEFAULT_FOLDER})")


def run(arguments: argparse.Namespace) -> int:
    """Make the synthetic hips, measure them and say where the reports are.

    :raises ONVolumetryError: a hip cannot be made or measured.
    """
    results = arguments.output / "results"
    cases = []
    for name in SHOWN_PRESETS:
        settings = PRESETS[name]
        print(f"Making the synthetic hip {settings.hip} ({name}) ...", flush=True)
        cases.append(writePhantom(settings, arguments.output / "hips" / settings.hip))
    print("Measuring ...\n", flush=True)
    done = measureInto(results, cases)
    for hip in done.failed:
        raise ONVolumetryError(hip.error)
    printNotes(done.hips)
    print(resultTable([hip.record for hip in done.measured]))
    for hip in done.measured:
        print(f"Report of hip {hip.record['hip']}: {results / hip.record['hip'] / 'report.html'}")
    print(f"\nInventing and analyzing a cohort of {COHORT_SIZE} hips ...", flush=True)
    return _analyzeSyntheticCohort(arguments.output / "cohort")


def _analyzeSyntheticCohort(folder: Path) -> int:
    parser = argparse.ArgumentParser()
    cohort.addArguments(parser)
    return cohort.run(parser.parse_args(["--synthetic", str(COHORT_SIZE), "--output", str(folder)]))
