"""Locate the lesion of one visit: sections, zones, angles and classes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..errors import LandmarkError
from ..ratios import Estimate
from ..settings import MeasurementSettings
from ..sphere import SphereFit
from ..uncertainty import rootSumOfSquares
from .angles import necroticAngles
from .arcs import TILT_DEGREES, sliceHalfRangeDegrees, tiltedSections
from .classes import steinbergClass
from .coronalzones import CoronalZones, coronalZones
from .frame import AnatomicalFrame
from .landmarkchecks import requirePlausible
from .landmarks import ACP_LANDMARKS, JIC_LANDMARKS, Landmarks
from .lateralend import EndVariants, largestTheta, lateralEnd
from .result import AcpLocation, Centroid, JicLocation, JicReading, LesionLocation
from .sections import ANGLE_STEP_DEGREES, CORONAL, TRANSVERSE, HeadFields, PolarSection, sampleSection
from .sectionzones import contourMarginDegrees, marginDegrees, outlineShiftMm, sectionZones
from .spatial import Projection, SpatialSample, octantShares, sampleSpace, spatialZones
from .surfaceshell import ANGLE_STEP_DEGREES as FRONTAL_STEP_DEGREES
from .surfaceshell import articularShare, frontalAngles, frontalSurface, frontalTouched, isHeadSurface
from .transversezones import transverseZones
from .zonereading import ReadingLimits

NO_LANDMARKS = "no landmarks were given"
REFUSED_LANDMARKS = "the landmarks are refused"
OVERHANG_GAP_DEGREES = 5.0


@dataclass(frozen=True, eq=False)
class Place:
    """In what frame a visit is read.

    :param frame: in the visit's own space.
    :param source: where it comes from, in words.
    :param landmarks: in the visit's own space; None where there are none.
    :param landmarkReason: why zones cannot be measured although the visit was scanned; None where they can.
    """

    frame: AnatomicalFrame
    source: str
    landmarks: Landmarks | None = None
    landmarkReason: str | None = None


@dataclass(frozen=True, eq=False)
class _Head:
    """All that the readings of one visit share."""

    fields: HeadFields
    frame: AnatomicalFrame
    settings: MeasurementSettings
    sample: SpatialSample
    coronal: PolarSection
    coronalTilted: tuple[PolarSection, ...]

    @property
    def contourSdMm(self) -> float:
        return self.settings.contourSdMm

    @property
    def limits(self) -> ReadingLimits:
        return ReadingLimits(self.settings.contourSdMm, self.settings.zonePresencePercent)


def checkedPlace(frame: AnatomicalFrame, source: str, landmarks: Landmarks, sphere: SphereFit, side: str) -> Place:
    """The place with its landmarks, or with the reason why they are refused.

    :param sphere: of the head in the landmarks' space.
    """
    try:
        requirePlausible(landmarks, sphere, side)
    except LandmarkError as error:
        return Place(frame, source, landmarks, f"{REFUSED_LANDMARKS}: {error}")
    return Place(frame, source, landmarks)


def locateLesion(fields: HeadFields, place: Place, settings: MeasurementSettings, onvPercent: Estimate | None,
                 lesionPoints: np.ndarray | None) -> LesionLocation:
    """Everything that is known of the lesion's place at one visit.

    :param onvPercent: for Steinberg's class.
    :param lesionPoints: voxel centers of the lesion in RAS (n, 3); None where no lesion is left.
    """
    frame = place.frame
    head = _Head(fields, frame, settings, sampleSpace(fields, frame), sampleSection(fields, frame, CORONAL),
                 tiltedSections(fields, frame, CORONAL))
    jic, jicReason = _reading(place, JIC_LANDMARKS, lambda landmarks: _jic(head, landmarks))
    acp, acpReason = _reading(place, ACP_LANDMARKS, lambda landmarks: _acp(head, landmarks))
    return LesionLocation(
        frame=frame, source=place.source, landmarks=place.landmarks, jic=jic, jicReason=jicReason, acp=acp,
        acpReason=acpReason,
        angles=necroticAngles(fields, frame, settings.contourSdMm, head.coronal, head.coronalTilted),
        steinberg=steinbergClass(onvPercent),
        centroid=None if lesionPoints is None else _centroid(lesionPoints, fields, frame, settings.contourSdMm),
        articular=articularShare(fields, frame, settings.sphereToleranceMm, settings.contourSdMm),
        octants=octantShares(head.sample))


def _reading(place: Place, names, read) -> tuple:
    """A reading that needs landmarks, or None and the reason."""
    if place.landmarkReason is not None:
        return None, place.landmarkReason
    if place.landmarks is None:
        return None, NO_LANDMARKS
    missing = place.landmarks.missing(names)
    if missing:
        return None, "not placed: " + ", ".join(missing)
    try:
        return read(place.landmarks), None
    except LandmarkError as error:
        return None, str(error)


def _jic(head: _Head, landmarks: Landmarks) -> JicLocation:
    def zonesIn(frame: AnatomicalFrame) -> CoronalZones:
        found = coronalZones(landmarks, frame, head.settings.jicMedialPoint, head.settings.jicThirds)
        return replace(found, overhangDegrees=overhangDegrees(found, head.fields, frame,
                                                              head.settings.sphereToleranceMm))

    zones = zonesIn(head.frame)
    tilted = [(degrees, zonesIn(head.frame.tilted(degrees))) for degrees in (-TILT_DEGREES, TILT_DEGREES)]
    return JicLocation(zones, _jicSection(head, zones, tilted), _jicProjected(head, zones, tilted))


def _jicSection(head: _Head, zones: CoronalZones, tilted) -> JicReading:
    section = head.coronal
    margin = marginDegrees(section, head.fields, head.frame, head.contourSdMm)
    pairs = list(zip(head.coronalTilted, (other for _, other in tilted)))
    reading = sectionZones(zones, section, pairs, margin, head.limits)

    def theta(of: PolarSection, inside: CoronalZones, threshold: float = 0.0) -> float | None:
        return largestTheta(of.surfaceLesion(threshold), of.degrees, inside, ANGLE_STEP_DEGREES / 2.0)

    nominal = theta(section, zones)
    atEnd = zones.medialDegrees - (nominal or 0.0) * zones.arcDegrees
    shift = outlineShiftMm(section.radiusMm, float(np.max(margin)), head.contourSdMm)
    variants = EndVariants(
        nominal, tuple(theta(section, zones, sign * head.contourSdMm) for sign in (1.0, -1.0)),
        tuple(theta(section, zones, sign * shift) for sign in (1.0, -1.0)),
        tuple((theta(*pair), pair[1]) for pair in pairs),
        float(np.interp(_wrapped(atEnd), section.degrees, margin)),
        sliceHalfRangeDegrees(atEnd, section, head.fields, head.frame))
    return JicReading(reading, lateralEnd(zones, variants))


def _jicProjected(head: _Head, zones: CoronalZones, tilted) -> JicReading:
    slices = _sliceMargin(head, (0, 2))
    margin = contourMarginDegrees(head.frame, head.contourSdMm) + slices
    reading = spatialZones(zones, head.sample, tilted, Projection((0, 2), margin), head.limits)
    angles, half, radius = frontalAngles(), FRONTAL_STEP_DEGREES / 2.0, head.frame.radiusMm
    surface = frontalSurface(head.fields, head.frame)

    def theta(distance, inside: CoronalZones, threshold: float = 0.0) -> float | None:
        return largestTheta(frontalTouched(distance, radius, threshold), angles, inside, half)

    shift = outlineShiftMm(radius, margin, head.contourSdMm)
    variants = EndVariants(
        theta(surface, zones), tuple(theta(surface, zones, sign * head.contourSdMm) for sign in (1.0, -1.0)),
        tuple(theta(surface, zones, sign * shift) for sign in (1.0, -1.0)),
        tuple((theta(frontalSurface(head.fields, head.frame.tilted(degrees)), other), other)
              for degrees, other in tilted), margin, slices)
    return JicReading(reading, lateralEnd(zones, variants))


def _acp(head: _Head, landmarks: Landmarks) -> AcpLocation:
    division = head.settings.acpDivision
    zones = transverseZones(landmarks, head.frame, division)
    tilted = [(degrees, transverseZones(landmarks, head.frame.tilted(degrees), division))
              for degrees in (-TILT_DEGREES, TILT_DEGREES)]
    section = sampleSection(head.fields, head.frame, TRANSVERSE)
    pairs = list(zip(tiltedSections(head.fields, head.frame, TRANSVERSE), (other for _, other in tilted)))
    margin = marginDegrees(section, head.fields, head.frame, head.contourSdMm)
    spatialMargin = contourMarginDegrees(head.frame, head.contourSdMm) + _sliceMargin(head, (0, 1))
    return AcpLocation(
        zones, sectionZones(zones, section, pairs, margin, head.limits),
        spatialZones(zones, head.sample, tilted, Projection((0, 1), spatialMargin), head.limits))


def _sliceMargin(head: _Head, axes: tuple[int, int]) -> float:
    """Half a pitch as an angle at the head's surface, as far as the plane runs across the slices."""
    across = float(np.linalg.norm(head.frame.directionInFrame(head.fields.sliceAxisRas)[list(axes)]))
    return float(np.degrees(across * head.fields.pitchMm / 2.0 / head.frame.radiusMm))


