"""What the Extensions Index and the packaging of 3D Slicer ask of the repository."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

RAW_URL = "https://raw.githubusercontent.com/onvolumetry/SlicerONVolumetry/main/"
NOT_SHIPPED = ("__pycache__", "CMakeLists.txt")
CATEGORIES = {"Quantification", "Segmentation", "Registration", "Shape Analysis", "Analysis", "Informatics"}
LARGEST_REPOSITORY_BYTES, LARGEST_FILE_BYTES = 100_000_000, 1_000_000
ENTRY_KEYS = {"$schema", "build_dependencies", "build_subdirectory", "category", "scm_revision", "scm_url", "tier"}
IN_LINE = re.compile(r"\A[A-Za-z0-9_./-]+\Z")


@pytest.fixture(scope="module")
def cmakeText(repository) -> str:
    return (repository / "CMakeLists.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def entry(repository) -> dict:
    return json.loads((repository / "Resources" / "ONVolumetry.json").read_text(encoding="utf-8"))


def metadata(cmakeText: str, name: str) -> str:
    """Value as the index's own check finds it: a literal in quotes, no blank before the bracket."""
    found = re.search(rf'set\s*\({name}\s*"([^"]+)"\)', cmakeText)
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
    assert "${" not in cmakeText.split("# Extension dependencies")[0]
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
    assert "[Apache 2.0](LICENSE.txt)" in (repository / "README.md").read_text(encoding="utf-8")


def testRepositoryIsSmall(repository):
    """The index refuses more than 100 MB, and its reviewers frown at files of a megabyte."""
    sizes = {path: path.stat().st_size for path in trackedFiles(repository)}
    assert sum(sizes.values()) < LARGEST_REPOSITORY_BYTES
    assert [path.name for path, size in sizes.items() if size >= LARGEST_FILE_BYTES] == []


def trackedFiles(repository: Path) -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("the repository is not a clone of git")
    return [repository / name for name in done.stdout.split("\0") if name and (repository / name).is_file()]


def testReadmeHasWhatTheIndexAsksFor(repository, cmakeText):
    """Name and description first, a picture, a sentence for each module, the publication, a step-by-step tutorial."""
    text = (repository / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# ONVolumetry\n")
    assert re.search(r"^## Modules$", text, re.MULTILINE) and re.search(r"^- \*\*ONVolumetry\*\*", text, re.MULTILINE)
    assert "2022;11(12):881-889" in text and "not a medical device" in text
    pictures = re.findall(r"!\[[^\]]+\]\((\S+?)\)", text)
    assert len(pictures) > 5
    for name in (*pictures, *re.findall(r"\]\(((?!https?:|#)\S+?)\)", text)):
        assert (repository / name).is_file(), name
    steps = re.findall(r"^\*\*(\d)\. ", text.split("## Five-minute tutorial: in 3D Slicer")[1], re.MULTILINE)
    assert steps[:5] == ["1", "2", "3", "4", "5"]


def testWorkflowsRunWithAndWithoutSlicer(repository):
    text = (repository / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert "continue-on-error" not in text
    program, slicer = re.split(r"^  slicer:$", text, flags=re.MULTILINE)
    assert "dev.py test" in program
    assert "[stable, preview]" in slicer and "xvfb" in slicer and "runinslicer.py" in slicer
