"""Measurements of a hip as a DICOM Comprehensive 3D SR (TID 1500), one group a visit for the head and the lesion."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .. import __version__
from ..core.uncertainty import COVERAGE_FACTOR_95
from . import dicomcodes as dc
from .dicomsegexport import MANUFACTURER, ExportedVisit, codedConcept
from .segmentnames import HEAD, LESION

SR_SERIES_NUMBER = 9002
MM3_PER_CM3 = 1000.0
LONGEST_READER_NAME = 64
# The character set of the objects may have no typographic ones.
PLAIN_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2019": "'", "\u2013": "-", "\u2212": "-"})


def reportObject(record: Mapping[str, Any], visits: Sequence[ExportedVisit], segmentations: Sequence[Any],
                 trackingUids: dict[str, str]) -> Any:
    """The measurements of all exported visits, in the study of the last one.

    :param record: of the hip, as in measurements.json.
    :param visits: in order of time, one or more.
    :param segmentations: their DICOM SEG objects.
    :param trackingUids: by role; the same at all visits.
    :return: highdicom.sr.Comprehensive3DSR.
    """
    import highdicom

    rows = {row["visit"]: row for row in record["visits"]}
    groups = []
    for order, (visit, segmentation) in enumerate(zip(visits, segmentations, strict=True), start=1):
        row = {**rows[visit.label], "sphere_volume_cm3": _sphereVolume(rows[visit.label])}
        groups += _groups(row, visit, segmentation, _timePoint(visit, order), trackingUids)
    evidence = [*_newestFirst(visits), *segmentations]
    report = highdicom.sr.MeasurementReport(
        observation_context=_observationContext(rows.values()), procedure_reported=codedConcept(dc.IMAGING_PROCEDURE),
        imaging_measurements=groups,
        # Slices of a multi-frame file are no images of a library; the segments refer to them.
        referenced_images=[dataset for visit in visits if not visit.source.isMultiFrame
                           for dataset in visit.source.datasets] or None)
    made = highdicom.sr.Comprehensive3DSR(
        evidence=evidence, content=report[0], series_instance_uid=highdicom.UID(), series_number=SR_SERIES_NUMBER,
        sop_instance_uid=highdicom.UID(), instance_number=1, manufacturer=MANUFACTURER,
        is_complete=True, is_final=False, is_verified=False)
    made.SeriesDescription = f'ONVolumetry measurements, {record["side"]} hip'
    made.ManufacturerModelName, made.SoftwareVersions = MANUFACTURER, __version__
    made.CodingSchemeIdentificationSequence = [_ownScheme()]
    return made


def _sphereVolume(row: Mapping[str, Any]) -> float | None:
    radiusMm = row["sphere_radius_mm"]
    return None if radiusMm is None else 4.0 / 3.0 * math.pi * radiusMm ** 3 / MM3_PER_CM3


def _newestFirst(visits: Sequence[ExportedVisit]) -> list[Any]:
    """Evidence: the report goes into the study of the first object."""
    return [dataset for visit in reversed(visits) for dataset in visit.source.datasets]


def _ownScheme() -> Any:
    from pydicom import Dataset

    scheme = Dataset()
    scheme.CodingSchemeDesignator, scheme.CodingSchemeName = dc.OWN_SCHEME, "ONVolumetry, keys of measurements.json"
    return scheme


def _observationContext(rows) -> Any:
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
        PersonObserverIdentifyingAttributes,
    )
    from pydicom.sr.codedict import codes
    from pydicom.uid import generate_uid

    device = DeviceObserverIdentifyingAttributes(
        uid=generate_uid(entropy_srcs=[MANUFACTURER, __version__]), name=MANUFACTURER, manufacturer_name=MANUFACTURER,
        model_name=f"{MANUFACTURER} {__version__}")
    readers = dict.fromkeys(str(row["reader"]) for row in rows if row.get("reader"))
    person = None
    if readers:
        name = " and ".join(readers).replace("^", " ").replace("=", " ").replace("\\", " ")[:LONGEST_READER_NAME]
        # A name of one part has a caret, or it would be of DICOM's retired form.
        person = ObserverContext(codes.DCM.Person, PersonObserverIdentifyingAttributes(name=f"{name}^"))
    return ObservationContext(observer_person_context=person,
                              observer_device_context=ObserverContext(codes.DCM.Device, device))


def _groups(row, visit: ExportedVisit, segmentation, timePoint, trackingUids: dict[str, str]) -> list[Any]:
    from highdicom.sr import (
        FindingSite,
        ReferencedSegment,
        TrackingIdentifier,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )

    comments = _comments(row)
    site = FindingSite(codedConcept(dc.FEMORAL_HEAD), laterality=codedConcept(dc.LATERALITY[row["side"]]))
    made = []
    for standard, finding, quantities, texts in ((HEAD, dc.FEMORAL_HEAD, dc.HEAD_QUANTITIES, ()),
                                                 (LESION, dc.NECROSIS, dc.LESION_QUANTITIES, dc.LESION_FINDINGS)):
        number = visit.numberOf(standard.role)
        measurements = [_measurement(quantity, row) for quantity in quantities if row.get(quantity.key) is not None]
        if number is None or not measurements:
            continue
        group = VolumetricROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=TrackingIdentifier(trackingUids[standard.role], f'{row["hip"]} {standard.name}'),
            referenced_segment=ReferencedSegment.from_segmentation(segmentation, number),
            time_point_context=timePoint, finding_type=codedConcept(finding), finding_sites=[site],
            measurements=measurements, qualitative_evaluations=[
                evaluation for key, name in texts for evaluation in _evaluations(row.get(key), name)] or None)
        group[0].ContentSequence.extend(comments)
        made.append(group)
    return made


def _comments(row: Mapping[str, Any]) -> list[Any]:
    """What the reader of the visit's numbers must know, such as outlines that nobody confirmed."""
    from highdicom.sr import RelationshipTypeValues, TextContentItem
    from pydicom.sr.codedict import codes

    return [TextContentItem(codes.DCM.Comment, note["text"].translate(PLAIN_QUOTES), RelationshipTypeValues.CONTAINS)
            for note in row.get("notes", ())]


