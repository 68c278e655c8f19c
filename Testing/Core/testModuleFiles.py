"""The module's files agree with each other and need nothing but what Slicer bundles."""

import ast
import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from ONVolumetryLib.files.segmentnames import HEAD, LESION

BUNDLED = {"numpy", "scipy", "SimpleITK", "vtk", "vtkmodules", "PIL", "pydicom", "highdicom"}
# The last two hold the Segment Editor's tools.
APPLICATION = {"slicer", "qt", "ctk", "SegmentEditorEffects", "qSlicerSegmentationsEditorEffectsPythonQt"}
LIBRARY = "ONVolumetryLib"
# In 3D Slicer 5.13 and not in 5.12: all that Python can reach of what its sources hold more.
NEWER_THAN_OLDEST_SLICER = {
    "LazyImport", "applicationHomeDirectoryFromExecutablePath", "isTestingModuleName", "setIgnoreTestingModules",
    "loadedLibraryPaths", "GetCoordinateUnitScaleFromFileHeader", "GetInteractionHandleOpacity",
    "SetInteractionAccuratePicker", "ScalePointSet", "GetEditorTranslationSliceAnywhereEnabled",
    "setEditorTranslationSliceAnywhereEnabled", "GetEditorTranslationSliceAnywhereSensitivity",
    "setEditorTranslationSliceAnywhereSensitivity", "vtkMRMLAccuratePicker", "qSlicerStartupFilePrefetcher",
}
# Only the program shows a progress bar; it never runs inside Slicer.
OUTSIDE_SLICER = ("program", "cohort")


@pytest.fixture(scope="module")
def module(repository) -> Path:
    return repository / "ONVolumetry"


def importedNames(node: ast.AST) -> set[str]:
    """Top-level packages that the statements below a node import; relative imports are the library's own."""
    names = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            names |= {alias.name.split(".")[0] for alias in part.names}
        elif isinstance(part, ast.ImportFrom):
            names.add(LIBRARY if part.level else part.module.split(".")[0])
    return names


