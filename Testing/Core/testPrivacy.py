"""Nothing that identifies the patient gets into outputs, names or messages, and nothing leaves the machine."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.files.case import Case, CaseVisit, writeCase
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation
from ONVolumetryLib.files.transforms import writeTransformToBaseline

DATES = ("20230116", "20230503")
PICTURE = re.compile(rb"[A-Za-z0-9+/=]{120,}")
HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>"
# Runs at the start of every Python process, those that the program starts included.
NO_NETWORK = """
import socket
class Blocked(socket.socket):
    def connect(self, *arguments): raise SystemExit("network: connect")
    def connect_ex(self, *arguments): raise SystemExit("network: connect")
    def sendto(self, *arguments): raise SystemExit("network: sendto")
    def bind(self, *arguments): raise SystemExit("network: bind")
def refuse(*arguments, **options): raise SystemExit("network: look-up")
socket.socket = Blocked
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""


@pytest.fixture(scope="module", params=[False, pytest.param(True, marks=pytest.mark.slow)], ids=["plain", "rendered"])
def outcome(request, tmp_path_factory, dicom, repository):
    """The whole program on an identified patient in a folder of his name, without a network; outputs by path."""
    folder = tmp_path_factory.mktemp("privacy")
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(NO_NETWORK)
    uids = set()
    visits = []
    for number, (label, month, date) in enumerate(zip(("preop", "3 months"), (0.0, 3.0), DATES)):
        grid = dicom.grid((40, 40, 10), shiftMm=(0.5 * number, 0, 0))
        k, j, i = np.indices(grid.shapeKji)
        points = grid.toRas(np.stack([i, j, k], axis=-1)) - (number, 0, 0)
        voxels = np.clip(500 - 10 * np.linalg.norm(points, axis=-1), 0, None) + 50 * (points[..., 0] > 5)
        images = folder / "ROSSI_GIULIA" / f"scan{number}"
        for dataset in dicom.writeSeries(images, voxels, grid, date, description=f"t1 cor {HOSTILE}"[:64]):
            uids |= {str(dataset[keyword].value) for keyword in ("SOPInstanceUID", "StudyInstanceUID",
                                                                 "SeriesInstanceUID", "FrameOfReferenceUID")}
        masks = (np.linalg.norm(points, axis=-1) < 17, np.linalg.norm(points - (0, 0, 9), axis=-1) < 8 - number)
        path = folder / "case" / f"m{number}.seg.nrrd"
        writeSegmentation(path, Segmentation(tuple(Segment(name, Mask.fromArray(mask, grid), name)
                                                   for name, mask in zip(("head", "lesion"), masks)), grid))
        # A transform of the user's own spares the search for one.
        transform = None if number == 0 else folder / "case" / "shift.tfm"
        if transform is not None:
            writeTransformToBaseline(transform, np.eye(4))
        visits.append(CaseVisit(label, month, image=images, segmentation=path, reader=HOSTILE,
                                transformToBaseline=transform))
    case = folder / "case" / "case.json"
    writeCase(case, Case("101", "P-101", "left", "female", tuple(visits), {"note": HOSTILE}))
    texts = [run(repository, folder, *arguments) for arguments in (
        ("import", folder / "ROSSI_GIULIA", "--output", folder / "out" / "imported", "--side", "left"),
        ("measure", case, "--output", folder / "out" / "results", *([] if request.param else ["--no-render"])),
        ("export", case, "--dicom", folder / "dicom"))]
    files = {path.relative_to(folder / "out"): path.read_bytes() for path in (folder / "out").rglob("*")
             if path.is_file() and path.name != "identifiers.json"}
    return {"files": files, "texts": texts, "uids": uids, "folder": folder}


def run(repository, folder, *arguments) -> str:
    paths = [str(folder / "site"), str(repository / "ONVolumetry"), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run([sys.executable, "-m", "ONVolumetryLib.cli", *map(str, arguments)], capture_output=True,
                          text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)})
    assert done.returncode == 0 and "network" not in done.stderr, done.stderr
    # The paths that the user gave come back to him; what the program found itself does not.
    return (done.stdout + done.stderr).replace(str(folder / "ROSSI_GIULIA"), "")


def testNoOutputHoldsAnIdentifyingValue(outcome, dicom):
    secrets = {word for value in dicom.identity.values() for word in value.split("^")} | {*DATES, "ROSSI_GIULIA"}
    secrets |= outcome["uids"] | {f"{date[:4]}-{date[4:6]}-{date[6:]}" for date in DATES}
    contents = {**outcome["files"], **{f"text {number}": text.encode() for number, text in
                                       enumerate(outcome["texts"])}}
    # Four letters of a name occur in the letters of a picture or a mesh by chance.
    contents = {name: PICTURE.sub(b"", content) for name, content in contents.items()}
    contents |= {f"name {path}": str(path).encode() for path in outcome["files"]}
    found = [(str(name), secret) for name, content in contents.items() for secret in secrets
             if secret.encode() in content]
    assert not found
    assert len(outcome["files"]) >= 8


def testExportedObjectsBelongToThePatient(outcome, dicom):
    contents = [path.read_bytes() for path in (outcome["folder"] / "dicom").rglob("*.dcm")]
    assert len(contents) == 3
    assert all(dicom.identity["PatientID"].encode() in content for content in contents)


def testHostileTextIsShownAsTextUnderASecurityPolicy(outcome):
    report = next(content for path, content in outcome["files"].items()
                  if path.name == "report.html" and "results" in path.parts).decode("utf-8")
    assert "Content-Security-Policy" in report and "default-src 'none'" in report
    assert "<script>alert" not in report and "<img src=x" not in report
    assert "&lt;script&gt;alert" in report
    record = json.loads(outcome["files"][next(path for path in outcome["files"] if path.name == "measurements.json"
                                              and "results" in path.parts)])
    assert record["hips"][0]["subject"]["note"] == HOSTILE


def testNothingIsBlockedByAccident(repository, outcome):
    """The block works: a look-up in such a process ends it."""
    paths = os.pathsep.join([str(outcome["folder"] / "site"), str(repository / "ONVolumetry")])
    done = subprocess.run([sys.executable, "-c", "import urllib.request as u; u.urlopen('http://localhost:9')"],
                          capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths})
    assert done.returncode == 1 and "network" in done.stderr
