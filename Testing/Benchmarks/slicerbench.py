"""Cost of measuring three visits beside Slicer's Segment Statistics on the same segmentations, in one Slicer session.

Run by `make bench` where a Slicer is on PATH, or: python3 Testing/InSlicer/runinslicer.py --script slicerbench.py
Segment Statistics computes volumes (label map and closed surface); we compute volumes, surface areas, spheres and all
uncertainties. Times are of the processor, so that other programs do not count; ratios are the result.
"""

from __future__ import annotations

import statistics
import sys
import time
import traceback

import numpy as np
import slicer

SPACING_MM = (0.6, 0.6, 4.0)
SIZES = ((384, 384, 50), (512, 512, 120))
HEAD_RADIUS_MM = 24.0
LESION_RADII_MM = (14.0, 12.0, 9.0)
MONTHS = (0.0, 3.0, 12.0)
REPEATS = 5
LABELMAP, SURFACE = "LabelmapSegmentStatisticsPlugin", "ClosedSurfaceSegmentStatisticsPlugin"


def addHip(size, isCropped: bool):
    """Three visits in the application's scene: a ball cut by a plane, with a lesion in its dome.

    :param isCropped: label images as the Segment Editor leaves them, or as large as the volume.
    """
    from ONVolumetryLib.core.geometry import GridGeometry
    from ONVolumetryLib.core.mask import Mask
    from ONVolumetryLib.mrml.hipnodes import HipNodes, VisitNodes

    grid = GridGeometry(size, np.diag([*SPACING_MM, 1.0]))
    visits = []
    for month, radius in zip(MONTHS, LESION_RADII_MM):
        masks = [Mask.fromArray(array, grid) if isCropped else Mask(array, (0, 0, 0), grid)
                 for array in _arrays(size, radius)]
        visits.append(VisitNodes(*_addSegmentation(f"month {month:g}", grid, masks), None, f"month {month:g}", month))
    return HipNodes("bench", "male", tuple(visits), "right")


def _arrays(size, lesionRadiusMm):
    """Head and lesion in KJI order."""
    middle = [(count - 1) / 2 * step for count, step in zip(size, SPACING_MM)]
    i, j, k = (np.arange(count) * step - center for count, step, center in zip(size, SPACING_MM, middle))
    k, j = k[:, None, None], j[None, :, None]
    ball = k ** 2 + j ** 2 + i ** 2 <= HEAD_RADIUS_MM ** 2
    return ball & (j < 0.394 * HEAD_RADIUS_MM), ball & (k ** 2 + (j + 14.0) ** 2 + i ** 2 <= lesionRadiusMm ** 2)


def _addSegmentation(name, grid, masks):
    from ONVolumetryLib.files.segment import Segment
    from ONVolumetryLib.files.segmentnames import HEAD, LESION
    from ONVolumetryLib.mrml.segmentwriting import addSegment, setReferenceGrid

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    setReferenceGrid(node, grid)
    return node, *(addSegment(node, Segment(standard.name, mask)) for standard, mask in zip((HEAD, LESION), masks))


def measureWithOurs(hip):
    """Volumes, surfaces, spheres, uncertainties, from the nodes; nothing is remembered, and no zones are located."""
    from ONVolumetryLib.mrml.logic import MeasurementLogic

    logic = MeasurementLogic(slicer.mrmlScene)
    return logic._measureVisits(hip, logic.segmentsOf(hip))


def segmentStatistics(hip) -> list[dict]:
    """Statistics of Slicer's module for each visit."""
    from SegmentStatistics import SegmentStatisticsLogic

    found = []
    for visit in hip.visits:
        logic = SegmentStatisticsLogic()
        parameters = logic.getParameterNode()
        parameters.SetParameter("Segmentation", visit.segmentation.GetID())
        for plugin in logic.plugins:
            name = plugin.__class__.__name__
            parameters.SetParameter(f"{name}.enabled", str(name in (LABELMAP, SURFACE)))
        logic.computeStatistics()
        found.append(logic.getStatistics())
    return found


