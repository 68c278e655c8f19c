"""Show the main job on two synthetic hips that resemble the illustrated cases of the source paper."""

from __future__ import annotations

from pathlib import Path

DEFAULT_FOLDER = Path("onvolumetry-demo")
SHOWN_PRESETS = ("healed-101", "non-healed-203")


def addArguments(parser: argparse.ArgumentParser):
    """Declare the arguments of `onvolumetry demo`."""
    parser.add_argument("--output", type=Path, default=DEFAULT_FOLDER, metavar="DIR",
                        help=f"folder for the hips and their results (default {DEFAULT_FOLDER})")
