"""Measures a real T1 scan in a Slicer as a reader would, from the DICOM files on, and says how far off the result is.

python3 Testing/InSlicer/runinslicer.py --script Testing/InSlicer/followrealscan.py --data FOLDER
FOLDER is that of the pelvic scans which Testing/Benchmarks/realpairs.py names. A lesion is implanted into one of them,
so that the truth is known. The pictures are in build/screenshots/realscan; they show a real patient and stay there.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import qt
import slicer

sys.path.insert(0, str(Path(__file__).resolve().parent))

import realscan
import segmenthost
from panelwalk import FOLDER, PanelWalk, runSteps
from truthview import truthShown

DATA_VARIABLE = "ONVOLUMETRY_TEST_DATA"
HIP = 5
# Where a reader clicks who means the middle of the head, mm.
CLICK_OFF_MM = np.array([3.0, 0.0, 2.0])
# In the DICOM module: open it, Import, choose the folder; select the patient, Load, then turn to ONVolumetry (a list).
IMPORT_CLICKS, LOAD_CLICKS, MODULE_CLICKS = 3, 2, 2
LIST_CLICKS = 2


class RealScanWalk(PanelWalk):
    """From DICOM files to the approved table.

    :param folder: for everything that is written but the pictures.
    """

    def __init__(self, data: Path, folder: Path):
        self.scan = realscan.makeRealScan(data, HIP, folder)
        super().__init__(FOLDER / "realscan")
        self.workFolder = folder
        self.visitClicks = {}
        self.start = time.monotonic()

    def load(self):
        from DICOMLib import DICOMUtils

        # Not the context manager: where no database was open, that one makes an empty one in the current folder.
        DICOMUtils.openTemporaryDatabase(str(self.workFolder / "database"))
        DICOMUtils.importDicom(str(self.scan.dicom), slicer.dicomDatabase)
        for patient in slicer.dicomDatabase.patients():
            DICOMUtils.loadPatientByUID(patient)
        slicer.util.selectModule("ONVolumetry")
        self.clicks += IMPORT_CLICKS + LOAD_CLICKS + MODULE_CLICKS
        self.picture("loaded", self.ui.hipSection)

    def describeHip(self):
        self.press(self.ui.newHipButton)
        self.ui.hipEdit.text = "7"
        self.ui.sideSelector.setCurrentText(self.scan.side.capitalize())
        self.ui.sexSelector.setCurrentText(self.scan.sex.capitalize())
        self.clicks += 1 + 2 * LIST_CLICKS
        self.work(0.3)
        self.picture("hip", self.ui.hipSection)

    def datedVisits(self):
        self.press(self.ui.useSeriesButton)
        self.ui.surgeryDateEdit.setDate(qt.QDate(*realscan.SURGERY))
        self.clicks += 1
        self.press(self.ui.monthsButton)
        self.picture("visits", self.ui.visitsSection)

    def outline(self):
        self.ui.segmentSection.collapsed = False
        self.clicks += 1
        self.work(1.0)
        self.picture("segment", self.ui.segmentSection)
        for number, known in enumerate(self.scan.visits, start=1):
            before = self.clicks
            button = self.child(f"visitButton {known.label}")
            if not button.checked:
                self.press(button)
            self.outlineHead(number, known)
            self.outlineLesion(number, known)
            self.visitClicks[known.label] = self.clicks - before

    def outlineHead(self, number: int, known: realscan.RealVisit):
        """From one click at baseline, from the baseline later on, from one click where that was refused."""
        fromBaseline = self.child("headFromBaselineButton")
        if fromBaseline.enabled:
            self.press(fromBaseline)
        if self.isHeadEmpty():
            self.goTo(known.centerRas)
            self.press(self.child("headFromClickButton"))
            self.draw(known.centerRas + CLICK_OFF_MM, known.centerRas + CLICK_OFF_MM, steps=1)
        if self.isHeadEmpty():
            raise RuntimeError(f"no head was found: {self.panelText()}")
        print(f"{known.label}: {self.panelText()}", flush=True)
        self.picture(f"visit{number}-head", self.ui.segmentSection)

    def outlineLesion(self, number: int, known: realscan.RealVisit):
        editor = self.child("segmentEditor")
        editor.setCurrentSegmentID(self.visit(known).lesionSegmentId)
        editor.setActiveEffectByName("Lesion from strokes")
        self.clicks += 2
        self.work(0.3)
        for start, end in realscan.strokesIn(known.lesion):
            self.goTo(start)
            self.draw(start, end)
        self.picture(f"visit{number}-strokes", editor)
        self.press(editor.activeEffect().self().applyButton)
        self.picture(f"visit{number}-lesion", self.ui.segmentSection)

    def measure(self):
        self.ui.segmentSection.collapsed = True
        self.clicks += 1
        self.work(0.5)
        self.press(self.ui.measureButton, 1.0)
        self.picture("measured", self.ui.measureSection)

    def approve(self):
        self.ui.readerEdit.text = "AB"
        self.clicks += 1
        self.work(0.3)
        self.press(self.ui.approveButton, 1.0)
        self.picture("approved", self.ui.approveSection)

    def compareWithTruth(self):
        """Print the table and show the true outlines, thin and white, over those that were made."""
        minutes = (time.monotonic() - self.start) / 60
        print(f"{self.clicks} clicks, {minutes:.1f} minutes from the import to the approved table")
        for number, (known, found) in enumerate(zip(self.scan.visits, self.panel.state.record["visits"]), start=1):
            parts = [f"{name} {found[key]:.2f} (truth {known.truth[key]:.2f}, "
                     f"{100 * (found[key] / known.truth[key] - 1):+.1f} %)"
                     for name, key in (("ONV cm3", "onv_cm3"), ("FHV cm3", "fhv_cm3"), ("ONV %", "onv_percent"))]
            print(f"{known.label}: {', '.join(parts)}, {self.visitClicks[known.label]} clicks to outline", flush=True)
            with truthShown(self.panel.state.hip.visits, known) as view:
                self.work(0.5)
                self.grab(view, f"visit{number}-truth")

    def visit(self, known: realscan.RealVisit):
        """Nodes of a visit."""
        return next(visit for visit in self.panel.state.hip.visits if visit.label == known.label)

    def isHeadEmpty(self) -> bool:
        from ONVolumetryLib.mrml.segmentediting import segmentMask

        visit = self.panel.outlineSection.segments.active
        return segmentMask(visit.segmentation, visit.headSegmentId).isEmpty

    def panelText(self) -> str:
        """What the section Segment says of the head."""
        problem = self.panel.outlineSection.segments.numbers.problem
        return problem.text if problem.visible else self.child("assistLabel").text

    def goTo(self, pointRas):
        """Turn the mouse's wheel until the slice of a point is shown; counts as a click."""
        slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode().JumpSliceByOffsetting(*pointRas)
        self.clicks += 1
        self.work(0.3)

    def draw(self, startRas, endRas, steps: int = 10):
        """Press the mouse, move it and release it in the slice view, which has to show both ends."""
        segmenthost.dragIn("Red", startRas, endRas, steps)
        self.clicks += 1
        self.work(1.0)


def main() -> int:
    data = os.environ.get(DATA_VARIABLE)
    if not data:
        print(f"no scan to follow: give the folder of the pelvic scans with --data (or as {DATA_VARIABLE})")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return runSteps(lambda: _steps(Path(data), Path(folder)))


def _steps(data: Path, folder: Path):
    walk = RealScanWalk(data, folder)
    return (walk.load, walk.describeHip, walk.datedVisits, walk.outline, walk.measure, walk.approve,
            walk.compareWithTruth)


slicer.util.exit(main())
