"""The text of a cell as a number or a yes or no; what is ambiguous is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from ..core.errors import FileError
from .csvtext import TextTable

NOT_MEASURED = frozenset({"", ".", "na", "n/a", "nan", "none", "null"})
YES, NO = frozenset({"1", "true", "yes", "1.0", "y"}), frozenset({"0", "false", "no", "0.0", "n"})
# The least and the most that a column can hold; None = no limit.
# A lesion of the whole head may be more than its sphere.
LIMITS = {"onv_percent": (0, 100), "onv_percent_sav": (0, None), "onv_cm3": (0, None), "fhv_cm3": (0, None),
          "sav_cm3": (0, None)}
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
# "1,234" may be a thousand or a little more than one.
THOUSANDS_LIKE = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
SURE_COMMA = re.compile(r"[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+|\d{4,},\d+)([eE][+-]?\d+)?")


def usesDecimalCommas(table: TextTable, columns: Sequence[str]) -> bool:
    """Whether a cell of these columns can only be read with the comma as decimal sign."""
    places = [table.columns.index(name) for name in columns]
    return any("," in row[place] and SURE_COMMA.fullmatch(_bare(row[place])[0])
               for row in table.cells for place in places)


def usesDecimalPoints(table: TextTable, columns: Sequence[str]) -> bool:
    """Whether a cell of these columns has a point that can only be a decimal sign."""
    places = [table.columns.index(name) for name in columns]
    return any("." in row[place] and SURE_COMMA.fullmatch(_bare(row[place])[0].replace(".", ","))
               for row in table.cells for place in places)


class NumberReader:
    """Reads the numbers of one table, whose cells together tell what a comma means.

    :param numberColumns: all columns of the table that hold numbers.
    """

    def __init__(self, table: TextTable, numberColumns: Sequence[str]):
        self.table = table
        self.hasCommas = usesDecimalCommas(table, numberColumns)
        # Points are doubtful only beside commas.
        self.hasPoints = self.hasCommas and usesDecimalPoints(table, numberColumns)

    def column(self, name: str) -> list[float]:
        """Numbers of a column, NaN where a cell says "not measured".

        :raises FileError: a cell is not a number, may mean two, or cannot be; the text names row and column.
        """
        place = self.table.columns.index(name)
        values = [self.number(row[place], number, name) for number, row in zip(self.table.rowNumbers, self.table.cells)]
        if name in LIMITS:
            self._refuseImpossible(values, name)
        return values

    def _refuseImpossible(self, values: Sequence[float], name: str):
        least, most = LIMITS[name]
        for row, value in zip(self.table.rowNumbers, values):
            if value < least or (most is not None and value > most):
                what = f"is below {least}" if most is None else f"is not between {least} and {most}"
                raise FileError(f"{self.table.where(row, name)}: {value:g} {what}; correct it, or leave the cell empty "
                                "for \"not measured\"")

    def number(self, text: str, row: int, column: str) -> float:
        """One cell as a number, NaN for "not measured"."""
        # The common case: digits and at most a point, in a table without decimal commas.
        if text == "":
            return math.nan
        if not self.hasCommas:
            try:
                value = float(text)
                if math.isfinite(value) and "_" not in text:
                    return value
            except ValueError:
                pass
        return self._unusual(text, row, column)

    def _unusual(self, text: str, row: int, column: str) -> float:
        where = self.table.where(row, column)
        if text.casefold() in NOT_MEASURED:
            return math.nan
        bare, isPercent = _bare(text)
        if isPercent and "percent" not in column:
            raise FileError(f"{where}: {text!r} is a percentage in a column that holds none; give the number in the "
                            "column's unit")
        if "," in bare and "." in bare:
            raise FileError(f"{where}: {text!r} has a comma and a point; write the number without a thousands "
                            "separator")
        self._refuseAmbiguous(bare, text, where)
        if DECIMAL_COMMA.fullmatch(bare):
            bare = bare.replace(",", ".")
        try:
            value = float(bare)
        except ValueError:
            value = math.inf
        if not math.isfinite(value) or "_" in bare:
            raise FileError(f"{where}: {text!r} is not a number; correct it, or leave the cell empty for \"not "
                            "measured\"")
        return value

    def _refuseAmbiguous(self, bare: str, text: str, where: str):
        if not THOUSANDS_LIKE.fullmatch(bare):
            return
        isComma = "," in bare
        isSettled = (self.hasCommas and not self.hasPoints) if isComma else not self.hasCommas
        if not isSettled:
            raise FileError(f"{where}: {text!r} may be a decimal number or thousands; use '.' as decimal sign in the "
                            "whole table and no thousands separator")


def yesOrNo(text: str, where: str) -> bool | None:
    """A cell as yes (1, true, yes) or no (0, false, no), None where it is empty.

    :param where: place of the cell for the error's text.
    :raises FileError: the cell says something else.
    """
    key = text.casefold()
    if key in NOT_MEASURED:
        return None
    if key in YES:
        return True
    if key in NO:
        return False
    raise FileError(f"{where}: {text!r} is neither yes nor no; write 1 or 0, true or false, yes or no")


def _bare(text: str) -> tuple[str, bool]:
    """Text without percent sign and with a plain minus, and whether it had a percent sign."""
    bare = text.replace("\u2212", "-").replace("\u00a0", " ").strip()
    isPercent = bare.endswith("%")
    return (bare[:-1].strip() if isPercent else bare), isPercent
