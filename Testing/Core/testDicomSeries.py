"""DICOM series: the right grid from slice positions, or a refusal that says which slices are wrong."""

import copy

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from ONVolumetryLib.core.errors import FileError, GeometryError, ONVolumetryError
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.files.scancontrast import contrastOfDataset
from ONVolumetryLib.files.serieswanted import ANY_SERIES, SeriesWanted
from pydicom.dataset import FileMetaDataset
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage, generate_uid

NAME = "SECRET^PATIENT"
ROW = np.array([np.cos(0.087), 0.0, -np.sin(0.087)])
COLUMN = np.array([-np.sin(0.087), 0.0, -np.cos(0.087)])
ORIGIN = np.array([-100.0, -40.0, 60.0])
PITCH = 5.2


def makeSlice(index, series="1.2.3", number=3, description="t1_tse_cor"):
    """One slice 4 mm thick; the next lies 5.2 mm on along the normal."""
    dataset = pydicom.Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = MRImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.PatientName, dataset.PatientID = NAME, "SECRET-ID"
    dataset.Modality, dataset.SeriesInstanceUID = "MR", series
    dataset.SeriesNumber, dataset.SeriesDescription, dataset.InstanceNumber = number, description, 101 + index
    dataset.ImageOrientationPatient = [float(value) for value in (*ROW, *COLUMN)]
    dataset.ImagePositionPatient = [float(value) for value in ORIGIN + index * PITCH * np.cross(ROW, COLUMN)]
    dataset.PixelSpacing, dataset.SliceThickness = [0.8, 0.6], 4.0
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 5, 6, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.PixelData = (np.arange(30, dtype=np.uint16) + 100 * index).tobytes()
    return dataset


@pytest.fixture
def series():
    return [makeSlice(index) for index in range(6)]


def makeMultiFrame(order):
    """One enhanced MR object whose frames are stored in the given order; geometry in functional groups only."""
    dataset = makeSlice(0)
    slices = [makeSlice(index) for index in order]
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    dataset.NumberOfFrames = len(order)
    shared, measures, orientation = pydicom.Dataset(), pydicom.Dataset(), pydicom.Dataset()
    measures.PixelSpacing, measures.SliceThickness = dataset.PixelSpacing, 4.0
    orientation.ImageOrientationPatient = dataset.ImageOrientationPatient
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = []
    for piece in slices:
        group, position = pydicom.Dataset(), pydicom.Dataset()
        position.ImagePositionPatient = piece.ImagePositionPatient
        group.PlanePositionSequence = [position]
        dataset.PerFrameFunctionalGroupsSequence.append(group)
    dataset.PixelData = b"".join(piece.PixelData for piece in slices)
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"):
        delattr(dataset, keyword)
    return dataset


def save(folder, datasets, preamble="present"):
    """Write slices under names that say nothing about their order."""
    folder.mkdir(exist_ok=True)
    for index, dataset in enumerate(datasets):
        path = folder / f"IM{(index * 7919) % 997:03d}"
        pydicom.dcmwrite(path, dataset, enforce_file_format=True)
        if preamble == "absent":
            path.write_bytes(path.read_bytes()[132:])
        if preamble == "no file meta":
            pydicom.dcmwrite(path, pydicom.Dataset(dataset), enforce_file_format=False, implicit_vr=True,
                             little_endian=True)
    return folder


def requireRefusal(folder, kind, *texts, wanted=ANY_SERIES):
    with pytest.raises(kind) as caught:
        readImage(folder, wanted)
    message = str(caught.value)
    assert message.startswith(f"{folder}: ") and "\n" not in message and "; " in message
    assert "SECRET" not in message
    for text in texts:
        assert text in message, message


