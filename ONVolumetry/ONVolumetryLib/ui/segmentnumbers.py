"""Numbers of the visit that is being outlined, measured anew after every stroke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..mrml.hipnodes import VisitNodes
from ..mrml.livevolumes import LiveMeasurer
from .livenumbers import LiveNumbers


class SegmentNumbers:
    """Measures, shows the numbers, and says below them what went wrong.

    :param layout: of the panel, which gets the widgets.
    """

    def __init__(self, layout):
        self.sex: str | None = None
        self.settings: Mapping[str, Any] = {}
        self.spheres: Mapping = {}
        self._widgets = LiveNumbers(layout)
        self._measurer = LiveMeasurer()

    @property
    def problem(self):
        """The label that says what went wrong."""
        return self._widgets.problem

    def setPatient(self, sex: str | None, settings: Mapping[str, Any] | None):
        """Say what the numbers depend on beside outlines.

        :param sex: "male" or "female", None where nobody has said.
        :param settings: of the measurement, under their file keys.
        """
        self.sex, self.settings = sex or None, dict(settings or {})

    def measure(self, visits: Sequence[VisitNodes], label: str):
        """Measure a visit and show its numbers; fit the spheres of all heads.

        :param visits: of the hip.
        :param label: of the visit.
        """
        self._widgets.show(self._measurer.measure(visits, label, self.sex, self.settings), self.sex)
        self.spheres = self._measurer.spheres(visits, self.sex, self.settings)

    def say(self, problem: str):
        """Say what went wrong, until the numbers are shown again."""
        self.problem.text = problem[:1].upper() + problem[1:]
        self.problem.show()

    def clear(self):
        """Show that nothing is measured."""
        self._widgets.clear()