def surfacesAndStatistics(hip) -> list[dict]:
    """With the closed surfaces, which the second plug-in measures, made anew."""
    for visit in hip.visits:
        visit.segmentation.RemoveClosedSurfaceRepresentation()
        visit.segmentation.CreateClosedSurfaceRepresentation()
    return segmentStatistics(hip)


def medianSeconds(call, repeats: int = REPEATS) -> float:
    """Processor time of a call, after a first one that is not counted."""
    call()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return statistics.median(times)


def rawVolumes(hip) -> list[tuple[str, int, float]]:
    """Name, voxel count and volume in mm3 of each segment as it was drawn, by our reading."""
    from ONVolumetryLib.mrml.segments import readSegments

    found = []
    for visit in hip.visits:
        for segment in readSegments(visit.segmentation, [visit.headSegmentId, visit.lesionSegmentId]).segments:
            count = segment.mask.voxelCount
            found.append((segment.name, count, count * segment.mask.grid.voxelVolumeMm3))
    return found


def theirVolumes(hip) -> list[tuple[str, int, float]]:
    """The same, by the label map plug-in."""
    return [(table[segmentId, "Segment"], table[segmentId, f"{LABELMAP}.voxel_count"],
             table[segmentId, f"{LABELMAP}.volume_mm3"])
            for visit, table in zip(hip.visits, segmentStatistics(hip))
            for segmentId in (visit.headSegmentId, visit.lesionSegmentId)]


def compare(size, isCropped: bool, repeats: int = REPEATS) -> dict[str, float]:
    """Times in s, and the ratios of theirs to ours."""
    slicer.mrmlScene.Clear(0)
    hip = addHip(size, isCropped)
    for visit in hip.visits:
        visit.segmentation.CreateClosedSurfaceRepresentation()
    ours = medianSeconds(lambda: measureWithOurs(hip), repeats)
    theirs = medianSeconds(lambda: segmentStatistics(hip), repeats)
    withSurfaces = medianSeconds(lambda: surfacesAndStatistics(hip), repeats)
    isEqual = all(name == other and count == otherCount and abs(volume / otherVolume - 1) < 1e-9
                  for (name, count, volume), (other, otherCount, otherVolume)
                  in zip(rawVolumes(hip), theirVolumes(hip), strict=True))
    slicer.mrmlScene.Clear(0)
    return {"ours": ours, "theirs": theirs, "withSurfaces": withSurfaces, "ratio": theirs / ours,
            "ratioWithSurfaces": withSurfaces / ours, "isEqual": isEqual}


def main() -> int:
    status = 0
    print(f"Three visits, processor time, median of {REPEATS}; Slicer {slicer.app.applicationVersion}")
    for size in SIZES:
        for isCropped in (True, False):
            found = compare(size, isCropped)
            print(f"{size[0]} x {size[1]} x {size[2]}, label images "
                  + ("cropped as the Segment Editor leaves them" if isCropped else "as large as the volume"))
            print(f"  ONVolumetry: volumes, surfaces, spheres, uncertainties  {found['ours'] * 1e3:8.1f} ms")
            print(f"  Segment Statistics, surfaces at hand                    {found['theirs'] * 1e3:8.1f} ms"
                  f"  = {found['ratio']:5.1f} x ours")
            print(f"  Segment Statistics, surfaces made                       {found['withSurfaces'] * 1e3:8.1f} ms"
                  f"  = {found['ratioWithSurfaces']:5.1f} x ours")
            print("  Segment volumes of the two are", "equal" if found["isEqual"] else "DIFFERENT", flush=True)
            status = status or int(not found["isEqual"])
    return status


if __name__ == "__main__":
    try:
        exitStatus = main()
    except Exception:
        traceback.print_exc()
        exitStatus = 1
    sys.stdout.flush()
    slicer.util.exit(exitStatus)
