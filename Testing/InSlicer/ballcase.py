"""Case folders of a ball-shaped head whose lesion shrinks from visit to visit; quick to make."""

from dataclasses import replace
from pathlib import Path

import numpy as np

MONTHS = {"preop": 0.0, "3 months": 3.0, "12 months": 12.0}
# Share of the cap's rows that is left at a visit.
LEFT = {"preop": 1.0, "3 months": 0.7, "12 months": 0.4}
RIGHT_OF_MIDDLE_MM = 88.0


def makeCase(folder, **changes) -> Path:
    """Write the case and return the path of case.json.

    :param changes: of fields of the Case.
    """
    from ONVolumetryLib.files.case import Case, CaseVisit, writeCase
    from ONVolumetryLib.files.images import writeImage
    from ONVolumetryLib.files.segment import Segment, Segmentation
    from ONVolumetryLib.files.segmentations import writeSegmentation
    from ONVolumetryLib.files.segmentnames import HEAD, LESION

    folder, visits = Path(folder), []
    for label, month in MONTHS.items():
        masks = masksOfVisit(label)
        stem = label.replace(" ", "-")
        image, outlines = folder / f"{stem}.nrrd", folder / f"{stem}.seg.nrrd"
        voxels = (200 * masks[0].fullArray().astype(np.int16) - 120 * masks[1].fullArray())
        writeImage(image, voxels, masks[0].grid)
        writeSegmentation(outlines, Segmentation(tuple(
            Segment(standard.name, mask, standard.role, standard.colorRgb, "completed", standard.terminologyEntry)
            for standard, mask in zip((HEAD, LESION), masks)), masks[0].grid))
        visits.append(CaseVisit(label, month, image=image, segmentation=outlines))
    case = Case("7", "P-7", "right", "female", tuple(visits), {"healed": True, "age_years": 43.0, "smoker": False})
    writeCase(folder / "case.json", replace(case, **changes))
    return folder / "case.json"


def masksOfVisit(label):
    """Head and lesion of a visit, on the patient's right."""
    from ONVolumetryLib.core.geometry import GridGeometry
    from ONVolumetryLib.core.mask import Mask
    from ONVolumetryLib.mrml.ballhip import ballMasks

    head, lesion = ballMasks()
    matrix = np.array(head.grid.ijkToRas)
    matrix[0, 3] += RIGHT_OF_MIDDLE_MM
    grid = GridGeometry(head.grid.sizeIjk, matrix)
    rows = np.arange(grid.sizeIjk[1])[:, None]
    used = np.flatnonzero(lesion.fullArray().any(axis=(0, 2)))
    kept = lesion.fullArray() * (rows >= used[-1] - LEFT[label] * len(used))
    return Mask.fromArray(head.fullArray(), grid), Mask.fromArray(kept, grid)
