"""Measure one visit on its own: volumes, sphere, sphere-adjusted volume."""

from __future__ import annotations

import dataclasses

import numpy as np

from .errors import SegmentError, SphereFitError
from .hip import Note, VisitMeasurement, VisitSegments
from .mask import Mask
from .ratios import Volume, percentDifference, percentOf
from .settings import MeasurementSettings
from .sphere import SphereFit, fitSphereToMask
from .sphereadjusted import sphereAdjustedVolume
from .volume import FEW_SLICES, SegmentVolume, measureVolume

LESION_OUTSIDE_LIMIT_PERCENT = 5.0
DOUBTFUL_INLIER_FRACTION = 0.5
WHOLE_HEAD_SHARE, HEAD_IN_LESION_SHARE = 0.95, 0.9


def measureVisit(segments: VisitSegments, sex: str, settings: MeasurementSettings) -> VisitMeasurement:
    """Measure what one visit holds, without regard to the others.

    :param segments: outlines of the visit.
    :param sex: "male" or "female", for the sphere-adjusted volume.
    :raises SegmentError: an outline is empty, a lesion is given and also said to be absent, or the two
        look swapped.
    """
    notes = [Note(getattr(text, "code", "reading"), str(text)) for text in segments.warnings]
    if not segments.done:
        return VisitMeasurement(segments.label, segments.month, done=False, notes=tuple(notes))
    _requireConsistent(segments)
    head = _wholeHead(segments)
    headVolume = _measured(head, segments, settings, "femoral head", notes)
    lesionVolume = _measured(segments.lesion, segments, settings, "lesion", notes)
    sphere = _sphere(head, segments, settings, notes)
    adjusted = None
    if sphere is not None:
        adjusted = sphereAdjustedVolume(sphere, settings.capFraction(sex), settings.contourSdMm)
    visit = VisitMeasurement(
        label=segments.label, month=segments.month, done=True, stack=segments.stack, lesion=lesionVolume,
        lesionAbsent=segments.lesionAbsent, head=headVolume, sphere=sphere, sphereAdjusted=adjusted,
        outlining=segments.outlining,
    )
    notes += _lesionPlaceNotes(segments, sphere, settings)
    notes += _absenceNotes(visit)
    return dataclasses.replace(_comparedWithSphere(visit, settings), notes=tuple(notes))


def _requireConsistent(segments: VisitSegments):
    for name, mask in (("femoral head", segments.head), ("lesion", segments.lesion)):
        if mask is not None and mask.isEmpty:
            raise SegmentError(f"the {name} of visit {segments.label!r} is empty; outline it or leave it out")
    if segments.lesionAbsent and segments.lesion is not None:
        raise SegmentError(f"visit {segments.label!r} has a lesion outlined and is said to have none; correct one of "
                           "the two")
    if segments.head is not None and segments.lesion is not None and _lookSwapped(segments.head, segments.lesion):
        share = 100.0 * segments.lesion.voxelCount / (segments.head | segments.lesion).voxelCount
        raise SegmentError(f"head and lesion of visit {segments.label!r} look swapped; correct which segment is which "
                           f"(the lesion takes {share:.0f} % of head and lesion together, and no lesion takes the "
                           "whole of a head)")


def _lookSwapped(head: Mask, lesion: Mask) -> bool:
    """Whether the lesion is (nearly) all there is, or the smaller head lies in it."""
    if lesion.voxelCount >= WHOLE_HEAD_SHARE * (head | lesion).voxelCount:
        return True
    isSmaller = head.voxelCount < lesion.voxelCount
    return isSmaller and head.countInside(lesion) >= HEAD_IN_LESION_SHARE * head.voxelCount


def _wholeHead(segments: VisitSegments) -> Mask | None:
    """The head with its lesion: exclusive label images hold the two apart."""
    if segments.head is None or segments.lesion is None:
        return segments.head
    return segments.head | segments.lesion


