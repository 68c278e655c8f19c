"""The boxes that show zones and angles in the views, and the zones of a visit in words."""

from __future__ import annotations

import html

import slicer
from slicer.i18n import tr as _

from ..core.location.landmarks import Landmarks
from ..core.uncertainty import COVERAGE_FACTOR_95
from ..mrml.anglemodels import removeAngles, showAngles
from ..mrml.hiplocation import landmarksAtVisit
from ..mrml.landmarknodes import showMovedLandmarks
from ..mrml.zonemodels import removeZones, showZones, zoneLimits
from .hipstate import sentence
from .sectionmarks import enable, setText


class ZoneBoxes:
    """What the section shows of the zones of the visit at hand.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    """

    def __init__(self, ui, state):
        self.ui, self.state = ui, state
        self.boxes = (ui.showJicZones, ui.showAcpZones, ui.showAngles)
        self._drawn = None

    def show(self, node, landmarks: Landmarks):
        """Bring the boxes, the summary and what is drawn up to date.

        :param node: markups of the hip, or None.
        :param landmarks: that are placed in it.
        """
        visit = self._activeRecord()
        for system, box in (("jic", self.ui.showJicZones), ("acp", self.ui.showAcpZones)):
            reason = "" if visit is not None and zoneLimits(visit, system) else self._reasonWithoutZones(visit, system)
            enable(box, reason, _("Show the zones of this visit as bands on the head and as sectors in the slices."))
        hasAngles = visit is not None and visit.get("location") is not None
        enable(self.ui.showAngles, "" if hasAngles else _("Press Measure first."),
               _("Show the arcs of necrosis on the mid-coronal and mid-sagittal section."))
        setText(self.ui.zonesSummary, "" if visit is None else self._summary(visit))
        self._draw(visit, node, landmarks)

    def _reasonWithoutZones(self, visit, system: str) -> str:
        if visit is None or visit.get("location") is None:
            return _("Place the landmarks and press Measure first.")
        return sentence(visit["location"].get(f"{system}_not_measured") or _("The zones are slabs, not sectors."))

    def _activeRecord(self):
        """Record of the visit that is shown, or None."""
        record = self.state.record
        if record is None or not record["visits"]:
            return None
        label = self.state.parameters.activeVisit or record["visits"][0]["visit"]
        return next((visit for visit in record["visits"] if visit["visit"] == label), None)

    def _summary(self, visit) -> str:
        def shown(key: str) -> str:
            value = visit.get(key)
            return _("not measured") if value is None else _("none") if value == "-" else str(value)

        kerboul = visit.get("kerboul_degrees")
        lines = [_("JIC type {type}, zones {zones}; in 3D {type3d}, {zones3d}").format(
                     type=shown("jic_type"), zones=shown("jic_zones"), type3d=shown("jic_type_3d"),
                     zones3d=shown("jic_zones_3d")),
                 _("ACP zones {zones}; in 3D {zones3d}").format(zones=shown("acp_zones"),
                                                                zones3d=shown("acp_zones_3d"))]
        if kerboul is not None:
            uncertainty = visit["location"]["angles"]["kerboul_degrees_se"]
            angle = f"{kerboul:.0f}°" + ("" if uncertainty is None else f" ± {COVERAGE_FACTOR_95 * uncertainty:.0f}°")
            lines.append(_("Modified Kerboul angle {angle}, Steinberg size {size}").format(
                angle=angle, size=shown("steinberg_class")))
        return f"<b>{html.escape(visit['visit'])}</b><br>" + "<br>".join(html.escape(line) for line in lines)

    def _draw(self, visit, node, landmarks: Landmarks):
        isOpen = not self.ui.landmarksSection.collapsed
        wanted = tuple(isOpen and box.checked and box.enabled for box in self.boxes)
        location = (visit and visit.get("location")) or {}
        key = (wanted, visit and visit["visit"], repr(location.get("frame")), repr(location.get("angles")),
               repr(landmarks.placed))
        if key == self._drawn:
            return
        self._drawn = key
        for system, isWanted in zip(("jic", "acp"), wanted):
            showZones(slicer.mrmlScene, visit, system, isWanted)
        showAngles(slicer.mrmlScene, visit, wanted[-1])
        if node is not None:
            _showMoved(node, landmarks, visit)

    def clear(self):
        """Take everything that is drawn out of the scene."""
        removeZones(slicer.mrmlScene)
        removeAngles(slicer.mrmlScene)
        self._drawn = None


def _showMoved(node, landmarks: Landmarks, visit):
    """At a follow-up the landmarks are shown where the registration carried them."""
    moved = None if visit is None or not landmarks.placed else landmarksAtVisit(landmarks, visit)
    name = "" if visit is None else _("Landmarks at {visit}").format(visit=visit["visit"])
    showMovedLandmarks(slicer.mrmlScene, node.GetID(), moved, name)
    if node.GetDisplayNode() is not None:
        node.GetDisplayNode().SetVisibility(moved is None)
