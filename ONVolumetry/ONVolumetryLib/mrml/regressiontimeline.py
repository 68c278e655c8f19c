"""The lesion over time as sequences of 3D Slicer: display models at few times, which its own tools step through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..scene3d.styles import HEAD, LESION, ORIGINAL, STYLES
from .regressionparts import PartModel, addPart, surfaceOf

INDEX_NAME, INDEX_UNIT = "time", "months"
FRAMES_PER_SECOND = 4.0


@dataclass(frozen=True)
class TimelineFrame:
    """What is known of one time.

    :param month: since surgery.
    :param volumeMm3: of the lesion; measured at a visit, on the straight line between two.
    :param percent: ONV % likewise; None where it is not measured at every visit.
    :param isMeasured: whether it is the time of a visit.
    """

    month: float
    volumeMm3: float
    percent: float | None
    isMeasured: bool


@dataclass(frozen=True, eq=False)
class Timeline:
    """What shows the lesion over time.

    :param browser: vtkMRMLSequenceBrowserNode.
    :param parts: models that it changes, and the original lesion, which it does not.
    :param frames: its times.
    """

    browser: Any
    parts: tuple[PartModel, ...]
    frames: tuple[TimelineFrame, ...]


def addTimeline(scene, regression, name: str, segmentation) -> Timeline | None:
    """Add the timeline of a regression.

    :param regression: scene3d RegressionScene.
    :param name: of the hip.
    :param segmentation: outlines of the baseline, whose look the models take.
    :return: None where the lesion was measured at fewer than two visits.
    """
    import slicer

    from ..scene3d.timeline import timelineMonths

    morph = regression.morph
    if morph is None:
        return None
    months = timelineMonths(morph.months)
    browser = scene.AddNode(slicer.vtkMRMLSequenceBrowserNode())
    browser.SetName(scene.GenerateUniqueName(f"{name} over time"))
    browser.SetPlaybackRateFps(FRAMES_PER_SECOND)
    browser.SetIndexDisplayFormat("%.1f")
    parts = []
    for key, meshes in ((LESION, _lesions(morph, months)), (HEAD, _heads(regression, months))):
        if meshes:
            title = f"{name} {STYLES[key].title.lower()} over time"
            parts.append(addPart(scene, meshes[months[0]], key, title, segmentation, isTimeline=True))
            _addSequence(scene, browser, parts[-1].node, title, meshes)
    ghost = next((visit.layer(ORIGINAL) for visit in regression.visits if visit.layer(ORIGINAL)), None)
    if ghost is not None and regression.isRegistered:
        parts.append(addPart(scene, ghost.mesh, ORIGINAL, f"{name} {STYLES[ORIGINAL].title.lower()}", segmentation,
                             isTimeline=True))
    browser.SetSelectedItemNumber(0)
    return Timeline(browser, tuple(parts), tuple(_frames(morph, months)))


def sequencesOf(browser) -> list:
    """The sequences of a browser, the first of which gives the times."""
    import vtk

    found = vtk.vtkCollection()
    browser.GetSynchronizedSequenceNodes(found, True)
    return [found.GetItemAsObject(index) for index in range(found.GetNumberOfItems())]


def _lesions(morph, months: Sequence[float]) -> dict:
    coarse = morph.coarser()
    return {month: coarse.lesion(month) for month in months}


def _heads(regression, months: Sequence[float]) -> dict:
    """The head of the nearest visit, where it becomes another one; empty where no head is outlined at some visit."""
    heads = {visit.label: visit.layer(HEAD) for visit in regression.visits}
    found, last = {}, None
    for month in months:
        nearest = regression.morph.nearestVisit(month)
        if heads[nearest] is None:
            return {}
        if nearest != last:
            found[month] = heads[nearest].mesh
        last = nearest
    return found


def _addSequence(scene, browser, proxy, name: str, meshes: dict):
    import slicer

    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", scene.GenerateUniqueName(f"{name} sequence"))
    sequence.SetIndexName(INDEX_NAME)
    sequence.SetIndexUnit(INDEX_UNIT)
    for month, mesh in meshes.items():
        frame = slicer.vtkMRMLModelNode()
        frame.SetName(f"{name} {month:g}")
        frame.SetAndObservePolyData(surfaceOf(mesh))
        sequence.SetDataNodeAtValue(frame, f"{month:g}")
    # As soon as the browser tells of a sequence without a model, Slicer makes one.
    wasModified = browser.StartModify()
    browser.AddSynchronizedSequenceNode(sequence.GetID())
    browser.AddProxyNode(proxy, sequence, False)
    browser.SetOverwriteProxyName(sequence, False)
    browser.SetSaveChanges(sequence, False)
    browser.EndModify(wasModified)


def _frames(morph, months: Sequence[float]) -> list[TimelineFrame]:
    return [TimelineFrame(month, morph.volumeMm3(month), morph.percent(month), month in morph.months)
            for month in months]
