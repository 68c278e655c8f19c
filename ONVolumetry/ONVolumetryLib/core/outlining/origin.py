"""How an outline came about, and how much of it was changed by hand since."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import OutliningError
from ..geometry import GridGeometry
from ..mask import Mask

ORIGIN_TAG = "ONVolumetry.Origin"
HEAD_FROM_CLICK, HEAD_FROM_BASELINE = "head from one click", "head from the baseline"
LESION_FROM_STROKES, FILLED_SLICES = "lesion from strokes", "slices filled between outlines"

DAMAGED_NOTE = f"the note of how a segment was outlined is damaged; remove the tag {ORIGIN_TAG} of the segment"


@dataclass(frozen=True)
class OutlineReport:
    """How an outline that is measured came about.

    :param segment: "head" or "lesion".
    :param method: in words.
    :param details: what it was made from.
    :param editedPercent: voxels added or removed by hand since, in percent; None where that is not known.
    """

    segment: str
    method: str
    details: Mapping[str, Any]
    editedPercent: float | None


@dataclass(frozen=True, eq=False)
class OutlineOrigin:
    """What an outline was before anybody edited it.

    :param method: one of the texts above.
    :param details: what it was made from: click, number of strokes, interpolated slices; plain JSON values.
    :param mask: its voxels at that time.
    """

    method: str
    details: Mapping[str, Any] = field(default_factory=dict)
    mask: Mask | None = None

    def editedPercent(self, mask: Mask) -> float | None:
        """Voxels added or removed since, in percent of the voxels of the outline that was made.

        :param mask: the segment as it is now; None is returned where it lies on another grid.
        """
        if self.mask is None or self.mask.isEmpty or not self.mask.grid.isSameLattice(mask.grid, 0.02):
            return None
        common = Mask(self.mask.voxels, self.mask.offsetIjk, mask.grid).countInside(mask)
        return 100.0 * (self.mask.voxelCount + mask.voxelCount - 2 * common) / self.mask.voxelCount

    def asText(self) -> str:
        """One line that keeps everything, to be stored with a segment."""
        record = {"method": self.method, "details": dict(self.details)}
        if self.mask is not None:
            packed = zlib.compress(np.packbits(self.mask.voxels.ravel()).tobytes(), 9)
            record["voxels"] = {"offset": [int(start) for start in self.mask.offsetIjk],
                                "size": [int(size) for size in self.mask.voxels.shape[::-1]],
                                "bits": base64.b64encode(packed).decode("ascii")}
        return json.dumps(record, ensure_ascii=True, separators=(",", ":")).replace("|", "/")


def originOfText(text: str, grid: GridGeometry) -> OutlineOrigin | None:
    """Read back what a segment keeps; None where it keeps nothing.

    :param grid: of the segment.
    :raises OutliningError: the text is damaged.
    """
    if not text:
        return None
    try:
        record = json.loads(text)
        voxels = record.get("voxels")
        mask = None if voxels is None else _mask(voxels, grid)
        return OutlineOrigin(str(record["method"]), dict(record["details"]), mask)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        raise OutliningError(DAMAGED_NOTE) from error


def _mask(voxels: Mapping[str, Any], grid: GridGeometry) -> Mask:
    size = [int(number) for number in voxels["size"]]
    bits = np.frombuffer(zlib.decompress(base64.b64decode(voxels["bits"])), dtype=np.uint8)
    count = int(np.prod(size))
    inside = np.unpackbits(bits)[:count].astype(bool).reshape(size[::-1])
    return Mask(inside, tuple(int(number) for number in voxels["offset"]), grid)
