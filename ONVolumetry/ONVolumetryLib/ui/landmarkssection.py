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
from ..mrml.landmarknodes import (
    LANDMARKS_ROLE,
    addLandmarks,
    indexOfLandmark,
    landmarksOfNode,
    nextLandmark,
)
from .hipstate import sentence
from .landmarkguide import landmarkSentence, landmarkTitles
from .landmarkpicture import landmarkPixmap
from .landmarkplacing import LandmarkPlacing
from .sectionmarks import DONE, LOOK, TO_DO, enable, setMark, setText
from .zoneboxes import ZoneBoxes

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
        self.zones = ZoneBoxes(ui, state)
        self._guideKey = None
        self._prepareTable()
        ui.placeLandmarkButton.connect("toggled(bool)", self._onPlaceToggled)
        ui.jumpToLandmarkButton.connect("clicked(bool)", lambda checked=False: self.jump())
        ui.removeLandmarkButton.connect("clicked(bool)", lambda checked=False: self.removePoint())
        ui.landmarksTable.connect("itemSelectionChanged()", self._onSelected)
        ui.landmarksTable.connect("cellDoubleClicked(int,int)", lambda row, column: self.jump())
        for box in self.zones.boxes:
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
        self.zones.clear()

    def cleanup(self):
        """The panel is being destroyed."""
        self.exit()

    def show(self):
        """Bring the section up to date."""
        ui, hip = self.ui, self.state.hip
        ui.landmarksSection.setVisible(hip is not None)
        if hip is None:
            self.placing.stop()
            self.zones.clear()
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
        self.zones.show(self.node, self.landmarks)

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
