"""Measuring many hips: what further worker processes gain and cost, and how fast a run goes on where it stopped.

Run as `python Testing/Benchmarks/manyhips.py [--hips 8] [--workers 2]`; `make bench` runs it too. On a computer that is
busy with other work the processor time tells more than the clock: it is the same for any number of workers where
nothing but measuring is done.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ONVolumetryLib.phantom.presets import PRESETS
from ONVolumetryLib.phantom.writer import writePhantom
from ONVolumetryLib.program.measurerun import RunOptions, measureInto

LARGEST_OVERHEAD = 0.15
LARGEST_KEPT_SHARE = 0.1


@dataclass(frozen=True)
class Cost:
    """Cost of a run in seconds: by the clock, of this process's processor time, and of its workers'."""

    clock: float
    own: float
    workers: float

    @property
    def processor(self) -> float:
        return self.own + self.workers


def makeHips(folder: Path, count: int) -> list[Path]:
    """Case files of the same synthetic hip under other names."""
    case = writePhantom(PRESETS["healed-101"], folder / "hip-0")
    data = json.loads(case.read_text(encoding="utf-8"))
    cases = [case]
    for index in range(1, count):
        copy = folder / f"hip-{index}"
        shutil.copytree(folder / "hip-0", copy)
        (copy / "case.json").write_text(json.dumps({**data, "hip": f"{index}", "patient": f"P{index}"}))
        cases.append(copy / "case.json")
    return cases


def costOf(cases: list[Path], output: Path, workers: int) -> Cost:
    """Measure without pictures."""
    clock, own = time.perf_counter(), time.process_time()
    before = _ofChildren()
    results = measureInto(output, cases, RunOptions(workers, isRendered=False))
    if results.failed:
        sys.exit(f"error: {results.failed[0].error}")
    return Cost(time.perf_counter() - clock, time.process_time() - own, _ofChildren() - before)


def _ofChildren() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hips", type=int, default=8)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onvolumetry-") as name:
        folder = Path(name)
        cases = makeHips(folder / "hips", arguments.hips)
        one = costOf(cases, folder / "one", 1)
        many = costOf(cases, folder / "many", arguments.workers)
        kept = costOf(cases, folder / "many", arguments.workers)
        same = all((folder / "one" / table).read_bytes() == (folder / "many" / table).read_bytes()
                   for table in ("measurements.csv", "measurements.json"))
    count = arguments.hips
    for text, cost in (("1 worker", one), (f"{arguments.workers} workers", many), ("again, all kept", kept)):
        print(f"{text:16s} {cost.clock / count:6.2f} s a hip by the clock, {cost.processor / count:6.2f} s of "
              f"processor time, of which {cost.own / count:5.3f} s outside the workers")
    overhead = many.processor / one.processor - 1
    print(f"{arguments.workers} workers are {one.clock / many.clock:.2f} times as fast by the clock; they need "
          f"{100 * overhead:+.1f} % processor time (limit +{100 * LARGEST_OVERHEAD:g} %); at most "
          f"{many.processor / max(many.own, 1e-9):.0f} workers can be kept busy")
    print(f"The tables are {'the same' if same else 'NOT THE SAME'}; keeping a hip costs "
          f"{100 * kept.processor / one.processor:.1f} % of measuring it (limit {100 * LARGEST_KEPT_SHARE:g} %)")
    return int(not same or overhead > LARGEST_OVERHEAD or kept.processor > LARGEST_KEPT_SHARE * one.processor)


if __name__ == "__main__":
    sys.exit(main())
