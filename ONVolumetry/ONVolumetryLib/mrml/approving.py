"""A reader's approval of the outlines of a visit, in the scene."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from .. import __version__
from ..core.errors import CaseError
from ..files.casedata import CaseApproval

NOT_APPROVED, APPROVED, CHANGED = "not approved", "approved", "changed after approval"


def approve(visitRecord: Mapping[str, Any], reader: str) -> CaseApproval:
    """The approval of a visit as it was measured, at this moment.

    :param visitRecord: entry of "visits" in the record of a hip.
    :param reader: initials.
    :raises CaseError: the reader is not named, or there is nothing to approve.
    """
    if not reader.strip():
        raise CaseError("the reader is not named; enter the reader's initials")
    if visitRecord["visit_status"] != "done" or not visitRecord.get("outlines_sha256"):
        raise CaseError(f'the visit "{visitRecord["visit"]}" has no outlines to approve')
    time = dt.datetime.now(dt.timezone.utc).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return CaseApproval(reader.strip(), time, f"ONVolumetry {__version__}", visitRecord["outlines_sha256"])


def approvalState(approval: CaseApproval | None, outlinesSha256: str | None) -> str:
    """One of the three states of a visit.

    :param outlinesSha256: fingerprint of the outlines at hand.
    """
    if approval is None:
        return NOT_APPROVED
    return APPROVED if approval.outlinesSha256 == outlinesSha256 else CHANGED
