"""Installs the module as 3D Slicer's build would, by its CMakeLists.txt; used inside and outside of Slicer."""

import os
import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "Testing" / "InstalledTree" / "install.cmake"
MODULES_FOLDER = "qt-scripted-modules"
REGISTERED_TESTS = "registered-tests.txt"


def findCMake():
    """Path of cmake; in the folder of Python too, where pip puts it. None where there is none."""
    import sys

    return shutil.which("cmake") or shutil.which("cmake", path=str(Path(sys.executable).parent))


def installTree(cmake, folder, repository=REPOSITORY, environment=None) -> Path:
    """Install into a new folder.

    :param environment: variables of cmake's process; None for those of this one.
    :return: the folder that holds ONVolumetry.py.
    :raises RuntimeError: CMake refuses; the text is its own.
    """
    destination = Path(folder) / MODULES_FOLDER
    command = [os.fspath(cmake), f"-DREPOSITORY={Path(repository).as_posix()}",
               f"-DDESTINATION={destination.as_posix()}", "-P", str(SCRIPT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return destination
