"""What was saved here opens in a Slicer that is started anew: with the module installed, and without it."""

import tempfile
import unittest
from pathlib import Path

import installedtree
import slicer
from ballcase import makeCase
from freshslicer import FreshSlicer
from panelstate import panelState
from paneltest import PanelTest, settle

SOURCES = Path(slicer.modules.onvolumetry.path).parent
STANDARD_VIEWS = ["Green", "Red", "Yellow"]


def setUpModule():
    import importguard

    importguard.install()


class FreshProcessTest(PanelTest):
    """Two scenes, one of them saved while visits are compared, and three Slicers that are started once."""

    shared = None

    def setUp(self):
        super().setUp()
        if FreshProcessTest.shared is None:
            folder = tempfile.TemporaryDirectory()
            type(self).addClassCleanup(folder.cleanup)
            FreshProcessTest.shared = self.saveAndOpen(Path(folder.name))
        self.saved, self.answers, self.installed = FreshProcessTest.shared

    def saveAndOpen(self, folder):
        """Save the scenes, and let the other Slicers look at them at the same time."""
        scenes = {name: str(folder / f"{name}.mrb") for name in ("measured", "compared")}
        saved = self.save(scenes)
        installed = self.installedModule(folder)
        started = {}
        for name, script, options in (
                ("module", "openscenes.py", {"moduleFolder": installed or SOURCES}),
                ("colleague", "openscenes.py", {}),
                ("windowless", "withoutwindow.py", {"moduleFolder": installed or SOURCES, "hasWindow": False})):
            (folder / name).mkdir()
            job = {"scenes": scenes, "case": str(makeCase(folder / name / "case").parent)}
            started[name] = FreshSlicer(script, job, folder / name, **options)
        return saved, {name: run.answer() for name, run in started.items()}, installed

    def save(self, scenes):
        slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
        self.openCase()
        self.measure()
        self.approve()
        self.ui.visitsTable.setCurrentCell(1, 0)
        settle()
        saved = {"measured": panelState(self.widget)}
        self.assertTrue(slicer.util.saveScene(scenes["measured"]))
        self.ui.segmentSection.collapsed = False
        self.addCleanup(setattr, self.ui.segmentSection, "collapsed", True)
        settle()
        slicer.util.findChild(self.ui.segmentContainer, "compareCheckBox").click()
        settle()
        saved["compared"] = panelState(self.widget)
        saved["layout"] = slicer.app.layoutManager().layout
        self.assertTrue(slicer.util.saveScene(scenes["compared"]))
        return saved

    @staticmethod
    def installedModule(folder):
        """Folder of the module as CMake would install it; None where there is no CMake."""
        cmake = installedtree.findCMake()
        environment = dict(slicer.util.startupEnvironment())
        return cmake and installedtree.installTree(cmake, folder / "installed", environment=environment)

    def answer(self, name):
        answer = self.answers[name]
        self.assertNotIn("failure", answer, answer.get("failure"))
        return answer

    def testAllComesBackBitForBit(self):
        answer = self.answer("module")
        for name in ("measured", "compared"):
            with self.subTest(name):
                self.assertTrue(answer[name]["loaded"])
                self.assertEqual(answer[name]["panel"], self.saved[name])
                self.assertEqual(answer[name]["status"], "")
                self.requireSameMeasured(answer[name]["again"], self.saved[name])
                self.assertEqual(answer[name]["problems"], [])

    def requireSameMeasured(self, again, saved):
        """Measured anew all is the same; only the voxel size has other last digits in a file than in a scene."""
        self.assertEqual({**again, "record": None}, {**saved, "record": None})
        for visit, before in zip(again["record"]["visits"], saved["record"]["visits"], strict=True):
            for role in ("head", "lesion"):
                self.assertEqual(visit[role]["voxel_count"], before[role]["voxel_count"])
                self.assertLess(abs(visit[role]["volume_mm3"] / before[role]["volume_mm3"] - 1), 1e-9)

    def testLayoutComesBackWhenTheModuleIsOpened(self):
        answer = self.answer("module")
        self.assertEqual(answer["measured"]["entered"]["slices"], STANDARD_VIEWS)
        compared = answer["compared"]
        self.assertEqual(compared["slices"], STANDARD_VIEWS)
        self.assertEqual(compared["entered"]["layout"], self.saved["layout"])
        self.assertEqual(compared["entered"]["volumes"], {
            f"ONVolumetry{index + 1}": visit[2] for index, visit in enumerate(self.saved["compared"]["visits"])})

    def testColleagueWithoutTheExtensionHasAUsableWindow(self):
        answer = self.answer("colleague")
        for name in ("measured", "compared"):
            with self.subTest(name):
                seen = answer[name]
                self.assertTrue(seen["loaded"])
                self.assertNotIn("panel", seen)
                self.assertTrue(seen["knowsLayout"])
                self.assertEqual((seen["slices"], seen["threeD"]), (STANDARD_VIEWS, 1))
                self.assertIn(seen["volumes"]["Red"], [visit[2] for visit in self.saved[name]["visits"]])
                self.assertEqual((seen["nodes"]["ScalarVolume"], seen["nodes"]["Segmentation"]), (3, 3))
                self.assertEqual(seen["problems"], [])

    def testModuleStartsFromWhereItIsInstalled(self):
        if self.installed is None:
            self.skipTest("there is no cmake to install the module with")
        path = Path(self.answer("module")["measured"]["from"]).resolve()
        self.assertEqual(path.parent, self.installed.resolve())

    def testModuleWorksWithoutMainWindow(self):
        answer = self.answer("windowless")
        self.assertFalse(answer["window"])
        self.assertFalse(answer["libraryAtStart"])
        self.assertTrue(answer["sameWidget"] and answer["sameLogic"] and answer["checked"])
        self.assertGreater(answer["table"][0], 5)
        self.assertEqual(answer["volumes"], [visit["onv_cm3"] for visit in self.saved["measured"]["record"]["visits"]])
        self.assertIn("no views", answer["plotReason"])
        self.assertEqual(answer["problems"], [])


if __name__ == "__main__":
    unittest.main()
