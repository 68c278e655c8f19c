"""Landmarks that cannot be right, with the reason."""

from __future__ import annotations

import numpy as np

from ..errors import LandmarkError
from ..sphere import SphereFit
from .frame import LARGEST_TURN_DEGREES, lateralDirection
from .landmarks import TITLE_OF_LANDMARK, Landmarks

EDGES = ("lateralEdge", "anteriorEdge", "posteriorEdge")
INSIDE_LIMIT_MM = 5.0
# An acetabular edge lies on the head's cartilage or a little beyond; a teardrop below and medial of the head.
EDGE_REACH_MM, TEARDROP_REACH_MM = 25.0, 60.0
LEAST_DISTANCE_MM = 10.0
LEAST_TEARDROP_SPAN_MM, LARGEST_TEARDROP_SPAN_MM = 60.0, 220.0
# Three points are taken as collinear where the middle one is nearer than this to the line of the others.
COLLINEAR_MM = 2.0
COLLINEAR_DEGREES = 3.0


def requirePlausible(landmarks: Landmarks, sphere: SphereFit, side: str):
    """Refuse landmarks that cannot be right.

    :param sphere: sphere of the head in the same space.
    :param side: "left" or "right".
    :raises LandmarkError: all that is wrong, in one sentence.
    """
    problems = landmarkProblems(landmarks, sphere, side)
    if problems:
        raise LandmarkError("; ".join(problems) + "; place the points again")


def landmarkProblems(landmarks: Landmarks, sphere: SphereFit, side: str) -> list[str]:
    """What is wrong with the landmarks that are placed; empty where nothing is."""
    problems = _distanceProblems(landmarks, sphere)
    if not problems:
        problems = _sideProblems(landmarks, sphere, side)
    return problems or _collinearProblems(landmarks, sphere)


def _distanceProblems(landmarks: Landmarks, sphere: SphereFit) -> list[str]:
    problems = []
    for name, point in landmarks.placed.items():
        distance = float(np.linalg.norm(point - sphere.centerRas))
        depth = sphere.radiusMm - distance
        title = TITLE_OF_LANDMARK[name]
        if name in EDGES and depth > INSIDE_LIMIT_MM:
            problems.append(f"the {title} lies {depth:.1f} mm inside the femoral head")
        reach = {"teardrop": TEARDROP_REACH_MM}.get(name, EDGE_REACH_MM if name in EDGES else None)
        if reach is not None and -depth > reach:
            problems.append(f"the {title} lies {-depth:.0f} mm away from the femoral head")
        if name == "teardrop" and depth > 0:
            problems.append(f"the {title} lies inside the femoral head")
    return problems


def _sideProblems(landmarks: Landmarks, sphere: SphereFit, side: str) -> list[str]:
    lateral = lateralDirection(side)
    along = {name: float((point - sphere.centerRas) @ lateral) for name, point in landmarks.placed.items()}
    problems = []
    if "lateralEdge" in along and "teardrop" in along and along["lateralEdge"] <= along["teardrop"]:
        problems.append(f"the lateral acetabular edge lies medial of the teardrop for a {side} hip (left and right or "
                        "the two points are swapped)")
    if "teardrop" in along and along["teardrop"] >= 0:
        problems.append(f"the teardrop lies lateral of the head's center for a {side} hip (left and right are swapped)")
    if "neckAxis" in along and along["neckAxis"] <= 0:
        problems.append(f"the point on the neck axis lies medial of the head's center for a {side} hip (left and right "
                        "are swapped)")
    if "anteriorEdge" in along and "posteriorEdge" in along:
        difference = landmarks.anteriorEdge - landmarks.posteriorEdge
        if difference[1] <= 0:
            problems.append("the anterior acetabular edge lies behind the posterior one (the two are swapped)")
    return problems + _teardropProblems(landmarks, lateral, side)


def _teardropProblems(landmarks: Landmarks, lateral: np.ndarray, side: str) -> list[str]:
    if landmarks.contralateralTeardrop is None or landmarks.teardrop is None:
        return []
    line = landmarks.teardrop - landmarks.contralateralTeardrop
    span = float(np.linalg.norm(line))
    if not LEAST_TEARDROP_SPAN_MM <= span <= LARGEST_TEARDROP_SPAN_MM:
        return [(f"the two teardrops lie {span:.0f} mm apart, not {LEAST_TEARDROP_SPAN_MM:.0f} to "
                 f"{LARGEST_TEARDROP_SPAN_MM:.0f} mm")]
    if line @ lateral <= 0:
        return [f"the contralateral teardrop lies lateral of the teardrop for a {side} hip (the two are swapped)"]
    if line @ lateral < np.cos(np.radians(LARGEST_TURN_DEGREES)) * span:
        return [(f"the line of the teardrops is more than {LARGEST_TURN_DEGREES:.0f} degrees off the patient's "
                 "left-right axis")]
    return []


def _collinearProblems(landmarks: Landmarks, sphere: SphereFit) -> list[str]:
    problems = []
    edge, teardrop = landmarks.lateralEdge, landmarks.teardrop
    if edge is not None and teardrop is not None:
        first, second = edge - sphere.centerRas, teardrop - sphere.centerRas
        sine = np.linalg.norm(np.cross(first, second)) / (np.linalg.norm(first) * np.linalg.norm(second))
        if sine < np.sin(np.radians(COLLINEAR_DEGREES)):
            problems.append("lateral acetabular edge, center of the head and teardrop lie on one line (collinear)")
    rim = [getattr(landmarks, name) for name in EDGES]
    if all(point is not None for point in rim):
        sides = [float(np.linalg.norm(rim[index] - rim[index - 1])) for index in range(3)]
        height = float(np.linalg.norm(np.cross(rim[1] - rim[0], rim[2] - rim[0]))) / max(*sides, 1e-9)
        if min(sides) < LEAST_DISTANCE_MM or height < COLLINEAR_MM:
            problems.append("the three acetabular edges lie on one line or coincide (collinear)")
    elif rim[1] is not None and rim[2] is not None and np.linalg.norm(rim[1] - rim[2]) < LEAST_DISTANCE_MM:
        problems.append("the anterior and the posterior acetabular edge coincide")
    return problems
