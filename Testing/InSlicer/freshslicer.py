"""Starts further Slicer applications beside the one that runs the tests, and brings back what they found."""

import json
import os
import subprocess
from pathlib import Path

import slicer

HERE = Path(__file__).resolve().parent
# Set by runinslicer.py: the executable as it was started, with its launcher.
EXECUTABLE_VARIABLE = "ONVOLUMETRY_TEST_SLICER"
JOB_VARIABLE = "ONVOLUMETRY_TEST_JOB"
TIMEOUT_SECONDS = 600


class FreshSlicer:
    """One run of a script in a Slicer that has the settings of a new user.

    :param script: name of a file in this folder.
    :param job: values of JSON for the script.
    :param folder: for the answer; name of it is the script's job["answer"].
    :param moduleFolder: folder of ONVolumetry.py; None for a Slicer without the extension.
    :param hasWindow: with or without a main window.
    """

    def __init__(self, script: str, job: dict, folder, moduleFolder=None, hasWindow=True):
        self.answerPath = Path(folder) / "answer.json"
        executable = (os.environ.get(EXECUTABLE_VARIABLE) or slicer.app.launcherExecutableFilePath
                      or slicer.app.applicationFilePath())
        command = [executable, "--no-splash", "--testing", "--disable-settings", "--ignore-slicerrc"]
        command += [] if hasWindow else ["--no-main-window"]
        command += [] if moduleFolder is None else ["--additional-module-paths", str(moduleFolder)]
        environment = dict(slicer.util.startupEnvironment())
        environment[JOB_VARIABLE] = json.dumps({**job, "answer": str(self.answerPath)})
        with (Path(folder) / "output.txt").open("w") as output:
            self.process = subprocess.Popen([*command, "--python-script", str(HERE / script)], env=environment,
                                            stdout=output, stderr=subprocess.STDOUT)
        self.outputPath = Path(output.name)

    def answer(self) -> dict:
        """Wait for what the script found.

        :raises AssertionError: it did not come to its end; the text holds what it printed.
        """
        try:
            self.process.wait(TIMEOUT_SECONDS)
        finally:
            self.process.kill()
        printed = self.outputPath.read_text(errors="replace")
        if not self.answerPath.is_file():
            raise AssertionError(f"no answer from a fresh Slicer; it printed:\n{printed[-4000:]}")
        return json.loads(self.answerPath.read_text(encoding="utf-8"))


def givenJob() -> dict:
    """What a script was started for."""
    return json.loads(os.environ[JOB_VARIABLE])


def finish(answer: dict):
    """Hand the answer back and end this Slicer."""
    path = Path(givenJob()["answer"])
    path.with_suffix(".part").write_text(json.dumps(answer), encoding="utf-8")
    path.with_suffix(".part").replace(path)
    slicer.util.exit(0)


def loggedProblems() -> list:
    """Warnings and errors that this Slicer has logged so far; a line break on the error channel says nothing."""
    text = Path(slicer.app.errorLogModel().filePath).read_text(encoding="utf-8", errors="replace")
    levels = ("[WARNING]", "[ERROR]", "[CRITICAL]", "[FATAL]")
    return [line for line in text.splitlines() if line.startswith(levels) and not line.rstrip().endswith("-")]
