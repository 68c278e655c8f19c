"""What the 3D regression costs: python regressionbench.py [CASE.json] (a synthetic hip where none is given).

Times are those of one processor, not of the clock. Needs slicer-core for the part in a scene.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from ONVolumetryLib.mrml.caseopening import openCase
from ONVolumetryLib.mrml.logic import MeasurementLogic
from ONVolumetryLib.mrml.regressionnodes import findRegression, storeRegression
from ONVolumetryLib.program.casemeasurement import measureCase
from ONVolumetryLib.scene3d.mesh import vtkVolumeMm3
from ONVolumetryLib.scene3d.regressionscene import regressionScene


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", nargs="?", type=Path, help="case.json; a synthetic hip where it is not given")
    path = parser.parse_args().case
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = path or syntheticCase(folder / "hip")
        case, measurement, visits = measureCase(path)
        segments = [visit.segments for visit in visits]
        regressionScene(segments, measurement, case.side)  # loads what it needs
        with timed("scene of all visits"):
            scene = regressionScene(segments, measurement, case.side)
        tellDrift(scene)
        inScene(folder, path, scene)


def syntheticCase(folder: Path) -> Path:
    """A synthetic hip of three visits."""
    from ONVolumetryLib.cli import main as program

    program(["phantom", "--preset", "healed-101", "--output", str(folder)])
    return folder / "case.json"


def tellDrift(scene):
    """How true and closed the surfaces are."""
    for visit in scene.visits:
        drifts = {"head": visit.headDriftPercent, "lesion": visit.lesionDriftPercent}
        known = ", ".join(f"{name} {drift:+.3f} %" for name, drift in drifts.items() if drift is not None)
        isClosed = all(layer.mesh.isWatertight for layer in visit.layers)
        volumes = ", ".join(f"{layer.key} {vtkVolumeMm3(layer.mesh) / 1000:.2f} cm3" for layer in visit.layers)
        print(f"{visit.label}: drift {known or 'none'}; watertight {isClosed}; {volumes}")


def inScene(folder: Path, path: Path, regression):
    """Models and timeline in a scene, steps of the timeline, and what they add to the scene's file."""
    import slicer

    scene = slicer.vtkMRMLScene()
    logics = [slicer.vtkSlicerSegmentationsModuleLogic(), slicer.vtkSlicerSequencesLogic()]
    for logic in logics:
        logic.SetMRMLScene(scene)
    hip = dataclasses.replace(openCase(scene, path), owner=scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))
    MeasurementLogic(scene).measure(hip)
    before = savedSize(scene, folder / "plain.mrb")
    with timed("models, timeline and legend in a scene"):
        storeRegression(scene, hip, regression, "")
    print(f".mrb larger by {(savedSize(scene, folder / 'whole.mrb') - before) / 1e6:.1f} MB (not compressed)")
    browser = findRegression(hip.owner).browser
    for index in range(browser.GetNumberOfItems()):
        with timed(f"step {index + 1} of the timeline"):
            browser.SetSelectedItemNumber(index)
            logics[1].UpdateProxyNodesFromSequences(browser)
    for logic in logics:
        logic.SetMRMLScene(None)


def savedSize(scene, path: Path) -> int:
    """Size of the scene saved, in bytes."""
    for node in (node for index in range(scene.GetNumberOfNodes()) if (node := scene.GetNthNode(index))):
        if node.IsA("vtkMRMLStorableNode") and not node.GetStorageNode():
            node.AddDefaultStorageNode()
    scene.WriteToMRB(str(path))
    return path.stat().st_size


@contextmanager
def timed(what: str):
    start = time.process_time()
    yield
    print(f"{what}: {1000 * (time.process_time() - start):.0f} ms")


if __name__ == "__main__":
    main()
