"""Which slices of an outline are still as they were interpolated, and which a reader has made his own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..errors import OutliningError
from ..geometry import AXIS_NAMES
from ..mask import Mask
from .origin import DAMAGED_NOTE, FILLED_SLICES, OutlineOrigin

SLICES_KEY, REVIEWED_KEY, AXIS_KEY = "interpolated_slices", "reviewed_slices", "slice_axis"


@dataclass(frozen=True)
class InterpolatedSlices:
    """Slices of a segment that were interpolated.

    :param axis: 0, 1 or 2 for the I, J or K axis of the segment's grid, across the slices.
    :param indices: of the slices of the grid that nobody has looked at yet, from 0, in ascending order.
    :param reviewed: of those that a reader has edited or confirmed since, likewise.
    """

    axis: int
    indices: tuple[int, ...] = ()
    reviewed: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """As they are said and recorded: from 1."""
        return tuple(index + 1 for index in self.indices)

    def including(self, indices) -> InterpolatedSlices:
        """The same and further slices that were interpolated."""
        wanted = {*self.indices, *(int(index) for index in indices)}
        return replace(self, indices=tuple(sorted(wanted)), reviewed=tuple(sorted({*self.reviewed} - wanted)))

    def without(self, indices) -> InterpolatedSlices:
        """The same once a reader has edited or confirmed some of them."""
        taken = {*self.indices} & {*indices}
        return replace(self, indices=tuple(sorted({*self.indices} - taken)),
                       reviewed=tuple(sorted({*self.reviewed} | taken)))

    def asDetails(self) -> dict:
        """What is kept of them with the segment, as plain JSON values."""
        details = {SLICES_KEY: list(self.numbers), AXIS_KEY: AXIS_NAMES[self.axis]}
        return {**details, REVIEWED_KEY: [index + 1 for index in self.reviewed]} if self.reviewed else details


def interpolatedSlices(origin: OutlineOrigin | None) -> InterpolatedSlices | None:
    """What an outline keeps of them; None where it was not filled between slices, or does not say along which axis.

    :raises OutliningError: what it keeps is damaged.
    """
    if origin is None or origin.method != FILLED_SLICES or AXIS_KEY not in origin.details:
        return None
    try:
        indices, reviewed = (tuple(sorted(int(number) - 1 for number in origin.details.get(key, ())))
                             for key in (SLICES_KEY, REVIEWED_KEY))
        return InterpolatedSlices(AXIS_NAMES.index(origin.details[AXIS_KEY]), indices, reviewed)
    except (ValueError, TypeError) as error:
        raise OutliningError(DAMAGED_NOTE) from error


def withSlices(origin: OutlineOrigin, slices: InterpolatedSlices) -> OutlineOrigin:
    """The origin with other slices kept."""
    return replace(origin, details={**origin.details, **slices.asDetails()})


def withoutEditedSlices(origin: OutlineOrigin, mask: Mask) -> OutlineOrigin:
    """The origin with those slices no longer called interpolated whose voxels have been changed since.

    :param mask: the segment as it is now, on the grid of the origin's mask.
    :return: the origin itself where no slice has been changed.
    :raises OutliningError: what the origin keeps is damaged.
    """
    slices = interpolatedSlices(origin)
    if slices is None or origin.mask is None:
        return origin
    edited = [index for index in slices.indices
              if not _isSameSlice(origin.mask, mask, slices.axis, index)]
    return withSlices(origin, slices.without(edited)) if edited else origin


def _isSameSlice(first: Mask, second: Mask, axis: int, index: int) -> bool:
    """Whether two masks have the same voxels on a slice, however each is cropped."""
    (a, startA), (b, startB) = first.sliceAt(axis, index), second.sliceAt(axis, index)
    pixelsA, pixelsB = (np.argwhere(pixels) + start for pixels, start in ((a, startA), (b, startB)))
    return np.array_equal(pixelsA, pixelsB)
