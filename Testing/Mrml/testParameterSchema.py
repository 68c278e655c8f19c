"""Parameters of scenes that other versions saved."""

import pytest
from ONVolumetryLib.core.errors import FileError

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed: there is no wheel for this Python")

from ONVolumetryLib.mrml.parameterschema import SCHEMA_KEY, migrateParameters  # noqa: E402


@pytest.fixture
def parameterNode(scene):
    return scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "ONVolumetry")


@pytest.mark.parametrize("stored", [None, "1"])
def testPresentAndUnusedParametersAreLeftAlone(parameterNode, stored):
    if stored:
        parameterNode.SetParameter(SCHEMA_KEY, stored)
    migrateParameters(parameterNode)
    assert parameterNode.GetParameter(SCHEMA_KEY) == (stored or "")


@pytest.mark.parametrize("stored", ["2", "next"])
def testNewerParametersAreRefusedWithARemedy(parameterNode, stored):
    parameterNode.SetParameter(SCHEMA_KEY, stored)
    with pytest.raises(FileError, match="newer version of ONVolumetry; update"):
        migrateParameters(parameterNode)
