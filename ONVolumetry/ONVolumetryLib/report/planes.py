"""How a slice of a grid is turned so that a radiologist sees what he expects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.geometry import GridGeometry

# By the main direction of the normal (R, A, S): name, what the picture's right side shows, what its top shows.
VIEWS = (
    ("sagittal", (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)),
    ("coronal", (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    ("axial", (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
)
LETTERS = ("RL", "AP", "SI")
SECOND_LETTER_FROM = 0.25
OBLIQUE_FROM_DEGREES = 5.0


@dataclass(frozen=True, eq=False)
class DisplayPlane:
    """The slices across one axis of a grid, as they are shown: patient right on the left, superior up.

    :param axis: axis across the slices (0, 1, 2 for I, J, K).
    :param view: "coronal", "sagittal" or "axial", whichever is nearest.
    :param obliqueDegrees: angle between the slices and that plane.
    :param horizontal: axis of the grid that runs along the picture's rows.
    :param vertical: axis of the grid that runs along the picture's columns.
    :param isFlippedHorizontally: whether the index falls from the picture's left to its right.
    :param isFlippedVertically: whether the index falls from the picture's top to its bottom.
    :param rightRas: direction from the picture's left to its right.
    :param upRas: direction from the picture's bottom to its top.
    """

    axis: int
    view: str
    obliqueDegrees: float
    horizontal: int
    vertical: int
    isFlippedHorizontally: bool
    isFlippedVertically: bool
    rightRas: np.ndarray
    upRas: np.ndarray

    @property
    def name(self) -> str:
        """The view in words, such as "oblique coronal"."""
        return f"oblique {self.view}" if self.obliqueDegrees >= OBLIQUE_FROM_DEGREES else self.view

    def slice(self, array: np.ndarray, index: int) -> np.ndarray:
        """One slice of a KJI array, turned as it is shown: (rows from the top, columns from the left)."""
        plane = np.take(array, index, axis=2 - self.axis)
        if self.horizontal > self.vertical:
            plane = plane.T
        if self.isFlippedHorizontally:
            plane = plane[:, ::-1]
        return plane[::-1] if self.isFlippedVertically else plane

    def pixel(self, pointIjk, sizeIjk) -> tuple[float, float]:
        """Column and row (fractional; pixel centers are integers) at which a point of the grid is shown.

        :param sizeIjk: size of the array that `slice` is given.
        """
        column, row = float(pointIjk[self.horizontal]), float(pointIjk[self.vertical])
        if self.isFlippedHorizontally:
            column = sizeIjk[self.horizontal] - 1 - column
        if self.isFlippedVertically:
            row = sizeIjk[self.vertical] - 1 - row
        return column, row

    def edgeLetters(self) -> dict[str, str]:
        """Patient directions at the picture's left, right, top and bottom, such as "R", or "RA" where oblique."""
        return {"left": directionLetters(-self.rightRas), "right": directionLetters(self.rightRas),
                "top": directionLetters(self.upRas), "bottom": directionLetters(-self.upRas)}


def displayPlane(geometry: GridGeometry, axis: int) -> DisplayPlane:
    """How slices across an axis of a grid are shown.

    :param geometry: the grid, of either handedness and in any direction.
    :param axis: 0, 1 or 2 for slices across I, J or K.
    """
    directions = geometry.axisDirections
    main = int(np.argmax(np.abs(directions[:, axis])))
    view, right, up = VIEWS[main]
    first, second = (other for other in range(3) if other != axis)
    alongRight = directions.T @ np.asarray(right)
    alongUp = directions.T @ np.asarray(up)
    straight = abs(alongRight[first]) + abs(alongUp[second])
    turned = abs(alongRight[second]) + abs(alongUp[first])
    horizontal, vertical = (first, second) if straight >= turned else (second, first)
    cosine = min(1.0, abs(float(directions[main, axis])))
    return DisplayPlane(
        axis=axis, view=view, obliqueDegrees=float(np.degrees(np.arccos(cosine))), horizontal=horizontal,
        vertical=vertical, isFlippedHorizontally=bool(alongRight[horizontal] < 0),
        isFlippedVertically=bool(alongUp[vertical] > 0),
        rightRas=directions[:, horizontal] * (1.0 if alongRight[horizontal] >= 0 else -1.0),
        upRas=directions[:, vertical] * (1.0 if alongUp[vertical] >= 0 else -1.0))


def directionLetters(directionRas) -> str:
    """A direction in letters, main one first: R, L, A, P, S, I."""
    components = np.asarray(directionRas, dtype=float)
    order = np.argsort(-np.abs(components), kind="stable")
    letters = [LETTERS[index][0 if components[index] > 0 else 1] for index in order
               if abs(components[index]) >= SECOND_LETTER_FROM or index == order[0]]
    return "".join(letters)
