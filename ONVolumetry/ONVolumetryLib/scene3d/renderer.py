"""Offscreen drawing of layers with VTK."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (registers the drawing classes)
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkActor, vtkLight, vtkPolyDataMapper, vtkRenderer, vtkRenderWindow

from .mesh import Mesh, polyDataOf
from .styles import Style
from .viewpoints import Viewpoint

BACKGROUND = (255, 255, 255)


class OffscreenRenderer:
    """A window that nobody sees, with a parallel camera.

    :param widthPixels: of the pictures.
    :param heightPixels: of the pictures.
    :param centerRas: what the camera looks at.
    :param pixelMm: size of a pixel in the patient.
    :param isSmoothed: whether edges are smoothed afterwards (needless where the picture will be reduced).
    """

    def __init__(self, widthPixels: int, heightPixels: int, centerRas, pixelMm: float, isSmoothed: bool = False):
        self.size = (widthPixels, heightPixels)
        self.center = np.asarray(centerRas, dtype=float)
        self.pixelMm = pixelMm
        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.SetSize(widthPixels, heightPixels)
        self.renderer = vtkRenderer()
        self.renderer.SetBackground(*(part / 255.0 for part in BACKGROUND))
        self.renderer.SetUseFXAA(isSmoothed)
        self.renderer.AutomaticLightCreationOff()
        for position, intensity in (((-0.35, 0.5, 1.0), 0.85), ((0.5, -0.9, 0.5), 0.45)):
            self.renderer.AddLight(_cameraLight(position, intensity))
        self.window.AddRenderer(self.renderer)

    def setLayers(self, layers: Sequence[tuple[Mesh, Style]]):
        """Replace what is drawn.

        :param layers: meshes with their looks; what encloses comes after what it encloses.
        """
        self.renderer.RemoveAllViewProps()
        actors = [(_mapper(mesh), style) for mesh, style in layers if not mesh.isEmpty]
        for mapper, style in actors:
            if style.isOpaque:
                self.renderer.AddActor(_actor(mapper, style, 1.0))
        # Far sides from outside in, near sides from inside out: nested bodies need no sorting of their triangles.
        translucent = [(mapper, style) for mapper, style in actors if not style.isOpaque]
        for mapper, style in reversed(translucent):
            self.renderer.AddActor(_actor(mapper, style, style.farOpacity, culled="front"))
        for mapper, style in translucent:
            if style.nearOpacity > 0:
                self.renderer.AddActor(_actor(mapper, style, style.nearOpacity, culled="back"))

    def picture(self, viewpoint: Viewpoint) -> np.ndarray:
        """Draw from a viewpoint: (rows from the top, columns, 3) uint8."""
        camera = self.renderer.GetActiveCamera()
        camera.ParallelProjectionOn()
        camera.SetFocalPoint(*self.center)
        camera.SetPosition(*(self.center + 300.0 * viewpoint.towardViewerRas))
        camera.SetViewUp(*viewpoint.upRas)
        camera.SetParallelScale(0.5 * self.size[1] * self.pixelMm)
        self.renderer.ResetCameraClippingRange()
        self.window.Render()
        pixels = vtkUnsignedCharArray()
        self.window.GetRGBACharPixelData(0, 0, self.size[0] - 1, self.size[1] - 1, 1, pixels)
        picture = vtk_to_numpy(pixels).reshape(self.size[1], self.size[0], 4)
        return np.ascontiguousarray(picture[::-1, :, :3])

    def pixelOf(self, pointRas, viewpoint: Viewpoint) -> tuple[float, float]:
        """Column and row at which a point is drawn."""
        right, up, _ = viewpoint.rotation() @ (np.asarray(pointRas, dtype=float) - self.center) / self.pixelMm
        return self.size[0] / 2.0 + float(right), self.size[1] / 2.0 - float(up)


def _cameraLight(position, intensity: float) -> vtkLight:
    light = vtkLight()
    light.SetLightTypeToCameraLight()
    light.SetPosition(*position)
    light.SetFocalPoint(0.0, 0.0, 0.0)
    light.SetIntensity(intensity)
    return light


def _mapper(mesh: Mesh) -> vtkPolyDataMapper:
    data = polyDataOf(mesh)
    data.GetPointData().SetNormals(numpy_to_vtk(mesh.normals(), deep=True))
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.ScalarVisibilityOff()
    return mapper


def _actor(mapper: vtkPolyDataMapper, style: Style, opacity: float, culled: str | None = None) -> vtkActor:
    actor = vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetColor(*(part / 255.0 for part in style.colorRgb))
    look.SetOpacity(opacity)
    look.SetAmbient(0.35)
    look.SetDiffuse(0.7)
    look.SetSpecular(0.15 if style.isOpaque else 0.0)
    look.SetSpecularPower(20.0)
    # What only tints the ground is as flat as its patch in the legend.
    look.SetLighting(style.nearOpacity > 0)
    look.SetFrontfaceCulling(culled == "front")
    look.SetBackfaceCulling(culled == "back")
    return actor
