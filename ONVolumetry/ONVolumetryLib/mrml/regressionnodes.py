"""The regression of a hip in the scene: models of every visit, a timeline, and what is known of them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.hip import HipMeasurement, VisitSegments
from .hipnodes import HipNodes, VisitNodes
from .regressionlegend import LEGEND_ROLE, addLegend, addRoom, setLegend
from .regressionparts import PartModel, addPart, followSegments
from .regressiontimeline import TimelineFrame, addTimeline, sequencesOf
from .regressiontree import removeFolder, toFolder
from .visittransforms import DOUBTFUL, followUpToBaseline

if TYPE_CHECKING:
    from ..scene3d.regressionscene import RegressionScene

# On the hip's node. Parts and visits are numbered, each in a role of its own: references in one role move up when a
# node is removed.
PART_ROLE, VISIT_ROLE = "ONVolumetry.regressionModel", "ONVolumetry.regressionVisit"
ROOM_ROLE, BROWSER_ROLE = "ONVolumetry.regressionRoom", "ONVolumetry.regressionTimeline"
DESCRIPTION_KEY = "ONVolumetry.regression"
DECIMALS = 4


@dataclass(frozen=True)
class VisitSummary:
    """What is said of a visit beside its picture; None = not measured.

    :param placement: one of scene3d.regressionscene.REGISTERED, DOUBTFUL, UNREGISTERED.
    :param percent: ONV %.
    :param halfWidth: half of its 95 % interval.
    """

    placement: str
    percent: float | None = None
    halfWidth: float | None = None
    volumeMm3: float | None = None
    regenerationPercent: float | None = None


@dataclass(frozen=True, eq=False)
class Regression:
    """What the scene holds of a hip's regression.

    :param models: parts of the visits and of the timeline.
    :param room: model that spans the room around the head and carries the legend; None where somebody removed it.
    :param browser: vtkMRMLSequenceBrowserNode; None without a timeline.
    :param side: "left" or "right".
    :param centerRas: center of the baseline's head.
    :param radiusMm: of a ball about it that holds everything.
    :param isRegistered: whether all visits that are drawn lie in one space.
    :param driftPercent: largest deviation of a drawn volume from the measured one.
    :param fingerprint: of what it was made from.
    :param summaries: of the visits by the ID of their segmentation now.
    :param frames: times of the timeline.
    """

    models: tuple[PartModel, ...]
    room: Any
    browser: Any
    side: str
    centerRas: tuple[float, float, float]
    radiusMm: float
    isRegistered: bool
    driftPercent: float
    fingerprint: str
    summaries: Mapping[str, VisitSummary]
    frames: tuple[TimelineFrame, ...]

    def modelsOf(self, visit: VisitNodes) -> list[PartModel]:
        """Parts of one visit."""
        return [model for model in self.models if not model.isTimeline and visit.segmentation is not None
                and model.segmentation is visit.segmentation]

    @property
    def timelineModels(self) -> list[PartModel]:
        return [model for model in self.models if model.isTimeline]


def hipScene(hip: HipNodes, segments: Sequence[VisitSegments], measurement: HipMeasurement,
             progress: Callable[[float], None] | None = None) -> RegressionScene | None:
    """Build what is shown of a hip, with the registrations of the scene.

    :param segments: outlines of its visits.
    :param measurement: what was measured of them.
    :param progress: called with the share that is done; may raise to cancel.
    :return: None where nothing is outlined at any visit.
    """
    from ..scene3d.regressionscene import regressionScene
    from ..scene3d.visitfields import Placement

    found = {visit.label: followUpToBaseline(hip, visit) for visit in hip.visits}
    placements = {label: Placement(transform.toBaselineRas, transform.status == DOUBTFUL)
                  for label, transform in found.items() if transform.isUsable}
    return regressionScene(segments, measurement, hip.side, progress=progress, placements=placements,
                           end=hip.end)


def fingerprintOf(hip: HipNodes, segments: Sequence[VisitSegments], outlines: Mapping[str, str] | None = None) -> str:
    """Fingerprint of what a regression is made from: outlines and their place, months, registrations, settings.

    Names of visits do not count.

    :param outlines: outlinesSha256 by label of the visit, where it is at hand.
    """
    from ..files.approval import outlinesSha256

    byLabel = {visit.label: visit for visit in hip.visits}
    known: list = [hip.side, hip.sex, dict(hip.settings)]
    for entry in segments:
        masks = [mask for mask in (entry.head, entry.lesion) if mask is not None]
        place = [round(float(value), 3) for mask in masks[:1] for value in mask.grid.ijkToRas.ravel()]
        transform = followUpToBaseline(hip, byLabel[entry.label])
        matrix = transform.toBaselineRas
        known.append([entry.month, entry.done, (outlines or {}).get(entry.label) or outlinesSha256(entry), place,
                      transform.status if transform.isUsable else None,
                      None if matrix is None or not transform.isUsable else
                      [round(float(value), DECIMALS) for value in matrix.ravel()]])
    return hashlib.sha256(json.dumps(known, sort_keys=True, default=str).encode("utf-8")).hexdigest()


def storeRegression(scene, hip: HipNodes, regression: RegressionScene, fingerprint: str) -> Regression:
    """Put a regression into the scene; a former one of the same hip is replaced.

    :param hip: with its node.
    :param regression: as hipScene() returns it.
    :param fingerprint: of what it was made from.
    """
    removeRegression(scene, hip.owner)
    byLabel = {visit.label: visit for visit in hip.visits}
    parts = []
    for visit in regression.visits:
        segmentation = byLabel[visit.label].segmentation
        parts += [addPart(scene, layer.shownMesh, layer.key, f"{hip.hip} {visit.label} {layer.style.title.lower()}",
                          segmentation) for layer in visit.layers]
    first = next(visit for visit in regression.visits if visit.layers)
    timeline = addTimeline(scene, regression, hip.hip, byLabel[first.label].segmentation)
    room = addRoom(scene, f"{hip.hip} room", regression.centerRas, regression.radiusMm)
    addLegend(scene, room, f"{hip.hip} colors of the regression")
    if timeline is not None:
        hip.owner.SetNodeReferenceID(BROWSER_ROLE, timeline.browser.GetID())
        parts += timeline.parts
    hip.owner.SetNodeReferenceID(ROOM_ROLE, room.GetID())
    toFolder(scene, hip, parts, room)
    _describe(hip, regression, parts, fingerprint, () if timeline is None else timeline.frames)
    followSegments(parts, hip.visits)
    setLegend(room, parts, hip.visits)
    return findRegression(hip.owner)


def findRegression(owner) -> Regression | None:
    """The regression of a hip that the scene holds, or None.

    :param owner: the hip's node.
    """
    known = _known(owner)
    if known is None:
        return None
    segmentations = [owner.GetNodeReference(f"{VISIT_ROLE}{index}") for index in range(len(known["visits"]))]
    nodes = [owner.GetNodeReference(f"{PART_ROLE}{index}") for index in range(len(known["parts"]))]
    parts = tuple(PartModel(node, key, segmentations[visit], isTimeline)
                  for node, (key, visit, isTimeline) in zip(nodes, known["parts"]) if node is not None)
    if not parts:
        return None
    summaries = {node.GetID(): VisitSummary(**visit) for node, visit in zip(segmentations, known["visits"])
                 if node is not None}
    return Regression(
        parts, owner.GetNodeReference(ROOM_ROLE), owner.GetNodeReference(BROWSER_ROLE), known["side"],
        tuple(known["center"]), known["radius"], known["isRegistered"], known["drift"], known["fingerprint"],
        summaries, tuple(TimelineFrame(**frame) for frame in known["frames"]))


def removeRegression(scene, owner):
    """Remove everything that a hip's regression put into the scene."""
    known = _known(owner)
    if known is None:
        return
    roles = [f"{PART_ROLE}{index}" for index in range(len(known["parts"]))]
    nodes = [owner.GetNodeReference(role) for role in roles]
    browser, room = owner.GetNodeReference(BROWSER_ROLE), owner.GetNodeReference(ROOM_ROLE)
    visitRoles = [f"{VISIT_ROLE}{index}" for index in range(len(known["visits"]))]
    for role in (*roles, *visitRoles, BROWSER_ROLE, ROOM_ROLE):
        owner.SetNodeReferenceID(role, None)
    owner.UnsetParameter(DESCRIPTION_KEY)
    emptyFolder = removeFolder(scene, [node for node in (room, *nodes) if node is not None])
    sequences = [] if browser is None else sequencesOf(browser)
    colors = None if room is None else room.GetNodeReference(LEGEND_ROLE)
    # The browser first: it would make its models anew.
    for node in (browser, *sequences, *nodes, room, colors):
        _remove(scene, node)
    emptyFolder()


