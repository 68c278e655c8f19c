"""The folder "3D regression" of a hip in the subject hierarchy, with one for every visit and one for the timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .hipnodes import HipNodes
from .patienttree import PATIENT_TAG, treeOf
from .regressionparts import PartModel, visitOf

FOLDER_NAME, TIMELINE_NAME = "3D regression", "Timeline"
FOLDER_TAG = "ONVolumetry.regression"


def toFolder(scene, hip: HipNodes, models: Sequence[PartModel], room):
    """Sort the models of a hip into its folder."""
    tree = treeOf(scene)
    folder = _folder(tree, _patientItem(tree, hip), FOLDER_NAME)
    inner: dict[str, int] = {}
    for model in models:
        visit = visitOf(model, hip.visits)
        name = TIMELINE_NAME if model.isTimeline else "" if visit is None else visit.label
        if name not in inner:
            inner[name] = _folder(tree, folder, name) if name else folder
        _place(tree, model.node, inner[name])
    _place(tree, room, folder)


def folderOf(scene, node) -> int:
    """Item of the outermost folder of the regression above a node; 0 where there is none."""
    tree = treeOf(scene)
    item, found = tree.GetItemByDataNode(node), 0
    while item and item != tree.GetSceneItemID():
        item = tree.GetItemParent(item)
        found = item if item and tree.GetItemAttribute(item, FOLDER_TAG) else found
    return found


def removeFolder(scene, nodes: Sequence) -> Callable[[], None]:
    """Note the folder of some nodes.

    :return: removes it, once its nodes are gone; what users put there moves up.
    """
    tree = treeOf(scene)
    folder = next((item for item in (folderOf(scene, node) for node in nodes) if item), 0)

    def remove():
        if folder:
            _keepOthers(tree, folder, tree.GetItemParent(folder))
            tree.RemoveItem(folder, False, True)

    return remove


def _keepOthers(tree, folder: int, above: int):
    """Move everything that is not one of this module's folders out of it."""
    for item in _children(tree, folder):
        if tree.GetItemAttribute(item, FOLDER_TAG):
            _keepOthers(tree, item, above)
        else:
            tree.SetItemParent(item, above)


def _children(tree, item: int) -> list[int]:
    import vtk

    children = vtk.vtkIdList()
    tree.GetItemChildren(item, children)
    return [children.GetId(index) for index in range(children.GetNumberOfIds())]


def _patientItem(tree, hip: HipNodes) -> int:
    """The patient under which this module sorts the hip; the root where there is none."""
    wanted = hip.patient or hip.hip
    return next((item for item in _children(tree, tree.GetSceneItemID())
                 if tree.GetItemAttribute(item, PATIENT_TAG) == wanted), tree.GetSceneItemID())


def _folder(tree, parent: int, name: str) -> int:
    item = tree.CreateFolderItem(parent, name)
    tree.SetItemAttribute(item, FOLDER_TAG, "1")
    return item


def _place(tree, node, parent: int):
    item = tree.GetItemByDataNode(node)
    # The application makes an item for every node; a scene without application does not.
    if item:
        tree.SetItemParent(item, parent)
    else:
        tree.CreateItem(parent, node)
