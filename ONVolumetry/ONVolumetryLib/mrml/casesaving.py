"""From nodes of a scene to a case folder that the program measures with the same numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ..core.errors import CaseError, FileError, SegmentError
from ..core.geometry import GridGeometry
from ..files.case import CaseVisit, readCase, requireWritable, writeCase
from ..files.filecontext import namedFile
from ..files.images import readImage, writeImage
from ..files.landmarkfile import LANDMARK_FILE, writeLandmarks
from ..files.segmentations import writeSegmentation
from ..files.segmentnames import findHeadAndLesion
from ..files.serieswanted import ANY_SERIES, SeriesWanted
from ..files.transforms import writeTransformToBaseline
from ..files.visitfiles import fileStem
from .caseopening import Progress
from .casesource import caseInFolder, notedFile, noteFile
from .grids import volumeGrid, volumeVoxels
from .hipcase import caseOfHip
from .hipnodes import HipNodes, VisitNodes
from .landmarknodes import landmarksOfNode
from .pairnodes import isUsers
from .segments import readSegments
from .visittransforms import matrixOf, pairNode

CASE_FILE = "case.json"
FILES_OF_VISIT = ("transformToBaseline", "landmarks")


def saveCase(hip: HipNodes, folder, progress: Progress | None = None) -> Path:
    """Write a hip as a case folder; case.json comes last, so that a case is whole.

    An image whose file is unchanged is referred to where it is, so that two hips or two readers share it; another one
    is written beside the case, with its parent transform applied to its grid.

    :param folder: new, empty, or that of an earlier case of the same hip.
    :param progress: called with the fraction done (0 to 1) and the name of the visit.
    :return: path of case.json.
    :raises ONVolumetryError: something is missing, or the folder holds another case.
    """
    folder = Path(folder).absolute()
    case = caseInFolder(caseOfHip(hip), folder)
    for name, value in (("side", hip.side), ("sex", hip.sex)):
        if not value:
            raise CaseError(f"the {name} of the hip is not known; select it first")
    with namedFile(folder):
        _requireOwnFolder(folder, hip)
        # Before anything is written: half a case helps nobody.
        requireWritable(case, folder)
    nodes = {visit.label: visit for visit in hip.visits}
    visits = []
    for index, visit in enumerate(case.visits):
        if progress:
            progress(index / len(case.visits), visit.label)
        saved = _saveVisit(visit, nodes[visit.label], folder, case.side)
        visits.append(_withTransform(saved, pairNode(hip, nodes[visit.label]), folder))
    path = folder / CASE_FILE
    writeCase(path, replace(case, visits=tuple(visits), landmarks=_saveLandmarks(hip, case.landmarks, folder)))
    return path


def filesLeftOut(hip: HipNodes, folder) -> list[str]:
    """Names of the files of the hip's case that saveCase() cannot refer to, since they are not there."""
    case = caseInFolder(caseOfHip(hip), Path(folder).absolute())
    paths = [None if hip.landmarks is not None else case.landmarks,
             *(getattr(visit, name) for visit in case.visits for name in FILES_OF_VISIT)]
    return [path.name for path in paths if path is not None and not path.is_file()]


def _present(path: Path | None) -> Path | None:
    return path if path is not None and path.is_file() else None


def _saveLandmarks(hip: HipNodes, known: Path | None, folder: Path) -> Path | None:
    """The file of the landmarks: those of the scene, else the one that the case came with."""
    if hip.landmarks is None:
        return _present(known)
    placed = landmarksOfNode(hip.landmarks)
    if placed is None:
        return None
    writeLandmarks(folder / LANDMARK_FILE, placed)
    return folder / LANDMARK_FILE


def _requireOwnFolder(folder: Path, hip: HipNodes):
    path = folder / CASE_FILE
    if folder.exists() and not folder.is_dir():
        raise FileError("there is a file of that name; give a folder")
    if path.exists():
        earlier = readCase(path, requireFiles=False)
        if (earlier.hip, earlier.side) != (hip.hip, hip.side):
            raise FileError(f'the folder holds the case of hip "{earlier.hip}" ({earlier.side}); choose another folder')
    elif folder.is_dir() and any(folder.iterdir()):
        raise FileError(f"the folder holds other files and no {CASE_FILE}; choose a new or an empty folder")


def _saveVisit(visit: CaseVisit, nodes: VisitNodes, folder: Path, side: str) -> CaseVisit:
    visit = replace(visit, **{name: _present(getattr(visit, name)) for name in FILES_OF_VISIT})
    if not visit.done:
        return visit
    stem = fileStem(visit.label, visit.month)
    image = None if nodes.volume is None else _saveVolume(nodes.volume, folder / f"{stem}.nrrd", visit.series)
    if image is None or not image.is_dir():
        visit = replace(visit, series=ANY_SERIES)
    if nodes.segmentation is None:
        return replace(visit, image=image)
    path = folder / f"{stem}.seg.nrrd"
    return replace(visit, image=image, segmentation=path, segments=_saveSegmentation(nodes, path, side))


def _withTransform(visit: CaseVisit, pair, folder: Path) -> CaseVisit:
    """The visit with the file of the user's transform; one that was found is found again by the program."""
    if pair is None:
        return visit
    if not isUsers(pair):
        return replace(visit, transformToBaseline=None)
    path = folder / f"{fileStem(visit.label, visit.month)}.tfm"
    writeTransformToBaseline(path, matrixOf(pair))
    return replace(visit, transformToBaseline=path)


def _saveVolume(node, path: Path, series: SeriesWanted) -> Path:
    """The file of a volume: the one it was read from where that is still what the node holds, else a new one."""
    source = notedFile(node)
    voxels, grid = volumeVoxels(node), volumeGrid(node)
    if source and _isSameImage(Path(source), series, voxels, grid):
        return Path(source)
    writeImage(path, voxels, grid)
    noteFile(node, path)
    return path


def _isSameImage(path: Path, series: SeriesWanted, voxels: np.ndarray, grid: GridGeometry) -> bool:
    if not path.exists():
        return False
    try:
        image = readImage(path, series)
    except ValueError:
        return False
    return image.geometry.isSameLattice(grid) and np.array_equal(image.voxels, voxels)


def _saveSegmentation(nodes: VisitNodes, path: Path, side: str) -> dict[str, str]:
    """Write all segments, hidden ones too, and say which is which where their names do not."""
    segmentation = nodes.segmentation.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(index) for index in range(segmentation.GetNumberOfSegments())]
    read = readSegments(nodes.segmentation, ids)
    writeSegmentation(path, read)
    wanted = {"head": nodes.headSegmentId, "lesion": nodes.lesionSegmentId}
    nameOf = {segment.identifier: segment.name for segment in read.segments}
    try:
        found = findHeadAndLesion(read, side=side)
        if [segment.identifier if segment else "" for segment in found] == list(wanted.values()):
            return {}
    except SegmentError:
        pass
    return {role: nameOf[segmentId] for role, segmentId in wanted.items() if segmentId}