@pytest.mark.parametrize("preamble", ["present", "absent", "no file meta"])
def testPitchAndPlaceComeFromPositions(tmp_path, series, preamble):
    folder = save(tmp_path / "scan", series[::-1], preamble)
    (folder / "notes.txt").write_text("not DICOM")
    (folder / "thumbs.db").write_bytes(b"\x08\x00" + bytes(range(256)) * 4)
    (folder / "empty").write_bytes(b"")
    (folder / "sub").mkdir()
    image = readImage(folder)
    assert image.geometry.sizeIjk == (6, 5, 6)
    assert image.geometry.spacingMm == pytest.approx([0.6, 0.8, PITCH], abs=1e-4)
    for index in (0, 3, 5):
        positionLps = np.array(series[index].ImagePositionPatient, dtype=float)
        found = round(image.geometry.toIjk(positionLps * (-1, -1, 1))[2])
        assert image.geometry.toRas([0, 0, found]) == pytest.approx(positionLps * (-1, -1, 1), abs=1e-3)
        assert np.array_equal(image.voxels[found].ravel(), np.arange(30) + 100 * index)
    assert abs(image.acquisitionNormalRas @ (np.cross(ROW, COLUMN) * (-1, -1, 1))) == pytest.approx(1)


def testColumnIndexGrowsAlongTheRowDirection(tmp_path, series):
    image = readImage(save(tmp_path / "scan", series))
    assert image.geometry.axisDirections[:, 0] == pytest.approx(ROW * (-1, -1, 1), abs=1e-4)
    assert image.geometry.axisDirections[:, 1] == pytest.approx(COLUMN * (-1, -1, 1), abs=1e-4)


def testRescaleOfEachSliceIsApplied(tmp_path, series):
    for index, dataset in enumerate(series):
        dataset.RescaleSlope, dataset.RescaleIntercept = (1, 0) if index == 0 else (0.5, -3)
    image = readImage(save(tmp_path / "scan", series))
    assert image.voxels[0, 0, 1] == pytest.approx(1)
    assert image.voxels[1, 0, 1] == pytest.approx(101 * 0.5 - 3)


def testOtherDicomObjectsInTheFolderAreLeftAlone(tmp_path, series):
    report = copy.deepcopy(series[0])
    report.Modality, report.SeriesInstanceUID = "SR", "9.9"
    del report.PixelData, report.Rows, report.Columns
    folder = save(tmp_path / "scan", [*series, report])
    assert readImage(folder).geometry.sizeIjk[2] == 6


def testFramesOfOneFileAreSortedByPosition(tmp_path, series):
    several = readImage(save(tmp_path / "several", series))
    one = readImage(save(tmp_path / "one", [makeMultiFrame((3, 0, 5, 1, 4, 2))]))
    assert np.array_equal(one.voxels, several.voxels)
    assert np.allclose(one.geometry.ijkToRas, several.geometry.ijkToRas)


def testMissingFrameAndSeveralMultiFrameFilesAreRefused(tmp_path):
    requireRefusal(save(tmp_path / "missing", [makeMultiFrame((0, 1, 2, 4))]), GeometryError,
                   "1 slice(s) are missing between slices number 3 and 4")
    requireRefusal(save(tmp_path / "two", [makeMultiFrame((0, 1)), makeMultiFrame((2, 3))]), FileError,
                   "several multi-frame files")
    bare = makeMultiFrame((0, 1))
    del bare.PerFrameFunctionalGroupsSequence
    requireRefusal(save(tmp_path / "bare", [bare]), FileError, "no positions")


def testSeveralSeriesAreListed(tmp_path, series):
    other = [makeSlice(index, "1.2.4", 5, "t2_tirm_cor") for index in range(7)]
    requireRefusal(save(tmp_path / "scan", series + other), FileError, 'series 3 "t1_tse_cor", 6 slices',
                   'series 5 "t2_tirm_cor", 7 slices, coronal T2 MR', "series_number")


