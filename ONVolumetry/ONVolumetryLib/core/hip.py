"""One hip over its visits: what is given to measure."""

from __future__ import annotations

from dataclasses import dataclass

from .geometry import SliceStack
from .mask import Mask


@dataclass(frozen=True, eq=False)
class VisitSegments:
    """What one visit gives to measure.

    :param label: name of the visit, such as "preop".
    :param month: months since surgery (0 or less before it).
    :param head: femoral head as outlined; None when there is no such segment or nobody drew it.
    :param lesion: osteonecrosis as outlined; None likewise.
    :param lesionAbsent: a reader says that no lesion is left, so that its volume is 0 and not unknown.
    :param stack: slice axis and pitch; None where there is no segmentation.
    :param done: False for a planned visit that was not done.
    :param warnings: notes of the reading, one sentence each.
    """

    label: str
    month: float
    head: Mask | None = None
    lesion: Mask | None = None
    lesionAbsent: bool = False
    stack: SliceStack | None = None
    done: bool = True
    warnings: tuple[str, ...] = ()
