"""What a reader who compares with the source paper should know: reference values, contradictions, misfits."""

from __future__ import annotations

from dataclasses import dataclass

PAPER = ("G\u00f3mez-Barrena et al., Volume and location of bone regeneration after autologous expanded mesenchymal "
         "stromal cells in hip osteonecrosis, Bone Joint Res 2022;11(12):881-889")

REFERENCE_CAUTION = ("Printed by the paper from 20 hips, for context only and never as advice for a patient; the 10, "
                     "15 and 22 % are means of groups or hypotheses, not cut-offs.")
REFERENCE_VALUES = (
    "At most 10 % (SD 6) of the head at 3 months in hips that did not progress.",
    "More than 15 % of the head at 3 months suggests insufficient regeneration.",
    "Less than 22 % of the head before surgery tended to heal.",
    "More than 25 % of the head predicts collapse in untreated hips (Ansari 2022).",
)
CONTRADICTIONS = (
    "ONV % before surgery is 18.7 in one place and 18.9 in another; (16 x 16.7 + 4 x 27.9) / 20 = 18.94.",
    "ONV % at 12 months is 3.7 (SD 3) in one place and 3.6 (SD 3.7) in another.",
    "The test of before surgery against 3 months has p = 0.015 in the abstract and p < 0.001 in the text.",
    "Volumes are printed in mm\u00b3 where only cm\u00b3 fits: 7.2 / 0.189 = 38 cm\u00b3, a head of 45 to 47 mm.",
    "The formula printed for regeneration, 100 x (ONV1/ONV0), is the residual; the results report 100 minus it.",
    "The rate of 1.5 % a month from month 3 to 12 uses the wrong baseline; 0.73 follows from the paper's own means.",
    "At 12 months there are 17, 16 or 15 hips (figures, difference in differences, probit), and 2 or 1 non-healed.",
    "The difference in differences is called a paired t test.",
    ("The p values of the zones are independent Fisher tests of 20 against 17 hips, though the hips are the same; the "
    "counts of regenerated zones fit only if three hips without a scan count as regenerated."),
    "\"A2 regenerated 10/15 (p = 0.482)\" are the zones that persisted.",
    "The causes of the osteonecrosis add up to 104 %.",
)


@dataclass(frozen=True)
class Misfit:
    """A number that does not follow from the paper's own numbers.

    :param recomputed: what follows; None where the paper prints too little to compute it.
    """

    statistic: str
    recomputed: str | None
    printed: str


MISFITS = (
    Misfit("Age, healed against non-healed, p", "0.603", "0.617"),
    Misfit("Sex, healed against non-healed, p (Fisher's exact test)", "1.000", "0.905"),
    Misfit("Obesity, healed against non-healed, p (Fisher's exact test)", "1.000", "0.539"),
    Misfit("Regeneration of non-healed hips, p", None, "0.483"),
    Misfit("ONV % before surgery against 3 months, p (two-sample t test)", "0.014", "0.015 and < 0.001"),
    Misfit("Power of that test", "0.71", "0.73"),
    Misfit("ONV % at 3 months, all hips, mean (SD)", "11.4 (7.4) from the groups", "11.6 (7.5)"),
    Misfit("Regeneration at 3 months, all hips, mean", "38.4 from the groups", "38.3"),
    Misfit("Regeneration at 12 months, all hips, SD", "19.6 from the groups", "23.5"),
    Misfit("Regeneration of non-healed hips at 12 months, mean (SD)",
           "not possible with the printed ONV % of these two hips and heads of constant size", "43.8 (28.8)"),
    Misfit("Rate of healed hips from month 3 to 12, % a month", "0.73", "1.5"),
)
