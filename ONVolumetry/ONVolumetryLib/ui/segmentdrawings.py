"""What the views draw of visits beside outlines, planes and spheres: weak edges, clicked points, landmarks."""

from __future__ import annotations

from collections.abc import Sequence

from ..mrml.hipnodes import VisitNodes
from ..mrml.uncertainedge import uncertainEdge
from ..mrml.visits import baselineOf
from .segmentviews import Drawing


def otherDrawings(visits: Sequence[VisitNodes], activeLabel: str, points, landmarks) -> list[Drawing]:
    """Drawings in the views of the visits that they belong to.

    :param activeLabel: of the visit that is being outlined.
    :param points: markups clicked on its head, or None.
    :param landmarks: markups in the baseline's space, or None.
    """
    found = []
    for visit in visits:
        weak = None if visit.segmentation is None else uncertainEdge(visit.segmentation)
        if weak is not None:
            found.append(Drawing(visit.label, weak.GetDisplayNode(), True))
    if points is not None:
        found.append(Drawing(activeLabel, points.GetDisplayNode(), True))
    baseline = baselineOf(visits)
    if landmarks is not None and baseline is not None:
        found.append(Drawing(baseline.label, landmarks.GetDisplayNode(), True))
    return found
