"""The section Cohort: always there, and the statistics where their packages are or can be installed."""

import dataclasses
import functools
import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

import qt
import slicer
from paneltest import PanelTest, settle
from segmenthost import waitFor

TABLE = """hip,patient,visit,month,onv_percent,onv_cm3,fhv_cm3,sav_cm3,jic_zones,healed
"""
SECONDS_OF_A_RUN = 240
REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = REPOSITORY / "build" / "cohort-packages-{}.{}".format(*sys.version_info)


def setUpModule():
    import importguard

    importguard.install()


class CohortTest(PanelTest):
    """Drives the section."""

    def setUp(self):
        super().setUp()
        self.section = self.panel.cohortSection
        self.ui.cohortSection.collapsed = False
        self.pretendInstalled([])
        settle()

    def pretendInstalled(self, missing):
        packages = mock.patch.object(self.section.install.packages, "missing", return_value=list(missing))
        packages.start()
        self.addCleanup(packages.stop)
        self.section.install.look()
        self.section.show()

    def writeTable(self, name="rows.csv", hips=range(1, 13), label="preop"):
        path = self.folder / name
        lines = [TABLE.strip()]
        for hip in hips:
            for visit, month in ((label, 0), ("3 months", 3)):
                onv = 10 + (hip * 7) % 12 + (0 if hip % 3 else 6) - 2 * month
                lines.append(f"{hip},P{hip},{visit},{month},{onv},{onv / 3},{40 + hip},{41 + hip * 0.95},A B,"
                             f"{int(hip % 3 != 0)}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def addTables(self, *paths):
        with mock.patch.object(qt.QFileDialog, "getOpenFileNames", return_value=tuple(map(str, paths))):
            self.ui.cohortAddTablesButton.click()
        settle()

    def cells(self):
        table = self.ui.cohortTable
        return [[table.item(row, column).text() for column in range(table.columnCount)]
                for row in range(table.rowCount)]


class CohortInputTest(CohortTest):
    """What needs no package."""

    def testNothingCanBeRunBeforeThereIsSomething(self):
        self.assertFalse(self.ui.cohortRunButton.enabled)
        self.assertIn("Add tables", self.ui.cohortRunButton.toolTip)
        for button in (self.ui.cohortShowButton, self.ui.cohortReportButton, self.ui.cohortExportButton):
            self.assertFalse(button.enabled)
            self.assertIn("Run first", button.toolTip)
        self.assertFalse(self.ui.cohortTable.visible)

    def testHipsOfATableAreListed(self):
        self.addTables(self.writeTable(hips=(1, 3)))
        self.assertEqual(self.cells(), [["1", "preop, 3 months", "yes", "", "rows.csv"],
                                        ["3", "preop, 3 months", "no", "", "rows.csv"]])
        self.assertTrue(self.ui.cohortRunButton.enabled, self.ui.cohortRunButton.toolTip)

    def testAProblemStandsBesideItsHipAndBlocksTheRun(self):
        self.addTables(self.writeTable(hips=(1,)), self.writeTable("other.csv", hips=(1,)))
        self.assertIn("is also in", self.cells()[0][3])
        self.assertFalse(self.ui.cohortRunButton.enabled)
        self.ui.cohortTable.setCurrentCell(0, 0)
        settle()
        self.ui.cohortRemoveButton.click()
        settle()
        self.assertEqual(len(self.cells()), 1)
        self.assertTrue(self.ui.cohortRunButton.enabled, self.ui.cohortRunButton.toolTip)

    def testAFileThatIsNoTableIsSaid(self):
        path = self.folder / "notes.csv"
        path.write_text("no table at all\n", encoding="utf-8")
        self.addTables(path)
        self.assertEqual(self.cells()[0][0], "not read")
        self.assertIn("row 1 is not a header", self.cells()[0][3])

    def testVisitsThatMayBeOneAreJoinedInTheOptions(self):
        self.addTables(self.writeTable(hips=(1,)), self.writeTable("other.csv", hips=(2,), label="baseline"))
        self.assertIn("may be one visit", self.ui.cohortProblem.text)
        self.assertFalse(self.ui.cohortRunButton.enabled)
        self.ui.cohortVisitsEdit.text = "preop=baseline"
        self.ui.cohortVisitsEdit.editingFinished()
        settle()
        self.assertEqual(self.ui.cohortProblem.text, "")
        self.assertTrue(self.ui.cohortRunButton.enabled)

    def testCasesAndHipsOfTheScene(self):
        path = self.openCase()
        self.ui.cohortSceneCheckBox.checked = True
        settle()
        self.assertIn("not measured yet", self.cells()[0][3])
        self.measure()
        self.section.input.look()
        self.assertEqual(self.cells()[0][:4], ["7", "preop, 3 months, 12 months", "yes", ""])
        self.eraseSlice(1)
        self.section.run()
        self.assertIn("out of date", self.cells()[0][3])
        self.assertFalse(self.section.runner.isRunning)
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(path.parent)):
            self.ui.cohortAddFolderButton.click()
        settle()
        self.assertIn("is also in", " ".join(row[3] for row in self.cells()))

    def testTheCohortIsPartOfTheScene(self):
        self.addTables(self.writeTable(hips=(1, 3)))
        self.ui.cohortWelchCheckBox.checked = True
        saved = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(saved))
        slicer.mrmlScene.Clear(0)
        settle()
        self.assertFalse(self.ui.cohortTable.visible)
        self.assertFalse(self.ui.cohortWelchCheckBox.checked)
        slicer.util.loadScene(saved)
        settle()
        self.assertEqual([row[0] for row in self.cells()], ["1", "3"])
        self.assertTrue(self.ui.cohortWelchCheckBox.checked)

    def testWithoutPackagesThePanelSaysWhatToDo(self):
        self.assertFalse(self.ui.cohortPackagesBox.visible)
        self.pretendInstalled(["pandas>=2.1"])
        self.addTables(self.writeTable())
        self.assertTrue(self.ui.cohortPackagesBox.visible)
        for words in ("pandas", "pip download", "Install from folder", "onvolumetry cohort"):
            self.assertIn(words, self.ui.cohortPackagesLabel.text)
        self.assertFalse(self.ui.cohortRunButton.enabled)
        self.assertIn("pandas", self.ui.cohortRunButton.toolTip)

    def testInstallingAsksAndKeepsSlicersOwnPackages(self):
        self.pretendInstalled(["pandas>=2.1"])
        from slicer import packaging

        with mock.patch.object(packaging, "pip_ensure", side_effect=self.checkInstallation) as ensure:
            self.ui.cohortInstallButton.click()
        self.assertEqual(ensure.call_count, 1)
        with mock.patch.object(packaging, "pip_ensure", side_effect=RuntimeError("declined")):
            self.ui.cohortInstallButton.click()
        self.assertIn("Nothing was installed", self.ui.cohortPackagesLabel.text)
        failure = subprocess.CalledProcessError(1, "pip")
        with mock.patch.object(packaging, "pip_install", side_effect=failure) as install, \
                mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(self.folder)):
            self.ui.cohortInstallFolderButton.click()
        self.assertEqual(install.call_args.args[0],
                         ["--no-index", "--find-links", str(self.folder), "pandas>=2.1"])
        self.assertIn("could not be installed", self.ui.cohortPackagesLabel.text)

    def checkInstallation(self, requirements, constraints, requester):
        self.assertEqual([requirement.name for requirement in requirements], ["pandas", "statsmodels", "matplotlib"])
        self.assertIn("numpy==", Path(constraints).read_text(encoding="utf-8"))
        self.assertEqual(requester, "ONVolumetry")

    def testTheHipWorkflowIsTheSameWithoutPackages(self):
        self.pretendInstalled(["pandas>=2.1"])
        self.openCase()
        self.measure()
        self.assertIn("Head volume (FHV)", self.shownRows())


