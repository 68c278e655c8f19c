"""The lesion between the visits: its shape blends, and its volume follows the measured curve."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .mesh import EMPTY_MESH, Mesh
from .smoothfield import SmoothField
from .surfaces import SKIN_MM, fieldAtVolume, halved, isosurface
from .visitfields import VisitFields

# Below this nothing is drawn: less than a voxel or two of the scan.
SMALLEST_MM3 = 5.0


@dataclass(frozen=True, eq=False)
class LesionMorph:
    """Lesions of the measured visits on one grid, and the curve that their volume follows between them.

    :param months: of the measured visits, rising.
    :param volumesMm3: measured lesion volume.
    :param percents: lesion in percent of the head; None where that is not measured at every visit.
    :param fields: lesion's field at each visit; the last one again where no lesion is left.
    :param heads: head's field at each visit, which the lesion stays within; None where there is no outline.
    :param labels: of the visits.
    """

    months: tuple[float, ...]
    volumesMm3: tuple[float, ...]
    percents: tuple[float, ...] | None
    fields: tuple[SmoothField, ...]
    heads: tuple[SmoothField | None, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, visits: Sequence[VisitFields]) -> LesionMorph | None:
        """Of the visits with a measured lesion; None with fewer than two of them or no lesion at all."""
        measured = [visit for visit in visits if visit.lesionMm3 is not None]
        fields = [visit.lesion for visit in measured]
        known = [field for field in fields if field is not None]
        if len(measured) < 2 or not known:
            return None
        filled, last = [], known[0]
        for field in fields:
            last = last if field is None else field
            filled.append(last)
        estimates = [visit.measurement.onvPercent for visit in measured]
        return cls(tuple(float(visit.measurement.month) for visit in measured),
                   tuple(visit.lesionMm3 for visit in measured),
                   None if None in estimates else tuple(estimate.value for estimate in estimates), tuple(filled),
                   tuple(visit.head for visit in measured), tuple(visit.measurement.label for visit in measured))

    def volumeMm3(self, month: float) -> float:
        """The measured curve: straight between the visits."""
        return float(np.interp(month, self.months, self.volumesMm3))

    def percent(self, month: float) -> float | None:
        """ONV % on the same curve."""
        return None if self.percents is None else float(np.interp(month, self.months, self.percents))

    def lesion(self, month: float) -> Mesh:
        """Surface of the lesion at a time between the first and the last visit."""
        target = self.volumeMm3(month)
        if target < SMALLEST_MM3:
            return EMPTY_MESH
        place = self._place(month)
        first = min(int(place), len(self.months) - 2)
        share = np.float32(place - first)
        values = (1 - share) * self.fields[first].values + share * self.fields[first + 1].values
        head = self.heads[round(place)]
        ceiling = None if head is None else head.values - np.float32(SKIN_MM)
        return isosurface(fieldAtVolume(SmoothField(values, self.fields[first].geometry), target, ceiling))

    def coarser(self) -> LesionMorph:
        """The same on every second voxel: surfaces of a quarter of the triangles that hold the same volumes."""
        return dataclasses.replace(self, fields=tuple(halved(field) for field in self.fields),
                                   heads=tuple(head and halved(head) for head in self.heads))

    def nearestVisit(self, month: float) -> str:
        """Label of the measured visit whose head is drawn around the lesion."""
        return self.labels[round(self._place(month))]

    def _place(self, month: float) -> float:
        """Position in the series of visits."""
        return float(np.interp(month, self.months, np.arange(len(self.months))))
