"""The report's interactive view: safe and whole as a page, and working in a browser where there is one."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from html.parser import HTMLParser

import numpy as np
import pytest
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.report.hipreport import ReportSubject, ReportVisit, hipReportHtml
from ONVolumetryLib.report.viewer3d import ViewerPart, ViewerScene, ViewerVisit, viewerScript

CENTER = np.array([80.0, -20.0, 30.0])
ORANGE, GREEN = (213, 94, 0), (0, 158, 115)
HOSTILE = '</script><script>window.hacked = 1</script><!--'
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader",
         "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--window-size=1200,900", "--remote-debugging-pipe")


def ballPart(key: str, radius: float, color, opacities=(1.0, 1.0), middle=(0, 0, 0)) -> ViewerPart:
    """A ball of 18 x 36 faces whose triangles are seen counter-clockwise from outside."""
    rows, columns = 19, 36
    height, turn = np.meshgrid(np.linspace(0, np.pi, rows), np.arange(columns) * 2 * np.pi / columns, indexing="ij")
    points = radius * np.stack([np.sin(height) * np.cos(turn), np.sin(height) * np.sin(turn), np.cos(height)], axis=-1)
    index = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(index, -1, axis=1)
    quads = np.stack([index[:-1], index[1:], right[1:], right[:-1]], axis=-1).reshape(-1, 4)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return ViewerPart(key, key.title(), color, *opacities, points.reshape(-1, 3) + CENTER + np.array(middle),
                      triangles)


def viewerScene(secondName: str = "3 months") -> ViewerScene:
    head = ballPart("head", 24, (190, 178, 150), (0.16, 0.16))
    first = ViewerVisit("preop", "ONV 20 %", "8 cm3", "", [ballPart("lesion", 12, ORANGE, middle=(0, 10, 0)), head])
    second = ViewerVisit(secondName, "ONV 10 %", "4 cm3", "own space", [
        ballPart("regenerated", 12, GREEN, middle=(0, 10, 0)), head])
    return ViewerScene("right", CENTER, 24.0, [first, second], ["A note on the space."])


def pageOf(shapes, viewer) -> str:
    visits = (shapes.visit("preop", 0, 12.0), shapes.visit("3 months", 3, 8.0))
    return hipReportHtml(ReportSubject("101", "right"), measureHip(visits, "male"), [ReportVisit(v) for v in visits],
                         viewer)


@pytest.fixture(scope="module")
def page(shapes) -> str:
    return pageOf(shapes, viewerScene())


class ScriptReader(HTMLParser):
    """Collects the scripts as a browser finds them."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.scripts, self.isOpen, self.policy, self.texts = [], False, "", []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert not any(name.startswith("on") for name in attributes)
        assert not str(attributes.get("src", "data:")).startswith(("http", "//"))
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        if tag == "script":
            self.isOpen = True
            self.scripts.append((attributes, ""))

    def handle_endtag(self, tag):
        self.isOpen = self.isOpen and tag != "script"

    def handle_data(self, data):
        if self.isOpen:
            attributes, text = self.scripts[-1]
            self.scripts[-1] = attributes, text + data
        else:
            self.texts.append(data)


def readScripts(page: str) -> ScriptReader:
    reader = ScriptReader()
    reader.feed(page)
    return reader


def testOnlyOurScriptMayRun(page):
    reader = readScripts(page)
    running = [text for attributes, text in reader.scripts if attributes.get("type") != "application/json"]
    assert running == [viewerScript()]
    digest = base64.b64encode(hashlib.sha256(running[0].encode()).digest()).decode()
    assert re.search(r"script-src ([^;]*)", reader.policy).group(1) == f"'sha256-{digest}'"
    assert "default-src 'none'" in reader.policy
    assert "http" not in running[0]
    assert len(page) < 15e6


def testReportWithoutAViewHasNoScript(shapes):
    page = pageOf(shapes, None)
    assert "<script" not in page and "script-src" not in page and 'id="view"' not in page


