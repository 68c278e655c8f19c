"""Uses the module in a Slicer without main window; started by freshslicer.py."""

import sys
import traceback
from pathlib import Path

import slicer

sys.path.insert(0, str(Path(__file__).resolve().parent))

import importguard
from freshslicer import finish, givenJob, loggedProblems


def main() -> dict:
    importguard.install()
    module = slicer.modules.onvolumetry
    found = {"window": slicer.app.layoutManager() is not None, "libraryAtStart": "ONVolumetryLib.core" in sys.modules}
    widget = module.widgetRepresentation()
    found["sameWidget"] = widget is not None and module.widgetRepresentation() == widget
    scene = slicer.vtkMRMLScene()
    module.setMRMLScene(scene)
    module.setMRMLScene(slicer.mrmlScene)
    found["sameLogic"] = module.logic() == module.logic()
    widget.self().enter()
    ui, panel = widget.self().ui, widget.self().panel
    panel.hipSection.openFolder(givenJob()["case"])
    ui.segmentSection.collapsed = False
    ui.measureButton.click()
    found["table"] = [ui.resultTable.rowCount, ui.resultTable.columnCount]
    found["plotReason"] = ui.courseButton.toolTip
    found["volumes"] = [visit["onv_cm3"] for visit in panel.state.record["visits"]]
    found["checked"] = panel.checkSection.run()
    slicer.mrmlScene.Clear(0)
    found["problems"] = loggedProblems()
    return found


try:
    answer = main()
except Exception:
    answer = {"failure": traceback.format_exc()}
finish(answer)
