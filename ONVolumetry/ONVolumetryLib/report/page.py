"""The page around the sections: head with its security policy, navigation, footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .markup import Element, document, element

# Nothing may be loaded from anywhere, and nothing may run.
SECURITY_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
FOOTER = "For research; not a medical device. Not for diagnosis or treatment decisions on its own."


@dataclass(frozen=True, eq=False)
class Section:
    """A section of the page.

    :param key: its anchor.
    :param title: its heading.
    :param short: its name in the navigation.
    :param parts: its elements in order.
    """

    key: str
    title: str
    short: str
    parts: Sequence[Element]


def pageHtml(title: str, header: Element, sections: Sequence[Section]) -> str:
    """The whole page as text.

    :param title: of the browser's window.
    """
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    head = element(
        "head", {}, element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": SECURITY_POLICY}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("title", {}, title), element("style", {}, style))
    navigation = element("nav", {"aria-label": "Sections"}, *(
        element("a", {"href": f"#{section.key}"}, section.short) for section in sections))
    main = element("main", {}, *(_sectionElement(section) for section in sections))
    footer = element("footer", {}, element("p", {}, FOOTER))
    body = element("body", {}, element("div", {"class": "page"}, header, navigation, main, footer))
    return document(element("html", {"lang": "en"}, head, body))


def _sectionElement(section: Section) -> Element:
    heading = element("h2", {"id": f"{section.key}-title"}, section.title)
    return element("section", {"id": section.key, "aria-labelledby": f"{section.key}-title"}, heading, *section.parts)
