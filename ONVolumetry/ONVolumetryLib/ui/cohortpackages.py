"""The Python packages of the cohort statistics, which Slicer does not bring along: looked for, installed on demand."""

from __future__ import annotations

import importlib.metadata
import tempfile
from pathlib import Path

import slicer

REQUIREMENTS = Path(__file__).resolve().parents[2] / "Resources" / "requirements.txt"
# Slicer itself works with these; they must not change under it.
KEPT_PACKAGES = ("numpy", "scipy", "pillow", "packaging")
REQUESTER = "ONVolumetry"


class CohortPackages:
    """Looks for the packages and installs them; nothing is imported."""

    def missing(self) -> list[str]:
        """Requirements that are not met, such as "pandas>=2.1"."""
        from slicer import packaging

        return [str(requirement) for requirement in packaging.load_requirements(REQUIREMENTS)
                if not packaging.pip_check(requirement)]

    def install(self):
        """Install from the internet, after the user has agreed.

        :raises RuntimeError: the user declined.
        :raises subprocess.CalledProcessError: the installation failed.
        """
        from slicer import packaging

        with tempfile.TemporaryDirectory(prefix="ONVolumetry-") as folder:
            constraints = Path(folder) / "constraints.txt"
            constraints.write_text("\n".join(keptVersions()) + "\n", encoding="utf-8")
            packaging.pip_ensure(packaging.load_requirements(REQUIREMENTS), constraints=constraints,
                                 requester=REQUESTER)

    def installFrom(self, folder: Path):
        """Install from a folder of wheels, without the internet.

        :raises subprocess.CalledProcessError: a package is not there, or not for this Slicer.
        """
        slicer.packaging.pip_install(["--no-index", "--find-links", str(folder), *self.missing()],
                                     requester=REQUESTER)


def keptVersions() -> list[str]:
    """The packages that Slicer works with, at the versions that it has."""
    found = []
    for name in KEPT_PACKAGES:
        try:
            found.append(f"{name}=={importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
