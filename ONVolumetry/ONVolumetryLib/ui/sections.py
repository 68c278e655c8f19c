"""Sections of the panel: those that have a file of their own, and the numbers in their titles."""

from __future__ import annotations

import re
from pathlib import Path

import slicer

FOLDER = Path(__file__).resolve().parents[2] / "Resources" / "UI"
NUMBER = re.compile(r"^\d+\. ")


def insertSection(ui, fileName: str, before: str):
    """Put a section into the panel, and its named widgets among those of the panel.

    :param ui: widgets of the panel by name; gets those of the section.
    :param fileName: file in Resources/UI whose top widget is a ctkCollapsibleButton.
    :param before: name of the section above which it is put.
    :return: the section.
    """
    section = slicer.util.loadUI(str(FOLDER / fileName))
    for widget in (section, *slicer.util.findChildren(section)):
        if hasattr(widget, "setMRMLScene"):
            widget.setMRMLScene(slicer.mrmlScene)
        name = str(getattr(widget, "objectName", "") or "")
        if name.isidentifier() and not name.startswith("qt_"):
            setattr(ui, name, widget)
    next_ = getattr(ui, before)
    layout = next_.parentWidget().layout()
    layout.insertWidget(layout.indexOf(next_), section)
    return section


def numberSections(firstSection):
    """Number the titles of all sections from top to bottom.

    :param firstSection: any section of the panel.
    """
    layout = firstSection.parentWidget().layout()
    widgets = [layout.itemAt(index).widget() for index in range(layout.count())]
    sections = [widget for widget in widgets if widget is not None and widget.className() == "ctkCollapsibleButton"]
    for number, section in enumerate(sections, start=1):
        section.text = f"{number}. {NUMBER.sub('', section.text)}"
