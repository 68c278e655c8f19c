"""How the marrow looks in the image of a visit, where a reader has said so; kept with the volume."""

from __future__ import annotations

from ..core.outlining.spheresearch import POLARITIES

# Of the volume and not of the hip: follow-ups are often of another sequence than the baseline.
MARROW_ATTRIBUTE = "ONVolumetry.marrow"


def polarityOf(volumeNode) -> str | None:
    """"bright" or "dark" marrow; None where the image is to tell."""
    value = None if volumeNode is None else volumeNode.GetAttribute(MARROW_ATTRIBUTE)
    return value if value in POLARITIES else None


def setPolarity(volumeNode, polarity: str | None):
    """Keep how the marrow looks.

    :param polarity: "bright" or "dark"; None lets the image tell.
    """
    volumeNode.SetAttribute(MARROW_ATTRIBUTE, polarity)
