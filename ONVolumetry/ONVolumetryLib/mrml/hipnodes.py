"""Which nodes of the scene make up a hip and its visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..files.casedata import FROM_SURGERY, Case, CaseApproval, CaseEnd


@dataclass(frozen=True, eq=False)
class VisitNodes:
    """One visit in the scene.

    :param segmentation: vtkMRMLSegmentationNode with the outlines; None where nothing is outlined yet.
    :param headSegmentId: segment ID of the femoral head, "" for none.
    :param lesionSegmentId: segment ID of the lesion, "" for none.
    :param volume: vtkMRMLScalarVolumeNode that was outlined, whose slices count; None where it is not loaded.
    :param label: name of the visit.
    :param month: months since surgery (0 or less before it), or since the first scan.
    :param done: False for a planned visit that was not done.
    :param notDoneReason: why it was not done, in words; "" where nobody said.
    :param reader: who outlined the visit, "" where nobody said.
    :param approval: of the outlines by a reader; None where nobody approved them.
    """

    segmentation: Any = None
    headSegmentId: str = ""
    lesionSegmentId: str = ""
    volume: Any = None
    label: str = "preop"
    month: float = 0.0
    done: bool = True
    notDoneReason: str = ""
    reader: str = ""
    approval: CaseApproval | None = None


@dataclass(frozen=True, eq=False)
class HipNodes:
    """One hip in the scene.

    :param hip: name of the hip.
    :param sex: "male" or "female"; the sphere-adjusted volume depends on it.
    :param visits: one or more visits, in any order.
    :param side: "left" or "right"; None where nobody has said.
    :param patient: pseudonym that ties two hips together; the hip's name where it is "".
    :param settings: settings under their file keys, as in case.json; defaults of the method where absent.
    :param subject: covariates under their file keys; scalars.
    :param end: why and when the hip left the follow-up; None where it did not.
    :param source: the case that the hip was opened from, for what the scene does not hold; None for a new hip.
    :param landmarks: vtkMRMLMarkupsFiducialNode with the landmarks in the baseline's space; None where there is none.
    :param owner: vtkMRMLScriptedModuleNode that holds the hip in the scene and refers to its result; None where the
        result is found by the segmentations.
    :param monthsFrom: what the months are counted from, as in a case: "surgery" or "first scan".
    """

    hip: str
    sex: str
    visits: tuple[VisitNodes, ...]
    side: str | None = None
    patient: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    subject: Mapping[str, Any] = field(default_factory=dict)
    end: CaseEnd | None = None
    source: Case | None = None
    owner: Any = None
    landmarks: Any = None
    monthsFrom: str = FROM_SURGERY
