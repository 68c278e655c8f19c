"""How all figures look: journal widths, readable in grey, the same bytes for the same numbers."""

from __future__ import annotations

import io
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .plotrecord import Plot

# Okabe and Ito's blue and vermilion: different in grey too, and told apart by color-blind readers.
ALL_COLOR, HEALED_COLOR, NON_HEALED_COLOR, INK, SOFT = "#7f8c97", "#8ec4e8", "#b2430b", "#1c2630", "#5b6770"
GROUP_COLORS = {"all": ALL_COLOR, "healed": HEALED_COLOR, "non-healed": NON_HEALED_COLOR}
GROUP_MARKERS = {"all": "o", "healed": "o", "non-healed": "^"}
GROUP_LINES = {"all": "-", "healed": "-", "non-healed": (0, (4, 2))}
GROUP_NAMES = {"all": "All hips", "healed": "Healed", "non-healed": "Non-healed"}
# Shades from light to dark with hatches, one a visit.
VISIT_SHADES = ("#d9dee2", "#a3b1bb", "#6b7c89", "#3c4a55", "#1c2630")
VISIT_HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx")
SINGLE_COLUMN_INCHES, HEIGHT_INCHES, WIDE_INCHES = 3.5, 2.9, 7.2
PNG_DPI = 300
LEGEND_CHARACTERS_AN_INCH, LEGEND_HANDLE_CHARACTERS = 17.0, 8
STYLE = {
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "font.size": 8, "axes.titlesize": 8.5,
    "axes.labelsize": 8, "xtick.labelsize": 7.5, "ytick.labelsize": 7.5, "legend.fontsize": 7.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": INK, "axes.labelcolor": INK,
    "axes.linewidth": 0.8, "xtick.color": INK, "ytick.color": INK, "text.color": INK, "legend.frameon": False,
    "svg.hashsalt": "onvolumetry", "svg.fonttype": "path", "hatch.linewidth": 0.6, "lines.linewidth": 1.2,
    "path.simplify": True, "axes.axisbelow": True,
}


@dataclass(frozen=True, eq=False)
class CohortFigure:
    """A drawn figure.

    :param key: file name without its ending.
    :param caption: what it shows, for the page and as its text for those who cannot see it.
    :param plot: the same as plain numbers, for cohort.json.
    """

    key: str
    title: str
    caption: str
    png: bytes
    svg: bytes
    plot: Plot | None = None


def newFigure(widthInches: float = SINGLE_COLUMN_INCHES, heightInches: float = HEIGHT_INCHES) -> Figure:
    """An empty figure without any window system; draw it within `style()`."""
    figure = Figure(figsize=(widthInches, heightInches), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def style():
    """Context in which figures are made and written."""
    return mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg", **STYLE})


def finished(figure: Figure, key: str, title: str, caption: str) -> CohortFigure:
    """Write a figure as PNG and SVG, without dates."""
    png, svg = io.BytesIO(), io.BytesIO()
    figure.savefig(png, format="png", dpi=PNG_DPI, metadata={"Software": None, "Title": title})
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    return CohortFigure(key, title, caption, png.getvalue(), svg.getvalue())


def gridLines(axes):
    """Pale horizontal lines that guide the eye."""
    axes.grid(axis="y", color="#e3e8ec", linewidth=0.6)


def legendBelow(figure: Figure, axes, **options):
    """Key below the axes, in as many columns as its texts leave room for."""
    handles, labels = axes.get_legend_handles_labels()
    width = max(map(len, labels)) + LEGEND_HANDLE_CHARACTERS
    fitting = int(LEGEND_CHARACTERS_AN_INCH * figure.get_figwidth()) // width
    figure.legend(handles, labels, loc="outside lower center", ncols=max(1, min(len(labels), fitting)), **options)


def markSynthetic(figure: Figure, isSynthetic: bool):
    """Say on the figure itself that its hips are invented."""
    if isSynthetic:
        figure.suptitle("SYNTHETIC DATA", fontsize=7, color=SOFT, x=0.995, ha="right", fontweight="bold")
