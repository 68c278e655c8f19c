"""Rigid transforms in ITK's files (.tfm, .txt, .h5), as 3D Slicer and SimpleITK write them.

Direction: such a file holds the *resampling* transform in LPS, which maps points of the fixed image, here the
baseline, to the moving image, here the follow-up. That is what a SimpleITK registration with the baseline as fixed
image returns, and what 3D Slicer stores for a transform node under which the follow-up lies on the baseline ("from
parent" in Slicer's terms; the matrix that its Transforms module shows, "to parent", is the inverse). In this library a
transform to the baseline maps points of the follow-up to the baseline in RAS, so that reading and writing invert.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..core.errors import FileError, GeometryError
from ..core.registration.rigid import inverseOf, requireRigid
from .filecontext import atomicPath, namedFile, requireFile
from .itkgrid import LPS_TO_RAS, itkWarningsOff

TRANSFORM_ENDINGS = (".tfm", ".txt", ".h5", ".hdf5", ".mat")
DAMAGED = "the transform cannot be read; save the transform node again as .tfm or .h5"


def readTransformToBaseline(path) -> np.ndarray:
    """Read a rigid transform.

    :param path: .tfm, .txt, .h5 or .mat.
    :return: 4x4 that carries points of the follow-up to the baseline, RAS in mm.
    :raises FileError: the file is absent, damaged, or of another kind.
    :raises GeometryError: the transform is deformable, scales, shears or mirrors.
    """
    path = Path(path)
    with namedFile(path):
        requireFile(path)
        if not path.name.lower().endswith(TRANSFORM_ENDINGS):
            raise FileError(f"the kind of file is not known; give one of {', '.join(TRANSFORM_ENDINGS)}")
        try:
            with itkWarningsOff():
                transform = sitk.ReadTransform(str(path))
        except RuntimeError as error:
            raise FileError(DAMAGED) from error
        if transform.GetDimension() != 3 or not transform.IsLinear():
            raise GeometryError("the transform is not a rigid one in three dimensions; a femur does not deform: "
                                "register it with a rigid transform")
        baselineToFollowup = LPS_TO_RAS @ _matrixOf(transform) @ LPS_TO_RAS
        return inverseOf(requireRigid(baselineToFollowup))


def writeTransformToBaseline(path, followupToBaselineRas: np.ndarray):
    """Write a rigid transform; the file appears whole or not at all.

    Opened in 3D Slicer it makes a transform node; a follow-up volume put under it lies on the baseline.

    :param path: ends in .tfm or .h5.
    :param followupToBaselineRas: 4x4, RAS in mm.
    """
    path = Path(path)
    with namedFile(path):
        matrix = LPS_TO_RAS @ inverseOf(requireRigid(followupToBaselineRas)) @ LPS_TO_RAS
        transform = sitk.AffineTransform(3)
        transform.SetMatrix(matrix[:3, :3].ravel().tolist())
        transform.SetTranslation(matrix[:3, 3].tolist())
        try:
            with atomicPath(path) as temporary:
                sitk.WriteTransform(transform, str(temporary))
        except RuntimeError as error:
            raise FileError("the transform cannot be written; give it the ending .tfm or .h5") from error


def _matrixOf(transform: sitk.Transform) -> np.ndarray:
    """4x4 of a linear transform of any class, composite ones too."""
    matrix = np.eye(4)
    origin = np.array(transform.TransformPoint((0.0, 0.0, 0.0)))
    for axis in range(3):
        matrix[:3, axis] = np.array(transform.TransformPoint(tuple(np.eye(3)[axis]))) - origin
    matrix[:3, 3] = origin
    return matrix