def testSurfacesArriveWithinAHundredthOfAMillimeter(page):
    data = json.loads(next(text for attributes, text in readScripts(page).scripts if "id" in attributes))
    scene = viewerScene()
    assert data["side"] == "right" and data["radius"] == 24
    for visit, shown in zip(scene.visits, data["visits"]):
        for part, sent in zip(visit.parts, shown["parts"]):
            steps = np.frombuffer(base64.b64decode(sent["points"]), "<u2").reshape(-1, 3)
            points = np.array(sent["low"]) + steps * sent["step"]
            assert np.max(np.abs(points - (part.points - CENTER))) < 0.01
            triangles = np.frombuffer(base64.b64decode(sent["triangles"]), "<u2").reshape(-1, 3)
            assert np.array_equal(triangles, part.triangles)
            assert tuple(sent["color"]) == part.colorRgb


def testLegendNamesVisitsAndPartsAlsoWithoutAScript(page):
    text = " ".join(readScripts(page).texts)
    for words in ("preop", "ONV 20 %", "3 months", "ONV 10 %", "Lesion", "Regenerated", "A note on the space.",
                  "20 mm", "superior", "lateral", "needs JavaScript"):
        assert words in text


def testHostileNameOfAVisitIsOnlyText(shapes):
    reader = readScripts(pageOf(shapes, viewerScene(HOSTILE)))
    assert len(reader.scripts) == 2
    data = json.loads(reader.scripts[0][1])
    assert data["visits"][1]["name"] == HOSTILE


