"""Fixtures shared by all levels of tests."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def sharedData() -> Path:
    """Folder of real images, meshes and contours that the project does not carry."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real data are not beside the repository (no folder {folder.relative_to(REPOSITORY.parent)})")
    return folder


@pytest.fixture(scope="session")
def sharedMethod() -> Path:
    """Folder of published reference numbers that the project does not carry."""
    folder = REPOSITORY.parent / "shared" / "method"
    if not folder.is_dir():
        pytest.skip("the table of reference numbers is not beside the repository (no folder shared/method)")
    return folder
