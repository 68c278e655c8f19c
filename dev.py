"""Set up, demonstrate, test and benchmark ONVolumetry: python3 dev.py demo|test|testall|lint|bench|clean.

Needs Python 3.10 or newer with venv, and nothing else; everything is installed into the folder .venv.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BINARIES = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BINARIES / ("python.exe" if os.name == "nt" else "python")
PROGRAM = BINARIES / ("onvolumetry.exe" if os.name == "nt" else "onvolumetry")
MINIMUM_PYTHON = (3, 10)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=sorted(TASKS))
    arguments = parser.parse_args()
    if sys.version_info < MINIMUM_PYTHON:
        print("error: Python 3.10 or newer is needed; this is", sys.version.split()[0], file=sys.stderr)
        return 1
    try:
        return TASKS[arguments.task]()
    except subprocess.CalledProcessError as error:
        print(f"error: {Path(error.cmd[0]).name} ended with status {error.returncode}", file=sys.stderr)
        return error.returncode or 1


def demo() -> int:
    installPackage()
    return run(PROGRAM, "demo", "--output", ROOT / "demo-output")


def test(*options: str) -> int:
    installPackage("test")
    installSlicerCore()
    workers = str(min(os.cpu_count() or 1, 4))
    status = run(PYTHON, "-m", "ruff", "check", ".")
    status = run(PYTHON, "-m", "pytest", "-n", workers, "--dist", "worksteal", "-q", *options) or status
    return runInSlicer("the in-Slicer tests were") or status


def testAll() -> int:
    """The tests that take long, too: simulations, thousands of broken files, all real images."""
    return test("-m", "slow or not slow")


def lint() -> int:
    installPackage("test")
    return run(PYTHON, "-m", "ruff", "check", ".")


def bench() -> int:
    installPackage("bench")
    installPyRadiomics()
    folder, data = ROOT / "Testing" / "Benchmarks", ROOT.parent / "shared" / "data" / "pelvis-t1"
    benchmarks = [("bench.py",), ("cohortcoverage.py",), ("manyhips.py",)]
    if data.is_dir():
        benchmarks.append(("registrationbench.py", data))
    else:
        print("registrationbench.py is left out: its images are not beside the repository", flush=True)
    status = 0
    for script, *arguments in benchmarks:
        print(f"\n=== {script}", flush=True)
        status = run(PYTHON, folder / script, *arguments) or status
    return runInSlicer("the comparison with Segment Statistics was", "--script", folder / "slicerbench.py") or status


def clean() -> int:
    for folder in (ENVIRONMENT, ROOT / "demo-output", ROOT / "build"):
        shutil.rmtree(folder, ignore_errors=True)
    return 0


TASKS = {"demo": demo, "test": test, "testall": testAll, "lint": lint, "bench": bench, "clean": clean}


def run(*command) -> int:
    sys.stdout.flush()
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode


def pip(*arguments) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True)


def installPackage(extra: str | None = None) -> None:
    """Install the package into .venv, again only when its description has changed."""
    if not PYTHON.exists():
        print("Making .venv ...", flush=True)
        createEnvironment()
    stamp = ENVIRONMENT / f"installed-{extra or 'program'}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted and PROGRAM.exists():
        return
    print("Installing ONVolumetry" + (f" with what '{extra}' needs" if extra else "") + " ...", flush=True)
    pip("--editable", f"{ROOT}[{extra}]" if extra else ROOT)
    stamp.write_text(wanted)


def createEnvironment() -> None:
    # --clear mends an environment whose making was interrupted.
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=False)
    if made.returncode:
        sys.exit("error: Python's venv is not complete; on Debian or Ubuntu: apt-get install python3-venv")


def installSlicerCore() -> None:
    """Slicer's scene library, for the tests of the MRML layer; they say why they skip where it has no wheel."""
    stamp = ENVIRONMENT / "installed-slicer-core"
    if stamp.exists():
        return
    try:
        pip("--only-binary", ":all:", "slicer-core")
        stamp.touch()
    except subprocess.CalledProcessError:
        print("slicer-core has no wheel for this Python: the tests of the MRML layer will be skipped", flush=True)


def installPyRadiomics() -> None:
    """A peer of the benchmark; it has no wheel for most versions of Python and builds only in this way."""
    if subprocess.run([PYTHON, "-c", "import radiomics"], capture_output=True, check=False).returncode == 0:
        return
    try:
        pip("setuptools", "wheel", "versioneer", "cython")
        pip("--no-build-isolation", "pyradiomics==3.0.1")
    except subprocess.CalledProcessError:
        print("PyRadiomics does not install here: the benchmark leaves it out", flush=True)


def runInSlicer(what: str, *options) -> int:
    """Run the in-Slicer tests, or another script, where a Slicer executable is on PATH.

    :param what: is left out where there is none.
    """
    slicer = shutil.which("Slicer")
    if slicer is None:
        print(f"No Slicer executable on PATH: {what} not run", flush=True)
        return 0
    return run(PYTHON, ROOT / "Testing" / "InSlicer" / "runinslicer.py", "--slicer", slicer, *options)


if __name__ == "__main__":
    sys.exit(main())
