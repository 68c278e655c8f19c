"""What the numbers say and what they do not, and how they compare with the paper's."""

from __future__ import annotations

from .markup import Element, element

CITATION = ("G\u00f3mez-Barrena E, et al. Volume and location of bone regeneration after autologous expanded "
            "mesenchymal stromal cells in hip osteonecrosis. Bone Joint Res 2022;11(12):881\u2013889.")

MEANING = (
    ("The volumes are those of the outlines. They are as good as the outlines: the contour SD in the settings is an "
     "assumption about the reader, not something that was measured on this hip."),
    ("The 95 % intervals hold what slices and outlining add. They do not hold a wrong diagnosis of what is lesion, a "
     "different MRI sequence between visits, or another reader."),
    ("Net regeneration compares two volumes. It does not say where bone healed, and does not tell healing in one place "
     "and new necrosis in another from no change."),
    "A smaller lesion on MRI is not by itself a stronger head, less pain or a lower risk of collapse.",
    ("\u201cNot measured\u201d is not zero. A visit that was not done, for instance after an arthroplasty, is never "
     "counted as healing."),
    "Stages (ARCO, Ficat, JIC) need radiographs; they stand here as the reader entered them.",
)

PAPER_RESULTS = ("Printed by the paper for 20 hips, for context only and never as advice: ONV % 18.9 (SD 10.2) before "
                 "surgery, 11.6 (7.5) at 3 months, 3.6 (3.7) at 12 months; regeneration 38.3 % (19.8) at 3 months and "
                 "76.5 % (23.5) at 12 months.")

CONTRADICTIONS = (
    ("Its printed formula of regeneration, 100 \u00d7 ONV1/ONV0, is the residual; its results are 100 minus that. Both "
     "are given here, each under its own name."),
    "It prints volumes in mm\u00b3 where only cm\u00b3 fits.",
    "Its 1.5 % a month for months 3 to 12 starts from the wrong visit; 0.73 follows from its own means.",
    ("It prints both 18.7 % and 18.9 % before surgery (18.9 follows from its groups), and both 3.7 (SD 3) and 3.6 "
     "(SD 3.7) at 12 months."),
    "It counts 17, 16 or 15 hips at 12 months, depending on the analysis.",
    ("Its volumes come from OsiriX, whose trapezoid rule is biased low for small lesions and so raises regeneration by "
     "about 3 points at the paper\u2019s sizes. Compare it with the trapezoid estimate above."),
)


def readingSection() -> list[Element]:
    """What the numbers mean, do not mean, and what to know when comparing with the paper."""
    return [
        _listing(MEANING),
        element("h3", {}, "Comparing with the paper"),
        element("p", {}, PAPER_RESULTS),
        element("p", {}, "The paper contradicts itself in places that matter to a comparison:"),
        _listing(CONTRADICTIONS),
        element("p", {"class": "citation"}, "Method: ", element("cite", {}, CITATION)),
    ]


def _listing(items) -> Element:
    return element("ul", {}, *(element("li", {}, item) for item in items))
