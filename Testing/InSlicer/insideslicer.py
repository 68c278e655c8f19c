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

# Said at the end, to see which tests take long.
MOST_DURATIONS = 25


class PromptResult(unittest.TextTestResult):
    """Says at once why a test failed: the next one might end Slicer; and knows how long each test kept the processors.

    Their own seconds count, not those of the clock, which other programs at work make longer.
    """

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.processorSeconds = {}

    def startTest(self, test):
        """Part of unittest's protocol."""
        super().startTest(test)
        self._startSeconds = processorSeconds()

    def stopTest(self, test):
        """Part of unittest's protocol."""
        self.processorSeconds[test.id()] = processorSeconds() - self._startSeconds
        super().stopTest(test)

    def addError(self, test, err):
        """Part of unittest's protocol."""
        super().addError(test, err)
        self.stream.writeln(self.errors[-1][1])

    def addFailure(self, test, err):
        """Part of unittest's protocol."""
        super().addFailure(test, err)
        self.stream.writeln(self.failures[-1][1])


def processorSeconds() -> float:
    """Of this Slicer and of the programs that it started and that have ended, s."""
    return sum(os.times()[:4])


def sayLongest(result: PromptResult):
    """Name the tests that kept the processors longest."""
    longest = sorted(result.processorSeconds.items(), key=lambda entry: -entry[1])[:MOST_DURATIONS]
    print("Processor seconds of the longest tests:")
    for name, seconds in longest:
        print(f"{seconds:8.2f}  {name}")
    print(f"{processorSeconds():8.2f}  all tests and the start of Slicer", flush=True)


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
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=PromptResult).run(suite)
    sayLongest(result)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    print(f"{result.testsRun - failed} passed, {failed} failed", flush=True)
    return int(failed > 0 or result.testsRun == 0)


try:
    status = runAll()
except Exception:
    traceback.print_exc()
    status = 1
slicer.util.exit(status)