def testSeriesIsNamedByUidOrNumber(tmp_path, series):
    folder = save(tmp_path / "scan", series + [makeSlice(index, "1.2.4", 5, "t2_tirm_cor") for index in range(7)])
    for wanted, slices in ((SeriesWanted(uid="1.2.4"), 7), (SeriesWanted(number=3), 6)):
        assert readImage(folder, wanted).geometry.sizeIjk[2] == slices
    requireRefusal(folder, FileError, "no series with the number 9", wanted=SeriesWanted(number=9))
    requireRefusal(folder, FileError, "no series with the series_instance_uid", wanted=SeriesWanted(uid="1.2.9"))
    save(tmp_path / "scan2", series + [makeSlice(index, "1.2.4") for index in range(7)])
    requireRefusal(tmp_path / "scan2", FileError, "more than one series with the number 3",
                   wanted=SeriesWanted(number=3))


def testOnlyCoronalT1OrT2SeriesIsTaken(tmp_path, series):
    axial = [makeSlice(index, "1.2.5", 7, "t1_tse_tra") for index in range(6)]
    localizer = [makeSlice(index, "1.2.6", 1, "t1_localizer") for index in range(3)]
    density = [makeSlice(index, "1.2.7", 8, "pd_tse_cor") for index in range(6)]
    damaged = [makeSlice(index, "1.2.8", 9, "t1_cor damaged") for index in range(6)]
    for index, dataset in enumerate(axial):
        dataset.ImageOrientationPatient, dataset.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 5 * index]
    for dataset in localizer:
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    for dataset in damaged:
        del dataset.PixelSpacing
    folder = save(tmp_path / "scan", [*series, *axial, *localizer, *density, *damaged])
    assert readImage(folder).geometry.spacingMm[2] == pytest.approx(PITCH, abs=1e-4)
    requireRefusal(folder, FileError, "PixelSpacing", wanted=SeriesWanted(number=9))
    alone = save(tmp_path / "other", [*axial, *density])
    requireRefusal(alone, FileError, 'series 7 "t1_tse_tra", 6 slices, axial T1 MR; series 8 "pd_tse_cor"')


@pytest.mark.parametrize("description, repetition, echo, contrast", [
    ("t1_tse_cor", None, None, "T1"), ("T2 TIRM COR", None, None, "T2"), ("COR STIR", None, None, "T2"),
    ("cor t1 and t2 map", None, None, None), ("cor", 550, 12, "T1"), ("cor", 4000, 90, "T2"), ("cor", 3000, 25, None),
    ("cor", None, 12, None), ("at10", None, None, None), ("t2*_medic", 600, 20, "T2"),
])
def testContrastOfASeries(description, repetition, echo, contrast):
    dataset = makeSlice(0, description=description)
    dataset.RepetitionTime, dataset.EchoTime = repetition, echo
    assert contrastOfDataset(dataset) == contrast


def testMissingSlicesAreNamed(tmp_path, series):
    requireRefusal(save(tmp_path / "scan", series[:2] + series[3:]), GeometryError,
                   "1 slice(s) are missing between slices number 102 and 104")


def testDoubledSliceIsNamed(tmp_path, series):
    double = makeSlice(2)
    double.InstanceNumber = 200
    requireRefusal(save(tmp_path / "scan", [*series, double]), GeometryError,
                   "slices number 103 and 200", "same position")


def testUnevenSlicesAreNamed(tmp_path, series):
    normal = np.cross(ROW, COLUMN)
    moved = ORIGIN + (2 * PITCH + 0.3) * normal
    series[2].ImagePositionPatient = [float(value) for value in moved]
    requireRefusal(save(tmp_path / "scan", series), GeometryError, "unevenly spaced", "number 102 and 103")


def testRoundedPositionsPass(tmp_path, series):
    for dataset in series:
        dataset.ImagePositionPatient = [round(float(value), 2) for value in dataset.ImagePositionPatient]
    assert readImage(save(tmp_path / "scan", series)).geometry.spacingMm[2] == pytest.approx(PITCH, abs=0.005)


