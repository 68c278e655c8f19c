"""Killed, crowded out and locked out: files are whole or absent, the next run completes, and one line says why."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from ONVolumetryLib import cli
from ONVolumetryLib.core.errors import FileError
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.case import Case, CaseVisit, writeCase
from ONVolumetryLib.files.images import readImage
from ONVolumetryLib.files.outputlock import outputLock
from ONVolumetryLib.files.segmentations import Segment, Segmentation, readSegmentation, writeSegmentation

pytestmark = pytest.mark.skipif(os.name != "posix", reason="runs are killed and limited with the means of POSIX")
LIMIT_BYTES = 8000


@pytest.fixture(scope="module")
def work(tmp_path_factory, dicom):
    """A case of one visit, and a folder of DICOM files."""
    folder = tmp_path_factory.mktemp("work")
    grid = dicom.grid((48, 48, 12))
    k, j, i = np.indices(grid.shapeKji)
    points = grid.toRas(np.stack([i, j, k], axis=-1))
    dicom.writeSeries(folder / "cd", np.random.default_rng(1).integers(0, 900, grid.shapeKji), grid)
    masks = (np.linalg.norm(points, axis=-1) < 20, np.linalg.norm(points - (0, 0, 10), axis=-1) < 9)
    writeSegmentation(folder / "case" / "preop.seg.nrrd", Segmentation(tuple(
        Segment(name, Mask.fromArray(mask, grid), name) for name, mask in zip(("head", "lesion"), masks)), grid))
    case = Case("101", "P-101", "left", "male", (CaseVisit("preop", 0.0, image=folder / "cd", segmentation=folder
                                                           / "case" / "preop.seg.nrrd"),))
    writeCase(folder / "case" / "case.json", case)
    return SimpleNamespace(
        folder=folder, measure=lambda out: ["measure", str(folder / "case"), "--output", str(out), "--no-render"],
        importCase=lambda out: ["import", str(folder / "cd"), "--output", str(out), "--side", "left"],
        export=lambda out: ["export", str(folder / "case"), "--dicom", str(out)])


def start(repository, arguments, **options):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(
        [str(repository / "ONVolumetry"), *filter(None, [os.environ.get("PYTHONPATH")])])}
    return subprocess.Popen([sys.executable, "-m", "ONVolumetryLib.cli", *arguments], env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def requireWholeFiles(folder):
    """Read every file that has its final name."""
    for path in folder.rglob("*"):
        if not path.is_file() or any(part.startswith(".partial") for part in path.relative_to(folder).parts):
            continue
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".csv":
            rows = list(csv.reader(path.open(newline="", encoding="utf-8")))
            assert len({len(row) for row in rows}) == 1
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
        elif path.name.endswith(".seg.nrrd"):
            readSegmentation(path)
        elif path.suffix == ".nrrd":
            readImage(path)
        elif path.suffix != ".dcm":
            raise AssertionError(f"nobody checks {path}")


def killAndRepeat(repository, folder, count, *commands):
    """Kill runs at random moments of their usual time, and let the last one end."""
    generator = random.Random(count)
    for arguments in commands:
        begin = time.monotonic()
        run = start(repository, [*arguments[:3], str(folder / "trial" / arguments[0]), *arguments[4:]])
        assert run.wait() == 0, run.communicate()
        usual = time.monotonic() - begin
        for _ in range(count):
            run = start(repository, arguments)
            time.sleep(usual * generator.uniform(0.3, 1.05))
            run.send_signal(signal.SIGKILL)
            run.communicate()
            requireWholeFiles(folder)
            if (folder / "imported").exists():
                assert (folder / "imported" / "case.json").exists()
                (folder / "imported").rename(folder / f"imported-{generator.random()}")
        run = start(repository, arguments)
        _, errors = run.communicate()
        assert run.returncode == 0, errors
    assert not list(folder.rglob(".partial*"))
    requireWholeFiles(folder)


def testKilledRunsLeaveWholeFilesAndTheNextCompletes(work, repository, tmp_path):
    killAndRepeat(repository, tmp_path, 4, work.importCase(tmp_path / "imported"))


@pytest.mark.slow
def testFiftyKilledRuns(work, repository, tmp_path):
    killAndRepeat(repository, tmp_path, 25, work.measure(tmp_path / "out"), work.importCase(tmp_path / "imported"))


SLOW_TOO = ["importCase", *(pytest.param(name, marks=pytest.mark.slow) for name in ("measure", "export"))]


@pytest.mark.parametrize("command", SLOW_TOO)
def testFullDiskIsOneClearLineAndLeavesNoHalfFile(work, repository, tmp_path, command):
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))
    run = start(repository, getattr(work, command)(tmp_path / "out"), preexec_fn=limit)
    _, errors = run.communicate()
    lines = errors.strip().splitlines()
    assert run.returncode == 1 and len(lines) == 1, errors
    assert lines[0].startswith("error: ") and "; " in lines[0] and "Traceback" not in errors
    assert "File too large" in lines[0] or "cannot be written" in lines[0]
    if (tmp_path / "out").exists():
        requireWholeFiles(tmp_path / "out")
        assert not list((tmp_path / "out").rglob(".partial*"))


@pytest.mark.parametrize("command", ["measure", "importCase", "export"])
def testReadOnlyFolderIsOneClearLineBeforeTheWork(work, tmp_path, capsys, monkeypatch, command):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))
    if os.geteuid() == 0:
        # Root may write everywhere; the first attempt to write is refused in the system's place.
        monkeypatch.setattr("pathlib.Path.touch", refuse)
    else:
        (tmp_path / "out").mkdir(mode=0o500)
    assert cli.main(getattr(work, command)(tmp_path / "out")) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and "Permission denied; check" in lines[0]
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def testSecondRunIntoTheSameFolderIsRefused(work, tmp_path, capsys):
    with outputLock(tmp_path / "out"):
        assert cli.main(work.measure(tmp_path / "out")) == 1
        error = capsys.readouterr().err
        assert "another run is writing into this folder" in error and len(error.strip().splitlines()) == 1
        assert not list((tmp_path / "out").iterdir())
    with outputLock(tmp_path / "out"), pytest.raises(FileError, match="another run"), outputLock(tmp_path / "out"):
        pass


def testPartialFilesOfAKilledRunAreRemoved(tmp_path):
    (tmp_path / "101").mkdir()
    for path in (tmp_path / ".partial-7-measurements.csv", tmp_path / "101" / ".partial-7-report.html"):
        path.write_text("half")
    (tmp_path / "101" / "mine.txt").write_text("whole")
    with outputLock(tmp_path):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["101", "mine.txt"]
