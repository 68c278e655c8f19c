"""Buttons of the section Regression in 3D that write files."""

from __future__ import annotations

import html
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import ONVolumetryError
from ..scene3d.moviefile import GIF, MP4, WEBP
from .cancelabletask import CancelableTask, TaskCanceledError
from .hipstate import sentence
from .regressionexport import exportDrawing, exportModel, movieSuffix
from .sectionmarks import enable, setText


class RegressionFiles:
    """Binds the buttons.

    :param ui: widgets of the panel by name.
    :param section: RegressionSection, which gives the scene and shows what was written.
    """

    def __init__(self, ui, section):
        self.ui, self.section = ui, section
        self.task = CancelableTask(ui.regressionProgress, ui.regressionCancelButton)
        ui.regressionCancelButton.hide()
        ui.regressionPictureButton.connect("clicked(bool)", lambda checked=False: self._onPicture())
        ui.regressionModelButton.connect("clicked(bool)", lambda checked=False: self._onModel())
        ui.regressionMovieButton.connect("clicked(bool)", lambda checked=False: self._onMovie())

    def show(self, reason: str):
        """Bring the buttons up to date.

        :param reason: why nothing can be drawn; "" when it can.
        """
        enable(self.ui.regressionPictureButton, reason,
               _("Write regression.png: one panel a visit, from anterior, superior and lateral."))
        enable(self.ui.regressionModelButton, reason,
               _("Write regression.glb, which standard 3D viewers open: a named node for each visit and part."))
        enable(self.ui.regressionMovieButton, reason,
               _("Write a movie of nine seconds: a turn of the first visit, the lesion over time, a turn of the last. "
                 "Drawing it takes about half a minute."))
        self.ui.regressionCancelButton.toolTip = _("Stop drawing; nothing is written.")
        setText(self.ui.regressionMovieLabel, _movieText(movieSuffix()))

    def exportModel(self, path):
        """Write the model."""
        self._attempt(path, lambda scene, hip: exportModel(path, scene, hip))

    def exportDrawing(self, path):
        """Write the picture or the movie, as the ending of the path says."""
        self.ui.regressionCancelButton.show()
        try:
            with self.task.running():
                self._attempt(path, lambda scene, hip: exportDrawing(path, scene, hip, self.task.progress))
        finally:
            self.ui.regressionCancelButton.hide()

    def _attempt(self, path, write):
        section = self.section
        with slicer.util.tryWithErrorDisplay(_("The file was not written."), waitCursor=True), section.busy():
            try:
                write(section.known.currentScene(), section.state.hip.hip)
                section.message = _("Written: {path}").format(path=html.escape(str(path)))
            except TaskCanceledError:
                section.message = _("Canceled: nothing was written.")
            except ONVolumetryError as error:
                section.message = f"<b>{_('Not written.')}</b> {html.escape(sentence(str(error)))}"
        section.panel.update()

    def _onPicture(self):
        path = _chosenPath(_("Export the picture"), "regression.png", "PNG (*.png)")
        if path:
            self.exportDrawing(path)

    def _onModel(self):
        path = _chosenPath(_("Export the model"), "regression.glb", "glTF (*.glb)")
        if path:
            self.exportModel(path)

    def _onMovie(self):
        suffix = movieSuffix()
        path = _chosenPath(_("Export the movie"), f"regression{suffix}", f"{suffix[1:].upper()} (*{suffix})")
        if path:
            self.exportDrawing(path)


def _chosenPath(title: str, name: str, kinds: str) -> str:
    """Path that the user chose, with the ending of the proposed name; "" where the user chose none."""
    path = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), title, name, kinds)
    suffix = Path(name).suffix
    return path if not path or Path(path).suffix.lower() == suffix else f"{path}{suffix}"


def _movieText(suffix: str) -> str:
    if suffix == MP4:
        return _("The movie will be an MP4, by the ffmpeg of the module Screen Capture.")
    kind = {WEBP: _("an animated WebP picture"), GIF: _("an animated GIF")}[suffix]
    return _("The movie will be {kind}, which browsers play: for an MP4, set up ffmpeg in the module Screen "
             "Capture.").format(kind=kind)
