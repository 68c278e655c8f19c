"""The sphere of a head near a click, by where the image falls on shells around many centers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..registration.boxes import boxAround
from ..spherecoverage import equalAreaDirections
from .radialprofiles import HeadImage

BOX_STEP_MM, BOX_HALF_MM = 1.0, 44.0
RADII_MM = np.arange(14.0, 32.01, 0.5)
SHELL_DIRECTIONS = 400
COARSE_STEP_MM, REACH_MM, FINE_STEP_MM, FINE_REACH_MM = 3.0, 10.0, 1.0, 3.0
CORE_VOXELS = 14
INNER_MM, LEAST_LIKENESS = 3.0, 0.2
SEARCH_BLUR_MM = 1.2
# A fall of this share of the marrow's signal per mm counts fully as an edge.
FULL_EDGE = 0.14
BRIGHT_INSIDE, DARK_INSIDE = "bright", "dark"
POLARITIES = (BRIGHT_INSIDE, DARK_INSIDE)


@dataclass(frozen=True)
class Signals:
    """Signal levels around a click.

    :param marrow: of the marrow.
    :param darkest: of what is darkest in the surroundings, such as cortex.
    :param brightest: of what is brightest there.
    """

    marrow: float
    darkest: float
    brightest: float

    def contrast(self, polarity: str) -> float:
        """How far the marrow is from what borders a head that is "bright" or "dark", always above 0."""
        other = self.darkest if polarity == BRIGHT_INSIDE else self.brightest
        return max(abs(self.marrow - other), 1e-6)


@dataclass(frozen=True)
class FoundSphere:
    """A sphere that the image shows.

    :param centerRas: mm.
    :param radiusMm: radius.
    :param support: share of the surface with an edge of the right kind, 0 to 1.
    :param signals: what the image shows inside and around.
    :param polarity: "bright" where the head is brighter than its border, "dark" where it is darker.
    """

    centerRas: tuple[float, float, float]
    radiusMm: float
    support: float
    signals: Signals
    polarity: str

    @property
    def sign(self) -> float:
        return 1.0 if self.polarity == BRIGHT_INSIDE else -1.0

    @property
    def hasDarkLine(self) -> bool:
        """Whether bright marrow ends at dark cortex, as in all MRI without fat suppression; CT has signals below 0."""
        return self.polarity == BRIGHT_INSIDE and self.signals.darkest >= 0

    @property
    def contrast(self) -> float:
        """How far the marrow is from what borders a head, always above 0."""
        return self.signals.contrast(self.polarity)


def searchSphere(image: HeadImage, clickRas, polarity: str | None = None) -> FoundSphere:
    """Find the sphere that most of whose surface is an edge.

    Centers are tried on a lattice that does not depend on the click, so that clicks in one head find one sphere.

    :param clickRas: within 8 mm of the head's center.
    :param polarity: "bright" or "dark" inside; None takes what the image shows more clearly.
    """
    click = np.asarray(clickRas, dtype=float)
    coarse = _Shells(image, _onLattice(click, COARSE_STEP_MM))
    kinds = POLARITIES if polarity is None else (polarity,)
    found = [coarse.best(click, COARSE_STEP_MM, REACH_MM, kind) for kind in kinds]
    start = max(found, key=lambda sphere: sphere.support)
    center = np.array(start.centerRas)
    fine = _Shells(image.around(center), center)
    return fine.best(center, FINE_STEP_MM, FINE_REACH_MM, start.polarity)


def _onLattice(point: np.ndarray, stepMm: float) -> np.ndarray:
    return np.round(point / stepMm) * stepMm


class _Shells:
    """Shells around candidate centers in a box of voxels."""

    def __init__(self, image: HeadImage, centerRas: np.ndarray):
        self.box = boxAround(centerRas, BOX_HALF_MM, BOX_STEP_MM)
        self.values = _boxValues(image, self.box)
        self.directions = equalAreaDirections(SHELL_DIRECTIONS)
        self.step = float(RADII_MM[1] - RADII_MM[0])
        self.radii = np.arange(RADII_MM[0] - INNER_MM, RADII_MM[-1] + 1.01, self.step)
        middle = np.array(self.values.shape) // 2
        core = self.values[tuple(slice(at - CORE_VOXELS, at + CORE_VOXELS + 1) for at in middle)]
        self.signals = Signals(float(np.percentile(core, 75)), *map(float, np.percentile(self.values, (2, 95))))

    def best(self, aroundRas: np.ndarray, stepMm: float, reachMm: float, polarity: str) -> FoundSphere:
        """The shell with most edge whose center lies on the lattice and within reach."""
        offsets = np.arange(-reachMm - stepMm, reachMm + stepMm + 0.01, stepMm)
        grid = np.array(np.meshgrid(offsets, offsets, offsets, indexing="ij")).reshape(3, -1).T
        centers = _onLattice(aroundRas, stepMm) + grid
        centers = centers[np.linalg.norm(centers - aroundRas, axis=1) <= reachMm]
        supports = self.supports(centers, polarity)
        row, column = np.unravel_index(int(np.argmax(supports)), supports.shape)
        return FoundSphere(tuple(map(float, centers[row])), float(RADII_MM[column]), float(supports[row, column]),
                           self.signals, polarity)

    def supports(self, centers: np.ndarray, polarity: str) -> np.ndarray:
        """Share of each shell that is an edge of marrow, array (centers, radii)."""
        rays = self.directions[:, None, :] * self.radii[:, None] / BOX_STEP_MM
        sign = 1.0 if polarity == BRIGHT_INSIDE else -1.0
        contrast = self.signals.contrast(polarity)
        result = np.empty((len(centers), len(RADII_MM)))
        last = np.array(self.box.sizeIjk) - 1
        lag = round(1.0 / self.step)
        for row, at in enumerate(self.box.toIjk(centers)):
            index = np.clip(np.rint(at + rays).astype(np.intp), 0, last)
            along = self.values[index[..., 2], index[..., 1], index[..., 0]]
            fall = sign * (along[:, 2 * lag:-2 * lag] - along[:, 4 * lag:]) / 2.0
            # What lies 3 mm inside the edge of a head is marrow; inside that of its socket it is joint.
            unlike = np.abs(along[:, :-4 * lag] - self.signals.marrow) / contrast
            edge = np.clip(fall / (FULL_EDGE * contrast), 0.0, 1.0)
            result[row] = (edge * np.clip(1.0 - unlike, LEAST_LIKENESS, 1.0)).mean(axis=0)
        return result


def _boxValues(image: HeadImage, box) -> np.ndarray:
    """The image on the voxels of a box, blurred."""
    toImage = (np.linalg.inv(image.image.grid.ijkToRas) @ box.ijkToRas)[2::-1]
    values = ndimage.affine_transform(image.image.coefficients, toImage[:, 2::-1], toImage[:, 3], box.shapeKji,
                                      order=1, mode="nearest")
    return ndimage.gaussian_filter(values, SEARCH_BLUR_MM / BOX_STEP_MM)
