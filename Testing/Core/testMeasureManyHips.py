"""Many hips: what is not measured twice, and what a crash, a kill or Ctrl-C leaves behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from ONVolumetryLib import cli
from ONVolumetryLib.files.case import Case, CaseVisit, readCase, writeCase
from ONVolumetryLib.files.itkgrid import applyGrid
from ONVolumetryLib.files.segmentations import writeSegmentation
from ONVolumetryLib.program import clusterpool, hiptask, inputfingerprint, measurerun, workerpool
from ONVolumetryLib.program.casemeasurement import measureCaseFile
from ONVolumetryLib.program.caseset import readCaseSet
from ONVolumetryLib.program.measure import terminationAsInterrupt

# Seen by the worker processes only: they start with this file on their path, the tests have started before.
MEDDLER = """
import os, signal, sys, time
from pathlib import Path

def meddle(event, arguments):
    name = str(arguments[0]) if event == "open" else ""
    if name.endswith("m0.seg.nrrd"):
        if "case-aborts" in name:
            os.abort()
        if "case-killed" in name:
            os.kill(os.getpid(), signal.SIGKILL)
        if "case-slow" in name:
            Path(os.environ["MARKERS"], str(os.getpid())).touch()
            time.sleep(120)

sys.addaudithook(meddle)
"""


@pytest.fixture
def meddler(tmp_path, monkeypatch):
    """Make workers die or wait when they open the outlines of certain hips; returns the folder of their marks."""
    folder = tmp_path / "meddler"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(MEDDLER)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(Path(cli.__file__).parents[1])]))
    monkeypatch.setenv("MARKERS", str(tmp_path / "markers"))
    (tmp_path / "markers").mkdir()
    return tmp_path / "markers"


@pytest.fixture(scope="session")
def realOutcome(tmp_path_factory, ballSegmentation):
    """One hip really measured."""
    folder = tmp_path_factory.mktemp("real")
    writeSegmentation(folder / "m0.seg.nrrd", ballSegmentation(12.0))
    visit = CaseVisit("month 0", 0, segmentation=folder / "m0.seg.nrrd")
    writeCase(folder / "case.json", Case("real", "real", "right", "male", (visit,)))
    return measureCaseFile(folder / "case.json", isRendered=False)


@pytest.fixture
def measured(realOutcome, monkeypatch):
    """Names of the hips that are measured; every hip gets the same numbers, at once and in this process."""
    names = []

    def measureAtOnce(path, isRendered):
        hip = readCase(path).hip
        names.append(hip)
        visits = [{**visit, "hip": hip} for visit in realOutcome.record["visits"]]
        return replace(realOutcome, path=path, record={**realOutcome.record, "hip": hip, "visits": visits})

    monkeypatch.setattr(hiptask, "measureCaseFile", measureAtOnce)
    monkeypatch.setattr(workerpool, "inWorkers", lambda tasks, count: hiptask.inThisProcess(tasks))
    return names


def measure(*arguments):
    return cli.main(["measure", "--no-render", *map(str, arguments)])


def contents(folder):
    return {path.relative_to(folder): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(folder.rglob("*")) if path.is_file()}


def isKept(capsys, count):
    return f"note: {count} of " in capsys.readouterr().err


def testUnchangedHipsAreNotMeasuredAgain(makeCase, tmp_path, capsys):
    case, out = makeCase("1"), tmp_path / "out"
    assert measure(case, "--output", out) == 0
    before, table = contents(out), capsys.readouterr().out
    assert measure(case, "--output", out) == 0
    captured = capsys.readouterr()
    assert captured.out == table, "a kept hip is shown like a measured one"
    assert "1 of 1 hip was measured before" in captured.err
    after = contents(out)
    assert {path: content for path, (content, _) in after.items()} == {
        path: content for path, (content, _) in before.items()}
    assert all(after[path] == before[path] for path in before if path.parent.name == "1"), "not even written again"


def touchedOnly(case, out):
    path = case.parent / "m0.seg.nrrd"
    os.utime(path, ns=(1, 1))


def otherOutline(case, out):
    shutil.copy(case.parent / "m3.seg.nrrd", case.parent / "m0.seg.nrrd")


def otherSetting(case, out):
    data = json.loads(case.read_text(encoding="utf-8"))
    case.write_text(json.dumps({**data, "settings": {"contour_sd_mm": 0.7}}), encoding="utf-8")


def noReport(case, out):
    (out / "1" / "report.html").unlink()


def shortReport(case, out):
    path = out / "1" / "report.html"
    path.write_bytes(path.read_bytes()[:-1])


def damagedHipFile(case, out):
    (out / "1" / "measurement.json").write_text("{", encoding="utf-8")


def otherHip(case, out):
    data = json.loads((out / "1" / "measurement.json").read_text(encoding="utf-8"))
    (out / "1" / "measurement.json").write_text(json.dumps({**data, "hip": {**data["hip"], "hip": "2"}}))


@pytest.mark.parametrize(("change", "kept"), [(touchedOnly, True), (otherOutline, False), (otherSetting, False),
                                              (noReport, False), (shortReport, False), (damagedHipFile, False),
                                              (otherHip, False)])
def testWhatMakesAHipBeMeasuredAgain(makeCase, measured, tmp_path, capsys, *, change, kept):
    case, out = makeCase("1"), tmp_path / "out"
    assert measure(case, "--output", out) == 0
    change(case, out)
    capsys.readouterr()
    assert measure(case, "--output", out) == 0
    assert len(measured) == (1 if kept else 2)
    assert isKept(capsys, 1) is kept
    assert (out / "1" / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")


def testFreshMeasuresEverything(makeCase, measured, tmp_path):
    case, out = makeCase("1", radii=(12.0,)), tmp_path / "out"
    for more in ((), ("--fresh",)):
        assert measure(case, "--output", out, *more) == 0
    assert measured == ["1", "1"]


def testPicturesThatWereLeftOutAreMadeLater(makeCase):
    case = readCase(makeCase("1", radii=(12.0,)))
    assert inputfingerprint.caseFingerprint(case, True) != inputfingerprint.caseFingerprint(case, False)


def testAnotherVersionOfTheProgramMeasuresAgain(makeCase, measured, tmp_path, monkeypatch):
    case, out = makeCase("1", radii=(12.0,)), tmp_path / "out"
    assert measure(case, "--output", out) == 0
    for module in (hiptask, inputfingerprint, measurerun):
        monkeypatch.setattr(module, "softwareFingerprint", lambda: "a later version")
    assert measure(case, "--output", out) == 0
    assert measured == ["1", "1"]


def testAWorkerWithAnotherVersionDoesNotMeasure(makeCase, measured, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(hiptask, "softwareFingerprint", lambda: "an earlier version")
    assert measure(makeCase("1", radii=(12.0,)), "--output", tmp_path / "out") == 1
    assert "the worker has another version" in capsys.readouterr().err
    assert measured == []


def testHipsThatThisRunDoesNotNameAreRemovedAndTheNamedKept(makeCase, measured, tmp_path, capsys):
    cases, out = [makeCase(name, radii=(12.0,)) for name in ("a", "b")], tmp_path / "out"
    assert measure(*cases, "--output", out) == 0
    (out / "letters").mkdir()
    (out / "letters" / "measurement.json").write_text("{}")
    capsys.readouterr()
    assert measure(cases[0], "--output", out) == 0
    error = capsys.readouterr().err
    assert "removed the earlier results of hip b" in error and "1 of 1 hip was measured before" in error
    assert sorted(path.name for path in out.iterdir()) == ["a", "letters", "measurements.csv", "measurements.json"]
    assert (out / "letters" / "measurement.json").exists(), "a file of somebody else's"
    assert measured == ["a", "b"]


def testVoxelsBesideAHeaderCount(makeCase, ballSegmentation, measured, tmp_path):
    case, out = makeCase("1", radii=(12.0,)), tmp_path / "out"
    segmentation = ballSegmentation()
    voxels = 100 * segmentation.segments[0].mask.fullArray().astype(np.int16)
    sitk.WriteImage(applyGrid(sitk.GetImageFromArray(voxels), segmentation.grid), str(case.parent / "scan.mhd"))
    data = json.loads(case.read_text(encoding="utf-8"))
    data["visits"][0]["image"] = "scan.mhd"
    case.write_text(json.dumps(data), encoding="utf-8")
    raw = case.parent / "scan.raw"
    for content in (raw.read_bytes(), bytes(raw.stat().st_size)):
        raw.write_bytes(content)
        assert measure(case, "--output", out) == 0
    assert measured == ["1", "1"]


def testEveryFileOfADicomFolderCounts(makeCase):
    case = makeCase("1", radii=(12.0,))
    (case.parent / "series").mkdir()
    (case.parent / "series" / "1").write_bytes(b"one")
    data = json.loads(case.read_text(encoding="utf-8"))
    data["visits"][0]["image"] = "series"
    case.write_text(json.dumps(data), encoding="utf-8")
    before = inputfingerprint.caseFingerprint(readCase(case), True)
    (case.parent / "series" / "2").write_bytes(b"two")
    assert inputfingerprint.caseFingerprint(readCase(case), True) != before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def testAHipThatCrashesItsWorkerLeavesTheOthersAlone(makeCase, tmp_path, capsys, meddler):
    cases = [makeCase(name, radii=(12.0,)) for name in ("a", "aborts", "b", "killed", "c")]
    out = tmp_path / "out"
    assert measure(*cases, "--output", out, "--workers", 2) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("error: ") for line in lines)
    assert str(cases[1]) in lines[0] and "signal SIGABRT" in lines[0]
    assert str(cases[3]) in lines[1] and "signal SIGKILL" in lines[1] and "memory" in lines[1]
    assert sorted(path.parent.name for path in out.glob("*/report.html")) == ["a", "b", "c"]
    document = json.loads((out / "measurements.json").read_text(encoding="utf-8"))
    assert [hip["hip"] for hip in document["hips"]] == ["a", "b", "c"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def testInterruptedRunLeavesWholeHipsAndGoesOnFromThere(makeCase, tmp_path, capsys, meddler):
    cases, out = [makeCase(name, radii=(12.0,)) for name in ("a", "slow1", "slow2")], tmp_path / "out"
    out.mkdir()
    (out / "measurements.csv").write_text("of an earlier run")
    command = [sys.executable, "-m", "ONVolumetryLib.cli", "measure", "--no-render", *map(str, cases),
               "--output", str(out), "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    waitFor(lambda: len(list(meddler.iterdir())) == 2 and (out / "a" / "measurement.json").exists())
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=60)
    assert process.returncode == cli.INTERRUPTED
    assert error.splitlines() == [
        f"note: 1 of 3 hips are done and kept in {out}; the same command goes on from there",
        "error: interrupted; nothing half-written was left"]
    assert output == ""
    for mark in meddler.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.name), 0)
    assert [path.name for path in out.iterdir()] == ["a"], "no table of some of the hips"
    assert not list(out.rglob(".partial*"))
    assert measure(cases[0], "--output", out) == 0
    assert isKept(capsys, 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def testTheSignalOfASchedulerEndsARunInOrder():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), terminationAsInterrupt():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert signal.getsignal(signal.SIGTERM) is before


def waitFor(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def testWithoutDaskTheSchedulerIsRefusedWithTheRemedy(makeCase, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert measure(makeCase("1"), "--output", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1") == 1
    assert capsys.readouterr().err == f"error: {clusterpool.NOT_INSTALLED}\n"


@pytest.mark.slow
def testADaskClusterMeasuresTheSame(makeCase, tmp_path, capsys, meddler):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    cases = [makeCase(name, radii=(12.0,)) for name in ("a", "killed", "b")]
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(**options) as cluster:
        address = cluster.scheduler_address
        assert measure(*cases, "--output", tmp_path / "cluster", "--scheduler", address) == 1
        error = capsys.readouterr().err
        assert len(error.splitlines()) == 1 and str(cases[1]) in error and "again and again" in error
    assert measure(cases[0], cases[2], "--output", tmp_path / "here") == 0
    for name in ("measurements.csv", "measurements.json"):
        assert (tmp_path / "cluster" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def testAnAddressWhereNobodyAnswersIsNamed(makeCase, tmp_path, capsys, monkeypatch):
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    monkeypatch.setattr(clusterpool, "CONNECT_SECONDS", 0.5)
    assert measure(makeCase("1"), "--output", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1") == 1
    assert "error: --scheduler tcp://127.0.0.1:1: no Dask scheduler answers there" in capsys.readouterr().err


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def testAnUnreadableCaseHasItsOwnErrorAndStandsInNobodysWay(makeCase, order):
    paths = [makeCase(name, patient="P-one") for name in "abc"]
    (paths[1].parent / "m0.seg.nrrd").unlink()
    cases = readCaseSet([paths[index] for index in order])
    taken, refused = sorted((paths[0], paths[2]), key=[paths[index] for index in order].index)
    errors = {failure.path: failure.error for failure in cases.failures}
    assert list(cases.cases) == [taken] and errors.keys() == {refused, paths[1]}
    assert f"this case and {taken} both name the right hip of patient" in errors[refused]
    assert "m0.seg.nrrd" in errors[paths[1]] and "both name" not in errors[paths[1]]


def testTwoCasesOfOneHipAreBothNamed(makeCase, tmp_path):
    first = makeCase("a")
    second = first.parent.with_name("again") / "case.json"
    shutil.copytree(first.parent, second.parent)
    (failure,) = readCaseSet([first, second]).failures
    assert failure.path == second and f"this case and {first} both name the hip" in failure.error
