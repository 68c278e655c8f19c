"""Run the in-Slicer tests in a Slicer application: python3 runinslicer.py [--slicer EXECUTABLE] [--script SCRIPT].

The tests use a main window; without a display they run under Xvfb. Some of them start further Slicers.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULE_FOLDER = HERE.parents[1] / "ONVolumetry"
TIMEOUT_SECONDS = 1800
MOST_JOBS = 2
FAILED = re.compile(r"^(?:FAIL|ERROR): \w+ \(([\w.]+)\)", re.MULTILINE)
LAST_LINE = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)
SECONDS = re.compile(r"^ *([\d.]+)  all tests and the start of Slicer$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slicer", default="Slicer", help="executable of 3D Slicer (default: the one on PATH)")
    parser.add_argument("--script", type=Path, help="run this script in place of the tests; it has to end Slicer")
    parser.add_argument("--data", type=Path, help="folder of real data for the script, no part of the project")
    parser.add_argument("--tests", nargs="+", help="names of test files or of tests in them (default: all)")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, MOST_JOBS),
                        help="Slicers that share the tests (default: one a processor, at most %(default)s)")
    arguments = parser.parse_args()
    executable = shutil.which(arguments.slicer)
    if executable is None:
        print("error: no such Slicer executable; give its path with --slicer", file=sys.stderr)
        return 2
    executable = os.path.abspath(executable)
    command = [*displayCommand(), executable, "--no-splash", "--testing", "--additional-module-paths",
               str(MODULE_FOLDER), "--python-script", str((arguments.script or HERE / "insideslicer.py").resolve())]
    # For tests that start Slicer again, or CMake, which pip puts beside Python.
    environment = {**os.environ, "ONVOLUMETRY_TEST_SLICER": executable,
                   "PATH": os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])}
    if arguments.data:
        environment["ONVOLUMETRY_TEST_DATA"] = str(arguments.data.resolve())
    if arguments.script:
        return runSlicer(command, environment)[0]
    return runTests(command, environment, [arguments.tests] if arguments.tests else sharesOfTests(arguments.jobs))


def sharesOfTests(jobs: int) -> list[list[str]]:
    """Names of all test files, dealt out to so many Slicers."""
    names = [*(path.stem for path in sorted(HERE.glob("test*.py"))), "ONVolumetry.ONVolumetryTest"]
    return [share for share in (names[index::jobs] for index in range(jobs)) if share]


def runTests(command: list[str], environment: dict[str, str], shares: list[list[str]]) -> int:
    """Run each share in a Slicer of its own, all at the same time; the last line counts the tests of all.

    What failed is run once more in a Slicer of its own, and said to be so: on busy computers windows are drawn late.

    :return: exit status.
    """
    with ThreadPoolExecutor(len(shares)) as pool:
        first = list(pool.map(lambda share: resultOf(command, environment, share), shares))
    again = [name for result in first for name in result.toRunAgain]
    second = [resultOf(command, environment, again)] if again else []
    if again:
        print("run a second time, since they failed or Slicer ended:", *again, flush=True)
    failed = sum(len(result.toRunAgain) for result in second)
    print(f"{sum(result.processorSeconds for result in [*first, *second]):.0f} processor seconds in all", flush=True)
    print(f"{sum(result.passed for result in [*first, *second])} passed, {failed} failed", flush=True)
    return int(failed > 0 or not any(result.passed for result in [*first, *second]))


@dataclass(frozen=True)
class Result:
    """What became of some tests.

    :param passed: how many passed.
    :param toRunAgain: names of those that failed, or of all where Slicer ended before they were done.
    :param processorSeconds: how long Slicer and what it started kept the processors; 0 where it did not say so.
    """

    passed: int
    toRunAgain: list[str]
    processorSeconds: float = 0.0


def resultOf(command: list[str], environment: dict[str, str], names: list[str]) -> Result:
    """Run tests in one Slicer; believe them only if their last line was printed."""
    status, text = runSlicer(command, {**environment, "ONVOLUMETRY_TESTS": " ".join(names)})
    found = LAST_LINE.findall(text)
    if not found:
        print(f"error: Slicer ended with status {status} before the tests were done", file=sys.stderr)
        return Result(0, names)
    failed = list(dict.fromkeys(FAILED.findall(text)))
    if int(found[-1][1]) and not failed:
        failed = names
    return Result(int(found[-1][0]), failed, sum(map(float, SECONDS.findall(text))))


def displayCommand() -> list[str]:
    """What to put in front of the command where there is no display."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return []
    if shutil.which("xvfb-run") is None:
        sys.exit("error: there is no display and no xvfb-run; on Debian or Ubuntu: apt-get install xvfb xauth")
    return ["xvfb-run", "--auto-servernum", "--server-args", "-screen 0 1600x1000x24"]


def runSlicer(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run, and show the output as it comes.

    :return: exit status and output.
    """
    text = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          start_new_session=True, env=environment) as process:
        watchdog = threading.Timer(TIMEOUT_SECONDS, endProcesses, [process])
        watchdog.start()
        for line in process.stdout:
            text.append(line)
            print(line, end="", flush=True)
        status = process.wait()
        watchdog.cancel()
    return status, "".join(text)


def endProcesses(process: subprocess.Popen):
    """End a Slicer that hangs, with the display that was started for it."""
    print(f"error: the tests did not end within {TIMEOUT_SECONDS} s", file=sys.stderr)
    if os.name == "nt":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
