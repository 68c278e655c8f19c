"""How exactly zones and necrotic angles of cones are found: python Testing/Benchmarks/locationbench.py [COUNT].

Cones of 10 to 80 degrees half-angle in any direction, in a complete ball, on straight and oblique grids of 0.5 to 5 mm
slices, for both sides. Everything is compared with its formula.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from ONVolumetryLib.core.geometry import GridGeometry, SliceStack
from ONVolumetryLib.core.location.frame import anatomicalFrame
from ONVolumetryLib.core.location.landmarks import Landmarks
from ONVolumetryLib.core.location.locate import Place, locateLesion
from ONVolumetryLib.core.location.sections import HeadFields
from ONVolumetryLib.core.ratios import Estimate
from ONVolumetryLib.core.settings import MeasurementSettings
from ONVolumetryLib.core.sphere import fitSphereToMask
from ONVolumetryLib.core.spherecoverage import equalAreaDirections
from ONVolumetryLib.core.volume import voxelSummation
from ONVolumetryLib.phantom.closedforms import coneArc
from ONVolumetryLib.phantom.masks import rasterize
from ONVolumetryLib.phantom.primitives import Sphere, ballCone
from scipy.spatial.transform import Rotation

RADIUS_MM, PIXEL_MM = 24.0, 0.6
PITCHES_MM = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
# Lateral, anterior, superior.
LANDMARKS = {"lateralEdge": (14.5, 0, 25.1), "teardrop": (-33, 4, -18), "anteriorEdge": (-12.7, 24.9, 0),
             "posteriorEdge": (7.2, -27, 0), "contralateralTeardrop": (-143, 4, -18)}
LEAST_PERCENT = 2.0
DIRECTIONS = equalAreaDirections(60000)
# An end that runs along the section, so that its place is ill-defined, moves this much faster than the outline.
WELL_DEFINED = 3.0


@dataclass(frozen=True, eq=False)
class Cone:
    """One cone and the grid that it is drawn on.

    :param axis: lateral, anterior, superior.
    :param halfAngle: degrees.
    """

    side: str
    axis: np.ndarray
    halfAngle: float
    pitchMm: float
    directions: np.ndarray
    phase: np.ndarray

    @property
    def mirror(self) -> np.ndarray:
        return np.diag([1.0 if self.side == "right" else -1.0, 1.0, 1.0])

    @property
    def centerRas(self) -> np.ndarray:
        return self.mirror @ np.array([88.0, -12.0, -35.0])

    @cached_property
    def located(self):
        """Location as the program finds it, sphere fit included, and the volume in percent of the ball."""
        pixel = min(PIXEL_MM, self.pitchMm)
        spacing = np.array([pixel, pixel, self.pitchMm])
        size = np.ceil(2 * (RADIUS_MM + 5) / spacing).astype(int)
        matrix = np.eye(4)
        matrix[:3, :3] = self.directions * spacing
        matrix[:3, 3] = self.centerRas - matrix[:3, :3] @ ((size - 1) / 2 + self.phase)
        grid = GridGeometry(tuple(size), matrix)
        head = rasterize(Sphere(self.centerRas, RADIUS_MM), grid)
        lesion = rasterize(ballCone(self.centerRas, self.mirror @ self.axis, RADIUS_MM,
                                    np.radians(self.halfAngle)), grid) if self.halfAngle > 0 else None
        stack = SliceStack(2, self.pitchMm, "given")
        landmarks = Landmarks(**{name: self.centerRas + self.mirror @ np.array(point)
                                 for name, point in LANDMARKS.items()})
        sphere = fitSphereToMask(head, stack)
        place = Place(anatomicalFrame(sphere, self.side, landmarks), "given", landmarks)
        percent = 100 * voxelSummation(lesion) / (4 / 3 * np.pi * RADIUS_MM ** 3)
        return locateLesion(HeadFields.of(lesion, head, stack), place, MeasurementSettings(), Estimate(percent, 1.0),
                            lesion.pointsRas()), percent

    def planeAngle(self, normal: int) -> float:
        return float(np.degrees(np.arcsin(min(abs(self.axis[normal]), 1.0))))

    def arc(self, normal: int, halfAngle: float | None = None) -> float:
        """True arc on the plane across an axis of the frame, degrees."""
        halfAngle = self.halfAngle if halfAngle is None else halfAngle
        return float(np.degrees(coneArc(np.radians(halfAngle), np.radians(self.planeAngle(normal)))))

    def steepness(self, normal: int) -> float:
        """How much faster an end of the arc moves than the outline; infinite where they do not meet."""
        arc = self.arc(normal)
        if arc <= 0:
            return np.inf if self.planeAngle(normal) < self.halfAngle + 3.0 else 1.0
        return float(np.sin(np.radians(self.halfAngle))
                     / (np.cos(np.radians(self.planeAngle(normal))) * np.sin(np.radians(arc / 2))))

    def sliceTolerance(self, normal: int) -> float:
        """max(2 degrees, (T/2)/R across the slices)."""
        axis = self.mirror @ self.directions[:, 2]
        across = np.sqrt(max(1.0 - axis[normal] ** 2, 0.0))
        return max(2.0, float(np.degrees(across * self.pitchMm / 2 / RADIUS_MM)))


def randomCone(generator: np.random.Generator, pitchMm: float, isOblique: bool) -> Cone:
    axis = generator.normal(size=3)
    axes = np.eye(3)[:, generator.permutation(3)]
    if isOblique:
        axes = Rotation.random(random_state=generator).as_matrix()
    return Cone(str(generator.choice(["left", "right"])), axis / np.linalg.norm(axis), generator.uniform(10, 80),
                pitchMm, axes, generator.uniform(-0.5, 0.5, 3))


def sectionPercents(cone: Cone, zones, normal: int, halfAngle: float) -> np.ndarray:
    """True shares of the sectors on a section."""
    first, second = [axis for axis in range(3) if axis != normal]
    degrees = np.arange(-180, 180, 0.05) + 0.025
    index = zones.zoneAt(np.cos(np.radians(degrees)), np.sin(np.radians(degrees)))
    middle = np.degrees(np.arctan2(cone.axis[second], cone.axis[first]))
    isLesion = np.abs((degrees - middle + 180) % 360 - 180) <= cone.arc(normal, halfAngle) / 2
    return _percents(index, isLesion)


def spacePercents(cone: Cone, zones, normal: int, halfAngle: float) -> np.ndarray:
    """True shares of the sectors in three dimensions."""
    first, second = [axis for axis in range(3) if axis != normal]
    index = zones.zoneAt(DIRECTIONS[:, first], DIRECTIONS[:, second])
    return _percents(index, DIRECTIONS @ cone.axis >= np.cos(np.radians(halfAngle)))


def _percents(index: np.ndarray, isLesion: np.ndarray) -> np.ndarray:
    counts = [np.bincount(index[inside] + 1, minlength=5)[1:] for inside in (isLesion, np.ones_like(isLesion))]
    return 100.0 * counts[0] / np.maximum(counts[1], 1)


def zoneErrors(cone: Cone, reading, zones, normal: int, truth) -> tuple[int, int, int, int]:
    """Zones away from a boundary that are wrong, of how many; zones near one without the mark, of how many."""
    tolerance = cone.sliceTolerance(normal)
    states = [truth(cone, zones, normal, angle) >= LEAST_PERCENT
              for angle in (cone.halfAngle, max(cone.halfAngle - tolerance, 0.5), cone.halfAngle + tolerance)]
    wrong = far = unmarked = near = 0
    for number, zone in enumerate(reading.zones):
        if states[1][number] == states[2][number]:
            far += 1
            wrong += zone.isPresent != states[0][number]
        else:
            near += 1
            unmarked += not zone.isNearBoundary
    return wrong, far, unmarked, near


def typeErrors(cone: Cone, jic) -> tuple[int, int, int, int]:
    """The same of the type on the mid-coronal section."""
    zones, tolerance = jic.geometry, cone.sliceTolerance(1)
    middle = np.degrees(np.arctan2(cone.axis[2], cone.axis[0]))
    degrees = np.arange(-180, 180, 0.05) + 0.025
    found = []
    for angle in (cone.halfAngle, max(cone.halfAngle - tolerance, 0.5), cone.halfAngle + tolerance):
        isLesion = np.abs((degrees - middle + 180) % 360 - 180) <= cone.arc(1, angle) / 2
        found.append(zones.typeOfEnd(float(np.max(zones.theta(degrees[isLesion])))) if isLesion.any() else "-")
    isNear = len(set(found)) > 1
    return (int(not isNear and jic.section.end.jicType != found[0]), int(not isNear),
            int(isNear and not jic.section.end.isNearBoundary), int(isNear))


def main(count: int):
    generator = np.random.default_rng(20)
    print("pitch   arcs: rms (limit)   95 % (limit)   max, well-defined ends   volume max   zones far wrong/of   "
          "near unmarked/of   marked far")
    for pitch in PITCHES_MM:
        arcs, wellDefined, volumes, tallies, marks = [], [], [], np.zeros(4, dtype=int), [0, 0]
        started = time.process_time()
        for number in range(count):
            cone = randomCone(generator, pitch, isOblique=number % 2 == 1)
            location, percent = cone.located
            volumes.append(percent - 50 * (1 - np.cos(np.radians(cone.halfAngle))))
            for arc, normal in ((location.angles.coronal, 1), (location.angles.sagittal, 0)):
                error = arc.degrees - cone.arc(normal)
                if cone.halfAngle <= 60:
                    arcs.append(error)
                if cone.steepness(normal) <= WELL_DEFINED:
                    wellDefined.append(error)
            jic, acp = location.jic, location.acp
            for reading, zones, normal, truth in (
                    (jic.section.zones, jic.geometry, 1, sectionPercents), (acp.section, acp.geometry, 2,
                                                                           sectionPercents),
                    (jic.projected.zones, jic.geometry, 1, spacePercents),
                    (acp.projected, acp.geometry, 2, spacePercents)):
                errors = zoneErrors(cone, reading, zones, normal, truth)
                tallies += errors
                if errors[0] or errors[2]:
                    print("   ", pitch, cone.side, cone.axis.round(2), round(cone.halfAngle, 1), normal, truth.__name__,
                          errors, reading.present, reading.nearBoundary,
                          truth(cone, zones, normal, cone.halfAngle).round(1),
                          [round(zone.percent or 0, 1) for zone in reading.zones])
                marks[0] += len(reading.nearBoundary)
                marks[1] += 4
            errors = typeErrors(cone, jic)
            tallies += errors
            if errors[0] or errors[2]:
                print("    type", pitch, cone.axis.round(2), round(cone.halfAngle, 1), jic.section.end, cone.arc(1))
        arcs, volumes = np.array(arcs), np.abs(volumes)
        print(f"{pitch:4.1f}    {np.sqrt(np.mean(arcs ** 2)):5.2f} ({1.5 * pitch:.2f})     "
              f"{np.percentile(np.abs(arcs), 95):5.2f} ({3 * pitch:.1f})     {np.max(np.abs(wellDefined)):5.2f} "
              f"(n={len(wellDefined)})      {volumes.max():.2f}       {tallies[0]}/{tallies[1]}      "
              f"{tallies[2]}/{tallies[3]}    {marks[0]}/{marks[1]}   "
              f"[{time.process_time() - started:.0f} s]", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
