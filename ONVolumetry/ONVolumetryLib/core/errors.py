"""Errors whose text a reader of the images can act on: what is wrong, and what to do about it."""


class ONVolumetryError(ValueError):
    """Base of all errors that the user can mend; the text is one line in plain words."""


class GeometryError(ONVolumetryError):
    """The grid of an image or a segmentation cannot be measured (sheared, two-dimensional, no spacing)."""


class SegmentError(ONVolumetryError):
    """A segment that is needed is absent, empty or does not fit the others."""


class SphereFitError(ONVolumetryError):
    """The points do not determine a sphere of the femoral head."""


class CaseError(ONVolumetryError):
    """A case description contradicts itself or lacks something."""


class FileError(ONVolumetryError):
    """A file is absent, damaged or not of a kind that can be read."""


class LandmarkError(ONVolumetryError):
    """Landmarks are missing or cannot be right, so that zones cannot be measured."""


class OutliningError(ONVolumetryError):
    """An outline cannot be made from what was clicked or drawn."""
