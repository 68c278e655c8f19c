"""Error and time of registration on real hips beside SimpleITK's default set-up on the same pairs, in one run.

Run as `python Testing/Benchmarks/registrationbench.py DATA [--runs N]`, where DATA holds the folders case-04,
case-05 and case-07 of coronal T1 scans of the pelvis (CPTAC-UCEC, The Cancer Imaging Archive,
DOI 10.7937/k9/tcia.2018.3r3juisw).
The exit status is 1 when an aim is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import SimpleITK
from changebench import changeAims
from ONVolumetryLib.core.registration.register import registerFollowup
from ONVolumetryLib.core.registration.result import RegistrationVisit
from realpairs import HIPS, Pair, makePair

# Mean and worst error in mm.
AIMS_MM = {False: (0.15, 0.4), True: (0.3, 0.7)}
NAMES = {False: "patient moved", True: "femur turned"}
LARGEST_SECONDS = 5.0
WRONG_PAIRS = 30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--runs", type=int, default=30, help="pairs of each kind")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--no-peer", action="store_true", help="leave SimpleITK's own set-up out")
    arguments = parser.parse_args()
    aims, visits, errors = [], [], []
    for isFemurTurned, name in NAMES.items():
        found = []
        for run in range(arguments.runs):
            pair = makePair(arguments.data, run % len(HIPS), arguments.seed + run, isFemurTurned)
            found.append(measured(pair, not arguments.no_peer))
            errors.append(found[-1]["difference"])
            if len(visits) < len(HIPS) and isFemurTurned:
                visits.append(pair)
        aims += report(name, found, *AIMS_MM[isFemurTurned])
    aims += wrongPairs(visits)
    aims += changeAims(errors)
    print()
    for text, isMet in aims:
        print("met   " if isMet else "MISSED", text)
    return 0 if all(isMet for _, isMet in aims) else 1


def measured(pair: Pair, withPeer: bool) -> dict:
    """Error, time and verdict of one pair."""
    start, startProcessor = time.perf_counter(), time.process_time()
    result = registerFollowup(pair.baseline, pair.followup)
    seconds, processorSeconds = time.perf_counter() - start, time.process_time() - startProcessor
    found = np.linalg.inv(result.followupToBaselineRas)
    entry = {"error": pair.errorMm(found), "seconds": seconds,
             "processorSeconds": processorSeconds, "reported": result.errorMm, "verdict": result.verdict,
             "difference": (result.followupToBaselineRas @ pair.baselineToFollowup, result.errorMm,
                            np.array(pair.baseline.sphere.centerRas))}
    if withPeer:
        start, startProcessor = time.perf_counter(), time.process_time()
        entry["peerError"] = pair.errorMm(registerWithSimpleItk(pair.baseline, pair.followup))
        entry["peerSeconds"] = time.perf_counter() - start
        entry["peerProcessorSeconds"] = time.process_time() - startProcessor
    return entry


def report(name: str, found: list[dict], meanAim: float, worstAim: float) -> list[tuple[str, bool]]:
    """Print a set of pairs and return its aims."""
    error, seconds, processor, reported = (np.array([entry[key] for entry in found])
                                           for key in ("error", "seconds", "processorSeconds", "reported"))
    rms = float(np.sqrt(np.mean(error ** 2)))
    covered, accepted = np.mean(error <= 2 * reported), np.mean([entry["verdict"] == "accepted" for entry in found])
    print(f"{name} ({len(found)} pairs)")
    print(f"  this project        mean {error.mean():.3f} mm, worst {error.max():.3f} mm, "
          f"{seconds.mean():.1f} s a pair ({processor.mean():.1f} s of processor time)")
    if "peerError" in found[0]:
        peer, peerSeconds, peerProcessor = (np.array([entry[key] for entry in found]) for key in (
            "peerError", "peerSeconds", "peerProcessorSeconds"))
        print(f"  SimpleITK's default mean {peer.mean():.3f} mm, median {np.median(peer):.3f} mm, "
              f"worst {peer.max():.3f} mm, {peerSeconds.mean():.1f} s a pair "
              f"({peerProcessor.mean():.1f} s of processor time)")
    print(f"  reported error      median {np.median(reported):.3f} mm (true, root mean square {rms:.3f} mm); "
          f"true <= 2 x reported in {100 * covered:.0f} %; {100 * accepted:.0f} % accepted", flush=True)
    return [(f"{name}: mean error {error.mean():.3f} <= {meanAim} mm", error.mean() <= meanAim),
            (f"{name}: worst error {error.max():.3f} <= {worstAim} mm", error.max() <= worstAim),
            (f"{name}: {processor.mean():.1f} <= {LARGEST_SECONDS} s of processor time a pair",
             processor.mean() <= LARGEST_SECONDS),
            (f"{name}: true error <= 2 x reported in {100 * covered:.0f} >= 95 %", covered >= 0.95),
            (f"{name}: median reported {np.median(reported):.3f} <= 2 x {rms:.3f} mm", np.median(reported) <= 2 * rms),
            (f"{name}: {100 * accepted:.0f} >= 95 % accepted", accepted >= 0.95)]


def wrongPairs(pairs: list[Pair]) -> list[tuple[str, bool]]:
    """Every hip against every other one: other side, or other patient."""
    verdicts = [registerFollowup(first.baseline, second.followup).verdict
                for first in pairs for second in pairs if first.hip != second.hip]
    verdicts = verdicts[:WRONG_PAIRS]
    if not verdicts:
        return []
    rejected, accepted = verdicts.count("rejected"), verdicts.count("accepted")
    doubtful = verdicts.count("doubtful")
    print(f"wrong pairs ({len(verdicts)}): {rejected} rejected, {doubtful} doubtful, {accepted} accepted", flush=True)
    return [(f"wrong pairs: {rejected} of {len(verdicts)} rejected >= 80 %", rejected >= 0.8 * len(verdicts)),
            (f"wrong pairs: {accepted} accepted", accepted == 0)]


def registerWithSimpleItk(baseline: RegistrationVisit, followup: RegistrationVisit) -> np.ndarray:
    """The rigid registration of SimpleITK's examples, of the whole images, started at the head's center.

    Mattes mutual information of 10 % of the voxels, regular-step gradient descent, three resolutions.

    :return: 4x4 from baseline to follow-up.
    """
    fixed, moving = (_itkImage(visit) for visit in (baseline, followup))
    center = np.array(baseline.sphere.centerRas)
    start = SimpleITK.Euler3DTransform()
    start.SetCenter(center.tolist())
    start.SetTranslation((np.array(followup.sphere.centerRas) - center).tolist())
    method = SimpleITK.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=50)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.1, 1)
    method.SetInterpolator(SimpleITK.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 1e-3, 200, gradientMagnitudeTolerance=1e-6)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([2, 1, 0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(start, inPlace=False)
    found = method.Execute(fixed, moving)
    matrix = np.eye(4)
    origin = np.array(found.TransformPoint((0.0, 0.0, 0.0)))
    matrix[:3, :3] = np.column_stack([np.array(found.TransformPoint(tuple(row))) - origin for row in np.eye(3)])
    matrix[:3, 3] = origin
    return matrix


def _itkImage(visit: RegistrationVisit) -> SimpleITK.Image:
    """The image with RAS as its physical space, so that no sign is to be turned."""
    image = SimpleITK.GetImageFromArray(visit.voxels.astype(np.float32))
    image.SetSpacing(visit.imageGrid.spacingMm.tolist())
    image.SetOrigin(visit.imageGrid.ijkToRas[:3, 3].tolist())
    image.SetDirection(visit.imageGrid.axisDirections.ravel().tolist())
    return image


if __name__ == "__main__":
    sys.exit(main())
