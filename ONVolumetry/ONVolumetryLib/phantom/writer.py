"""Case folders of synthetic hips: images, outlines, case.json and the truth beside them."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

from ..core.errors import FileError
from ..files.case import Case, CaseEnd, CaseVisit, caseAsJson, writeCase
from ..files.caseparser import parseCase
from ..files.filecontext import atomicPath, namedFile
from ..files.images import VolumeImage, writeImage
from ..files.landmarkfile import LANDMARK_FILE, writeLandmarks
from ..files.segmentations import Segment, Segmentation, writeSegmentation
from ..files.segmentnames import HEAD, LESION
from .background import backgroundHip, renderOnBackground
from .hip import PhantomHip, PhantomVisit, buildHip, requirePossible
from .image import renderImage
from .pelvis import landmarksOfHip, necroticArcsDegrees
from .settings import PhantomSettings, VisitPlan

TRUTH_SCHEMA = "onvolumetry-truth/1"
TRUTH_FILE, CASE_FILE = "truth.json", "case.json"
MM3_PER_CM3 = 1000.0


def writePhantom(settings: PhantomSettings, folder, backgroundImage: VolumeImage | None = None,
                 backgroundName: str | None = None) -> Path:
    """Make a synthetic hip and write its case folder.

    The truth comes first, so that a folder whose making was broken off can be used again; case.json comes last, so
    that a case is whole.

    :param folder: new, empty, or that of an earlier synthetic hip, which is replaced.
    :param backgroundImage: real scan to implant the lesion in.
    :param backgroundName: its name for the truth file.
    :return: path of case.json.
    :raises FileError: the folder holds something else.
    :raises ONVolumetryError: the settings cannot be made; nothing is written then.
    """
    folder = Path(folder)
    requireWritable(settings, folder, backgroundImage is not None)
    if backgroundImage is None:
        hip, background = buildHip(settings), None
    else:
        with namedFile(backgroundName or "background"):
            hip, background = backgroundHip(settings, backgroundImage)
    _clearFolder(folder)
    _writeJson(folder / TRUTH_FILE, truthOfHip(hip, backgroundName))
    for visit in hip.visits:
        if visit.done:
            image = renderImage(hip, visit) if background is None else renderOnBackground(hip, visit, background)
            writeImage(folder / f"{fileStem(visit.plan)}.nrrd", image, visit.grid)
            writeSegmentation(folder / f"{fileStem(visit.plan)}.seg.nrrd", visitSegmentation(visit))
    if background is None:
        writeLandmarks(folder / LANDMARK_FILE, landmarksOfHip(hip))
    writeCase(folder / CASE_FILE, _case(settings, folder, hasLandmarks=background is None))
    return folder / CASE_FILE


def requireWritable(settings: PhantomSettings, folder: Path, hasBackground: bool = False):
    """Refuse settings of which no hip can be made, or whose case could not be read back.

    :param hasBackground: whether the lesion goes into a real scan.
    :raises ONVolumetryError: what is wrong with them.
    """
    requirePossible(settings, hasBackground)
    parseCase(caseAsJson(_case(settings, folder), folder.absolute()), folder.absolute(), requireFiles=False)


def fileStem(plan: VisitPlan) -> str:
    """Name of a visit's files: its label before surgery, "m3" for three months after it."""
    name = plan.label if plan.month <= 0 else f"m{plan.month:g}"
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "visit"


def visitSegmentation(visit: PhantomVisit) -> Segmentation:
    """Head and lesion as the two standard segments; the head holds the lesion."""
    pairs = ((HEAD, visit.headMask, "head"), (LESION, visit.lesionMask, "lesion"))
    return Segmentation(tuple(Segment(standard.name, mask, identifier, standard.colorRgb, "completed",
                                      standard.terminologyEntry) for standard, mask, identifier in pairs), visit.grid)


