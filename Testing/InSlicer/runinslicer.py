"""Run the in-Slicer tests in a Slicer application: python3 runinslicer.py [--slicer EXECUTABLE].

The tests use a main window; without a display they run under Xvfb.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULE_FOLDER = HERE.parents[1] / "ONVolumetry"
TIMEOUT_SECONDS = 1200
LAST_LINE = re.compile(r"^\d+ passed, (\d+) failed$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slicer", default="Slicer", help="executable of 3D Slicer (default: the one on PATH)")
    executable = shutil.which(parser.parse_args().slicer)
    if executable is None:
        print("error: no such Slicer executable; give its path with --slicer", file=sys.stderr)
        return 2
    command = [executable, "--no-splash", "--testing", "--additional-module-paths", str(MODULE_FOLDER),
               "--python-script", str(HERE / "insideslicer.py")]
    return runTests([*displayCommand(), *command])


def displayCommand() -> list[str]:
    """What to put in front of the command where there is no display."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return []
    if shutil.which("xvfb-run") is None:
        sys.exit("error: there is no display and no xvfb-run; on Debian or Ubuntu: apt-get install xvfb xauth")
    return ["xvfb-run", "--auto-servernum", "--server-args", "-screen 0 1600x1000x24"]


def runTests(command: list[str]) -> int:
    """Run, show the output as it comes, and believe the tests only if their last line was printed."""
    text = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          start_new_session=True) as process:
        watchdog = threading.Timer(TIMEOUT_SECONDS, endProcesses, [process])
        watchdog.start()
        for line in process.stdout:
            text.append(line)
            print(line, end="", flush=True)
        status = process.wait()
        watchdog.cancel()
    found = LAST_LINE.findall("".join(text))
    if not found:
        print("error: Slicer ended before the tests were done", file=sys.stderr)
        return status or 1
    return status or int(int(found[-1]) > 0)


def endProcesses(process: subprocess.Popen):
    """End a Slicer that hangs, with the display that was started for it."""
    print(f"error: the tests did not end within {TIMEOUT_SECONDS} s", file=sys.stderr)
    if os.name == "nt":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
