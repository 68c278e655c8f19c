"""Runs all tests of this folder, and the module's self-test, inside a Slicer application; started by runinslicer.py."""

import faulthandler
import os
import sys
import traceback
import unittest
from pathlib import Path

import slicer

HERE = Path(__file__).resolve().parent
# Slicer replaces sys.stderr by what is no file.
STANDARD_ERROR = 2
sys.path.insert(0, str(HERE))

import importguard  # noqa: E402


class PromptResult(unittest.TextTestResult):
    """Says at once why a test failed: the next one might end Slicer."""

    def addError(self, test, err):
        """Part of unittest's protocol."""
        super().addError(test, err)
        self.stream.writeln(self.errors[-1][1])

    def addFailure(self, test, err):
        """Part of unittest's protocol."""
        super().addFailure(test, err)
        self.stream.writeln(self.failures[-1][1])


# Said at the end, to see which tests take long.
MOST_DURATIONS = 25


def runAll() -> int:
    """Run, and print the count as the last line.

    :return: exit status.
    """
    importguard.install()
    faulthandler.enable(STANDARD_ERROR)
    names = [*(path.stem for path in sorted(HERE.glob("test*.py"))), "ONVolumetry.ONVolumetryTest"]
    suite = unittest.defaultTestLoader.loadTestsFromNames(os.environ.get("ONVOLUMETRY_TESTS", "").split() or names)
    if unittest.defaultTestLoader.errors:
        print(*unittest.defaultTestLoader.errors, sep="\n")
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=PromptResult,
                                     durations=MOST_DURATIONS).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    print(f"{result.testsRun - failed} passed, {failed} failed", flush=True)
    return int(failed > 0 or result.testsRun == 0)


try:
    status = runAll()
except Exception:
    traceback.print_exc()
    status = 1
slicer.util.exit(status)
