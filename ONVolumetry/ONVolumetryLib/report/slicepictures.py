"""Pictures of slices with the outlines drawn over them, as scalable graphics in millimeters."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.sphere import SphereFit
from .contours import maskOutlines
from .formats import number
from .markup import Element, append, element
from .reportinput import ReportVisit
from .slicechoice import ChosenSlice, CutOut, PictureSource, chosenSlices, cutOut, pictureSource

WINDOW_PERCENTILES = (0.5, 99.5)
SCALE_BAR_MM = 10.0
FEWEST_COLUMNS = 3
EDGE_MM = 2.2


def picturesSection(measurement: HipMeasurement, visits: Sequence[ReportVisit]) -> list[Element]:
    """Pictures of all visits at one scale, with their key.

    :return: elements in order; visits without anything outlined have a sentence instead.
    """
    visitOfLabel = {visit.label: visit for visit in visits}
    sources = {label: pictureSource(visit) for label, visit in visitOfLabel.items()}
    side = max((source.sideMm for source in sources.values() if source is not None), default=0.0)
    parts = [] if side == 0 else [_switch(), _key()]
    for measured in measurement.visits:
        parts.append(element("h3", {}, measured.label))
        source = sources.get(measured.label)
        if source is None:
            reason = "Nothing is outlined at this visit." if measured.done else "This visit was not done."
            parts.append(element("p", {"class": "absent"}, reason))
        else:
            parts += visitPictures(measured, visitOfLabel[measured.label], source, side)
    rows = [part for part in parts if part.get("class") == "pictures"]
    # As many columns at all visits, so that their pictures have one size.
    columns = max([FEWEST_COLUMNS, *(len(row) for row in rows)])
    for row in rows:
        row.set("style", f"--columns: {columns}")
    return parts


def visitPictures(measured: VisitMeasurement, visit: ReportVisit, source: PictureSource,
                  sideMm: float) -> list[Element]:
    """The pictures of one visit.

    :param sideMm: side of every picture.
    """
    cut = cutOut(source, sideMm)
    slices = chosenSlices(source, cut)
    if not slices:
        return [element("p", {"class": "absent"}, "The outlines meet no slice of the image.")]
    row = element("div", {"class": "pictures"})
    window = _window(cut, source)
    for chosen in slices:
        row.append(_figure(measured, cut, chosen, window, sideMm))
    if source.voxels is not None:
        return [row]
    reason = "The image does not reach the head" if visit.image is not None else "There is no image of this visit"
    return [element("p", {"class": "absent"}, f"{reason}: outlines only."), row]


def _figure(measured: VisitMeasurement, cut: CutOut, chosen: ChosenSlice, window, sideMm: float) -> Element:
    plane = chosen.plane
    lesion = None if cut.lesion is None else plane.slice(cut.lesion, chosen.index)
    head = plane.slice(cut.head, chosen.index)
    pixel = cut.geometry.spacingMm[plane.horizontal], cut.geometry.spacingMm[plane.vertical]
    areas = [f"{name} {number(np.count_nonzero(mask) * pixel[0] * pixel[1] / 100.0, 1)} cm\u00b2"
             for name, mask in (("lesion", lesion), ("head", head)) if mask is not None and mask.any()]
    title = f"{plane.name.capitalize()}, slice {chosen.number} of {chosen.count}"
    rows, columns = head.shape
    offset = (columns * pixel[0] - sideMm) / 2.0, (rows * pixel[1] - sideMm) / 2.0
    picture = element("svg", {
        "class": "slice" if window else "slice bare", "role": "img",
        "viewBox": " ".join(f"{value:.3f}" for value in (*offset, sideMm, sideMm)),
        "aria-label": f"{measured.label}: {title}; {', '.join(areas)}"})
    if window:
        picture.append(_image(plane.slice(cut.voxels, chosen.index), window, pixel))
    append(picture, _sphereSection(measured.sphere, cut, chosen, pixel))
    _drawOutlines(picture, ((head, "head"), (lesion, "lesion")), pixel)
    _drawLetters(picture, plane.edgeLetters(), offset, sideMm)
    remark = f"; {chosen.remark}" if chosen.remark else ""
    caption = element("figcaption", {}, element("strong", {}, title), element("br"), ", ".join(areas) + remark)
    return element("figure", {}, picture, caption)


def _window(cut: CutOut, source: PictureSource) -> tuple[float, float] | None:
    """Darkest and brightest value shown, from the box of the head; None where there is no image."""
    if cut.voxels is None:
        return None
    low = np.maximum(np.floor(source.lowIjk).astype(int) - cut.startIjk, 0)
    high = np.ceil(source.highIjk).astype(int) - cut.startIjk + 1
    box = cut.voxels[low[2]:high[2], low[1]:high[1], low[0]:high[0]]
    values = box[np.isfinite(box)]
    if values.size == 0:
        return 0.0, 1.0
    darkest, brightest = np.percentile(values, WINDOW_PERCENTILES)
    return float(darkest), float(max(brightest, darkest + 1e-6 * max(1.0, abs(darkest))))


def _image(values: np.ndarray, window: tuple[float, float], pixel) -> Element:
    scaled = np.nan_to_num((values - window[0]) / (window[1] - window[0]), nan=0.0)
    gray = np.round(np.clip(scaled, 0.0, 1.0) * 255.0).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(gray)).save(stream, "PNG", optimize=True)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return element("image", {
        "href": f"data:image/png;base64,{data}", "x": 0, "y": 0, "width": float(gray.shape[1] * pixel[0]),
        "height": float(gray.shape[0] * pixel[1]), "preserveAspectRatio": "none"})


def _drawOutlines(picture: Element, masks, pixel):
    for mask, name in masks:
        if mask is None or not mask.any():
            continue
        path = " ".join(_path(outline, pixel) for outline in maskOutlines(mask))
        picture.append(element("path", {"class": "outline halo", "d": path}))
        picture.append(element("path", {"class": f"outline {name}", "d": path}))


def _path(outline: np.ndarray, pixel) -> str:
    points = (outline + 0.5) * np.asarray(pixel)
    return "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in points) + "Z"


def _sphereSection(sphere: SphereFit | None, cut: CutOut, chosen: ChosenSlice, pixel) -> Element | None:
    if sphere is None:
        return None
    plane = chosen.plane
    centerIjk = cut.geometry.toIjk(np.asarray(sphere.centerRas))
    distance = (centerIjk[plane.axis] - chosen.index) * cut.geometry.spacingMm[plane.axis]
    if abs(distance) >= sphere.radiusMm:
        return None
    column, row = plane.pixel(centerIjk, cut.geometry.sizeIjk)
    return element("circle", {
        "class": "outline sphere", "cx": (column + 0.5) * float(pixel[0]), "cy": (row + 0.5) * float(pixel[1]),
        "r": float(np.sqrt(sphere.radiusMm ** 2 - distance ** 2))})


def _drawLetters(picture: Element, letters: dict[str, str], offset, side: float):
    left, top = offset
    places = {"left": (left + EDGE_MM, top + side / 2, "start"),
              "right": (left + side - EDGE_MM, top + side / 2, "end"),
              "top": (left + side / 2, top + EDGE_MM + 2.4, "middle"),
              "bottom": (left + side / 2, top + side - EDGE_MM, "middle")}
    for edge, (x, y, anchor) in places.items():
        picture.append(element("text", {"class": f"letter {edge}", "x": float(x), "y": float(y), "text-anchor": anchor},
                               letters[edge]))
    x, y = left + EDGE_MM, top + side - EDGE_MM
    bar = f"M{x:.2f},{y - 1:.2f}V{y:.2f}H{x + SCALE_BAR_MM:.2f}V{y - 1:.2f}"
    append(picture, element("path", {"class": "bar halo", "d": bar}), element("path", {"class": "bar", "d": bar}))
    picture.append(element("text", {"class": "letter", "x": x + SCALE_BAR_MM / 2, "y": y - 1.8,
                                    "text-anchor": "middle"}, f"{SCALE_BAR_MM:g} mm"))


def _switch() -> Element:
    return element("input", {"type": "checkbox", "id": "outlines-shown", "class": "switch", "checked": "checked"})


def _key() -> Element:
    entries = [element("label", {"for": "outlines-shown"}, "Outlines drawn over the images")]
    for name, text in (("head", "femoral head"), ("lesion", "lesion"), ("sphere", "section of the head's sphere")):
        line = element("svg", {"class": "swatch", "viewBox": "0 0 24 8", "aria-hidden": "true"},
                       element("rect", {"width": 24, "height": 8, "class": "swatch-ground"}),
                       element("path", {"class": f"outline {name}", "d": "M1,4H23"}))
        entries.append(element("span", {"class": "key-entry"}, line, text))
    note = ("Patient right is on the left, superior on top (axial: anterior on top; sagittal: anterior on the left). "
            "Thick slices follow each other from posterior to anterior (axial: upward; sagittal: from left to right). "
            "All pictures have one scale; gray levels span the range of the head.")
    return element("div", {"class": "key"}, *entries, element("p", {"class": "hint"}, note))
