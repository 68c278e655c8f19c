"""What the build installs is what the sources hold: driven through the module's CMakeLists.txt with a real CMake."""

import importlib.util
import shutil
from pathlib import Path

import pytest

NOT_SHIPPED = ("__pycache__", "CMakeLists.txt")


@pytest.fixture(scope="module")
def tree(repository):
    path = repository / "Testing" / "InSlicer" / "installedtree.py"
    spec = importlib.util.spec_from_file_location("installedtree", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cmake(tree) -> str:
    found = tree.findCMake()
    if found is None:
        pytest.skip("there is no cmake; pip install cmake")
    return found


@pytest.fixture(scope="module")
def installed(tree, cmake, tmp_path_factory) -> Path:
    return tree.installTree(cmake, tmp_path_factory.mktemp("installed"))


def filesIn(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
            and not any(part in NOT_SHIPPED or part.endswith(".egg-info") for part in path.parts)}


def testInstalledTreeEqualsTheSources(repository, installed):
    sources, found = filesIn(repository / "ONVolumetry"), filesIn(installed)
    assert sorted(found) == sorted(sources)
    assert all(found[name] == content for name, content in sources.items())


def testEveryTestInSlicerIsRegistered(repository, installed, tree):
    registered = (installed.parent / tree.REGISTERED_TESTS).read_text(encoding="utf-8").split()
    wanted = [path.relative_to(repository).as_posix() for path in (repository / "Testing/InSlicer").glob("test*.py")]
    assert sorted(registered) == sorted([*wanted, "generic:ONVolumetry", "ONVolumetry/ONVolumetry.py"])


def testListedFileThatIsMissingIsAnError(repository, tree, cmake, tmp_path):
    for folder in ("ONVolumetry", "Testing/InSlicer"):
        shutil.copytree(repository / folder, tmp_path / "copy" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "copy" / "ONVolumetry" / "ONVolumetryLib" / "cli.py").unlink()
    with pytest.raises(RuntimeError, match=r"ONVolumetryLib/cli\.py"):
        tree.installTree(cmake, tmp_path / "installed", tmp_path / "copy")
