"""Make a synthetic hip, or implant a synthetic lesion in a real scan, with the exact truth beside it."""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from ..core.errors import ONVolumetryError
from ..files.filecontext import namedFile
from ..files.images import readImage
from ..files.outputlock import outputLock
from ..files.serieswanted import SeriesWanted
from ..phantom.background import requireHeadInside
from ..phantom.presets import PRESETS
from ..phantom.settings import ORIENTATIONS, THINNEST_SLICE_MM, PhantomSettings, VisitPlan
from ..phantom.writer import requireWritable, writePhantom

DEFAULT_PRESET = "healed-101"
DEFAULT_MONTHS = (0.0, 3.0, 12.0)
# Argument: field of the anatomy or the scan that it sets.
ANATOMY_FIELDS = {"side": "side", "sex": "sex", "radius": "radiusMm", "lesion": "family", "axis": "axis",
                  "rim": "rimMm", "fovea": "foveaDepthMm"}
SCAN_FIELDS = {"spacing": "spacingMm", "thickness": "thicknessMm", "orientation": "orientation",
               "obliquity": "obliquityDegrees", "phase": "phase", "rotation": "rotationDegrees",
               "translation": "translationMm", "femur_turn": "femurTurnDegrees", "noise": "noisePercent",
               "bias": "biasPercent"}
