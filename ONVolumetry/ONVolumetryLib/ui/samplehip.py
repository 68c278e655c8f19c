"""Makes a synthetic hip in a process of its own, so that the application stays responsive."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import qt
from slicer.i18n import tr as _

PRESETS = ("healed-101", "non-healed-203", "cone")
POLL_MILLISECONDS = 200
# Images and outlines of three visits, the truth and the case.
EXPECTED_FILES = 8
LIBRARY_FOLDER = Path(__file__).resolve().parents[2]
# PythonSlicer may replace PYTHONPATH.
START_PROGRAM = ("import sys; sys.path.insert(0, sys.argv.pop(1)); from ONVolumetryLib.cli import main; "
                 "sys.exit(main())")


class SampleHip:
    """One run of the program's `phantom` command.

    :param onProgress: called with the fraction done.
    :param onDone: called with the folder of the case; it is removed afterwards.
    :param onError: called with one line.
    """

    def __init__(self, onProgress: Callable[[float], None], onDone: Callable[[Path], None],
                 onError: Callable[[str], None]):
        self.onProgress, self.onDone, self.onError = onProgress, onDone, onError
        self._process = None
        self._folder: Path | None = None
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MILLISECONDS)
        self._timer.connect("timeout()", self._onPoll)

    @property
    def isRunning(self) -> bool:
        return self._process is not None

    def start(self, preset: str):
        """Begin; does nothing while one is being made.

        :param preset: one of PRESETS.
        """
        if self.isRunning:
            return
        python = shutil.which("PythonSlicer")
        if python is None:
            self.onError(_("the program PythonSlicer of 3D Slicer is missing; install 3D Slicer again"))
            return
        self._folder = Path(tempfile.mkdtemp(prefix="ONVolumetry-sample-"))
        self._process = qt.QProcess()
        self._process.connect("finished(int,QProcess::ExitStatus)", self._onFinished)
        self._process.start(python, ["-c", START_PROGRAM, str(LIBRARY_FOLDER), "phantom", "--preset", preset,
                                     "--output", str(self._folder / "case")])
        self._timer.start()

    def stop(self):
        """Give up, without a message."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.waitForFinished(2000)
        self._end()

    def _onPoll(self):
        if self._folder is not None:
            made = len(list((self._folder / "case").glob("[!.]*")))
            self.onProgress(min(made / EXPECTED_FILES, 0.99))

    def _onFinished(self, exitCode, exitStatus):
        if self._process is None:
            return
        process, self._process = self._process, None
        said = bytes(process.readAllStandardError().data()).decode("utf-8", "replace").strip()
        self._timer.stop()
        try:
            if exitCode == 0 and (self._folder / "case" / "case.json").exists():
                self.onDone(self._folder / "case")
            else:
                self.onError(said.splitlines()[-1] if said else _("the sample hip could not be made"))
        finally:
            self._end()

    def _end(self):
        self._timer.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

