"""The change map of a follow-up in the scene: a segmentation on the baseline's fine grid, for slice and 3D views."""

from __future__ import annotations

from ..core.changemap import ChangeMap
from ..files.changefile import COMPLETED, SEGMENTS
from ..files.segment import Segment
from .hipnodes import HipNodes, VisitNodes
from .pairnodes import ownedPairs
from .segmentwriting import addSegment, setReferenceGrid
from .visittransforms import baselineOfChange

CHANGE_ATTRIBUTE = "ONVolumetry.changeMap"
CHANGED_ROLE, UNCHANGED_ROLE = "ONVolumetry.changeOf", "ONVolumetry.changeSince"
UNCERTAIN = "uncertain"
FILL_OPACITY, SHELL_OPACITY = 0.45, 0.2


def changeNode(hip: HipNodes, visit: VisitNodes):
    """The segmentation that shows the change at a visit, or None."""
    node = visit.segmentation
    scene = None if node is None else node.GetScene()
    baseline = baselineOfChange(hip.visits)
    if scene is None or baseline is None or baseline.segmentation is node:
        return None
    for found in changeNodes(scene):
        pair = found.GetNodeReference(CHANGED_ROLE), found.GetNodeReference(UNCHANGED_ROLE)
        if pair[0] is node and pair[1] is baseline.segmentation:
            return found
    return None


def changeNodes(scene) -> list:
    """Segmentations of the scene that show change."""
    name = "vtkMRMLSegmentationNode"
    nodes = [scene.GetNthNodeByClass(index, name) for index in range(scene.GetNumberOfNodesByClass(name))]
    return [node for node in nodes if node.GetAttribute(CHANGE_ATTRIBUTE)]


def makeChangeNode(scene, hip: HipNodes, visit: VisitNodes, change: ChangeMap):
    """Show a change map; an earlier one of the same visit is replaced.

    The grid is that of the baseline's world, so that it lies on the baseline's volume without any transform.

    :param visit: follow-up that the map is of.
    :return: vtkMRMLSegmentationNode with the segments regenerated, persistent, new and uncertain, in this order.
    """
    baseline = baselineOfChange(hip.visits)
    node = changeNode(hip, visit)
    if node is None:
        name = scene.GenerateUniqueName(f"{hip.hip} {visit.label} change")
        node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
        node.SetAttribute(CHANGE_ATTRIBUTE, "1")
        node.SetNodeReferenceID(CHANGED_ROLE, visit.segmentation.GetID())
        node.SetNodeReferenceID(UNCHANGED_ROLE, baseline.segmentation.GetID())
        node.CreateDefaultDisplayNodes()
        # Whoever shows it says so, and hides it again.
        node.GetDisplayNode().SetVisibility(False)
    _fill(node, change)
    return node


def updateChangeNodes(scene, hip: HipNodes, measurement):
    """Bring the change maps that the scene holds up to date; one that is measured no longer is removed.

    :param measurement: HipMeasurement of the hip.
    """
    for visit in hip.visits:
        node = changeNode(hip, visit)
        if node is None:
            continue
        change = measurement.visit(visit.label).changeMap
        if change is None:
            removeChangeNode(scene, node)
        else:
            _fill(node, change)


def removeRegistrations(scene, hip: HipNodes):
    """Take the transforms and change maps of a hip out of the scene."""
    for visit in hip.visits:
        change = changeNode(hip, visit)
        if change is not None:
            removeChangeNode(scene, change)
    for node in () if hip.owner is None else ownedPairs(hip.owner):
        scene.RemoveNode(node)


def removeChangeNode(scene, node):
    """Take a change map out of the scene."""
    displays = [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]
    for part in (*displays, node):
        scene.RemoveNode(part)


def _fill(node, change: ChangeMap):
    segmentation = node.GetSegmentation()
    wasModified = node.StartModify()
    segmentation.RemoveAllSegments()
    setReferenceGrid(node, change.grid)
    for part, name, color in SEGMENTS:
        addSegment(node, Segment(name, getattr(change, part), part, color, COMPLETED))
    node.EndModify(wasModified)
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(FILL_OPACITY)
    # A shell around everything would hide what is inside.
    display.SetSegmentVisibility3D(UNCERTAIN, False)
    display.SetSegmentOpacity2DFill(UNCERTAIN, SHELL_OPACITY)
    display.SetSegmentOpacity2DOutline(UNCERTAIN, SHELL_OPACITY)
    node.CreateClosedSurfaceRepresentation()
