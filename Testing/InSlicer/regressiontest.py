"""What the tests of the section Regression in 3D share: a hip whose regression is built, and what views show."""

import json
from unittest import mock

import numpy as np
import slicer
import vtk
from paneltest import PanelTest, SharingPanelTest, settle
from vtk.util.numpy_support import vtk_to_numpy

LABELS = ("preop", "3 months", "12 months")
GREEN = (0, 158, 115)
NEAR = 60


# What has been built of the hip before: the same outlines at the same place give the same meshes.
remembered = {}


class RegressionHip:
    """A hip of three visits whose regression can be built."""

    def openHip(self, isRegistered=True):
        from ONVolumetryLib.ui import regressionstate

        patch = mock.patch.object(regressionstate, "hipScene", rememberedScene)
        patch.start()
        (self.addClassCleanup if isinstance(self, SharingPanelTest) else self.addCleanup)(patch.stop)
        slicer.util.mainWindow().resize(1600, 1000)
        self.openCase()
        if isRegistered:
            for index in (1, 2):
                register(self.panel.state.hip, index)
        self.ui.regressionSection.collapsed = False
        settle()

    def build(self):
        self.assertTrue(self.ui.regressionBuildButton.enabled, self.ui.regressionBuildButton.toolTip)
        self.ui.regressionBuildButton.click()
        settle()
        self.assertIsNotNone(self.regression, self.ui.regressionStatus.text)

    @property
    def regression(self):
        return self.panel.regressionSection.known.regression

    def view3D(self, name):
        from ONVolumetryLib.ui.threedviews import threeDWidget

        return threeDWidget(name)

    def views(self):
        return [self.view3D(f"ONVolumetry3D{index + 1}") for index in range(3)]

    def camera(self, name):
        return slicer.modules.cameras.logic().GetViewActiveCameraNode(self.view3D(name).mrmlViewNode())

    def cameras(self):
        return [self.camera(f"ONVolumetry3D{index + 1}") for index in range(3)]

    def child(self, name):
        return slicer.util.findChild(self.ui.regressionSection, name)

    def models(self, index, key):
        return next(model for model in self.regression.modelsOf(self.visit(index)) if model.key == key)


def rememberedScene(hip, segments, measurement, progress=None):
    """What hipScene gives, computed once."""
    from ONVolumetryLib.mrml.regressionnodes import fingerprintOf, hipScene

    key = (fingerprintOf(hip, segments), tuple(visit.label for visit in hip.visits), hip.side, hip.end)
    if key not in remembered:
        remembered[key] = hipScene(hip, segments, measurement, progress)
    return remembered[key]


class RegressionTest(RegressionHip, PanelTest):
    """A hip of three visits whose regression can be built."""

    def setUp(self):
        super().setUp()
        self.openHip()
        self.addCleanup(self.panel.regressionSection.leave)


class SharedRegressionTest(RegressionHip, SharingPanelTest):
    """Tests that look at one regression, which is built once; each begins with the visits side by side."""

    isRegistered = True

    def prepare(self):
        self.openHip(self.isRegistered)
        self.addClassCleanup(self.panel.regressionSection.leave)
        self.build()

    def again(self):
        # Turns the cameras back, too.
        self.ui.regressionVisitsButton.click()
        settle()


def register(hip, index):
    """Lay a visit on the baseline as the section Registration does; the balls of the case lie at the same place."""
    from ONVolumetryLib.mrml import visittransforms

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", f"visit {index} to baseline")
    node.SetAttribute(visittransforms.REGISTRATION_ATTRIBUTE, json.dumps(
        {"verdict": "accepted", "followup_to_baseline_ras": np.eye(4).tolist()}))
    for role, visit in ((visittransforms.BASELINE_SEGMENTATION_ROLE, hip.visits[0]),
                        (visittransforms.FOLLOWUP_SEGMENTATION_ROLE, hip.visits[index])):
        node.SetNodeReferenceID(role, visit.segmentation.GetID())
    hip.owner.AddNodeReferenceID(visittransforms.REGISTRATION_ROLE, node.GetID())


def toward(camera) -> np.ndarray:
    """Unit vector from what a camera looks at to the camera."""
    direction = np.subtract(camera.GetPosition(), camera.GetFocalPoint())
    return direction / np.linalg.norm(direction)


def visibleModels(view) -> set[str]:
    """IDs of this module's models that a view shows, but for the room."""
    viewId = view.mrmlViewNode().GetID()
    return {node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLModelNode")
            if node.GetDisplayNode() is not None and node.GetDisplayNode().GetVisibility()
            and node.GetDisplayNode().IsDisplayableInView(viewId)
            and not slicer.vtkMRMLSliceLogic.IsSliceModelNode(node) and "room" not in node.GetName()}


def caption(view) -> str:
    return view.threeDView().cornerAnnotation().GetText(2) or ""


def pixels(view) -> np.ndarray:
    """What a view shows, from the top, (rows, columns, 3)."""
    view.threeDView().forceRender()
    grabber = vtk.vtkWindowToImageFilter()
    grabber.SetInput(view.threeDView().renderWindow())
    grabber.ReadFrontBufferOff()
    grabber.Update()
    image = grabber.GetOutput()
    columns, rows, _ = image.GetDimensions()
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns, -1)[::-1, :, :3]


def share(picture: np.ndarray, color) -> float:
    """Share of the pixels near a color, in brightness not narrower than shading makes it."""
    found = np.asarray(picture)[..., :3].reshape(-1, 3).astype(float)
    wanted = np.array(color, dtype=float)
    scale = (found @ wanted) / (wanted @ wanted)
    away = np.linalg.norm(found - scale[:, None] * wanted, axis=1)
    return float(np.mean((away < NEAR) & (scale > 0.45) & (scale < 1.15)))


def loadPng(path):
    from PIL import Image

    return Image.open(path).convert("RGB")


def dragIn3D(view, step, steps=6):
    """Turn a 3D view with the mouse."""
    interactor = view.threeDView().renderWindow().GetInteractor()
    interactor.SetEventPosition(100, 100)
    interactor.LeftButtonPressEvent()
    for index in range(1, steps + 1):
        interactor.SetEventPosition(100 + step[0] * index // steps, 100 + step[1] * index // steps)
        interactor.MouseMoveEvent()
    interactor.LeftButtonReleaseEvent()


def nodeIds() -> set[str]:
    return {slicer.mrmlScene.GetNthNode(index).GetID() for index in range(slicer.mrmlScene.GetNumberOfNodes())}
