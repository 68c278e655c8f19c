"""The cohort in the scene: its sources and choices, and the last result, in one text node that is saved with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..core.errors import FileError

COHORT_ATTRIBUTE = "ONVolumetry.cohort"
NODE_NAME = "ONVolumetry cohort"
SCHEMA = "onvolumetry-cohort-panel/1"


@dataclass(frozen=True)
class CohortChoices:
    """What the user chose.

    :param sources: paths of tables, case files and folders with cases, in order.
    :param readers: folders with the cases of further readers, in order.
    :param useScene: whether the hips of the scene belong to the cohort.
    :param visits: labels that mean the same visit, as "3 months=3m,M3; 6 weeks".
    """

    sources: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    useScene: bool = False
    visits: str = ""
    useWelch: bool = False
    useIndependentFisher: bool = False
    useRatioOfMeans: bool = False


@dataclass(frozen=True)
class CohortState:
    """What the scene holds of a cohort.

    :param document: cohort.json of the last run; None before the first.
    :param inputs: the choices that it was computed from.
    """

    choices: CohortChoices = CohortChoices()
    document: Mapping[str, Any] | None = None
    inputs: CohortChoices | None = None


def cohortNode(scene):
    """The node that keeps the cohort, made where the scene has none."""
    node = _found(scene)
    if node is None:
        # No singleton: those stay when a scene is closed.
        node = scene.AddNewNodeByClass("vtkMRMLTextNode", scene.GenerateUniqueName(NODE_NAME))
        node.SetAttribute(COHORT_ATTRIBUTE, "1")
        node.SetHideFromEditors(True)
    return node


def _found(scene):
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLTextNode")):
        node = scene.GetNthNodeByClass(index, "vtkMRMLTextNode")
        if node.GetAttribute(COHORT_ATTRIBUTE):
            return node
    return None


def readState(scene) -> CohortState:
    """What the scene holds; nothing is added to it.

    :raises FileError: a newer version of the module stored it.
    """
    node = _found(scene)
    text = node.GetText() if node is not None else ""
    if not text:
        return CohortState()
    try:
        stored = json.loads(text)
        if stored["schema"] != SCHEMA:
            raise FileError("the cohort of this scene was stored by a newer version of ONVolumetry; update the "
                            "extension to open it")
        inputs = stored["inputs"]
        return CohortState(_choices(stored["choices"]), stored["document"], inputs and _choices(inputs))
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise FileError("the cohort of this scene cannot be read; add its files again") from error


def writeState(scene, state: CohortState):
    """Keep the cohort in the scene."""
    import vtk

    node = cohortNode(scene)
    node.SetEncoding(vtk.VTK_ENCODING_UTF_8)
    text = json.dumps({"schema": SCHEMA, "choices": asdict(state.choices), "document": state.document,
                       "inputs": state.inputs and asdict(state.inputs)}, ensure_ascii=False)
    if text != node.GetText():
        node.SetText(text)


def _choices(stored: Mapping[str, Any]) -> CohortChoices:
    known = {field.name for field in fields(CohortChoices)}
    return CohortChoices(**{key: tuple(value) if isinstance(value, list) else value
                            for key, value in stored.items() if key in known})
