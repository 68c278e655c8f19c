"""Images on disk: the same place in the patient from every format, and bad files refused with one plain line."""

import gzip
import re
import struct

import numpy as np
import pytest
import SimpleITK as sitk
from ONVolumetryLib.core.errors import FileError, GeometryError
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.files.images import readImage, writeImage

SIZE_IJK = (6, 5, 4)
VOXELS = np.arange(120, dtype=np.int16).reshape(4, 5, 6)


def makeGrid(leftHanded=False):
    rotation, _ = np.linalg.qr(np.array([[0.9, 0.2, -0.1], [-0.3, 0.8, 0.3], [0.1, -0.2, 1.0]]))
    rotation[:, 2] *= np.sign(np.linalg.det(rotation)) * (-1 if leftHanded else 1)
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * (0.6, 0.7, 4.0)
    matrix[:3, 3] = (-116.9, 37.9, -57.2)
    return GridGeometry(SIZE_IJK, matrix)


def requireRefusal(path, kind, text):
    """The file is refused in one line that names it and says what is wrong and what to do."""
    with pytest.raises(kind) as caught:
        readImage(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    assert message.count(str(path)) == 1
    assert "; " in message, "no remedy"
    assert re.search(text, message), message


@pytest.mark.parametrize("leftHanded", [False, True])
@pytest.mark.parametrize("ending", [".nrrd", ".nii", ".nii.gz", ".mha"])
def testRoundTripKeepsVoxelsAndPlace(tmp_path, ending, leftHanded):
    grid = makeGrid(leftHanded)
    path = tmp_path / "Ördner" / f"image{ending}"
    writeImage(path, VOXELS, grid)
    image = readImage(path)
    assert np.array_equal(image.voxels, VOXELS)
    assert np.allclose(image.geometry.ijkToRas, grid.ijkToRas, atol=1e-4)
    assert image.acquisitionNormalRas is None
    assert len(list(path.parent.iterdir())) == 1


def testLpsBecomesRasOnce(tmp_path):
    image = sitk.GetImageFromArray(VOXELS)
    image.SetOrigin((10, 20, 30))
    image.SetSpacing((1, 2, 3))
    sitk.WriteImage(image, str(tmp_path / "a.nrrd"))
    geometry = readImage(tmp_path / "a.nrrd").geometry
    assert np.allclose(geometry.toRas([1, 1, 1]), [-11, -22, 33])


def testRealNiftiHasTheNotedSlicePitch(sharedData):
    geometry = readImage(sharedData / "pelvis-t1" / "case-05" / "t1_cor.nii.gz").geometry
    assert geometry.sizeIjk == (384, 384, 45)
    assert geometry.spacingMm == pytest.approx([0.9115, 0.9115, 5.2], abs=1e-4)
    # Centers of both heads as noted beside the data (LPS) lie inside the image.
    for centerLps in ([-131.0, 3.7, -0.8], [38.8, 0.2, -6.5]):
        ijk = geometry.toIjk(np.array(centerLps) * (-1, -1, 1))
        assert np.all(ijk > 0) and np.all(ijk < geometry.sizeIjk)


def testMissingFile(tmp_path):
    requireRefusal(tmp_path / "gone.nrrd", FileError, "no such file")


def testUnknownKind(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    requireRefusal(tmp_path / "a.txt", FileError, "kind of file")


def testWrongContent(tmp_path):
    (tmp_path / "a.nrrd").write_text("hello")
    requireRefusal(tmp_path / "a.nrrd", FileError, "not a NRRD file")
    (tmp_path / "a.nii").write_bytes(bytes(400))
    requireRefusal(tmp_path / "a.nii", FileError, "not a NIfTI")
    (tmp_path / "a.mha").write_text("hello")
    requireRefusal(tmp_path / "a.mha", FileError, "damaged")


@pytest.mark.parametrize("ending", [".nrrd", ".nii", ".nii.gz", ".mha"])
@pytest.mark.parametrize("isCompressed", [True, False])
@pytest.mark.parametrize("lost", [12, 40, 10_000])
def testTruncatedFile(tmp_path, ending, isCompressed, lost):
    path = tmp_path / f"a{ending}"
    noise = np.random.default_rng(1).integers(0, 1000, (40, 20, 20), dtype=np.int16)
    sitk.WriteImage(sitk.GetImageFromArray(noise), str(path), useCompression=isCompressed)
    path.write_bytes(path.read_bytes()[:-lost])
    requireRefusal(path, FileError, "damaged or incomplete")


def testDetachedDataThatIsNotThere(tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(VOXELS), str(tmp_path / "a.mhd"))
    (tmp_path / "a.raw").unlink()
    requireRefusal(tmp_path / "a.mhd", FileError, "damaged or incomplete")


def testTwoDimensionalImage(tmp_path):
    sitk.WriteImage(sitk.Image(8, 8, sitk.sitkInt16), str(tmp_path / "flat.nrrd"))
    requireRefusal(tmp_path / "flat.nrrd", GeometryError, "two-dimensional")
    sitk.WriteImage(sitk.Image(8, 8, 1, sitk.sitkInt16), str(tmp_path / "one.mha"))
    requireRefusal(tmp_path / "one.mha", GeometryError, "two-dimensional")


def testTimeSeriesAndColor(tmp_path):
    sitk.WriteImage(sitk.Image([4, 4, 4, 3], sitk.sitkInt16), str(tmp_path / "time.nii.gz"))
    requireRefusal(tmp_path / "time.nii.gz", GeometryError, "four dimensions")
    sitk.WriteImage(sitk.Image([4, 4, 4], sitk.sitkVectorUInt8, 3), str(tmp_path / "color.nrrd"))
    requireRefusal(tmp_path / "color.nrrd", FileError, "color or vector")


def writeNrrd(path, geometryLines):
    header = ["NRRD0004", "type: unsigned char", "dimension: 3", "sizes: 6 5 4", "encoding: raw", *geometryLines]
    path.write_bytes(("\n".join(header) + "\n\n").encode() + bytes(120))
    return path


LPS = "space: left-posterior-superior"
ORIGIN = "space origin: (1,2,3)"


@pytest.mark.parametrize("lines, text", [
    ([LPS, "space directions: (0.5,0,0) (0,0.6,0) (0,0,0)", ORIGIN], "spacing"),
    ([LPS, "space directions: (0.5,0,0) (0,0.6,0) (0,0,nan)", ORIGIN], "spacing"),
    ([LPS, "space directions: (0.5,0,0) (0,0.6,0) (0,0,inf)", ORIGIN], "spacing"),
    ([LPS, "space directions: (0.5,0,0) (0,0.6,0) (0,0,4)", "space origin: (1,nan,3)"], "origin"),
    (["spacings: 0.5 0.6 0"], "spacing"),
    (["spacings: 0.5 0.6 nan"], "spacing"),
    ([], "how large a voxel is"),
    ([LPS], "how large a voxel is"),
    ([LPS, "space directions: (0.5,0,0) (0,0.6,0) (0,0.2,4)", ORIGIN], "sheared"),
    ([LPS, "space directions: (0.5,0,0) (0,0.6,0) (0,0.6,0)", ORIGIN], "sheared|singular"),
])
def testNrrdThatItkWouldMendInSilence(tmp_path, lines, text):
    requireRefusal(writeNrrd(tmp_path / "a.nrrd", lines), GeometryError, text)


def testNrrdWithSpacingsOnlyIsRead(tmp_path):
    image = readImage(writeNrrd(tmp_path / "a.nrrd", ["spacings: 0.5 0.6 4"]))
    assert image.geometry.spacingMm == pytest.approx([0.5, 0.6, 4])


@pytest.mark.parametrize("old, new, text", [
    (b"ElementSpacing = 1 1 1", b"ElementSpacing = 1 1 0", "spacing"),
    (b"ElementSpacing = 1 1 1", b"ElementSpacing = 1 1 nan", "spacing"),
    (b"ElementSpacing = 1 1 1\n", b"", "how large a voxel is"),
    (b"TransformMatrix = 1 0 0 0 1 0 0 0 1", b"TransformMatrix = 1 0 0 0 1 0 0 0.2 1", "sheared"),
])
def testMetaImageThatItkWouldMendInSilence(tmp_path, old, new, text):
    path = tmp_path / "a.mha"
    sitk.WriteImage(sitk.GetImageFromArray(VOXELS), str(path))
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    requireRefusal(path, GeometryError, text)


SHEARED = (-0.5, 0, 0, 0, 0, -0.6, 1, 0, 0, 0, 4, 0)
SCALED = (-0.5, 0, 0, 0, 0, -0.6, 0, 0, 0, 0, 7, 0)


@pytest.mark.parametrize("sform, qformCode, pixelSizes, text", [
    (SHEARED, 0, None, "sheared"),
    (SHEARED, 1, None, "sheared"),
    ((-0.5, 0, 0, 0, 0, -0.6, 0.04, 0, 0, 0, 4, 0), 1, None, "sheared"),
    (SCALED, 0, None, "contradicting"),
    ((-0.5, 0, 0, 0, 0, -0.6, 0, 0, 0, 0, float("nan"), 0), 0, None, "."),
    (None, 1, (0.5, 0.6, 0), "spacing"),
    (None, 1, (0.5, 0.6, float("nan")), "spacing"),
    (None, 0, (0.5, 0.6, -4), "spacing"),
])
def testNiftiThatItkWouldMendInSilence(tmp_path, sform, qformCode, pixelSizes, text):
    plain = tmp_path / "plain.nii"
    image = sitk.GetImageFromArray(VOXELS)
    image.SetSpacing((0.5, 0.6, 4))
    sitk.WriteImage(image, str(plain))
    content = bytearray(plain.read_bytes())
    struct.pack_into("<hh", content, 252, qformCode, 0 if sform is None else 1)
    if sform is not None:
        struct.pack_into("<12f", content, 280, *sform)
    if pixelSizes is not None:
        struct.pack_into("<3f", content, 80, *pixelSizes)
    (tmp_path / "a.nii").write_bytes(bytes(content))
    (tmp_path / "a.nii.gz").write_bytes(gzip.compress(bytes(content)))
    requireRefusal(tmp_path / "a.nii", GeometryError, text)
    requireRefusal(tmp_path / "a.nii.gz", GeometryError, text)


def testWriteRefusesAnArrayOfAnotherSize(tmp_path):
    with pytest.raises(FileError, match="does not fit"):
        writeImage(tmp_path / "a.nrrd", np.zeros((2, 2, 2)), makeGrid())
    with pytest.raises(FileError, match="kind of file"):
        writeImage(tmp_path / "a.png", VOXELS, makeGrid())


@pytest.mark.parametrize("key, value", [
    ("DimSize", "6 5"), ("DimSize", "6 5 x"), ("DimSize", "6 5 -4"), ("NDims", "2"), ("ElementType", "MET_OTHER"),
    ("TransformMatrix", "1 0 0 0 1 0 0 0"), ("Offset", "0 0"), ("ElementDataFile", ""), ("ElementDataFile", "gone.raw"),
])
def testMetaImageThatItkDoesNotSurvive(tmp_path, key, value):
    path = tmp_path / "a.mha"
    sitk.WriteImage(sitk.GetImageFromArray(VOXELS), str(path))
    content = path.read_bytes()
    line = re.search(rb"(?m)^" + key.encode() + rb" = .*$", content).group(0)
    path.write_bytes(content.replace(line, f"{key} = {value}".encode()))
    requireRefusal(path, (FileError, GeometryError), "damaged or incomplete|not a number")


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".mha", ".nrrd"])
def testNothingIsPrintedForABadFile(tmp_path, capfd, ending):
    path = tmp_path / f"a{ending}"
    sitk.WriteImage(sitk.GetImageFromArray(VOXELS), str(path))
    path.write_bytes(path.read_bytes()[:-20])
    capfd.readouterr()
    with pytest.raises(FileError):
        readImage(path)
    assert capfd.readouterr() == ("", "")
