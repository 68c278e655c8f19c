"""Words of the panel in the user's language, by the names of the record."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..core.registration.result import ACCEPTED, DOUBTFUL, REJECTED
from ..mrml.resultrows import BASELINE, NOT_DONE, NOT_MEASURED


def titleOfKey(key: str) -> str:
    """Title of a quantity; a standard uncertainty is titled after its quantity."""
    if key.endswith("_se"):
        return _("{quantity}, standard uncertainty").format(quantity=titleOfKey(key[:-3]))
    return {
        "visit": _("Visit"),
        "onv_cm3": _("Lesion volume (ONV)"),
        "fhv_cm3": _("Head volume (FHV)"),
        "onv_percent": _("Lesion share (ONV %)"),
        "regeneration_percent": _("Regeneration"),
        "residual_percent": _("Residual lesion"),
        "rate_percent_per_month": _("Rate of ONV %"),
        "gross_regeneration_percent": _("Regenerated (gross)"),
        "new_lesion_percent": _("New lesion"),
        "registration": _("Registration"),
        "registration_error_mm": _("Registration error"),
        "sphere_radius_mm": _("Sphere radius"),
        "sphere_center_ras_mm": _("Sphere center (R, A, S)"),
        "sphere_coverage": _("Sphere coverage"),
        "sphere_rms_mm": _("Sphere misfit (rms)"),
        "sav_cm3": _("Sphere-adjusted (SAV)"),
        "onv_percent_sav": _("Lesion share of SAV"),
        "fhv_sav_difference_percent": _("FHV minus SAV"),
        "slice_pitch_mm": _("Slice pitch"),
        "lesion_slices": _("Slices with lesion"),
        "head_slices": _("Slices with head"),
    }.get(key, key)


def meaningOfKey(key: str) -> str:
    """One sentence on what a quantity is."""
    return {
        "onv_cm3": _("Voxels of the lesion times voxel volume."),
        "fhv_cm3": _("Voxels of the head with its lesion times voxel volume."),
        "onv_percent": _("ONV as a percentage of FHV."),
        "regeneration_percent": _("100 minus the residual lesion: net change since baseline."),
        "residual_percent": _("ONV as a percentage of ONV at baseline."),
        "rate_percent_per_month": _("Fall of ONV % since the previous measured visit, per month."),
        "gross_regeneration_percent": _("Share of the baseline's lesion that is lesion no longer, on the registered "
                                        "grid."),
        "new_lesion_percent": _("Lesion outside the baseline's, in percent of the baseline's."),
        "registration": _("Whether the visit was laid on the baseline well enough to say what changed where."),
        "registration_error_mm": _("Standard error of the place of a point of the head after registration."),
        "sphere_radius_mm": _("Radius of the sphere that fits the head's outline best, neck and collapse left out."),
        "sphere_center_ras_mm": _("Center of that sphere in patient coordinates."),
        "sphere_coverage": _("Share of the head's directions in which the outline lies on the sphere."),
        "sphere_rms_mm": _("Root mean square distance of the outline from the sphere where it lies on it."),
        "sav_cm3": _("Sphere-adjusted volume: the sphere without the cap that the neck takes (22 % in men, 29 % in "
                     "women unless set otherwise)."),
        "onv_percent_sav": _("ONV as a percentage of SAV."),
        "fhv_sav_difference_percent": _("Outlined head minus SAV, in percent of their mean."),
        "slice_pitch_mm": _("Distance between neighboring slices, from their positions."),
        "lesion_slices": _("Number of slices that the lesion spans."),
        "head_slices": _("Number of slices that the head spans."),
    }.get(key, "")


def valueText(value: str) -> str:
    """A value as shown: what is not measured is said in words, never as 0."""
    return {NOT_MEASURED: _("not measured"), NOT_DONE: _("not done"), BASELINE: _("baseline"),
            ACCEPTED: _("accepted"), DOUBTFUL: _("doubtful"), REJECTED: _("rejected")}.get(value, value)
