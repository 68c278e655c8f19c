"""The case that a hip was opened from, for what the scene does not hold: landmarks, stages, zones, transforms.

The scene keeps it without a way to any place outside the case folder; whole it is known until the scene is closed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from ..files.case import Case, caseAsJson
from ..files.caseparser import parseCase
from .parameterschema import HIP_ATTRIBUTE
from .sessionpaths import note, noted

CASE_PARAMETER, FOLDER_PARAMETER = "sourceCase", "sourceFolder"
# Older versions saved the path of a volume's file here.
FILE_ATTRIBUTE = "ONVolumetry.sourceFile"
FILE, CASE, FOLDER = "file", "case", "folder"
# What they name is in nodes of the scene.
FILES_IN_SCENE = ("image", "series_instance_uid", "series_number", "segmentation")
PATH_KEYS = ("landmarks", "source_dicom", "transform_to_baseline")
UNKNOWN_FOLDER = Path(os.path.abspath(os.sep)) / "the folder of the case is not known"


def keepSource(node, case: Case) -> str:
    """Keep the case of a hip until the scene is closed.

    :param node: vtkMRMLScriptedModuleNode of the hip.
    :param case: as read from its file.
    :return: the text that may be saved with the scene.
    """
    folder = Path(case.path).absolute().parent
    return _keep(node, caseAsJson(case, folder), str(folder))


def sourceOf(node, stored: str) -> Case | None:
    """The case of a hip.

    :param node: vtkMRMLScriptedModuleNode of the hip.
    :param stored: the text that was saved with the scene.
    :return: None for a hip that was not opened from a case. Where the scene was opened from a file, the paths start at
        UNKNOWN_FOLDER.
    """
    whole, folder = noted(node, CASE), noted(node, FOLDER)
    if not whole and not stored:
        return None
    return parseCase(json.loads(whole or stored), Path(folder) if folder else UNKNOWN_FOLDER, requireFiles=False)


def sourceFolder(node) -> str:
    """Folder of the case of a hip, "" where it is not known."""
    return noted(node, FOLDER)


def caseInFolder(case: Case, folder: Path) -> Case:
    """The case with paths whose folder is not known looked for in another folder."""
    def found(path: Path | None) -> Path | None:
        return folder / path.relative_to(UNKNOWN_FOLDER) if path and path.is_relative_to(UNKNOWN_FOLDER) else path

    visits = tuple(replace(visit, landmarks=found(visit.landmarks), sourceDicom=found(visit.sourceDicom),
                           transformToBaseline=found(visit.transformToBaseline)) for visit in case.visits)
    return replace(case, visits=visits, landmarks=found(case.landmarks), sourceDicom=found(case.sourceDicom))


def noteFile(volumeNode, path):
    """Keep the path of a volume's file until the scene is closed."""
    note(volumeNode, FILE, str(path))


def notedFile(volumeNode) -> str:
    """Path of a volume's file, "" where it is not known."""
    return noted(volumeNode, FILE)


def takePathsOutOfScene(scene):
    """Keep the paths that an older version saved until the scene is closed, and save them no more."""
    for volume in _nodes(scene, "vtkMRMLScalarVolumeNode"):
        if volume.GetAttribute(FILE_ATTRIBUTE) is not None:
            noteFile(volume, volume.GetAttribute(FILE_ATTRIBUTE))
            volume.RemoveAttribute(FILE_ATTRIBUTE)
    for node in _nodes(scene, "vtkMRMLScriptedModuleNode"):
        folder = node.GetParameter(FOLDER_PARAMETER) if node.GetAttribute(HIP_ATTRIBUTE) else ""
        if folder:
            node.SetParameter(CASE_PARAMETER, _keep(node, json.loads(node.GetParameter(CASE_PARAMETER)), folder))
            node.SetParameter(FOLDER_PARAMETER, "")


def _keep(node, data: Mapping[str, Any], folder: str) -> str:
    note(node, CASE, json.dumps(data))
    note(node, FOLDER, folder)
    return json.dumps({**_withoutPlaces(data), "visits": [_withoutPlaces(visit) for visit in data["visits"]]})


def _withoutPlaces(holder: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in holder.items()
            if key not in FILES_IN_SCENE and not (key in PATH_KEYS and _isElsewhere(value))}


def _isElsewhere(path: str) -> bool:
    """Whether a path of a case leads out of its folder."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return os.path.isabs(path) or path.startswith("/") or ":" in path or ".." in parts


def _nodes(scene, className: str) -> list:
    return [scene.GetNthNodeByClass(index, className) for index in range(scene.GetNumberOfNodesByClass(className))]
