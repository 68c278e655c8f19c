"""Whether a visit was outlined without sight of the other visits' outlines (blinded), kept with the segmentation."""

from __future__ import annotations

READING_ATTRIBUTE = "ONVolumetry.reading"
BLINDED, OPEN = "blinded", "open"


def noteReading(segmentationNode, areOthersShown: bool):
    """Note how an edit was made; one edit in sight of other outlines makes the reading open for good.

    :param areOthersShown: outlines of other visits were visible.
    """
    if readingOf(segmentationNode) != OPEN:
        segmentationNode.SetAttribute(READING_ATTRIBUTE, OPEN if areOthersShown else BLINDED)


def readingOf(segmentationNode) -> str | None:
    """"blinded" or "open"; None for outlines that were not edited in this module."""
    return segmentationNode.GetAttribute(READING_ATTRIBUTE)
