"""The section in which head and lesion of each visit are outlined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..mrml.hipnodes import HipNodes, VisitNodes
from ..mrml.readingmode import noteReading
from ..mrml.templatesegments import hasSegments, visitWithSegments
from .comparelayout import afterSave, prepareForSave
from .displaystates import restoreDisplays
from .hipstate import sentence
from .scenesaves import SceneSaves
from .segmenteditor import EmbeddedEditor
from .segmentlive import SegmentWatcher
from .segmentnumbers import SegmentNumbers
from .segmentparts import SegmentParts
from .segmentwidgets import buildSegmentWidgets
from .visitbuttons import VisitButtons, reasonNotToOutline


class SegmentPanel:
    """Outlines the visits of a hip in an embedded Segment Editor, with numbers that follow every stroke.

    :param parent: empty widget that gets the section's widgets.
    :param logic: ONVolumetryLogic of the application's scene.
    """

    def __init__(self, parent, logic):
        self.logic = logic
        self.onChanged: Callable[[str], None] | None = None
        self.onVisitRequested: Callable[[str], None] | None = None
        self.onSegmentsMade: Callable[[str, Any, str, str], None] | None = None
        self._visits: tuple[VisitNodes, ...] = ()
        self._activeLabel = ""
        self._side = None
        self._isEntered = self._isUpdating = self._isReadOnly = False
        self._build(parent)
        self._watcher = SegmentWatcher(self._onSegmentsChanged)
        self._saves = SceneSaves(self._onStartSave, self._onEndSave, self._onStartClose)

    def _build(self, parent):
        self._built = built = buildSegmentWidgets(parent)
        self._visitButtons = VisitButtons(built.visitLayout, self._onVisitClicked)
        self.numbers = SegmentNumbers(built.numbersLayout)
        self.editor = EmbeddedEditor(built.editorLayout)
        self.parts = SegmentParts(built, self)
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
        self.parts.headCopy.hip = self.parts.views.hip = hip
        self.refresh()

    def setPatient(self, sex: str | None, settings: Mapping[str, Any] | None = None):
        """Say what the sphere-adjusted volume depends on.

        :param sex: "male" or "female", None where nobody has said.
        :param settings: of the measurement, under their file keys.
        """
        self.numbers.setPatient(sex, settings)
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
        self.parts.choices.restore()
        self._open()

    def exit(self):
        """The section was closed, or another module was opened."""
        if not self._isEntered:
            return
        self._isEntered = False
        self.parts.stop()
        self.editor.exit()
        self._letGo()
        self.parts.views.leave()

    def cleanup(self):
        """The panel is being destroyed."""
        self.exit()
        self.editor.release()
        self._saves.stop()

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
        return visit.label in self.numbers.spheres

    @property
    def isBlinded(self) -> bool:
        """Whether outlines of other visits are hidden."""
        return self.parts.choices.isBlinded

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
                reason = sentence(str(error))
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
        """The visit with what is missing made, and told to the owner of the panel."""
        made = visitWithSegments(slicer.mrmlScene, visit)
        if made is visit:
            return visit
        self._visits = tuple(made if other.label == made.label else other for other in self._visits)
        if self.onSegmentsMade is not None:
            with self._updating():
                self.onSegmentsMade(made.label, made.segmentation, made.headSegmentId, made.lesionSegmentId)
        return made

    def refresh(self):
        """Measure and show everything that belongs to the active visit."""
        visit = self.active
        if not self._isEntered or self._isUpdating or visit is None or visit.segmentation is None:
            return
        if self._isAnyRemoved():
            return
        with self._updating():
            self.numbers.measure(self._visits, visit.label)
            self.parts.show(self._visits, visit, self.numbers.spheres, not self._isReadOnly)

    def _onVisitClicked(self, label: str):
        if label == self._activeLabel:
            return
        if self.onVisitRequested is not None:
            self.onVisitRequested(label)
        if self._activeLabel != label:
            self.setVisits(self._visits, label, self._side)

    def _isAnyRemoved(self) -> bool:
        """Whether outlines were taken out of the scene; setVisits() follows, once the hip knows of it."""
        return any(visit.segmentation is not None and visit.segmentation.GetScene() is None for visit in self._visits)

    def _onSegmentsChanged(self, labels: list[str]):
        if not self._isEntered or self._isAnyRemoved():
            return
        if self._isUpdating:
            for label in labels:
                self._watcher.touch(label)
            return
        visit = self.active
        if visit is not None and visit.label in labels:
            noteReading(visit.segmentation, self.parts.readingOf(self._visits, visit))
        if visit is None or visit.segmentation is None or not hasSegments(visit):
            self._open()
        else:
            self.refresh()
        for label in labels:
            if self.onChanged is not None:
                self.onChanged(label)

    def edit(self, change: Callable[[], Any]):
        """Change segments so that the user can undo it; a refusal is said in the panel."""
        self.editor.widget.setActiveEffect(None)
        self.editor.saveStateForUndo()
        try:
            result = change()
        except ONVolumetryError as error:
            self.numbers.say(str(error))
            return None
        self._watcher.touch(self._activeLabel)
        self.refresh()
        return result

    def _onStartSave(self):
        if self._isEntered:
            self.parts.views.putAway()
            prepareForSave()

    def _onEndSave(self):
        afterSave()
        self.refresh()

    def _onStartClose(self):
        self.exit()
        self.parts.forgetSeen()
        self._visits, self._activeLabel = (), ""
        self.editor.release()
        self._showMessage(reasonNotToOutline(None))

    def _letGo(self):
        """Let go of the segments and of what is drawn beside them."""
        self._watcher.stop()
        self.parts.release()
        self.numbers.clear()

    def _showMessage(self, text: str):
        self._built.message.text = text
        self._built.message.show()
        self._built.body.hide()

    @contextmanager
    def _updating(self):
        self._isUpdating = True
        try:
            yield
        finally:
            self._isUpdating = False
