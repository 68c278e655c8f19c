"""What a visit's outlines mean: drawn, not drawn yet, or "no lesion is left"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import GeometryError, SegmentError
from ..core.geometry import GridGeometry
from ..core.mask import Mask
from .segment import Segment

COMPLETED = "completed"
FLAGGED = "flagged"
LEAST_SHARE_IN_IMAGE = 0.5
WHOLE_SHARE = 0.999


@dataclass(frozen=True, eq=False)
class Outlines:
    """What can be measured at a visit.

    :param head: None when it is absent or nobody drew it.
    :param lesion: likewise.
    :param lesionAbsent: a reader says that no lesion is left.
    :param warnings: one sentence each.
    """

    head: Mask | None
    lesion: Mask | None
    lesionAbsent: bool
    warnings: tuple[str, ...]


def judgeOutlines(head: Segment | None, lesion: Segment | None, saidAbsent: bool, isBaseline: bool) -> Outlines:
    """Tell an outline that is missing from one that was never drawn.

    A template segment is empty until somebody draws it, so an empty lesion is "not measured" and never 0, unless its
    status is "completed" or the case says that no lesion is left. A lesion without a head can be measured at a
    follow-up only (the baseline's head serves), and only where there is no head segment at all.

    :param head: the head segment, or None where there is none.
    :param lesion: the lesion segment, likewise.
    :param saidAbsent: the case says `lesion_absent`.
    :param isBaseline: no other visit could lend its head.
    :raises SegmentError: the outlines contradict each other or the case.
    """
    headMask, lesionMask = _drawn(head), _drawn(lesion)
    if saidAbsent and lesionMask is not None:
        raise SegmentError(f'the lesion "{lesion.name}" is outlined, but the case says "lesion_absent"; remove one of '
                           "the two")
    if head is not None and headMask is None and (head.status == COMPLETED or lesionMask is not None):
        remedy = "outline it" if isBaseline else "outline it, or delete the segment to use the head of the baseline"
        raise SegmentError(f'the femoral head "{head.name}" is empty; {remedy}')
    if head is None and lesionMask is not None and isBaseline:
        raise SegmentError(f'there is a lesion "{lesion.name}" without a femoral head; outline the head, or name its '
                           'segment with "segments" in the case')
    emptyAndCompleted = lesion is not None and lesionMask is None and lesion.status == COMPLETED
    lesionAbsent = saidAbsent or emptyAndCompleted
    return Outlines(headMask, lesionMask, lesionAbsent,
                    _warnings(head, lesion, isOpen=lesionMask is None and not lesionAbsent))


def _drawn(segment: Segment | None) -> Mask | None:
    return None if segment is None or segment.mask.isEmpty else segment.mask


def _warnings(head: Segment | None, lesion: Segment | None, isOpen: bool) -> tuple[str, ...]:
    warnings = [f'The segment "{segment.name}" is flagged for another look.' for segment in (head, lesion)
                if segment is not None and segment.status == FLAGGED]
    if isOpen and _drawn(head) is not None:
        what = "There is no lesion segment" if lesion is None else f'The lesion "{lesion.name}" is empty'
        warnings.append(f'{what}, so the lesion is not measured; if no lesion is left, say "lesion_absent" in the case '
                        'or set the status of the empty segment to "completed".')
    return tuple(warnings)


def placementWarnings(masks: dict[str, Mask | None], image: GridGeometry) -> tuple[str, ...]:
    """Compare the place of outlines with the place of the image that they were drawn on.

    :param masks: outlines by what they are called in a message.
    :param image: grid of the image.
    :return: a warning for each outline that leaves the image in part.
    :raises GeometryError: an outline lies in the image by less than a half.
    """
    warnings = []
    for name, mask in masks.items():
        if mask is None:
            continue
        indices = image.toIjk(mask.pointsRas())
        inside = np.all((indices >= -0.5) & (indices <= np.array(image.sizeIjk) - 0.5), axis=1)
        share = float(np.mean(inside))
        if share < LEAST_SHARE_IN_IMAGE:
            distanceMm = float(np.linalg.norm(mask.pointsRas().mean(axis=0) - image.cornersRas().mean(axis=0)))
            raise GeometryError(f"the {name} lies far from the image ({share:.0%} of it is inside, its center "
                                f"{distanceMm:.0f} mm from the center of the image); give the segmentation that was "
                                "drawn on this image")
        if share < WHOLE_SHARE:
            warnings.append(f"{1 - share:.1%} of the {name} lies outside the image.")
    return tuple(warnings)
