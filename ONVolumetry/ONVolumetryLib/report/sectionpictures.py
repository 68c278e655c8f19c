"""Sections through the center of the head with zones, lesion and angles drawn over the image."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.location.arcs import NecroticArc
from ..core.location.drawing import ZONE_COLORS, arcPoints
from ..core.location.result import LesionLocation
from ..core.location.sections import CORONAL, SAGITTAL, TRANSVERSE, HeadFields
from ..core.location.transversezones import TransverseSlabs
from .contours import maskOutlines
from .formats import number
from .markup import Element, append, element
from .reportinput import ReportVisit
from .slicechoice import wholeHead

PIXEL_MM = 0.5
ROOM_MM = 17.0
WINDOW_PERCENTILES = (1.0, 99.0)
BAND_MM = (2.0, 4.6)
LABEL_MM = 8.8
ANGLE_RADIUS_MM = 7.0
NOT_DRAWN = "The lesion is not located at this visit."


@dataclass(frozen=True, eq=False)
class SectionView:
    """How a section is turned: patient right and anterior on the left, superior (transverse: anterior) on top.

    :param title: what it is.
    :param plane: axes of the frame that it holds, then the one across it.
    :param sign: 1 where the first axis runs to the picture's right, else -1.
    :param letters: at the picture's left, right, top and bottom.
    """

    title: str
    plane: tuple[int, int, int]
    sign: float
    letters: tuple[str, str, str, str]

    def xy(self, points: np.ndarray) -> np.ndarray:
        """Points of the plane as the picture's x and y, mm from its middle."""
        return np.asarray(points, dtype=float) * [self.sign, -1.0]


def sectionViews(side: str) -> tuple[SectionView, ...]:
    """The three sections as they are shown."""
    sign = -1.0 if side == "right" else 1.0
    return (SectionView("Mid-coronal section", CORONAL, sign, ("R", "L", "S", "I")),
            SectionView("Mid-sagittal section", SAGITTAL, -1.0, ("A", "P", "S", "I")),
            SectionView("Mid-transverse section", TRANSVERSE, sign, ("R", "L", "A", "P")))


def sectionPictures(measurement: HipMeasurement, visits: Sequence[ReportVisit], side: str) -> list[Element]:
    """Pictures of the sections of all visits, with their key; none where nothing is located."""
    given = {visit.label: visit for visit in visits}
    parts = []
    for visit in measurement.visits:
        if not visit.done:
            continue
        parts.append(element("h3", {}, f"{visit.label}: sections through the center of the head"))
        if visit.location is None or visit.label not in given:
            parts.append(element("p", {"class": "absent"}, NOT_DRAWN))
            continue
        row = element("div", {"class": "pictures", "style": "--columns: 3"})
        fields = _fields(given[visit.label], visit)
        for view in sectionViews(side):
            row.append(_figure(visit, given[visit.label], fields, view))
        parts.append(row)
    return [_key(), *parts] if any(visit.location is not None for visit in measurement.visits) else []


def _fields(visit: ReportVisit, measured: VisitMeasurement) -> HeadFields:
    lesion = None if measured.lesionAbsent else visit.segments.lesion
    return HeadFields.of(lesion, wholeHead(visit.segments), visit.segments.stack)


def _figure(measured: VisitMeasurement, visit: ReportVisit, fields: HeadFields, view: SectionView) -> Element:
    location = measured.location
    half = location.frame.radiusMm + ROOM_MM
    raster = _raster(location, view, half)
    gray = None if visit.image is None else _sampledImage(visit.image, raster)
    head, lesion = fields.head.at(raster) > 0, fields.lesionAt(raster) > 0
    picture = element("svg", {"class": "slice section" if gray is not None else "slice section bare", "role": "img",
                              "viewBox": f"{-half:.1f} {-half:.1f} {2 * half:.1f} {2 * half:.1f}",
                              "aria-label": f"{measured.label}: {view.title}; {_caption(location, view)}"})
    if gray is not None:
        picture.append(_imageElement(gray, head, half))
    for mask, name in ((head | lesion, "head"), (lesion, "lesion")):
        _appendOutline(picture, mask, name, half)
    _drawZones(picture, location, view)
    _drawAngle(picture, location, view)
    _drawLetters(picture, view.letters, half)
    caption = element("figcaption", {}, element("strong", {}, view.title), element("br"), _caption(location, view))
    return element("figure", {}, picture, caption)


