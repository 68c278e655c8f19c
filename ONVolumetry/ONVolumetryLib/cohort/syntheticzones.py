"""Invented zones: the smaller a lesion, the fewer zones it reaches; counts as the paper prints them."""

from __future__ import annotations

import numpy as np

from . import papernumbers as paper
from .zones import ACP, JIC, ZoneSystem

# How strongly size decides which hips have a zone; the rest is chance.
CHANCE = 0.35


def paperZones(generator: np.random.Generator, onvPercent: np.ndarray, imaged: np.ndarray
               ) -> dict[str, list[list[tuple[str, ...] | None]]]:
    """Zones of the 20 hips, by system; the paper prints no counts at 3 months, so that half of the lost zones go then.

    :param onvPercent: (hips, 3), NaN = not measured.
    :param imaged: (hips, 3) of bool.
    """
    size = np.where(np.isnan(onvPercent), np.nanmean(onvPercent, axis=0), onvPercent)
    result = {}
    for system in (JIC, ACP):
        present = np.zeros((*imaged.shape, len(system.zones)), dtype=bool)
        for index, zone in enumerate(system.zones):
            present[:, :, index] = _zoneAtVisits(generator, zone, size, imaged)
        result[system.name] = namedZones(system, present, imaged)
    return result


def _zoneAtVisits(generator, zone: str, size: np.ndarray, imaged: np.ndarray) -> np.ndarray:
    everybody = np.ones(len(size), dtype=bool)
    first = _largest(generator, size[:, 0], everybody, paper.ZONES_PREOP[zone])
    last = _largest(generator, size[:, 2], first & imaged[:, 2], paper.ZONES_12_MONTHS[zone])
    lost = first & ~last
    middle = last | _largest(generator, size[:, 1], lost, int(np.sum(lost)) // 2)
    return np.column_stack([first, middle, last])


def _largest(generator, size: np.ndarray, among: np.ndarray, count: int) -> np.ndarray:
    """The `count` hips of a set that are largest, with some chance."""
    score = np.log(size) + CHANCE * generator.standard_normal(len(size))
    order = np.argsort(np.where(among, -score, np.inf), kind="stable")
    chosen = np.zeros(len(size), dtype=bool)
    chosen[order[:count]] = True
    return chosen & among


def randomZones(generator: np.random.Generator, onvPercent: np.ndarray, imaged: np.ndarray
                ) -> dict[str, list[list[tuple[str, ...] | None]]]:
    """Zones of any number of hips, each zone about as frequent as the paper's at such a size of lesion."""
    scores = generator.standard_normal((len(onvPercent), 1, 4))
    # Hips without a volume have no scan either, so that any size will do for them.
    size = np.where(np.isnan(onvPercent), 1.0, onvPercent)
    result = {}
    for system in (JIC, ACP):
        needed = np.log([_typicalSize(zone) for zone in system.zones])
        present = np.log(np.maximum(size, 1e-3))[:, :, None] + CHANCE * scores > needed
        result[system.name] = namedZones(system, present, imaged)
    return result


def _typicalSize(zone: str) -> float:
    """ONV % at which about half of the lesions reach a zone."""
    share = paper.ZONES_12_MONTHS[zone] / paper.IMAGED_AT_12_MONTHS
    return float(2.2 * np.exp(1.6 * (0.7 - share)))


def namedZones(system: ZoneSystem, present: np.ndarray, imaged: np.ndarray) -> list[list[tuple[str, ...] | None]]:
    """Names of the zones of each hip and visit; None where there was no scan."""
    return [[tuple(zone for zone, isThere in zip(system.zones, present[hip, visit]) if isThere)
             if imaged[hip, visit] else None for visit in range(imaged.shape[1])] for hip in range(len(imaged))]
