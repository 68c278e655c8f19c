"""Files of the 3D regression: picture, model, movie."""

import json
import os
import struct
import unittest
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import qt
import slicer
from paneltest import settle
from regressiontest import GREEN, LABELS, SharedRegressionTest, loadPng, share


def setUpModule():
    import importguard

    importguard.install()


class RegressionExportTest(SharedRegressionTest):
    """Files of one regression."""

    def exported(self, button, name):
        path = self.folder / name
        with mock.patch.object(qt.QFileDialog, "getSaveFileName", return_value=str(path)):
            button.click()
        settle()
        self.assertIn("Written", self.ui.regressionStatus.text)
        return path

    def testPictureAndModel(self):
        picture = np.asarray(loadPng(self.exported(self.ui.regressionPictureButton, "regression.png")))
        self.assertGreater(share(picture, GREEN), 0.005)
        content = self.exported(self.ui.regressionModelButton, "regression.glb").read_bytes()
        length = struct.unpack("<I", content[12:16])[0]
        names = [node["name"] for node in json.loads(content[20:20 + length])["nodes"]]
        for label in LABELS[1:]:
            self.assertIn(f"{label}: Regenerated", names)

    def testMovieIsWhatWasSaidBeforehand(self):
        from PIL import Image

        with ffmpegSetting(""):
            self.panel.update()
            self.assertIn("WebP", self.ui.regressionMovieLabel.text)
            path = self.exported(self.ui.regressionMovieButton, "regression.webp")
        with Image.open(path) as movie:
            self.assertGreater(movie.n_frames, 100)
            lesion = (213, 94, 0)
            for index in range(0, movie.n_frames, 24):
                movie.seek(index)
                self.assertGreater(share(np.asarray(movie.convert("RGB")), lesion), 0.005)

    def testMovieIsAnMp4WhereScreenCaptureHasFfmpeg(self):
        program = os.environ.get("ONVOLUMETRY_FFMPEG", "") or next(
            (path for path in ("/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg") if Path(path).is_file()), "")
        if not program:
            self.skipTest("no ffmpeg on this computer")
        with ffmpegSetting(program):
            self.panel.update()
            self.assertIn("MP4", self.ui.regressionMovieLabel.text)
            path = self.exported(self.ui.regressionMovieButton, "regression.mp4")
        self.assertEqual(path.read_bytes()[4:8], b"ftyp")

    def testMovieCanBeCanceled(self):
        path = self.folder / "regression.webp"
        qt.QTimer.singleShot(300, self.ui.regressionCancelButton.click)
        self.panel.regressionSection.files.exportDrawing(path)
        self.assertIn("Canceled", self.ui.regressionStatus.text)
        self.assertFalse(path.exists())
        self.assertTrue(self.ui.regressionMovieButton.enabled)

    def testFileThatCannotBeWrittenIsSaid(self):
        (self.folder / "file").touch()
        self.panel.regressionSection.files.exportModel(self.folder / "file" / "regression.glb")
        self.assertIn("Not written", self.ui.regressionStatus.text)


@contextmanager
def ffmpegSetting(path):
    """Set the ffmpeg of Screen Capture meanwhile."""
    settings = slicer.app.userSettings()
    before = settings.value("General/ffmpegPath") if settings.contains("General/ffmpegPath") else None
    settings.setValue("General/ffmpegPath", path)
    try:
        yield
    finally:
        if before is None:
            settings.remove("General/ffmpegPath")
        else:
            settings.setValue("General/ffmpegPath", before)


if __name__ == "__main__":
    unittest.main()
