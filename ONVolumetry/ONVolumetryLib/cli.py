"""The program: onvolumetry measure | segment | cohort | phantom | demo | import | export."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence

from . import __version__
from .core.errors import ONVolumetryError
from .program import cohort, demo, exportdicom, importdicom, measure, phantom, segment
from .program.argumentparser import OneLineParser

DONE, FAILED, INTERRUPTED = 0, 1, 130


def main(argumentList: Sequence[str] | None = None) -> int:
    """Run the program.

    :param argumentList: arguments without the program's name; those of the process where None.
    :return: 0 all done, 1 at least one case failed, 2 bad usage.
    """
    arguments, unknown = _parser().parse_known_args(argumentList)
    if unknown:
        arguments.usageError(f"there is no such argument: {' '.join(unknown)}")
    try:
        return arguments.run(arguments)
    except ONVolumetryError as error:
        if arguments.debug:
            traceback.print_exc()
        _printError(error)
    except KeyboardInterrupt:
        print("error: interrupted; nothing half-written was left", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        if arguments.debug:
            raise
        name = error.filename if error.filename is not None else "file system"
        print(f"error: {name}: {error.strerror or error}; check the path, the permissions and the free space",
              file=sys.stderr)
    return FAILED


def _printError(error: ONVolumetryError):
    print(f"error: {error}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="onvolumetry",
        description="Volume of osteonecrosis of the femoral head on MRI, its change over time, and the uncertainty "
                    "of both. For research; not a medical device.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in (("measure", measure), ("segment", segment), ("cohort", cohort), ("phantom", phantom),
                         ("demo", demo), ("import", importdicom), ("export", exportdicom)):
        summary = (module.__doc__ or "").strip().splitlines()[0]
        command = commands.add_parser(name, help=summary, description=summary)
        module.addArguments(command)
        command.add_argument("--debug", action="store_true", help="show the full traceback of an error")
        command.set_defaults(run=module.run, usageError=command.error)
    return parser


if __name__ == "__main__":
    sys.exit(main())