def truthOfHip(hip: PhantomHip, backgroundName: str | None = None) -> dict[str, Any]:
    """What is exactly known of a synthetic hip, as written to truth.json."""
    settings = hip.settings
    return {
        "schema": TRUTH_SCHEMA, "hip": settings.hip, "side": settings.anatomy.side, "sex": settings.anatomy.sex,
        "seed": settings.seed, "background": backgroundName,
        "parameters": {"anatomy": _snakeCase(settings.anatomy), "scan": _snakeCase(settings.scan)},
        "visits": [_truthOfVisit(hip, visit) for visit in hip.visits],
    }


def _truthOfVisit(hip: PhantomHip, visit: PhantomVisit) -> dict[str, Any]:
    if not visit.done:
        return {"label": visit.plan.label, "month": visit.plan.month, "status": "not done"}
    residual = 100 * visit.onv.volumeMm3 / hip.visits[0].onv.volumeMm3
    return {
        "label": visit.plan.label, "month": visit.plan.month,
        "onv_cm3": visit.onv.volumeMm3 / MM3_PER_CM3,
        "onv_method": visit.onv.method,
        "onv_accuracy_percent": visit.onv.accuracyPercent,
        "fhv_cm3": visit.head.volumeMm3 / MM3_PER_CM3,
        "fhv_method": "closed form",
        "onv_percent": visit.onvPercent,
        "residual_percent": residual,
        # Each lesion lies within the one before it, so that nothing new appears.
        "gross_regeneration_percent": 100 - residual,
        "new_lesion_percent": 0.0,
        "sphere_center_ras_mm": visit.centerRas.tolist(),
        "sphere_radius_mm": visit.head.radiusMm,
        "necrotic_arcs_degrees": necroticArcsDegrees(visit),
        "femur_baseline_to_visit_ras": hip.baselineToVisit(visit).tolist(),
        "pelvis_baseline_to_visit_ras": hip.patientBaselineToVisit(visit).tolist(),
    }


def _case(settings: PhantomSettings, folder: Path, hasLandmarks: bool = False) -> Case:
    visits = tuple(_caseVisit(plan, folder) for plan in settings.visits)
    end = None if settings.endReason is None else CaseEnd(settings.endReason, settings.endMonth)
    subject = {"synthetic": True} if settings.healed is None else {"healed": settings.healed, "synthetic": True}
    landmarks = folder.absolute() / LANDMARK_FILE if hasLandmarks else None
    return Case(settings.hip, settings.patient or f"P-{settings.hip}", settings.anatomy.side, settings.anatomy.sex,
                visits, subject, end, landmarks)


def _caseVisit(plan: VisitPlan, folder: Path) -> CaseVisit:
    if plan.percent is None:
        return CaseVisit(plan.label, plan.month, done=False)
    stem = folder.absolute() / fileStem(plan)
    return CaseVisit(plan.label, plan.month, image=stem.with_name(f"{stem.name}.nrrd"),
                     segmentation=stem.with_name(f"{stem.name}.seg.nrrd"))


def _clearFolder(folder: Path):
    """Remove what an earlier synthetic hip left; refuse any other folder that holds something."""
    with namedFile(folder):
        if folder.exists() and not folder.is_dir():
            raise FileError("there is a file of that name; give a folder")
        if folder.is_dir() and any(folder.iterdir()):
            if not _isPhantomFolder(folder):
                raise FileError("the folder holds files that are not a synthetic hip; give a new or an empty folder")
            for name in (CASE_FILE, LANDMARK_FILE):
                (folder / name).unlink(missing_ok=True)
            for visit in json.loads((folder / TRUTH_FILE).read_text(encoding="utf-8"))["visits"]:
                stem = fileStem(VisitPlan(visit["label"], visit["month"], None))
                for ending in (".nrrd", ".seg.nrrd"):
                    (folder / f"{stem}{ending}").unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)


def _isPhantomFolder(folder: Path) -> bool:
    try:
        truth = json.loads((folder / TRUTH_FILE).read_text(encoding="utf-8"))
        return truth["schema"] == TRUTH_SCHEMA and isinstance(truth["visits"], list)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _snakeCase(settings) -> dict[str, Any]:
    return {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", field.name).lower(): getattr(settings, field.name)
            for field in dataclasses.fields(settings)}


def _writeJson(path: Path, content: dict[str, Any]):
    with namedFile(path), atomicPath(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