def testTiltedGantryIsRefused(tmp_path, series):
    for index, dataset in enumerate(series):
        dataset.ImagePositionPatient = [float(value) for value in
                                        np.array(dataset.ImagePositionPatient, dtype=float) + index * 0.4 * COLUMN]
    requireRefusal(save(tmp_path / "scan", series), GeometryError, "shifted sideways by up to 2.0 mm", "number 106")


def testMixedDirectionsAndSizesAreRefused(tmp_path, series):
    turned = copy.deepcopy(series)
    turned[4].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    requireRefusal(save(tmp_path / "turned", turned), GeometryError, "different directions", "number 105")
    series[4].PixelSpacing = [0.9, 0.6]
    requireRefusal(save(tmp_path / "sizes", series), GeometryError, "different sizes or pixel spacings", "number 105")


@pytest.mark.parametrize("keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
def testSliceWithoutPlaceIsRefused(tmp_path, series, keyword):
    delattr(series[1], keyword)
    requireRefusal(save(tmp_path / "scan", series), FileError, keyword)


def testZeroSpacingAndOneSliceAreRefused(tmp_path, series):
    requireRefusal(save(tmp_path / "one", series[:1]), GeometryError, "two-dimensional")
    for dataset in series:
        dataset.PixelSpacing = [0, 0.6]
    requireRefusal(save(tmp_path / "zero", series), GeometryError, "spacing is zero")


def testFolderWithoutImagesAndDamagedPixels(tmp_path, series):
    (tmp_path / "none").mkdir()
    requireRefusal(tmp_path / "none", FileError, "no DICOM image")
    folder = save(tmp_path / "scan", series)
    file = sorted(folder.iterdir())[2]
    file.write_bytes(file.read_bytes()[:-30])
    requireRefusal(folder, FileError, "pixels")


@pytest.mark.parametrize("old, new", [(b"DS", b"D\xff"), (b"IS", b"Qx")])
def testDamagedHeaderIsRefused(tmp_path, series, old, new):
    folder = save(tmp_path / "scan", series)
    for file in folder.iterdir():
        content = file.read_bytes()
        start = content.index(b"\x20\x00" + (b"\x32\x00" if old == b"DS" else b"\x13\x00") + old)
        file.write_bytes(content[:start + 4] + new + content[start + 6:])
    requireRefusal(folder, FileError, "DICOM")


def testColorSeriesIsRefused(tmp_path, series):
    for dataset in series:
        dataset.SamplesPerPixel = 3
    requireRefusal(save(tmp_path / "scan", series), FileError, "color")


@pytest.mark.parametrize("case, slices, center", [("case-04", 50, [-116.9, -37.9, -57.2]),
                                                  ("case-07", 35, [-85.7, -4.7, -37.6])])
def testRealPelvis(sharedData, case, slices, center):
    image = readImage(sharedData / "pelvis-t1" / case / "dicom")
    assert image.geometry.sizeIjk == (384, 384, slices)
    assert image.geometry.spacingMm == pytest.approx([0.9115, 0.9115, 5.2], abs=1e-3)
    i, j, k = np.round(image.geometry.toIjk(np.array(center) * (-1, -1, 1))).astype(int)
    # Fatty marrow is bright on T1, and a dark line of cortex runs all around it near 20 mm.
    marrow = np.median(image.voxels[k, j - 8:j + 9, i - 8:i + 9])
    angles, radii = np.meshgrid(np.linspace(0, 2 * np.pi, 36), np.arange(13, 30, 0.5) / 0.9115)
    ring = image.voxels[k, np.round(j + radii * np.sin(angles)).astype(int),
                        np.round(i + radii * np.cos(angles)).astype(int)]
    assert np.mean(ring.min(axis=0) < 0.5 * marrow) > 0.75


@pytest.mark.parametrize("name", [
    "generic/compressed_rle/001", "generic/compressed_jpegls/001", "generic/compressed_j2k/001",
    "generic/compressed_jpeg/001",
    "generic/anatomical/002_non_isotropic", "ge/anatomical/001", "philips/anatomical/001", "hitachi/anatomical/001",
    "philips_enhanced/anatomical/001", "siemens_multiframe/anatomical/001", "hyperfine/anatomical/001",
    "failing/slicecount/001",
])
def testSameVoxelsAtTheSamePlacesAsTheReference(sharedData, name):
    folder = sharedData / "dicom-hard" / "dicom2nifti-tricky"
    image = readImage(folder / name)
    reference = sitk.ReadImage(str(folder / f"{name}_ground_truth.nii.gz"))
    assert sorted(reference.GetSize()) == sorted(image.geometry.sizeIjk)
    generator = np.random.default_rng(7)
    for ijk in generator.integers(0, image.geometry.sizeIjk, (200, 3)):
        pointLps = image.geometry.toRas(ijk) * (-1, -1, 1)
        index = reference.TransformPhysicalPointToContinuousIndex(pointLps.tolist())
        assert np.allclose(index, np.round(index), atol=0.02), "the voxel centers do not coincide"
        expected = reference.GetPixel([round(value) for value in index])
        assert image.voxels[tuple(ijk[::-1])] == pytest.approx(expected, rel=1e-3, abs=1.0)


@pytest.mark.parametrize("name, text", [
    ("dicom2nifti-tricky/philips/dti/001", "same position"),
    ("dicom2nifti-tricky/failing/sliceincrement/001", "1 slice(s) are missing"),
    ("dicom2nifti-tricky/failing/sliceorientation/001", "different directions"),
    ("dicom2nifti-tricky/failing/gantrytilting/001", "tilted gantry"),
    ("dcm_qa_ct-GE-tilt-variable-spacing/dicom", "unevenly spaced"),
    ("dcm_qa-oblique-coronal-mosaic/corasc35", "mosaic"),
    ("dcm_qa-oblique-coronal-mosaic/cordesc36", "mosaic"),
])
def testRealSeriesThatCannotBeMeasured(sharedData, name, text):
    requireRefusal(sharedData / "dicom-hard" / name, ONVolumetryError, text)


def testRealEnhancedFileAlone(sharedData):
    folder = sharedData / "dicom-hard" / "dcm_qa_xa30-enhanced-mr"
    file, = folder.glob("*.dcm")
    alone, inFolder = readImage(file), readImage(folder)
    assert np.array_equal(alone.voxels, inFolder.voxels)
    assert alone.geometry.spacingMm == pytest.approx([2, 2, 2], abs=1e-3)
    dataset = pydicom.dcmread(file)
    positions = [frame.PlanePositionSequence[0].ImagePositionPatient for frame in
                 dataset.PerFrameFunctionalGroupsSequence]
    for frame in (0, 40, 95):
        pointRas = np.array(positions[frame], dtype=float) * (-1, -1, 1)
        i, j, k = np.round(alone.geometry.toIjk(pointRas), 2)
        assert (i, j) == (0, 0) and k == round(k)
        assert np.array_equal(alone.voxels[int(k)], dataset.pixel_array[frame])


def testRealDecubitusSeriesLiesWhereItsHeadersSay(sharedData):
    folder = sharedData / "dicom-hard" / "dcm_qa_decubitus-t1-sag-HFDR" / "HFDR_t1_fl2d_sag"
    image = readImage(folder)
    assert image.geometry.sizeIjk == (256, 256, 35)
    assert image.geometry.spacingMm == pytest.approx([1.015625, 1.015625, 4.8], abs=1e-3)
    for file in sorted(folder.iterdir())[::11]:
        dataset = pydicom.dcmread(file)
        row, column = np.reshape(np.array(dataset.ImageOrientationPatient, dtype=float), (2, 3))
        place = np.array(dataset.ImagePositionPatient, dtype=float) + 1.015625 * (200 * row + 30 * column)
        i, j, k = image.geometry.toIjk(place * (-1, -1, 1))
        assert (i, j, k) == pytest.approx((200, 30, round(k)), abs=0.01)
        assert image.voxels[round(k), 30, 200] == dataset.pixel_array[30, 200]
