"""Zones of the lesion as the rows hold them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import FileError
from .table import NOT_DONE, CohortTable

NO_ZONE = "-"


@dataclass(frozen=True)
class ZoneSystem:
    """A division of the femoral head.

    :param column: of the rows; `zones` in the order of display.
    """

    column: str
    name: str
    zones: tuple[str, ...]


JIC = ZoneSystem("jic_zones", "JIC", ("A", "B", "C1", "C2"))
ACP = ZoneSystem("acp_zones", "ACP", ("A2", "A1", "C", "P"))
SYSTEMS = (JIC, ACP)


@dataclass(frozen=True, eq=False)
class ZoneStates:
    """Zones of all hips at all visits.

    :param present: (hips, visits, zones) of bool.
    :param known: (hips, visits): zones were read.
    :param imaged: (hips, visits): there was a scan; zones that were not read on it are not measurable.
    """

    system: ZoneSystem
    present: np.ndarray
    known: np.ndarray
    imaged: np.ndarray


def zoneStates(table: CohortTable, system: ZoneSystem) -> ZoneStates:
    """Read the zones of a system.

    :raises FileError: a cell names a zone that the system does not have.
    """
    texts = table.values(system.column).to_numpy(dtype=object)
    status = table.values("visit_status").to_numpy(dtype=object)
    month = table.values("month").to_numpy(dtype=float)
    known = np.array([[isinstance(text, str) for text in row] for row in texts]).reshape(texts.shape)
    present = np.zeros((*texts.shape, len(system.zones)), dtype=bool)
    parsed: dict[str, np.ndarray] = {}
    for hip, visit in zip(*np.nonzero(known)):
        text = texts[hip, visit]
        if text not in parsed:
            parsed[text] = _parsed(text, system, table.hips.index[hip], table.visits[visit].label)
        present[hip, visit] = parsed[text]
    notDone = np.array([[text == NOT_DONE for text in row] for row in status]).reshape(texts.shape)
    imaged = known | ~(np.isnan(month) | notDone)
    return ZoneStates(system, present, known, imaged)


def _parsed(text: str, system: ZoneSystem, hip: str, visit: str) -> np.ndarray:
    names = [] if text == NO_ZONE else text.upper().split()
    for name in names:
        if name not in system.zones:
            raise FileError(f"hip {hip!r}, visit {visit!r}, column {system.column}: {name!r} is not a zone; the zones "
                            f"are {' '.join(system.zones)}, '-' is none")
    return np.array([zone in names for zone in system.zones])