class Browser:
    """A headless Chromium that is told what to do through a pipe (Chrome DevTools Protocol)."""

    def __init__(self, executable: str, profile: str):
        readEnd, childWrite = os.pipe()
        childRead, writeEnd = os.pipe()
        # The browser reads from descriptor 3 and writes to 4; a shell puts the pipes there.
        command = f'exec "$0" "$@" 3<&{childRead} 4>&{childWrite}'
        self.process = subprocess.Popen(
            ["bash", "-c", command, executable, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(childRead, childWrite), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(childRead)
        os.close(childWrite)
        self.reading, self.writing = os.fdopen(readEnd, "rb"), os.fdopen(writeEnd, "wb")
        self.count, self.session, self.events = 0, None, []

    def tell(self, method: str, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.writing.write(json.dumps(message).encode() + b"\0")
        self.writing.flush()
        while True:
            answer = json.loads(self._line())
            if answer.get("id") == self.count:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def _line(self) -> bytes:
        line = bytearray()
        while (part := self.reading.read(1)) != b"\0":
            assert part, "the browser ended"
            line += part
        return bytes(line)

    def run(self, expression: str):
        result = self.tell("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key: str):
        for kind in ("keyDown", "keyUp"):
            self.tell("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.reading.close()
        self.writing.close()


SETTLED = "new Promise((done) => setTimeout(done, 500))"
# Pixels of each color as they are on the screen, and the sum of all.
SEEN = """(() => {
  const canvas = document.querySelector("#viewer3d canvas"), copy = document.createElement("canvas");
  copy.width = canvas.width; copy.height = canvas.height;
  const pen = copy.getContext("2d"); pen.drawImage(canvas, 0, 0);
  const pixels = pen.getImageData(0, 0, copy.width, copy.height).data;
  let orange = 0, green = 0, column = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    const [r, g, b] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    if (r > 1.4 * g && g > b) { orange += 1; column += (i / 4) % copy.width; }
    if (g > 1.25 * r && g > b) green += 1;
  }
  return {orange, green, column: column / Math.max(orange, 1) / copy.width, all: pixels.length / 4};
})()"""


@pytest.fixture
def browser(tmp_path):
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None or not sys.platform.startswith("linux"):
        pytest.skip("no Chromium on this computer")
    opened = Browser(executable, str(tmp_path / "profile"))
    yield opened
    opened.close()


@pytest.fixture
def opened(browser, page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    target = browser.tell("Target.createTarget", url="about:blank")["targetId"]
    browser.session = browser.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Runtime", "Log", "Network", "Page"):
        browser.tell(f"{domain}.enable")
    browser.tell("Page.navigate", url=path.as_uri())
    for _ in range(60):
        if browser.run("document.readyState") == "complete" and browser.run("location.protocol") == "file:":
            break
        time.sleep(0.1)
    if not browser.run("document.querySelector('#viewer3d').classList.contains('is-ready')"):
        assert browser.run("!document.querySelector('.viewer-problem').hidden")
        pytest.skip("this browser has no WebGL")
    browser.run("document.querySelector('#viewer3d').scrollIntoView()")
    browser.run(SETTLED)
    return browser


def testViewWorksInABrowser(opened):
    first = opened.run(SEEN)
    assert first["orange"] > 0.02 * first["all"] and first["green"] < 0.001 * first["all"]
    # The lesion of this scene is anterior: from the lateral side of a right hip it is on the viewer's right.
    opened.run("document.querySelector('[data-preset=lateral]').click()")
    opened.run(SETTLED)
    assert opened.run(SEEN)["column"] > 0.55
    opened.run("document.querySelector('[data-preset=anterior]').click()")
    opened.run(SETTLED)
    anterior = opened.run(SEEN)
    assert anterior["column"] == pytest.approx(0.5, abs=0.02)
    drag(opened, 120)
    dragged = opened.run(SEEN)
    assert dragged["column"] > 0.53
    opened.run("document.querySelector('#viewer3d canvas').dispatchEvent("
               "new WheelEvent('wheel', {deltaY: -100, cancelable: true}))")
    opened.run(SETTLED)
    assert opened.run(SEEN)["orange"] > 1.15 * dragged["orange"]
    opened.run("document.querySelector('#viewer3d input[type=range]').focus()")
    opened.press("ArrowRight")
    opened.run(SETTLED)
    second = opened.run(SEEN)
    assert second["green"] > 0.02 * second["all"] and second["orange"] < 0.001 * second["all"]
    assert opened.run("document.querySelector('.viewer-remark').textContent") == "own space"
    assert opened.run("document.querySelector('[data-visit=\"1\"]').getAttribute('aria-pressed')") == "true"
    opened.run("document.querySelector('[data-part=regenerated]').click()")
    opened.run(SETTLED)
    assert opened.run(SEEN)["green"] < 0.001 * second["all"]
    checkQuiet(opened)


# Whether everything in the table is within the page and drawn, and the bar and words within the canvas.
PLACED = """(() => {
  const inside = (part, whole) => {
    const [a, b] = [part.getBoundingClientRect(), whole.getBoundingClientRect()];
    return a.width > 0 && a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1
      && a.bottom <= b.bottom + 1;
  };
  const table = document.querySelector("table"), canvas = document.querySelector("#viewer3d canvas");
  return {
    rows: table.rows.length, texts: Array.from(table.rows, (row) => row.innerText).join(" "),
    isTableWhole: Array.from(table.querySelectorAll("th, td")).every((cell) => inside(cell, document.body)),
    isBarInCanvas: inside(document.querySelector(".viewer-bar"), canvas),
    tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
})()"""


def testTableAndViewHaveTheirPlaceInABrowser(opened):
    placed = opened.run(PLACED)
    assert placed["rows"] > 10 and placed["isTableWhole"] and placed["isBarInCanvas"] and placed["tooWide"] == 0
    for words in ("preop", "3 months", "ONV %"):
        assert words in placed["texts"]
    summary = "document.querySelector('details')"
    assert not opened.run(f"{summary}.open")
    opened.run(f"{summary}.querySelector('summary').click()")
    assert opened.run(f"{summary}.open")
    checkQuiet(opened)


def drag(browser, pixels: int):
    x, y = browser.run("(() => { const box = document.querySelector('#viewer3d canvas').getBoundingClientRect();"
                       "return [box.x + box.width / 2, box.y + box.height / 2]; })()")
    browser.tell("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
    for step in range(1, 5):
        browser.tell("Input.dispatchMouseEvent", type="mouseMoved", x=x + pixels * step / 4, y=y, button="left",
                     buttons=1)
    browser.tell("Input.dispatchMouseEvent", type="mouseReleased", x=x + pixels, y=y, button="left", clickCount=1)
    browser.run(SETTLED)


def checkQuiet(browser):
    """No error on the console, and nothing asked for but the page."""
    for event in browser.events:
        method, parameters = event.get("method"), event.get("params", {})
        assert method != "Runtime.exceptionThrown", parameters
        if method == "Log.entryAdded":
            assert parameters["entry"]["level"] not in ("error",), parameters
        if method == "Runtime.consoleAPICalled":
            assert parameters["type"] not in ("error", "assert"), parameters
        if method == "Network.requestWillBeSent":
            assert parameters["request"]["url"].startswith(("file:", "data:")), parameters["request"]["url"]
