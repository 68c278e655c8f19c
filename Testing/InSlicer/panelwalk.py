"""What scripts share that use the panel as a reader would: clicks, pictures of each step, and the way to the end."""

import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

import slicer
from paneltest import settle

FOLDER = Path(__file__).resolve().parents[2] / "build" / "screenshots"


class PanelWalk:
    """One way through the panel.

    :param folder: gets the pictures.
    """

    def __init__(self, folder: Path = FOLDER):
        self.folder = folder
        self.clicks = 0
        folder.mkdir(parents=True, exist_ok=True)
        window = slicer.util.mainWindow()
        window.showNormal()
        window.resize(1600, 1000)
        slicer.util.setPythonConsoleVisible(False)
        slicer.util.selectModule("ONVolumetry")
        widget = slicer.modules.onvolumetry.widgetRepresentation().self()
        self.ui, self.panel = widget.ui, widget.panel
        self.work(0.5)

    @staticmethod
    def work(seconds: float):
        """Let the application work."""
        settle(seconds)

    def picture(self, name: str, section=None):
        """Bring a section to the top of the panel and keep the main window as a picture."""
        self.work(0.3)
        if section is not None:
            self.scrollTo(section)
        self.work(0.5)
        self.grab(slicer.util.mainWindow(), name)

    def grab(self, widget, name: str):
        """Keep a widget as a picture."""
        import ctk

        image = ctk.ctkWidgetsUtils.grabWidget(widget)
        path = self.folder / f"{name}.png"
        if not image.save(str(path)):
            raise RuntimeError(f"{path} was not written")
        print("picture", path.name, flush=True)

    def scrollTo(self, section):
        """Bring a section to the top of the panel."""
        area = section.parentWidget()
        while not area.inherits("QScrollArea"):
            area = area.parentWidget()
        bar = area.verticalScrollBar()
        bar.setValue(bar.maximum)
        self.work(0.1)
        top = section.mapTo(area.widget(), section.rect.topLeft()).y()
        bar.setValue(top)

    def child(self, name: str):
        """Widget of the section Segment."""
        return slicer.util.findChild(self.ui.segmentContainer, name)

    def press(self, button, seconds: float = 0.5):
        """Click, or say why it cannot be."""
        if not button.enabled:
            raise RuntimeError(f"{button.objectName} cannot be pressed: {button.toolTip}")
        self.clicks += 1
        button.click()
        self.work(seconds)


def runSteps(makeSteps: Callable[[], Iterable[Callable[[], None]]]) -> int:
    """Do one step after the other until one fails.

    :return: exit status.
    """
    try:
        for step in makeSteps():
            start = time.monotonic()
            step()
            print(f"step {step.__name__}: {time.monotonic() - start:.1f} s", flush=True)
    except Exception:
        traceback.print_exc()
        return 1
    return 0
