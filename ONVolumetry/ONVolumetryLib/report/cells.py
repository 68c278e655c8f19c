"""What stands in one cell of a table: a value with its interval, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.ratios import SIZE, Change, Estimate, Limits
from .formats import NO_BASELINE, NOT_DONE, NOT_MEASURED, interval, number
from .markup import Element, element


@dataclass(frozen=True)
class Cell:
    """A value as text.

    :param detail: its 95 % interval, or a remark in smaller print.
    :param isAbsent: whether the text says why there is no value.
    :param isText: whether it is words, not a number.
    """

    text: str
    detail: str | None = None
    isAbsent: bool = False
    isText: bool = False


@dataclass(frozen=True)
class Row:
    """One quantity of a table.

    :param term: key of its definition in the glossary, or None.
    :param cellOf: gives the cell of a visit that was done; None = not measured.
    """

    name: str
    unit: str
    term: str | None
    cellOf: Callable[[VisitMeasurement], Cell | None]


@dataclass(frozen=True)
class RowGroup:
    """Rows that belong together, under one heading.

    :param remark: explains them, below them; None = nothing to explain.
    :param notDone: what stands at a visit that was not done.
    """

    title: str
    rows: tuple[Row, ...]
    remark: Element | None = None
    notDone: str = NOT_DONE


def estimateCell(estimate: Estimate | None, decimals: int, limits: Limits = SIZE) -> Cell | None:
    """A value with its 95 % interval, which is cut at the limits of what is possible."""
    if estimate is None:
        return None
    return Cell(number(estimate.value, decimals), interval(estimate, decimals, limits) or "uncertainty not known")


def numberCell(value: float | None, decimals: int) -> Cell | None:
    """A value that has no interval."""
    return None if value is None else Cell(number(value, decimals))


def textCell(text: str | None) -> Cell | None:
    """Words; None where there are none."""
    return Cell(text, isText=True) if text else None


def changeCell(measurement: HipMeasurement, visit: VisitMeasurement, cellOf: Callable[[Change], Cell | None]):
    """A cell that compares with the baseline visit."""
    if visit.label == measurement.baseline:
        return Cell("baseline", isAbsent=True)
    if measurement.baseline is None:
        return Cell(NO_BASELINE, isAbsent=True)
    if visit.month <= 0:
        return Cell("before baseline", isAbsent=True)
    return None if visit.changeFromBaseline is None else cellOf(visit.changeFromBaseline)


def tableElement(caption: str, groups: tuple[RowGroup, ...], visits: tuple[VisitMeasurement, ...],
                 definitions: dict[str, str], columnCount: int) -> Element:
    """A table with one column a visit.

    :param columnCount: columns to leave room for, so that tables below each other have columns of one width.
    :param definitions: meaning by term, shown as a tooltip of the row's name.
    """
    head = element("tr", {}, element("th", {"scope": "col"}, "Quantity"))
    for visit in visits:
        month = element("span", {"class": "month"}, f"month {visit.month:g}".replace("-", "\u2212"))
        head.append(element("th", {"scope": "col"}, visit.label, month))
    columns = element("colgroup", {}, element("col", {"class": "names"}), element("col", {"span": columnCount}))
    table = element("table", {"class": "values", "style": f"--visits: {columnCount}"},
                    element("caption", {}, caption), columns, element("thead", {}, head))
    for group in groups:
        body = element("tbody", {}, element("tr", {"class": "group"}, element(
            "th", {"scope": "rowgroup", "colspan": len(visits) + 1}, group.title)))
        for index, row in enumerate(group.rows):
            body.append(_rowElement(row, visits, definitions, group if index == 0 else None))
        if group.remark is not None:
            body.append(element("tr", {"class": "remark"}, element("td", {"colspan": len(visits) + 1}, group.remark)))
        table.append(body)
    scroll = element("div", {"class": "scroll", "tabindex": 0, "role": "region", "aria-label": caption}, table)
    swipe = element("p", {"class": "hint swipe"}, "Swipe a wide table sideways to see all visits.")
    return element("div", {}, *([swipe] if len(visits) > 1 else []), scroll)


def _rowElement(row: Row, visits, definitions, groupToOpen: RowGroup | None) -> Element:
    """:param groupToOpen: the row's group, where it is the first of it."""
    name = row.name
    if row.term is not None:
        name = element("a", {"href": f"#term-{row.term}", "title": definitions[row.term]}, row.name)
    unit = element("span", {"class": "unit"}, f" {row.unit}") if row.unit else None
    made = element("tr", {}, element("th", {"scope": "row"}, name, unit))
    for visit in visits:
        if visit.done:
            made.append(_cellElement(row.cellOf(visit) or Cell(NOT_MEASURED, isAbsent=True)))
        elif groupToOpen is not None:
            made.append(element("td", {"class": "absent", "rowspan": len(groupToOpen.rows)}, groupToOpen.notDone))
    return made


def _cellElement(cell: Cell) -> Element:
    if cell.isAbsent:
        return element("td", {"class": "absent"}, cell.text)
    detail = element("span", {"class": "interval"}, cell.detail) if cell.detail else None
    return element("td", {}, element("span", {"class": "value text" if cell.isText else "value"}, cell.text), detail)
