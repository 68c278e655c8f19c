"""The report page: what a reader finds on it, and that it is safe to open anywhere."""

import dataclasses
import datetime as dt
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from ONVolumetryLib import __version__
from ONVolumetryLib.core.geometry import GridGeometry, sliceStackOfGrid
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.core.settings import MeasurementSettings
from ONVolumetryLib.files.volumeimage import VolumeImage
from ONVolumetryLib.report.hipreport import ReportSubject, ReportVisit, hipReportHtml
from ONVolumetryLib.report.timeplots import timePlots

HOSTILE = '<script>alert("1")</script><img src=x onerror=\'alert(2)\'>&amp;\x00\u202e'
VOID = {"meta", "br", "input", "img", "link", "hr", "col"}


class PageReader(HTMLParser):
    """Collects tags, attributes, text and table cells; fails on tags that do not match."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.texts, self.rows = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)
        if any(tag in self.open for tag in ("td", "th")):
            self.rows[-1][-1] += data + " "

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def row(self, name: str) -> list[str]:
        """Cells of the first row whose heading starts with a name."""
        found = next(row for row in self.rows if row and row[0].strip().startswith(name))
        return [" ".join(cell.split()) for cell in found[1:]]

    def select(self, tag: str, name: str | None = None) -> list[dict]:
        return [attributes for found, attributes in self.tags
                if found == tag and (name is None or name in (attributes.get("class") or "").split())]


def read(page: str) -> PageReader:
    reader = PageReader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def coronalGrid() -> GridGeometry:
    directions = np.column_stack([[-1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]]) * [0.8, 0.8, 4.0]
    matrix = np.eye(4)
    matrix[:3, :3] = directions
    matrix[:3, 3] = -directions @ [44, 44, 9]
    return GridGeometry((90, 88, 19), matrix)


def ball(grid: GridGeometry, center, radius: float) -> np.ndarray:
    indices = np.moveaxis(np.indices(grid.shapeKji), 0, -1)[..., ::-1]
    return np.linalg.norm(grid.toRas(indices) - np.asarray(center), axis=-1) < radius


def visit(label: str, month: float, lesionRadius: float | None, **fields) -> ReportVisit:
    grid = coronalGrid()
    head = ball(grid, (0, 0, 0), 24)
    lesion = None if lesionRadius is None else Mask.fromArray(head & ball(grid, (0, 0, 18), lesionRadius), grid)
    segments = VisitSegments(label, month, Mask.fromArray(head, grid), lesion, stack=sliceStackOfGrid(grid), **fields)
    noise = np.random.default_rng(1).normal(0, 30, grid.shapeKji)
    return ReportVisit(segments, VolumeImage(np.where(head, 700, 250) + noise, grid), "A", "ARCO II", "completed")


@pytest.fixture(scope="module")
def hip():
    notDone = ReportVisit(VisitSegments("12 months", 12, done=False))
    visits = (visit("preop", 0, 16), visit("1 month", 1, 15.9, warnings=("A note of the reader.",)),
              visit("3 months", 3, 11), visit("6 months", 6, None), visit("9 months", 9, None, lesionAbsent=True),
              notDone)
    return visits, measureHip([entry.segments for entry in visits], "female")


@pytest.fixture(scope="module")
def subject():
    return ReportSubject("101", "left", "P-101", {"age_years": 43, "smoker": False}, "arthroplasty", 11,
                         dt.date(2026, 1, 5))


@pytest.fixture(scope="module")
def html(hip, subject):
    return hipReportHtml(subject, hip[1], hip[0])


@pytest.fixture(scope="module")
def page(html):
    return read(html)


def testHeaderSaysWhoseHipAndHowItWasMeasured(page):
    for words in ("Hip 101", "left", "female", "P-101", "age years 43", "smoker no", "arthroplasty at month 11",
                  f"ONVolumetry {__version__}", "2026-01-05", "Contour SD 0.5 mm", "Reader A"):
        assert words in page.text


def testAxisSaysWhatTheMonthsCountFrom(hip, subject, page):
    assert "Months since surgery" in page.text and "first scan" not in page.text
    other = read(hipReportHtml(dataclasses.replace(subject, monthsFrom="first scan"), hip[1], hip[0]))
    assert "Months since the first scan" in other.text and "since surgery" not in other.text


def testSyntheticHipHasABanner(hip, subject, page):
    assert "Synthetic hip" not in page.text
    marked = dataclasses.replace(subject, subject={"synthetic": True})
    assert "Synthetic hip" in read(hipReportHtml(marked, hip[1], hip[0])).text


def testTableShowsTheMeasuredValuesWithTheirIntervals(page, hip):
    measured = hip[1].visit("3 months")
    percent, half = measured.onvPercent.value, measured.onvPercent.confidenceHalfWidth
    assert page.row("ONV %")[2] == f"{percent:.1f} {percent - half:.1f} to {percent + half:.1f}"
    volume = measured.lesion.volumeMm3 / 1000
    assert page.row("ONV")[2].startswith(f"{volume:.2f} ")
    assert page.row("FHV")[2].startswith(f"{measured.head.volumeMm3 / 1000:.1f} ")
    change = measured.changeFromBaseline
    assert page.row("Regeneration (net)")[2].startswith(f"{change.regenerationPercent.value:.1f} ")
    assert page.row("Residual")[2].startswith(f"{change.residualPercent.value:.1f} ")
    assert page.row("Radius")[2].startswith(f"{measured.sphere.radiusMm:.1f} ")
    assert page.row("SAV")[2].startswith(f"{measured.sphereAdjusted.volumeMm3 / 1000:.1f} ")
    assert page.row("ONV trapezoid")[2] == f"{measured.lesion.trapezoidMm3 / 1000:.2f}"
    assert page.row("FHV closed surface")[2] == f"{measured.head.surfaceMm3 / 1000:.1f}"
    assert page.row("Slice pitch")[2] == "4.00"
    assert page.row("Slices with lesion")[2] == str(measured.lesion.sliceCount)
    assert page.row("Stage")[2] == "ARCO II"
    assert page.row("u(ONV) combined")[2].startswith(f"{measured.lesion.combinedSeMm3 / 1000:.3f} ")
    assert page.row("u(ONV %)")[2] == f"{measured.onvPercent.standardUncertainty:.2f}"


def testBaselineHasNoChangeOfItsOwn(page):
    assert page.row("Regeneration (net)")[0] == "baseline"
    assert page.row("Rate")[0] == "baseline"


def testWhatIsNotMeasuredIsNeverZero(page):
    for name in ("ONV", "ONV %", "Regeneration (net)", "Rate", "ONV trapezoid", "Slices with lesion", "u(ONV) comb"):
        assert page.row(name)[3] == "not measured", name
    assert page.row("ONV")[5] == "not done"
    assert "No lesion is outlined at this visit." in page.text


def testLesionThatIsGoneIsZeroWithoutAnInterval(page):
    assert page.row("ONV")[4] == "0 no lesion left, as read"
    assert page.row("Regeneration (net)")[4] == "100.0 uncertainty not known"
    assert page.row("ONV trapezoid")[4] == "no lesion"


def testSummarySaysWhenAChangeIsWithinMeasurementError(page):
    cards = page.text
    assert re.search(r"Net regeneration \u2212?\d+ % \(\u2212\d+ to \d+\) Change within measurement error", cards)
    assert re.search(r"Net regeneration \d+ % \(\d+ to \d+\) Change beyond measurement error", cards)
    assert "not done Follow-up ended with arthroplasty at month 11." in cards


def testCardSaysItsKeyFigureOnceWithoutOtherLabels(html, hip):
    card = re.findall(r"<article.*?</article>", html, re.DOTALL)[2]
    percent = hip[1].visit("3 months").onvPercent
    assert card.count(f"{percent.value:.1f}") == 1
    assert "preop" not in card
    assert len(re.sub(r"<[^>]*>", "", card)) < 200


def testJudgedChangeShowsTheDifferenceThatIsJudged(page, hip):
    first, later = (hip[1].visit(label).lesion for label in ("preop", "3 months"))
    difference = (later.volumeMm3 - first.volumeMm3) / 1000
    half = 1.96 * np.hypot(first.combinedSeMm3, later.combinedSeMm3) / 1000
    shown = f"{difference:.2f} {difference - half:.2f} to {difference + half:.2f} beyond error".replace("-", "\u2212")
    assert page.row("Change of ONV")[2] == shown
    assert page.row("Change of ONV")[1].endswith("within error")
    share = hip[1].visit("3 months").onvPercent.value - hip[1].visit("preop").onvPercent.value
    assert page.row("Change of ONV %")[2].startswith(f"{share:.1f} ".replace("-", "\u2212"))


@pytest.mark.parametrize(("radius", "isExplained"), [(14, True), (8, False)])
def testJudgmentsThatDifferAreExplainedBelowTheRows(radius, isExplained):
    visits = (visit("preop", 0, 16), visit("3 months", 3, radius))
    measured = measureHip([entry.segments for entry in visits], "male")
    change = measured.visit("3 months").changeFromBaseline
    assert (change.onvWithinMeasurementError != change.onvPercentWithinMeasurementError) == isExplained
    page = read(hipReportHtml(ReportSubject("1", "left"), measured, visits))
    assert ("Within error by one measure and beyond it by another?" in page.text) == isExplained
    assert page.text.count("ONV % is known better, because an outline drawn too wide") == 1 + isExplained
    assert ("beyond measurement error" in page.text and "within, in % of the head" in page.text) == isExplained


def testWithoutABaselineEveryCellOfChangeSaysSo():
    visits = (visit("early", -1, None), visit("1 month", 1, 14), visit("3 months", 3, 12))
    measured = measureHip([entry.segments for entry in visits], "male")
    assert measured.baseline is None
    page = read(hipReportHtml(ReportSubject("1", "left"), measured, visits))
    for name in ("Regeneration (net)", "Residual", "Change of ONV", "Change of FHV"):
        assert page.row(name) == ["no baseline"] * 3, name
    assert page.row("Rate")[1] == "no baseline"
    assert "before surgery" not in page.row("Regeneration (net)")


def testSlicesAreNamedOnceInWordsAndTheReasonIsInTheDetails(page):
    rows = [row for row in page.rows if row and row[0].strip().startswith("Slice pitch")]
    assert [" ".join(row[0].split()) for row in rows] == ["Slice pitch mm, coronal slices"]
    assert page.text.count("largest spacing") == 1
    assert "preop, 1 month, 3 months, 6 months, 9 months: coronal slices, across the K axis" in page.text


def testPicturesOfAllVisitsStandInAsManyColumnsAsTheLongestRow(html, page):
    counts = [row.count("<figure") for row in re.findall(r'<div class="pictures".*?</div>', html, re.DOTALL)]
    rows = page.select("div", "pictures")
    assert {row["style"] for row in rows} == {f"--columns: {max(counts)}"}
    assert max(counts) == 5


def testLesionThatGrewIsSaidToBeLarger():
    visits = (visit("preop", 0, 10), visit("3 months", 3, 16))
    measured = measureHip([entry.segments for entry in visits], "male")
    text = read(hipReportHtml(ReportSubject("1", "left"), measured, visits)).text
    assert re.search(r"Net regeneration \u2212\d+ % \([^)]*\) Change larger than at baseline, beyond measurement", text)


def testEveryNoteIsShownInFull(page, hip):
    notes = [note.text for entry in hip[1].visits for note in entry.notes]
    assert "A note of the reader." in notes
    assert len(notes) > 2
    for note in notes:
        assert " ".join(note.split()) in page.text


def testChangedSettingIsShownWithItsDefault(hip):
    visits = hip[0][:1]
    measured = measureHip([visits[0].segments], "male", MeasurementSettings(contourSdMm=0.8))
    text = read(hipReportHtml(ReportSubject("1", "left"), measured, visits)).text
    assert "Contour SD (mm) 0.8 (default 0.5)" in text


def testEveryQuantityLeadsToItsDefinition(page):
    anchors = {attributes.get("id") for _, attributes in page.tags}
    links = [attributes["href"] for attributes in page.select("a")]
    assert len(links) > 30
    for link in links:
        assert link.startswith("#")
        assert link[1:] in anchors
    assert "Bone Joint Res 2022;11(12):881\u2013889" in page.text
    assert "not a medical device" in page.text


def testTablesTellScreenReadersTheirHeadings(page):
    assert all(attributes.get("scope") in ("col", "row", "rowgroup") for attributes in page.select("th"))
    pictures = [attributes for attributes in page.select("svg") if attributes.get("aria-hidden") != "true"]
    assert pictures
    assert all(attributes.get("role") == "img" and attributes.get("aria-label") for attributes in pictures)


def testPageNeedsNothingFromOutside(html, page):
    policy = next(tag["content"] for tag in page.select("meta") if tag.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "img-src data:" in policy
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object")
        for name in ("src", "href", "xlink:href", "action", "data"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/png;base64,"))
    assert "url(" not in html
    assert "@import" not in html
    assert len(html) < 15e6


def testHostileTextIsOnlyText(hip):
    first = hip[0][0]
    hostile = ReportVisit(dataclasses.replace(first.segments, label=HOSTILE, warnings=(HOSTILE,)), first.image, HOSTILE,
                          HOSTILE, HOSTILE)
    later = hip[0][2]
    visits = (hostile, later)
    subject = ReportSubject(HOSTILE, HOSTILE, HOSTILE + "p", {HOSTILE: HOSTILE}, HOSTILE, 4)
    html = hipReportHtml(subject, measureHip([entry.segments for entry in visits], "male"), visits)
    page = read(html)
    assert not page.select("script")
    assert not page.select("img")
    assert "\x00" not in html
    assert "\u202e" not in html
    assert '<script>alert("1")</script>' in page.text
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag


def testManyVisitsAreSplitIntoTablesThatFitThePaper():
    visits = tuple(visit(f"visit {month}", month, 12) for month in range(7))
    page = read(hipReportHtml(ReportSubject("1", "left"), measureHip([v.segments for v in visits], "male"), visits))
    headings = [row[1:] for row in page.rows if row[0].strip() == "Quantity"]
    assert [len(row) for row in headings] == [4, 3, 4, 3]
    assert sum("visit 6" in cell for row in headings for cell in row) == 2
    # Columns of one width, also where there are fewer visits.
    assert {table["style"] for table in page.select("table", "values")} == {"--visits: 4"}
    assert {column["span"] for column in page.select("col") if "span" in column} == {"4"}


def testPointsOfTheCourseLieAtTheirValues(hip, subject):
    measured = [entry for entry in hip[1].visits if entry.onvPercent is not None]
    figure = timePlots(hip[1], subject)[0]
    ticks = {anchor: np.array([(float(tick.text), float(tick.get("x")), float(tick.get("y")))
                               for tick in figure.iter("text")
                               if tick.get("class") == "tick" and tick.get("text-anchor") == anchor]).T
             for anchor in ("middle", "end")}
    points = list(figure.iter("circle"))
    assert len(points) == len(measured)
    for entry, point in zip(measured, points):
        months = np.interp(float(point.get("cx")), ticks["middle"][1], ticks["middle"][0])
        percent = np.interp(float(point.get("cy")), (ticks["end"][2] - 4)[::-1], ticks["end"][0][::-1])
        assert months == pytest.approx(entry.month, abs=0.01)
        assert percent == pytest.approx(entry.onvPercent.value, abs=0.05)
    assert len([bar for bar in figure.iter("path") if bar.get("class") == "error-bar"]) == len(measured) - 1


def testCourseNamesVisitsWithoutAPoint(page):
    assert "12 months: not done" in page.text
    assert "6 months: not measured" in page.text
    assert "arthroplasty, month 11" in page.text


def testBarsOfTheProfileAddUpToTheVolume(page, hip):
    measured = [entry for entry in hip[1].visits if entry.done]
    total = sum(float(bar["data-value"]) for bar in page.select("rect", "head") if "data-value" in bar)
    assert total * 100 * 4 == pytest.approx(sum(entry.head.volumeMm3 for entry in measured), rel=1e-4)
    total = sum(float(bar["data-value"]) for bar in page.select("rect", "lesion") if "data-value" in bar)
    lesions = [entry.lesion.volumeMm3 for entry in measured if entry.lesion is not None]
    assert total * 100 * 4 == pytest.approx(sum(lesions), rel=1e-3)
