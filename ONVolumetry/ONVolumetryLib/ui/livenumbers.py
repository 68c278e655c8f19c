"""Shows the volumes of the visit that is being outlined."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from ..mrml.livevolumes import LiveVolumes

MM3_PER_CM3 = 1000.0


class LiveNumbers:
    """A row of quantities that follow every stroke.

    :param layout: of the panel, which gets the widgets.
    """

    def __init__(self, layout):
        frame = qt.QFrame()
        frame.objectName = "liveNumbers"
        frame.frameShape = qt.QFrame.StyledPanel
        grid = qt.QGridLayout(frame)
        grid.setContentsMargins(6, 4, 6, 4)
        grid.setHorizontalSpacing(12)
        self._values = {}
        titles = (("onv", _("ONV"), _("Lesion volume")), ("onvPercent", _("ONV %"), _("Lesion in percent of the head")),
                  ("fhv", _("FHV"), _("Head volume, lesion included")),
                  ("sav", _("SAV"), _("Sphere-adjusted volume, from the head's sphere and the sex")),
                  ("difference", _("FHV - SAV"), _("Difference of head and sphere-adjusted volume in percent of their "
                                                   "mean; a large one means that the neck was cut elsewhere")))
        for column, (name, title, toolTip) in enumerate(titles):
            caption, value = qt.QLabel(title), qt.QLabel()
            value.objectName = f"{name}Label"
            value.setTextInteractionFlags(qt.Qt.TextSelectableByMouse)
            for row, label in enumerate((caption, value)):
                label.toolTip = toolTip
                label.setAlignment(qt.Qt.AlignCenter)
                grid.addWidget(label, row, column)
            self._values[name] = value
        self.problem = qt.QLabel()
        self.problem.objectName = "liveProblem"
        self.problem.wordWrap = True
        grid.addWidget(self.problem, 2, 0, 1, len(titles))
        layout.addWidget(frame)

    def show(self, live: LiveVolumes, sex: str | None):
        """Show numbers; what is not measured is said in words."""
        texts = {
            "onv": _volume(live.onvMm3), "fhv": _volume(live.fhvMm3), "sav": _volume(live.savMm3),
            "onvPercent": _percent(live.onvPercent, "{:.1f} %"),
            "difference": _percent(live.fhvSavDifferencePercent, "{:+.1f} %"),
        }
        for name, text in texts.items():
            if self._values[name].text != text:
                self._values[name].text = text
        problem = live.problem
        if not problem and live.sphere is not None and not sex:
            problem = _("Select the sex: the sphere-adjusted volume depends on it.")
        self.problem.text = problem[:1].upper() + problem[1:]
        self.problem.setVisible(bool(problem))

    def clear(self):
        """Show that nothing is measured."""
        self.show(LiveVolumes(), None)


def _volume(volumeMm3: float | None) -> str:
    return _("not measured") if volumeMm3 is None else f"{volumeMm3 / MM3_PER_CM3:.2f} cm³"


def _percent(value: float | None, form: str) -> str:
    return _("not measured") if value is None else form.format(value)
