"""Elements of a page. The standard library's serializer escapes whatever text they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

Element = ET.Element

# What HTML does not allow in text, and the marks that make the text after them run backwards.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
                         "\U00010000-\U0010fffd]")


def element(tag: str, attributes: Mapping[str, object] | None = None, *children: Element | str | None) -> Element:
    """An element with its children.

    :param attributes: values are turned to text; numbers are rounded to 0.001; None leaves the attribute out.
    :param children: elements and texts in order; None is left out.
    """
    made = ET.Element(tag)
    for name, value in (attributes or {}).items():
        if value is not None:
            made.set(name, printable(_attributeText(value)))
    append(made, *children)
    return made


def append(parent: Element, *children: Element | str | None) -> Element:
    """Add children at the end; texts and elements may alternate.

    :return: the parent.
    """
    for child in children:
        if isinstance(child, str):
            _appendText(parent, printable(child))
        elif child is not None:
            parent.append(child)
    return parent


def printable(text: str) -> str:
    """Text without control characters, each replaced by the replacement character."""
    return UNPRINTABLE.sub("\ufffd", text)


def document(root: Element) -> str:
    """The HTML text of a whole page."""
    return "<!DOCTYPE html>\n" + ET.tostring(root, encoding="unicode", method="html") + "\n"


def _attributeText(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)


def _appendText(parent: Element, text: str):
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
