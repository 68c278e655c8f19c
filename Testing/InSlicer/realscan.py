"""Three visits of a real hip as DICOM series: one real scan, moved from visit to visit, with a lesion that is known."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BENCHMARKS = Path(__file__).resolve().parents[1] / "Benchmarks"
STUDY_DATES = ("20240110", "20240412", "20250111")
SURGERY = (2024, 1, 12)
SLICE_THICKNESS_MM = 4.0
# A lesion that heals over a year, 20, 13 and 7 % of the head.
PRESET = "healed-101"


@dataclass(frozen=True, eq=False)
class RealVisit:
    """What is known of a visit.

    :param label: as in the panel.
    :param truth: of truth.json.
    :param head: Mask of the head with its lesion.
    :param lesion: Mask.
    """

    label: str
    truth: dict
    head: object
    lesion: object

    @property
    def centerRas(self) -> np.ndarray:
        """Of the head, mm."""
        return np.array(self.truth["sphere_center_ras_mm"])


@dataclass(frozen=True, eq=False)
class RealScan:
    """A hip in DICOM files.

    :param side: "left" or "right".
    :param dicom: folder of the files.
    """

    side: str
    sex: str
    dicom: Path
    visits: tuple[RealVisit, ...]


def makeRealScan(data: Path, hip: int, folder: Path) -> RealScan:
    """Implant the lesion, and write the scans as they come from a scanner.

    :param data: folder pelvis-t1, see Testing/Benchmarks/realpairs.py.
    :param hip: index into its HIPS.
    :param folder: gets the case folder and the DICOM files.
    """
    sys.path.insert(0, str(BENCHMARKS))
    from ONVolumetryLib.cli import main
    from ONVolumetryLib.files.case import readCase
    from realpairs import HIPS

    name, side, centerLps, radiusMm = HIPS[hip]
    center = [f"{value:g}" for value in np.array(centerLps) * [-1, -1, 1]]
    if main(["phantom", "--background", str(data / name), "--side", side, "--sex", "female", "--center", *center,
             "--radius", f"{radiusMm:g}", "--preset", PRESET, "--thickness", f"{SLICE_THICKNESS_MM:g}",
             "--output", str(folder / "case")]):
        raise RuntimeError("the lesion could not be implanted")
    case = readCase(folder / "case" / "case.json")
    truths = json.loads((folder / "case" / "truth.json").read_text(encoding="utf-8"))["visits"]
    visits = tuple(_exported(visit, truth, folder / "dicom" / date, date)
                   for visit, truth, date in zip(case.visits, truths, STUDY_DATES))
    return RealScan(case.side, case.sex, folder / "dicom", visits)


def _exported(visit, truth: dict, folder: Path, date: str) -> RealVisit:
    from dicomseries import writeSeries
    from ONVolumetryLib.files.images import readImage
    from ONVolumetryLib.files.segmentations import readSegmentation

    image = readImage(visit.image)
    writeSeries(folder, image.voxels, image.geometry, date, SLICE_THICKNESS_MM)
    head, lesion = (segment.mask for segment in readSegmentation(visit.segmentation).segments)
    return RealVisit(visit.label, truth, head, lesion)


def strokesIn(lesion, count: int = 2) -> list[tuple[np.ndarray, np.ndarray]]:
    """Horizontal strokes where the lesion is widest, in slices spread over it, as ends in RAS mm."""
    from scipy import ndimage

    voxels = lesion.fullArray() > 0
    slices, strokes = np.flatnonzero(voxels.any(axis=(1, 2))), []
    for k in slices[(np.arange(1, count + 1) * len(slices)) // (count + 1)]:
        depth = ndimage.distance_transform_edt(voxels[k])
        j, i = np.unravel_index(np.argmax(depth), depth.shape)
        half = 0.6 * max(depth[j, i] - 2, 1)
        strokes.append(tuple(lesion.grid.toRas([i + part, j, k]) for part in (-half, half)))
    return strokes