def _timePoint(visit: ExportedVisit, order: int) -> Any:
    from highdicom.sr import LongitudinalTemporalOffsetFromEvent, TimePointContext

    sinceSurgery = {} if not visit.isSurgeryKnown else {
        "time_point_type": codedConcept(dc.PREOPERATIVE if visit.month <= 0 else dc.POSTOPERATIVE),
        "protocol_time_point_identifier": f"M{visit.month:g}",
        "temporal_offset_from_event": LongitudinalTemporalOffsetFromEvent(
            float(visit.month), codedConcept(dc.MONTH), codedConcept(dc.SURGERY))}
    return TimePointContext(time_point=visit.label, time_point_order=order, subject_time_point_identifier=visit.label,
                            **sinceSurgery)


def _measurement(quantity: dc.Quantity, row: Mapping[str, Any]) -> Any:
    from highdicom.sr import Measurement, MeasurementProperties

    unit = codedConcept(quantity.unit)
    uncertainty = row.get(quantity.uncertaintyKey) if quantity.uncertaintyKey else None
    properties = None
    if uncertainty is not None:
        half = COVERAGE_FACTOR_95 * float(uncertainty)
        properties = MeasurementProperties(upper_measurement_uncertainty=half, lower_measurement_uncertainty=half)
        for item in properties:
            # An uncertainty has the unit of its value, where the library writes none.
            item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = [unit]
    return Measurement(name=codedConcept(quantity.name), value=float(row[quantity.key]), unit=unit,
                       method=None if quantity.method is None else codedConcept(quantity.method),
                       properties=properties)


def _evaluations(text: str | None, name: dc.Code) -> list[Any]:
    """One evaluation for each of the values; "-" says that there is none of them."""
    from highdicom.sr import QualitativeEvaluation

    values = [] if not text else [text] if name[0] == "STEINBERG_CLASS" else str(text).split()
    return [QualitativeEvaluation(codedConcept(name), codedConcept(
        dc.NONE_PRESENT if value == "-" else (value, dc.OWN_SCHEME, f"{name[2].split(',')[0]}: {value}"[:64])))
        for value in values]
