"""What the source paper prints of its cohort (Gomez-Barrena 2022), as data: for the synthetic cohort and its checks."""

from __future__ import annotations

from dataclasses import dataclass

HEALED_COUNT, NON_HEALED_COUNT = 16, 4
# Hips with an ONV % at preop, 3 and 12 months.
HEALED_MEASURED, NON_HEALED_MEASURED = (16, 16, 14), (4, 4, 2)
IMAGED_AT_12_MONTHS = 17


@dataclass(frozen=True)
class Printed:
    """A mean and SD as printed.

    :param quantity: column of the rows.
    :param group: "healed", "non-healed" or "all".
    :param visit: 0 preop, 1 3 months, 2 12 months.
    """

    quantity: str
    group: str
    visit: int
    mean: float
    sd: float


PRINTED = (
    Printed("onv_percent", "healed", 0, 16.7, 7.2),
    Printed("onv_percent", "healed", 1, 9.5, 5.6),
    Printed("onv_percent", "healed", 2, 2.9, 2.1),
    Printed("onv_percent", "non-healed", 0, 27.9, 16.2),
    Printed("onv_percent", "non-healed", 1, 19.2, 9.4),
    Printed("onv_percent", "non-healed", 2, 8.8, 9.7),
    Printed("onv_percent", "all", 0, 18.9, 10.2),
    Printed("onv_percent", "all", 1, 11.6, 7.5),
    Printed("onv_percent", "all", 2, 3.6, 3.7),
    Printed("regeneration_percent", "healed", 1, 41.2, 20.2),
    Printed("regeneration_percent", "healed", 2, 81.2, 13.8),
    Printed("regeneration_percent", "non-healed", 1, 27.4, 16.0),
    Printed("regeneration_percent", "non-healed", 2, 43.8, 28.8),
    Printed("regeneration_percent", "all", 1, 38.3, 19.8),
    Printed("regeneration_percent", "all", 2, 76.5, 23.5),
    Printed("onv_cm3", "all", 0, 7.2, 4.5),
    Printed("onv_cm3", "all", 1, 4.5, 3.2),
    Printed("onv_cm3", "all", 2, 1.5, 1.7),
)
FHV_SAV_CONCORDANCE = 0.963
# The unit is not printed; only as a percentage does it fit the concordance and the size of femoral heads.
FHV_SAV_SD_PERCENT = 3.6
BRADLEY_BLACKWOOD_P = 0.738

ZONES_PREOP = {"A": 19, "B": 20, "C1": 20, "C2": 14, "A2": 15, "A1": 20, "C": 20, "P": 14}
ZONES_12_MONTHS = {"A": 11, "B": 12, "C1": 11, "C2": 1, "A2": 10, "A1": 12, "C": 8, "P": 3}

# ONV % of the two illustrated hips; None = no visit.
ILLUSTRATED_HEALED = (19.9, 12.6, 7.5)
ILLUSTRATED_NON_HEALED = (43.4, 28.7, None)
ILLUSTRATED_ARTHROPLASTY_MONTH = 11.0