def _raster(location: LesionLocation, view: SectionView, half: float) -> np.ndarray:
    """RAS of the picture's pixels (rows from the top, columns from the left, 3)."""
    count = int(2 * half / PIXEL_MM)
    steps = (np.arange(count) + 0.5) * (2 * half / count) - half
    local = np.zeros((count, count, 3))
    local[..., view.plane[0]], local[..., view.plane[1]] = view.sign * steps[None, :], -steps[:, None]
    return location.frame.toRas(local)


def _sampledImage(image, raster: np.ndarray) -> np.ndarray:
    ijk = image.geometry.toIjk(raster)
    return ndimage.map_coordinates(np.asarray(image.voxels, dtype=np.float32), np.moveaxis(ijk[..., ::-1], -1, 0),
                                   order=1, mode="constant", cval=np.nan)


def _imageElement(gray: np.ndarray, head: np.ndarray, half: float) -> Element:
    values = gray[head & np.isfinite(gray)]
    low, high = np.percentile(values, WINDOW_PERCENTILES) if values.size else (0.0, 1.0)
    scaled = np.nan_to_num((gray - low) / max(float(high - low), 1e-6), nan=0.0)
    stream = io.BytesIO()
    Image.fromarray(np.round(np.clip(scaled, 0, 1) * 255).astype(np.uint8)).save(stream, "PNG", optimize=True)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return element("image", {"href": f"data:image/png;base64,{data}", "x": float(-half), "y": float(-half),
                             "width": float(2 * half), "height": float(2 * half), "preserveAspectRatio": "none"})


def _appendOutline(picture: Element, mask: np.ndarray, name: str, half: float):
    if not mask.any():
        return
    scale = 2 * half / mask.shape[0]
    path = " ".join(_path((outline + 0.5) * scale - half, isClosed=True) for outline in maskOutlines(mask))
    append(picture, element("path", {"class": "outline halo", "d": path}),
           element("path", {"class": f"outline {name}", "d": path}))


def _path(points: np.ndarray, isClosed: bool = False) -> str:
    return "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in points) + ("Z" if isClosed else "")


def _drawZones(picture: Element, location: LesionLocation, view: SectionView):
    part = {CORONAL: location.jic, TRANSVERSE: location.acp}.get(view.plane)
    if part is None or isinstance(part.geometry, TransverseSlabs):
        return
    radius = location.frame.radiusMm
    shares = (part.section.zones if view.plane == CORONAL else part.section).zones
    for share, color in zip(shares, ZONE_COLORS):
        fill = "fill:#" + "".join(f"{part:02x}" for part in color)
        first, last = part.geometry.limits[share.name]
        if abs(first - last) < 1e-6:
            continue
        inner, outer = (arcPoints(first, last, radius + reach) for reach in BAND_MM)
        band = _path(view.xy(np.concatenate([inner, outer[::-1]])), isClosed=True)
        spokes = "".join(_path(view.xy(np.stack([outer[index] * 0.12, outer[index]]))) for index in (0, -1))
        place = view.xy(arcPoints((first + last) / 2, (first + last) / 2, radius + LABEL_MM)[0])
        append(picture, element("path", {"class": "spoke", "d": spokes}),
               element("path", {"class": "zone-band" if share.isPresent else "zone-band away", "d": band,
                                "style": fill}),
               _label(place, share.name, "zone-name", fill),
               _label((place[0], place[1] + 3.4), "\u2013" if share.percent is None else f"{share.percent:.0f}\u00a0%",
                      "zone-share"))
    _drawPoints(picture, location, view)