def overhangDegrees(zones: CoronalZones, fields: HeadFields, frame: AnatomicalFrame, toleranceMm: float) -> float:
    """How far beyond E the head's surface is still that of the sphere, at most 90 degrees."""
    steps = np.arange(0.5, zones.overhangDegrees + 0.25, 1.0)
    angle = np.radians(zones.lateralDegrees - steps)
    directions = np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], axis=-1)
    gone = ~isHeadSurface(fields, frame, directions, toleranceMm)
    run = 0
    for step, isGone in zip(steps, gone):
        run = run + 1 if isGone else 0
        if run >= OVERHANG_GAP_DEGREES:
            return float(max(step + 0.5 - run, 0.0))
    return zones.overhangDegrees


def _centroid(points: np.ndarray, fields: HeadFields, frame: AnatomicalFrame, contourSdMm: float) -> Centroid:
    place = frame.toFrame(points).mean(axis=0)
    distance = max(float(np.linalg.norm(place)), 1e-6)
    along = frame.toFrame(points) @ frame.directionInFrame(fields.sliceAxisRas)
    slices = max(float(np.ptp(along)) / fields.pitchMm + 1.0, 1.0)
    # As if the whole lesion had been outlined beside its place, and its ends between slices.
    shift = rootSumOfSquares(contourSdMm, fields.pitchMm / np.sqrt(12.0 * slices))
    latitude, longitude = np.degrees(np.arcsin(place[2] / distance)), np.degrees(np.arctan2(place[1], place[0]))
    uncertainty = float(np.degrees(shift / distance))
    flat = max(float(np.hypot(place[0], place[1])), 1e-6)
    return Centroid(Estimate(float(latitude), min(uncertainty, 90.0)),
                    Estimate(float(longitude), min(float(np.degrees(shift / flat)), 180.0)), distance)


def _wrapped(degrees: float) -> float:
    return (degrees + 180.0) % 360.0 - 180.0
