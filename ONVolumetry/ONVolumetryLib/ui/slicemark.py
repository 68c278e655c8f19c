"""Draws on one slice view which outlines in it are interpolated: dashes over them, and words in its corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import vtk
from slicer.i18n import tr as _
from vtk.util.numpy_support import numpy_to_vtk

from ..core.sliceoutline import dashes
from ..mrml.worldtransforms import arrayOfMatrix

DASH_PIXELS, GAP_PIXELS, WIDTH_PIXELS = 14, 10, 3
GAP_COLOR = (0.0, 0.0, 0.0)
FONT_SIZE, MARGIN_PIXELS, NARROW_PIXELS = 14, 8, 420
BACKGROUND_OPACITY = 0.65
# Shares of the view's height that Slicer's orientation marker takes in the same corner: small, medium, large.
MARKER_SHARES = (0.15, 0.25, 0.40)


@dataclass(frozen=True, eq=False)
class MarkedOutline:
    """An interpolated outline on the slice that a view shows.

    :param name: of its segment.
    :param colorRgb: of its segment, 0 to 1.
    :param loopsRas: closed outlines, corners (n, 3) each, mm.
    """

    name: str
    colorRgb: tuple[float, float, float]
    loopsRas: Sequence[np.ndarray]


class SliceMark:
    """What is drawn on a slice view; the caller asks the view to render.

    :param sliceWidget: qMRMLSliceWidget.
    """

    def __init__(self, sliceWidget):
        self.node = sliceWidget.mrmlSliceNode()
        self.view = sliceWidget.sliceView()
        self._renderer = self.view.renderWindow().GetRenderers().GetFirstRenderer()
        self._gaps, self._dashes, self._text = vtk.vtkActor2D(), vtk.vtkActor2D(), vtk.vtkTextActor()
        for actor in (self._gaps, self._dashes):
            actor.SetMapper(vtk.vtkPolyDataMapper2D())
            actor.GetProperty().SetLineWidth(WIDTH_PIXELS * self.view.devicePixelRatioF())
        self._gaps.GetProperty().SetColor(*GAP_COLOR)
        style = self._text.GetTextProperty()
        style.SetFontSize(FONT_SIZE)
        style.SetJustificationToRight()
        style.SetVerticalJustificationToBottom()
        style.SetBold(True)
        # Legible over any image.
        style.SetBackgroundColor(*GAP_COLOR)
        style.SetBackgroundOpacity(BACKGROUND_OPACITY)
        for actor in self._actors:
            actor.VisibilityOff()

    @property
    def _actors(self) -> tuple:
        return self._gaps, self._dashes, self._text

    @property
    def text(self) -> str:
        """The words in the corner, "" where the view shows nothing interpolated."""
        return self._text.GetInput() if self._text.GetVisibility() else ""

    @property
    def cornerPixels(self) -> tuple[float, float]:
        """Lower right corner of the words, from the view's lower left one."""
        return tuple(self._text.GetPosition())

    @property
    def dashCount(self) -> int:
        """Number of dashes that are seen."""
        return self._dashes.GetMapper().GetInput().GetNumberOfLines() if self._dashes.GetVisibility() else 0

    def show(self, outlines: Sequence[MarkedOutline]):
        """Mark these outlines and no others."""
        for actor in self._actors:
            actor.SetVisibility(bool(outlines))
            # What was added last is drawn over the rest, which may have been added since.
            self._renderer.RemoveViewProp(actor)
            if outlines:
                self._renderer.AddViewProp(actor)
        if not outlines:
            return
        loops = [(self._inPixels(loop), outline.colorRgb) for outline in outlines for loop in outline.loopsRas]
        ratio = self.view.devicePixelRatioF()
        pieces = [(piece, color) for loop, color in loops for piece in dashes(loop, DASH_PIXELS * ratio,
                                                                              GAP_PIXELS * ratio)]
        self._gaps.GetMapper().SetInputData(_lines([np.vstack([loop, loop[:1]]) for loop, _color in loops]))
        drawn = _lines([piece for piece, _color in pieces])
        colors = np.array([color for _piece, color in pieces]).reshape(-1, 3)
        drawn.GetCellData().SetScalars(numpy_to_vtk((255 * colors).astype(np.uint8), deep=True))
        self._dashes.GetMapper().SetInputData(drawn)
        self._write(outlines)

    def remove(self):
        """Take everything out of the view."""
        for actor in self._actors:
            self._renderer.RemoveViewProp(actor)
        self.view.scheduleRender()

    def _write(self, outlines: Sequence[MarkedOutline]):
        width, height = self.node.GetDimensions()[:2]
        pattern = _("{segment}: interpolated slice") if width >= NARROW_PIXELS * self.view.devicePixelRatioF() else _(
            "{segment}:\ninterpolated slice")
        self._text.SetInput("\n".join(pattern.format(segment=outline.name) for outline in outlines))
        colors = {outline.colorRgb for outline in outlines}
        self._text.GetTextProperty().SetColor(*(colors.pop() if len(colors) == 1 else (1.0, 1.0, 1.0)))
        hasMarker = self.node.GetOrientationMarkerType() != self.node.OrientationMarkerTypeNone
        above = MARKER_SHARES[self.node.GetOrientationMarkerSize()] * height if hasMarker else 0
        self._text.SetPosition(width - MARGIN_PIXELS, above + MARGIN_PIXELS)

    def _inPixels(self, pointsRas: np.ndarray) -> np.ndarray:
        """Points of the patient in pixels of the view, from its lower left corner."""
        toPixels = np.linalg.inv(arrayOfMatrix(self.node.GetXYToRAS()))
        return (pointsRas @ toPixels[:3, :3].T + toPixels[:3, 3])[:, :2]


def _lines(polylines: Sequence[np.ndarray]):
    """Lines of a picture plane as a surface of VTK."""
    points = np.vstack([np.zeros((0, 2)), *polylines])
    vtkPoints = vtk.vtkPoints()
    vtkPoints.SetData(numpy_to_vtk(np.column_stack([points, np.zeros(len(points))]), deep=True))
    cells, start = vtk.vtkCellArray(), 0
    for line in polylines:
        cells.InsertNextCell(len(line), list(range(start, start + len(line))))
        start += len(line)
    drawn = vtk.vtkPolyData()
    drawn.SetPoints(vtkPoints)
    drawn.SetLines(cells)
    return drawn