def _drawPoints(picture: Element, location: LesionLocation, view: SectionView):
    """The landmarks as projected onto the section; P of the JIC zones at the distance of E."""
    names = {"lateralEdge": "E", "teardrop": "T"} if view.plane == CORONAL else {"anteriorEdge": "AE",
                                                                              "posteriorEdge": "PE"}
    places = {}
    for field, name in names.items():
        point = getattr(location.landmarks, field)
        places[name] = location.frame.toFrame(point)[list(view.plane[:2])]
    if view.plane == CORONAL:
        degrees = location.jic.geometry.medialDegrees
        places["P"] = arcPoints(degrees, degrees, float(np.linalg.norm(places["E"])))[0]
    for name, place in places.items():
        x, y = view.xy(place)
        picture.append(element("circle", {"class": "landmark", "cx": float(x), "cy": float(y), "r": 0.9}))
        outward = np.array([x, y]) / max(math.hypot(x, y), 1e-6)
        picture.append(_label((x + 2.6 * outward[0], y + 2.6 * outward[1] + 1.0), name, "landmark-name"))


def _drawAngle(picture: Element, location: LesionLocation, view: SectionView):
    arc = _arcOf(location, view)
    if arc is None or not arc.spans:
        return
    radius = location.frame.radiusMm
    for first, last in arc.spans:
        rays = "".join(_path(view.xy(np.stack([np.zeros(2), arcPoints(end, end, radius)[0]]))) for end in (first, last))
        append(picture, element("path", {"class": "angle", "d": rays}),
               element("path", {"class": "angle", "d": _path(view.xy(arcPoints(first, last, ANGLE_RADIUS_MM)))}),
               element("path", {"class": "angle rim", "d": _path(view.xy(arcPoints(first, last, radius + 0.9)))}))
    place = view.xy(arcPoints(arc.spans[0][0], arc.spans[0][1], ANGLE_RADIUS_MM + 4.5, 1.0))
    x, y = place[len(place) // 2]
    picture.append(_label((x, y + 1.2), f"{number(arc.degrees, 0)}\u00b0", "angle-value"))


def _arcOf(location: LesionLocation, view: SectionView) -> NecroticArc | None:
    return {CORONAL: location.angles.coronal, SAGITTAL: location.angles.sagittal}.get(view.plane)


def _label(place, text: str, name: str, style: str | None = None) -> Element:
    return element("text", {"class": f"letter {name}", "x": float(place[0]), "y": float(place[1]),
                            "text-anchor": "middle", "style": style}, text)


def _drawLetters(picture: Element, letters, half: float):
    edge = half - 2.2
    for letter, place in zip(letters, ((-edge + 0.6, 1.2), (edge - 0.6, 1.2), (0, -edge + 2.2), (0, edge))):
        picture.append(_label(place, letter, "direction"))


def _caption(location: LesionLocation, view: SectionView) -> str:
    arc = _arcOf(location, view)
    parts = []
    if arc is not None and location.angles.kerboul.standardUncertainty is None:
        parts.append("no lesion left")
    elif arc is not None:
        halfWidth = arc.estimate.confidenceHalfWidth
        parts.append(f"arc of necrosis {number(arc.degrees, 0)}\u00b0 \u00b1 {number(halfWidth, 0)}\u00b0")
    if view.plane == CORONAL and location.jic is not None:
        reading = location.jic.section
        jicType = "none" if reading.end.jicType == "-" else reading.end.jicType
        parts.append(f"JIC zones {' '.join(reading.zones.present) or 'none'}, type {jicType}")
    elif view.plane == CORONAL:
        parts.append(f"no JIC zones: {location.jicReason}")
    if view.plane == TRANSVERSE and location.acp is not None:
        parts.append(f"ACP zones {' '.join(location.acp.section.present) or 'none'}")
    elif view.plane == TRANSVERSE:
        parts.append(f"no ACP zones: {location.acpReason}")
    return "; ".join(parts)


def _key() -> Element:
    note = ("Image, outlines and zones are interpolated onto the planes through the center of the head along the "
            "anatomical axes. The colored ring shows the sectors of the zones (pale: not present), the figure below a "
            "zone\u2019s name how much of its sector is lesion. Orange rays mark the arc of necrosis. E lateral "
            "acetabular edge, T teardrop, P medial end of the weight-bearing surface, AE and PE anterior and "
            "posterior acetabular edge. \u00b1: 95\u00a0%.")
    return element("div", {"class": "key"}, element("p", {"class": "hint"}, note))
