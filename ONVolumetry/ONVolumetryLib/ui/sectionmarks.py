"""Marks on the sections' titles: what is done, what is next, what needs a look."""

from __future__ import annotations

import re

from slicer.i18n import tr as _

TO_DO, DONE, LOOK = "○", "✓", "!"
MARK = re.compile(rf"\s+[{TO_DO}{DONE}{LOOK}]$")


def setMark(section, mark: str):
    """Put a mark on a section.

    :param section: ctkCollapsibleButton.
    :param mark: TO_DO, DONE or LOOK.
    """
    text = f"{MARK.sub('', section.text)}   {mark}"
    if section.text != text:
        section.text = text
        section.toolTip = {TO_DO: _("Not done yet."), DONE: _("Done."), LOOK: _("Needs a look.")}[mark]


def enable(button, reason: str, toolTip: str):
    """Enable a button, or disable it and say why.

    :param reason: why it cannot be pressed; "" when it can.
    :param toolTip: what it does.
    """
    button.enabled = not reason
    button.toolTip = reason or toolTip


def approvedReason() -> str:
    """Why what changes outlines cannot be pressed at an approved visit."""
    return _("The visit is approved; withdraw the approval first.")


def setText(label, text: str):
    """Show a text, or nothing."""
    if label.text != text:
        label.text = text
    label.setVisible(bool(text))
