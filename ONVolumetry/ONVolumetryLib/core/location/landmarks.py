"""Points of the pelvis and femur that a reader places, from which the zones of the head are measured."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from ..registration.rigid import applyTo

TITLE_OF_LANDMARK = {
    "lateralEdge": "lateral acetabular edge",
    "teardrop": "teardrop",
    "anteriorEdge": "anterior acetabular edge",
    "posteriorEdge": "posterior acetabular edge",
    "neckAxis": "neck axis",
    "contralateralTeardrop": "contralateral teardrop",
}
JIC_LANDMARKS = ("lateralEdge", "teardrop")
ACP_LANDMARKS = ("anteriorEdge", "posteriorEdge")


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Landmarks of one hip, each (3,) in RAS mm, or None where it is not placed.

    :param lateralEdge: lateral edge of the acetabulum (E).
    :param teardrop: inferior end of the teardrop (T).
    :param anteriorEdge: anterior edge of the acetabulum (AE).
    :param posteriorEdge: posterior edge of the acetabulum (PE).
    :param neckAxis: a point on the axis of the femoral neck.
    :param contralateralTeardrop: inferior end of the other side's teardrop.
    """

    lateralEdge: np.ndarray | None = None
    teardrop: np.ndarray | None = None
    anteriorEdge: np.ndarray | None = None
    posteriorEdge: np.ndarray | None = None
    neckAxis: np.ndarray | None = None
    contralateralTeardrop: np.ndarray | None = None

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                point = np.array(value, dtype=float).reshape(3)
                point.setflags(write=False)
                object.__setattr__(self, field.name, point)

    @property
    def placed(self) -> dict[str, np.ndarray]:
        """The points that are placed, by the name of their field."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def missing(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Titles of those of the named landmarks that are not placed."""
        return tuple(TITLE_OF_LANDMARK[name] for name in names if getattr(self, name) is None)

    def moved(self, matrix: np.ndarray) -> Landmarks:
        """The landmarks carried by a rigid 4x4."""
        return replace(self, **{name: applyTo(matrix, point) for name, point in self.placed.items()})
