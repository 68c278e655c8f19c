"""What every quantity of the report means, how it is computed, and where that comes from."""

from __future__ import annotations

from dataclasses import dataclass

from .markup import Element, element

PAPER = "G\u00f3mez-Barrena 2022"
WHY_JUDGMENTS_DIFFER = (
    "They can differ: ONV in cm\u00b3 is judged by the difference of two volumes, each uncertain by its whole outline. "
    "ONV % is known better, because an outline drawn too wide enlarges lesion and head alike, so that much of it "
    "cancels out. Regeneration is a ratio: its interval becomes narrower the less of the lesion is left, so that it "
    "may leave out 0 while the difference in cm\u00b3 is within error.")


@dataclass(frozen=True)
class Definition:
    """One term of the glossary.

    :param key: names it within the page.
    :param formula: how it is computed.
    :param source: publication, or "this software" for a decision of its own.
    """

    key: str
    term: str
    meaning: str
    formula: str
    source: str


DEFINITIONS = (
    Definition("onv", "ONV, osteonecrosis volume",
               "Volume of the outlined lesion. It is 0 only where a reader states that no lesion is left; a lesion "
               "that nobody outlined is not measured.",
               "number of voxels \u00d7 voxel volume (= section area \u00d7 slice pitch, summed over the slices)",
               f"{PAPER}; Cavalieri's estimate"),
    Definition("fhv", "FHV, femoral head volume", "Volume of the outlined femoral head, lesion included.",
               "as ONV, of head or lesion voxels", PAPER),
    Definition("onv-percent", "ONV %", "How much of the femoral head the lesion fills.",
               "100 \u00d7 ONV / FHV", PAPER),
    Definition("head-reference", "Head that ONV % refers to",
               "The head of the same visit; where that visit has none outlined, that of the baseline visit. By setting "
               "also the baseline's head at all visits, or the sphere-adjusted volume.", "\u2013", "this software"),
    Definition("residual", "Residual",
               "What is left of the baseline lesion volume. The paper prints this formula under the name of "
               "regeneration.", "100 \u00d7 ONV(t) / ONV(baseline)", f"{PAPER} (formula as printed)"),
    Definition("regeneration", "Regeneration (net)",
               "How much smaller the lesion's volume is than at baseline; negative where it grew. Net: new necrosis "
               "beside healed bone cancels out.", "100 \u2212 residual", f"{PAPER} (as its results report it)"),
    Definition("gross-regeneration", "Regenerated (gross)",
               "Share of the baseline's lesion that is lesion no longer, voxel by voxel after the femur was laid on "
               "the femur. It differs from the net regeneration where new lesion appears elsewhere.",
               "100 \u00d7 volume(baseline without follow-up) / volume(baseline)", "this software"),
    Definition("new-lesion", "New lesion",
               "Lesion of this visit that lies outside the baseline's, in percent of the baseline's.",
               "100 \u00d7 volume(follow-up without baseline) / volume(baseline)", "this software"),
    Definition("registration", "Registration to the baseline",
               "Rigid, on the proximal femur; lesion, collapsed dome and all beyond a margin around the femur do not "
               "count. Accepted, doubtful (used, to be looked at) or rejected (not used). Without images only the "
               "outlines of the head are laid on each other, which hardly tells the rotation of a ball. A transform "
               "that the user gave wins and is judged likewise.",
               "largest robust correlation of the images, brightness matched", "this software; idea: Takao 2005"),
    Definition("registration-error", "Registration error",
               "Standard error of the place of a point of the head after registration. Above the limit in the settings "
               "the registration is rejected. It is part of the intervals of gross regeneration and new lesion.",
               "scatter between parts of the femur, disagreement of head and shaft, interpolation between slices",
               "this software"),
    Definition("within-error", "Within or beyond error",
               "A change within measurement error may be due to slices and outlining alone: the 95 % interval of the "
               f"difference holds 0. ONV and ONV % are judged separately. {WHY_JUDGMENTS_DIFFER}",
               "|change| < 1.96 \u00d7 combined standard uncertainty of the two visits",
               "this software"),
    Definition("rate", "Rate",
               "Fall of ONV % per month since the previous measured visit; positive where the lesion shrinks.",
               "(ONV %(previous) \u2212 ONV %(this)) / months between", f"{PAPER}, with the previous visit as start"),
    Definition("drift", "Change of FHV",
               "The head should not change its volume between visits; a large change points to a neck cut at another "
               "place. Noted above 5 %, a warning above measurement error as well.",
               "100 \u00d7 (FHV(t) \u2212 FHV(baseline)) / FHV(baseline)", "this software"),
    Definition("sphere", "Sphere of the head",
               "The sphere that fits the boundary of the outlined head best, where neck and collapsed dome do not "
               "count.", "orthogonal least squares with Tukey's weights on in-slice boundary points",
               "this software"),
    Definition("coverage", "Coverage",
               "Share of all directions from the center in which the head's boundary lies on the sphere. Below 40 % "
               "no sphere is given.", "share of 500 equal-area directions with an inlier within 10\u00b0",
               "this software"),
    Definition("rms", "RMS distance",
               "Root mean square distance of the boundary from the sphere (sphericity). Normal heads deviate by up to "
               "2.4 mm.", "\u221a(mean of squared distances of the inliers)", "normal heads: Harris 2013"),
    Definition("collapse", "Depth of the dome below the sphere",
               "Largest inward distance of the superior dome from the sphere. To be judged against the baseline visit "
               "or the other hip, not alone.", "largest inward residual within 60\u00b0 of superior",
               "this software"),
    Definition("sav", "SAV, sphere-adjusted volume",
               "Volume of the head from its sphere alone: the sphere without the share that the neck takes.",
               "(1 \u2212 r) \u00d7 4/3 \u03c0 R\u00b3; r = 0.22 in men, 0.29 in women unless set otherwise", PAPER),
    Definition("onv-percent-sav", "ONV % of SAV", "The lesion in percent of the sphere-adjusted volume.",
               "100 \u00d7 ONV / SAV", PAPER),
    Definition("fhv-sav", "FHV \u2212 SAV difference", "Outlined head against sphere-adjusted volume.",
               "100 \u00d7 (FHV \u2212 SAV) / ((FHV + SAV) / 2)", PAPER),
    Definition("trapezoid", "Trapezoid estimate (OsiriX)",
               "What OsiriX and Horos print. It leaves out the ends of the body and is biased low, on a sphere of "
               "radius R with slice pitch T by (3/4)(T/R)\u00b2(1 \u2212 T/(3R)): 7 % at R = 12 mm, T = 4 mm. "
               "Undefined on a single slice.", "sum of pitch \u00d7 (area + previous area) / 2", "Horos source code"),
    Definition("surface", "Closed-surface estimate", "Volume inside a closed surface through the outline.",
               "volume of the zero level of the signed distance", "this software"),
    Definition("pitch", "Slice pitch",
               "Distance from one slice to the next, gaps included; from slice positions, never from slice thickness.",
               "difference of neighboring slice positions", "this software"),
    Definition("slices", "Slices", "How many slices the outline spans. Fewer than 4 make a volume very uncertain.",
               "last \u2212 first slice + 1", "this software"),
    Definition("sampling", "Uncertainty from the slices",
               "What other positions of the slices would have changed.",
               "CE\u00b2 = (3A \u2212 4B + C) / (k (\u03a3a)\u00b2); A, B, C = \u03a3 a(i) a(i), \u03a3 a(i) a(i+1), "
               "\u03a3 a(i) a(i+2) of the section areas a; k = 240, or 12 where an end is flat; 41 % on one slice",
               "Gundersen & Jensen 1987"),
    Definition("contour", "Uncertainty from the outline",
               "What an outline drawn a little wider or tighter would have changed (the contour SD in the settings).",
               "surface area \u00d7 contour SD", "this software"),
    Definition("combined", "Combined standard uncertainty",
               "All parts together, carried over to ratios and changes to first order. Lesion and head of one visit "
               "share one outline offset; different visits are independent.", "\u221a(sum of squares)",
               "GUM (JCGM 100:2008)"),
    Definition("jic-zones", "JIC zones",
               "Zones of the weight-bearing surface on the coronal section through the head's center: it runs "
               "laterally from P, where the perpendicular bisector of lateral acetabular edge E and teardrop T meets "
               "the acetabulum (circle about the center through E), to E. Medial of P is no zone. In 3D: the whole "
               "lesion projected along the anterior axis, shares of volume. Other rules can be set.",
               "theta from P (0) to E (1): A [0, 1/3), B [1/3, 2/3), C1 [2/3, 1], C2 beyond E to the end of the "
               "head's surface, at most 90\u00b0",
               "Japanese Investigation Committee 2001, made precise by this software"),
    Definition("jic-type", "JIC type and lateral end",
               "The type follows from the most lateral direction in which lesion lies within 3 mm of the head's "
               "sphere, in parts of at least 5 mm\u00b2. In 3D directions nearer than 30\u00b0 to the anterior or "
               "posterior pole do not count.",
               "A < 1/3 (also only medial of P), B < 2/3, C1 ≤ 1, C2 > 1",
               "Japanese Investigation Committee 2001, made precise by this software"),
    Definition("acp-zones", "ACP zones",
               "Zones on the transverse section through the head's center, between anterior edge AE and posterior edge "
               "PE of the acetabulum. The central section shows less of a lesion under the dome than 3D.",
               "along the arc from AE over medial to PE: A1 and C a third each, P the last third and the posterior "
               "half of the uncovered arc; A2 the anterior half of it", f"{PAPER}, thirds by this software"),
    Definition("arc", "Arc of necrosis",
               "All directions from the head's center, within a section, in which lesion lies within 3 mm of the "
               "sphere. Its interval holds the outline, half a slice pitch where an end lies between slices, and "
               "5\u00b0 of unknown tilt of the patient.", "sum of the directions; slice term (T/2)/(R cos a)",
               "this software"),
    Definition("kerboul", "Modified Kerboul angle",
               "Grade 1 below 200°, 2 below 250°, 3 below 300°, 4 above. Printed by its source, for "
               "context only: collapse in 0 of 4 hips up to 190°, 4 of 8 between, 25 of 25 from 240°.",
               "arc on the mid-coronal + arc on the mid-sagittal section", "Ha 2006"),
    Definition("koo-kim", "Koo-Kim index of necrotic extent",
               "Modified: with the largest arc over all parallel sections whose circle is at least half as wide as the "
               "head.", "(coronal arc / 180\u00b0) \u00d7 (sagittal arc / 180\u00b0) \u00d7 100",
               "Koo and Kim 1995; Cherian 2003"),
    Definition("steinberg", "Steinberg size", "Size class of the lesion by ONV %; the stage is not computed.",
               "A below 15 %, B 15 to 30 %, C above 30 % of the head", "Steinberg 1995"),
    Definition("centroid", "Latitude and longitude",
               "Direction of the lesion's center from the head's center: latitude above the transverse plane, "
               "longitude from lateral (0\u00b0) over anterior (90\u00b0) to medial (180\u00b0); posterior is "
               "negative.",
               "mean of the lesion's voxels in the anatomical frame", "this software"),
    Definition("articular", "Articular surface over the lesion",
               "Share of the head's articular surface (the sphere's surface that is not neck) with lesion within 3 mm "
               "under it.", "share of 3,000 equal-area directions", "this software"),
    Definition("octants", "Octants", "The head split at the planes of the anatomical frame through its center.",
               "volume of lesion in the octant / volume of lesion", "this software"),
    Definition("frame", "Anatomical frame",
               "About the center of the head's sphere: lateral along the line of both teardrops where both are placed, "
               "else the patient's left-right axis; superior the patient's superior made perpendicular to it. "
               "Follow-ups take it from the baseline by the registration, or from landmarks of their own.", "\u2013",
               "this software"),
    Definition("interval", "95 % interval",
               "Where the value would lie in 95 of 100 repeated measurements with these uncertainties. It is cut where "
               "a value is impossible (a volume below 0, a regeneration above 100 %).",
               "value \u00b1 1.96 \u00d7 combined standard uncertainty", "GUM (JCGM 100:2008)"),
)


def meaningOfTerm() -> dict[str, str]:
    """Meaning and formula of each term by its key, in one line."""
    return {entry.key: f"{entry.meaning} Formula: {entry.formula}" for entry in DEFINITIONS}


def glossarySection() -> list[Element]:
    """The list of definitions."""
    listing = element("dl", {"class": "glossary"})
    for entry in DEFINITIONS:
        listing.append(element("dt", {"id": f"term-{entry.key}"}, entry.term))
        listing.append(element(
            "dd", {}, entry.meaning, element("span", {"class": "formula"}, entry.formula),
            element("span", {"class": "source"}, f"Source: {entry.source}")))
    return [listing]
