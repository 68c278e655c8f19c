"""One check box for every kind of part of the 3D regression, in the color that it has in the views."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import qt
from slicer.i18n import tr as _

from ..scene3d.styles import HEAD, LESION, NEW, ORIGINAL, PERSISTENT, REGENERATED
from .regressiontexts import partTitle

# The lesion and what persists of it look alike and are switched together.
GROUPS = ((HEAD,), (LESION, PERSISTENT), (REGENERATED,), (NEW,), (ORIGINAL,))
SWATCH_PIXELS = 14


class PartSwitches:
    """Check boxes in a row that breaks where it must.

    :param layout: QGridLayout that gets them.
    :param onChanged: called with the keys that are switched off.
    """

    def __init__(self, layout, onChanged: Callable[[frozenset[str]], None]):
        self.layout, self.onChanged = layout, onChanged
        self._boxes: dict[tuple[str, ...], object] = {}
        for index, keys in enumerate(GROUPS):
            box = qt.QCheckBox(partTitle(keys[0]))
            box.objectName = f"regressionPart {keys[0]}"
            box.checked = True
            box.toolTip = _("Show or hide this part in all 3D views of the regression.")
            box.connect("clicked(bool)", lambda checked=False: self.onChanged(self.hidden))
            layout.addWidget(box, index // 3, index % 3)
            self._boxes[keys] = box

    @property
    def hidden(self) -> frozenset[str]:
        """Keys of the parts that are switched off."""
        return frozenset(key for keys, box in self._boxes.items() if not box.checked for key in keys)

    def show(self, present: Sequence[str], hidden: frozenset[str],
             colors: Mapping[str, tuple[float, float, float]]):
        """Show the switches of the parts that there are.

        :param present: keys of parts.
        :param hidden: keys that are switched off.
        :param colors: RGB, 0 to 1 each, by key.
        """
        for keys, box in self._boxes.items():
            found = [key for key in keys if key in present]
            box.setVisible(bool(found))
            box.checked = not hidden.intersection(keys)
            if found:
                box.setIcon(_swatch(colors[found[0]]))


def _swatch(color: tuple[float, float, float]):
    picture = qt.QPixmap(SWATCH_PIXELS, SWATCH_PIXELS)
    picture.fill(qt.QColor(*(round(255 * part) for part in color)))
    return qt.QIcon(picture)
