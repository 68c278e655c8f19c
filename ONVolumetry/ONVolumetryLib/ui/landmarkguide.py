"""Where each landmark lies, in words for the person who places it."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..files.keys import LANDMARK_FIELDS


def landmarkTitles() -> dict[str, str]:
    """Name of each landmark in the user's language, by its field, in the order of placing."""
    titles = {
        "lateralEdge": _("Lateral acetabular edge (E)"),
        "teardrop": _("Teardrop, lower end (T)"),
        "anteriorEdge": _("Anterior acetabular edge (AE)"),
        "posteriorEdge": _("Posterior acetabular edge (PE)"),
        "neckAxis": _("Axis of the neck (N)"),
        "contralateralTeardrop": _("Teardrop of the other side (optional)"),
    }
    return {field: titles[field] for field in LANDMARK_FIELDS.values()}


def landmarkSentence(field: str) -> str:
    """Where a landmark lies and in which slice to look for it."""
    return {
        "lateralEdge": _("Coronal slice through the middle of the head: the outermost point of the roof of the socket, "
                         "where the weight-bearing bone ends."),
        "teardrop": _("Coronal slice: the lower end of the teardrop, the U of bone below and medial of the head, at "
                      "the floor of the socket."),
        "anteriorEdge": _("Axial slice through the middle of the head: the front edge of the socket."),
        "posteriorEdge": _("Axial slice through the middle of the head: the back edge of the socket."),
        "neckAxis": _("Coronal or oblique slice: a point in the middle of the femoral neck, about 1 cm below the head. "
                      "It tells left from right."),
        "contralateralTeardrop": _("Coronal slice: the lower end of the other hip's teardrop. Leave it out where the "
                                   "other hip is not in the image; zones then use the patient's left-right axis."),
    }[field]
