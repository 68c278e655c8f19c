"""Tables of the page, from the flat tables of statistics."""

from __future__ import annotations

from collections.abc import Sequence

from ..report.markup import Element, append, element
from .pagecolumns import COLUMNS, COMPACT
from .regression import Coefficient
from .results import COMPARED, Cell, StatisticsTable

PIVOTED_BY_ZONE = ("_zones", "_regenerated", "_mcnemar", "_independent_fisher")
FOOTNOTE_MARKS = "abcdefghijklmnopqrstuvwxyz"


class Footnotes:
    """Notes below a table, each printed once however often it applies."""

    def __init__(self):
        self.texts: list[str] = []

    def mark(self, text: str | None) -> Element | None:
        if not text:
            return None
        if text not in self.texts:
            self.texts.append(text)
        index = self.texts.index(text)
        letters = FOOTNOTE_MARKS[index % 26] * (index // 26 + 1)
        return element("sup", {}, letters)

    def block(self) -> Element | None:
        if not self.texts:
            return None
        block = element("p", {"class": "footnotes"})
        for index, text in enumerate(self.texts):
            letters = FOOTNOTE_MARKS[index % 26] * (index // 26 + 1)
            append(block, " " if index else None, element("sup", {}, letters), f"\u00a0{text}.")
        return block


def tableElements(table: StatisticsTable) -> list[Element]:
    """Heading, definition, table or tables and notes of one table of statistics."""
    notes = Footnotes()
    made = [element("h3", {"id": table.key}, table.title), element("p", {"class": "hint"}, table.definition)]
    if table.key == "baseline":
        made.append(_baseline(table, notes))
    elif table.key.endswith(PIVOTED_BY_ZONE):
        made.append(_byZone(table, notes))
    else:
        kinds = _byKind(table.cells)
        for cells in kinds:
            made += _plainTable(table.title, cells, notes, len(kinds) > 1)
    block = notes.block()
    made += [block] if block is not None else []
    made += [element("p", {"class": "footnotes"}, f"Note: {note}.") for note in table.notes]
    return made


def _byKind(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells that share their columns, in order of first appearance; notes stand with others of their item."""
    kindOfItem = {}
    for cell in cells:
        if cell.statistics is not None:
            kindOfItem.setdefault(_itemStart(cell), type(cell.statistics))
    kinds: dict[type | None, list[Cell]] = {}
    for cell in cells:
        kind = kindOfItem.get(_itemStart(cell)) if cell.statistics is None else type(cell.statistics)
        kinds.setdefault(kind, []).append(cell)
    return list(kinds.values())


def _itemStart(cell: Cell) -> str:
    return cell.item.partition(":")[0]


def _plainTable(caption: str, cells: Sequence[Cell], notes: Footnotes, isOneOfMany: bool) -> list[Element]:
    kind = next((type(cell.statistics) for cell in cells if cell.statistics is not None), None)
    columns = COLUMNS[kind] if kind else ()
    # A coefficient has no n of its own; its regression's stands before it.
    counts = kind is Coefficient
    used = [name for name, isUsed in (("group", {cell.group for cell in cells} not in ({""}, {COMPARED})),
                                      ("visit", any(cell.visit for cell in cells)),
                                      ("item", len({cell.item for cell in cells}) > 1)) if isUsed]
    # A statistic that all rows share is their heading rather than a column.
    heading = cells[0].item if isOneOfMany and "item" not in used else ""
    heads = {"group": "Group", "visit": "Visit", "item": "Statistic"}
    head = element("tr", {}, *(element("th", {"scope": "col", "class": "names"}, heads[name]) for name in used),
                   element("th", {"scope": "col"}, "n") if counts else None,
                   *(element("th", {"scope": "col"}, title) for title, _ in columns))
    body, previous = element("tbody"), {}
    for cell in cells:
        row = element("tr")
        for name in used:
            text = getattr(cell, name)
            isRepeated = previous.get(name) == text and name != "item" and all(
                previous.get(other) == getattr(cell, other) for other in used[:used.index(name)])
            append(row, element("th", {"scope": "row", "class": "again" if isRepeated else None}, text))
        if counts and cell.statistics is not None:
            append(row, element("td", {}, str(cell.count)))
        previous = {name: getattr(cell, name) for name in used}
        _fillRow(row, cell, columns, notes)
        append(body, row)
    table = _scroll(caption, element("table", {"class": "cohort"}, element("caption", {}, caption),
                                     element("thead", {}, head), body))
    return [element("h4", {}, heading[0].upper() + heading[1:]), table] if heading else [table]


def _fillRow(row: Element, cell: Cell, columns, notes: Footnotes):
    if cell.statistics is None:
        width = max(1, len(columns)) + (columns is COLUMNS[Coefficient])
        append(row, element("td", {"class": "absent", "colspan": width}, cell.note or "not computed"))
        return
    for index, (_, text) in enumerate(columns):
        isLast = index == len(columns) - 1
        append(row, element("td", {}, text(cell.statistics), notes.mark(cell.note) if isLast else None))


def _compact(cell: Cell, notes: Footnotes) -> list[Element | str | None]:
    if cell.statistics is None:
        return ["\u2013", notes.mark(cell.note)]
    return [COMPACT[type(cell.statistics)](cell.statistics), notes.mark(cell.note)]


def _pivot(caption: str, rowHeads: Sequence[str], rows: dict[tuple[str, ...], dict[str, list]],
           columns: Sequence[str]) -> Element:
    head = element("tr", {}, *(element("th", {"scope": "col", "class": "names"}, text) for text in rowHeads),
                   *(element("th", {"scope": "col"}, text) for text in columns))
    body = element("tbody")
    for key, entries in rows.items():
        row = element("tr", {}, *(element("th", {"scope": "row"}, text) for text in key))
        for column in columns:
            append(row, element("td", {}, *entries.get(column, [""])))
        append(body, row)
    return _scroll(caption, element("table", {"class": "cohort"}, element("caption", {}, caption),
                                    element("thead", {}, head), body))


def _byZone(table: StatisticsTable, notes: Footnotes) -> Element:
    rows: dict[tuple[str, ...], dict[str, list]] = {}
    zones: dict[str, None] = {}
    for cell in table.cells:
        zone = cell.item.partition(",")[0]
        zones[zone] = None
        rows.setdefault((cell.visit, cell.group), {})[zone] = _compact(cell, notes)
    return _pivot(table.title, ("Visit", "Group"), rows, list(zones))


def _baseline(table: StatisticsTable, notes: Footnotes) -> Element:
    rows: dict[tuple[str, ...], dict[str, list]] = {}
    groups: dict[str, None] = {}
    firstRow: dict[str, tuple[str, ...]] = {}
    for cell in table.cells:
        name = cell.item.partition(",")[0]
        groups[cell.group] = None
        covariate = name.partition(" = ")[0]
        key = firstRow.setdefault(covariate, (name,)) if "," in cell.item else (name,)
        firstRow.setdefault(covariate, key)
        entry = rows.setdefault(key, {}).setdefault(cell.group, [])
        if entry:
            entry.append("; ")
        entry += _compact(cell, notes)
    return _pivot(table.title, ("Characteristic",), rows, list(groups))


def _scroll(caption: str, table: Element) -> Element:
    return element("div", {"class": "scroll", "tabindex": 0, "role": "region", "aria-label": caption}, table)
