"""Segment Editor tool: the lesion from a few strokes inside it, with a live preview."""

import os

import qt
import slicer
import vtk
from SegmentEditorEffects import AbstractScriptedSegmentEditorEffect
from slicer.i18n import tr as _


class LesionFromStrokesEffect(AbstractScriptedSegmentEditorEffect):
    """Strokes are drawn in slice views of any orientation; what they ask for is shown until it is applied.

    The file's name is the class's, by which Slicer finds it.
    """

    def __init__(self, scriptedEffect):
        AbstractScriptedSegmentEditorEffect.__init__(self, scriptedEffect)
        scriptedEffect.name = "Lesion from strokes"
        scriptedEffect.title = _("Lesion from strokes")
        scriptedEffect.perSegment = True
        scriptedEffect.requireSegments = True
        self.session = None
        self._stroke = self._watch = None

    def clone(self):
        """Another instance, for another editor."""
        import qSlicerSegmentationsEditorEffectsPythonQt as effects

        clonedEffect = effects.qSlicerSegmentEditorScriptedEffect(None)
        clonedEffect.setPythonSource(__file__.replace("\\", "/"))
        return clonedEffect

    def icon(self, name=None):
        """Icon of the button."""
        folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        return qt.QIcon(os.path.join(folder, "Resources", "Icons", "LesionFromStrokes.png"))

    def helpText(self):
        return _("Draw a stroke inside the lesion on one to three slices: the lesion grows within the femoral head up "
                 "to its dark rim. Draw outside it where it grew too far. Then press Apply.")

    def setupOptionsFrame(self):
        """Build the options."""
        self.insideButton = qt.QRadioButton(_("Inside the lesion"))
        self.outsideButton = qt.QRadioButton(_("Outside the lesion"))
        self.insideButton.checked = True
        self.insideButton.toolTip = _("Strokes mark lesion.")
        self.outsideButton.toolTip = _("Strokes mark what is no lesion; hold Shift for the same.")
        row = qt.QHBoxLayout()
        row.addWidget(self.insideButton)
        row.addWidget(self.outsideButton)
        self.scriptedEffect.addOptionsWidget(row)
        self.rimBox = qt.QCheckBox(_("The sclerotic rim belongs to the lesion"))
        self.rimBox.checked = True
        self.rimBox.toolTip = _("Untick to leave the dark rim between lesion and marrow out.")
        self.rimBox.connect("toggled(bool)", lambda isOn: self._grow())
        self.scriptedEffect.addOptionsWidget(self.rimBox)
        row = qt.QHBoxLayout()
        self.backButton = self._button("removeStrokeButton", _("Remove last stroke"), self._onBack, row)
        self.clearButton = self._button("clearStrokesButton", _("Clear"), self._onClear, row)
        self.applyButton = self._button("applyStrokesButton", _("Apply"), self._onApply, row)
        self.scriptedEffect.addOptionsWidget(row)
        self.label = qt.QLabel()
        self.label.objectName = "strokesLabel"
        self.label.wordWrap = True
        self.scriptedEffect.addOptionsWidget(self.label)
        self._updateButtons()

    def activate(self):
        """The tool was chosen."""
        # Slicer loads this file by its path, so that it has no package of its own.
        from ONVolumetryLib.ui import strokesession, strokewatch

        self.session = strokesession.StrokeSession(self._nodes)
        self._watch = strokewatch.StrokeWatch(self._follow, self.session.hide)
        self._watch.watch(self.scriptedEffect.parameterSetNode())
        self._updateButtons()

    def deactivate(self):
        """Another tool was chosen."""
        if self._watch is not None:
            self._watch.stop()
        if self.session is not None:
            self.session.end()
        self.session = self._stroke = self._watch = None

    def createCursor(self, widget):
        """A cross, as strokes are thin."""
        return qt.QCursor(qt.Qt.CrossCursor)

    def processInteractionEvents(self, callerInteractor, eventId, viewWidget):
        """Draw a stroke with the left button in a slice view."""
        if viewWidget.className() != "qMRMLSliceWidget" or self.session is None:
            return False
        isHandled = False
        if eventId == vtk.vtkCommand.LeftButtonPressEvent and not (
                callerInteractor.GetControlKey() or callerInteractor.GetAltKey()):
            isOutside = self.outsideButton.checked or bool(callerInteractor.GetShiftKey())
            self._stroke = (isOutside, [])
            isHandled = True
        if self._stroke is not None and eventId in (vtk.vtkCommand.LeftButtonPressEvent,
                                                    vtk.vtkCommand.MouseMoveEvent,
                                                    vtk.vtkCommand.LeftButtonReleaseEvent):
            self._stroke[1].append(self.xyToRas(callerInteractor.GetEventPosition(), viewWidget))
            isHandled = True
        if self._stroke is not None and eventId == vtk.vtkCommand.LeftButtonReleaseEvent:
            isOutside, points = self._stroke
            self._stroke = None
            self.session.add(points, isOutside)
            self._grow()
            # The text gets its height when events are processed.
            qt.QTimer.singleShot(0, self._scrollHere)
        return isHandled

    def processViewNodeEvents(self, callerViewNode, eventId, viewWidget):
        """Views may change without touching the strokes."""

    def setMRMLDefaults(self):
        """There are no parameters kept in the scene."""

    def updateGUIFromMRML(self):
        """Follow a change of segment or volume."""
        self._follow()

    def _follow(self):
        if self.session is not None:
            self._watch.watch(self.scriptedEffect.parameterSetNode())
            self.session.follow()
            self._updateButtons()

    def _nodes(self):
        """Segmentation, segment and volume at hand."""
        node = self.scriptedEffect.parameterSetNode()
        if node is None:
            return None, "", None
        return node.GetSegmentationNode(), node.GetSelectedSegmentID() or "", node.GetSourceVolumeNode()

    def _grow(self):
        if self.session is None:
            return
        with slicer.util.tryWithErrorDisplay(_("The lesion could not be grown."), waitCursor=True):
            self.session.grow(self.rimBox.checked)
        self._updateButtons()

    def _onBack(self):
        self.session.removeLast()
        self._grow()

    def _onClear(self):
        self.session.clear()
        self._updateButtons()

    def _onApply(self):
        with slicer.util.tryWithErrorDisplay(_("The lesion could not be applied.")):
            self.scriptedEffect.saveStateForUndo()
            self.session.apply(self.rimBox.checked)
        self._updateButtons()

    def _scrollHere(self):
        """Bring the text and Apply in sight, where the panel is higher than its window."""
        if self.session is None:
            return
        area = self.label.parentWidget()
        while area is not None and not area.inherits("QScrollArea"):
            area = area.parentWidget()
        if area is not None:
            for widget in (self.label, self.applyButton):
                area.ensureWidgetVisible(widget)

    def _updateButtons(self):
        session = self.session
        hasStrokes = session is not None and session.count > 0
        canApply = session is not None and session.canApply
        for button in (self.backButton, self.clearButton):
            button.enabled = hasStrokes
            button.toolTip = "" if hasStrokes else _("There are no strokes.")
        self.applyButton.enabled = canApply
        self.applyButton.toolTip = (_("Let the selected segment be what is shown; Undo brings the former one back.")
                                    if canApply else session.whyElsewhere if hasStrokes and session.whyElsewhere
                                    else _("Draw a stroke inside the lesion first."))
        self.label.text = "" if session is None else session.text

    def _button(self, name, text, onClicked, row):
        button = qt.QPushButton(text)
        button.objectName = name
        button.connect("clicked()", onClicked)
        row.addWidget(button)
        return button
