"""Runs the program for a cohort in processes of their own, so that the application stays responsive."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import qt
from slicer.i18n import tr as _

from ..cohort.runplan import RunStep, measuredCount

POLL_MILLISECONDS = 300
END_MILLISECONDS = 3000
LIBRARY_FOLDER = Path(__file__).resolve().parents[2]
# PythonSlicer may replace PYTHONPATH. Packages of other folders come last: Slicer's own go first.
START_PROGRAM = ("import os, sys; sys.path.insert(0, sys.argv.pop(1)); "
                 "sys.path.extend(filter(None, sys.argv.pop(1).split(os.pathsep))); "
                 "from ONVolumetryLib.cli import main; sys.exit(main())")


class CohortRun:
    """Runs steps one after the other.

    :param onProgress: called with the step and the fraction done; None where it cannot be told.
    :param onDone: called when all are done.
    :param onError: called with what the program said, one line a problem.
    """

    packageFolders: tuple[str, ...] = ()

    def __init__(self, onProgress: Callable[[RunStep, float | None], None], onDone: Callable[[], None],
                 onError: Callable[[Sequence[str]], None]):
        self.onProgress, self.onDone, self.onError = onProgress, onDone, onError
        self._process = None
        self._steps: list[RunStep] = []
        self._folder = Path()
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MILLISECONDS)
        self._timer.connect("timeout()", self._onPoll)

    @property
    def isRunning(self) -> bool:
        return self._process is not None

    def start(self, steps: Sequence[RunStep], folder: Path):
        """Begin; does nothing while a run is going on.

        :param folder: in which the steps work.
        """
        if self.isRunning:
            return
        if shutil.which("PythonSlicer") is None:
            self.onError([_("The program PythonSlicer of 3D Slicer is missing; install 3D Slicer again.")])
            return
        self._steps, self._folder = list(steps), folder
        self._startStep()
        self._timer.start()

    def stop(self):
        """End the run; what it has measured so far is kept for the next one."""
        process = self._end()
        if process is not None:
            process.terminate()
            if not process.waitForFinished(END_MILLISECONDS):
                process.kill()
                process.waitForFinished(END_MILLISECONDS)

    def _end(self):
        """Nothing runs from now on; returns the last process."""
        self._timer.stop()
        process, self._process = self._process, None
        self._steps = []
        return process

    def _startStep(self):
        self._process = qt.QProcess()
        self._process.start(shutil.which("PythonSlicer"), [
            "-c", START_PROGRAM, str(LIBRARY_FOLDER), os.pathsep.join(self.packageFolders), *self._steps[0].arguments])
        self._tellProgress()

    def _tellProgress(self):
        step = self._steps[0]
        fraction = min(measuredCount(self._folder) / step.expected, 0.99) if step.expected else None
        self.onProgress(step, fraction)

    def _onPoll(self):
        # Looked at instead of waited for: a process must not be let go within a signal of its own.
        if self._process.state() != qt.QProcess.NotRunning:
            self._tellProgress()
        elif self._process.exitStatus() == qt.QProcess.NormalExit and self._process.exitCode() == 0:
            self._steps.pop(0)
            if self._steps:
                self._startStep()
            else:
                self._end()
                self.onDone()
        else:
            said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace").splitlines()
            self._end()
            problems = [line.removeprefix("error: ") for line in said if line.startswith("error: ")]
            self.onError(problems or [said[-1] if said else _("The computation ended unexpectedly.")])
