"""Agreement of readers: distances of known solids, and folders of cases from end to end."""

import json

import numpy as np
import pytest

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

from ONVolumetryLib.cohort.errors import StatisticError
from ONVolumetryLib.cohort.output import writeCohort
from ONVolumetryLib.cohort.readers import readerAgreement
from ONVolumetryLib.cohort.results import CohortResults
from ONVolumetryLib.cohort.settings import CohortSettings
from ONVolumetryLib.cohort.surfacedistance import dice, overlap
from ONVolumetryLib.core.errors import ONVolumetryError
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation

SPACING = (0.5, 0.5, 0.5)


@pytest.mark.parametrize(("shift", "expected"), [(1, 0.9250625), (2, 0.8505), (5, 0.6328125)])
def testShiftedSpheresHaveTheirDiceAndHausdorffDistance(shapes, shift, expected):
    grid = shapes.gridAround(16.0, SPACING)
    result = overlap(shapes.maskOf(shapes.ball(10.0), grid), shapes.maskOf(shapes.ball(10.0, (shift, 0, 0)), grid))
    assert result.dice == pytest.approx(expected, abs=0.004)
    assert result.hausdorffMm == pytest.approx(shift, abs=0.1)
    assert result.averageDistanceMm < result.hausdorff95Mm <= result.hausdorffMm
    # The distance to a sphere shifted by s is about |s cos|, whose average over a sphere is s / 2.
    assert result.averageDistanceMm == pytest.approx(shift / 2, abs=0.15)


def testConcentricSpheresAreTheirRadiiApart(shapes):
    grid = shapes.gridAround(14.0, SPACING)
    result = overlap(shapes.maskOf(shapes.ball(10.0), grid), shapes.maskOf(shapes.ball(12.0), grid))
    assert result.dice == pytest.approx(0.7331378, abs=0.004)
    # The outlines follow the voxels, so that distances are known to about a third of one.
    assert result.averageDistanceMm == pytest.approx(2.0, abs=0.25)
    assert result.hausdorff95Mm == pytest.approx(2.0, abs=0.2)
    assert result.hausdorffMm == pytest.approx(2.0, abs=0.5)


def testOneStrayVoxelMovesOnlyTheMaximum(shapes):
    grid = shapes.gridAround(24.0, (1.0, 1.0, 1.0))
    ball = shapes.maskOf(shapes.ball(10.0), grid)
    stray = ball | shapes.maskOf(shapes.ball(0.9, (20.0, 0, 0)), grid)
    result = overlap(ball, stray)
    assert result.hausdorffMm == pytest.approx(10.5, abs=1.0)
    assert result.hausdorff95Mm < 0.1


def testEqualOutlinesAgreeExactly(shapes):
    ball = shapes.maskOf(shapes.ball(10.0), shapes.gridAround(16.0, (0.6, 0.6, 4.0)))
    result = overlap(ball, ball)
    assert result.dice == 1.0
    assert result.hausdorffMm < 1e-5


def testOutlinesOnDifferentGridsAreCompared(shapes):
    first = shapes.maskOf(shapes.ball(10.0), shapes.gridAround(16.0, SPACING))
    turned = shapes.gridAround(18.0, (0.6, 0.7, 0.8), shapes.rotationOf((0.1, 0.2, 0.3)), (0.3, 0.1, 0.2))
    second = shapes.maskOf(shapes.ball(10.0, (2.0, 0, 0)), turned)
    assert dice(first, second) == pytest.approx(0.8505, abs=0.01)
    assert dice(second, first) == pytest.approx(dice(first, second))
    assert overlap(first, second).hausdorffMm == pytest.approx(2.0, abs=0.5)


def testAnEmptyOutlineHasNoDistance(shapes):
    grid = shapes.gridAround(12.0, (2.0, 2.0, 2.0))
    with pytest.raises(StatisticError, match="outlined nothing"):
        overlap(shapes.maskOf(shapes.ball(10.0), grid), shapes.maskOf(lambda points: points[..., 0] > 1e3, grid))


@pytest.fixture
def writeReader(tmp_path, shapes):
    """Write a reader's folder with one case a hip; radii of the lesion by hip and visit."""
    grid = shapes.gridAround(16.0, (2.0, 2.0, 3.0))

    def write(name, radii):
        for hip, byVisit in radii.items():
            folder = tmp_path / name / hip
            folder.mkdir(parents=True)
            visits = []
            for month, radius in byVisit.items():
                segments = (Segment("Femoral head", shapes.maskOf(shapes.ball(14.0), grid), "head", status="completed"),
                            Segment("Osteonecrosis lesion", shapes.maskOf(shapes.ball(radius, (0, 0, 2.0)), grid),
                                    "lesion", status="completed"))
                writeSegmentation(folder / f"m{month}.seg.nrrd", Segmentation(segments, grid))
                visits.append({"label": f"{month} months", "month": month, "segmentation": f"m{month}.seg.nrrd"})
            case = {"schema": "onvolumetry-case/1", "hip": hip, "side": "right", "sex": "male", "visits": visits}
            (folder / "case.json").write_text(json.dumps(case))
        return tmp_path / name
    return write


