"""Whether a visit was outlined with the other visits' outlines hidden (blinded), kept with the segmentation."""

from __future__ import annotations

from ..core.outlining.origin import HEAD_FROM_BASELINE, ORIGIN_TAG
from .segments import segmentTag

READING_ATTRIBUTE = "ONVolumetry.reading"
READING_KEY = "reading"
# "not hidden": other outlines were not in sight, but nothing kept the reader from them either.
BLINDED, NOT_HIDDEN, OPEN = "blinded", "not hidden", "open"
_ORDER = (None, BLINDED, NOT_HIDDEN, OPEN)


def noteReading(segmentationNode, reading: str):
    """Note how an edit was made; what is least blinded of all edits stays for good.

    :param reading: BLINDED where the outlines of all other visits were hidden; OPEN where some were in sight, or were
        what the edit was made from; NOT_HIDDEN otherwise.
    """
    noted = segmentationNode.GetAttribute(READING_ATTRIBUTE)
    if _ORDER.index(reading) > (_ORDER.index(noted) if noted in _ORDER else 0):
        segmentationNode.SetAttribute(READING_ATTRIBUTE, reading)


def readingOf(segmentationNode) -> str | None:
    """"blinded" or "open".

    None without outlines, for those that were not edited in this module, and where neither of the two is known.
    """
    if segmentationNode is None:
        return None
    reading = segmentationNode.GetAttribute(READING_ATTRIBUTE)
    if reading == BLINDED and _isHeadFromBaseline(segmentationNode.GetSegmentation()):
        return OPEN
    return reading if reading in (BLINDED, OPEN) else None


def _isHeadFromBaseline(segmentation) -> bool:
    segments = [segmentation.GetNthSegment(index) for index in range(segmentation.GetNumberOfSegments())]
    return any(HEAD_FROM_BASELINE in segmentTag(segment, ORIGIN_TAG) for segment in segments)
