"""Opens scenes one after the other into the same scene while the panel is shown; started by freshslicer.py."""

import sys
import traceback
from pathlib import Path

import slicer

sys.path.insert(0, str(Path(__file__).resolve().parent))

import importguard
from freshslicer import finish, givenJob


def main() -> dict:
    from paneltest import settle

    importguard.install()
    slicer.util.mainWindow().show()
    slicer.util.selectModule("ONVolumetry")
    settle(0.5)
    panel = slicer.modules.onvolumetry.widgetRepresentation().self().panel
    found = []
    for path in givenJob()["scenes"]:
        slicer.util.loadScene(path)
        settle(0.5)
        hip = panel.state.hip
        found.append({"hip": hip and hip.hip, "node": hip and hip.owner.GetID(),
                      "complete": hip is not None and all(visit.volume and visit.segmentation for visit in hip.visits),
                      "chosen": panel.ui.hipSelector.currentNodeID})
    return {"seen": found}


try:
    answer = main()
except Exception:
    answer = {"failure": traceback.format_exc()}
finish(answer)