RADII = {"1": {0: 9.0, 3: 6.0}, "2": {0: 11.0, 3: 8.0}, "3": {0: 7.0}}


def testReadersFoldersGiveAgreement(writeReader):
    larger = {hip: {month: radius + 0.7 for month, radius in visits.items()} for hip, visits in RADII.items()}
    tables, figures = readerAgreement([writeReader("Anna", RADII), writeReader("Bob", larger),
                                       writeReader("Carl", {"1": RADII["1"]})])
    byKey = {table.key: table for table in tables}
    cells = {(cell.group, cell.item): cell for cell in byKey["readers_onv_cm3"].cells}
    bias = cells["Anna \u2212 Bob", "Bland-Altman"].statistics
    assert bias.n == 5
    assert bias.meanDifference < -0.3, "Bob outlines more"
    assert cells["Anna \u2212 Carl", "concordance"].note.startswith("not computed: 2"), "too few common visits"
    lesion = {(cell.group, cell.item): cell.statistics for cell in byKey["readers_overlap"].cells}
    assert lesion["Anna \u2212 Carl", "lesion: Dice"].mean == 1.0
    assert 0.7 < lesion["Anna \u2212 Bob", "lesion: Dice"].mean < 0.95
    assert lesion["Anna \u2212 Bob", "lesion: average surface distance, mm"].mean == pytest.approx(0.7, abs=0.4)
    assert lesion["Anna \u2212 Bob", "head: Dice"].mean == 1.0
    assert {figure.key for figure in figures} >= {"readers_1_2_bland_altman", "readers_1_2_concordance"}


def testVisitsOfOneReaderOnlyAreNamed(writeReader):
    tables, _ = readerAgreement([writeReader("Anna", RADII),
                                 writeReader("Bob", {"1": {0: 9.0}, "2": {0: 8.0, 3: 8.0}})])
    notes = " ".join(tables[0].notes)
    assert "hip 1, 3 months" in notes
    assert "hip 3" in notes


def testVisitsThatNobodyReadAreNotBlamedOnAReader(writeReader):
    folders = [writeReader("Anna", RADII), writeReader("Bob", RADII)]
    for folder in folders:
        path = folder / "1" / "case.json"
        case = json.loads(path.read_text())
        case["visits"].append({"label": "12 months", "month": 12, "status": "not done"})
        path.write_text(json.dumps(case))
    tables, _ = readerAgreement(folders)
    assert tables[0].notes == ()


def testReadersOfDifferentHipsAreRefused(writeReader):
    with pytest.raises(ONVolumetryError, match="no visit was read by two readers"):
        readerAgreement([writeReader("Anna", {"1": {0: 9.0}}), writeReader("Bob", {"2": {0: 9.0}})])


def testAFolderWithoutCasesIsNamed(writeReader, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ONVolumetryError, match=r"empty: no case\.json"):
        readerAgreement([writeReader("Anna", {"1": {0: 9.0}}), tmp_path / "empty"])


def testThreeReadersShareTheSmallestDetectableChange(writeReader):
    generator = np.random.default_rng(1)
    readers = [writeReader(name, {hip: {0: visits[0] + generator.normal(0, 0.3)} for hip, visits in RADII.items()})
               for name in ("Anna", "Bob", "Carl")]
    tables, _ = readerAgreement(readers)
    error = next(cell for cell in tables[0].cells if cell.item == "measurement error")
    assert (error.statistics.n, error.statistics.k) == (3, 3)
    assert 0 < error.statistics.sdcConsistency <= error.statistics.sdcAgreement
    assert "not independent" in error.note


def testThePageOfReadersSpeaksOfReadersOnly(writeReader, tmp_path):
    readers = {hip: {0: visits[0]} for hip, visits in RADII.items()}
    tables, figures = readerAgreement([writeReader("Anna", readers), writeReader("Bob", readers)])
    writeCohort(CohortResults(None, CohortSettings(), tables), tmp_path / "out", figures)
    page = (tmp_path / "out" / "cohort.html").read_text(encoding="utf-8")
    assert "Hausdorff" in page
    assert "probit on ONV" not in page
    assert (tmp_path / "out" / "readers_1_2_bland_altman.svg").is_file()
