"""The section in which head and lesion of each visit are outlined."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..core.errors import ONVolumetryError
from ..mrml.headsphere import removeSpheres, startHead
from ..mrml.hipnodes import HipNodes, VisitNodes
from ..mrml.livevolumes import LiveMeasurer, LiveVolumes
from ..mrml.readingmode import noteReading
from ..mrml.templatesegments import addMissingSegments, addVisitSegmentation, sayNoLesionIsLeft
from ..mrml.uncertainedge import removeUncertainEdges, uncertainEdge
from ..mrml.visits import baselineOf
from .assistedoutlining import AssistedOutlining
from .comparelayout import afterSave, prepareForSave
from .displaystates import restoreDisplays
from .livenumbers import LiveNumbers
from .segmentchoices import SegmentChoices
from .segmentcopy import HeadCopy
from .segmenteditor import EmbeddedEditor
from .segmentlive import SegmentWatcher
from .segmentneck import NeckSection
from .segmentsphere import SphereStart, sphereDrawings
from .segmentviews import Drawing, SegmentViews
from .segmentwidgets import buildSegmentWidgets
from .visitbuttons import VisitButtons, reasonNotToOutline


class SegmentPanel(VTKObservationMixin):
    """Outlines the visits of a hip in an embedded Segment Editor, with numbers that follow every stroke.

    :param parent: empty widget that gets the section's widgets.
    :param logic: ONVolumetryLogic of the application's scene.
    """

    def __init__(self, parent, logic):
        VTKObservationMixin.__init__(self)
        self.logic = logic
        self.onChanged: Callable[[str], None] | None = None
        self.onVisitRequested: Callable[[str], None] | None = None
        self.onSegmentsMade: Callable[[str, Any, str, str], None] | None = None
        self.sex: str | None = None
        self.settings: Mapping[str, Any] = {}
        self.live = LiveVolumes()
        self._visits: tuple[VisitNodes, ...] = ()
        self._activeLabel = ""
        self._side = None
        self._isEntered = self._isUpdating = self._isReadOnly = False
        self._spheres: Mapping = {}
        self._build(parent)
        self._measurer = LiveMeasurer()
        self._watcher = SegmentWatcher(self._onSegmentsChanged)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartSaveEvent, self._onStartSave)
        self.addObserver(scene, scene.EndSaveEvent, self._onEndSave)
        self.addObserver(scene, scene.StartCloseEvent, self._onStartClose)

    def _build(self, parent):
        self._built = built = buildSegmentWidgets(parent)
        self._visitButtons = VisitButtons(built.visitLayout, self._onVisitClicked)
        self.numbers = LiveNumbers(built.numbersLayout)
        self.sphereStart = SphereStart(built.headLayout, self.refresh, self._onStartHead)
        self.headCopy = HeadCopy(built.headLayout, lambda: self.edit(self.headCopy.copy))
        self.assist = AssistedOutlining(built.assistLayout, self)
        self.neck = NeckSection(built.headLayout, self.refresh, self._onCutHead)
        self.editor = EmbeddedEditor(built.editorLayout)
        self.views = SegmentViews()
        self._choices = SegmentChoices(built, self.editor, self.views, self.refresh)
        built.absentCheckBox.connect("clicked(bool)", self._onAbsentClicked)
        self._showMessage(_("Add a visit with its MR volume first."))

    def setVisits(self, visits: Sequence[VisitNodes], activeLabel: str, side: str | None):
        """Say which visits there are.

        :param activeLabel: label of the visit to outline, "" for none.
        :param side: "left" or "right", None where nobody has said.
        """
        self._visits, self._activeLabel, self._side = tuple(visits), activeLabel, side
        if self._isEntered and not self._isUpdating:
            self._open()

    def setHip(self, hip: HipNodes | None):
        """Say which hip it is, whose registrations link the views and carry outlines over; None for none."""
        self.headCopy.hip = self.views.hip = hip
        self.refresh()

    def setPatient(self, sex: str | None, settings: Mapping[str, Any] | None = None):
        """Say what the sphere-adjusted volume depends on.

        :param sex: "male" or "female", None where nobody has said.
        :param settings: of the measurement, under their file keys.
        """
        self.sex, self.settings = sex or None, dict(settings or {})
        self.refresh()

    def setReadOnly(self, isReadOnly: bool):
        """Allow no edits, as after approval."""
        if isReadOnly == self._isReadOnly:
            return
        self._isReadOnly = isReadOnly
        self.editor.setReadOnly(isReadOnly)
        self.refresh()

    def enter(self):
        """The section was opened."""
        if self._isEntered:
            return
        self._isEntered = True
        # A scene that was saved meanwhile still shows outlines as they were arranged here.
        restoreDisplays()
        self.editor.enter()
        self._choices.restore()
        self._open()

    def exit(self):
        """The section was closed, or another module was opened."""
        if not self._isEntered:
            return
        self._isEntered = False
        self.sphereStart.stopPlacing()
        self.assist.stop()
        self.editor.exit()
        self._letGo()
        self.views.leave()

    def cleanup(self):
        """The panel is being destroyed."""
        self.exit()
        self.editor.release()
        self.removeObservers()

    @property
    def visits(self) -> tuple[VisitNodes, ...]:
        """All visits of the hip."""
        return self._visits

    @property
    def side(self) -> str | None:
        """"left" or "right", None where nobody has said."""
        return self._side

    def hasSphere(self, visit: VisitNodes) -> bool:
        """Whether the head of a visit is outlined so that its sphere is known."""
        return visit.label in self._spheres

    @property
    def isBlinded(self) -> bool:
        """Whether outlines of other visits are hidden."""
        return self._choices.isBlinded

    @property
    def active(self) -> VisitNodes | None:
        """The visit that is being outlined, or None."""
        return next((visit for visit in self._visits if visit.label == self._activeLabel), None)

    def _open(self):
        """Show the active visit, with its segments made."""
        self._visitButtons.show(self._visits, self._activeLabel)
        visit = self.active
        reason = reasonNotToOutline(visit)
        if not reason:
            try:
                visit = self._withSegments(visit)
            except ONVolumetryError as error:
                reason = str(error)[:1].upper() + str(error)[1:] + "."
        if reason:
            self._letGo()
            self.editor.edit(None)
            self._showMessage(reason)
            return
        self._built.message.hide()
        self._built.body.show()
        self.editor.edit(visit)
        self._watcher.watch(self._visits)
        self.refresh()

    def _withSegments(self, visit: VisitNodes) -> VisitNodes:
        """The visit with its segmentation and both segments, made where they are missing."""
        segmentation, ids = visit.segmentation, (visit.headSegmentId, visit.lesionSegmentId)
        if segmentation is None:
            segmentation, *ids = addVisitSegmentation(slicer.mrmlScene, visit.volume, visit.label)
        else:
            present = [segmentId if segmentation.GetSegmentation().GetSegment(segmentId) else "" for segmentId in ids]
            ids = addMissingSegments(segmentation, *present)
        made = dataclasses.replace(visit, segmentation=segmentation, headSegmentId=ids[0], lesionSegmentId=ids[1])
        if (segmentation, *ids) == (visit.segmentation, visit.headSegmentId, visit.lesionSegmentId):
            return visit
        self._visits = tuple(made if other.label == made.label else other for other in self._visits)
        if self.onSegmentsMade is not None:
            with self._updating():
                self.onSegmentsMade(made.label, segmentation, *ids)
        return made

    def refresh(self):
        """Measure and show everything that belongs to the active visit."""
        visit = self.active
        if not self._isEntered or self._isUpdating or visit is None or visit.segmentation is None:
            return
        with self._updating():
            self.live = self._measurer.measure(self._visits, visit.label, self.sex, self.settings)
            self.numbers.show(self.live, self.sex)
            self._spheres = self._measurer.spheres(self._visits, self.sex, self.settings)
            canEdit = not self._isReadOnly
            self.sphereStart.setSegmentation(visit.segmentation, canEdit)
            self.headCopy.update(self._visits, visit, canEdit)
            self.assist.update(visit, canEdit)
            self.neck.update(self._visits, visit, self._spheres, self._side, canEdit)
            self._choices.show(visit, len(self.views.comparedVisits(self._visits, visit)), canEdit)
            self.views.show(self._visits, visit, self._spheres, self._drawings())

    def _drawings(self) -> list[Drawing]:
        """What belongs to visits beside outlines: planes, spheres, clicked points, landmarks of the baseline."""
        spheres = dict(self._spheres)
        if self.sphereStart.sphere is not None:
            spheres.setdefault(self._activeLabel, self.sphereStart.sphere)
        found = [*self.neck.drawings(self._visits),
                 *sphereDrawings(self._visits, spheres, self._choices.isSphereShown)]
        for visit in self._visits:
            weak = None if visit.segmentation is None else uncertainEdge(visit.segmentation)
            if weak is not None:
                found.append(Drawing(visit.label, weak.GetDisplayNode(), True))
        points = self.sphereStart.pointsNode
        if points is not None:
            found.append(Drawing(self._activeLabel, points.GetDisplayNode(), True))
        landmarks, baseline = self.views.hip and self.views.hip.landmarks, baselineOf(self._visits)
        if landmarks is not None and baseline is not None:
            found.append(Drawing(baseline.label, landmarks.GetDisplayNode(), True))
        return found

    def _onVisitClicked(self, label: str):
        if label == self._activeLabel:
            return
        if self.onVisitRequested is not None:
            self.onVisitRequested(label)
        if self._activeLabel != label:
            self.setVisits(self._visits, label, self._side)

    def _onSegmentsChanged(self, labels: list[str]):
        if not self._isEntered:
            return
        if self._isUpdating:
            for label in labels:
                self._watcher.touch(label)
            return
        visit = self.active
        if visit is not None and visit.label in labels:
            others = len(self.views.comparedVisits(self._visits, visit)) > 1
            noteReading(visit.segmentation, self.views.isComparing and others and not self.isBlinded)
        if visit is None or visit.segmentation is None or not _hasSegments(visit):
            self._open()
        else:
            self.refresh()
        for label in labels:
            if self.onChanged is not None:
                self.onChanged(label)

    def _onStartHead(self, sphere):
        visit = self.active
        self.edit(lambda: startHead(visit.segmentation, visit.headSegmentId, sphere))

    def _onCutHead(self):
        if self.edit(self.neck.cut) == 0:
            self._showProblem(_("Nothing of the head lies beyond the plane."))

    def _onAbsentClicked(self, isAbsent: bool):
        visit = self.active
        self.edit(lambda: sayNoLesionIsLeft(visit.segmentation, visit.lesionSegmentId, isAbsent))

    def edit(self, change: Callable[[], Any]):
        """Change segments so that the user can undo it; a refusal is said in the panel."""
        self.editor.widget.setActiveEffect(None)
        self.editor.saveStateForUndo()
        try:
            result = change()
        except ONVolumetryError as error:
            self._showProblem(str(error))
            return None
        self._watcher.touch(self._activeLabel)
        self.refresh()
        return result

    def _onStartSave(self, caller, event):
        if self._isEntered:
            self.views.putAway()
            prepareForSave()

    def _onEndSave(self, caller, event):
        afterSave()
        self.refresh()

    def _onStartClose(self, caller, event):
        self.exit()
        self._visits, self._activeLabel = (), ""
        self.editor.release()
        self._showMessage(reasonNotToOutline(None))

    def _letGo(self):
        """Let go of the segments and of what is drawn beside them."""
        self._watcher.stop()
        self.sphereStart.release()
        self.assist.release()
        self.neck.release()
        removeSpheres(slicer.mrmlScene)
        removeUncertainEdges(slicer.mrmlScene)
        self.numbers.clear()

    def _showMessage(self, text: str):
        self._built.message.text = text
        self._built.message.show()
        self._built.body.hide()

    def _showProblem(self, text: str):
        self.numbers.problem.text = text[:1].upper() + text[1:]
        self.numbers.problem.show()

    @contextmanager
    def _updating(self):
        self._isUpdating = True
        try:
            yield
        finally:
            self._isUpdating = False


def _hasSegments(visit: VisitNodes) -> bool:
    segmentation = visit.segmentation.GetSegmentation()
    return all(segmentation.GetSegment(segmentId) for segmentId in (visit.headSegmentId, visit.lesionSegmentId))
