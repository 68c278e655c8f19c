"""Parameters of the module as older and newer versions stored them."""

from __future__ import annotations

from ..core.errors import FileError

# Marks the node of a hip.
HIP_ATTRIBUTE = "ONVolumetry.hip"
SCHEMA_KEY = "schemaVersion"
SCHEMA_VERSION = 1


def migrateParameters(parameterNode):
    """Bring stored parameters to the present schema, before anything reads them.

    :param parameterNode: vtkMRMLScriptedModuleNode of the module; one without parameters is left alone.
    :raises FileError: a newer version of the module stored them.
    """
    stored = parameterNode.GetParameter(SCHEMA_KEY)
    if not stored:
        return
    if not stored.isdigit() or int(stored) > SCHEMA_VERSION:
        raise FileError("the scene was saved by a newer version of ONVolumetry; update the extension to open it")
