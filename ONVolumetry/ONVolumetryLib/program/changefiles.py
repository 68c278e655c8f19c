"""Change over time of a case: registrations read and found, change maps as files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ..core.changeovertime import Scan, addChangeOverTime
from ..core.hip import HipMeasurement
from ..files.case import Case
from ..files.changefile import changeFileNames, writeChangeMap
from ..files.transforms import readTransformToBaseline, writeTransformToBaseline
from ..files.visits import LoadedVisit

CHANGE_PATTERNS = ("change_*.seg.nrrd", "transform_*.tfm")


def withChangeOverTime(case: Case, measurement: HipMeasurement, visits: Sequence[LoadedVisit]) -> HipMeasurement:
    """Register the follow-ups of a case to its baseline and map the change.

    :raises ONVolumetryError: a transform of the case cannot be read or is not rigid.
    """
    scans = {visit.segments.label: Scan(visit.image.voxels, visit.image.geometry)
             for visit in visits if visit.image is not None}
    transforms = {visit.label: readTransformToBaseline(visit.transformToBaseline)
                  for visit in case.visits if visit.done and visit.transformToBaseline is not None}
    return addChangeOverTime(measurement, [visit.segments for visit in visits], scans, transforms, case.side)


def changeFiles(measurement: HipMeasurement) -> dict[str, bytes]:
    """Change maps as .seg.nrrd and usable registrations as .tfm, by file name."""
    names = changeFileNames(visit.label for visit in measurement.visits)
    files = {}
    with tempfile.TemporaryDirectory(prefix="onvolumetry-") as folder:
        for visit in measurement.visits:
            path = Path(folder) / names[visit.label]
            if visit.changeMap is not None:
                writeChangeMap(path, visit.changeMap)
                files[path.name] = path.read_bytes()
            if visit.registration is not None and visit.registration.isUsable:
                name = path.name.replace("change_", "transform_", 1).replace(".seg.nrrd", ".tfm")
                writeTransformToBaseline(Path(folder) / name, visit.registration.followupToBaselineRas)
                files[name] = (Path(folder) / name).read_bytes()
    return files
