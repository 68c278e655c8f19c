"""Section Landmarks and zones: place the landmarks, see what is wrong with them, and show the zones."""

from __future__ import annotations

import html

import qt
import slicer
from slicer.i18n import tr as _

from ..core.location.landmarkchecks import landmarkProblems
from ..core.location.landmarks import ACP_LANDMARKS, JIC_LANDMARKS, Landmarks
from ..core.sphere import SphereFit
from ..files.keys import LANDMARK_FIELDS
from ..mrml.hiplocation import landmarksAtVisit
from ..mrml.landmarknodes import (
    LANDMARKS_ROLE,
    addLandmarks,
    indexOfLandmark,
    landmarksOfNode,
    nextLandmark,
    showMovedLandmarks,
)
from ..mrml.zonemodels import removeZones, showZones, zoneLimits
from .hipstate import sentence
from .landmarkguide import landmarkSentence, landmarkTitles
from .landmarkpicture import landmarkPixmap
from .landmarkplacing import LandmarkPlacing
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText

OPTIONAL = ("neckAxis", "contralateralTeardrop")
ROW_HEIGHT = 26
FIELDS = tuple(LANDMARK_FIELDS.values())


class LandmarksSection:
    """Binds the widgets of this section.

    :param ui: widgets of the panel by name.
    :param state: HipState of the panel.
    :param panel: ModulePanel.
    """

    def __init__(self, ui, state, panel):
        self.ui, self.state, self.panel = ui, state, panel
        self.placing = LandmarkPlacing(self._onPlacingChanged)
        self._zonesKey = self._guideKey = None
        self._prepareTable()
        ui.placeLandmarkButton.connect("toggled(bool)", self._onPlaceToggled)
        ui.jumpToLandmarkButton.connect("clicked(bool)", lambda checked=False: self.jump())
        ui.removeLandmarkButton.connect("clicked(bool)", lambda checked=False: self.removePoint())
        ui.landmarksTable.connect("itemSelectionChanged()", self._onSelected)
        ui.landmarksTable.connect("cellDoubleClicked(int,int)", lambda row, column: self.jump())
        for box in (ui.showJicZones, ui.showAcpZones):
            box.connect("toggled(bool)", lambda isOn: self.show())
        ui.landmarksSection.collapsed = True
        ui.landmarksSection.connect("contentsCollapsed(bool)", lambda isCollapsed: self.show())

    def _prepareTable(self):
        table = self.ui.landmarksTable
        table.setRowCount(len(FIELDS))
        table.setColumnCount(2)
        table.setHorizontalHeaderLabels([_("Landmark"), _("State")])
        for row, title in enumerate(landmarkTitles().values()):
            for column, text in enumerate((title, "")):
                item = qt.QTableWidgetItem(text)
                item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
                table.setItem(row, column, item)
        table.horizontalHeader().setSectionResizeMode(0, qt.QHeaderView.Stretch)
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        for row in range(len(FIELDS)):
            table.setRowHeight(row, ROW_HEIGHT)

    @property
    def node(self):
        """Markups of the hip, or None while no landmark was placed."""
        return None if self.state.hip is None else self.state.hip.landmarks

    @property
    def landmarks(self) -> Landmarks:
        """Landmarks that are placed."""
        return landmarksOfNode(self.node) or Landmarks()

    def exit(self):
        """The module is left: placing ends and the zones go."""
        self.placing.stop()
        removeZones(slicer.mrmlScene)
        self._zonesKey = None

    def cleanup(self):
        """The panel is being destroyed."""
        self.exit()

    def show(self):
        """Bring the section up to date."""
        ui, hip = self.ui, self.state.hip
        ui.landmarksSection.setVisible(hip is not None)
        if hip is None:
            self.placing.stop()
            self._drawZones(None)
            return
        placed, problems = self.landmarks.placed, self._problems()
        for row, field in enumerate(FIELDS):
            text = _("set") if field in placed else _("missing, optional") if field in OPTIONAL else _("missing")
            if ui.landmarksTable.item(row, 1).text() != text:
                ui.landmarksTable.item(row, 1).setText(text)
        isComplete = all(field in placed for field in (*JIC_LANDMARKS, *ACP_LANDMARKS))
        setText(ui.landmarksStatus, self._status(problems, isComplete))
        setMark(ui.landmarksSection, LOOK if problems else DONE if isComplete else TO_DO)
        self._showGuide()
        self._showButtons()
        self._showZoneStates()

    def _problems(self) -> list[str]:
        sphere, side = self._sphere(), self.state.hip.side
        return [] if sphere is None or not side else landmarkProblems(self.landmarks, sphere, side)

    def _sphere(self) -> SphereFit | None:
        """Sphere of the baseline's head as last measured."""
        record = self.state.record
        visit = record and next((visit for visit in record["visits"] if visit["visit"] == record["baseline"]), None)
        found = visit and visit.get("sphere")
        if not found:
            return None
        return SphereFit(tuple(found["center_ras_mm"]), found["radius_mm"], found["radius_se_mm"], found["rms_mm"],
                         found["maximum_residual_mm"], found["collapse_depth_mm"], found["inlier_fraction"],
                         found["coverage"], found["point_count"])

    def _status(self, problems: list[str], isComplete: bool) -> str:
        if problems:
            text = _("These points cannot be right: {problems}. Drag them to their place.")
            return f"<b>{html.escape(sentence(text.format(problems='; '.join(problems))))}</b>"
        if self.placing.field is not None:
            return html.escape(_("Click in a slice view to place: {landmark}. Right-click or Esc ends placing.").format(
                landmark=landmarkTitles()[self.placing.field]))
        if isComplete and self._sphere() is None:
            return html.escape(_("All that zones need is placed; they are checked and shown once the hip is measured."))
        if isComplete:
            return html.escape(_("All that zones need is placed. Points can be dragged; measure again afterwards."))
        return html.escape(_("Zones need the landmarks below, placed on the baseline scan."))

    def _showGuide(self):
        field = self.placing.field or self._selectedField() or next(
            (field for field in FIELDS if field not in self.landmarks.placed), FIELDS[0])
        key = (field, self.state.hip.side)
        if self._guideKey == key:
            return
        self._guideKey = key
        self.ui.landmarkPicture.setPixmap(landmarkPixmap(*key))
        self.ui.landmarkSentence.text = f"<b>{html.escape(landmarkTitles()[field])}</b><br>" + html.escape(
            landmarkSentence(field))

    def _showButtons(self):
        ui, field = self.ui, self._selectedField()
        noViews = _("There are no views to click in.") if slicer.app.layoutManager() is None else ""
        enable(ui.placeLandmarkButton, noViews, _("Place the selected landmark, or else the next that is missing, with "
                                                  "a click in a slice view."))
        isSet = field is not None and field in self.landmarks.placed
        reason = _("Select a landmark in the list first.") if field is None else "" if isSet else _(
            "This landmark is not placed yet.")
        enable(ui.jumpToLandmarkButton, reason, _("Show this landmark in all slice views."))
        enable(ui.removeLandmarkButton, reason, _("Remove this landmark, to place it again."))

    def _showZoneStates(self):
        visit = self._activeRecord()
        for system, box in (("jic", self.ui.showJicZones), ("acp", self.ui.showAcpZones)):
            reason = "" if visit is not None and zoneLimits(visit, system) else self._reasonWithoutZones(visit, system)
            enable(box, reason, _("Show the zones of this visit as bands on the head and as sectors in the slices."))
        setText(self.ui.zonesSummary, "" if visit is None else self._summary(visit))
        self._drawZones(visit)

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
            uncertainty = 1.96 * visit["location"]["angles"]["kerboul_degrees_se"]
            lines.append(_("Modified Kerboul angle {angle:.0f}° ± {half:.0f}°, Steinberg size {size}").format(
                angle=kerboul, half=uncertainty, size=shown("steinberg_class")))
        return f"<b>{html.escape(visit['visit'])}</b><br>" + "<br>".join(html.escape(line) for line in lines)

    def _drawZones(self, visit):
        isOpen = not self.ui.landmarksSection.collapsed
        wanted = tuple(isOpen and box.checked and box.enabled for box in (self.ui.showJicZones, self.ui.showAcpZones))
        frame = visit and visit.get("location") and visit["location"]["frame"]
        key = (wanted, visit and visit["visit"], repr(frame), repr(self.state.hip and self.landmarks.placed))
        if key == self._zonesKey:
            return
        self._zonesKey = key
        for system, isWanted in zip(("jic", "acp"), wanted):
            showZones(slicer.mrmlScene, visit, system, isWanted)
        self._showMoved(visit)

    def _showMoved(self, visit):
        """At a follow-up the landmarks are shown where the registration carried them."""
        if self.node is None:
            return
        moved = None if visit is None or not self.landmarks.placed else landmarksAtVisit(self.landmarks, visit)
        name = "" if visit is None else _("Landmarks at {visit}").format(visit=visit["visit"])
        showMovedLandmarks(slicer.mrmlScene, self.node.GetID(), moved, name)
        if self.node.GetDisplayNode() is not None:
            self.node.GetDisplayNode().SetVisibility(moved is None)

    def _selectedField(self) -> str | None:
        rows = {index.row() for index in self.ui.landmarksTable.selectionModel().selectedRows()}
        return FIELDS[min(rows)] if rows else None

    def _onSelected(self):
        if self.state.hip is not None:
            self._showGuide()
            self._showButtons()

    def jump(self):
        """Show the selected landmark in all slice views."""
        point = self.landmarks.placed.get(self._selectedField())
        if point is not None:
            slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *point, slicer.vtkMRMLSliceNode.CenteredJumpSlice)

    def removePoint(self):
        """Let the selected landmark be missing again."""
        index = None if self.node is None else indexOfLandmark(self.node, self._selectedField())
        if index is not None:
            self.node.UnsetNthControlPointPosition(index)
            self.show()

    def _onPlaceToggled(self, isOn: bool):
        if not isOn:
            self.placing.stop()
        elif self.placing.field is None:
            node, selected = self.node or self._newNode(), self._selectedField()
            isMissing = selected is not None and selected not in self.landmarks.placed
            self.placing.start(node, selected if isMissing else nextLandmark(node))

    def _onPlacingChanged(self):
        """Placing goes on with another landmark, or has ended."""
        self.ui.placeLandmarkButton.checked = self.placing.field is not None
        if self.placing.field is not None:
            self.ui.landmarksTable.clearSelection()
        self.show()

    def _newNode(self):
        hip = self.state.hip
        node = addLandmarks(slicer.mrmlScene, Landmarks(), _("{hip} landmarks").format(hip=hip.hip or _("Hip")))
        hip.owner.SetNodeReferenceID(LANDMARKS_ROLE, node.GetID())
        self.panel.update()
        return node
