"""The page around the sections: head with its security policy, navigation, footer."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .markup import Element, document, element

# Nothing may be loaded from anywhere, and nothing may run but a script of our own, by its hash.
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


def pageHtml(title: str, header: Element, sections: Sequence[Section], script: str | None = None) -> str:
    """The whole page as text.

    :param title: of the browser's window.
    :param script: the only script that may run; None = none.
    """
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    head = element(
        "head", {}, element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": _securityPolicy(script)}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("title", {}, title), element("style", {}, style))
    navigation = element("nav", {"aria-label": "Sections"}, *(
        element("a", {"href": f"#{section.key}"}, section.short) for section in sections))
    main = element("main", {}, *(_sectionElement(section) for section in sections))
    footer = element("footer", {}, element("p", {}, FOOTER))
    body = element("body", {}, element("div", {"class": "page"}, header, navigation, main, footer))
    if script is not None:
        body.append(element("script", {}, script))
    return document(element("html", {"lang": "en"}, head, body))


def _securityPolicy(script: str | None) -> str:
    if script is None:
        return SECURITY_POLICY
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return f"{SECURITY_POLICY}; script-src 'sha256-{digest}'"


def _sectionElement(section: Section) -> Element:
    heading = element("h2", {"id": f"{section.key}-title"}, section.title)
    return element("section", {"id": section.key, "aria-labelledby": f"{section.key}-title"}, heading, *section.parts)
