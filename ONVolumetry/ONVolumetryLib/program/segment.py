"""Outline head and lesion from points inside them, to be looked at and corrected by a reader."""

from __future__ import annotations

import argparse
import dataclasses
import math
from pathlib import Path

from ..core.errors import CaseError
from ..core.outlining.spheresearch import POLARITIES
from ..files.case import Case, CaseVisit, readCase, writeCase
from ..files.filecontext import namedFile
from .visitoutlining import Seeds, outlineVisit


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry segment`."""
    parser.add_argument("case", type=Path, metavar="CASE.json", help="case file of one hip, or its folder")
    parser.add_argument("--visit", metavar="LABEL", help="visit to outline (default: the first without outlines)")
    parser.add_argument("--seed-head", nargs=3, type=_finiteMm, metavar=("R", "A", "S"),
                        help="a point within 8 mm of the middle of the femoral head, mm; without it, a follow-up "
                             "starts from the baseline's head, and a head that is outlined already is kept")
    parser.add_argument("--seed-lesion", nargs=3, type=_finiteMm, action="append", default=[], metavar=("R", "A", "S"),
                        help="a point inside the lesion, mm; may be given several times, best on two or three slices")
    parser.add_argument("--seed-background", nargs=3, type=_finiteMm, action="append", default=[],
                        metavar=("R", "A", "S"), help="a point of the head outside the lesion, mm")
    parser.add_argument("--polarity", choices=POLARITIES,
                        help="whether marrow is bright (T1, PD, T2, CT) or dark (fat-suppressed); recognized otherwise")
    parser.add_argument("--without-rim", action="store_true", help="leave the dark sclerotic rim out of the lesion")
    parser.add_argument("--replace", action="store_true", help="replace outlines that the visit has already")


def run(arguments: argparse.Namespace) -> int:
    """Outline one visit and note its segmentation in the case.

    :return: 0; what cannot be outlined raises.
    """
    path = arguments.case / "case.json" if arguments.case.is_dir() else arguments.case
    case = readCase(path)
    with namedFile(path):
        visit = _visit(case, arguments.visit)
        seeds = Seeds(arguments.seed_head, tuple(map(tuple, arguments.seed_lesion)),
                      tuple(map(tuple, arguments.seed_background)), arguments.polarity, not arguments.without_rim)
        target = visit.segmentation or path.absolute().parent / f"{_fileName(visit.label)}.seg.nrrd"
        lines = outlineVisit(case, visit, seeds, target, arguments.replace)
        if visit.segmentation is None:
            visits = tuple(dataclasses.replace(other, segmentation=target) if other is visit else other
                           for other in case.visits)
            writeCase(path, dataclasses.replace(case, visits=visits))
    for line in lines:
        print(line)
    print(f"Written to {target}, status in progress: look at the outlines and correct them before they are used.")
    return 0


def _finiteMm(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number in mm; give R A S in mm")
    return value


def _visit(case: Case, label: str | None) -> CaseVisit:
    done = [visit for visit in case.visits if visit.done]
    if label is None:
        chosen = next((visit for visit in done if visit.segmentation is None), done[0] if len(done) == 1 else None)
    else:
        chosen = next((visit for visit in done if visit.label.strip().casefold() == label.strip().casefold()), None)
    if chosen is None:
        names = ", ".join(f'"{visit.label}"' for visit in done) or "none"
        raise CaseError(f"say with --visit which visit to outline; there are: {names}")
    if chosen.image is None:
        raise CaseError(f'the visit "{chosen.label}" has no image to outline; add "image" to it')
    return chosen


def _fileName(label: str) -> str:
    plain = "".join(character if character.isalnum() or character in "-_" else "-" for character in label)
    return plain.strip("-") or "visit"
