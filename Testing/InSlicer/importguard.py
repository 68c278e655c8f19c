"""Refuses packages that a Slicer from the factory does not have, so that the tests see what users see."""

import sys

UNBUNDLED = frozenset({
    "pandas", "matplotlib", "skimage", "statsmodels", "sklearn", "jsonschema", "tqdm", "jinja2", "imageio", "radiomics",
    "nibabel", "itk", "cv2", "torch", "seaborn", "plotly", "hypothesis", "pytest",
})


class UnbundledPackageRefuser:
    """Import hook that lets everything pass but the packages above."""

    def find_spec(self, name, path=None, target=None):
        """Part of Python's import protocol."""
        package = name.partition(".")[0]
        if package in UNBUNDLED:
            raise ModuleNotFoundError(f"{package} is not bundled with 3D Slicer", name=package)


def install():
    """Refuse from now on, also what something else has imported before; does nothing the second time."""
    if any(isinstance(finder, UnbundledPackageRefuser) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, UnbundledPackageRefuser())
    for package in UNBUNDLED & set(sys.modules):
        sys.modules[package] = None
