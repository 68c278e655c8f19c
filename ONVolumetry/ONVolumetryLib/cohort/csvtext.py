"""CSV files as people really save them: separator, encoding and line ends found, never guessed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import FileError

SEPARATORS = (",", ";", "\t")
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
HEADER_ROW = 1


@dataclass(frozen=True)
class TextTable:
    """The cells of a CSV file as text.

    :param columns: names from the header, trimmed, in lower case with "_" for inner spaces.
    :param rowNumbers: number of each row as a spreadsheet shows it (the header is row 1).
    :param cells: one list a row, trimmed, as long as `columns`.
    :param separator: character between the cells.
    """

    path: Path
    columns: tuple[str, ...]
    rowNumbers: tuple[int, ...]
    cells: tuple[list[str], ...]
    separator: str

    def where(self, row: int | None, column: str | None = None) -> str:
        """Place in the file for an error's text; `row` as a spreadsheet counts."""
        parts = [f"row {row}" if row is not None else None, f"column {column}" if column is not None else None]
        return f"{self.path}: " + ", ".join(part for part in parts if part)


def readTextTable(path: Path, required: tuple[str, ...]) -> TextTable:
    """Read a CSV file.

    :param path: file with ',' ';' or tab between the cells, in UTF-8 or with a byte-order mark.
    :param required: columns that must be there; they also tell which separator is meant.
    :raises FileError: the file is absent, empty, not text, lacks a column or has a row of another length.
    """
    lines = _decoded(path)
    try:
        separator, lines, skipped = _separator(path, lines, required)
        records = list(csv.reader(io.StringIO(lines, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileError(f"{path}: the rows cannot be told apart (a quote or a line end is damaged); save the table as "
                        "\"CSV UTF-8\" again") from error
    columns = tuple(_columnName(name) for name in records[0])
    columns = _withoutEmptyEnd(columns)
    headerRow = HEADER_ROW + skipped
    _checkHeader(path, columns, required, headerRow)
    rowNumbers, cells = [], []
    for row, record in enumerate(records[1:], headerRow + 1):
        trimmed = [cell.strip() for cell in record]
        if not any(trimmed):
            continue
        cells.append(_fitted(path, row, trimmed, columns))
        rowNumbers.append(row)
    if not cells:
        raise FileError(f"{path}: there is a header but no row below it; give a table with at least one row")
    return TextTable(path, columns, tuple(rowNumbers), tuple(cells), separator)


def _decoded(path: Path) -> str:
    if path.is_dir():
        raise FileError(f"{path}: there is a folder where a table is wanted; give the measurements.csv inside it")
    if not path.is_file():
        raise FileError(f"{path}: no such file; correct the path")
    data = path.read_bytes()
    if not data.strip():
        raise FileError(f"{path}: the file is empty; give a table with a header and at least one row")
    if data.startswith(WORKBOOK_STARTS):
        raise FileError(f"{path}: this is a spreadsheet workbook; save it as \"CSV UTF-8\" and give that file")
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[:error.start].count(b"\n") + 1
        raise FileError(f"{path}: row {row} is not in UTF-8; save the table as \"CSV UTF-8\"") from error
    if "\0" in text:
        raise FileError(f"{path}: the file is not text; save the table as \"CSV UTF-8\"")
    return text


def _separator(path: Path, text: str, required) -> tuple[str, str, int]:
    first, _, rest = text.partition("\n")
    declared = first.strip().strip('"').lower()
    if declared.startswith("sep=") and len(declared) == 5:
        return declared[-1], rest, 1
    found = {}
    for separator in SEPARATORS:
        header = next(csv.reader([first.strip("\r")], delimiter=separator))
        found[separator] = len({_columnName(name) for name in header} & set(required))
    best = max(SEPARATORS, key=lambda separator: found[separator])
    if found[best] == 0:
        raise FileError(f"{path}: row {HEADER_ROW} is not a header with the columns {', '.join(required)}; give a "
                        "measurements.csv, or a table with these columns")
    return best, text, 0


def _columnName(name: str) -> str:
    return "_".join(name.split()).casefold()


def _withoutEmptyEnd(columns: tuple[str, ...]) -> tuple[str, ...]:
    count = len(columns)
    while count and not columns[count - 1]:
        count -= 1
    return columns[:count]


def _checkHeader(path: Path, columns, required, row: int):
    missing = [name for name in required if name not in columns]
    if missing:
        raise FileError(f"{path}: row {row}, column {missing[0]} is missing; add it, or correct the header")
    for index, name in enumerate(columns):
        if not name:
            raise FileError(f"{path}: row {row}, column {index + 1} has no name; name it, or delete the column")
        if name in columns[:index]:
            raise FileError(f"{path}: row {row}, column {name} is there twice; rename or delete one of them")


def _fitted(path: Path, row: int, cells: list[str], columns) -> list[str]:
    if len(cells) > len(columns) and not any(cells[len(columns):]):
        cells = cells[:len(columns)]
    if len(cells) == len(columns):
        return cells
    column = columns[len(cells)] if len(cells) < len(columns) else f"{len(columns) + 1}"
    raise FileError(f"{path}: row {row}, column {column}: the row has {len(cells)} cells and the header "
                    f"{len(columns)}; put quotes around texts and decimal commas that hold the separator")
