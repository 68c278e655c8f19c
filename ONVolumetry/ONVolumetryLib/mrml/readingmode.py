"""Whether a visit was outlined without sight of the other visits' outlines (blinded), kept with the segmentation."""

from __future__ import annotations

READING_ATTRIBUTE = "ONVolumetry.reading"
READING_KEY = "reading"
BLINDED, OPEN = "blinded", "open"


def noteReading(segmentationNode, areOthersShown: bool):
    """Note how an edit was made; one edit in sight of other outlines makes the reading open for good.

    :param areOthersShown: outlines of other visits were visible.
    """
    if readingOf(segmentationNode) != OPEN:
        segmentationNode.SetAttribute(READING_ATTRIBUTE, OPEN if areOthersShown else BLINDED)


def readingOf(segmentationNode) -> str | None:
    """"blinded" or "open"; None without outlines, and for those that were not edited in this module."""
    return None if segmentationNode is None else segmentationNode.GetAttribute(READING_ATTRIBUTE)
