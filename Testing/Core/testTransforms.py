"""Transforms in ITK's files: direction, coordinate system, kinds that are refused."""

import numpy as np
import pytest
import SimpleITK as sitk
from ONVolumetryLib.core.errors import FileError, GeometryError
from ONVolumetryLib.core.registration.rigid import applyTo, rigidMatrix
from ONVolumetryLib.files.transforms import readTransformToBaseline, writeTransformToBaseline

# As 3D Slicer writes the node whose matrix ("to parent", RAS) turns by 90 degrees about S and then shifts by
# R 1, A 2, S 3: its file holds the inverse in LPS.
SLICER_FILE = """#Insight Transform File V1.0
#Transform 0
Transform: AffineTransform_double_3_3
Parameters: 0 1 0 -1 0 0 0 0 1 2 -1 -3
FixedParameters: 0 0 0
"""
TO_PARENT_RAS = np.array([[0.0, -1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]])
MATRIX = rigidMatrix([0.2, -0.1, 0.3], [5.0, -7.0, 11.0], [90.0, -10.0, 40.0])


def testFileOf3dSlicerIsTheInverseInLps(tmp_path):
    path = tmp_path / "m3.tfm"
    path.write_text(SLICER_FILE)
    assert np.allclose(readTransformToBaseline(path), TO_PARENT_RAS, atol=1e-12)


def testRegistrationOfSimpleItkFromBaselineToFollowupIsUnderstood(tmp_path):
    """A bright spot of the follow-up, resampled to the baseline with the file, lies where the matrix puts it."""
    transform = sitk.Euler3DTransform((10.0, 20.0, 30.0), 0.1, -0.2, 0.15, (4.0, -5.0, 6.0))
    sitk.WriteTransform(transform, str(tmp_path / "m3.tfm"))
    matrix = readTransformToBaseline(tmp_path / "m3.tfm")
    baselineLps = np.array([12.0, -3.0, 25.0])
    followupLps = np.array(transform.TransformPoint(baselineLps.tolist()))
    assert np.allclose(applyTo(matrix, followupLps * [-1, -1, 1]), baselineLps * [-1, -1, 1], atol=1e-9)


@pytest.mark.parametrize("name", ["m3.tfm", "m3.h5", "m3.txt"])
def testWrittenTransformIsReadBack(tmp_path, name):
    writeTransformToBaseline(tmp_path / name, MATRIX)
    assert np.allclose(readTransformToBaseline(tmp_path / name), MATRIX, atol=1e-9)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def testWrittenTransformResamplesTheFollowupOntoTheBaseline(tmp_path):
    writeTransformToBaseline(tmp_path / "m3.tfm", MATRIX)
    transform = sitk.ReadTransform(str(tmp_path / "m3.tfm"))
    followupRas = np.array([95.0, -20.0, 35.0])
    baselineRas = applyTo(MATRIX, followupRas)
    assert np.allclose(transform.TransformPoint((baselineRas * [-1, -1, 1]).tolist()), followupRas * [-1, -1, 1])


def testCompositeOfRigidTransformsIsRead(tmp_path):
    shift = sitk.TranslationTransform(3, (1.0, 2.0, 3.0))
    composite = sitk.CompositeTransform([sitk.Euler3DTransform(), shift])
    sitk.WriteTransform(composite, str(tmp_path / "m3.h5"))
    matrix = readTransformToBaseline(tmp_path / "m3.h5")
    assert np.allclose(matrix[:3, 3], [1.0, 2.0, -3.0])


def testTransformsThatDeformTheFemurAreRefused(tmp_path):
    scaling = sitk.AffineTransform(3)
    scaling.Scale(1.05)
    sitk.WriteTransform(scaling, str(tmp_path / "scaled.tfm"))
    with pytest.raises(GeometryError, match=r"scaled\.tfm.*rigid"):
        readTransformToBaseline(tmp_path / "scaled.tfm")
    sitk.WriteTransform(sitk.BSplineTransform(3, 3), str(tmp_path / "spline.tfm"))
    with pytest.raises(GeometryError, match="rigid"):
        readTransformToBaseline(tmp_path / "spline.tfm")


def testDamagedAndMissingFilesAreNamed(tmp_path):
    (tmp_path / "m3.tfm").write_text("not a transform")
    with pytest.raises(FileError, match=r"m3\.tfm: .*save the transform"):
        readTransformToBaseline(tmp_path / "m3.tfm")
    with pytest.raises(FileError, match="no such file"):
        readTransformToBaseline(tmp_path / "gone.tfm")
    (tmp_path / "m3.doc").write_text(SLICER_FILE)
    with pytest.raises(FileError, match="kind of file"):
        readTransformToBaseline(tmp_path / "m3.doc")
