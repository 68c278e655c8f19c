"""Beside Slicer's Segment Statistics on the same segmentations: the same voxels, sooner."""

import sys
import unittest
from pathlib import Path

import slicer

BENCHMARKS = Path(__file__).resolve().parents[1] / "Benchmarks"
LEAST_RATIO = 3.0


def setUpModule():
    import importguard

    importguard.install()
    sys.path.append(str(BENCHMARKS))


class BesideSegmentStatisticsTest(unittest.TestCase):
    """Three visits of 384 x 384 x 50 as files hold them; `make bench` measures larger and cropped ones too."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.addCleanup(slicer.mrmlScene.Clear, 0)

    def testSegmentVolumesAreThoseOfTheLabelMap(self):
        import slicerbench

        hip = slicerbench.addHip(slicerbench.SIZES[0], True)
        ours, theirs = slicerbench.rawVolumes(hip), slicerbench.theirVolumes(hip)
        self.assertEqual([found[:2] for found in ours], [found[:2] for found in theirs])
        for (_name, _count, volume), (_, _, other) in zip(ours, theirs, strict=True):
            self.assertLess(abs(volume / other - 1), 1e-9)
        # The lesion lies in the head, so that what is reported of both are the volumes as drawn.
        measured = slicerbench.measureWithOurs(hip).visits
        reported = [part.volumeMm3 for visit in measured for part in (visit.head, visit.lesion)]
        self.assertEqual([round(value, 6) for value in reported], [round(volume, 6) for *_, volume in ours])

    def testEverythingTakesAThirdOfTheTimeAtMost(self):
        import slicerbench

        found = slicerbench.compare(slicerbench.SIZES[0], isCropped=False, repeats=3)
        print({name: round(value, 3) for name, value in found.items()})
        self.assertGreater(found["ratioWithSurfaces"], LEAST_RATIO)


if __name__ == "__main__":
    unittest.main()
