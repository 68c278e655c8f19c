"""From the JSON of a case to a Case, every field checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import CaseError
from .casedata import FROM_FIRST_SCAN, FROM_SURGERY, Case, CaseApproval, CaseEnd, CaseStage, CaseVisit
from .fields import (
    requireBoolean,
    requireChoice,
    requireFileName,
    requireFinite,
    requireKeys,
    requireKnownKeys,
    requireNumber,
    requireObject,
    requireScalars,
    requireText,
    show,
)
from .serieswanted import SeriesWanted

CASE_SCHEMA = "onvolumetry-case/1"
CASE_KEYS = ("schema", "hip", "patient", "side", "sex", "subject", "end", "landmarks", "source_dicom", "visits",
             "settings", "months_from")
VISIT_KEYS = ("label", "month", "status", "image", "series_instance_uid", "series_number", "segmentation", "segments",
              "lesion_absent", "transform_to_baseline", "landmarks", "reader", "stage", "jic_zones", "acp_zones",
              "source_dicom", "approval", "not_done_reason")
# What a visit that was not done cannot have.
SCAN_KEYS = ("image", "series_instance_uid", "series_number", "segmentation", "segments", "lesion_absent",
             "transform_to_baseline", "landmarks", "jic_zones", "acp_zones", "source_dicom", "approval")
SIDES = ("left", "right")
SEXES = ("male", "female")
END_REASONS = ("arthroplasty", "withdrawn", "lost")
JIC_ZONES = ("A", "B", "C1", "C2")
ACP_ZONES = ("A2", "A1", "C", "P")


def parseCase(data: Any, folder: Path, requireFiles: bool = True) -> Case:
    """Check the content of a case.json.

    :param data: parsed JSON.
    :param folder: where relative paths start.
    :param requireFiles: refuse a path at which there is nothing.
    :raises CaseError: a field is absent, unknown, of the wrong type, or contradicts another.
    """
    if not isinstance(data, dict):
        raise CaseError("the file does not hold one JSON object; write {...}")
    requireKeys(data, "", {"schema": f'"{CASE_SCHEMA}"'})
    requireChoice(data["schema"], "schema", [CASE_SCHEMA])
    requireKnownKeys(data, "", CASE_KEYS)
    requireKeys(data, "", {"hip": "name of this hip", "side": '"left" or "right"', "sex": '"male" or "female"',
                           "visits": "list of visits"})
    paths = _Paths(folder, requireFiles)
    hip = requireFileName(data["hip"], "hip")
    settings = dict(requireObject(data.get("settings", {}), "settings"))
    requireFinite(settings, "settings")
    visits = _visits(data["visits"], paths)
    end = _end(data["end"]) if "end" in data else None
    _requireVisitsBeforeEnd(visits, end)
    return Case(
        hip=hip,
        patient=requireText(data["patient"], "patient") if "patient" in data else hip,
        side=requireChoice(data["side"], "side", SIDES),
        sex=requireChoice(data["sex"], "sex", SEXES),
        visits=visits,
        subject=requireScalars(data.get("subject", {}), "subject"),
        end=end,
        landmarks=paths.file(data, "landmarks", ""),
        sourceDicom=paths.anything(data, "source_dicom", ""),
        settings=settings,
        monthsFrom=requireChoice(data.get("months_from", FROM_SURGERY), "months_from", (FROM_SURGERY, FROM_FIRST_SCAN)),
    )


class _Paths:
    """Turns the paths of a case into absolute ones."""

    def __init__(self, folder: Path, requireFiles: bool):
        self.folder = folder
        self.requireFiles = requireFiles

    def anything(self, holder: Mapping[str, Any], key: str, prefix: str) -> Path | None:
        """Path that need not exist yet."""
        if key not in holder:
            return None
        return Path(os.path.abspath(self.folder / requireText(holder[key], prefix + key)))

    def file(self, holder: Mapping[str, Any], key: str, prefix: str, mayBeFolder: bool = False) -> Path | None:
        """Path at which there must be a file."""
        path = self.anything(holder, key, prefix)
        if path is None or not self.requireFiles:
            return path
        if not path.exists():
            raise CaseError(f"{prefix}{key}: no such file {path}; correct the path (relative ones start at the folder "
                            "of the case file)")
        if path.is_dir() and not mayBeFolder:
            raise CaseError(f"{prefix}{key}: {path} is a folder; give the file")
        return path


def _requireVisitsBeforeEnd(visits, end: CaseEnd | None):
    for visit in visits:
        if end is not None and visit.done and visit.month > end.month:
            raise CaseError(f'end.month: visit "{visit.label}" was done at month {visit.month:g}, after the end of '
                            f'follow-up at month {end.month:g}; correct one of the two or give the visit the status '
                            '"not done"')


def _end(value: Any) -> CaseEnd:
    end = requireObject(value, "end")
    requireKnownKeys(end, "end", ("reason", "month"))
    requireKeys(end, "end", {"reason": " or ".join(END_REASONS), "month": "months since surgery"})
    return CaseEnd(requireChoice(end["reason"], "end.reason", END_REASONS), requireNumber(end["month"], "end.month"))


def _visits(value: Any, paths: _Paths) -> tuple[CaseVisit, ...]:
    if not isinstance(value, list):
        raise CaseError(f"visits: {show(value)} is not a list; write [{{...}}, ...]")
    if not value:
        raise CaseError("visits: the list is empty; add at least the visit before surgery")
    visits = [_visit(item, f"visits[{index}]", paths) for index, item in enumerate(value)]
    for index, visit in enumerate(visits):
        for other in range(index):
            if visits[other].month == visit.month:
                raise CaseError(f"visits[{index}].month: visits[{other}] has the same month {visit.month:g}; give each "
                                "visit its own")
            if visits[other].label.casefold() == visit.label.casefold():
                raise CaseError(f"visits[{index}].label: visits[{other}] has the same label {show(visit.label)}; give "
                                "each visit its own")
    if all(visit.month > 0 for visit in visits):
        raise CaseError("visits: there is no baseline, which is a visit at month 0 or earlier; add it or correct the "
                        "months")
    return tuple(sorted(visits, key=lambda visit: visit.month))


def _visit(value: Any, name: str, paths: _Paths) -> CaseVisit:
    visit = requireObject(value, name)
    prefix = f"{name}."
    requireKnownKeys(visit, name, VISIT_KEYS)
    requireKeys(visit, name, {"label": "name of the visit", "month": "months since surgery, 0 or less before it"})
    done = requireChoice(visit.get("status", "done"), f"{prefix}status", ("done", "not done")) == "done"
    for key in SCAN_KEYS:
        if not done and key in visit:
            raise CaseError(f'{prefix}{key}: the visit is said to be "not done"; remove this key or the status')
    return CaseVisit(
        label=requireFileName(visit["label"], f"{prefix}label"),
        month=requireNumber(visit["month"], f"{prefix}month"),
        done=done,
        image=paths.file(visit, "image", prefix, mayBeFolder=True),
        segmentation=paths.file(visit, "segmentation", prefix),
        segments=_segments(visit, prefix),
        lesionAbsent=requireBoolean(visit.get("lesion_absent", False), f"{prefix}lesion_absent"),
        transformToBaseline=paths.file(visit, "transform_to_baseline", prefix),
        landmarks=paths.file(visit, "landmarks", prefix),
        reader=requireText(visit["reader"], f"{prefix}reader") if "reader" in visit else None,
        stage=_stage(visit["stage"], f"{prefix}stage") if "stage" in visit else None,
        jicZones=_zones(visit, "jic_zones", prefix, JIC_ZONES),
        acpZones=_zones(visit, "acp_zones", prefix, ACP_ZONES),
        sourceDicom=paths.anything(visit, "source_dicom", prefix),
        approval=_approval(visit["approval"], f"{prefix}approval") if "approval" in visit else None,
        notDoneReason=_notDoneReason(visit, prefix, done),
        series=_series(visit, prefix),
    )


def _series(visit: Mapping[str, Any], prefix: str) -> SeriesWanted:
    if "series_instance_uid" in visit and "series_number" in visit:
        raise CaseError(f"{prefix}series_number: series_instance_uid names the series already; remove one of the two")
    if "series_instance_uid" in visit:
        return SeriesWanted(uid=requireText(visit["series_instance_uid"], f"{prefix}series_instance_uid"))
    if "series_number" not in visit:
        return SeriesWanted()
    number = visit["series_number"]
    if isinstance(number, bool) or not isinstance(number, int):
        raise CaseError(f"{prefix}series_number: {show(number)} is not a whole number; write it without quotes")
    return SeriesWanted(number=number)


def _approval(value: Any, name: str) -> CaseApproval:
    approval = requireObject(value, name)
    keys = ("reader", "time", "software", "outlines_sha256")
    requireKnownKeys(approval, name, keys)
    requireKeys(approval, name, dict.fromkeys(keys, "as the 3D Slicer module writes it"))
    return CaseApproval(*(requireText(approval[key], f"{name}.{key}") for key in keys))


def _notDoneReason(visit: Mapping[str, Any], prefix: str, done: bool) -> str | None:
    if "not_done_reason" not in visit:
        return None
    if done:
        raise CaseError(f'{prefix}not_done_reason: the visit was done; remove this key or say "status": "not done"')
    return requireText(visit["not_done_reason"], f"{prefix}not_done_reason")


def _segments(visit: Mapping[str, Any], prefix: str) -> dict[str, str | int]:
    name = f"{prefix}segments"
    segments = requireObject(visit.get("segments", {}), name)
    requireKnownKeys(segments, name, ("head", "lesion"))
    for role, wanted in segments.items():
        isLabel = isinstance(wanted, int) and not isinstance(wanted, bool) and wanted > 0
        if not isLabel and not (isinstance(wanted, str) and wanted.strip()):
            raise CaseError(f"{name}.{role}: {show(wanted)} is neither a name nor a label; write the segment's name in "
                            "quotes or its label as a whole number above 0")
    return dict(segments)


def _stage(value: Any, name: str) -> CaseStage:
    stage = requireObject(value, name)
    requireKnownKeys(stage, name, ("system", "value"))
    requireKeys(stage, name, {"system": 'such as "ARCO"', "value": 'such as "II"'})
    return CaseStage(requireText(stage["system"], f"{name}.system"), requireText(stage["value"], f"{name}.value"))


def _zones(visit: Mapping[str, Any], key: str, prefix: str, known: tuple[str, ...]) -> tuple[str, ...] | None:
    """Zones as text ("A B", "-" for none, as in the table of results) or as a list; in the usual order."""
    if key not in visit:
        return None
    value = visit[key]
    zones = value.split() if isinstance(value, str) else value
    if isinstance(value, str) and value.strip() == "-":
        zones = []
    elif isinstance(value, str) and not zones:
        zones = None
    if not isinstance(zones, list) or any(zone not in known for zone in zones) or len(set(zones)) < len(zones):
        raise CaseError(f'{prefix}{key}: {show(value)} is not a set of zones; write some of "{" ".join(known)}", or '
                        '"-" for none')
    return tuple(zone for zone in known if zone in zones)
