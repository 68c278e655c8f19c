"""The change of a lesion as a segmentation that 3D Slicer opens with names and colors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ..core.changemap import ChangeMap
from .segment import Segment, Segmentation
from .segmentations import writeSegmentation

# Okabe and Ito's colors, which people with any kind of color vision can tell apart.
SEGMENTS = (("regenerated", "Regenerated", (0.0, 0.62, 0.45)),
            ("persistent", "Persistent lesion", (0.84, 0.37, 0.0)),
            ("new", "New lesion", (0.80, 0.47, 0.65)),
            ("uncertain", "Uncertain (near an outline)", (0.60, 0.60, 0.60)))
COMPLETED = "completed"


def writeChangeMap(path, change: ChangeMap):
    """Write regenerated, persistent and new lesion and the uncertain shell that overlaps them.

    :param path: ends in .seg.nrrd.
    :param change: on its fine grid in the baseline's space.
    """
    segments = tuple(Segment(name, getattr(change, part), part, color, COMPLETED) for part, name, color in SEGMENTS)
    writeSegmentation(Path(path), Segmentation(segments, change.grid))


def changeFileNames(labels: Iterable[str]) -> dict[str, str]:
    """File names `change_VISIT.seg.nrrd` of visits; what file systems refuse in a label becomes an underscore.

    :param labels: names of all visits of a hip.
    :return: file name by label, all different, also where upper and lower case are one.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for label in labels:
        stem = f"change_{re.sub(r'[^0-9A-Za-z.-]+', '_', label).strip('_.') or 'visit'}"
        name, count = stem, 1
        while name.casefold() in taken:
            count += 1
            name = f"{stem}_{count}"
        taken.add(name.casefold())
        names[label] = f"{name}.seg.nrrd"
    return names
