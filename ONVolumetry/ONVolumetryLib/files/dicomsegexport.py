"""Outlines of a visit as a DICOM Segmentation in the patient, study and frame of reference of its source."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import __version__
from ..core.errors import FileError
from ..core.geometry import GridGeometry
from ..core.mask import Mask
from ..core.outlining.origin import OutlineReport
from . import dicomcodes as dc
from .dicomsource import SourceSeries, latticeMap
from .filecontext import oneLine
from .itkgrid import LPS_TO_RAS
from .segmentnames import HEAD, LESION, StandardSegment

MANUFACTURER = "ONVolumetry"
SEG_SERIES_NUMBER = 9001
LONGEST_NAME = 64


@dataclass(frozen=True, eq=False)
class ExportedVisit:
    """A visit to be exported.

    :param label: name of the visit.
    :param month: months since surgery, or since the first scan.
    :param head: whole femoral head with the lesion; None where it is not outlined.
    :param lesion: lesion; None where it is not outlined.
    :param lesionAbsent: a reader says that no lesion is left; its segment is exported empty.
    :param source: the original series.
    :param isSurgeryKnown: whether the months count from surgery; otherwise from the first scan.
    :param outlining: how the outlines came about; those not in it were drawn by hand.
    """

    label: str
    month: float
    head: Mask | None
    lesion: Mask | None
    lesionAbsent: bool
    source: SourceSeries
    isSurgeryKnown: bool = True
    outlining: tuple[OutlineReport, ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, Mask], ...]:
        """Role and mask of each segment, in the order of their numbers."""
        lesion = self.lesion
        if lesion is None and self.lesionAbsent and self.head is not None:
            lesion = Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), self.head.grid)
        return tuple((role, mask) for role, mask in ((HEAD.role, self.head), (LESION.role, lesion)) if mask is not None)

    def outlineReport(self, role: str) -> OutlineReport | None:
        """How the head or the lesion was outlined with help; None where it was drawn by hand."""
        return next((report for report in self.outlining if report.segment == role), None)

    def numberOf(self, role: str) -> int | None:
        """Segment number of the head or the lesion; None where it is not exported."""
        roles = [name for name, _ in self.parts]
        return roles.index(role) + 1 if role in roles else None


def segmentationObject(visit: ExportedVisit, side: str, trackingUids: dict[str, str], hip: str) -> Any:
    """A binary DICOM SEG with a frame for every slice of the source, empty ones too.

    :param side: "left" or "right".
    :param trackingUids: by role; the same at all visits.
    :param hip: name of the hip, for tracking identifiers.
    :return: highdicom.seg.Segmentation.
    :raises FileError: nothing is outlined, or the source lacks what a segmentation needs.
    """
    import highdicom

    if not visit.parts:
        raise FileError(f'visit "{visit.label}": nothing is outlined, so there is nothing to export')
    if not visit.source.header.get("FrameOfReferenceUID"):
        raise FileError(f'visit "{visit.label}": the original series has no frame of reference, without which a '
                        "segmentation has no place; export the series again")
    pixels, geometry = _pixels(visit)
    descriptions = [_description(number, role, side, {**_algorithm(visit.outlineReport(role)),
                                                      **_tracking(role, trackingUids[role], hip)})
                    for number, (role, _) in enumerate(visit.parts, start=1)]
    made = highdicom.seg.Segmentation(
        source_images=list(visit.source.datasets), pixel_array=pixels, segmentation_type="BINARY",
        segment_descriptions=descriptions, series_instance_uid=highdicom.UID(), series_number=SEG_SERIES_NUMBER,
        sop_instance_uid=highdicom.UID(), instance_number=1, manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER, software_versions=__version__, device_serial_number=__version__,
        omit_empty_frames=False, content_label="ONV_OUTLINES",
        content_description=f"Femoral head and osteonecrosis, {side} hip", **geometry)
    made.SeriesDescription = f"ONVolumetry outlines, {side} hip"
    _nameSegmentInEachFrame(made)
    return made


def _nameSegmentInEachFrame(made: Any):
    """A sole segment is named once for all frames, where highdicom's own references look in each frame."""
    shared = made.SharedFunctionalGroupsSequence[0]
    if "SegmentIdentificationSequence" in shared:
        for frame in made.PerFrameFunctionalGroupsSequence:
            frame.SegmentIdentificationSequence = deepcopy(shared.SegmentIdentificationSequence)
        del shared.SegmentIdentificationSequence


def codedConcept(code: dc.Code) -> Any:
    """A code as highdicom wants it."""
    from highdicom.sr import CodedConcept

    return CodedConcept(*code)


