"""Where files are on this computer: known while a scene is open, never saved with it.

Folders are often named after patients and users, and a scene is handed to colleagues.
"""

from __future__ import annotations

SESSION_ATTRIBUTE = "ONVolumetry.session"


def note(node, name: str, value: str):
    """Keep a text for a node until the scene is closed.

    :param node: MRML node of a scene.
    :param name: what the text is.
    """
    _sessionNode(node.GetScene()).SetParameter(f"{node.GetID()} {name}", value)


def noted(node, name: str) -> str:
    """The text that was kept for a node, "" where there is none."""
    session = None if node.GetScene() is None else _findSessionNode(node.GetScene())
    return "" if session is None else session.GetParameter(f"{node.GetID()} {name}")


def _findSessionNode(scene):
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode")):
        node = scene.GetNthNodeByClass(index, "vtkMRMLScriptedModuleNode")
        if node.GetAttribute(SESSION_ATTRIBUTE):
            return node
    return None


def _sessionNode(scene):
    import slicer

    found = _findSessionNode(scene)
    if found is not None:
        return found
    node = slicer.vtkMRMLScriptedModuleNode()
    node.SetName("ONVolumetry session")
    node.SetAttribute(SESSION_ATTRIBUTE, "1")
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    return scene.AddNode(node)
