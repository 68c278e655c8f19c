"""What a reader must act on is said beside the table of `onvolumetry measure` and on the report's cards."""

import numpy as np
from ONVolumetryLib import cli
from ONVolumetryLib.core.geometry import GridGeometry
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.outlining.origin import HEAD_FROM_CLICK, OutlineOrigin
from ONVolumetryLib.files.case import Case, CaseVisit, writeCase
from ONVolumetryLib.files.images import writeImage
from ONVolumetryLib.files.segmentations import Segment, Segmentation, writeSegmentation
from ONVolumetryLib.program.warninglines import warningLines

WIDE = GridGeometry((140, 60, 24), np.array([[-2.5, 0, 0, 173.75], [0, 0, 4, -46], [0, 2.5, 0, -73.75], [0, 0, 0, 1]]))


def ball(center, radius):
    k, j, i = np.indices(WIDE.shapeKji)
    ras = WIDE.toRas(np.stack([i, j, k], axis=-1))
    return Mask.fromArray(np.linalg.norm(ras - center, axis=-1) < radius, WIDE)


def visitNote(code, text):
    return {"code": code, "text": text}


def testGravestNotesOfEveryKindComeFirst():
    sides = [visitNote("wrong-side", "Side."), visitNote("within-error", "Noise.")]
    opened = [visitNote("unconfirmed", "Head open."), visitNote("unconfirmed", "Lesion open.")]
    landmarks = visitNote("zones-not-measured", "JIC zones are not measured: the landmarks are refused: far.")
    record = {"hip": "7", "visits": [{"visit": "preop", "notes": [landmarks, *opened, *sides]},
                                     {"visit": "3 months", "notes": [*sides]}]}
    assert warningLines(record) == [
        "7, preop: Side.", "7, preop: Head open.",
        "7, preop: JIC zones are not measured: the landmarks are refused: far.", "7: ... and 2 more in the report"]
    assert warningLines({"hip": "7", "visits": [{"visit": "preop", "notes": [sides[1]]}]}) == []


def testWrongSideAndUnconfirmedOutlinesAreSaidInTerminalAndReport(tmp_path, capsys):
    writeImage(tmp_path / "image.nrrd", np.zeros(WIDE.shapeKji, dtype=np.int16), WIDE)
    head, lesion = ball((90, 0, 0), 24), ball((92, 4, 8), 10)
    writeSegmentation(tmp_path / "preop.seg.nrrd", Segmentation((
        Segment("Femoral head", head, "head", status="inprogress",
                origin=OutlineOrigin(HEAD_FROM_CLICK, {}, head).asText()), Segment("Lesion", lesion, "lesion")), WIDE))
    visit = CaseVisit("preop", 0, image=tmp_path / "image.nrrd", segmentation=tmp_path / "preop.seg.nrrd")
    writeCase(tmp_path / "case.json", Case("7", "P-7", "left", "male", (visit,)))
    assert cli.main(["measure", "--no-render", str(tmp_path / "case.json"), "--output", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    lines = [line for line in said.err.splitlines() if line.startswith("note: 7, preop: ")]
    assert "right half of the image, but the case says left" in lines[0]
    assert "Nobody has confirmed" in lines[1]
    assert said.out.startswith("hip") and "note:" not in said.out
    cards = (tmp_path / "out" / "7" / "report.html").read_text(encoding="utf-8").partition('class="cards"')[2]
    cards = cards.partition('class="hint"')[0]
    assert "on the other side than the case says" in cards and "not confirmed by a reader" in cards
