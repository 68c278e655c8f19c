"""Measuring in a scene needs no package that 3D Slicer does not bundle, and no application."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

SCRIPT = """
import sys
sys.path.insert(0, {guardFolder!r})
import importguard
importguard.install()
import slicer
from ONVolumetryLib.mrml import ballhip
from ONVolumetryLib.mrml.logic import MeasurementLogic

scene = slicer.vtkMRMLScene()
logic = MeasurementLogic(scene)
hip = ballhip.addBallHip(scene)
record = logic.record(hip, logic.measure(hip))
logic.store(hip, record)
assert abs(1000 * record["visits"][0]["fhv_cm3"] / ballhip.HEAD_MM3 - 1) < 0.01
assert abs(1000 * record["visits"][0]["onv_cm3"] / ballhip.LESION_MM3 - 1) < 0.03
assert not {{"qt", "ctk", "pandas", "matplotlib", "skimage", "tqdm"}} & set(sys.modules)
"""


def testMeasuringInAScene(repository):
    script = SCRIPT.format(guardFolder=str(repository / "Testing" / "InSlicer"))
    environment = {**os.environ, "PYTHONPATH": str(repository / "ONVolumetry")}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