def _measured(mask: Mask | None, segments: VisitSegments, settings, name: str, notes: list) -> SegmentVolume | None:
    if mask is None:
        return None
    volume = measureVolume(mask, segments.stack, settings.contourSdMm)
    if volume.sliceCount < FEW_SLICES:
        count = "1 slice" if volume.sliceCount == 1 else f"{volume.sliceCount} slices"
        notes.append(Note("few-slices", f"The {name} is outlined on only {count}: its volume is very uncertain."))
    skipped = volume.areas.skippedSliceCount
    if skipped:
        count = "1 slice" if skipped == 1 else f"{skipped} slices"
        notes.append(Note("skipped-slices", f"The {name} is not outlined on {count} between its first and its last: "
                                            "check for a forgotten slice or a stray island."))
    if volume.flatEnd:
        notes.append(Note("flat-end", f"The {name} ends abruptly along the slices (a face parallel to them or an "
                                      "end slice not outlined): its sampling uncertainty is taken wider."))
    return volume


def _sphere(head: Mask | None, segments: VisitSegments, settings, notes: list) -> SphereFit | None:
    if head is None:
        return None
    try:
        sphere = fitSphereToMask(head, segments.stack, settings.sphereToleranceMm)
    except SphereFitError as error:
        notes.append(Note("sphere-refused", f"No sphere of the head: {error}."))
        return None
    if not sphere.isPlausibleAdult:
        notes.append(Note("sphere-implausible", f"The head's sphere has a diameter of {2 * sphere.radiusMm:.1f} mm, "
                                                "outside 36 to 60 mm of adults: check outline and spacing."))
    if sphere.inlierFraction < DOUBTFUL_INLIER_FRACTION:
        notes.append(Note("sphere-doubtful", f"Only {100 * sphere.inlierFraction:.0f} % of the head's outline lies on "
                                             "its sphere: check that the outline is that of a femoral head."))
    return sphere


def _comparedWithSphere(visit: VisitMeasurement, settings: MeasurementSettings) -> VisitMeasurement:
    """Add what refers to the sphere-adjusted volume."""
    if visit.sphereAdjusted is None:
        return visit
    sphere = Volume.ofSphere(visit.sphereAdjusted, visit.sphere.radiusMm, settings.contourSdMm)
    percent = None
    if visit.lesionVolume is not None:
        percent = percentOf(visit.lesionVolume, sphere, settings.contourCorrelation)
    # The sphere is fitted to the head's own outline: one offset moves both.
    difference = percentDifference(Volume.ofSegment(visit.head), sphere, 1.0)
    return dataclasses.replace(visit, onvPercentSav=percent, fhvSavDifferencePercent=difference)


def _lesionPlaceNotes(segments: VisitSegments, sphere: SphereFit | None, settings) -> list[Note]:
    if segments.lesion is None or segments.head is None:
        return []
    notes = []
    count = segments.lesion.voxelCount
    shared = segments.lesion.countInside(segments.head)
    outsideHead = 100.0 * (count - shared) / count
    # No shared voxel at all is an exclusive label image, whose head has the lesion cut out.
    if shared and outsideHead > LESION_OUTSIDE_LIMIT_PERCENT:
        notes.append(Note("lesion-outside-head",
                          f"{outsideHead:.0f} % of the lesion lies outside the outlined head; it was added to "
                          "the head."))
    if sphere is not None:
        distances = np.linalg.norm(segments.lesion.pointsRas() - np.asarray(sphere.centerRas), axis=1)
        outsideSphere = 100.0 * float(np.mean(distances > sphere.radiusMm + settings.sphereToleranceMm))
        if outsideSphere > LESION_OUTSIDE_LIMIT_PERCENT:
            notes.append(Note("lesion-outside-sphere",
                              f"{outsideSphere:.0f} % of the lesion lies outside the head's sphere: check the "
                              "outlines."))
    return notes


def _absenceNotes(visit: VisitMeasurement) -> list[Note]:
    notes = []
    if visit.lesionVolume is None:
        notes.append(Note("lesion-not-measured", "The lesion is not measured: nobody has outlined it."))
    if visit.head is None:
        notes.append(Note("head-not-measured", "The femoral head is not measured at this visit."))
    return notes
