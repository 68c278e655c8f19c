"""Codes of what is exported: standard ones where there are any, the project's own for the rest.

Own codes have the scheme designator 99ONVOL. DICOM allows 16 characters for a code and 64 for its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

OWN_SCHEME = "99ONVOL"
Code = tuple[str, str, str]

FEMORAL_HEAD: Code = ("2812003", "SCT", "Femoral head")
NECROSIS: Code = ("6574001", "SCT", "Necrosis")
ANATOMICAL_STRUCTURE: Code = ("123037004", "SCT", "Anatomical Structure")
ALTERED_STRUCTURE: Code = ("49755003", "SCT", "Morphologically Altered Structure")
LATERALITY: dict[str, Code] = {"left": ("7771000", "SCT", "Left"), "right": ("24028007", "SCT", "Right")}
PREOPERATIVE: Code = ("262068006", "SCT", "Pre-operative")
POSTOPERATIVE: Code = ("262061000", "SCT", "Post-operative")
SURGERY: Code = ("387713003", "SCT", "Surgical procedure")
IMAGING_PROCEDURE: Code = ("363679005", "SCT", "Imaging procedure")
NONE_PRESENT: Code = ("NONE", OWN_SCHEME, "No zone")

VOLUME: Code = ("118565006", "SCT", "Volume")
SPHERE_VOLUME: Code = ("121222", "DCM", "Volume of sphere")
VOLUME_RATIO: Code = ("113288", "DCM", "Volume Ratio")
RADIUS: Code = ("131190003", "SCT", "Radius")
VOXEL_SUMMATION: Code = ("YEKZ", "IBSI", "Volume from Voxel Summation")
MESH: Code = ("RNU0", "IBSI", "Volume of Mesh")
CM3: Code = ("cm3", "UCUM", "cubic centimeter")
MM: Code = ("mm", "UCUM", "millimeter")
PERCENT: Code = ("%", "UCUM", "percent")
DEGREE: Code = ("deg", "UCUM", "degree")
PERCENT_A_MONTH: Code = ("%/mo", "UCUM", "percent per month")
NO_UNITS: Code = ("1", "UCUM", "no units")
MONTH: Code = ("mo", "UCUM", "month")


def own(value: str, meaning: str) -> Code:
    """A code of the project's own."""
    return (value, OWN_SCHEME, meaning)


ASSISTED_OUTLINE = own("ASSISTED_OUTLINE", "Outline from points or strokes of a reader")
TRAPEZOID = own("TRAPEZOID", "Trapezoid rule over the slice areas, as OsiriX computes")


@dataclass(frozen=True)
class Quantity:
    """A number of the record as it is exported.

    :param key: under which the record of a visit holds it.
    :param name: what is measured.
    :param unit: of the value.
    :param method: how, where there is more than one way.
    :param uncertaintyKey: under which the record holds its standard uncertainty.
    """

    key: str
    name: Code
    unit: Code
    method: Code | None = None
    uncertaintyKey: str | None = None


HEAD_QUANTITIES = (
    Quantity("fhv_cm3", VOLUME, CM3, VOXEL_SUMMATION, "fhv_se_cm3"),
    Quantity("fhv_trapezoid_cm3", VOLUME, CM3, TRAPEZOID),
    Quantity("fhv_surface_cm3", VOLUME, CM3, MESH),
    Quantity("sphere_radius_mm", RADIUS, MM),
    Quantity("sphere_volume_cm3", SPHERE_VOLUME, CM3),
    Quantity("sav_cm3", VOLUME, CM3, own("SAV", "Sphere-adjusted volume of the femoral head")),
)
LESION_QUANTITIES = (
    Quantity("onv_cm3", VOLUME, CM3, VOXEL_SUMMATION, "onv_se_cm3"),
    Quantity("onv_trapezoid_cm3", VOLUME, CM3, TRAPEZOID),
    Quantity("onv_surface_cm3", VOLUME, CM3, MESH),
    Quantity("onv_percent", VOLUME_RATIO, PERCENT, own("ONV_PERCENT", "Lesion in percent of the femoral head"),
             "onv_percent_se"),
    Quantity("onv_percent_sav", VOLUME_RATIO, PERCENT,
             own("ONV_PERCENT_SAV", "Lesion in percent of the sphere-adjusted volume"), "onv_percent_sav_se"),
    Quantity("residual_percent", own("RESIDUAL", "Lesion in percent of its baseline volume"), PERCENT),
    Quantity("regeneration_percent", own("REGENERATION", "Net regeneration since baseline"), PERCENT, None,
             "regeneration_percent_se"),
    Quantity("gross_regeneration_percent", own("GROSS_REGEN", "Gross regeneration since baseline"),
             PERCENT),
    Quantity("new_lesion_percent", own("NEW_LESION", "New lesion since baseline"), PERCENT),
    Quantity("rate_percent_per_month", own("RATE", "Fall of ONV % per month since the last visit"),
             PERCENT_A_MONTH),
    Quantity("kerboul_degrees", own("KERBOUL", "Modified Kerboul angle"), DEGREE),
    Quantity("koo_kim_index", own("KOO_KIM_INDEX", "Koo-Kim index"), NO_UNITS),
    Quantity("koo_kim_modified", own("KOO_KIM_MODIFIED", "Modified Koo-Kim index"), NO_UNITS),
)
# Texts of the record; several values in one are separated by blanks.
LESION_FINDINGS = (
    ("jic_type", own("JIC_TYPE", "JIC 2001 type, mid-coronal section")),
    ("jic_zones", own("JIC_ZONES", "JIC 2001 zone with lesion, mid-coronal section")),
    ("acp_zones", own("ACP_ZONES", "ACP zone with lesion, mid-transverse section")),
    ("steinberg_class", own("STEINBERG_CLASS", "Steinberg size class")),
    ("jic_type_3d", own("JIC_TYPE_3D", "JIC 2001 type, whole lesion")),
    ("jic_zones_3d", own("JIC_ZONES_3D", "JIC 2001 zone with lesion, whole lesion")),
    ("acp_zones_3d", own("ACP_ZONES_3D", "ACP zone with lesion, whole lesion")),
)