def importedAtFileScope(path: Path) -> set[str]:
    """Packages imported as soon as the file is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return set().union(*(importedNames(statement) for statement in tree.body
                         if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Try, ast.With))))


def testModuleLoadsNothingHeavy(module):
    """Slicer imports this file at every start, for every user."""
    imported = importedAtFileScope(module / "ONVolumetry.py") - set(sys.stdlib_module_names)
    assert imported == {"slicer"}


def testOnlyBundledPackagesAreUsed(module):
    for path in module.rglob("*.py"):
        inLibrary = path.relative_to(module).parts
        if len(inLibrary) > 2 and inLibrary[1] in OUTSIDE_SLICER:
            continue
        names = importedNames(ast.parse(path.read_text(encoding="utf-8"))) - set(sys.stdlib_module_names)
        assert names <= BUNDLED | APPLICATION | {LIBRARY}, f"{path.relative_to(module)}: {names}"


def testNothingNewerThanTheOldestSupportedSlicerIsUsed(module):
    """And nothing that Qt 6 or Python 3.12 has no more."""
    oldest = re.search(r"OLDEST_SLICER = \((\d+), (\d+)\)", (module / "ONVolumetry.py").read_text(encoding="utf-8"))
    assert oldest.groups() == ("5", "12")
    refused = NEWER_THAN_OLDEST_SLICER | {"QTextCodec", "QRegExp", "QDesktopWidget", "extensionsSettingsModel"}
    for path in module.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        found = refused & set(re.findall(r"\w+", source)) | {"imp", "distutils"} & importedNames(ast.parse(source))
        assert not found, f"{path.relative_to(module)}: {found}"


@pytest.mark.parametrize("layer, allowed", [
    ("core", {"core"}),
    ("files", {"core", "files"}),
    ("phantom", {"core", "files", "phantom"}),
    ("report", {"core", "files", "phantom", "report"}),
    ("scene3d", {"core", "scene3d"}),
    ("mrml", {"core", "files", "scene3d", "mrml"}),
    ("ui", {"core", "files", "scene3d", "cohort", "report", "mrml", "ui"}),
])
def testLayersImportOnlyThoseBelow(module, layer, allowed):
    for path in (module / LIBRARY / layer).glob("*.py"):
        for part in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(part, ast.ImportFrom) and part.level == 2 and part.module:
                assert part.module.split(".")[0] in allowed, f"{path.name} imports {part.module}"


@pytest.mark.parametrize("layer, forbidden", [
    ("core", {"slicer", "qt", "ctk", "vtk"}),
    ("files", {"slicer", "qt", "ctk", "vtk"}),
    ("phantom", {"slicer", "qt", "ctk", "vtk"}),
    ("report", {"slicer", "qt", "ctk"}),
    ("scene3d", {"slicer", "qt", "ctk"}),
    ("mrml", {"qt", "ctk"}),
])
def testNoUserInterfaceBelowThePanel(module, layer, forbidden):
    for path in (module / LIBRARY / layer).glob("*.py"):
        assert not importedNames(ast.parse(path.read_text(encoding="utf-8"))) & forbidden, path.name


def testPanelIsBoundToParametersThatExist(module):
    ui = ET.parse(module / "Resources" / "UI" / "ONVolumetry.ui")
    bound = {element.find("string").text for element in ui.iter("property")
             if element.get("name") == "SlicerParameterName"}
    source = (module / LIBRARY / "ui" / "hipparameters.py").read_text(encoding="utf-8")
    fields = set(re.findall(r"^    (\w+): ", source.split("@parameterNodeWrapper")[1].split("\nclass ", 2)[1],
                            flags=re.MULTILINE))
    assert bound and bound <= fields


def testPanelUsesWidgetsThatExist(module):
    files = (module / "Resources" / "UI").glob("*.ui")
    named = {element.get("name") for file in files for element in ET.parse(file).iter("widget")}
    for path in (module / LIBRARY / "ui").glob("*.py"):
        used = set(re.findall(r"\bui\.(\w+)", path.read_text(encoding="utf-8")))
        assert used <= named, path.name


@pytest.mark.parametrize("standard", [HEAD, LESION], ids=lambda standard: standard.role)
def testTerminologyHasTheCodesAndColorsOfTheSegments(module, standard):
    document = json.loads((module / "Resources" / "ONVolumetry.term.json").read_text(encoding="utf-8"))
    context, category, kind, *_ = standard.terminologyEntry.split("~")
    assert f'"{context}"' in (module / "ONVolumetry.py").read_text(encoding="utf-8")
    assert document["SegmentationCategoryTypeContextName"] == context
    found = [(item, itemType) for item in document["SegmentationCodes"]["Category"] for itemType in item["Type"]
             if entryOf(item) == category and entryOf(itemType) == kind]
    assert len(found) == 1
    assert found[0][1]["recommendedDisplayRGBValue"] == [round(255 * part) for part in standard.colorRgb]


def entryOf(item: dict) -> str:
    return f"{item['CodingSchemeDesignator']}^{item['CodeValue']}^{item['CodeMeaning']}"


def testPanelUsesOfTheCohortOnlyWhatNeedsNothingInstalled(module):
    """The statistics run in a process of their own; the panel itself works in a Slicer as it comes."""
    reached, waiting = set(), [module / LIBRARY / "ui" / path.name for path in (module / LIBRARY / "ui").glob("*.py")]
    while waiting:
        path = waiting.pop()
        for part in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(part, ast.ImportFrom) and part.level and part.module:
                target = path.parents[part.level - 1].joinpath(*part.module.split(".")).with_suffix(".py")
                if target.parent.name == "cohort" and target not in reached:
                    reached.add(target)
                    waiting.append(target)
    assert reached
    for path in reached:
        names = importedNames(ast.parse(path.read_text(encoding="utf-8"))) - set(sys.stdlib_module_names)
        assert names <= BUNDLED | {LIBRARY}, path.name


def testPackagesOfTheCohortAreThoseOfTheProgram(module, repository):
    wanted = [line for line in (module / "Resources" / "requirements.txt").read_text(encoding="utf-8").splitlines()
              if line and not line.startswith("#")]
    project = (repository / "pyproject.toml").read_text(encoding="utf-8")
    assert len(wanted) == 3 and all(f'"{requirement}"' in project for requirement in wanted)
