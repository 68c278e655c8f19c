"""Scenes that every version with a new schema of parameters has saved still open with their results."""

import unittest
from pathlib import Path

import slicer
from freshslicer import FreshSlicer
from paneltest import PanelTest, settle

SCENES = Path(__file__).resolve().parent / "Scenes"


def setUpModule():
    import importguard

    importguard.install()


class StoredScenesTest(PanelTest):
    """Scenes/schemaN.mrb holds the hip of ballcase.py, measured and approved by AB with schema N."""

    def testThereIsAScenePerSchema(self):
        from ONVolumetryLib.mrml.parameterschema import SCHEMA_VERSION

        self.assertEqual(sorted(path.name for path in SCENES.glob("*.mrb")),
                         [f"schema{number}.mrb" for number in range(1, SCHEMA_VERSION + 1)])

    def testEveryStoredSceneOpens(self):
        for path in SCENES.glob("*.mrb"):
            with self.subTest(path.name):
                slicer.mrmlScene.Clear(0)
                slicer.util.loadScene(str(path))
                settle()
                state = self.panel.state
                self.assertEqual((state.hip.hip, state.hip.side, state.hip.sex), ("7", "right", "female"))
                self.assertEqual([visit.label for visit in state.hip.visits], ["preop", "3 months", "12 months"])
                self.assertEqual(state.record["visits"][0]["onv_cm3"], 11.62512)
                self.assertEqual(list(self.panel.approveSection.states().values()), ["approved"] * 3)
                self.measure()
                self.assertAlmostEqual(self.panel.state.record["visits"][0]["onv_cm3"], 11.62512, delta=1e-6)

    def testASceneIsAddedToAnotherOne(self):
        # In a Slicer of its own: this once ended the application.
        path = str(SCENES / "schema1.mrb")
        sources = Path(slicer.modules.onvolumetry.path).parent
        answer = FreshSlicer("openoneafteranother.py", {"scenes": [path] * 3}, self.folder, sources).answer()
        self.assertNotIn("failure", answer, answer.get("failure"))
        for seen in answer["seen"]:
            self.assertEqual((seen["hip"], seen["complete"], seen["chosen"]), ("7", True, seen["node"]))
        self.assertEqual(len({seen["node"] for seen in answer["seen"]}), 3)


if __name__ == "__main__":
    unittest.main()
