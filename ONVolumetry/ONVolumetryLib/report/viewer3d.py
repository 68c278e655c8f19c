"""The interactive view of a report: the visits in 3D, offline, with a script of our own."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .markup import Element, element

STEPS = 65535
DIRECTIONS = ("superior", "inferior", "anterior", "posterior", "lateral", "medial")
PRESETS = (("anterior", "Anterior"), ("superior", "Superior"), ("lateral", "Lateral"), ("posterior", "Posterior"),
           ("medial", "Medial"), ("start", "Reset"))
HINT = ("Drag to turn, wheel or pinch to zoom. On the keyboard: arrows turn, + and \u2212 zoom, A, S and L look from "
        "anterior, superior and lateral, Page Up and Page Down change the visit, 0 resets.")
NO_WEBGL = ("This browser cannot draw in 3D (WebGL is off or missing); the pictures beside this report show the same, "
            "where they were made.")
NO_SCRIPT = "The interactive view needs JavaScript, which is switched off; all other parts of the report work without."


@dataclass(frozen=True, eq=False)
class ViewerPart:
    """A surface of one visit.

    :param key: which part it is; parts of one key are switched on and off together.
    :param title: its name in the legend.
    :param colorRgb: 0 to 255 each.
    :param farOpacity: of its side away from the viewer.
    :param nearOpacity: of its side toward the viewer; 1 = opaque.
    :param points: (n, 3) RAS in mm.
    :param triangles: (m, 3) indices of points, counter-clockwise from outside.
    :param isShownAtStart: False where the reader switches it on.
    :param group: parts of one group, of different colors, share a switch of that name.
    """

    key: str
    title: str
    colorRgb: tuple[int, int, int]
    farOpacity: float
    nearOpacity: float
    points: np.ndarray
    triangles: np.ndarray
    isShownAtStart: bool = True
    group: str = ""


@dataclass(frozen=True, eq=False)
class ViewerVisit:
    """One visit of the view.

    :param name: label of the visit.
    :param onv: ONV % in words.
    :param volume: volume and regeneration in words.
    :param remark: what to know of its place; may be empty.
    :param parts: surfaces from inside out.
    """

    name: str
    onv: str
    volume: str
    remark: str
    parts: Sequence[ViewerPart]


@dataclass(frozen=True, eq=False)
class ViewerScene:
    """What the view shows.

    :param side: "left" or "right".
    :param centerRas: point about which the view turns.
    :param radiusMm: of a ball about it that holds everything.
    :param visits: in order of time.
    :param notes: sentences under the view.
    """

    side: str
    centerRas: np.ndarray
    radiusMm: float
    visits: Sequence[ViewerVisit]
    notes: Sequence[str]


def viewerScript() -> str:
    """The text of the page's script; the page's security policy allows it by its hash."""
    return Path(__file__).with_name("viewer3d.js").read_text(encoding="utf-8")


def viewerSection(scene: ViewerScene) -> list[Element]:
    """Elements of the section: canvas, slider, views, visits, legend and the surfaces as data."""
    first = next((index for index, visit in enumerate(scene.visits) if visit.parts), 0)
    stage = element(
        "div", {"class": "viewer-stage"},
        element("canvas", {"tabindex": "0", "role": "img", "aria-describedby": "viewer3d-hint",
                           "aria-label": "Femoral head and osteonecrosis in 3D at the chosen visit"}),
        _overlay(),
        element("p", {"class": "viewer-remark", "aria-live": "polite"}, scene.visits[first].remark),
        element("p", {"class": "viewer-problem", "hidden": ""}, NO_WEBGL),
        element("noscript", {}, element("p", {}, NO_SCRIPT)))
    panel = element("div", {"class": "viewer-panel"}, _visits(scene, first), _presets(), _legend(scene))
    viewer = element("div", {"id": "viewer3d", "class": "viewer"}, stage, panel, _data(scene))
    notes = " ".join(scene.notes)
    return [viewer, element("p", {"class": "hint", "id": "viewer3d-hint"}, HINT),
            element("p", {"class": "hint"}, notes)]


def _overlay() -> Element:
    words = (element("span", {"class": "viewer-word", "data-direction": word}, word) for word in DIRECTIONS)
    return element("div", {"class": "viewer-overlay", "aria-hidden": "true"}, *words,
                   element("span", {"class": "viewer-bar"}, "20 mm"))


def _visits(scene: ViewerScene, first: int) -> Element:
    slider = element("input", {"type": "range", "min": 0, "max": len(scene.visits) - 1, "step": 1, "value": first,
                               "aria-label": "Visit"})
    listing = element("ol", {"class": "viewer-visits"})
    for index, visit in enumerate(scene.visits):
        button = element("button", {"type": "button", "data-visit": index, "aria-pressed": str(index == first).lower()},
                         element("strong", {}, visit.name), element("span", {}, visit.onv),
                         element("span", {"class": "unit"}, visit.volume))
        listing.append(element("li", {}, button))
    return element("div", {"class": "viewer-group"}, element("h3", {}, "Visit"), slider, listing)


def _presets() -> Element:
    buttons = (element("button", {"type": "button", "data-preset": key}, name) for key, name in PRESETS)
    return element("div", {"class": "viewer-group viewer-presets"}, element("h3", {}, "View from"), *buttons)


def _legend(scene: ViewerScene) -> Element:
    """One switch a color: the lesion and what persists of it share theirs."""
    keysOf: dict[tuple[int, int, int], list[ViewerPart]] = {}
    groups: dict[str, dict[str, ViewerPart]] = {}
    for visit in scene.visits:
        for part in visit.parts:
            if part.group:
                groups.setdefault(part.group, {})[part.key] = part
                continue
            known = keysOf.setdefault(part.colorRgb, [])
            if part.key not in [other.key for other in known]:
                known.append(part)
    legend = element("div", {"class": "viewer-group"}, element("h3", {}, "Legend"))
    # The outermost part, the head, comes first.
    for color, parts in sorted(keysOf.items(), key=lambda entry: entry[1][0].key != "head"):
        cover = 1.0 - (1.0 - parts[0].farOpacity) * (1.0 - parts[0].nearOpacity)
        shown = ",".join(str(round(255 + (value - 255) * cover)) for value in color)
        swatch = element("span", {"class": "viewer-swatch", "style": f"background:rgb({shown})"})
        legend.append(element("label", {}, _switch(parts), swatch, parts[0].title))
    for title, members in groups.items():
        swatches = [element("span", {"class": "viewer-swatch named",
                                     "style": f"background:rgb({','.join(map(str, part.colorRgb))})"}, part.title)
                    for part in members.values()]
        legend.append(element("label", {}, _switch(list(members.values())), f"{title} ", *swatches))
    return legend


def _switch(parts: Sequence[ViewerPart]) -> Element:
    return element("input", {"type": "checkbox", "checked": "" if parts[0].isShownAtStart else None,
                             "data-part": " ".join(part.key for part in parts)})


def _data(scene: ViewerScene) -> Element:
    visits = [{"name": visit.name, "onv": visit.onv, "remark": visit.remark,
               "parts": [_partData(part, scene.centerRas) for part in visit.parts]} for visit in scene.visits]
    text = json.dumps({"side": scene.side, "radius": round(scene.radiusMm, 3), "visits": visits},
                      separators=(",", ":"))
    # A label of a visit must not end the element or open a comment.
    return element("script", {"type": "application/json", "id": "viewer3d-data"}, text.replace("<", "\\u003c"))


def _partData(part: ViewerPart, center: np.ndarray) -> dict:
    points = np.asarray(part.points, dtype=float) - center
    low = points.min(axis=0)
    step = max(float(np.max(points - low)), 1e-6) / STEPS
    isLarge = len(points) > STEPS
    return {
        "key": part.key, "color": list(part.colorRgb), "far": part.farOpacity, "near": part.nearOpacity,
        "low": [round(float(value), 4) for value in low], "step": step, "isLarge": isLarge,
        "points": _base64(np.round((points - low) / step).astype("<u2")),
        "triangles": _base64(np.asarray(part.triangles).astype("<u4" if isLarge else "<u2")),
    }


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
