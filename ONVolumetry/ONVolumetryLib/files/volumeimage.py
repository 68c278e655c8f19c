"""An image in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.geometry import GridGeometry


@dataclass(frozen=True, eq=False)
class VolumeImage:
    """A scalar image in the patient.

    :param voxels: array in KJI order.
    :param geometry: its grid, IJK to RAS in mm.
    :param acquisitionNormalRas: unit normal of the acquired slices in RAS; None where the file does not tell
        (only DICOM does).
    :param frameOfReference: DICOM's UID of the coordinates; never shown; None where the file has none.
    """

    voxels: np.ndarray
    geometry: GridGeometry
    acquisitionNormalRas: np.ndarray | None = None
    frameOfReference: str | None = None