class CohortRunTest(CohortTest):
    """The run itself, in a process that has the packages."""

    def setUp(self):
        super().setUp()
        folders = packageFolders()
        if folders is None:
            self.skipTest("pandas, statsmodels and matplotlib are not there and cannot be installed")
        self.section.runner.packageFolders = folders

    def run_(self):
        self.ui.cohortRunButton.click()
        self.assertTrue(self.section.runner.isRunning, self.ui.cohortStatus.text)
        self.assertFalse(self.ui.cohortRunButton.enabled)
        waitFor(lambda: not self.section.runner.isRunning, SECONDS_OF_A_RUN)

    def testATableGivesFiguresAndFiles(self):
        self.addTables(self.writeTable())
        self.run_()
        self.assertIn("12 hips", self.ui.cohortStatus.text)
        selector = self.ui.cohortFigureSelector
        titles = [selector.itemText(index) for index in range(selector.count)]
        self.assertIn("ROC of ONV % for healing", titles)
        view = slicer.app.layoutManager().plotWidget(0).mrmlPlotViewNode()
        for index in range(selector.count):
            selector.setCurrentIndex(index)
            self.ui.cohortShowButton.click()
            settle()
            chart = view.GetPlotChartNode()
            self.assertIn(titles[index], chart.GetTitle())
            self.assertGreater(chart.GetNumberOfPlotSeriesNodes(), 0)
        exported = self.folder / "exported"
        exported.mkdir()
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", return_value=str(exported)):
            self.ui.cohortExportButton.click()
        names = {path.name for path in exported.iterdir()}
        self.assertLessEqual({"cohort.html", "cohort.json", "cohort.csv", "roc.png", "roc.svg"}, names)
        document = json.loads((exported / "cohort.json").read_text(encoding="utf-8"))
        self.assertEqual(document["hips"], 12)
        self.ui.cohortWelchCheckBox.checked = True
        settle()
        self.assertIn("Out of date", self.ui.cohortStatus.text)

    def testCasesAreMeasuredAndReadersCompared(self):
        from ballcase import makeCase
        from ONVolumetryLib.files.case import readCase, writeCase

        for reader in ("Anna", "Bob"):
            for index in range(2):
                path = makeCase(self.folder / reader / str(index), hip=f"h{index}", patient=f"P{index}")
                # Without a follow-up nothing has to be registered.
                case = readCase(path)
                writeCase(path, dataclasses.replace(case, visits=case.visits[:1]))
        # The buttons of a folded box cannot be pressed.
        self.ui.cohortReadersBox.collapsed = False
        with mock.patch.object(qt.QFileDialog, "getExistingDirectory", side_effect=[
                str(self.folder / "Anna"), str(self.folder / "Anna"), str(self.folder / "Bob")]):
            for button in (self.ui.cohortAddFolderButton, *[self.ui.cohortAddReaderButton] * 2):
                self.assertTrue(button.enabled, button.objectName)
                button.click()
        settle()
        self.assertEqual([row[0] for row in self.cells()], ["h0", "h1"])
        self.run_()
        self.assertIn("2 hips", self.ui.cohortStatus.text)
        document = self.section.input.state.document
        cells = next(table for table in document["tables"] if table["key"] == "readers_overlap")["entries"]
        self.assertEqual(cells[0]["statistics"]["mean"], 1.0, "the same outlines twice")

    def testCancelLeavesTheFormerResult(self):
        self.addTables(self.writeTable())
        self.ui.cohortRunButton.click()
        self.assertTrue(self.ui.cohortCancelButton.enabled)
        self.ui.cohortCancelButton.click()
        settle()
        self.assertFalse(self.section.runner.isRunning)
        self.assertIn("Canceled", self.ui.cohortStatus.text)
        self.assertIsNone(self.section.input.state.document)

    def testAProblemOfTheProgramIsSaidInThePanel(self):
        path = self.writeTable()
        path.write_text(path.read_text(encoding="utf-8").replace(",A B,", ",Z,"), encoding="utf-8")
        self.addTables(path)
        self.run_()
        self.assertIn("Not computed", self.ui.cohortStatus.text)
        self.assertIn("Z", self.ui.cohortStatus.text)


@functools.cache
def packageFolders():
    """Folders that hold the packages beside Slicer's own; none where Slicer has them; None where there are none."""
    python = shutil.which("PythonSlicer")
    # Found is enough: to load them takes as long as a run.
    check = ("import sys, importlib.util; sys.exit(any(importlib.util.find_spec(name) is None "
             "for name in ('pandas', 'statsmodels', 'matplotlib')))")
    if subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0:
        return ()
    check = f"import sys; sys.path.append({str(PACKAGES)!r}); {check}"
    if subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0:
        return (str(PACKAGES),)
    if os.environ.get("ONVOLUMETRY_NO_DOWNLOAD"):
        return None
    requirements = REPOSITORY / "ONVolumetry" / "Resources" / "requirements.txt"
    command = [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", str(PACKAGES),
               "--requirement", str(requirements)]
    subprocess.run(command, capture_output=True, check=False, timeout=600)
    done = subprocess.run([python, "-c", check], capture_output=True, check=False)
    return (str(PACKAGES),) if done.returncode == 0 else None


if __name__ == "__main__":
    unittest.main()
