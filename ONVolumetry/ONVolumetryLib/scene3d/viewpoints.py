"""Where the viewer stands: the same viewpoints at every visit, named in the patient's directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ANTERIOR_RAS = np.array([0.0, 1.0, 0.0])
SUPERIOR_RAS = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False)
class Viewpoint:
    """A parallel view of a hip.

    :param name: "anterior", "superior", "lateral" or "".
    :param towardViewerRas: unit vector from the head to the viewer.
    :param upRas: unit vector that points up in the picture.
    """

    name: str
    towardViewerRas: np.ndarray
    upRas: np.ndarray

    @property
    def rightRas(self) -> np.ndarray:
        """Unit vector that points right in the picture."""
        return np.cross(self.upRas, self.towardViewerRas)

    def rotation(self) -> np.ndarray:
        """3x3 whose rows are right, up and toward the viewer."""
        return np.array([self.rightRas, self.upRas, self.towardViewerRas])


def lateralRas(side: str) -> np.ndarray:
    """Direction away from the body's middle for a "left" or "right" hip, along the patient's left-right axis."""
    return np.array([1.0 if side == "right" else -1.0, 0.0, 0.0])


def standardViewpoints(side: str) -> tuple[Viewpoint, Viewpoint, Viewpoint]:
    """The views from anterior, superior (anterior up) and lateral."""
    return (Viewpoint("anterior", ANTERIOR_RAS, SUPERIOR_RAS), Viewpoint("superior", SUPERIOR_RAS, ANTERIOR_RAS),
            Viewpoint("lateral", lateralRas(side), SUPERIOR_RAS))


def namedViewpoint(name: str, side: str) -> Viewpoint:
    """The view from one of the six directions of the patient.

    :param name: one of directionWords(); from superior and inferior, anterior is up.
    """
    isAlong = name in ("superior", "inferior")
    return Viewpoint(name, directionWords(side)[name], ANTERIOR_RAS if isAlong else SUPERIOR_RAS)


def turnedViewpoint(side: str, degrees: float, elevationDegrees: float = 0.0) -> Viewpoint:
    """A view from around the body's long axis.

    :param degrees: 0 = anterior, 90 = lateral.
    :param elevationDegrees: how far above the horizontal the viewer stands.
    """
    turn, lift = np.radians([degrees, elevationDegrees])
    horizontal = np.cos(turn) * ANTERIOR_RAS + np.sin(turn) * lateralRas(side)
    toward = np.cos(lift) * horizontal + np.sin(lift) * SUPERIOR_RAS
    return Viewpoint("", toward, np.cos(lift) * SUPERIOR_RAS - np.sin(lift) * horizontal)


def directionWords(side: str) -> dict[str, np.ndarray]:
    """The six directions of the patient by name."""
    lateral = lateralRas(side)
    return {"superior": SUPERIOR_RAS, "inferior": -SUPERIOR_RAS, "anterior": ANTERIOR_RAS,
            "posterior": -ANTERIOR_RAS, "lateral": lateral, "medial": -lateral}
