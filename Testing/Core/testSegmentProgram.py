"""The program `onvolumetry segment`: outlines that say how they came about and that nobody has confirmed them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from ONVolumetryLib import cli
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.files.case import Case, CaseVisit, readCase, writeCase
from ONVolumetryLib.files.images import writeImage
from ONVolumetryLib.files.segmentations import readSegmentation
from ONVolumetryLib.phantom.hip import buildHip
from ONVolumetryLib.phantom.image import renderImage
from ONVolumetryLib.phantom.settings import HipSettings, PhantomSettings, ScanSettings, VisitPlan


@pytest.fixture(scope="module")
def hip():
    settings = PhantomSettings(
        anatomy=HipSettings(radiusMm=22.0), seed=6, scan=ScanSettings(spacingMm=(0.9, 0.9, 4.5)),
        visits=(VisitPlan("preop", 0, 22.0), VisitPlan("3 months", 3, 12.0)))
    phantom = buildHip(settings)
    return phantom, [renderImage(phantom, visit) for visit in phantom.visits]


@pytest.fixture
def case(hip, tmp_path):
    phantom, images = hip
    visits = []
    for visit, image in zip(phantom.visits, images):
        path = tmp_path / f"{visit.plan.month:g}.nrrd"
        writeImage(path, image, visit.grid)
        visits.append(CaseVisit(visit.plan.label, visit.plan.month, image=path))
    writeCase(tmp_path / "case.json", Case("7", "P-7", "right", "male", tuple(visits)))
    return tmp_path / "case.json"


def seeds(name, *points):
    return [text for point in points for text in (name, *(f"{value:.2f}" for value in point))]


def middleOf(mask):
    points = mask.pointsRas()
    return points[np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1))]


def testVisitsAreOutlinedAndMeasuredWithAWarning(hip, case, tmp_path, capsys):
    first, second = hip[0].visits
    assert cli.main(["segment", str(case), "--visit", "preop", *seeds("--seed-head", first.centerRas + 2.0),
                     *seeds("--seed-lesion", middleOf(first.lesionMask))]) == 0
    # The follow-up starts from the baseline's head, without a click.
    assert cli.main(["segment", str(case), *seeds("--seed-lesion", middleOf(second.lesionMask))]) == 0
    assert "status in progress" in capsys.readouterr().out
    for visit, written in zip((first, second), readCase(case).visits):
        head, lesion = readSegmentation(written.segmentation).segments
        assert (head.status, lesion.status) == ("inprogress", "inprogress")
        for truth, segment, least in ((visit.headMask, head, 0.93), (visit.lesionMask, lesion, 0.85)):
            shared = 2 * truth.countInside(segment.mask) / (truth.voxelCount + segment.mask.voxelCount)
            assert shared > least, (written.label, segment.name)
    # Without the scans nothing is registered, which takes time and is not what this is about.
    drawn = readCase(case)
    writeCase(case, replace(drawn, visits=tuple(replace(visit, image=None) for visit in drawn.visits)))
    assert cli.main(["measure", str(case), "--output", str(tmp_path / "out"), "--no-render"]) == 0
    visits = json.loads((tmp_path / "out" / "measurements.json").read_text(encoding="utf-8"))["hips"][0]["visits"]
    assert [report["method"] for report in visits[1]["outlining"]] == ["head from the baseline", "lesion from strokes"]
    assert all(report["edited_percent"] == 0.0 for visit in visits for report in visit["outlining"])
    assert all(visit["warnings"].count("Nobody has confirmed") == 2 for visit in visits)


def testNothingIsWrittenWhereNoHeadIs(case, capsys):
    assert cli.main(["segment", str(case), "--visit", "preop", "--seed-head", "130", "0", "0"]) == 1
    assert "case.json: " in capsys.readouterr().err
    assert readCase(case).visits[0].segmentation is None
    assert not list(case.parent.glob("*.seg.nrrd"))


def testOutlinesAreNotReplacedUnasked(hip, case, capsys):
    click = seeds("--seed-head", hip[0].visits[0].centerRas)
    assert cli.main(["segment", str(case), "--visit", "preop", *click]) == 0
    assert cli.main(["segment", str(case), "--visit", "preop", *click]) == 1
    assert "--replace" in capsys.readouterr().err
    assert cli.main(["segment", str(case), "--visit", "nowhere", *click]) == 1
    assert '"preop"' in capsys.readouterr().err


@pytest.mark.parametrize("seedOption", ["--seed-head", "--seed-lesion"])
def testPointInTheOtherHipIsRefused(tmp_path, capsys, seedOption):
    grid = GridGeometry((70, 40, 10), np.array([[-5, 0, 0, 172.5], [0, 0, 5, -25], [0, 5, 0, -100], [0, 0, 0, 1.0]]))
    writeImage(tmp_path / "preop.nrrd", np.ones(grid.shapeKji, dtype=np.int16), grid)
    writeCase(tmp_path / "case.json", Case("7", "P-7", "left", "male", (
        CaseVisit("preop", 0, image=tmp_path / "preop.nrrd"),)))
    assert cli.main(["segment", str(tmp_path), seedOption, "90", "0", "0"]) == 1
    error = capsys.readouterr().err
    assert "lies in the right half of the image, but the case says left; correct" in error
    assert not list(tmp_path.glob("*.seg.nrrd"))


@pytest.mark.parametrize("option", ["--seed-head", "--seed-lesion", "--seed-background"])
@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "-Infinity", "-nan", "1e400", "-1e400", "x"])
def testSeedThatIsNoNumberIsRefusedAtOnce(tmp_path, capsys, text, option):
    with pytest.raises(SystemExit) as caught:
        cli.main(["segment", str(tmp_path), option, "1", text, "2"])
    assert caught.value.code == 2
    assert capsys.readouterr().err == (f"error: argument {option}: {text!r} is not a number in mm; give R A S in mm; "
                                       "see onvolumetry segment --help\n")
