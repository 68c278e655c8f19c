"""Volumes of the visit that is being outlined, fast enough to follow every stroke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.errors import ONVolumetryError
from .hipnodes import VisitNodes

if TYPE_CHECKING:
    from ..core.hip import VisitMeasurement
    from ..core.sphere import SphereFit


@dataclass(frozen=True)
class LiveVolumes:
    """What the outlines of a visit come to at present; None = not measured.

    :param onvMm3: lesion volume; 0 only where a reader says that no lesion is left.
    :param onvPercent: lesion in percent of the head that the settings refer it to.
    :param fhvMm3: head volume, lesion included.
    :param savMm3: sphere-adjusted volume; None also while the sex is not known.
    :param fhvSavDifferencePercent: head minus sphere-adjusted volume in percent of their mean.
    :param sphere: sphere of the head.
    :param problem: why nothing is measured, "" when something is.
    """

    onvMm3: float | None = None
    onvPercent: float | None = None
    fhvMm3: float | None = None
    savMm3: float | None = None
    fhvSavDifferencePercent: float | None = None
    sphere: SphereFit | None = None
    problem: str = ""


class LiveMeasurer:
    """Measures one visit of a hip again and again; visits that did not change are measured once.

    The numbers are those of the whole measurement, since the same functions make them.
    """

    def __init__(self):
        self._measured: dict[str, tuple[Any, Any]] = {}

    def measure(self, visits: Sequence[VisitNodes], label: str, sex: str | None = None,
                settings: Mapping[str, Any] | None = None) -> LiveVolumes:
        """Measure one visit.

        :param visits: all visits of the hip; ONV % may refer to the head of another visit.
        :param label: of the visit at hand.
        :param sex: "male" or "female"; None while it is not known.
        :param settings: under their file keys, as in HipNodes.
        """
        from ..core.measurehip import relateVisits

        try:
            chosen = _settings(settings)
            results, failures = self._measureAll(visits, sex, chosen)
            if label in failures:
                return LiveVolumes(problem=failures[label])
            related = relateVisits(results, sex or "male", chosen)
        except ONVolumetryError as error:
            return LiveVolumes(problem=str(error))
        return _live(related.visit(label), sex)

    def spheres(self, visits: Sequence[VisitNodes], sex: str | None = None,
                settings: Mapping[str, Any] | None = None) -> dict[str, SphereFit]:
        """Sphere of the head of each visit that has one, by label; the parameters are those of measure()."""
        results, _ = self._measureAll(visits, sex, _settings(settings))
        return {visit.label: visit.sphere for visit in results if visit.sphere is not None}

    def _measureAll(self, visits, sex: str | None, settings):
        from .visits import baselineOf

        baseline = baselineOf(visits)
        results, failures = [], {}
        for visit in sorted(visits, key=lambda visit: visit.month):
            try:
                results.append(self._visit(visit, visit is baseline, sex or "male", settings))
            except ONVolumetryError as error:
                failures[visit.label] = str(error)
        return results, failures

    def _visit(self, visit: VisitNodes, isBaseline: bool, sex: str, settings) -> VisitMeasurement:
        from ..core.visitmeasurement import measureVisit
        from .visits import visitSegments

        state = (_contentOf(visit), visit.month, isBaseline, sex, settings)
        known = self._measured.get(visit.label)
        if known is None or known[0] != state:
            known = (state, measureVisit(visitSegments(visit, isBaseline), sex, settings))
            self._measured[visit.label] = known
        return known[1]


def _settings(settings):
    from ..core.settings import MeasurementSettings
    from ..files.keys import SETTING_FIELDS

    return MeasurementSettings.fromMapping(dict(settings or {}), SETTING_FIELDS)


def _contentOf(visit: VisitNodes) -> tuple:
    """Changes whenever the visit's segments, their place or its volume do."""
    parts = [visit.headSegmentId, visit.lesionSegmentId, visit.done]
    for node in (visit.segmentation, visit.volume):
        if node is None:
            parts.append(None)
            continue
        transform = node.GetParentTransformNode()
        world = None if transform is None else (transform.GetID(), transform.GetTransformToWorldMTime())
        parts.append((node.GetID(), world))
    if visit.volume is not None:
        parts.append(visit.volume.GetMTime())
    if visit.segmentation is not None:
        parts.extend(_segmentTimes(visit))
    return tuple(parts)


def _segmentTimes(visit: VisitNodes) -> list:
    segmentation = visit.segmentation.GetSegmentation()
    times = [segmentation.GetMTime()]
    for segmentId in (visit.headSegmentId, visit.lesionSegmentId):
        segment = segmentation.GetSegment(segmentId) if segmentId else None
        if segment is None:
            times.append(None)
            continue
        image = segment.GetRepresentation("Binary labelmap")
        times.extend((segment.GetMTime(), None if image is None else image.GetMTime()))
    return times


def _live(visit: VisitMeasurement, sex: str | None) -> LiveVolumes:
    lesion = visit.lesionVolume
    adjusted = visit.sphereAdjusted if sex else None
    return LiveVolumes(
        onvMm3=None if lesion is None else lesion.volumeMm3,
        onvPercent=None if visit.onvPercent is None else visit.onvPercent.value,
        fhvMm3=None if visit.head is None else visit.head.volumeMm3,
        savMm3=None if adjusted is None else adjusted.volumeMm3,
        fhvSavDifferencePercent=None if adjusted is None else visit.fhvSavDifferencePercent.value,
        sphere=visit.sphere,
    )
