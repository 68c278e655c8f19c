"""Arguments that cannot be used are said in one line, as all errors of the program are."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

from ..files.filecontext import oneLine

BAD_USAGE = 2
# What argparse would take for an option: coordinates such as -1e-3, and -inf, whose refusal is up to the option.
NEGATIVE_NUMBER = re.compile(r"-(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|-inf(inity)?$|-nan$", re.IGNORECASE)


class OneLineParser(argparse.ArgumentParser):
    """Names the option, what is wrong with it and where help is, without argparse's lines of usage before it."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self._negative_number_matcher = NEGATIVE_NUMBER
        self.register("type", float, _number)
        self.register("type", int, _wholeNumber)

    def error(self, message: str) -> NoReturn:
        """Part of argparse: end the program with status 2."""
        self.exit(BAD_USAGE, f"error: {oneLine(message)}; see {self.prog} --help\n")


def positiveCount(text: str) -> int:
    """A whole number of at least 1."""
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return count


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error


def _wholeNumber(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from error
