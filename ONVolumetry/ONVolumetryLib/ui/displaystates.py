"""Changes where nodes are displayed, and gives that back as it was, even after the scene was saved meanwhile."""

from __future__ import annotations

import slicer

BEFORE_ATTRIBUTE = "ONVolumetry.displayBefore"


def display(displayNode, isVisible: bool, viewIds):
    """Show a display node in some views, and note with the node how it was shown before.

    :param viewIds: IDs of view nodes; empty for all views.
    """
    before = (bool(displayNode.GetVisibility()), tuple(displayNode.GetViewNodeIDs()))
    if displayNode.GetAttribute(BEFORE_ATTRIBUTE) is None:
        displayNode.SetAttribute(BEFORE_ATTRIBUTE, " ".join(("1" if before[0] else "0", *before[1])))
    wanted = (bool(isVisible), tuple(viewIds))
    if wanted != before:
        _apply(displayNode, *wanted)


def restoreDisplays():
    """Show all nodes of the scene as they were shown before."""
    for node in slicer.util.getNodesByClass("vtkMRMLDisplayNode"):
        text = node.GetAttribute(BEFORE_ATTRIBUTE)
        if text is not None:
            isVisible, *viewIds = text.split(" ")
            node.RemoveAttribute(BEFORE_ATTRIBUTE)
            _apply(node, isVisible == "1", viewIds)


def _apply(displayNode, isVisible: bool, viewIds):
    wasModified = displayNode.StartModify()
    displayNode.SetVisibility(isVisible)
    if tuple(displayNode.GetViewNodeIDs()) != tuple(viewIds):
        displayNode.RemoveAllViewNodeIDs()
        for viewId in viewIds:
            displayNode.AddViewNodeID(viewId)
    displayNode.EndModify(wasModified)
