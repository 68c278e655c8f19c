"""The record of a measurement in the scene: a text node with JSON, and a table rebuilt from it.

Table nodes lose digits when a scene is saved, so the text node is what counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..core.errors import FileError
from ..files.keys import MEASUREMENTS_SCHEMA
from ..files.results import measurementsJson
from .resultrows import NOT_DONE, NOT_MEASURED, QUANTITIES, resultRows


def writeRecord(textNode, hipRecord: Mapping[str, Any]):
    """Store the record of a hip.

    :param textNode: vtkMRMLTextNode.
    :param hipRecord: as files.results.hipRecord returns it.
    """
    import vtk

    textNode.SetEncoding(vtk.VTK_ENCODING_UTF_8)
    textNode.SetText(measurementsJson([hipRecord]))


def readRecord(textNode) -> dict[str, Any] | None:
    """The record of a hip, or None where the node holds none.

    :raises FileError: the text is not a record that this version reads.
    """
    text = textNode.GetText() if textNode is not None else ""
    if not text:
        return None
    try:
        document = json.loads(text)
        if document["schema"] != MEASUREMENTS_SCHEMA:
            raise FileError(f'"{textNode.GetName()}" holds a record of the kind {document["schema"]!r}, which this '
                            "version does not read; update the extension, or measure again")
        return document["hips"][0]
    except (json.JSONDecodeError, KeyError, IndexError, TypeError) as error:
        raise FileError(f'"{textNode.GetName()}" does not hold a record of a measurement; measure again') from error


def writeTable(tableNode, hipRecord: Mapping[str, Any], titleOfKey: Callable[[str], str] = str):
    """Fill a table from the record: one row a visit, one column a quantity and its standard uncertainty.

    :param tableNode: vtkMRMLTableNode; its former content is removed.
    :param titleOfKey: title of a quantity in the user's language.
    """
    rows = {visit["visit"]: resultRows(visit, hipRecord["baseline"]) for visit in hipRecord["visits"]}
    tableNode.RemoveAllColumns()
    columns = [("visit", list(rows), "", None)]
    for index, quantity in enumerate(QUANTITIES):
        cells = [row[index] for row in rows.values()]
        columns.append((quantity.key, [cell.value for cell in cells], quantity.unit, quantity))
        if quantity.uncertainty is not None:
            texts = [cell.value if cell.value in (NOT_MEASURED, NOT_DONE) else cell.uncertainty for cell in cells]
            columns.append((f"{quantity.key}_se", texts, quantity.unit, None))
    for key, texts, unit, quantity in columns:
        _addColumn(tableNode, key, texts)
        tableNode.SetColumnTitle(key, titleOfKey(key))
        if unit:
            tableNode.SetColumnUnitLabel(key, unit)
        if quantity is not None and quantity.code is not None:
            tableNode.SetColumnProperty(key, "DICOM.QuantityCode", codedEntry(quantity.code))
    tableNode.SetUseColumnTitleAsColumnHeader(True)
    tableNode.Modified()


def codedEntry(code: tuple[str, str, str]) -> str:
    """A DICOM code in the form that 3D Slicer's tables keep.

    :param code: scheme, value, meaning.
    """
    scheme, value, meaning = code
    return f"CodeValue:{value}|CodingSchemeDesignator:{scheme}|CodeMeaning:{meaning}"


def _addColumn(tableNode, key: str, texts: list[str]):
    import vtk

    column = vtk.vtkStringArray()
    column.SetName(key)
    for text in texts:
        column.InsertNextValue(text)
    tableNode.AddColumn(column)
