"""What the Extensions Index and the packaging of 3D Slicer ask of the repository."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

RAW_URL = "https://raw.githubusercontent.com/onvolumetry/SlicerONVolumetry/main/"
NOT_SHIPPED = ("__pycache__", "CMakeLists.txt")
CATEGORIES = {"Quantification", "Segmentation", "Registration", "Shape Analysis", "Analysis", "Informatics"}
ENTRY_KEYS = {"$schema", "build_dependencies", "build_subdirectory", "category", "scm_revision", "scm_url", "tier"}
IN_LINE = re.compile(r"\A[A-Za-z0-9_./-]+\Z")


@pytest.fixture(scope="module")
def cmakeText(repository) -> str:
    return (repository / "CMakeLists.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def entry(repository) -> dict:
    return json.loads((repository / "Resources" / "ONVolumetry.json").read_text(encoding="utf-8"))


def metadata(cmakeText: str, name: str) -> str:
    """Value as the index's own check finds it: a literal in quotes, nothing before the bracket."""
    found = re.search(rf'set\s*\({name}\s*"([^"]+)"[ ]*\)', cmakeText)
    assert found, f"{name} is not a literal string that the index can read"
    return found.group(1)


def shippedFiles(module: Path) -> set[str]:
    return {path.relative_to(module).as_posix() for path in module.rglob("*") if path.is_file()
            and not any(part in NOT_SHIPPED or part.endswith(".egg-info") for part in path.parts)}


def listedFiles(module: Path) -> list[str]:
    text = (module / "CMakeLists.txt").read_text(encoding="utf-8").replace("${MODULE_NAME}", "ONVolumetry")
    lists = re.findall(r"set\(MODULE_PYTHON_(?:SCRIPTS|RESOURCES)\n(.*?)\n  \)", text, flags=re.DOTALL)
    assert len(lists) == 2
    return [line.strip() for part in lists for line in part.splitlines()]


def testEveryShippedFileIsListedInCMake(repository):
    module = repository / "ONVolumetry"
    listed, shipped = listedFiles(module), shippedFiles(module)
    missing = "\n".join(f"  {name}" for name in sorted(shipped - set(listed)))
    gone = "\n".join(f"  {name}" for name in sorted(set(listed) - shipped))
    assert not missing, f"add these lines to ONVolumetry/CMakeLists.txt:\n{missing}"
    assert not gone, f"remove these lines from ONVolumetry/CMakeLists.txt:\n{gone}"
    assert len(listed) == len(set(listed))
    assert all(IN_LINE.match(name) for name in listed), "a file name has characters that CMake splits or escapes"


def testEntryIsComplete(repository, entry):
    raw = (repository / "Resources" / "ONVolumetry.json").read_bytes()
    assert b"\r" not in raw and raw.endswith(b"\n")
    assert set(entry) == ENTRY_KEYS
    assert entry["$schema"].endswith("slicer-extension-catalog-entry-schema-v1.0.2.json#")
    assert entry["category"] in CATEGORIES
    assert entry["tier"] in range(1, 6)
    assert entry["build_dependencies"] == []


def testNamesFollowTheIndex(cmakeText, entry):
    name = re.search(r"project\((\S+?)\)", cmakeText).group(1)
    assert name == "ONVolumetry" and not name.lower().startswith("slicer")
    assert entry["scm_url"].startswith("https://")
    repositoryName = entry["scm_url"].rsplit("/", 1)[1]
    assert repositoryName == f"Slicer{name}"
    assert metadata(cmakeText, "EXTENSION_HOMEPAGE") == entry["scm_url"]


def testDescriptionIsOneLine(cmakeText):
    assert "\n" not in metadata(cmakeText, "EXTENSION_DESCRIPTION")
    assert metadata(cmakeText, "EXTENSION_CONTRIBUTORS")
    assert metadata(cmakeText, "EXTENSION_DEPENDS") == "NA"


def testIconAndScreenshotsAreImagesOfTheRepository(repository, cmakeText):
    icon = metadata(cmakeText, "EXTENSION_ICONURL")
    with Image.open(fileOf(repository, icon)) as image:
        assert (image.format, image.size) == ("PNG", (128, 128))
    screenshots = metadata(cmakeText, "EXTENSION_SCREENSHOTURLS").split()
    assert screenshots
    for url in screenshots:
        with Image.open(fileOf(repository, url)) as image:
            assert image.format in ("PNG", "JPEG", "GIF")


def fileOf(repository: Path, url: str) -> Path:
    assert url.startswith(RAW_URL), url
    return repository / url.removeprefix(RAW_URL)


def testLicense(repository):
    text = (repository / "LICENSE.txt").read_text(encoding="utf-8")
    assert "Apache License" in text and "Version 2.0" in text


def testRepositoryIsSmall(repository):
    """No file of the module is near the megabyte at which the index's reviewers frown."""
    for name in listedFiles(repository / "ONVolumetry"):
        assert (repository / "ONVolumetry" / name).stat().st_size < 1_000_000, name
