"""cohort.html: one self-contained page with tables, figures and a paragraph on the methods."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from .. import __version__
from ..report.markup import Element, append, element
from ..report.page import Section, pageHtml
from . import papercomparison as paper
from .figurestyle import CohortFigure
from .pagetables import tableElements
from .results import CohortResults
from .writers import softwareVersions

STYLE = """
.cohort { font-size: .88rem; border-collapse: collapse; }
.cohort caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.cohort th, .cohort td { padding: .28rem .55rem; text-align: right; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: normal; white-space: nowrap; }
.cohort thead th { border-bottom: 2px solid var(--accent); vertical-align: bottom; white-space: normal; }
.cohort th[scope="row"], .cohort thead th.names { text-align: left; }
.cohort th[scope="row"] { font-weight: 400; }
.cohort th[scope="row"]:first-child { font-weight: 600; }
.cohort tr > :first-child { padding-left: .1rem; }
h4 { margin: .9rem 0 .3rem; font-size: .95rem; font-weight: 650; }
.cohort th.again { color: transparent; }
.cohort td.absent { text-align: left; white-space: normal; }
.footnotes { margin: -.7rem 0 1rem; color: var(--soft); font-size: .85rem; max-width: 60rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1.6rem; }
.figures img { display: block; width: 100%; max-width: 36rem; height: auto; }
section > h3:first-of-type { margin-top: 0; }
@media print { .cohort th, .cohort td { padding: .2rem .4rem; white-space: normal; } .cohort { font-size: .78rem; } }
"""


READER_METHODS = (
    "Readers were compared visit by visit: volumes by intraclass correlation, Lin's concordance correlation, "
    "Bland-Altman limits, standard error of measurement and smallest detectable change; outlines by the Dice "
    "coefficient, the Hausdorff distance (largest and 95th percentile) and the average symmetric surface distance of "
    "their sub-voxel surfaces.")


def cohortHtml(results: CohortResults, figures: Sequence[CohortFigure]) -> str:
    """The whole page as text.

    :param figures: shown after the heading, in this order.
    """
    sections = [Section("figures", "Figures", "Figures", [_figures(figures)])] if figures else []
    bySection: dict[str, list] = {}
    for table in results.tables:
        bySection.setdefault(table.section, []).append(table)
    for index, (title, tables) in enumerate(bySection.items()):
        parts = [part for table in tables for part in tableElements(table)]
        sections.append(Section(f"section-{index + 1}", title, title, parts))
    sections.append(Section("methods", "Methods", "Methods", _methods(results)))
    sections.append(Section("paper", "Beside the source paper", "Source paper", _paper()))
    html = pageHtml("Cohort: volume of osteonecrosis", _header(results), sections)
    # The page's own style comes last within the head, after that of all reports.
    return html.replace("</style>", STYLE + "</style>", 1)


def _header(results: CohortResults) -> Element:
    header = element("header", {}, element("p", {"class": "kicker"}, "Osteonecrosis of the femoral head, volumetry"),
                     element("h1", {}, "Cohort"))
    table = results.table
    if table is None:
        return header
    if table.isSynthetic:
        append(header, element("p", {"class": "banner", "role": "note"},
                               "Synthetic cohort: made by a program, not patients."))
    healed = table.hips["healed"].tolist()
    facts = [("Hips", str(len(table.hips))), ("Patients", str(table.hips["patient"].nunique())),
             ("Healed", f"{healed.count(True)} yes, {healed.count(False)} no" if table.hasHealing else "not known"),
             ("Visits", ", ".join(_unbroken(f"{visit.label} (month {visit.month:g})") for visit in table.visits))]
    listed = element("dl", {"class": "facts"})
    for name, text in facts:
        append(listed, element("div", {}, element("dt", {}, name), element("dd", {}, text)))
    append(header, listed)
    for note in table.notes:
        append(header, element("p", {"class": "hint"}, note))
    return header


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def _figures(figures: Sequence[CohortFigure]) -> Element:
    made = element("div", {"class": "figures"})
    for figure in figures:
        source = "data:image/svg+xml;base64," + base64.b64encode(figure.svg).decode("ascii")
        append(made, element("figure", {"id": f"figure-{figure.key}"},
                             element("img", {"src": source, "alt": figure.caption}),
                             element("figcaption", {}, element("strong", {}, f"{figure.title}. "), figure.caption)))
    return made


def methodsText(results: CohortResults) -> str:
    """A paragraph that could go into a paper."""
    versions = softwareVersions()
    parts = [] if results.table is None else [_cohortMethods(results)]
    if any(table.key.startswith("readers_") for table in results.tables):
        parts.append(READER_METHODS)
    return " ".join((*parts, (
        f"p values are two-sided and not adjusted for the number of tests. Computed with ONVolumetry {__version__}, "
        f"Python {versions['python']}, NumPy {versions['numpy']}, SciPy {versions['scipy']}, pandas "
        f"{versions['pandas']}, statsmodels {versions['statsmodels']} and Matplotlib {versions['matplotlib']}.")))


def _cohortMethods(results: CohortResults) -> str:
    settings = results.settings
    test = "Welch's" if settings.useWelch else "Student's"
    zones = ("Fisher's exact test as if the hips of two visits were independent, and the exact McNemar test"
             if settings.useIndependentFisher else "the exact McNemar test on hips seen at both visits")
    return (
        "Osteonecrosis volume (ONV) was related to the femoral head volume (FHV) of the same visit (ONV %); net "
        "regeneration is 100 x (1 - ONV / first ONV) of each hip. Values are mean (SD) of the hips, with 95 % "
        f"confidence intervals; missing visits were not imputed. Groups were compared by {test} t test and the "
        "Wilcoxon-Mann-Whitney test, categories by Fisher's exact test, visits by the paired t test; healed and "
        "non-healed hips over time by difference in differences (ordinary least squares, N - 4 degrees of freedom; "
        "cluster-robust errors by patient beside it). Healing was modeled by a probit on ONV %, visit, months since "
        f"diagnosis (below {settings.monthsSplit:g} or not) and age (below {settings.ageSplit:g} years or not) with "
        "errors clustered by patient; discrimination is given as area under the ROC curve with DeLong's interval, and "
        f"the Youden cut-off with an interval from {settings.bootstrapCount} resamples of patients (seed "
        f"{settings.seed}). Zones of the lesion were compared by {zones}. FHV and sphere-adjusted volume were compared "
        "by Lin's concordance correlation, Bland-Altman limits, the Bradley-Blackwood test and intraclass "
        "correlations.")


def _methods(results: CohortResults) -> list[Element]:
    return [element("p", {}, methodsText(results))]


def _paper() -> list[Element]:
    rows = [element("tr", {}, element("th", {"scope": "row"}, misfit.statistic),
                    element("td", {}, misfit.recomputed or "not enough is printed"), element("td", {}, misfit.printed))
            for misfit in paper.MISFITS]
    head = element("tr", {}, *(element("th", {"scope": "col", "class": "names" if text == "Number" else None}, text)
                               for text in ("Number", "Follows from the paper's numbers", "Printed")))
    table = element("table", {"class": "cohort"}, element("caption", {}, "Numbers that do not follow"),
                    element("thead", {}, head), element("tbody", {}, *rows))
    return [
        element("p", {}, f"For readers who compare with {paper.PAPER}."),
        element("h3", {}, "Reference values"), element("p", {"class": "hint"}, paper.REFERENCE_CAUTION),
        _list(paper.REFERENCE_VALUES),
        element("h3", {}, "Contradictions within the paper"), _list(paper.CONTRADICTIONS),
        element("h3", {}, "Numbers that do not follow from the paper's own numbers"),
        element("div", {"class": "scroll"}, table)]


def _list(texts: Sequence[str]) -> Element:
    return element("ul", {}, *(element("li", {}, text) for text in texts))
