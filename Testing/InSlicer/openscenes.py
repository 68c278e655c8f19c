"""Opens scenes in a Slicer of its own and tells what its user sees; started by freshslicer.py."""

import sys
import traceback
from pathlib import Path

import slicer

sys.path.insert(0, str(Path(__file__).resolve().parent))

import importguard
from freshslicer import finish, givenJob, loggedProblems

MODULE = "ONVolumetry"


def main() -> dict:
    importguard.install()
    if slicer.app.layoutManager() is not None:
        slicer.util.mainWindow().show()
    found = {}
    for name, path in givenJob()["scenes"].items():
        slicer.util.selectModule("Data")
        slicer.mrmlScene.Clear(0)
        settle()
        before = len(loggedProblems())
        loaded = slicer.util.loadScene(path)
        settle()
        found[name] = {"loaded": bool(loaded), **viewState(), "nodes": nodeCounts()}
        if hasattr(slicer.modules, MODULE.lower()):
            found[name].update(moduleState())
        found[name]["problems"] = loggedProblems()[before:]
    return found


def settle(seconds=0.5):
    from paneltest import settle as work

    work(seconds)


def viewState() -> dict:
    """Layout, and the views that can be seen."""
    manager = slicer.app.layoutManager()
    slices = sorted(name for name in manager.sliceViewNames() if manager.sliceWidget(name).visible)
    backgrounds = {name: manager.sliceWidget(name).sliceLogic().GetBackgroundLayer().GetVolumeNode() for name in slices}
    return {
        "layout": manager.layout, "slices": slices,
        "volumes": {name: node and node.GetName() for name, node in backgrounds.items()},
        "threeD": sum(bool(manager.threeDWidget(index).visible) for index in range(manager.threeDViewCount)),
        "knowsLayout": bool(manager.layoutLogic().GetLayoutNode().IsLayoutDescription(manager.layout)),
    }


def nodeCounts() -> dict:
    names = ("ScalarVolume", "Segmentation", "Text", "Table", "PlotChart")
    return {name: slicer.mrmlScene.GetNumberOfNodesByClass(f"vtkMRML{name}Node") for name in names}


def moduleState() -> dict:
    """What the module shows, once it is opened."""
    from panelstate import panelState

    slicer.util.selectModule(MODULE)
    settle()
    widget = slicer.modules.onvolumetry.widgetRepresentation().self()
    state = {"panel": panelState(widget), "entered": viewState(), "from": slicer.modules.onvolumetry.path,
             "status": widget.ui.statusLabel.text}
    widget.ui.measureButton.click()
    settle()
    state["again"] = panelState(widget)
    return state


try:
    answer = main()
except Exception:
    answer = {"failure": traceback.format_exc()}
finish(answer)