def _known(owner) -> dict[str, Any] | None:
    """What the hip's node says of its regression."""
    try:
        return json.loads(owner.GetParameter(DESCRIPTION_KEY) or "null")
    except json.JSONDecodeError:
        return None


def _remove(scene, node):
    """Remove a node with its display and storage nodes."""
    if node is None or not scene.IsNodePresent(node):
        return
    parts = []
    for count, get in (("GetNumberOfDisplayNodes", "GetNthDisplayNode"),
                       ("GetNumberOfStorageNodes", "GetNthStorageNode")):
        if hasattr(node, count):
            parts += [getattr(node, get)(index) for index in range(getattr(node, count)())]
    for part in (*parts, node):
        if part is not None:
            scene.RemoveNode(part)


def _describe(hip: HipNodes, regression: RegressionScene, parts: Sequence[PartModel], fingerprint: str,
              frames: Sequence[TimelineFrame]):
    byLabel = {visit.label: visit for visit in hip.visits}
    shown = [visit for visit in regression.visits if byLabel[visit.label].segmentation is not None]
    segmentations = [byLabel[visit.label].segmentation for visit in shown]
    for role, nodes in ((VISIT_ROLE, segmentations), (PART_ROLE, [part.node for part in parts])):
        for index, node in enumerate(nodes):
            hip.owner.SetNodeReferenceID(f"{role}{index}", node.GetID())
    drifts = [abs(drift) for visit in regression.visits for drift in (visit.headDriftPercent, visit.lesionDriftPercent)
              if drift is not None]
    known = {"side": regression.side, "center": [float(value) for value in regression.centerRas],
             "radius": float(regression.radiusMm), "isRegistered": regression.isRegistered,
             "drift": max(drifts, default=0.0), "fingerprint": fingerprint,
             "visits": [dataclasses.asdict(_summary(visit)) for visit in shown],
             "parts": [[part.key, segmentations.index(part.segmentation), part.isTimeline] for part in parts],
             "frames": [dataclasses.asdict(frame) for frame in frames]}
    hip.owner.SetParameter(DESCRIPTION_KEY, json.dumps(known))


def _summary(visit) -> VisitSummary:
    measured = visit.measurement
    percent, volume, change = measured.onvPercent, measured.lesionVolume, measured.changeFromBaseline
    regeneration = change and change.regenerationPercent
    return VisitSummary(visit.placement, percent and percent.value, percent and percent.confidenceHalfWidth,
                        volume and volume.volumeMm3, regeneration and regeneration.value)
