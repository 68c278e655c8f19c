"""The part of the section Cohort that installs the packages, or says how without the internet."""

from __future__ import annotations

import html
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from .cohortpackages import CohortPackages
from .sectionmarks import setText


class CohortInstall:
    """Binds the widgets of the packages; they are hidden while nothing is missing.

    :param ui: widgets of the panel by name.
    :param onChanged: called after packages were installed.
    """

    def __init__(self, ui, onChanged: Callable[[], None]):
        self.ui, self.onChanged = ui, onChanged
        self.packages = CohortPackages()
        self.missing: list[str] = []
        self.failure = ""
        ui.cohortInstallButton.connect("clicked(bool)", lambda checked=False: self.install())
        ui.cohortInstallFolderButton.connect("clicked(bool)", lambda checked=False: self.installFromFolder())
        ui.cohortPackagesBox.collapsed = False
        ui.cohortPackagesBox.hide()

    def look(self):
        """See what is missing."""
        self.missing = self.packages.missing()
        self.ui.cohortPackagesBox.setVisible(bool(self.missing))
        setText(self.ui.cohortPackagesLabel, self._text() if self.missing else "")

    def reason(self) -> str:
        """Why the statistics cannot be computed; "" when they can."""
        if not self.missing:
            return ""
        return _("Install the Python packages of the statistics first: {packages}.").format(
            packages=", ".join(self.missing))

    def _text(self) -> str:
        names = " ".join(f'"{requirement}"' for requirement in self.missing)
        failure = f"<p><b>{html.escape(self.failure)}</b></p>" if self.failure else ""
        return failure + "<p>" + "</p><p>".join((
            _("Measuring hips needs no package. The statistics need {packages}, which 3D Slicer does not bring "
              "along.").format(packages=html.escape(", ".join(self.missing))),
            _("Without the internet: on a computer that has it, with the same system and the same 3D Slicer, type"),
            f"<code>PythonSlicer -m pip download --dest wheels {html.escape(names)}</code>",
            _("carry the folder <i>wheels</i> here and press <b>Install from folder...</b> Or export the tables of the "
              "hips and run the program elsewhere:"),
            "<code>onvolumetry cohort measurements.csv --output cohort</code>")) + "</p>"

    def install(self):
        """Install from the internet, after the user has agreed in Slicer's own dialog."""
        self._try(self.packages.install)

    def installFromFolder(self):
        """Install from a folder of wheels that the user chooses."""
        name = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder of wheels"))
        if name:
            self._try(lambda: self.packages.installFrom(Path(name)))

    def _try(self, call: Callable[[], None]):
        self.failure = ""
        try:
            call()
        except RuntimeError:
            self.failure = _("Nothing was installed.")
        except subprocess.CalledProcessError:
            self.failure = _("The packages could not be installed. This needs the internet, or a folder with wheels "
                             "for Python {version} and this system.").format(
                version="{}.{}".format(*sys.version_info))
        self.look()
        if not self.missing:
            self.failure = ""
        self.onChanged()