def _pixels(visit: ExportedVisit) -> tuple[np.ndarray, dict[str, Any]]:
    """Frames (plane, row, column, segment), on the source's slices where the outlines lie on its voxels."""
    grid, target = visit.parts[0][1].grid, visit.source.grid
    mapping = latticeMap(grid, target)
    if mapping is not None:
        arrays = [_onTarget(mask, mapping, target) for _, mask in visit.parts]
        if all(array is not None for array in arrays):
            # The frames of a multi-frame source may be in any order; a plane tells its place by itself.
            geometry = _ownGeometry(target) if visit.source.isMultiFrame else {}
            return np.stack(arrays, axis=-1), geometry
    return np.stack([mask.fullArray() for _, mask in visit.parts], axis=-1), _ownGeometry(grid)


def _onTarget(mask: Mask, mapping: np.ndarray, target: GridGeometry) -> np.ndarray | None:
    """The mask on the source's grid; None where it sticks out."""
    array = np.zeros(target.shapeKji, dtype=np.uint8)
    if mask.isEmpty:
        return array
    indices = np.argwhere(mask.voxels)[:, ::-1] + np.asarray(mask.offsetIjk)
    i, j, k = (indices @ mapping[:3, :3].T + mapping[:3, 3]).T
    if min(i.min(), j.min(), k.min()) < 0 or np.any([i.max(), j.max(), k.max()] >= np.array(target.sizeIjk)):
        return None
    array[k, j, i] = 1
    return array


def _ownGeometry(grid: GridGeometry) -> dict[str, Any]:
    """The planes of a grid, in the frame of reference of the source."""
    import highdicom

    lps = LPS_TO_RAS @ grid.ijkToRas
    directions = lps[:3, :3] / grid.spacingMm
    spacing = [float(value) for value in grid.spacingMm]
    positions = [lps[:3, 3] + index * lps[:3, 2] for index in range(grid.sizeIjk[2])]
    patient = highdicom.CoordinateSystemNames.PATIENT
    return {
        "plane_orientation": highdicom.PlaneOrientationSequence(patient, directions[:, :2].T.ravel().tolist()),
        "plane_positions": [highdicom.PlanePositionSequence(patient, position.tolist()) for position in positions],
        "pixel_measures": highdicom.PixelMeasuresSequence(
            pixel_spacing=(spacing[1], spacing[0]), slice_thickness=spacing[2], spacing_between_slices=spacing[2]),
    }


def _standard(role: str) -> StandardSegment:
    return HEAD if role == HEAD.role else LESION


def _tracking(role: str, trackingUid: str, hip: str) -> dict[str, Any]:
    return {"tracking_uid": trackingUid, "tracking_id": f"{hip} {_standard(role).name}"}


def _algorithm(report: OutlineReport | None) -> dict[str, Any]:
    """Who outlined: a reader alone, or a reader with the program."""
    import highdicom

    if report is None:
        return {"algorithm_type": "MANUAL"}
    edited = None if report.editedPercent is None else {"edited_percent": f"{report.editedPercent:.1f}"}
    identification = highdicom.AlgorithmIdentificationSequence(
        name=oneLine(f"{MANUFACTURER}, {report.method}").replace("\\", " ")[:LONGEST_NAME],
        family=codedConcept(dc.ASSISTED_OUTLINE), version=__version__, source=MANUFACTURER, parameters=edited)
    return {"algorithm_type": "SEMIAUTOMATIC", "algorithm_identification": identification}


def _description(number: int, role: str, side: str, more: dict[str, Any]) -> Any:
    """:param more: tracking and algorithm, as arguments of highdicom."""
    import highdicom

    standard = _standard(role)
    laterality = codedConcept(dc.LATERALITY[side])
    common = {"segment_number": number, "segment_label": standard.name, **more,
              "display_color": highdicom.color.CIELabColor.from_rgb(
                  *(round(255 * part) for part in standard.colorRgb))}
    if role == HEAD.role:
        made = highdicom.seg.SegmentDescription(
            segmented_property_category=codedConcept(dc.ANATOMICAL_STRUCTURE),
            segmented_property_type=codedConcept(dc.FEMORAL_HEAD), **common)
        made.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [laterality]
        return made
    made = highdicom.seg.SegmentDescription(
        segmented_property_category=codedConcept(dc.ALTERED_STRUCTURE),
        segmented_property_type=codedConcept(dc.NECROSIS), anatomic_regions=[codedConcept(dc.FEMORAL_HEAD)], **common)
    made.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [laterality]
    return made