ONE_SERIES = "copy the files of the wanted one into a folder of their own, and give that folder with --background"
NOT_WITH_BACKGROUND = ("spacing", "orientation", "obliquity", "gap", "bias", "fovea")


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry phantom`."""
    parser.add_argument("--output", type=Path, required=True, metavar="DIR",
                        help="folder for the case; new, empty, or that of an earlier synthetic hip")
    parser.add_argument("--preset", choices=sorted(PRESETS), default=DEFAULT_PRESET,
                        help=f"ready-made hip, which the other options change (default {DEFAULT_PRESET})")
    parser.add_argument("--seed", type=int, default=0, metavar="N",
                        help="seed of moves, slice phase, noise and the wedge's outline (default 0)")
    parser.add_argument("--hip", metavar="NAME", help="name of the hip (default: the preset's)")
    parser.add_argument("--patient", metavar="NAME",
                        help="pseudonym that ties two hips together (default: P- and the hip)")
    _addHipArguments(parser.add_argument_group("hip and lesion"))
    _addScanArguments(parser.add_argument_group("scan"))
    _addBackgroundArguments(parser.add_argument_group("real scan as background"))


def _addHipArguments(group):
    group.add_argument("--side", choices=("left", "right"), help="side of the body (default right)")
    group.add_argument("--sex", choices=("male", "female"), help="sets how much of the ball the neck takes")
    group.add_argument("--radius", type=float, metavar="MM",
                       help="radius of the head at the marrow's edge; the fovea's depth goes with it")
    group.add_argument("--lesion", choices=("cap", "cone", "wedge"), help="family of the lesion")
    group.add_argument("--percent", type=float, nargs="+", metavar="P",
                       help="lesion in percent of the head at each visit; may not rise; 0 when none is left")
    group.add_argument("--months", type=float, nargs="+", metavar="M",
                       help="months of these visits since surgery (default 0 3 12)")
    group.add_argument("--axis", type=float, nargs=3, metavar=("LATERAL", "ANTERIOR", "SUPERIOR"),
                       help="direction of the lesion from the head's center")
    group.add_argument("--rim", type=float, metavar="MM", help="thickness of the sclerotic rim (default 2)")
    group.add_argument("--fovea", type=float, metavar="MM", help="depth of the fovea, 0 for none")


def _addScanArguments(group):
    group.add_argument("--spacing", type=float, nargs=3, metavar=("X", "Y", "Z"),
                       help="pixel and slice pitch in mm (default 0.6 0.6 4)")
    thickness = group.add_mutually_exclusive_group()
    thickness.add_argument("--gap", type=float, metavar="MM", help="gap between the slices, within the pitch")
    thickness.add_argument("--thickness", type=float, metavar="MM", help="slice thickness (default: the pitch)")
    group.add_argument("--orientation", choices=ORIENTATIONS, help="of the slices (default coronal)")
    group.add_argument("--obliquity", type=float, nargs=3, metavar=("R", "A", "S"),
                       help="rotation of the slices about the patient's axes in degrees, mirrored for a left hip")
    group.add_argument("--phase", type=float, metavar="SHARE",
                       help="position of the slices as a share of the pitch, 0 to 1 (default: random at each visit)")
    group.add_argument("--rotation", type=float, metavar="DEGREES",
                       help="largest rotation of the patient between visits (default 4)")
    group.add_argument("--translation", type=float, metavar="MM",
                       help="largest shift of the patient between visits (default 4)")
    group.add_argument("--femur-turn", type=float, metavar="DEGREES",
                       help="largest turn of the femur against the pelvis between visits (default 0)")
    group.add_argument("--noise", type=float, metavar="PERCENT",
                       help="noise in percent of the marrow's signal, 0 for none (default 3)")
    group.add_argument("--bias", type=float, metavar="PERCENT",
                       help="largest deviation of the signal by the coil (default 15)")


def _addBackgroundArguments(group):
    group.add_argument("--background", type=Path, metavar="DICOM_OR_IMAGE",
                       help="image file or DICOM folder to implant the lesion in; needs --center and --radius")
    group.add_argument("--center", type=float, nargs=3, metavar=("R", "A", "S"),
                       help="center of its femoral head in RAS mm (R is positive on the patient's right)")


def run(arguments: argparse.Namespace) -> int:
    """Make the case and print the path of its case.json.

    :return: 0; errors are raised.
    """
    with _usageErrors(arguments):
        settings = settingsOf(arguments)
        requireWritable(settings, arguments.output, arguments.background is not None)
    with outputLock(arguments.output):
        return _write(arguments, settings)


def _write(arguments: argparse.Namespace, settings: PhantomSettings) -> int:
    if arguments.background is None:
        print(writePhantom(settings, arguments.output))
        return 0
    image = readImage(arguments.background, SeriesWanted(remedy=ONE_SERIES))
    with _usageErrors(arguments), namedFile(arguments.background):
        requireHeadInside(settings, image.geometry)
    print(writePhantom(settings, arguments.output, image, arguments.background.absolute().name))
    return 0


@contextmanager
def _usageErrors(arguments: argparse.Namespace):
    try:
        yield
    except ONVolumetryError as error:
        arguments.usageError(str(error))


def settingsOf(arguments: argparse.Namespace) -> PhantomSettings:
    """The preset with the changes that the arguments ask for.

    :raises ONVolumetryError: the arguments contradict each other or are out of range.
    """
    _checkBackground(arguments)
    preset = PRESETS[arguments.preset]
    given = _given(arguments, ANATOMY_FIELDS)
    anatomy = replace(preset.anatomy, **{"foveaDepthMm": 0.0, **given})
    if "foveaDepthMm" not in given:
        share = preset.anatomy.foveaDepthMm / preset.anatomy.radiusMm
        anatomy = replace(anatomy, foveaDepthMm=share * anatomy.radiusMm)
    scan = replace(preset.scan, **_given(arguments, SCAN_FIELDS))
    if arguments.gap is not None:
        scan = replace(scan, thicknessMm=_thicknessMm(scan.spacingMm[2], arguments.gap))
    if arguments.background is not None:
        anatomy = replace(anatomy, centerRas=tuple(arguments.center), foveaDepthMm=0.0)
    settings = replace(preset, anatomy=anatomy, scan=scan, seed=arguments.seed)
    if arguments.percent is not None or arguments.months is not None:
        settings = replace(settings, hip="phantom", patient=None, visits=_visits(arguments), healed=None,
                           endReason=None, endMonth=None)
    if arguments.hip is not None:
        settings = replace(settings, hip=arguments.hip, patient=None)
    return settings if arguments.patient is None else replace(settings, patient=arguments.patient)


def _given(arguments: argparse.Namespace, fields: dict[str, str]) -> dict:
    values = {field: getattr(arguments, name) for name, field in fields.items()}
    return {field: tuple(value) if isinstance(value, list) else value
            for field, value in values.items() if value is not None}


def _thicknessMm(pitchMm: float, gapMm: float) -> float:
    largest = pitchMm - THINNEST_SLICE_MM
    if not 0 <= gapMm <= largest:
        raise ONVolumetryError(f"--gap is {gapMm:g} mm; give 0 to {largest:g} mm, less than the slice pitch of "
                               f"{pitchMm:g} mm")
    return pitchMm - gapMm


def _visits(arguments: argparse.Namespace) -> tuple[VisitPlan, ...]:
    if arguments.percent is None:
        raise ONVolumetryError("--months needs --percent, one percentage for each month")
    months = arguments.months or DEFAULT_MONTHS[:len(arguments.percent)]
    if len(months) != len(arguments.percent):
        raise ONVolumetryError(f"there are {len(arguments.percent)} percentages and {len(months)} months; give "
                               "--months with one month for each percentage")
    if any(not later > earlier for earlier, later in pairwise(months)):
        raise ONVolumetryError("--months must rise from visit to visit")
    labels = ["preop" if month == 0 else f"{month:g} months" for month in months]
    return tuple(VisitPlan(*visit) for visit in zip(labels, months, arguments.percent))


def _checkBackground(arguments: argparse.Namespace):
    if arguments.background is None:
        if arguments.center is not None:
            raise ONVolumetryError("--center needs --background, the scan in which the head's center lies")
        return
    if arguments.center is None or arguments.radius is None:
        raise ONVolumetryError("--background needs --center R A S and --radius MM of the femoral head in it")
    for name in NOT_WITH_BACKGROUND:
        if getattr(arguments, name) is not None:
            raise ONVolumetryError(f"--{name} cannot be given with --background, which has its own")
