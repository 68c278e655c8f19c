"""The hips of the scene as members of a cohort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from slicer.i18n import tr as _

from ..cohort.intake import IntakeHip, hipOfRecord
from ..core.errors import ONVolumetryError
from ..files.filecontext import atomicPath, namedFile
from ..files.results import measurementsCsv
from .hipparameters import hipNodes, hipParameters
from .hipstate import sentence


class SceneHips:
    """Records of the hips of the application's scene.

    :param logic: ONVolumetryLogic of the scene.
    :param nodesOfScene: function that returns the nodes of all hips.
    """

    def __init__(self, logic, nodesOfScene: Callable[[], list]):
        self.logic, self.nodesOfScene = logic, nodesOfScene
        self._records: list = []

    def look(self, isThorough: bool = False) -> list[IntakeHip]:
        """The hips with what stands in their way.

        :param isThorough: read all outlines to see whether a result is out of date; takes a moment.
        """
        self._records = []
        return [self._look(node, isThorough) for node in self.nodesOfScene()]

    def _look(self, node, isThorough: bool) -> IntakeHip:
        source = _("this scene")
        try:
            hip = hipNodes(hipParameters(node))
            stored = self.logic.storedRecord(hip)
            if stored is None:
                return IntakeHip(hip.hip, source, problems=(_("not measured yet: press Measure"),))
            isChanged = not stored.isSameInput or (isThorough and self.logic.changedVisits(hip, stored.record))
            # What is known of the patient may have been entered after measuring.
            record = {**stored.record, "subject": dict(hip.subject)}
            self._records.append(record)
            problems = (_("the result is out of date: press Measure again"),) if isChanged else ()
            return hipOfRecord(record, source, problems)
        except ONVolumetryError as error:
            return IntakeHip(node.GetName(), source, problems=(sentence(str(error)),))

    def writeTable(self, path: Path):
        """Write the rows of the hips that were looked at last.

        :raises FileError: the file cannot be written.
        """
        with namedFile(path), atomicPath(path) as temporary:
            temporary.write_bytes(measurementsCsv(self._records).encode("utf-8"))
