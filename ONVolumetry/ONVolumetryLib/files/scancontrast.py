"""Whether an MR series is weighted by T1 or T2: by its name, else by its timing."""

from __future__ import annotations

import re

import pydicom

T1, T2 = "T1", "T2"
# A short inversion recovery shows water as T2 does.
WORDS = {T1: re.compile(r"(?<![a-z0-9])t1(?![0-9])"), T2: re.compile(r"(?<![a-z0-9])(t2(?![0-9])|stir|tirm)")}
# Spin echo at 1.5 and 3 T: below both limits fat is bright and water dark; a late echo shows water bright.
LONGEST_T1_REPETITION_MS, LONGEST_T1_ECHO_MS, SHORTEST_T2_ECHO_MS = 1200.0, 30.0, 60.0


def contrastOfDataset(dataset: pydicom.Dataset) -> str | None:
    """ "T1" or "T2"; None for another modality, another contrast, or one that is not known."""
    if str(dataset.get("Modality", "")) != "MR":
        return None
    contrast = str(dataset.get("AcquisitionContrast") or "").upper()
    if contrast in (T1, T2):
        return contrast
    text = f'{dataset.get("SeriesDescription") or ""} {dataset.get("ProtocolName") or ""}'.casefold()
    named = [weight for weight, word in WORDS.items() if word.search(text)]
    if named:
        return named[0] if len(named) == 1 else None
    return _byTiming(_number(dataset, "RepetitionTime"), _number(dataset, "EchoTime"))


def _byTiming(repetitionMs: float | None, echoMs: float | None) -> str | None:
    if repetitionMs is None or echoMs is None:
        return None
    if repetitionMs <= LONGEST_T1_REPETITION_MS and echoMs <= LONGEST_T1_ECHO_MS:
        return T1
    return T2 if echoMs >= SHORTEST_T2_ECHO_MS and repetitionMs > LONGEST_T1_REPETITION_MS else None


def _number(dataset: pydicom.Dataset, keyword: str) -> float | None:
    try:
        value = dataset.get(keyword)
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None
