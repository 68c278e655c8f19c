"""From a case folder, as the program reads it, to nodes of a scene."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..core.errors import CaseError
from ..core.mask import Mask
from ..files.case import Case, CaseVisit, readCase
from ..files.filecontext import namedFile
from ..files.images import VolumeImage, readImage
from ..files.landmarkfile import readLandmarks
from ..files.outlines import COMPLETED
from ..files.segment import Segment, Segmentation
from ..files.segmentations import readSegmentation
from ..files.segmentnames import LESION, findHeadAndLesion
from ..files.transforms import readTransformToBaseline
from .casesource import noteFile
from .hipnodes import HipNodes, VisitNodes
from .landmarknodes import addLandmarks
from .pairnodes import pairFor, setUserTransform
from .segmentwriting import addSegment, setReferenceGrid, vtkMatrix
from .visittransforms import baselineOfChange

Progress = Callable[[float, str], None]


def openCase(scene, path, progress: Progress | None = None) -> HipNodes:
    """Open a case: one volume and one segmentation a visit, read exactly as the program reads them.

    :param path: case.json or the folder that holds it.
    :param progress: called with the fraction done (0 to 1) and the name of the visit; may raise to cancel.
    :return: the hip; its nodes are in the scene, and none are where an error is raised.
    :raises ONVolumetryError: a file cannot be read or contradicts another; the text begins with the file.
    """
    path = Path(path)
    case = readCase(path / "case.json" if path.is_dir() else path)
    added: list = []
    try:
        visits = []
        for index, visit in enumerate(case.visits):
            if progress:
                progress(index / len(case.visits), visit.label)
            visits.append(_openVisit(scene, case, visit, added))
        landmarks = None
        if case.landmarks is not None:
            landmarks = addLandmarks(scene, readLandmarks(case.landmarks), f"{case.hip} landmarks")
            added.append(landmarks)
        hip = HipNodes(case.hip, case.sex, tuple(visits), case.side, case.patient, dict(case.settings),
                       dict(case.subject), case.end, case, landmarks=landmarks, monthsFrom=case.monthsFrom)
        _openTransforms(scene, hip, added)
    except BaseException:
        for node in added:
            _remove(scene, node)
        raise
    for visit, nodes in zip(case.visits, visits):
        if nodes.volume is not None:
            # So that saving need not copy a volume that is unchanged.
            noteFile(nodes.volume, visit.image)
    return hip


def addVolume(scene, image: VolumeImage, name: str):
    """Add an image as a volume.

    :return: vtkMRMLScalarVolumeNode with a copy of the voxels.
    """
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", scene.GenerateUniqueName(name))
    fillVolume(node, image)
    node.CreateDefaultDisplayNodes()
    return node


def fillVolume(node, image: VolumeImage):
    """Give a vtkMRMLScalarVolumeNode a copy of the voxels of an image, and its grid."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    voxels = np.ascontiguousarray(image.voxels)
    data = vtk.vtkImageData()
    data.SetDimensions(*image.geometry.sizeIjk)
    scalars = numpy_to_vtk(voxels.ravel(), deep=True)
    scalars.SetName("ImageScalars")
    data.GetPointData().SetScalars(scalars)
    node.SetAndObserveImageData(data)
    node.SetIJKToRASMatrix(vtkMatrix(image.geometry.ijkToRas))


def addSegmentation(scene, segmentation: Segmentation, name: str) -> tuple:
    """Add a segmentation.

    :return: vtkMRMLSegmentationNode and the segment IDs in the order of the segments.
    """
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", scene.GenerateUniqueName(name))
    node.CreateDefaultDisplayNodes()
    setReferenceGrid(node, segmentation.grid)
    return node, [addSegment(node, segment) for segment in segmentation.segments]


def _openTransforms(scene, hip: HipNodes, added: list):
    """Take over the user's transforms; one to no baseline is left alone, as the program does."""
    baseline = baselineOfChange(hip.visits)
    for planned, visit in zip(hip.source.visits, hip.visits):
        path = planned.transformToBaseline
        if path is not None and visit.done and baseline is not None and visit.month > baseline.month:
            matrix = readTransformToBaseline(path)
            added.append(pairFor(scene, hip, visit))
            setUserTransform(added[-1], matrix)


def _remove(scene, node):
    displays = [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]
    for part in (*displays, node):
        scene.RemoveNode(part)


def _openVisit(scene, case: Case, visit: CaseVisit, added: list) -> VisitNodes:
    common = {"label": visit.label, "month": visit.month, "reader": visit.reader or "", "approval": visit.approval}
    if not visit.done:
        return VisitNodes(**common, done=False, notDoneReason=visit.notDoneReason or "")
    volume = node = None
    ids = ("", "")
    image = None if visit.image is None else readImage(visit.image, visit.series)
    if image is not None:
        volume = addVolume(scene, image, f"{case.hip} {visit.label}")
        added.append(volume)
    if visit.segmentation is not None or visit.lesionAbsent:
        segmentation, ids = _outlines(case, visit, image)
        node, found = addSegmentation(scene, segmentation, f"{case.hip} {visit.label} outlines")
        added.append(node)
        ids = tuple("" if index is None else found[index] for index in ids)
        if volume is not None:
            node.SetNodeReferenceID(node.GetReferenceImageGeometryReferenceRole(), volume.GetID())
    return VisitNodes(node, *ids, volume, **common)


def _outlines(case: Case, visit: CaseVisit, image: VolumeImage | None) -> tuple[Segmentation, tuple]:
    """Segments of a visit, and which of them (by index) is the head and which the lesion."""
    if visit.segmentation is None:
        if image is None:
            raise CaseError(f'{case.path}: the visit "{visit.label}" has neither image nor segmentation; add one')
        segmentation, head, lesion = Segmentation((), image.geometry), None, None
    else:
        segmentation = readSegmentation(visit.segmentation, image)
        with namedFile(visit.segmentation):
            head, lesion = findHeadAndLesion(segmentation, visit.segments, case.side)
    segments = list(segmentation.segments)
    if visit.lesionAbsent:
        segments, lesion = _withAbsentLesion(segments, lesion, segmentation)
    index = {id(segment): number for number, segment in enumerate(segments)}
    return (Segmentation(tuple(segments), segmentation.grid),
            tuple(None if segment is None else index[id(segment)] for segment in (head, lesion)))


def _withAbsentLesion(segments: list[Segment], lesion: Segment | None, segmentation: Segmentation):
    """State "no lesion left" as 3D Slicer does: an empty segment whose status is "completed"."""
    if lesion is not None and not lesion.mask.isEmpty:
        return segments, lesion
    empty = Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), segmentation.grid)
    absent = Segment(LESION.name, empty, LESION.role, LESION.colorRgb, COMPLETED, LESION.terminologyEntry)
    return [segment for segment in segments if segment is not lesion] + [absent], absent
